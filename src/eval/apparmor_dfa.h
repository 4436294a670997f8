/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The automaton that AppArmor's rules are compiled to: tables in the shape of flex's, states in rows
 * that overlap (Linux, security/apparmor/match.c and include/match.h).
 */
#ifndef EVAL_APPARMOR_DFA_H
#define EVAL_APPARMOR_DFA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "trammel/err.h"

#define AA_NOMATCH 0u
#define AA_START   1u

#define AA_BASE_DIFF  0x80000000u /* what is not in its row is in that of its default */
#define AA_BASE_INDEX 0x00ffffffu

/* An entry of a row: it is of this state, and leads to that one. */
struct aa_entry {
	uint32_t check, next;
};

struct aa_dfa {
	uint32_t *base, *def, *accept; /* by state */
	uint32_t *accept2; /* the same; NULL where permissions have a table of their own */
	struct aa_entry *entries;
	uint8_t class[256]; /* of bytes that are always treated alike, the same number */
	uint32_t n_states, n_entries;
};

/*
 * Unpacks and verifies; len bytes at data, which begin at the header. with_accept2: the tables must
 * have the second word. Fills d, which aa_dfa_release empties whether it succeeded or not.
 */
int aa_dfa_read(struct aa_dfa *d, const uint8_t *data, size_t len, bool with_accept2,
		struct tr_err *err);
void aa_dfa_release(struct aa_dfa *d);

static inline uint32_t aa_dfa_next(const struct aa_dfa *d, uint32_t state, uint8_t byte)
{
	uint32_t c = d->class[byte];

	/* aa_dfa_read saw to it that rows are inside and that chains of defaults end. */
	for (;;) {
		uint32_t base = d->base[state];
		const struct aa_entry *e = &d->entries[(base & AA_BASE_INDEX) + c];

		if (e->check == state)
			return e->next;
		state = d->def[state];
		if (!(base & AA_BASE_DIFF))
			return state;
	}
}

/* From a state that is AA_NOMATCH nothing is matched, as in the kernel. */
uint32_t aa_dfa_match(const struct aa_dfa *d, uint32_t state, const char *s, size_t len);

#endif
