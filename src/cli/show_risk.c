// SPDX-License-Identifier: Apache-2.0
/* What was done that no profile allows unasked: profiles/risk.csv. Before all else, as it is what to look at. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cmd.h"
#include "cli/show.h"
#include "policy/risk.h"
#include "tables/syscalls.h"
#include "trace/format.h"
#include "util/json.h"
#include "util/text.h"

#define EXES_MAX 3

typedef void risk_fn(const struct tr_fact *fact, const struct risk *risk, void *arg);

struct look {
	struct risks risks;
	risk_fn *fn;
	void *arg;
	const char *level; /* only these; NULL: all */
};

static const struct risk *risk_of(const struct risks *r, const struct tr_fact *fact)
{
	const char *name;

	if (fact->kind == TR_FACT_SOCKET)
		name = "socket";
	else if (fact->kind == TR_FACT_SYSCALL || fact->kind == TR_FACT_ARG)
		name = syscall_name((enum tr_abi)fact->abi, fact->nr);
	else
		return NULL;
	for (size_t call = 0; name && call < syscall_count(); call++) {
		if (strcmp(syscall_at(call), name))
			continue;
		if (fact->kind == TR_FACT_SYSCALL)
			return risks_always(r, call);
		if (fact->kind == TR_FACT_SOCKET)
			return risks_value(r, call, 0, fact->sock.family);
		return fact->arg.overflow ? NULL :
					    risks_value(r, call, fact->arg.index, fact->arg.value);
	}
	return NULL;
}

static int look_at(const struct tr_fact *fact, void *arg)
{
	struct look *l = arg;
	const struct risk *risk;

	if (!(fact->ev.flags & TR_EV_DONE))
		return 0;
	risk = risk_of(&l->risks, fact);
	if (risk && (!l->level || !strcmp(risk->level, l->level)))
		l->fn(fact, risk, l->arg);
	return 0;
}

/* Calls fn for each risky fact, those of level "high" first. */
static void each_risky(const struct show *s, risk_fn *fn, void *arg)
{
	static const char *const levels[] = { "high", "medium", "low" };
	struct look l = { .fn = fn, .arg = arg };

	/* What is built in can be read. */
	if (risks_load(&l.risks, NULL) < 0)
		return;
	for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++) {
		l.level = levels[i];
		tr_facts_each(&s->facts, look_at, &l);
	}
	risks_release(&l.risks);
}

static void print_one(const struct tr_fact *fact, const struct risk *risk, void *any)
{
	const struct tr_strset *exes = &fact->ev.exes;

	if (!*(bool *)any)
		printf("\n%sRisky%s, and allowed by no profile unless somebody accepts it\n",
		       c_bold(), c_reset());
	*(bool *)any = true;
	printf("  %s%s%s", !strcmp(risk->level, "high") ? c_red() : c_yellow(),
	       syscall_at(risk->call), c_reset());
	if (fact->kind == TR_FACT_ARG)
		printf(", argument %u 0x%llx", fact->arg.index,
		       (unsigned long long)fact->arg.value);
	if (fact->kind == TR_FACT_SOCKET)
		printf(", family %u", fact->sock.family);
	for (size_t i = 0; i < exes->n && i < EXES_MAX; i++) {
		char *exe = text_escaped(exes->v[i]);

		printf("%s %s", i ? "," : " by", exe);
		free(exe);
	}
	if (exes->n > EXES_MAX)
		printf(", ... and %zu more", exes->n - EXES_MAX);
	printf("\n    %s%s: %s%s\n", c_dim(), risk->level, risk->why, c_reset());
}

void show_print_risky(const struct show *s)
{
	bool any = false;

	each_risky(s, print_one, &any);
}

static void add_one(const struct tr_fact *fact, const struct risk *risk, void *all)
{
	json_object *o = fact_to_json(fact, &fact->ev.recordings);

	put(o, "call", json_object_new_string(syscall_at(risk->call)));
	put(o, "level", json_object_new_string(risk->level));
	put(o, "why", json_object_new_string(risk->why));
	json_object_array_add(all, o);
}

json_object *show_risky_to_json(const struct show *s)
{
	json_object *all = json_object_new_array();

	each_risky(s, add_one, all);
	return all;
}
