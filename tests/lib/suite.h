/* SPDX-License-Identifier: Apache-2.0 */
/* TR_SUITE("name", test, ...): a main that runs START_TEST functions with check. */
#ifndef TESTS_LIB_SUITE_H
#define TESTS_LIB_SUITE_H

#include <check.h>
#include <stddef.h>
#include <stdlib.h>

/*
 * Rounds of a random test. The same ones run without sanitizers, under which they take several times as long: a
 * third of them is enough there, but in the long form.
 */
#ifdef __SANITIZE_ADDRESS__
#define TR_ROUNDS(n) (getenv("TRAMMEL_LONG") ? (n) : ((n) + 2) / 3)
#else
#define TR_ROUNDS(n) (n)
#endif

static int tr_run_suite(const char *name, const TTest *const *tests)
{
	Suite *s = suite_create(name);
	TCase *tc = tcase_create(name);
	SRunner *sr;
	int failed;

	tcase_set_timeout(tc, 120);
	for (; *tests; tests++)
		tcase_add_test(tc, *tests);
	suite_add_tcase(s, tc);
	sr = srunner_create(s);
	srunner_run_all(sr, CK_NORMAL);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

#define TR_SUITE(name, ...)                                         \
	int main(void)                                              \
	{                                                           \
		const TTest *const tests[] = { __VA_ARGS__, NULL }; \
		return tr_run_suite(name, tests);                   \
	}

#endif
