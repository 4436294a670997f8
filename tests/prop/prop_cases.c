// SPDX-License-Identifier: Apache-2.0
/*
 * Random pairs of profiles: every pair of answers that some arguments lead to is among the cases, and
 * every case is answered as it says.
 */
#include <check.h>
#include <string.h>

#include "eval/cases.h"
#include "eval/compile.h"
#include "lib/suite.h"
#include "tables/syscalls.h"
#include "util/mem.h"

/* libseccomp 2.5.4 loses memory where it merges, or refuses, rules with several conditions. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
	return "leak:libseccomp.so";
}

static uint64_t rnd_state = 20;

static uint32_t rnd(uint32_t n)
{
	rnd_state = rnd_state * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(rnd_state >> 33) % n;
}

static uint64_t rnd_value(void)
{
	static const uint64_t some[] = { 0,	     1,
					 2,	     3,
					 16,	     38,
					 40,	     0x7e020000,
					 0x10000000, 0x20000000,
					 0xffffffff, 0x100000001,
					 0x5412,     UINT64_C(1) << 63 };

	return some[rnd(TR_ARRAY_SIZE(some))];
}

/* Close to what the profiles compare with: a value, its neighbours, a bit turned. */
static uint64_t rnd_arg(void)
{
	uint64_t v = rnd_value();

	switch (rnd(4)) {
	case 0:
		return v + rnd(3) - 1;
	case 1:
		return v ^ UINT64_C(1) << rnd(64);
	case 2:
		return v | rnd_value();
	default:
		return v;
	}
}

static void random_rule(struct tr_seccomp *p, enum tr_action action)
{
	struct tr_rule *r = tr_seccomp_add_rule(p);
	unsigned used = 0;

	r->action = action;
	tr_rule_add_name(r, "fcntl");
	/*
	 * Of the other operators one a rule: libseccomp 2.5.4 can add rules for ever where some have
	 * SCMP_CMP_NE or SCMP_CMP_GE beside another condition.
	 */
	if (!rnd(3)) {
		tr_rule_add_cond(r,
				 (struct tr_cond){ rnd(3), (enum tr_cmp)rnd(6), rnd_value(), 0 });
		return;
	}
	for (uint32_t i = 1 + rnd(3); i; i--) {
		struct tr_cond c = { rnd(3), rnd(2) ? TR_CMP_EQ : TR_CMP_MASKED_EQ, rnd_value(),
				     rnd_value() };

		if (used >> c.index & 1)
			continue;
		used |= 1u << c.index;
		if (c.op == TR_CMP_MASKED_EQ)
			c.value2 &= c.value;
		tr_rule_add_cond(r, c);
	}
}

/* false: libseccomp would not have it. */
static bool random_filter(struct tr_filter *f)
{
	enum tr_action action = rnd(4) ? TR_ACTION_ALLOW : TR_ACTION_LOG;
	struct tr_seccomp p;
	int rc;

	tr_seccomp_init(&p);
	tr_seccomp_add_arch(&p, "SCMP_ARCH_X86_64");
	for (uint32_t i = rnd(4); i; i--)
		random_rule(&p, action);
	rc = tr_compile(f, &p, TR_RUNTIME_RUNC, NULL, NULL);
	tr_seccomp_release(&p);
	return rc == 0;
}

struct answers {
	const struct case_question *q;
	uint32_t ret[64][2];
	size_t n, cases;
};

static bool known(const struct answers *a, const uint32_t ret[2])
{
	for (size_t i = 0; i < a->n; i++)
		if (!memcmp(a->ret[i], ret, sizeof(a->ret[i])))
			return true;
	return false;
}

static void answer(const struct case_question *q, const uint64_t args[6], uint32_t ret[2])
{
	struct tr_seccomp_data d = { .nr = q->nr, .arch = q->arch };

	memcpy(d.args, args, sizeof(d.args));
	for (unsigned s = 0; s < 2; s++)
		ret[s] = filter_set_run(&q->set[s], &d);
}

static bool take(const struct filter_case *c, void *arg)
{
	struct answers *a = arg;
	uint64_t args[6];
	uint32_t ret[2];

	/* What does not matter can be anything. */
	for (unsigned i = 0; i < 6; i++)
		args[i] = c->matter >> i & 1 ? c->args[i] : rnd_arg();
	for (unsigned i = 0; i < 6; i++)
		ck_assert_uint_eq(args[i] & a->q->mask[i], a->q->want[i]);
	answer(a->q, args, ret);
	ck_assert_int_eq(memcmp(ret, c->ret, sizeof(ret)), 0);
	a->cases++;
	if (!known(a, ret))
		memcpy(a->ret[a->n++], ret, sizeof(ret));
	ck_assert_uint_lt(a->n, 64);
	return true;
}

/* Some questions are about some arguments only. */
static void restrict_args(struct case_question *q)
{
	static const uint64_t masks[] = { 0, 0, 0xffffffff, UINT64_MAX, 0x10000000, 0x300000000 };

	for (unsigned i = 0; i < 3; i++) {
		q->mask[i] = masks[rnd(TR_ARRAY_SIZE(masks))];
		q->want[i] = rnd_arg() & q->mask[i];
	}
}

START_TEST(no_answer_is_missed)
{
	size_t tried = 0, most = 0;

	for (int round = 0; round < 5000; round++) {
		struct case_question q = { .arch = tr_audit_arch(TR_ABI_X86_64),
					   .nr = syscall_number(TR_ABI_X86_64, "fcntl") };
		struct tr_filter f[2] = { 0 };
		struct answers a = { .q = &q };

		restrict_args(&q);
		if (random_filter(&f[0]) && random_filter(&f[1])) {
			q.set[0] = (struct filter_set){ &f[0], 1 };
			q.set[1] = (struct filter_set){ &f[1], 1 };
			ck_assert(filter_cases(&q, take, &a));
			for (int i = 0; i < 200; i++) {
				uint64_t args[6];
				uint32_t ret[2];

				for (unsigned j = 0; j < 6; j++)
					args[j] = (rnd_arg() & ~q.mask[j]) | q.want[j];
				answer(&q, args, ret);
				ck_assert_msg(known(&a, ret), "round %d: a missed answer", round);
			}
			tried++;
			most = a.n > most ? a.n : most;
		}
		tr_filter_release(&f[0]);
		tr_filter_release(&f[1]);
	}
	/* Or the test would say yes to nothing. */
	ck_assert_uint_gt(tried, 4000);
	ck_assert_uint_ge(most, 4);
}
END_TEST

TR_SUITE("cases", no_answer_is_missed)
