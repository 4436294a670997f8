// SPDX-License-Identifier: Apache-2.0
/* The same question under each runtime, and what their answers come to together. */
#include <linux/seccomp.h>
#include <stdlib.h>
#include <string.h>

#include "eval/compile.h"
#include "tables/syscalls.h"
#include "trammel/check.h"
#include "util/mem.h"

static const struct {
	enum tr_runtime_kind kind;
	const char *name;
} known[TR_CHECK_RUNTIMES] = {
	{ TR_RUNTIME_RUNC, "runc 1.0 and 1.1" },
	{ TR_RUNTIME_RUNC_12, "runc 1.2 and later" },
	{ TR_RUNTIME_CRUN, "crun" },
};

void tr_check_runtimes_release(struct tr_check_runtimes *r)
{
	for (size_t i = 0; i < r->n; i++) {
		free(r->v[i].refused);
		tr_check_seccomp_release(&r->v[i].c);
	}
	tr_check_seccomp_release(&r->all);
	memset(r, 0, sizeof(*r));
}

static int check_one(struct tr_check_runtimes *r, size_t i, const struct tr_seccomp *p,
		     const struct tr_facts *facts, const struct tr_policy_hands *hands,
		     struct tr_err *first)
{
	struct tr_check_runtime *v = &r->v[r->n];
	struct tr_err err = { 0 };

	v->kind = known[i].kind;
	v->name = known[i].name;
	if (tr_check_seccomp_for(&v->c, p, facts, v->kind, hands, &err) == 0) {
		r->n++;
		return 0;
	}
	/* A machine that cannot compile at all says nothing of the profile. */
	if (err.kind != TR_ERR_INPUT) {
		tr_err_move(first, &err);
		return -1;
	}
	v->refused = tr_xstrdup(tr_err_msg(&err));
	r->n++;
	if (!first->msg)
		tr_err_move(first, &err);
	tr_err_clear(&err);
	return 0;
}

/* How bad a verdict is for the recorded call. */
static int badness(enum tr_verdict v)
{
	static const int order[] = {
		[TR_VERDICT_ALLOWED] = 0, [TR_VERDICT_DEPENDS] = 1, [TR_VERDICT_ANSWERED] = 2,
		[TR_VERDICT_BY_HAND] = 3, [TR_VERDICT_DENIED] = 4,
	};

	return order[v];
}

static void join_syscall(struct tr_check_syscall *to, const struct tr_check_syscall *from)
{
	unsigned steps = to->steps > from->steps ? to->steps : from->steps;
	bool kept = to->kept && from->kept;

	if (to->verdict == from->verdict)
		to->runtimes |= from->runtimes;
	else if (badness(from->verdict) > badness(to->verdict))
		*to = *from;
	to->steps = steps;
	to->kept = kept;
}

static int extra_order(const struct tr_check_extra *a, const struct tr_check_extra *b)
{
	if (a->abi != b->abi)
		return a->abi < b->abi ? -1 : 1;
	return strcmp(a->name, b->name);
}

/* Both are sorted. */
static void join_extra(struct tr_check_seccomp *to, const struct tr_check_seccomp *from)
{
	struct tr_check_extra *v = tr_xcalloc(to->n_extra + from->n_extra + 1, sizeof(*v));
	size_t i = 0, k = 0, n = 0;

	while (i < to->n_extra || k < from->n_extra) {
		int order = i == to->n_extra   ? 1 :
			    k == from->n_extra ? -1 :
						 extra_order(&to->extra[i], &from->extra[k]);

		v[n] = order <= 0 ? to->extra[i] : from->extra[k];
		if (!order && from->extra[k].verdict < v[n].verdict)
			v[n].verdict = from->extra[k].verdict;
		n++;
		i += order <= 0;
		k += order >= 0;
	}
	free(to->extra);
	to->extra = v;
	to->n_extra = n;
}

static void count(struct tr_check_seccomp *c)
{
	c->n_allowed = c->n_depends = c->n_denied = c->n_answered = c->n_by_hand = 0;
	for (size_t i = 0; i < c->n_syscalls; i++) {
		enum tr_verdict v = c->syscalls[i].verdict;

		c->n_allowed += v == TR_VERDICT_ALLOWED;
		c->n_depends += v == TR_VERDICT_DEPENDS;
		c->n_denied += v == TR_VERDICT_DENIED;
		c->n_answered += v == TR_VERDICT_ANSWERED;
		c->n_by_hand += v == TR_VERDICT_BY_HAND;
	}
}

static void *copy_of(const void *from, size_t n, size_t size)
{
	void *v = tr_xcalloc(n + 1, size);

	if (n)
		memcpy(v, from, n * size);
	return v;
}

static struct tr_check_seccomp copy(const struct tr_check_seccomp *from)
{
	struct tr_check_seccomp c = *from;
	size_t n = 0;

	c.syscalls = copy_of(from->syscalls, from->n_syscalls, sizeof(*c.syscalls));
	c.extra = copy_of(from->extra, from->n_extra, sizeof(*c.extra));
	c.refusal = copy_of(from->refusal, from->n_names, sizeof(*c.refusal));
	while (from->unknown[n])
		n++;
	c.unknown = tr_xcalloc(n + 1, sizeof(*c.unknown));
	for (size_t i = 0; i < n; i++)
		c.unknown[i] = tr_xstrdup(from->unknown[i]);
	return c;
}

static void join(struct tr_check_runtimes *r)
{
	bool any = false;

	for (size_t i = 0; i < r->n; i++) {
		const struct tr_check_seccomp *c = &r->v[i].c;

		if (r->v[i].refused)
			continue;
		if (!any)
			r->all = copy(c);
		any = true;
		/* The facts are the same, and in the same order. */
		for (size_t k = 0; k < c->n_syscalls; k++)
			join_syscall(&r->all.syscalls[k], &c->syscalls[k]);
		join_extra(&r->all, c);
	}
	count(&r->all);
}

int tr_check_runtimes_by_hand(struct tr_check_runtimes *ret, const struct tr_seccomp *p,
			      const struct tr_facts *facts, unsigned runtimes,
			      const struct tr_policy_hands *hands, struct tr_err *err)
{
	struct tr_check_runtimes r = { 0 };
	struct tr_err first = { 0 };
	bool taken = false, failed = false;

	for (size_t i = 0; i < TR_CHECK_RUNTIMES && !failed; i++)
		if (runtimes >> known[i].kind & 1)
			failed = check_one(&r, i, p, facts, hands, &first) < 0;
	for (size_t i = 0; i < r.n; i++)
		taken |= !r.v[i].refused;
	if (failed || !taken) {
		if (err)
			tr_err_move(err, &first);
		tr_err_clear(&first);
		tr_check_runtimes_release(&r);
		return -1;
	}
	tr_err_clear(&first);
	join(&r);
	*ret = r;
	return 0;
}

int tr_check_runtimes(struct tr_check_runtimes *ret, const struct tr_seccomp *p,
		      const struct tr_facts *facts, unsigned runtimes, struct tr_err *err)
{
	return tr_check_runtimes_by_hand(ret, p, facts, runtimes, NULL, err);
}
