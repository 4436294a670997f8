/* SPDX-License-Identifier: Apache-2.0 */
/* The comparisons that a filter makes with the words of seccomp_data. */
#ifndef EVAL_ATOMS_H
#define EVAL_ATOMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "trammel/cbpf.h"

#define SECCOMP_WORDS 16

/* (word & mask) OP k, where op is BPF_JEQ, BPF_JGT or BPF_JGE. */
struct atom {
	uint32_t mask, k;
	uint16_t op;
};

/* By word, without duplicates. */
struct atoms {
	struct {
		struct atom *v;
		size_t n, cap;
	} word[SECCOMP_WORDS];
	bool opaque; /* something was reckoned that is no such comparison */
};

/* Adds those on any way that a checked filter takes for this architecture and number. */
void atoms_collect(struct atoms *a, const struct tr_filter *f, uint32_t arch, int32_t nr);
void atoms_release(struct atoms *a);

bool atom_holds(const struct atom *a, uint32_t word);

#endif
