// SPDX-License-Identifier: Apache-2.0
#include "facts/sets.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "lib/random_facts.h"
#include "lib/suite.h"

START_TEST(numbers_stay_sorted_and_single)
{
	static const uint32_t in[] = { 5, 1, 9, 5, UINT32_MAX, 0, 1, 7 };
	static const uint32_t want[] = { 0, 1, 5, 7, 9, UINT32_MAX };
	static const bool was_new[] = { true, true, true, false, true, true, false, true };
	struct tr_u32set s = { 0 };

	ck_assert(!tr_u32set_has(&s, 0));
	for (size_t i = 0; i < TR_ARRAY_SIZE(in); i++)
		ck_assert(tr_u32set_add(&s, in[i]) == was_new[i]);
	ck_assert_uint_eq(s.n, TR_ARRAY_SIZE(want));
	ck_assert_mem_eq(s.v, want, sizeof(want));
	ck_assert(tr_u32set_has(&s, UINT32_MAX));
	ck_assert(!tr_u32set_has(&s, 6));
	tr_u32set_release(&s);
	ck_assert_ptr_null(s.v);
}
END_TEST

START_TEST(strings_stay_sorted_by_byte)
{
	struct tr_strset s = { 0 };
	char buf[] = "b";

	ck_assert(tr_strset_add(&s, buf));
	buf[0] = 'x'; /* the set has its own */
	ck_assert(tr_strset_add(&s, "\xff"));
	ck_assert(tr_strset_add(&s, ""));
	ck_assert(tr_strset_add(&s, "a"));
	ck_assert(!tr_strset_add(&s, "b"));
	ck_assert_uint_eq(s.n, 4);
	ck_assert_str_eq(s.v[0], "");
	ck_assert_str_eq(s.v[1], "a");
	ck_assert_str_eq(s.v[2], "b");
	ck_assert_str_eq(s.v[3], "\xff");
	ck_assert(tr_strset_has(&s, "") && tr_strset_has(&s, "\xff") && !tr_strset_has(&s, "x"));
	tr_strset_release(&s);
}
END_TEST

/* Union and settle against adding one at a time, which the tests above hold. */
START_TEST(bulk_is_the_same_as_one_by_one)
{
	struct rng r = { 1 };

	for (int round = 0; round < 2000; round++) {
		struct tr_u32set a = { 0 }, b = { 0 }, want = { 0 };
		struct tr_strset sa = { 0 }, sb = { 0 }, swant = { 0 };
		uint32_t range = 1 + rng_below(&r, 40), base = rng_one_in(&r, 3) ? 50 : 0;
		uint32_t n = rng_below(&r, 12), m = rng_below(&r, 12);

		for (uint32_t i = 0; i < n + m; i++) {
			uint32_t v = rng_below(&r, range) + (i < n ? 0 : base);
			char *str = tr_xasprintf("%u", v);

			tr_u32set_add(&want, v);
			tr_strset_add(&swant, str);
			u32set_append(i < n ? &a : &b, v);
			strset_append(i < n ? &sa : &sb, str);
		}
		u32set_settle(&a);
		u32set_settle(&b);
		u32set_union(&a, &b);
		strset_settle(&sa);
		strset_settle(&sb);
		strset_union(&sa, &sb);
		ck_assert_uint_eq(a.n, want.n);
		for (size_t i = 0; i < want.n; i++)
			ck_assert_uint_eq(a.v[i], want.v[i]);
		ck_assert_uint_eq(sa.n, swant.n);
		for (size_t i = 0; i < swant.n; i++)
			ck_assert_str_eq(sa.v[i], swant.v[i]);
		tr_u32set_release(&a);
		tr_u32set_release(&b);
		tr_u32set_release(&want);
		tr_strset_release(&sa);
		tr_strset_release(&sb);
		tr_strset_release(&swant);
	}
}
END_TEST

TR_SUITE("sets", numbers_stay_sorted_and_single, strings_stay_sorted_by_byte,
	 bulk_is_the_same_as_one_by_one)
