// SPDX-License-Identifier: Apache-2.0
/* `trammel verify` for programs. */
#include <linux/seccomp.h>
#include <stdio.h>
#include <stdlib.h>

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

void verify_json_evidence(struct json_object *o, const struct tr_facts *f,
			  const struct tr_evidence *ev)
{
	json_object *exes = json_object_new_array(), *when = json_object_new_array(),
		    *recordings = json_object_new_array();

	for (size_t i = 0; i < ev->exes.n; i++) {
		tr_cleanup_free char *safe = text_escaped(ev->exes.v[i]);

		json_object_array_add(exes, json_object_new_string(safe));
	}
	for (size_t i = 0; i < verify_n_phases; i++)
		if (ev->phases & verify_phases[i].bit)
			json_object_array_add(when, json_object_new_string(verify_phases[i].name));
	json_object_object_add(o, "executables", exes);
	json_object_object_add(o, "phases", when);
	for (size_t i = 0; i < ev->recordings.n; i++)
		json_object_array_add(
			recordings, json_object_new_string(f->recordings[ev->recordings.v[i]].id));
	json_object_object_add(o, "recordings", recordings);
}

static json_object *json_of_verdict(const struct verify *v, enum tr_verdict verdict)
{
	bool refused = verdict == TR_VERDICT_DENIED || verdict == TR_VERDICT_BY_HAND;
	json_object *list = json_object_new_array();

	for (size_t i = 0; i < v->c->n_syscalls; i++) {
		const struct tr_check_syscall *s = &v->c->syscalls[i];
		json_object *o;

		if (s->verdict != verdict)
			continue;
		o = json_of_syscall((enum tr_abi)s->fact->abi, s->fact->nr);
		if (refused)
			json_add_string(o, "action", refusal_action(s->ret));
		if (s->why) {
			tr_cleanup_free char *why = text_escaped(s->why);

			json_add_string(o, "why", why);
		}
		if (refused && (s->ret & SECCOMP_RET_ACTION_FULL) == SECCOMP_RET_ERRNO)
			json_object_object_add(
				o, "errno", json_object_new_int((int)(s->ret & SECCOMP_RET_DATA)));
		verify_json_evidence(o, &v->facts, &s->fact->ev);
		json_object_array_add(list, o);
	}
	return list;
}

static json_object *json_of_extra(const struct verify *v)
{
	json_object *list = json_object_new_array();

	for (size_t i = 0; i < v->c->n_extra; i++) {
		const struct tr_check_extra *e = &v->c->extra[i];
		json_object *o = json_of_syscall(e->abi, e->nr);

		json_object_object_add(o, "some_arguments",
				       json_object_new_boolean(e->verdict == TR_VERDICT_DEPENDS));
		json_object_array_add(list, o);
	}
	return list;
}

static void json_add_escaped(json_object *o, const char *key, const char *s)
{
	tr_cleanup_free char *safe = text_escaped(s);

	json_add_string(o, key, safe);
}

static void json_add_number(json_object *o, const char *key, size_t n)
{
	json_object_object_add(o, key, json_object_new_int64((int64_t)n));
}

static json_object *json_of_runtime(const struct verify *v, size_t i)
{
	const struct tr_check_runtime *r = &v->r.v[i];
	const char **otherwise = verify_refused_otherwise(v, i);
	json_object *o = json_object_new_object(), *walked = json_object_new_object(),
		    *names = json_object_new_array();
	struct verify_walk walk;

	json_add_string(o, "name", r->name);
	if (r->refused) {
		json_add_escaped(o, "refused", r->refused);
		json_object_put(walked);
		json_object_put(names);
		return o;
	}
	walk = verify_walk_of(&r->c);
	json_add_number(o, "denied", r->c.n_denied);
	json_add_number(o, "filter_instructions", r->c.filter_len);
	json_add_number(walked, "least", walk.least);
	json_add_number(walked, "median", walk.median);
	json_add_number(walked, "most", walk.most);
	json_object_object_add(o, "walked", walked);
	for (const char **name = otherwise; name && *name; name++)
		json_object_array_add(names, json_object_new_string(*name));
	json_object_object_add(o, "refuses_otherwise", names);
	free(otherwise);
	return o;
}

static json_object *json_of_runtimes(const struct verify *v)
{
	json_object *list = json_object_new_array();

	for (size_t i = 0; i < v->r.n; i++)
		json_object_array_add(list, json_of_runtime(v, i));
	return list;
}

#define COSTLIEST 100

static json_object *json_of_costliest(const struct verify *v)
{
	json_object *list = json_object_new_array();
	size_t at[COSTLIEST], n = verify_costliest(v, at, COSTLIEST);

	for (size_t i = 0; i < n; i++) {
		const struct tr_check_syscall *s = &v->c->syscalls[at[i]];
		json_object *o = json_of_syscall((enum tr_abi)s->fact->abi, s->fact->nr),
			    *walked = json_object_new_object();

		for (size_t k = 0; k < v->r.n; k++)
			if (!v->r.v[k].refused)
				json_add_number(walked, v->r.v[k].name,
						v->r.v[k].c.syscalls[at[i]].steps);
		json_object_object_add(o, "walked", walked);
		json_object_array_add(list, o);
	}
	return list;
}

static json_object *json_of_versions(const struct verify *v)
{
	json_object *list = json_object_new_array();

	for (size_t i = 0; i < v->versions.n; i++) {
		const struct tr_check_version *d = &v->versions.v[i];
		json_object *o = json_object_new_object();

		json_add_string(o, "who", d->who);
		json_add_string(o, "versions", d->versions);
		json_add_string(o, "effect", d->effect);
		json_add_string(o, "what", d->what);
		json_object_array_add(list, o);
	}
	return list;
}

static json_object *json_of_dead(const struct verify *v)
{
	json_object *list = json_object_new_array();

	for (size_t i = 0; i < v->dead.n; i++) {
		const struct tr_dead *d = &v->dead.v[i];
		json_object *o = json_object_new_object();

		json_add_string(o, "path", d->path);
		if (d->line)
			json_add_number(o, "line", d->line);
		json_add_escaped(o, "names", d->names);
		json_add_escaped(o, "why", d->why);
		json_object_array_add(list, o);
	}
	return list;
}

static void json_limit(const char *text, void *arg)
{
	json_object_array_add(arg, json_object_new_string(text));
}

static void json_add_seccomp(json_object *o, const struct verify *v)
{
	json_object *unknown = json_object_new_array();

	for (char **name = v->c->unknown; name && *name; name++) {
		tr_cleanup_free char *safe = text_escaped(*name);

		json_object_array_add(unknown, json_object_new_string(safe));
	}
	json_add_number(o, "recorded", v->c->n_syscalls);
	json_object_object_add(o, "denied", json_of_verdict(v, TR_VERDICT_DENIED));
	json_object_object_add(o, "denied_by_hand", json_of_verdict(v, TR_VERDICT_BY_HAND));
	json_object_object_add(o, "depends_on_arguments", json_of_verdict(v, TR_VERDICT_DEPENDS));
	json_object_object_add(o, "answered_enosys", json_of_verdict(v, TR_VERDICT_ANSWERED));
	json_object_object_add(o, "also_allowed", json_of_extra(v));
	json_add_number(o, "granted", v->c->n_granted);
	json_add_number(o, "granted_docker_default", v->docker_granted);
	json_add_number(o, "filter_instructions", v->c->filter_len);
	json_object_object_add(o, "runtimes", json_of_runtimes(v));
	json_object_object_add(o, "costliest", json_of_costliest(v));
	json_object_object_add(o, "versions", json_of_versions(v));
	json_object_object_add(o, "without_effect", json_of_dead(v));
	json_object_object_add(o, "unknown_names", unknown);
}

void verify_print_json(const struct verify *v)
{
	json_object *o = json_object_new_object(), *limits = json_object_new_array();
	bool denied = (v->c && v->c->n_denied) || verify_refused(v) || v->asked.n_refused;

	verify_each_limit(v, json_limit, limits);
	if (v->c)
		json_add_escaped(o, "profile", v->profile);
	json_object_object_add(o, "allowed", json_object_new_boolean(!denied));
	json_object_object_add(o, "complete", json_object_new_boolean(v->complete));
	if (v->c)
		json_add_seccomp(o, v);
	if (v->apparmor)
		json_object_object_add(o, "apparmor", verify_apparmor_json(v));
	if (v->unproved)
		json_add_escaped(o, "apparmor_unproved", v->unproved);
	json_object_object_add(o, "not_covered", limits);
	if (v->accept.len)
		json_add_string(o, "accept", strbuf_str(&v->accept));
	printf("%s\n", json_object_to_json_string_ext(o, JSON_PRETTY));
	json_object_put(o);
}
