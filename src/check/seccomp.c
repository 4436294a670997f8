// SPDX-License-Identifier: Apache-2.0
/*
 * Every recorded syscall, and every other that has a number, asked of the filters that the profile
 * compiles to. Nothing is concluded from the profile's text.
 *
 * What was recorded must pass the filters of the recordings it was seen in, all of them; what else
 * is allowed is what any of them allows.
 */
#include "check/seccomp.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "check/answer.h"
#include "eval/compile.h"
#include "policy/args.h"
#include "tables/syscalls.h"
#include "util/mem.h"

/* Far more answers than libseccomp gives to one number. */
#define MAX_RETURNS 64

void tr_check_seccomp_release(struct tr_check_seccomp *c)
{
	free(c->syscalls);
	free(c->extra);
	free(c->refusal);
	tr_strv_free(c->unknown);
	memset(c, 0, sizeof(*c));
}

static void checker_release(struct checker *k)
{
	for (size_t i = 0; i < k->n_variants; i++) {
		tr_strset_release(&k->variants[i].caps);
		tr_filter_release(&k->variants[i].f);
	}
	free(k->variants);
	free(k->of_recording);
	ceiling_release(&k->docker);
	siblings_release(&k->siblings);
	hands_release(&k->hands);
	tr_strset_release(&k->unknown);
	tr_check_seccomp_release(&k->c);
}

struct reply {
	enum tr_verdict verdict;
	uint32_t refusal; /* the hardest, if it is DENIED */
};

/* By the kernel's precedence, the smallest as a signed number. */
static uint32_t harder(uint32_t a, uint32_t b)
{
	return (int32_t)a < (int32_t)b ? a : b;
}

static struct reply ask(const struct tr_filter *f, enum tr_abi abi, uint32_t nr,
			const struct tr_known_args *args)
{
	struct reply r = { TR_VERDICT_DEPENDS, SECCOMP_RET_ALLOW };
	uint32_t rets[MAX_RETURNS];
	bool yes = false, no = false;
	size_t n = tr_filter_returns_known(f, tr_audit_arch(abi), tr_filter_nr(abi, nr), args, rets,
					   MAX_RETURNS);

	if (n > MAX_RETURNS)
		return r;
	for (size_t i = 0; i < n; i++) {
		enum answer a = answer_of(rets[i]);

		yes |= a != ANSWER_NO;
		no |= a != ANSWER_YES;
		r.refusal = harder(r.refusal, rets[i]);
	}
	if (!yes || !no)
		r.verdict = yes ? TR_VERDICT_ALLOWED : TR_VERDICT_DENIED;
	return r;
}

/* Until something says otherwise. */
static struct tr_check_syscall not_denied(const struct tr_fact *fact, bool by_args)
{
	return (struct tr_check_syscall){ .fact = fact,
					  .verdict = TR_VERDICT_ALLOWED,
					  .by_args = by_args,
					  .ret = SECCOMP_RET_ALLOW };
}

static void add_reply(struct tr_check_syscall *s, struct reply r)
{
	if (r.verdict > s->verdict)
		s->verdict = r.verdict;
	if (r.verdict == TR_VERDICT_DENIED)
		s->ret = harder(s->ret, r.refusal);
}

static void ask_variants(const struct checker *k, const struct tr_fact *seen, enum tr_abi abi,
			 uint32_t nr, const struct tr_known_args *args, struct tr_check_syscall *s)
{
	for (size_t i = 0; i < k->n_variants; i++)
		if (check_seen_under(k, seen, i))
			add_reply(s, ask(&k->variants[i].f, abi, nr, args));
}

/* SOCK_CLOEXEC and SOCK_NONBLOCK ride on the type, and are not recorded. */
#define SOCK_FLAG_BITS (02000000 | 04000)

/* What a value fact says of the arguments. Sockets' are ints: their upper halves are taken for 0. */
struct tr_known_args check_known_args(const struct tr_fact *value)
{
	struct tr_known_args a;

	memset(a.value, 0, sizeof(a.value));
	memset(a.unknown, 0xff, sizeof(a.unknown));
	if (value->kind == TR_FACT_SOCKET) {
		a.value[0] = value->sock.family;
		a.value[1] = value->sock.type;
		a.value[2] = value->sock.protocol;
		a.unknown[0] = a.unknown[2] = 0;
		a.unknown[1] = SOCK_FLAG_BITS;
	} else if (!value->arg.overflow && value->arg.index < 6) {
		a.value[value->arg.index] = value->arg.value;
		a.unknown[value->arg.index] = 0;
	}
	return a;
}

struct values {
	struct checker *k;
	const struct tr_fact *syscall;
	const char *name;
	struct tr_check_syscall sum; /* the worst of them */
	size_t n;
	const struct tr_fact *by_hand; /* the first that is refused and shall be */
	uint32_t by_hand_ret;
	const char *why;
};

/* Whether a value that is refused was meant to be. */
static bool value_by_hand(struct values *v, const struct tr_fact *value, uint32_t ret)
{
	const struct hand *hand =
		hands_deny_fact(&v->k->hands, (size_t)syscall_index(v->name), value);

	if (hand && !v->by_hand) {
		v->by_hand = value;
		v->by_hand_ret = ret;
		v->why = hand->from->why;
	}
	return hand != NULL;
}

static int check_value(const struct tr_fact *value, void *arg)
{
	struct values *v = arg;
	enum tr_abi abi = (enum tr_abi)v->syscall->abi;
	struct tr_check_syscall one = not_denied(v->syscall, true);
	struct tr_known_args args;

	if ((value->kind != TR_FACT_ARG && value->kind != TR_FACT_SOCKET) ||
	    !(value->ev.flags & TR_EV_DONE) || !policy_args_is_of(value, abi, v->name))
		return 0;
	args = check_known_args(value);
	ask_variants(v->k, value, abi, v->syscall->nr, &args, &one);
	v->n++;
	if (one.verdict == TR_VERDICT_DENIED && value_by_hand(v, value, one.ret))
		return 0;
	if (one.verdict == TR_VERDICT_DENIED && !v->sum.value)
		v->sum.value = value;
	add_reply(&v->sum, (struct reply){ one.verdict, one.ret });
	return 0;
}

/*
 * The profile wants to see arguments. Where the recordings have them all, they decide; a value
 * that is refused is a refusal even where others may be missing.
 */
static void decide_by_arguments(struct checker *k, struct tr_check_syscall *s)
{
	struct values v = { .k = k, .syscall = s->fact };

	v.name = syscall_name((enum tr_abi)s->fact->abi, s->fact->nr);
	if (!v.name)
		return;
	v.sum = not_denied(s->fact, true);
	tr_facts_each(k->facts, check_value, &v);
	if (!v.n || (v.sum.verdict != TR_VERDICT_DENIED && !policy_args_covered(k->facts, s->fact)))
		return;
	if (v.by_hand && v.sum.verdict == TR_VERDICT_ALLOWED) {
		v.sum.verdict = TR_VERDICT_BY_HAND;
		v.sum.value = v.by_hand;
		v.sum.ret = v.by_hand_ret;
		v.sum.why = v.why;
	}
	*s = v.sum;
}

/* What is refused as a whole, and was meant to be: the call, or every value that it was made with. */
static void decide_by_hand(struct checker *k, struct tr_check_syscall *s)
{
	const char *name = syscall_name((enum tr_abi)s->fact->abi, s->fact->nr);
	size_t call = name ? (size_t)syscall_index(name) : 0;
	const struct hand *hand = name ? hands_deny_call(&k->hands, call) : NULL;

	if (!name)
		return;
	if (hand && s->verdict == TR_VERDICT_DENIED) {
		s->verdict = TR_VERDICT_BY_HAND;
		s->why = hand->from->why;
	} else if (s->verdict == TR_VERDICT_DENIED && hands_limit_call(&k->hands, call)) {
		decide_by_arguments(k, s);
	}
	k->c.n_undenied += hand && s->verdict < TR_VERDICT_DENIED;
}

/* Whether what callers make when the call does not exist is allowed where the call was made. */
static bool form_allowed(const struct checker *k, const struct tr_fact *fact, size_t call)
{
	bool allowed = false;

	for (size_t i = 0; i < k->siblings.n; i++) {
		const struct sibling *form = &k->siblings.v[i];
		struct tr_check_syscall s = not_denied(fact, false);
		int nr = syscall_number((enum tr_abi)fact->abi, syscall_at(form->form));

		if (form->call != call || nr < 0)
			continue;
		ask_variants(k, fact, (enum tr_abi)fact->abi, (uint32_t)nr, NULL, &s);
		if (s.verdict == TR_VERDICT_DENIED)
			return false;
		allowed = true;
	}
	return allowed;
}

static bool is_answered(const struct checker *k, const struct tr_check_syscall *s)
{
	const char *name = syscall_name((enum tr_abi)s->fact->abi, s->fact->nr);

	return name && s->ret == (SECCOMP_RET_ERRNO | ENOSYS) &&
	       ceiling_answers_enosys(&k->docker, (size_t)syscall_index(name),
				      &s->fact->ev.recordings) &&
	       form_allowed(k, s->fact, (size_t)syscall_index(name));
}

static int check_fact(const struct tr_fact *fact, void *arg)
{
	struct checker *k = arg;
	struct tr_check_seccomp *c = &k->c;
	struct tr_check_syscall s = not_denied(fact, false);

	if (fact->kind != TR_FACT_SYSCALL || !(fact->ev.flags & TR_EV_DONE))
		return 0;
	ask_variants(k, fact, (enum tr_abi)fact->abi, fact->nr, NULL, &s);
	if (s.verdict == TR_VERDICT_DEPENDS)
		decide_by_arguments(k, &s);
	if (s.verdict == TR_VERDICT_DENIED && is_answered(k, &s))
		s.verdict = TR_VERDICT_ANSWERED;
	decide_by_hand(k, &s);
	s.runtimes = 1U << k->runtime;
	check_cost(k, &s);
	c->syscalls = tr_grow(c->syscalls, &k->cap_syscalls, c->n_syscalls, sizeof(*c->syscalls));
	c->syscalls[c->n_syscalls++] = s;
	c->n_allowed += s.verdict == TR_VERDICT_ALLOWED;
	c->n_depends += s.verdict == TR_VERDICT_DEPENDS;
	c->n_denied += s.verdict == TR_VERDICT_DENIED;
	c->n_answered += s.verdict == TR_VERDICT_ANSWERED;
	c->n_by_hand += s.verdict == TR_VERDICT_BY_HAND;
	return 0;
}

/* What the variants make of a call that nobody made: the best verdict, and else the hardest refusal. */
static struct reply ask_all(const struct checker *k, enum tr_abi abi, uint32_t nr)
{
	struct reply best = { TR_VERDICT_DENIED, SECCOMP_RET_ALLOW };

	for (size_t i = 0; i < k->n_variants; i++) {
		struct reply r;

		if (!(k->variants[i].machine->abis >> abi & 1))
			continue;
		r = ask(&k->variants[i].f, abi, nr, NULL);
		if (r.verdict < best.verdict)
			best.verdict = r.verdict;
		best.refusal = harder(best.refusal, r.refusal);
	}
	return best;
}

static void check_extra(struct checker *k, enum tr_abi abi, size_t name)
{
	struct tr_check_seccomp *c = &k->c;
	int nr = syscall_number(abi, syscall_at(name));
	struct reply best;

	if (nr < 0)
		return;
	best = ask_all(k, abi, (uint32_t)nr);
	if (abi == c->native && best.verdict == TR_VERDICT_DENIED)
		c->refusal[name] = best.refusal;
	if (best.verdict == TR_VERDICT_DENIED)
		return;
	c->n_granted += abi == c->native;
	if (tr_facts_done(k->facts, abi, (uint32_t)nr))
		return;
	c->extra = tr_grow(c->extra, &k->cap_extra, c->n_extra, sizeof(*c->extra));
	c->extra[c->n_extra++] =
		(struct tr_check_extra){ abi, (uint32_t)nr, syscall_at(name), best.verdict };
}

static void check_extras(struct checker *k)
{
	struct tr_check_seccomp *c = &k->c;

	c->n_names = syscall_count();
	c->refusal = tr_xcalloc(c->n_names, sizeof(*c->refusal));
	for (size_t i = 0; i < c->n_names; i++)
		c->refusal[i] = SECCOMP_RET_ALLOW;
	for (int abi = 0; abi < TR_ABI_MAX; abi++)
		for (size_t i = 0; i < c->n_names; i++)
			check_extra(k, (enum tr_abi)abi, i);
}

static void list_unknown(struct checker *k)
{
	k->c.unknown = tr_xcalloc(k->unknown.n + 1, sizeof(*k->c.unknown));
	for (size_t i = 0; i < k->unknown.n; i++)
		k->c.unknown[i] = tr_xstrdup(k->unknown.v[i]);
}

int tr_check_seccomp_for(struct tr_check_seccomp *ret, const struct tr_seccomp *p,
			 const struct tr_facts *facts, enum tr_runtime_kind runtime,
			 const struct tr_policy_hands *hands, struct tr_err *err)
{
	struct checker k = { .facts = facts, .runtime = runtime };

	if ((hands && hands_parse(&k.hands, hands, err) < 0) || check_variants(&k, p, err) < 0 ||
	    siblings_load(&k.siblings, err) < 0 ||
	    ceiling_load(&k.docker, NULL, facts, 1U << TR_ABI_X86_64 | 1U << TR_ABI_AARCH64, err) <
		    0) {
		checker_release(&k);
		return -1;
	}
	tr_facts_each(facts, check_fact, &k);
	check_extras(&k);
	list_unknown(&k);
	*ret = k.c;
	memset(&k.c, 0, sizeof(k.c));
	checker_release(&k);
	return 0;
}

int tr_check_seccomp(struct tr_check_seccomp *ret, const struct tr_seccomp *p,
		     const struct tr_facts *facts, struct tr_err *err)
{
	return tr_check_seccomp_for(ret, p, facts, TR_RUNTIME_RUNC, NULL, err);
}
