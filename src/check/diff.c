// SPDX-License-Identifier: Apache-2.0
#include "trammel/diff.h"

#include <linux/filter.h>
#include <stdlib.h>
#include <string.h>

#include "check/answer.h"
#include "check/diff.h"
#include "check/machine.h"
#include "tables/syscalls.h"
#include "util/mem.h"

/*
 * Far above the numbers of any table of ours: what a list of refusals lets in. What was recorded
 * above is looked at, too.
 */
#define MAX_NUMBER 1024

struct differ {
	struct tr_diff d;
	struct diff_party party[2];
};

/* The walk through one syscall. */
struct comparison {
	struct tr_diff_call *call;
	bool yes[2], no[2];
};

void tr_diff_release(struct tr_diff *d)
{
	free(d->v);
	memset(d, 0, sizeof(*d));
}

void diff_add_example(struct tr_diff_call *call, enum diff_kind kind, const struct filter_case *c)
{
	size_t n = call->n_cases[kind]++;
	struct tr_diff_example *e;

	if (n >= TR_DIFF_EXAMPLES)
		return;
	e = &call->example[kind][n];
	memcpy(e->args, c->args, sizeof(e->args));
	e->matter = c->matter;
	memcpy(e->ret, c->ret, sizeof(e->ret));
}

static bool compare_case(const struct filter_case *c, void *arg)
{
	struct comparison *k = arg;
	enum answer answer[2];

	for (unsigned s = 0; s < 2; s++) {
		answer[s] = answer_of(c->ret[s]);
		k->yes[s] |= answer[s] != ANSWER_NO;
		k->no[s] |= answer[s] != ANSWER_YES;
	}
	if (answer[1] > answer[0])
		diff_add_example(k->call, DIFF_MORE, c);
	else if (answer[0] > answer[1])
		diff_add_example(k->call, DIFF_LESS, c);
	else if (c->ret[0] != c->ret[1])
		diff_add_example(k->call, DIFF_OTHERWISE, c);
	return true;
}

static enum tr_verdict verdict_of(bool yes, bool no)
{
	if (yes && no)
		return TR_VERDICT_DEPENDS;
	return yes ? TR_VERDICT_ALLOWED : TR_VERDICT_DENIED;
}

/* What a party answers to this call: a recording allows what was done, and nothing else. */
static struct filter_set set_of(const struct diff_party *p, const struct tr_diff_call *call,
				struct sock_filter room[DIFF_DID_MAX], struct tr_filter *one)
{
	if (p->side->kind != TR_DIFF_FACTS)
		return p->set;
	*one = (struct tr_filter){ room, diff_did(room, p->side->facts, call) };
	return (struct filter_set){ one, 1 };
}

/* The recordings' side of the answer is their demands; how they were refused means nothing. */
static void compare_facts(struct differ *d, struct tr_diff_call *call)
{
	for (unsigned s = 0; s < 2; s++) {
		enum diff_kind kind = s ? DIFF_MORE : DIFF_LESS;

		if (d->party[s].side->kind != TR_DIFF_FACTS)
			continue;
		call->n_cases[kind] = call->n_cases[DIFF_OTHERWISE] = 0;
		if (!diff_demands(call, &d->party[s], &d->party[!s], kind))
			d->d.n_undecided++;
	}
}

static void compare_call(struct differ *d, struct tr_diff_call *call)
{
	struct comparison k = { .call = call };
	struct case_question q = { .arch = tr_audit_arch(call->abi),
				   .nr = tr_filter_nr(call->abi, call->nr) };
	struct sock_filter room[2][DIFF_DID_MAX];
	struct tr_filter one[2];

	for (unsigned s = 0; s < 2; s++)
		q.set[s] = set_of(&d->party[s], call, room[s], &one[s]);
	call->partial = !filter_cases(&q, compare_case, &k);
	for (unsigned s = 0; s < 2; s++)
		call->verdict[s] = verdict_of(k.yes[s], k.no[s]);
	compare_facts(d, call);
	call->more = call->n_cases[DIFF_MORE];
	call->less = call->n_cases[DIFF_LESS];
	call->otherwise = call->n_cases[DIFF_OTHERWISE];
	d->d.n_asked++;
}

static bool differs(const struct tr_diff_call *call)
{
	return call->more || call->less || call->otherwise;
}

static struct tr_diff_call *keep(struct differ *d, const struct tr_diff_call *call)
{
	struct tr_diff *r = &d->d;

	r->v = tr_grow(r->v, &r->cap, r->n, sizeof(*r->v));
	r->v[r->n] = *call;
	return &r->v[r->n++];
}

static bool same_difference(const struct tr_diff_call *a, const struct tr_diff_call *b)
{
	return a->abi == b->abi && !a->name && a->more == b->more && a->less == b->less &&
	       a->otherwise == b->otherwise && a->verdict[0] == b->verdict[0] &&
	       a->verdict[1] == b->verdict[1];
}

/* Numbers without a name are one entry for each way in which they differ. */
static void keep_unnamed(struct differ *d, const struct tr_diff_call *call)
{
	for (size_t i = 0; i < d->d.n; i++) {
		if (same_difference(&d->d.v[i], call)) {
			d->d.v[i].n_unnamed++;
			return;
		}
	}
	keep(d, call)->n_unnamed = 1;
}

static void compare_number(struct differ *d, enum tr_abi abi, uint32_t nr)
{
	struct tr_diff_call call = { .name = syscall_name(abi, nr), .abi = abi, .nr = nr };

	compare_call(d, &call);
	if (!differs(&call))
		return;
	if (call.name)
		keep(d, &call);
	else
		keep_unnamed(d, &call);
}

struct high {
	struct differ *d;
	enum tr_abi abi;
	const struct tr_facts *before; /* has been looked through */
};

static int compare_high(const struct tr_fact *fact, void *arg)
{
	struct high *h = arg;

	if (fact->kind == TR_FACT_SYSCALL && fact->abi == h->abi && fact->nr >= MAX_NUMBER &&
	    fact->ev.flags & TR_EV_DONE &&
	    !(h->before && tr_facts_done(h->before, h->abi, fact->nr)))
		compare_number(h->d, h->abi, fact->nr);
	return 0;
}

static void compare_abi(struct differ *d, enum tr_abi abi)
{
	struct high h = { .d = d, .abi = abi };

	d->d.abis |= 1u << abi;
	for (uint32_t nr = 0; nr < MAX_NUMBER; nr++)
		compare_number(d, abi, nr);
	for (unsigned s = 0; s < 2; s++) {
		if (d->party[s].side->kind != TR_DIFF_FACTS)
			continue;
		tr_facts_each(d->party[s].side->facts, compare_high, &h);
		h.before = d->party[s].side->facts;
	}
}

static int take_abi(const struct tr_fact *fact, void *arg)
{
	unsigned *abis = arg;

	if (fact->kind == TR_FACT_SYSCALL && fact->abi < TR_ABI_MAX && fact->ev.flags & TR_EV_DONE)
		*abis |= 1u << fact->abi;
	return 0;
}

/* Which machine's ABIs a side can speak of. */
static bool covers(const struct tr_diff_side *side, const struct machine *m)
{
	unsigned abis = 0;

	if (side->kind == TR_DIFF_FILTERS)
		return m == machine_here();
	if (side->kind == TR_DIFF_FACTS) {
		tr_facts_each(side->facts, take_abi, &abis);
		return abis & m->abis;
	}
	return side->kind == TR_DIFF_PROFILE;
}

static int prepare(struct diff_party *p, const struct machine *m,
		   const struct tr_seccomp_host *host, struct tr_err *err)
{
	p->set = (struct filter_set){ p->side->filters, p->side->n_filters };
	if (p->side->kind != TR_DIFF_PROFILE)
		return 0;
	if (machine_compile(&p->compiled, m, p->side->profile, host, TR_RUNTIME_RUNC, NULL, err) <
	    0)
		return -1;
	p->set = (struct filter_set){ &p->compiled, 1 };
	return 0;
}

static int compare_machine(struct differ *d, const struct machine *m,
			   const struct tr_seccomp_host *host, struct tr_err *err)
{
	int rc = 0;

	for (unsigned s = 0; s < 2 && rc == 0; s++) {
		rc = prepare(&d->party[s], m, host, err);
		if (rc < 0)
			tr_err_wrap(err, "%s", s ? "the second" : "the first");
	}
	for (int abi = 0; rc == 0 && abi < TR_ABI_MAX; abi++)
		if (m->abis >> abi & 1)
			compare_abi(d, (enum tr_abi)abi);
	for (unsigned s = 0; s < 2; s++)
		tr_filter_release(&d->party[s].compiled);
	return rc;
}

static int by_name(const void *a, const void *b)
{
	const struct tr_diff_call *x = a, *y = b;
	int c;

	if (!x->name || !y->name) {
		if (x->name || y->name)
			return x->name ? -1 : 1;
		return x->abi != y->abi ? (int)x->abi - (int)y->abi :
					  (x->nr > y->nr) - (x->nr < y->nr);
	}
	c = strcmp(x->name, y->name);
	return c ? c : (int)x->abi - (int)y->abi;
}

static void finish(struct tr_diff *d)
{
	if (d->n)
		qsort(d->v, d->n, sizeof(*d->v), by_name);
	for (size_t i = 0; i < d->n; i++) {
		d->n_more += d->v[i].more;
		d->n_less += d->v[i].less;
		d->n_otherwise += d->v[i].otherwise;
	}
}

int tr_diff_seccomp(struct tr_diff *ret, const struct tr_diff_side *a, const struct tr_diff_side *b,
		    const struct tr_diff_opts *opts, struct tr_err *err)
{
	const struct tr_seccomp_host host = { .caps = opts ? opts->caps : NULL,
					      .n_caps = opts ? opts->n_caps : 0,
					      .kernel = opts ? opts->kernel : 0 };
	struct differ d = { .party = { { .side = a }, { .side = b } } };
	int rc = 0;

	for (unsigned s = 0; s < 2; s++)
		if (d.party[s].side->kind == TR_DIFF_FACTS)
			diff_args_collect(&d.party[s].args, d.party[s].side->facts);
	for (size_t i = 0; i < n_machines && rc == 0; i++)
		if (covers(a, &machines[i]) && covers(b, &machines[i]))
			rc = compare_machine(&d, &machines[i], &host, err);
	if (rc == 0 && !d.d.abis)
		rc = tr_err_set(err, TR_ERR_INPUT, "there is no ABI that both of them speak of");
	for (unsigned s = 0; s < 2; s++)
		free(d.party[s].args.v);
	if (rc < 0) {
		tr_diff_release(&d.d);
		return -1;
	}
	finish(&d.d);
	*ret = d.d;
	return 0;
}
