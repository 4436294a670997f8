// SPDX-License-Identifier: Apache-2.0
/*
 * What a recording demands. It is not known which values of several arguments came together, nor what
 * the arguments were that nobody recorded: a demand is refuted only where the other side refuses a
 * recorded value whatever the rest is.
 */
#include <stdlib.h>
#include <string.h>

#include "check/answer.h"
#include "check/diff.h"
#include "eval/compile.h"
#include "tables/syscalls.h"
#include "util/mem.h"

static int collect(const struct tr_fact *fact, void *arg)
{
	struct diff_args *a = arg;
	bool wanted = fact->kind == TR_FACT_ARG || fact->kind == TR_FACT_SOCKET;

	if (!wanted || !(fact->ev.flags & TR_EV_DONE))
		return 0;
	a->v = tr_grow(a->v, &a->cap, a->n, sizeof(const struct tr_fact *));
	a->v[a->n++] = fact;
	return 0;
}

void diff_args_collect(struct diff_args *ret, const struct tr_facts *facts)
{
	tr_facts_each(facts, collect, ret);
}

const struct tr_fact *diff_done(const struct tr_facts *facts, enum tr_abi abi, uint32_t nr)
{
	const struct tr_fact key = { .kind = TR_FACT_SYSCALL, .abi = (uint16_t)abi, .nr = nr };
	const struct tr_fact *fact = tr_facts_find(facts, &key);

	return fact && fact->ev.flags & TR_EV_DONE ? fact : NULL;
}

/* Filters */

struct search {
	bool yes, no;
	uint32_t refusal;
};

static bool look(const struct filter_case *c, void *arg)
{
	struct search *s = arg;

	if (answer_of(c->ret[0]) != ANSWER_NO) {
		s->yes = true;
	} else {
		s->no = true;
		s->refusal = c->ret[0];
	}
	return !(s->yes && s->no);
}

static struct search ask(const struct filter_set *set, const struct tr_diff_call *call,
			 uint8_t fixed, const uint64_t args[6])
{
	struct case_question q = { .set = { *set, *set },
				   .arch = tr_audit_arch(call->abi),
				   .nr = tr_filter_nr(call->abi, call->nr) };
	struct search s = { 0 };

	for (unsigned i = 0; i < 6; i++) {
		q.mask[i] = fixed >> i & 1 ? UINT64_MAX : 0;
		q.want[i] = args[i] & q.mask[i];
	}
	filter_cases(&q, look, &s);
	return s;
}

/* The arguments that a fact is about, for this call; 0 if it is about another. */
static uint8_t fact_args(const struct tr_fact *fact, const struct tr_diff_call *call,
			 uint64_t args[6])
{
	memset(args, 0, 6 * sizeof(args[0]));
	if (fact->kind == TR_FACT_SOCKET) {
		if (!call->name || strcmp(call->name, "socket") != 0)
			return 0;
		args[0] = fact->sock.family;
		args[1] = fact->sock.type;
		args[2] = fact->sock.protocol;
		return 7;
	}
	if (fact->abi != call->abi || fact->nr != call->nr || fact->arg.overflow ||
	    fact->arg.index > 5)
		return 0;
	args[fact->arg.index] = fact->arg.value;
	return (uint8_t)(1u << fact->arg.index);
}

/* A socket fact does not say whether socket() or socketpair() made it. */
static bool by_socketpair(const struct tr_fact *fact, const struct diff_party *from,
			  const struct filter_set *set, const struct tr_diff_call *call,
			  const uint64_t args[6])
{
	struct tr_diff_call pair = *call;
	int nr = syscall_number(call->abi, "socketpair");

	if (fact->kind != TR_FACT_SOCKET || nr < 0)
		return false;
	pair.nr = (uint32_t)nr;
	return diff_done(from->side->facts, call->abi, pair.nr) && ask(set, &pair, 7, args).yes;
}

static void refuse(struct tr_diff_call *call, enum diff_kind kind, uint8_t matter,
		   const uint64_t args[6], uint32_t refusal)
{
	struct filter_case c = { .matter = matter };

	memcpy(c.args, args, sizeof(c.args));
	c.ret[kind == DIFF_MORE] = SECCOMP_RET_ALLOW;
	c.ret[kind != DIFF_MORE] = refusal;
	diff_add_example(call, kind, &c);
}

static bool demand_of_filters(struct tr_diff_call *call, const struct diff_party *from,
			      const struct filter_set *set, enum diff_kind kind)
{
	uint64_t args[6] = { 0 };
	struct search whole = ask(set, call, 0, args);
	bool known = false;

	if (!whole.yes) {
		refuse(call, kind, 0, args, whole.refusal);
		return true;
	}
	for (size_t i = 0; whole.no && i < from->args.n; i++) {
		const struct tr_fact *fact = from->args.v[i];
		uint8_t fixed = fact_args(fact, call, args);
		struct search s;

		if (!fixed)
			continue;
		known = true;
		s = ask(set, call, fixed, args);
		if (!s.yes && !by_socketpair(fact, from, set, call, args))
			refuse(call, kind, fixed, args, s.refusal);
	}
	return !whole.no || known;
}

/* Recordings */

/* Whether `to` saw this value too, or saw none or too many to tell. */
static bool saw(const struct diff_args *to, const struct tr_fact *fact)
{
	bool known = false;

	for (size_t i = 0; i < to->n; i++) {
		const struct tr_fact *o = to->v[i];

		if (o->kind != fact->kind)
			continue;
		if (!tr_fact_cmp(o, fact))
			return true;
		if (fact->kind == TR_FACT_ARG &&
		    (o->abi != fact->abi || o->nr != fact->nr || o->arg.index != fact->arg.index))
			continue;
		if (fact->kind == TR_FACT_ARG && o->arg.overflow)
			return true;
		known = true;
	}
	return !known;
}

static void demand_of_facts(struct tr_diff_call *call, const struct diff_party *from,
			    const struct diff_party *to, enum diff_kind kind)
{
	const uint32_t refusal = SECCOMP_RET_ERRNO;
	uint64_t args[6] = { 0 };

	if (!diff_done(to->side->facts, call->abi, call->nr)) {
		refuse(call, kind, 0, args, refusal);
		return;
	}
	for (size_t i = 0; i < from->args.n; i++) {
		uint8_t fixed = fact_args(from->args.v[i], call, args);

		if (fixed && !saw(&to->args, from->args.v[i]))
			refuse(call, kind, fixed, args, refusal);
	}
}

bool diff_demands(struct tr_diff_call *call, const struct diff_party *from,
		  const struct diff_party *to, enum diff_kind kind)
{
	if (!diff_done(from->side->facts, call->abi, call->nr))
		return true;
	if (to->side->kind != TR_DIFF_FACTS)
		return demand_of_filters(call, from, &to->set, kind);
	demand_of_facts(call, from, to, kind);
	return true;
}
