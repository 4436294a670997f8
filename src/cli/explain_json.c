// SPDX-License-Identifier: Apache-2.0
/* `trammel explain` for programs. */
#include <linux/seccomp.h>
#include <stdio.h>

#include "cli/answers.h"
#include "cli/explain.h"
#include "facts/names.h"
#include "tables/families.h"
#include "tables/syscalls.h"
#include "util/json.h"
#include "util/mem.h"
#include "util/text.h"

static void add_safe(json_object *o, const char *key, const char *text)
{
	tr_cleanup_free char *safe = text ? text_escaped(text) : NULL;

	json_add_string(o, key, safe);
}

static void add_number(json_object *o, const char *key, int64_t n)
{
	json_object_object_add(o, key, json_object_new_int64(n));
}

static json_object *json_of_set(const struct tr_strset *set)
{
	json_object *list = json_object_new_array();

	for (size_t i = 0; i < set->n; i++) {
		tr_cleanup_free char *safe = text_escaped(set->v[i]);

		json_object_array_add(list, json_object_new_string(safe));
	}
	return list;
}

static json_object *json_of_answer(uint32_t ret)
{
	json_object *o = json_object_new_object();

	json_add_string(o, "action", answer_word(ret));
	if ((ret & SECCOMP_RET_ACTION_FULL) == SECCOMP_RET_ERRNO) {
		add_number(o, "errno", ret & SECCOMP_RET_DATA);
		json_add_string(o, "errno_name", errno_name((int)(ret & SECCOMP_RET_DATA)));
	}
	return o;
}

static void add_key(json_object *o, const struct tr_fact *fact)
{
	char buf[32], perms[PERMS_SIZE], family[FAMILY_SIZE];

	switch (fact->kind) {
	case TR_FACT_SYSCALL:
	case TR_FACT_ARG:
		json_add_string(o, "abi", tr_abi_name((enum tr_abi)fact->abi));
		add_number(o, "nr", fact->nr);
		json_add_string(o, "name", syscall_name((enum tr_abi)fact->abi, fact->nr));
		if (fact->kind == TR_FACT_SYSCALL)
			break;
		add_number(o, "index", fact->arg.index);
		snprintf(buf, sizeof(buf), "0x%llx", (unsigned long long)fact->arg.value);
		if (!fact->arg.overflow)
			json_add_string(o, "value", buf);
		break;
	case TR_FACT_FILE:
		add_safe(o, "path", fact->path);
		json_add_string(o, "act", tr_act_name((enum tr_act)fact->act));
		json_add_string(o, "perms", perms_name(fact->perms, perms));
		add_safe(o, "target", fact->source);
		break;
	case TR_FACT_EXEC:
		add_safe(o, "path", fact->path);
		add_safe(o, "interp", fact->interp);
		break;
	case TR_FACT_CAPABILITY:
		add_number(o, "nr", fact->cap);
		json_add_string(o, "need", need_name(fact->need));
		break;
	case TR_FACT_SOCKET:
		json_add_string(o, "family", family_name(fact->sock.family, family));
		add_number(o, "type", fact->sock.type);
		add_number(o, "protocol", fact->sock.protocol);
		break;
	case TR_FACT_NETWORK:
		json_add_string(o, "family", family_name(fact->sock.family, family));
		add_number(o, "type", fact->sock.type);
		add_safe(o, "address", fact->path);
		if (fact->path)
			add_number(o, "port", fact->sock.port);
		break;
	case TR_FACT_SIGNAL:
		add_number(o, "signal", fact->nr);
		json_add_string(o, "access", tr_op_name(fact->kind, fact->op));
		json_add_string(o, "peer", tr_peer_name((enum tr_peer)fact->peer));
		break;
	case TR_FACT_PTRACE:
		json_add_string(o, "access", tr_op_name(fact->kind, fact->op));
		json_add_string(o, "peer", tr_peer_name((enum tr_peer)fact->peer));
		break;
	case TR_FACT_MOUNT:
		json_add_string(o, "op", tr_op_name(fact->kind, fact->op));
		add_safe(o, "path", fact->path);
		add_safe(o, "source", fact->source);
		add_safe(o, "fstype", fact->fstype);
		break;
	case TR_FACT_IO_URING:
		json_add_string(o, "op", tr_op_name(fact->kind, fact->op));
		break;
	case TR_FACT_USERNS:
	case TR_FACT_MAX:
		break;
	}
}

static json_object *json_of_fact(const struct tr_fact *fact)
{
	json_object *o = json_object_new_object();
	tr_cleanup_free char *text = explain_fact_text(fact);

	json_add_string(o, "fact", tr_fact_kind_name(fact->kind));
	add_key(o, fact);
	json_add_string(o, "text", text);
	return o;
}

static json_object *json_of_facts(const struct explain_facts *list)
{
	json_object *v = json_object_new_array();

	for (size_t i = 0; i < list->n; i++)
		json_object_array_add(v, json_of_fact(list->v[i]));
	return v;
}

static json_object *json_of_bits(uint32_t bits, const struct bit_names *names)
{
	json_object *list = json_object_new_array();

	for (size_t i = 0; i < names->n; i++)
		if (bits >> i & 1)
			json_object_array_add(list, json_object_new_string(names->names[i]));
	return list;
}

static void add_evidence(json_object *o, const struct explaining *e, const struct explain *x)
{
	struct explain_seen seen = explain_seen(&e->facts, &x->ev);

	add_number(o, "recordings", (int64_t)x->ev.recordings.n);
	add_number(o, "of_recordings", (int64_t)e->facts.n_recordings);
	json_object_object_add(o, "executables", json_of_set(&x->ev.exes));
	json_object_object_add(o, "phases", json_of_bits(x->ev.phases, &phase_bits));
	json_object_object_add(o, "flags", json_of_bits(x->ev.flags, &flag_bits));
	json_object_object_add(o, "digests", json_of_set(&x->digests));
	if (seen.first)
		add_number(o, "first_second", seen.first);
	if (seen.last)
		add_number(o, "last_second", seen.last);
	if (x->ev.first)
		add_number(o, "first", x->ev.first);
	if (x->ev.last)
		add_number(o, "last", x->ev.last);
	json_object_object_add(o, "facts", json_of_facts(&x->facts));
	json_object_object_add(o, "same_act", json_of_facts(&x->same_act));
	json_object_object_add(o, "like", json_of_facts(&x->like));
}

static json_object *json_of_rules(const struct explain *x)
{
	json_object *list = json_object_new_array();

	for (size_t i = 0; i < x->n_rules; i++) {
		json_object *o = json_object_new_object();

		add_safe(o, "comment", x->rules[i]->comment);
		json_object_object_add(o, "some_arguments",
				       json_object_new_boolean(x->rules[i]->n_conds > 0));
		json_object_array_add(list, o);
	}
	return list;
}

static json_object *json_of_without(const struct explain *x)
{
	json_object *o = json_object_new_object(), *list = json_object_new_array();

	for (size_t i = 0; i < x->n_breaks; i++) {
		const struct explain_break *b = &x->breaks[i];
		json_object *each = json_of_fact(b->value ? b->value : b->fact);

		json_object_object_add(each, "answer", json_of_answer(b->ret));
		json_object_array_add(list, each);
	}
	json_object_object_add(o, "answer", json_of_answer(x->without));
	json_object_object_add(o, "denied", list);
	json_object_object_add(o, "may_not_start", json_object_new_boolean(x->no_start));
	return o;
}

json_object *explain_json(const struct explaining *e, const struct explain *x)
{
	json_object *o = json_object_new_object();
	tr_cleanup_free char *word = explain_word(x->what);

	add_safe(o, "what", word);
	json_add_string(o, "kind", tr_fact_kind_name(x->what->kind));
	json_object_object_add(o, "found", json_object_new_boolean(explain_found(x)));
	add_evidence(o, e, x);
	json_object_object_add(o, "rules", json_of_rules(x));
	if (x->need)
		add_safe(o, "not_accepted", x->need->why);
	if (x->refused) {
		json_object_object_add(o, "answer", json_of_answer(x->answer));
		add_safe(o, "answer_comment", x->refusal ? x->refusal->comment : NULL);
	}
	if (x->n_rules)
		json_object_object_add(o, "without", json_of_without(x));
	json_add_string(o, "fallback", x->fallback);
	if (e->apparmor)
		json_object_object_add(o, "apparmor", explain_apparmor_json(e, x));
	return o;
}
