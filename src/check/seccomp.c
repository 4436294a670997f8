// SPDX-License-Identifier: Apache-2.0
/*
 * Every recorded syscall, and every other that has a number, asked of the filter that the profile
 * compiles to. Nothing is concluded from the profile's text.
 */
#include <linux/seccomp.h>
#include <stdlib.h>
#include <string.h>

#include "eval/compile.h"
#include "tables/syscalls.h"
#include "trammel/check.h"
#include "trammel/seccomp.h"
#include "util/mem.h"

/* More answers than libseccomp gives to one number; with more, the first ones decide. */
#define MAX_RETURNS 64

void tr_check_seccomp_release(struct tr_check_seccomp *c)
{
	free(c->syscalls);
	free(c->extra);
	tr_strv_free(c->unknown);
	memset(c, 0, sizeof(*c));
}

enum answer {
	ANSWER_YES,
	ANSWER_NO,
	ANSWER_ELSEWHERE
};

/*
 * A tracer or the listener of a notification decides for itself, and is not here to be asked. The
 * kernel takes an action that it does not know for a kill (kernel/seccomp.c: __seccomp_filter).
 */
static enum answer answer_of(uint32_t ret)
{
	switch (ret & SECCOMP_RET_ACTION_FULL) {
	case SECCOMP_RET_ALLOW:
	case SECCOMP_RET_LOG:
		return ANSWER_YES;
	case SECCOMP_RET_TRACE:
	case SECCOMP_RET_USER_NOTIF:
		return ANSWER_ELSEWHERE;
	default:
		return ANSWER_NO;
	}
}

/* *ret_refusal: the hardest one, by the kernel's precedence: the smallest as a signed number. */
static enum tr_verdict ask(const struct tr_filter *f, enum tr_abi abi, uint32_t nr,
			   uint32_t *ret_refusal)
{
	uint32_t rets[MAX_RETURNS];
	size_t n =
		tr_filter_returns(f, tr_audit_arch(abi), tr_filter_nr(abi, nr), rets, MAX_RETURNS);
	bool yes = false, no = false;

	*ret_refusal = 0;
	if (n > MAX_RETURNS)
		return TR_VERDICT_DEPENDS;
	for (size_t i = 0; i < n; i++) {
		enum answer a = answer_of(rets[i]);

		yes |= a != ANSWER_NO;
		no |= a != ANSWER_YES;
		if (a == ANSWER_NO && (!*ret_refusal || (int32_t)rets[i] < (int32_t)*ret_refusal))
			*ret_refusal = rets[i];
	}
	if (yes && no)
		return TR_VERDICT_DEPENDS;
	return yes ? TR_VERDICT_ALLOWED : TR_VERDICT_DENIED;
}

struct checker {
	struct tr_check_seccomp *c;
	const struct tr_filter *f;
	size_t cap_syscalls, cap_extra;
};

static int check_fact(const struct tr_fact *fact, void *arg)
{
	struct checker *k = arg;
	struct tr_check_seccomp *c = k->c;
	struct tr_check_syscall *s;

	if (fact->kind != TR_FACT_SYSCALL || !(fact->ev.flags & TR_EV_DONE))
		return 0;
	c->syscalls = tr_grow(c->syscalls, &k->cap_syscalls, c->n_syscalls, sizeof(*c->syscalls));
	s = &c->syscalls[c->n_syscalls++];
	s->fact = fact;
	s->verdict = ask(k->f, (enum tr_abi)fact->abi, fact->nr, &s->ret);
	c->n_allowed += s->verdict == TR_VERDICT_ALLOWED;
	c->n_depends += s->verdict == TR_VERDICT_DEPENDS;
	c->n_denied += s->verdict == TR_VERDICT_DENIED;
	return 0;
}

static bool was_done(const struct tr_facts *facts, enum tr_abi abi, uint32_t nr)
{
	const struct tr_fact key = { .kind = TR_FACT_SYSCALL, .abi = (uint16_t)abi, .nr = nr };
	const struct tr_fact *fact = tr_facts_find(facts, &key);

	return fact && fact->ev.flags & TR_EV_DONE;
}

static void check_extra(struct checker *k, const struct tr_facts *facts, enum tr_abi abi,
			const char *name)
{
	int nr = syscall_number(abi, name);
	struct tr_check_seccomp *c = k->c;
	enum tr_verdict verdict;
	uint32_t refusal;

	if (nr < 0)
		return;
	verdict = ask(k->f, abi, (uint32_t)nr, &refusal);
	if (verdict == TR_VERDICT_DENIED)
		return;
	c->n_granted += abi == syscall_native_abi();
	if (was_done(facts, abi, (uint32_t)nr))
		return;
	c->extra = tr_grow(c->extra, &k->cap_extra, c->n_extra, sizeof(*c->extra));
	c->extra[c->n_extra++] = (struct tr_check_extra){ abi, (uint32_t)nr, name, verdict };
}

int tr_check_seccomp(struct tr_check_seccomp *ret, const struct tr_seccomp *p,
		     const struct tr_facts *facts, struct tr_err *err)
{
	const struct tr_seccomp_host here = { 0 };
	struct tr_check_seccomp c = { 0 };
	struct tr_seccomp resolved;
	struct tr_filter f = { 0 };
	struct checker k = { .c = &c, .f = &f };
	int rc;

	if (tr_seccomp_resolve(&resolved, p, &here, err) < 0)
		return -1;
	rc = tr_compile(&f, &resolved, TR_RUNTIME_RUNC, &c.unknown, err);
	tr_seccomp_release(&resolved);
	if (rc < 0)
		return -1;
	c.filter_len = f.n;
	tr_facts_each(facts, check_fact, &k);
	for (int abi = 0; abi < TR_ABI_MAX; abi++)
		for (size_t i = 0; i < syscall_count(); i++)
			check_extra(&k, facts, (enum tr_abi)abi, syscall_at(i));
	tr_filter_release(&f);
	*ret = c;
	return 0;
}
