// SPDX-License-Identifier: Apache-2.0
/* `trammel verify` for programs. */
#include <linux/seccomp.h>
#include <stdio.h>

#include "cli/cmd.h"
#include "cli/verify.h"
#include "tables/syscalls.h"
#include "util/json.h"
#include "util/mem.h"
#include "util/text.h"

static const char *refusal_action(uint32_t ret)
{
	switch (ret & SECCOMP_RET_ACTION_FULL) {
	case SECCOMP_RET_ERRNO:
		return "errno";
	case SECCOMP_RET_TRAP:
		return "trap";
	case SECCOMP_RET_KILL_THREAD:
		return "kill-thread";
	default:
		return "kill-process";
	}
}

static json_object *json_of_syscall(enum tr_abi abi, uint32_t nr)
{
	json_object *o = json_object_new_object();

	/* A number without a name has none here either. */
	json_add_string(o, "name", syscall_name(abi, nr));
	json_add_string(o, "abi", tr_abi_name(abi));
	json_object_object_add(o, "number", json_object_new_int64(nr));
	return o;
}

static void json_add_evidence(json_object *o, const struct tr_evidence *ev)
{
	json_object *exes = json_object_new_array(), *when = json_object_new_array();

	for (size_t i = 0; i < ev->exes.n; i++) {
		tr_cleanup_free char *safe = text_escaped(ev->exes.v[i]);

		json_object_array_add(exes, json_object_new_string(safe));
	}
	for (size_t i = 0; i < verify_n_phases; i++)
		if (ev->phases & verify_phases[i].bit)
			json_object_array_add(when, json_object_new_string(verify_phases[i].name));
	json_object_object_add(o, "executables", exes);
	json_object_object_add(o, "phases", when);
}

static json_object *json_of_verdict(const struct verify *v, enum tr_verdict verdict)
{
	json_object *list = json_object_new_array();

	for (size_t i = 0; i < v->c.n_syscalls; i++) {
		const struct tr_check_syscall *s = &v->c.syscalls[i];
		json_object *o;

		if (s->verdict != verdict)
			continue;
		o = json_of_syscall((enum tr_abi)s->fact->abi, s->fact->nr);
		if (verdict == TR_VERDICT_DENIED)
			json_add_string(o, "action", refusal_action(s->ret));
		if (verdict == TR_VERDICT_DENIED &&
		    (s->ret & SECCOMP_RET_ACTION_FULL) == SECCOMP_RET_ERRNO)
			json_object_object_add(
				o, "errno", json_object_new_int((int)(s->ret & SECCOMP_RET_DATA)));
		json_add_evidence(o, &s->fact->ev);
		json_object_array_add(list, o);
	}
	return list;
}

static json_object *json_of_extra(const struct verify *v)
{
	json_object *list = json_object_new_array();

	for (size_t i = 0; i < v->c.n_extra; i++) {
		const struct tr_check_extra *e = &v->c.extra[i];
		json_object *o = json_of_syscall(e->abi, e->nr);

		json_object_object_add(o, "some_arguments",
				       json_object_new_boolean(e->verdict == TR_VERDICT_DEPENDS));
		json_object_array_add(list, o);
	}
	return list;
}

static void json_limit(const char *text, void *arg)
{
	json_object_array_add(arg, json_object_new_string(text));
}

static void json_add_number(json_object *o, const char *key, size_t n)
{
	json_object_object_add(o, key, json_object_new_int64((int64_t)n));
}

void verify_print_json(const struct verify *v)
{
	json_object *o = json_object_new_object(), *unknown = json_object_new_array(),
		    *limits = json_object_new_array();
	tr_cleanup_free char *profile = text_escaped(v->profile);

	for (char **name = v->c.unknown; name && *name; name++) {
		tr_cleanup_free char *safe = text_escaped(*name);

		json_object_array_add(unknown, json_object_new_string(safe));
	}
	verify_each_limit(v, json_limit, limits);
	json_add_string(o, "profile", profile);
	json_object_object_add(o, "allowed", json_object_new_boolean(!v->c.n_denied));
	json_object_object_add(o, "complete", json_object_new_boolean(v->complete));
	json_add_number(o, "recorded", v->c.n_syscalls);
	json_object_object_add(o, "denied", json_of_verdict(v, TR_VERDICT_DENIED));
	json_object_object_add(o, "depends_on_arguments", json_of_verdict(v, TR_VERDICT_DEPENDS));
	json_object_object_add(o, "answered_enosys", json_of_verdict(v, TR_VERDICT_ANSWERED));
	json_object_object_add(o, "also_allowed", json_of_extra(v));
	json_add_number(o, "granted", v->c.n_granted);
	json_add_number(o, "granted_docker_default", v->docker_granted);
	json_add_number(o, "filter_instructions", v->c.filter_len);
	json_object_object_add(o, "unknown_names", unknown);
	json_object_object_add(o, "not_covered", limits);
	printf("%s\n", json_object_to_json_string_ext(o, JSON_PRETTY));
	json_object_put(o);
}
