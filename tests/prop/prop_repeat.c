// SPDX-License-Identifier: Apache-2.0
/*
 * Lines that repeat one from before are not parsed again. It must make no difference: what is read with
 * the memory of earlier lines is what is read without, whatever was changed in a line, and what is
 * refused without is refused with it.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "lib/facts_equal.h"
#include "lib/random_facts.h"
#include "lib/suite.h"
#include "lib/trace_text.h"
#include "trace/reading.h"

#define ROUNDS TR_ROUNDS(3000)

static const struct random_opts opts = { .max_facts = 30, .max_recordings = 3, .hostile = true };

/* Somewhere behind the header, mostly in a digit; sometimes nothing. */
static void change(struct rng *r, char *text, size_t len)
{
	static const char bytes[] = "0123456789,[]\"-.eE: x";
	const char *end = memchr(text, '\n', len);
	size_t from = end ? (size_t)(end - text) + 1 : len;

	for (unsigned n = rng_below(r, 4); n && from < len; n--) {
		size_t at = from + rng_below(r, (uint32_t)(len - from));

		for (unsigned tries = 0; tries < 200; tries++) {
			size_t other = from + rng_below(r, (uint32_t)(len - from));

			if (text[other] >= '0' && text[other] <= '9') {
				at = other;
				break;
			}
		}
		text[at] = bytes[rng_below(r, rng_one_in(r, 3) ? sizeof(bytes) - 1 : 10)];
	}
}

static int read_text(struct trace_reading *t, char *text, size_t len)
{
	struct tr_err err tr_cleanup_err = { 0 };
	FILE *in = fmemopen(text, len, "r");
	int r = trace_read_stream(t, in, "x", &err);

	fclose(in);
	return r;
}

/* Reads both, with one memory for both or each with its own. */
static int read_both(struct tr_facts *f, bool shared, char *const text[2], const size_t len[2])
{
	struct trace_reading t = { .f = f };
	int r = 0;

	tr_facts_init(f);
	for (int i = 0; i < 2 && r == 0; i++) {
		r = read_text(&t, text[i], len[i]);
		if (!shared)
			repeat_release(&t.repeat);
	}
	repeat_release(&t.repeat);
	return r;
}

START_TEST(repetition_makes_no_difference)
{
	struct rng r = { 77 };
	unsigned read = 0, refused = 0;

	for (int round = 0; round < ROUNDS; round++) {
		struct tr_facts f, with, without;
		char *text[2];
		size_t len[2] = { 0 };
		int a, b;

		random_facts(&r, &opts, &f);
		text[0] = trace_text(&f, &len[0]);
		text[1] = trace_text(&f, &len[1]);
		tr_facts_release(&f);
		change(&r, text[1], len[1]);
		a = read_both(&with, true, text, len);
		b = read_both(&without, false, text, len);
		ck_assert_msg(a == b, "%d with, %d without, of:\n%s", a, b, text[1]);
		ck_assert(a < 0 || facts_equal(&with, &without));
		read += a == 0;
		refused += a < 0;
		tr_facts_release(&with);
		tr_facts_release(&without);
		free(text[0]);
		free(text[1]);
	}
	/* Both must be there to be compared. */
	ck_assert_msg(read > ROUNDS / 5 && refused > ROUNDS / 5, "%u read, %u refused", read,
		      refused);
}
END_TEST

/* A member's name inside a string is no member. */
START_TEST(strings_are_no_members)
{
	static const char line[] =
		"{\"fact\":\"exec\",\"path\":\"/,\\\"recordings\\\":[7],\\\"first"
		"\\\":5\",\"recordings\":[1,2],\"first\":12,\"last\":13,\"x\":1}";
	struct repeat_parts p;

	ck_assert(repeat_split(line, sizeof(line) - 1, &p));
	ck_assert_uint_eq(p.n_recordings, 3);
	ck_assert(!memcmp(p.recordings, "1,2", 3));
	ck_assert_int_eq(p.first, 12);
	ck_assert_int_eq(p.last, 13);
	ck_assert_uint_eq(p.n_tail, 7);
}
END_TEST

/* Many lines, so that the table grows and its places run out: still the same. */
START_TEST(many_lines_stay_apart)
{
	struct trace_reading t = { 0 };
	struct tr_facts f;
	char *text;
	size_t len = 0, n = 40000;

	tr_facts_init(&f);
	for (size_t i = 0; i < n; i++) {
		struct tr_recording rec = { .id = tr_xstrdup("00000000000000000000000000000001") };
		struct tr_fact fact = { .kind = TR_FACT_EXEC,
					.path = tr_xasprintf("/bin/program-%zu", i * 7919) };

		tr_u32set_add(&fact.ev.recordings, tr_facts_add_recording(&f, &rec));
		fact.ev.first = 1000 + (int64_t)i;
		tr_facts_add(&f, &fact, NULL);
	}
	text = trace_text(&f, &len);
	t.f = &f;
	for (int i = 0; i < 2; i++)
		ck_assert_int_eq(read_text(&t, text, len), 0);
	ck_assert_uint_eq(f.n, n);
	ck_assert_uint_gt(t.repeat.n, 20000);
	free(text);
	text = trace_text(&f, NULL);
	ck_assert(strstr(text, "program-0\",\"recordings\":[0],\"first\":1000"));
	free(text);
	repeat_release(&t.repeat);
	tr_facts_release(&f);
}
END_TEST

TR_SUITE("repeat", repetition_makes_no_difference, strings_are_no_members, many_lines_stay_apart)
