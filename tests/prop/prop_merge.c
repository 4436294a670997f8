// SPDX-License-Identifier: Apache-2.0
/*
 * Merging is a semilattice join: in whatever order, grouping and number of times traces of a fleet
 * are merged, the outcome is the same, in meaning and in the bytes of the finished file.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "lib/facts_equal.h"
#include "lib/random_facts.h"
#include "lib/suite.h"
#include "lib/trace_text.h"

#define ROUNDS TR_ROUNDS(400)

static const struct random_opts opts = { .max_facts = 60, .max_recordings = 5, .hostile = true };

/* Equal in meaning, and written as the same bytes. */
static void check_same(const struct tr_facts *a, const struct tr_facts *b)
{
	char *x = trace_text(a, NULL), *y = trace_text(b, NULL);

	ck_assert(facts_equal(a, b));
	ck_assert(facts_equal(b, a));
	ck_assert_str_eq(x, y);
	free(x);
	free(y);
}

static void merge_all(struct tr_facts *dst, const struct tr_facts *const *src, size_t n)
{
	tr_facts_init(dst);
	for (size_t i = 0; i < n; i++)
		tr_facts_merge(dst, src[i]);
}

START_TEST(merge_is_a_join)
{
	struct rng r = { 2024 };

	for (int round = 0; round < ROUNDS; round++) {
		struct tr_facts a, b, c, ab, ba, ab_c, bc, a_bc, twice;

		random_facts(&r, &opts, &a);
		random_facts(&r, &opts, &b);
		random_facts(&r, &opts, &c);
		merge_all(&ab, (const struct tr_facts *[]){ &a, &b }, 2);
		merge_all(&ba, (const struct tr_facts *[]){ &b, &a }, 2);
		check_same(&ab, &ba);
		merge_all(&ab_c, (const struct tr_facts *[]){ &ab, &c }, 2);
		merge_all(&bc, (const struct tr_facts *[]){ &b, &c }, 2);
		merge_all(&a_bc, (const struct tr_facts *[]){ &a, &bc }, 2);
		check_same(&ab_c, &a_bc);
		merge_all(&twice, (const struct tr_facts *[]){ &ab, &a, &ab, &b }, 4);
		check_same(&ab, &twice);
		tr_facts_release(&twice);
		tr_facts_merge(&a, &a);
		merge_all(&twice, (const struct tr_facts *[]){ &a }, 1);
		check_same(&a, &twice);
		tr_facts_release(&twice);
		tr_facts_release(&a_bc);
		tr_facts_release(&bc);
		tr_facts_release(&ab_c);
		tr_facts_release(&ba);
		tr_facts_release(&ab);
		tr_facts_release(&c);
		tr_facts_release(&b);
		tr_facts_release(&a);
	}
}
END_TEST

static int collect(const struct tr_fact *fact, void *arg)
{
	struct tr_fact **at = arg;

	*(*at)++ = tr_fact_copy(fact);
	return 0;
}

/* The same facts, each in halves, in another order, with the recordings numbered backwards. */
static void shuffled(struct rng *r, const struct tr_facts *f, struct tr_facts *ret)
{
	struct tr_fact *all = tr_xcalloc(2 * f->n + 1, sizeof(*all)), *end = all;
	size_t n = 2 * f->n;

	tr_facts_init(ret);
	for (size_t i = f->n_recordings; i-- > 0;) {
		struct tr_recording rec = { .id = tr_xstrdup(f->recordings[i].id) };

		tr_facts_add_recording(ret, &rec);
	}
	tr_facts_each(f, collect, &end);
	tr_facts_each(f, collect, &end);
	for (size_t i = 0; i < n; i++) {
		size_t k = i + rng_below(r, (uint32_t)(n - i));
		struct tr_fact t = all[i];

		all[i] = all[k];
		all[k] = t;
	}
	for (size_t i = 0; i < n; i++) {
		struct tr_u32set *s = &all[i].ev.recordings;

		for (size_t k = 0; k < s->n / 2; k++) {
			uint32_t t = s->v[k];

			s->v[k] = s->v[s->n - 1 - k];
			s->v[s->n - 1 - k] = t;
		}
		for (size_t k = 0; k < s->n; k++)
			s->v[k] = (uint32_t)f->n_recordings - 1 - s->v[k];
		tr_facts_add(ret, &all[i], NULL);
	}
	free(all);
	for (size_t i = 0; i < f->n_recordings; i++) {
		struct tr_facts one;
		struct tr_recording *rec = &f->recordings[i], copy = *rec;

		/* what is known of a recording comes with an empty trace of it */
		tr_facts_init(&one);
		copy.id = tr_xstrdup(rec->id);
		copy.subject = tr_xstrdup(rec->subject);
		copy.context = NULL;
		for (size_t k = 0; rec->context && k < rec->context->n; k++)
			for (size_t v = 0; v < rec->context->v[k].values.n; v++)
				tr_context_add(&copy, rec->context->v[k].key,
					       rec->context->v[k].values.v[v]);
		tr_facts_add_recording(&one, &copy);
		tr_facts_merge(ret, &one);
		tr_facts_release(&one);
	}
}

START_TEST(order_of_arrival_is_nothing)
{
	struct rng r = { 99 };

	for (int round = 0; round < ROUNDS; round++) {
		struct tr_facts a, b;

		random_facts(&r, &opts, &a);
		shuffled(&r, &a, &b);
		check_same(&a, &b);
		tr_facts_release(&a);
		tr_facts_release(&b);
	}
}
END_TEST

/* read(write(x)) is x, and write(read(y)) is y; and reading two files is merging them. */
START_TEST(files_keep_everything)
{
	struct rng r = { 5 };

	for (int round = 0; round < ROUNDS; round++) {
		struct tr_facts a, b, back, both;
		struct tr_err err = { 0 };
		size_t len_a = 0, len_b = 0;
		char *text_a, *text_b;

		random_facts(&r, &opts, &a);
		random_facts(&r, &opts, &b);
		text_a = trace_text(&a, &len_a);
		text_b = trace_text(&b, &len_b);
		tr_facts_init(&back);
		ck_assert_msg(trace_parse(&back, text_a, len_a, &err) == 0, "%s", tr_err_msg(&err));
		check_same(&a, &back);
		ck_assert_msg(trace_parse(&back, text_b, len_b, &err) == 0, "%s", tr_err_msg(&err));
		merge_all(&both, (const struct tr_facts *[]){ &a, &b }, 2);
		check_same(&both, &back);
		tr_facts_release(&both);
		tr_facts_release(&back);
		tr_facts_release(&b);
		tr_facts_release(&a);
		free(text_a);
		free(text_b);
	}
}
END_TEST

/* Writing does not change what is written: a recording that goes on is written now and then. */
START_TEST(writing_changes_nothing)
{
	struct rng r = { 77 };

	for (int round = 0; round < 50; round++) {
		struct tr_facts a;
		char *ids[8], *text;

		random_facts(&r, &opts, &a);
		for (size_t i = 0; i < a.n_recordings; i++)
			ids[i] = a.recordings[i].id;
		text = trace_text(&a, NULL);
		for (size_t i = 0; i < a.n_recordings; i++)
			ck_assert_ptr_eq(ids[i], a.recordings[i].id);
		free(text);
		tr_facts_release(&a);
	}
}
END_TEST

TR_SUITE("merge", merge_is_a_join, order_of_arrival_is_nothing, files_keep_everything,
	 writing_changes_nothing)
