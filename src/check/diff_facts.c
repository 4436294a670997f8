// SPDX-License-Identifier: Apache-2.0
/*
 * What a recording demands. It is not known which values of several arguments came together, nor what
 * the arguments were that nobody recorded: a demand is refuted only where the other side refuses a
 * recorded value whatever the rest is.
 */
#include <errno.h>
#include <linux/filter.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "check/answer.h"
#include "check/diff.h"
#include "eval/compile.h"
#include "policy/args.h"
#include "policy/conds.h"
#include "tables/args.h"
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

/* What was done, as a filter */

static void insn(struct sock_filter *to, size_t *n, uint16_t code, uint32_t k, uint8_t jf)
{
	to[(*n)++] = (struct sock_filter){ code, 0, jf, k };
}

/* Allows where all conditions hold; else what follows decides. They are MASKED_EQ of 32 bits. */
static void add_alternative(struct sock_filter *to, size_t *n, const struct policy_alternative *a)
{
	for (size_t i = 0; i < a->n_conds; i++) {
		const struct tr_cond *c = &a->conds[i];
		/* Behind this condition: three instructions for each of the others, and the return. */
		uint8_t skip = (uint8_t)(3 * (a->n_conds - 1 - i) + 1);

		insn(to, n, BPF_LD | BPF_W | BPF_ABS,
		     (uint32_t)offsetof(struct tr_seccomp_data, args) + 8 * c->index, 0);
		insn(to, n, BPF_ALU | BPF_AND | BPF_K, (uint32_t)c->value, 0);
		insn(to, n, BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)c->value2, skip);
	}
	insn(to, n, BPF_RET | BPF_K, SECCOMP_RET_ALLOW, 0);
}

size_t diff_did(struct sock_filter to[DIFF_DID_MAX], const struct tr_facts *facts,
		const struct tr_diff_call *call)
{
	struct policy_alternative alts[POLICY_MAX_ALTERNATIVES];
	bool is_done = tr_facts_done(facts, call->abi, call->nr);
	size_t n = 0, n_alts;

	if (is_done && call->name &&
	    policy_args(facts, call->name, TR_POLICY_ARGS_ALL, alts, &n_alts) ==
		    POLICY_ARGS_NARROWED) {
		for (size_t i = 0; i < n_alts; i++)
			add_alternative(to, &n, &alts[i]);
		is_done = false;
	}
	insn(to, &n, BPF_RET | BPF_K, is_done ? SECCOMP_RET_ALLOW : SECCOMP_RET_ERRNO | EPERM, 0);
	return n;
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
			 const struct conds_alt *when)
{
	struct case_question q = { .set = { *set, *set },
				   .arch = tr_audit_arch(call->abi),
				   .nr = tr_filter_nr(call->abi, call->nr) };
	struct search s = { 0 };

	memcpy(q.mask, when->mask, sizeof(q.mask));
	memcpy(q.want, when->want, sizeof(q.want));
	filter_cases(&q, look, &s);
	return s;
}

static void want(struct conds_alt *when, unsigned index, uint32_t mask, uint64_t value)
{
	when->mask[index] = mask;
	when->want[index] = value & mask;
}

/* The arguments that a fact is about; false if it is about another call. */
static bool fact_args(const struct tr_fact *fact, const struct tr_diff_call *call,
		      struct conds_alt *ret)
{
	const struct arg_spec *spec = call->name ? arg_spec_of(call->name) : NULL;
	uint32_t mask = spec && spec->form == ARG_BITS ? spec->mask : UINT32_MAX;

	memset(ret, 0, sizeof(*ret));
	if (fact->kind == TR_FACT_SOCKET) {
		if (!call->name || strcmp(call->name, "socket") != 0)
			return false;
		want(ret, 0, UINT32_MAX, fact->sock.family);
		want(ret, 1, SOCK_TYPE_BITS, fact->sock.type);
		want(ret, 2, UINT32_MAX, fact->sock.protocol);
		return true;
	}
	if (fact->abi != call->abi || fact->nr != call->nr || fact->arg.overflow ||
	    fact->arg.index > 5)
		return false;
	want(ret, fact->arg.index, mask, fact->arg.value);
	return true;
}

/* A socket fact does not say whether socket() or socketpair() made it. */
static bool by_socketpair(const struct tr_fact *fact, const struct diff_party *from,
			  const struct filter_set *set, const struct tr_diff_call *call,
			  const struct conds_alt *when)
{
	struct tr_diff_call pair = *call;
	int nr = syscall_number(call->abi, "socketpair");

	if (fact->kind != TR_FACT_SOCKET || nr < 0 ||
	    !policy_args_is_of(fact, call->abi, "socketpair"))
		return false;
	pair.nr = (uint32_t)nr;
	return tr_facts_done(from->side->facts, call->abi, pair.nr) && ask(set, &pair, when).yes;
}

static void refuse(struct tr_diff_call *call, enum diff_kind kind, const struct conds_alt *when,
		   uint32_t refusal)
{
	struct filter_case c = { 0 };

	for (unsigned i = 0; i < 6; i++) {
		c.args[i] = when->want[i];
		c.matter |= when->mask[i] ? (uint8_t)(1u << i) : 0;
	}
	c.ret[kind == DIFF_MORE] = SECCOMP_RET_ALLOW;
	c.ret[kind != DIFF_MORE] = refusal;
	diff_add_example(call, kind, &c);
}

static bool demand_of_filters(struct tr_diff_call *call, const struct diff_party *from,
			      const struct filter_set *set, enum diff_kind kind)
{
	struct conds_alt when = { 0 };
	struct search whole = ask(set, call, &when);
	bool known = false;

	if (!whole.yes) {
		refuse(call, kind, &when, whole.refusal);
		return true;
	}
	for (size_t i = 0; whole.no && i < from->args.n; i++) {
		const struct tr_fact *fact = from->args.v[i];
		struct search s;

		if (!fact_args(fact, call, &when))
			continue;
		known = true;
		s = ask(set, call, &when);
		if (!s.yes && !by_socketpair(fact, from, set, call, &when))
			refuse(call, kind, &when, s.refusal);
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
	struct conds_alt when = { 0 };

	if (!tr_facts_done(to->side->facts, call->abi, call->nr)) {
		refuse(call, kind, &when, refusal);
		return;
	}
	for (size_t i = 0; i < from->args.n; i++) {
		if (fact_args(from->args.v[i], call, &when) && !saw(&to->args, from->args.v[i]))
			refuse(call, kind, &when, refusal);
	}
}

bool diff_demands(struct tr_diff_call *call, const struct diff_party *from,
		  const struct diff_party *to, enum diff_kind kind)
{
	if (!tr_facts_done(from->side->facts, call->abi, call->nr))
		return true;
	if (to->side->kind != TR_DIFF_FACTS)
		return demand_of_filters(call, from, &to->set, kind);
	demand_of_facts(call, from, to, kind);
	return true;
}
