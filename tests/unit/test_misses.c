// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "lib/suite.h"
#include "tables/misses.h"

START_TEST(the_table_is_sorted_and_whole)
{
	const struct miss *all;
	size_t n = misses_all(&all);

	ck_assert_uint_gt(n, 5);
	for (size_t i = 0; i < n; i++) {
		ck_assert(*all[i].id && *all[i].act && *all[i].why);
		ck_assert_uint_eq(strspn(all[i].id, "abcdefghijklmnopqrstuvwxyz-"),
				  strlen(all[i].id));
		if (i)
			ck_assert_int_lt(strcmp(all[i - 1].id, all[i].id), 0);
	}
}
END_TEST

START_TEST(some_go_where_the_kernel_tells)
{
	ck_assert_str_eq(miss_find("capability")->unless, "cap_capable");
	ck_assert_ptr_null(miss_find("io-uring")->unless);
	ck_assert_ptr_null(miss_find("nothing"));
}
END_TEST

TR_SUITE("misses", the_table_is_sorted_and_whole, some_go_where_the_kernel_tells)
