/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Recorded arguments to conditions. Only forms that every libseccomp compiles right: masked-equal
 * in the lower 32 bits, which is what the kernel looks at (an int passed by a 64-bit caller may have
 * anything above).
 */
#ifndef POLICY_ARGS_H
#define POLICY_ARGS_H

#include <stdbool.h>

#include "trammel/facts.h"
#include "trammel/policy.h"
#include "trammel/rules.h"

/* SOCK_TYPE_MASK, include/linux/net.h: flags are above it. */
#define POLICY_SOCK_TYPE_BITS 0xf

/* Behind this many values an argument is taken for open-ended, and the call gets no condition. */
#define POLICY_MAX_ALTERNATIVES 32

/* Conditions that must hold together; a call is allowed where one of its alternatives holds. */
struct policy_alternative {
	struct tr_cond conds[3];
	size_t n_conds;
};

enum policy_args_outcome {
	POLICY_ARGS_PLAIN, /* nothing of the call's arguments is asked for at this level */
	POLICY_ARGS_NARROWED, /* alternatives are given */
	POLICY_ARGS_OPEN, /* more values than are worth telling apart */
	POLICY_ARGS_UNSEEN, /* a recording made the call and did not look at its arguments */
	POLICY_ARGS_WHOLE, /* everything a condition could keep out was seen */
};

/*
 * Whether the arguments of this syscall fact were looked at in every recording that it was seen
 * in: then its argument facts are all the values there were.
 */
bool policy_args_covered(const struct tr_facts *facts, const struct tr_fact *syscall);
/* Whether a value fact (argument or socket) can be of the call of this name and ABI. */
bool policy_args_is_of(const struct tr_fact *value, enum tr_abi abi, const char *name);

/*
 * What to allow of an observed call. ret[] has room for POLICY_MAX_ALTERNATIVES and is filled, in an
 * order that depends on the values only, where the outcome is NARROWED; *ret_n is how many.
 */
enum policy_args_outcome policy_args(const struct tr_facts *facts, const char *name,
				     enum tr_policy_args level, struct policy_alternative *ret,
				     size_t *ret_n);

#endif
