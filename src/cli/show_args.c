// SPDX-License-Identifier: Apache-2.0
/* Selector arguments: the values that were seen, and the calls for which there were too many. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cmd.h"
#include "cli/show.h"
#include "cli/wrap.h"
#include "policy/args.h"
#include "tables/args.h"
#include "tables/syscalls.h"
#include "trace/format.h"
#include "util/mem.h"

struct values {
	const struct arg_spec *spec;
	char **v; /* as shown; sorted as the facts are, distinct */
	size_t n, cap;
	bool overflow, done;
};

static void keep(struct values *vs, char *text)
{
	for (size_t i = 0; i < vs->n; i++) {
		if (!strcmp(vs->v[i], text)) {
			free(text);
			return;
		}
	}
	vs->v = tr_grow(vs->v, &vs->cap, vs->n, sizeof(*vs->v));
	vs->v[vs->n++] = text;
}

static int take(const struct tr_fact *fact, void *arg)
{
	struct values *vs = arg;

	if (!(fact->ev.flags & TR_EV_DONE) || fact->abi >= TR_ABI_MAX)
		return 0;
	if (fact->kind == TR_FACT_SYSCALL) {
		const char *name = syscall_name((enum tr_abi)fact->abi, fact->nr);

		vs->done |= name && !strcmp(name, vs->spec->name);
	}
	if (!policy_args_is_of(fact, (enum tr_abi)fact->abi, vs->spec->name))
		return 0;
	if (fact->kind == TR_FACT_SOCKET)
		keep(vs, tr_xasprintf("%u/%u/%u", fact->sock.family, fact->sock.type,
				      fact->sock.protocol));
	else if (fact->arg.overflow)
		vs->overflow = true;
	else
		keep(vs, tr_xasprintf("0x%" PRIx64, fact->arg.value));
	return 0;
}

static void values_release(struct values *vs)
{
	for (size_t i = 0; i < vs->n; i++)
		free(vs->v[i]);
	free(vs->v);
}

/* Calls fn for each call that was made and of which some value was seen. */
static void each_call(const struct show *s,
		      void (*fn)(const struct show *s, const struct values *vs, void *arg),
		      void *arg)
{
	const struct arg_spec *specs;
	size_t n = arg_specs(&specs);

	for (size_t i = 0; i < n; i++) {
		struct values vs = { .spec = &specs[i] };

		tr_facts_each(&s->facts, take, &vs);
		if (vs.done && (vs.n || vs.overflow))
			fn(s, &vs, arg);
		values_release(&vs);
	}
}

static enum policy_args_outcome outcome_of(const struct show *s, const struct values *vs)
{
	struct policy_alternative alternatives[POLICY_MAX_ALTERNATIVES];
	size_t n;

	return policy_args(&s->facts, vs->spec->name, TR_POLICY_ARGS_ALL, alternatives, &n);
}

/* What becomes of it in a profile, where that is not "these values and no others". */
static const char *remark(enum policy_args_outcome outcome, const struct values *vs)
{
	switch (outcome) {
	case POLICY_ARGS_OPEN:
		return vs->overflow ?
			       "and more, which were not kept: open-ended, a profile asks for "
			       "no values" :
			       "too many to tell apart: open-ended, a profile asks for no "
			       "values";
	case POLICY_ARGS_UNSEEN:
		return "not looked at in every recording: a profile asks for none";
	case POLICY_ARGS_WHOLE:
		return "all the bits that matter: a profile asks for none";
	case POLICY_ARGS_PLAIN:
	case POLICY_ARGS_NARROWED:
		break;
	}
	return NULL;
}

#define VALUES_SHOWN 16

static void wrap_words(struct wrap *w, const char *text)
{
	tr_cleanup_free char *copy = tr_xstrdup(text);
	char *save = NULL;

	for (char *word = strtok_r(copy, " ", &save); word; word = strtok_r(NULL, " ", &save))
		wrap_word(w, word);
}

static void print_call(const struct show *s, const struct values *vs, void *arg)
{
	const char *note = remark(outcome_of(s, vs), vs);
	tr_cleanup_free char *name = tr_xasprintf("%s:", vs->spec->name);
	struct wrap w = { .indent = 2 };
	bool *headed = arg;

	if (!*headed)
		printf("\n%sArguments%s that select what a call does (a socket's are family/type/"
		       "protocol)\n",
		       c_bold(), c_reset());
	*headed = true;
	wrap_word(&w, name);
	for (size_t i = 0; i < vs->n && i < VALUES_SHOWN; i++)
		wrap_word(&w, vs->v[i]);
	if (vs->n > VALUES_SHOWN) {
		tr_cleanup_free char *more = tr_xasprintf("... and %zu more", vs->n - VALUES_SHOWN);

		wrap_words(&w, more);
	}
	if (note) {
		tr_cleanup_free char *text = tr_xasprintf("(%s)", note);

		wrap_words(&w, text);
	}
	wrap_end(&w);
}

void show_print_args(const struct show *s)
{
	bool headed = false;

	each_call(s, print_call, &headed);
}

static void call_to_json(const struct show *s, const struct values *vs, void *arg)
{
	static const char *const outcomes[] = {
		[POLICY_ARGS_PLAIN] = "plain", [POLICY_ARGS_NARROWED] = "narrowed",
		[POLICY_ARGS_OPEN] = "open",   [POLICY_ARGS_UNSEEN] = "unseen",
		[POLICY_ARGS_WHOLE] = "whole",
	};
	json_object *o = json_object_new_object(), *values = json_object_new_array();

	for (size_t i = 0; i < vs->n; i++)
		json_object_array_add(values, json_object_new_string(vs->v[i]));
	put(o, "name", json_object_new_string(vs->spec->name));
	put(o, "values", values);
	put(o, "outcome", json_object_new_string(outcomes[outcome_of(s, vs)]));
	json_object_array_add(arg, o);
}

json_object *show_args_to_json(const struct show *s)
{
	json_object *all = json_object_new_array();

	each_call(s, call_to_json, all);
	return all;
}
