/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For which arguments a call is allowed: alternatives, in each of which some bits of some arguments
 * have a value. Nothing else can be said, which is why nothing said can go wrong: it is closed
 * under "and", "or" and "but not", an argument is asked once in an alternative (runtimes take two
 * conditions on one for "or"), and libseccomp gets no comparison but equal and masked-equal.
 */
#ifndef POLICY_CONDS_H
#define POLICY_CONDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "trammel/rules.h"

#define CONDS_ARGS 6

/* Holds where (arg[i] & mask[i]) == want[i] for every i. want has no bit that mask has not. */
struct conds_alt {
	uint64_t mask[CONDS_ARGS], want[CONDS_ARGS];
};

/* All zero is "for no arguments". None of the alternatives is within another; they are sorted. */
struct conds {
	bool any; /* for all arguments: there are no alternatives */
	struct conds_alt *alts;
	size_t n;
};

void conds_release(struct conds *c);
struct conds conds_any(void);
struct conds conds_copy(const struct conds *c);
/* For no arguments at all. */
bool conds_never(const struct conds *c);

/* "Or". An alternative that asks nothing makes it any. */
void conds_add(struct conds *c, const struct conds_alt *alt);
void conds_add_all(struct conds *dst, const struct conds *src);
/* "And". */
struct conds conds_both(const struct conds *a, const struct conds *b);
/* "But not". Exact; a condition of n bits can make n alternatives of one. */
void conds_without(struct conds *c, const struct conds_alt *alt);

/* Whether what a allows b allows too: certain where it says yes. */
bool conds_alt_within(const struct conds_alt *a, const struct conds_alt *b);
bool conds_within(const struct conds_alt *a, const struct conds *b);
/* Whether some alternative lets argument `index` be value, whatever the others are. */
bool conds_can_be(const struct conds *c, unsigned index, uint64_t value);
bool conds_alt_can_be(const struct conds_alt *alt, unsigned index, uint64_t value);

/* Ands one condition of a rule to alt: -1 where it is no EQ or MASKED_EQ, or cannot hold then. */
int conds_alt_and(struct conds_alt *alt, const struct tr_cond *cond);
/* The conditions of an alternative, appended to a rule. */
void conds_to_rule(struct tr_rule *rule, const struct conds_alt *alt);

/*
 * "0&0x7e020000=0", "1=0x5412", more than one separated by spaces: how our tables spell an
 * alternative. Without a mask the lower 32 bits are meant, which is all of an int. "" asks nothing.
 */
int conds_alt_parse(struct conds_alt *ret, const char *text);

#endif
