// SPDX-License-Identifier: Apache-2.0
/* What a bundle keeps of facts: nothing of the hour, and the same whatever is merged in again. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "lib/facts_equal.h"
#include "lib/random_facts.h"
#include "lib/suite.h"
#include "lib/trace_text.h"
#include "trammel/bundle.h"
#include "trammel/redact.h"

#define ROUNDS TR_ROUNDS(300)

static const struct random_opts opts = { .max_facts = 60, .max_recordings = 5, .hostile = true };

/* As the recorder leaves them: in no order yet, and each began once. */
static void recorded(struct rng *r, struct tr_facts *f)
{
	random_facts(r, &opts, f);
	for (size_t i = 0; i < f->n_recordings; i++) {
		f->recordings[i].order = 0;
		f->recordings[i].started = 1700000000 + f->recordings[i].id[31];
	}
}

static void join(struct tr_facts *dst, const struct tr_facts *a, const struct tr_facts *b)
{
	tr_facts_init(dst);
	tr_facts_merge(dst, a);
	tr_facts_merge(dst, b);
}

static void check_same(const struct tr_facts *a, const struct tr_facts *b)
{
	char *x = trace_text(a, NULL), *y = trace_text(b, NULL);

	ck_assert(facts_equal(a, b));
	ck_assert_str_eq(x, y);
	free(x);
	free(y);
}

static int has_no_time(const struct tr_fact *fact, void *arg)
{
	(void)arg;
	return fact->ev.first || fact->ev.last;
}

static void check_timeless(const struct tr_facts *f)
{
	struct tr_u32set orders = { 0 };

	ck_assert_int_eq(tr_facts_each(f, has_no_time, NULL), 0);
	for (size_t i = 0; i < f->n_recordings; i++) {
		ck_assert(!f->recordings[i].started && !f->recordings[i].stopped);
		tr_u32set_add(&orders, f->recordings[i].order);
	}
	ck_assert_uint_eq(orders.n, f->n_recordings);
	ck_assert_uint_eq(orders.v[0], 1);
	ck_assert_uint_eq(orders.v[orders.n - 1], f->n_recordings);
	tr_u32set_release(&orders);
}

START_TEST(settling_again_changes_nothing)
{
	struct rng r = { 4 };

	for (int round = 0; round < ROUNDS; round++) {
		struct tr_facts a, b, bundle, again, part;

		recorded(&r, &a);
		recorded(&r, &b);
		join(&bundle, &a, &b);
		tr_bundle_settle_facts(&bundle);
		check_timeless(&bundle);
		join(&again, &b, &a);
		tr_bundle_settle_facts(&again);
		check_same(&bundle, &again);
		tr_facts_release(&again);
		join(&again, &bundle, &bundle);
		tr_bundle_settle_facts(&again);
		check_same(&bundle, &again);
		tr_facts_release(&again);
		/* with what it was made of */
		join(&again, &a, &bundle);
		tr_bundle_settle_facts(&again);
		check_same(&bundle, &again);
		tr_facts_release(&again);
		/* and with a bundle of some of it */
		join(&part, &a, &a);
		tr_bundle_settle_facts(&part);
		join(&again, &bundle, &part);
		tr_bundle_settle_facts(&again);
		check_same(&bundle, &again);
		tr_facts_release(&again);
		tr_facts_release(&part);
		tr_facts_release(&bundle);
		tr_facts_release(&b);
		tr_facts_release(&a);
	}
}
END_TEST

static int has_secret(const struct tr_fact *fact, void *arg)
{
	const char *secret = arg;

	for (size_t i = 0; i < fact->ev.exes.n; i++)
		if (strstr(fact->ev.exes.v[i], secret))
			return 1;
	return (fact->path && strstr(fact->path, secret)) ||
	       (fact->interp && strstr(fact->interp, secret));
}

/* Whatever the pattern is, and also with what was not redacted merged in again. */
START_TEST(redacting_again_changes_nothing)
{
	static const char *const patterns[] = { "lib", "[a-z]+", "[0-9a-f]+", "e*",	  "^/etc",
						"o$",  ".",	 "redacted",  "(/[^/]*)+" };
	struct rng r = { 9 };

	for (int round = 0; round < ROUNDS; round++) {
		struct tr_redact *redact = NULL;
		struct tr_facts a, once, again;

		for (int i = 0; i < 2; i++)
			ck_assert_int_eq(
				tr_redact_add(&redact,
					      patterns[rng_below(&r, TR_ARRAY_SIZE(patterns))],
					      NULL),
				0);
		recorded(&r, &a);
		join(&once, &a, &a);
		tr_facts_redact(redact, &once);
		join(&again, &once, &once);
		tr_facts_redact(redact, &again);
		check_same(&once, &again);
		tr_facts_release(&again);
		tr_redact_free(redact);
		redact = NULL;
		ck_assert_int_eq(tr_redact_add(&redact, "lib/", NULL), 0);
		tr_facts_redact(redact, &a);
		ck_assert_int_eq(tr_facts_each(&a, has_secret, (void *)(uintptr_t) "lib/"), 0);
		tr_facts_release(&once);
		tr_facts_release(&a);
		tr_redact_free(redact);
	}
}
END_TEST

TR_SUITE("bundle", settling_again_changes_nothing, redacting_again_changes_nothing)
