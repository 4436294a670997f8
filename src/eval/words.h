/* SPDX-License-Identifier: Apache-2.0 */
/* A 32-bit word of which some comparisons are known to hold, or not to: is there one, and which? */
#ifndef EVAL_WORDS_H
#define EVAL_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* (word & mask) OP k is `holds`; op is BPF_JEQ, BPF_JGT or BPF_JGE. */
struct word_test {
	uint32_t mask, k;
	uint16_t op;
	bool holds;
};

struct word_tests {
	struct word_test *v;
	size_t n, cap;
};

/*
 * The smallest word for which all of them are so. *work goes down by what it took; false with *work
 * 0 is "not known", and false otherwise is "there is none".
 */
bool word_solve(const struct word_tests *t, uint32_t *ret, size_t *work);

/* Whether the comparison itself, whatever `holds` says, is true of the word. */
bool word_test_true(const struct word_test *t, uint32_t word);

#endif
