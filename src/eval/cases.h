/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The cases that filters tell apart: arguments that take every filter the same way are one case.
 * Walking all cases of two filters compares them for all arguments.
 */
#ifndef EVAL_CASES_H
#define EVAL_CASES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "trammel/cbpf.h"

/* Filters in force together: the hardest answer counts. None at all allow everything. */
struct filter_set {
	const struct tr_filter *f;
	size_t n;
};

/* One case: the smallest of its arguments, and what the sets answer to it. */
struct filter_case {
	uint64_t args[6];
	uint8_t matter; /* 1 << index: what was looked at, or asked for; the others can be any */
	uint32_t ret[2];
};

/* What is asked: only of arguments with (arg & mask) == want, which has no bit that mask has not. */
struct case_question {
	struct filter_set set[2];
	uint32_t arch;
	int32_t nr;
	uint64_t mask[6], want[6];
};

/*
 * Calls fn for each case, until it returns false. The answer is whether that was all there is: false
 * where there were more than CASES_MAX of them or they took too long to find, and where a filter
 * reckons with an argument in a way that no compiler of profiles makes (everything but a mask and a
 * comparison with a constant). What fn was told is right in any case.
 */
#define CASES_MAX 16384
bool filter_cases(const struct case_question *q, bool (*fn)(const struct filter_case *c, void *arg),
		  void *arg);

/* The hardest of what the filters of a set answer to data. */
uint32_t filter_set_run(const struct filter_set *set, const struct tr_seccomp_data *data);

#endif
