// SPDX-License-Identifier: Apache-2.0
#include "facts/keep.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "lib/suite.h"
#include "trammel/trace.h"
#include "util/mem.h"

/* Recordings 0 to 4: a build each time but 1 and 2, which are of one; 4 has no digest. Each saw a call
 * of its own (10 + i), and all of them call 0. */
static const struct {
	int64_t started;
	uint32_t order;
	const char *digest;
} recordings[] = {
	{ 0, 1, "sha256:aaaa11112222" },
	{ 300, 0, "sha256:bbbb11112222" },
	{ 100, 0, "sha256:bbbb11112222" },
	{ 200, 0, "sha256:cccc11112222" },
	{ 250, 0, NULL },
};
#define N TR_ARRAY_SIZE(recordings)

static void make(struct tr_facts *f)
{
	struct tr_fact all = { .kind = TR_FACT_SYSCALL };

	tr_facts_init(f);
	for (uint32_t i = 0; i < N; i++) {
		struct tr_recording rec = { .id = tr_xasprintf("%032x", 99 - i),
					    .started = recordings[i].started,
					    .order = recordings[i].order };
		struct tr_fact own = { .kind = TR_FACT_SYSCALL, .nr = 10 + i };
		uint32_t index;

		if (recordings[i].digest)
			tr_context_add(&rec, "image.digest", recordings[i].digest);
		index = tr_facts_add_recording(f, &rec);
		tr_u32set_add(&own.ev.recordings, index);
		tr_u32set_add(&all.ev.recordings, index);
		tr_facts_add(f, &own, NULL);
	}
	tr_facts_add(f, &all, NULL);
}

static bool has(const struct tr_facts *f, uint32_t nr)
{
	struct tr_fact key = { .kind = TR_FACT_SYSCALL, .nr = nr };

	return tr_facts_find(f, &key);
}

START_TEST(oldest_first)
{
	static const uint32_t want[N] = { 0, 2, 3, 4, 1 };
	tr_cleanup_free uint32_t *age = NULL;
	struct tr_facts f;

	make(&f);
	age = facts_by_age(&f);
	for (size_t i = 0; i < N; i++)
		ck_assert_uint_eq(age[i], want[i]);
	tr_facts_release(&f);
}
END_TEST

/* The newest build is that of 1 and 2, however old 2 is. */
START_TEST(builds_are_kept_whole)
{
	static const bool want[N + 1][N] = {
		{ 0, 0, 0, 0, 0 }, { 0, 1, 1, 0, 0 }, { 0, 1, 1, 0, 1 },
		{ 0, 1, 1, 1, 1 }, { 1, 1, 1, 1, 1 }, { 1, 1, 1, 1, 1 },
	};

	for (size_t n = 0; n <= N; n++) {
		bool keep[N] = { 0 };
		struct tr_facts f;

		make(&f);
		facts_keep_builds(&f, n, keep);
		ck_assert(!memcmp(keep, want[n], sizeof(keep)));
		facts_drop(&f, keep);
		for (uint32_t i = 0; i < N; i++)
			ck_assert(has(&f, 10 + i) == keep[i]);
		ck_assert(has(&f, 0) == (n > 0));
		tr_facts_release(&f);
	}
}
END_TEST

START_TEST(since_is_a_moment)
{
	static const bool since_c[N] = { 0, 1, 0, 1, 1 };
	struct tr_err err tr_cleanup_err = { 0 };
	bool keep[N] = { 0 };
	struct tr_facts f;

	make(&f);
	ck_assert_int_eq(facts_keep_since(&f, "sha256:cccc11112222", keep, &err), 0);
	ck_assert(!memcmp(keep, since_c, sizeof(keep)));
	ck_assert_int_eq(facts_keep_since(&f, "cccc11", keep, &err), 0);
	ck_assert(!memcmp(keep, since_c, sizeof(keep)));
	facts_drop(&f, keep);
	ck_assert_uint_eq(f.n_recordings, 3);
	ck_assert(has(&f, 0) && !has(&f, 12) && has(&f, 13));
	tr_facts_release(&f);
}
END_TEST

START_TEST(digests_that_do_not_say_which)
{
	static const char *const bad[] = { "", "sha256:", "sha256:aaaa1", "dddd11112222" };
	struct tr_recording rec = { .started = 1 };
	struct tr_facts f;
	bool keep[N + 1];

	make(&f);
	for (size_t i = 0; i < TR_ARRAY_SIZE(bad); i++) {
		struct tr_err err tr_cleanup_err = { 0 };

		ck_assert_int_eq(facts_keep_since(&f, bad[i], keep, &err), -1);
	}
	tr_context_add(&rec, "image.digest", "sha256:aaaa11119999");
	tr_facts_add_recording(&f, &rec);
	ck_assert_int_eq(facts_keep_since(&f, "aaaa1111", keep, NULL), -1);
	ck_assert_int_eq(facts_keep_since(&f, "aaaa111122", keep, NULL), 0);
	tr_facts_release(&f);
}
END_TEST

TR_SUITE("keep", oldest_first, builds_are_kept_whole, since_is_a_moment,
	 digests_that_do_not_say_which)
