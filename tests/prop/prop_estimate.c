// SPDX-License-Identifier: Apache-2.0
/*
 * The estimates of what is unseen, on populations whose size is known: each fact has a chance to show in
 * a recording, and recordings are drawn from that. Seeds are fixed: what holds here holds always.
 */
#include <check.h>
#include <math.h>

#include "facts/estimate.h"
#include "lib/random_facts.h"
#include "lib/suite.h"

#define TRIALS 400
#define ALL    (1u << TR_FACT_SYSCALL)

/* The chance of fact i of n, 0 to 1. */
typedef double chances(unsigned i, unsigned n);

static double even(unsigned i, unsigned n)
{
	(void)i;
	(void)n;
	return 0.3;
}

/* A few are in nearly every run, many in one of fifty. */
static double steep(unsigned i, unsigned n)
{
	return i < n / 2 ? 0.9 : 0.02;
}

static double always(unsigned i, unsigned n)
{
	(void)i;
	(void)n;
	return 1;
}

/* Facts come together: who takes a code path once makes all of its calls. */
static double together(unsigned i, unsigned n)
{
	return i < n / 2 ? 1 : 0.1;
}

static double random_unit(struct rng *r)
{
	return (double)(rng_u64(r) >> 11) / 9007199254740992.0;
}

/* One recording, of facts 0 to n - 1; one draw for all of them if `one_draw`. */
static void draw(struct rng *r, struct tr_facts *f, unsigned n, chances *p, bool one_draw)
{
	struct tr_recording rec = { 0 };
	uint32_t index = tr_facts_add_recording(f, &rec);
	double common = random_unit(r);

	for (unsigned i = 0; i < n; i++) {
		struct tr_fact fact = { .kind = TR_FACT_SYSCALL, .nr = i };

		if ((one_draw ? common : random_unit(r)) >= p(i, n))
			continue;
		tr_u32set_add(&fact.ev.recordings, index);
		tr_facts_add(f, &fact, NULL);
	}
}

struct outcome {
	double all; /* mean of seen + about */
	double covered; /* how often the interval had the truth */
	double next, news; /* mean chance that was estimated; how often the last was news */
	double next_covered;
};

static struct outcome simulate(unsigned n, unsigned m, chances *p, bool one_draw)
{
	struct rng r = { 20 + n * 7 + m };
	struct outcome o = { 0 };

	for (int t = 0; t < TRIALS; t++) {
		struct estimate_unseen unseen;
		struct estimate_counts c;
		struct estimate_next next;
		struct tr_facts f;
		size_t own, before;

		tr_facts_init(&f);
		for (unsigned i = 1; i < m; i++)
			draw(&r, &f, n, p, one_draw);
		before = f.n;
		draw(&r, &f, n, p, one_draw);
		c = estimate_count(&f, ALL);
		ck_assert(estimate_unseen(&c, &unseen) && estimate_next(&f, ALL, &next, &own));
		ck_assert(unseen.low <= unseen.about && unseen.about <= unseen.high);
		ck_assert(next.low <= next.chance && next.chance <= next.high);
		o.all += ((double)c.seen + unseen.about) / TRIALS;
		o.covered +=
			((double)c.seen + unseen.low <= n && n <= (double)c.seen + unseen.high) /
			(double)TRIALS;
		o.next += next.chance / TRIALS;
		o.news += (f.n > before) / (double)TRIALS;
		tr_facts_release(&f);
	}
	return o;
}

START_TEST(even_chances_are_met)
{
	struct outcome o = simulate(80, 6, even, false);

	ck_assert_msg(fabs(o.all - 80) < 4, "%g of 80", o.all);
	ck_assert_msg(o.covered > 0.85, "covered %g", o.covered);
	o = simulate(80, 12, even, false);
	ck_assert_msg(fabs(o.all - 80) < 2, "%g of 80", o.all);
}
END_TEST

/* It is a lower bound: what hardly ever shows is not conjured up, and not forgotten either. */
START_TEST(rare_ones_are_bounded_from_below)
{
	struct outcome o = simulate(200, 8, steep, false);
	double seen = 100 + 100 * (1 - pow(0.98, 8));

	ck_assert_msg(o.all < 204 && o.all > seen + 30, "%g of 200, %g seen", o.all, seen);
}
END_TEST

START_TEST(what_always_shows_is_all)
{
	struct outcome o = simulate(50, 5, always, false);

	ck_assert(o.all == 50 && o.next == 0 && o.news == 0);
}
END_TEST

START_TEST(the_next_is_news_as_often_as_said)
{
	struct outcome o = simulate(60, 5, even, false);

	ck_assert_msg(fabs(o.next - o.news) < 0.05, "%g, was %g", o.next, o.news);
	o = simulate(60, 9, together, true);
	ck_assert_msg(fabs(o.next - o.news) < 0.03, "%g, was %g", o.next, o.news);
	ck_assert(o.news > 0.01);
}
END_TEST

/* Tables of Clopper and Pearson's interval. */
START_TEST(the_interval_is_the_exact_one)
{
	static const struct {
		unsigned own, of;
		double low, high;
	} known[] = { { 0, 10, 0, 0.3085 },
		      { 5, 10, 0.1871, 0.8129 },
		      { 10, 10, 0.6915, 1 },
		      { 1, 20, 0.0013, 0.2487 } };

	for (size_t i = 0; i < TR_ARRAY_SIZE(known); i++) {
		struct estimate_next next;
		struct tr_facts f;
		size_t own;

		tr_facts_init(&f);
		for (unsigned k = 0; k < known[i].of; k++) {
			struct tr_fact fact = { .kind = TR_FACT_SYSCALL, .nr = k };
			struct tr_recording rec = { 0 };
			uint32_t index = tr_facts_add_recording(&f, &rec);

			tr_u32set_add(&fact.ev.recordings, index);
			if (k < known[i].own)
				tr_facts_add(&f, &fact, NULL);
			else
				tr_fact_release(&fact);
		}
		ck_assert(estimate_next(&f, ALL, &next, &own));
		ck_assert_uint_eq(own, known[i].own);
		ck_assert_msg(fabs(next.low - known[i].low) < 1e-4, "%g", next.low);
		ck_assert_msg(fabs(next.high - known[i].high) < 1e-4, "%g", next.high);
		tr_facts_release(&f);
	}
}
END_TEST

START_TEST(one_recording_says_nothing)
{
	struct rng r = { 1 };
	struct estimate_unseen unseen;
	struct estimate_next next;
	struct estimate_counts c;
	struct tr_facts f;
	size_t own;

	tr_facts_init(&f);
	c = estimate_count(&f, ALL);
	ck_assert(!estimate_unseen(&c, &unseen) && !estimate_next(&f, ALL, &next, &own));
	draw(&r, &f, 20, even, false);
	c = estimate_count(&f, ALL);
	ck_assert(!estimate_unseen(&c, &unseen) && !estimate_next(&f, ALL, &next, &own));
	tr_facts_release(&f);
}
END_TEST

TR_SUITE("estimate", even_chances_are_met, rare_ones_are_bounded_from_below,
	 what_always_shows_is_all, the_next_is_news_as_often_as_said, the_interval_is_the_exact_one,
	 one_recording_says_nothing)
