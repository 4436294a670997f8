/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The cases that filters tell apart: arguments that no instruction of theirs treats differently are
 * one case. Walking all cases of two filters compares them for all arguments.
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

/* One case: an example of its arguments, and what the sets answer. */
struct filter_case {
	uint64_t args[6];
	uint8_t matter; /* 1 << index: the arguments that were looked at; the others can be any */
	uint32_t ret[2];
};

/* What is asked. Arguments in `fixed` (1 << index) have their value from args. */
struct case_question {
	struct filter_set set[2];
	uint32_t arch;
	int32_t nr;
	uint64_t args[6];
	uint8_t fixed;
};

/*
 * Calls fn for each case, until it returns false. The answer is whether that was all there is: false
 * where there were more cases than CASES_MAX, or where a filter reckons with an argument in a way
 * that libseccomp's never do. What fn was told is right in any case.
 *
 * The values tried for each half of an argument are those at the borders of every comparison that
 * either set makes with it: the constants, one more and one less, single bits of masks set and not
 * set, what two masked comparisons want at once. Of values that all comparisons answer alike, one
 * is tried. A half that is never compared on the way to an answer is not varied.
 */
#define CASES_MAX 16384
bool filter_cases(const struct case_question *q, bool (*fn)(const struct filter_case *c, void *arg),
		  void *arg);

/* The hardest of what the filters of a set answer to data. */
uint32_t filter_set_run(const struct filter_set *set, const struct tr_seccomp_data *data);

/*
 * tr_filter_run where only the words in `known` (1 << offset / 4) of data are known: *ret_missing is
 * the first other one that is loaded, or -1.
 */
uint32_t filter_run_known(const struct tr_filter *f, const struct tr_seccomp_data *data,
			  uint32_t known, unsigned *ret_steps, int *ret_missing);

#endif
