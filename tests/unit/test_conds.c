// SPDX-License-Identifier: Apache-2.0
/* Conditions as sets of arguments: and, or, but not, and an engine's comparisons as masked bits. */
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "lib/random_facts.h"
#include "lib/suite.h"
#include "policy/ceiling.h"
#include "policy/conds.h"

static struct conds_alt alt_of(const char *text)
{
	struct conds_alt alt;

	ck_assert_msg(conds_alt_parse(&alt, text) == 0, "%s", text);
	return alt;
}

static bool holds(const struct conds *c, uint64_t a0, uint64_t a1)
{
	const struct conds_alt exactly = { { UINT64_MAX, UINT64_MAX }, { a0, a1 } };

	return conds_within(&exactly, c);
}

START_TEST(parses)
{
	struct conds_alt alt = alt_of("0&0x7e020000=0 5=7");

	ck_assert_uint_eq(alt.mask[0], 0x7e020000);
	ck_assert_uint_eq(alt.want[0], 0);
	ck_assert_uint_eq(alt.mask[5], UINT32_MAX);
	ck_assert_uint_eq(alt.want[5], 7);
	alt = alt_of("");
	ck_assert_uint_eq(alt.mask[0], 0);
	static const char *const bad[] = { "6=1",     "0",   "0=",   "0&1=2", "0=1 ", "0=1,1=2",
					   "0=1 0=2", "x=1", "0&=1", "0==1",  "0=-1", " 0=1" };
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ck_assert_msg(conds_alt_parse(&alt, bad[i]) < 0, "'%s'", bad[i]);
}
END_TEST

START_TEST(or_keeps_what_is_wider)
{
	struct conds c = { 0 };
	struct conds_alt wide = alt_of("0&0xf0=0x10"), narrow = alt_of("0&0xff=0x12 1=3"),
			 other = alt_of("1=3"), all = alt_of("");

	ck_assert(conds_never(&c));
	conds_add(&c, &narrow);
	ck_assert_uint_eq(c.n, 1);
	conds_add(&c, &wide);
	ck_assert_uint_eq(c.n, 1); /* narrow is within it */
	conds_add(&c, &narrow);
	ck_assert_uint_eq(c.n, 1);
	conds_add(&c, &other);
	ck_assert_uint_eq(c.n, 2);
	ck_assert(holds(&c, 0x17, 0) && holds(&c, 0, 3) && !holds(&c, 0x20, 0));
	ck_assert(conds_can_be(&c, 1, 9) && conds_can_be(&c, 0, 0x20));
	conds_add(&c, &all);
	ck_assert(c.any && !c.n && holds(&c, 0x20, 0));
	conds_release(&c);
}
END_TEST

START_TEST(contradictions_never_hold)
{
	struct conds a = { 0 }, b = { 0 }, both;
	struct conds_alt one = alt_of("0=1"), two = alt_of("0=2"), bit = alt_of("0&1=1");
	struct tr_cond less = { 0, TR_CMP_LT, 5, 0 }, never = { 0, TR_CMP_MASKED_EQ, 1, 2 };

	conds_add(&a, &one);
	conds_add(&b, &two);
	both = conds_both(&a, &b);
	ck_assert(conds_never(&both));
	conds_add(&b, &bit);
	both = conds_both(&a, &b);
	ck_assert(both.n == 1 && holds(&both, 1, 0) && !holds(&both, 3, 0));
	ck_assert_int_lt(conds_alt_and(&one, &less), 0);
	ck_assert_int_lt(conds_alt_and(&one, &never), 0);
	conds_release(&a);
	conds_release(&b);
	conds_release(&both);
}
END_TEST

static struct rng chance;

static struct conds_alt random_alt(void)
{
	struct conds_alt alt = { 0 };

	for (unsigned i = 0; i < 2; i++) {
		alt.mask[i] = rng_below(&chance, 16) & rng_below(&chance, 16);
		alt.want[i] = rng_below(&chance, 16) & alt.mask[i];
	}
	return alt;
}

static struct conds random_conds(void)
{
	struct conds c = { 0 };

	for (uint32_t n = rng_below(&chance, 5); n; n--) {
		struct conds_alt alt = random_alt();

		conds_add(&c, &alt);
	}
	return c;
}

/* The algebra against its meaning, over all values of two arguments of four bits. */
START_TEST(means_what_it_says)
{
	chance = (struct rng){ 1 };
	for (int round = 0; round < 2000; round++) {
		struct conds a = random_conds(), b = random_conds();
		struct conds both = conds_both(&a, &b), either = conds_copy(&a),
			     without = conds_copy(&a);
		struct conds_alt gone = random_alt();
		struct conds gone_set = { 0 };

		conds_add(&gone_set, &gone);
		conds_add_all(&either, &b);
		conds_without(&without, &gone);
		for (uint64_t v = 0; v < 256; v++) {
			uint64_t x = v & 15, y = v >> 4;
			bool in_a = holds(&a, x, y), in_b = holds(&b, x, y);

			ck_assert(holds(&both, x, y) == (in_a && in_b));
			ck_assert(holds(&either, x, y) == (in_a || in_b));
			ck_assert(holds(&without, x, y) == (in_a && !holds(&gone_set, x, y)));
		}
		conds_release(&a);
		conds_release(&b);
		conds_release(&both);
		conds_release(&either);
		conds_release(&without);
		conds_release(&gone_set);
	}
}
END_TEST

static bool compares(const struct tr_cond *c, uint64_t v)
{
	switch (c->op) {
	case TR_CMP_EQ:
		return v == c->value;
	case TR_CMP_NE:
		return v != c->value;
	case TR_CMP_LT:
		return v < c->value;
	case TR_CMP_LE:
		return v <= c->value;
	case TR_CMP_GT:
		return v > c->value;
	case TR_CMP_GE:
		return v >= c->value;
	case TR_CMP_MASKED_EQ:
		break;
	}
	return (v & c->value) == c->value2;
}

static bool any_compares(const struct tr_cond *conds, size_t n, uint64_t v)
{
	for (size_t i = 0; i < n; i++)
		if (compares(&conds[i], v))
			return true;
	return false;
}

static struct conds ceiling_of_conds(struct tr_cond *conds, size_t n)
{
	struct tr_rule rules[4] = { { .n_names = 0 } };
	const struct tr_rule *list[4];

	for (size_t i = 0; i < n; i++) {
		rules[i].conds = &conds[i];
		rules[i].n_conds = 1;
		list[i] = &rules[i];
	}
	return ceiling_conds(list, n);
}

/* Never more than the engine's rules, at and around every number they hold, in both halves. */
START_TEST(comparisons_are_never_widened)
{
	static const uint64_t ups[] = { 0, 1, UINT32_MAX };

	chance = (struct rng){ 2 };
	for (int round = 0; round < 3000; round++) {
		struct tr_cond conds[4];
		size_t n = 1 + rng_below(&chance, 4);
		struct conds c;

		for (size_t i = 0; i < n; i++) {
			uint64_t v =
				rng_one_in(&chance, 6) ? rng_u64(&chance) : rng_below(&chance, 70);

			conds[i] = (struct tr_cond){ 0, (enum tr_cmp)rng_below(&chance, 7), v, 0 };
			if (conds[i].op == TR_CMP_MASKED_EQ)
				conds[i].value2 = v & rng_u64(&chance);
		}
		c = ceiling_of_conds(conds, n);
		for (uint64_t v = 0; v < 130 * 3; v++) {
			uint64_t value = ups[v % 3] << 32 | v / 3;

			if (holds(&c, value, 0))
				ck_assert_msg(any_compares(conds, n, value), "%llx",
					      (unsigned long long)value);
		}
		for (size_t i = 0; i < n; i++)
			for (int d = -1; d <= 1; d++)
				if (holds(&c, conds[i].value + (uint64_t)d, 0))
					ck_assert(any_compares(conds, n,
							       conds[i].value + (uint64_t)d));
		conds_release(&c);
	}
}
END_TEST

/* Docker's rules for socket: everything real stays, with whatever stands in the upper half. */
START_TEST(comparisons_keep_what_is_real)
{
	struct tr_cond socket[] = { { 0, TR_CMP_LT, 38, 0 },
				    { 0, TR_CMP_EQ, 39, 0 },
				    { 0, TR_CMP_GT, 40, 0 } };
	struct tr_cond bounded[] = { { 0, TR_CMP_LE, 9, 0 } };
	struct tr_cond value[] = { { 0, TR_CMP_EQ, UINT32_MAX, 0 } };
	struct conds c = ceiling_of_conds(socket, 3);

	for (uint64_t v = 0; v < 64; v++) {
		ck_assert_msg(holds(&c, v, 0) == (v != 38 && v != 40), "%d", (int)v);
		ck_assert(holds(&c, 0xabcd00000000 | v, 0) == (v != 38 && v != 40));
	}
	ck_assert(!holds(&c, 64, 0) && !holds(&c, UINT32_MAX, 0));
	conds_release(&c);
	c = ceiling_of_conds(bounded, 1);
	for (uint64_t v = 0; v < 32; v++)
		ck_assert(holds(&c, v, 0) == (v <= 9));
	ck_assert(!holds(&c, UINT64_C(1) << 32, 0));
	conds_release(&c);
	c = ceiling_of_conds(value, 1);
	ck_assert(c.n == 1 && c.alts[0].mask[0] == UINT64_MAX && holds(&c, UINT32_MAX, 0));
	conds_release(&c);
}
END_TEST

TR_SUITE("conds", parses, or_keeps_what_is_wider, contradictions_never_hold, means_what_it_says,
	 comparisons_are_never_widened, comparisons_keep_what_is_real)
