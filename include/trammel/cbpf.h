/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Classic BPF as seccomp runs it: compiling a profile to it the way runc does, and an interpreter
 * of our own that asks the result.
 */
#ifndef TRAMMEL_CBPF_H
#define TRAMMEL_CBPF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "trammel/err.h"

struct sock_filter; /* <linux/filter.h> */

/* Owns insns. */
struct tr_filter {
	struct sock_filter *insns;
	size_t n;
};
void tr_filter_release(struct tr_filter *f);

/* The words a filter sees; <linux/seccomp.h> struct seccomp_data. */
struct tr_seccomp_data {
	int32_t nr;
	uint32_t arch; /* AUDIT_ARCH_* */
	uint64_t ip;
	uint64_t args[6];
};

/*
 * Checks a program as the kernel does before it accepts it (kernel/seccomp.c:
 * seccomp_check_filter, net/core/filter.c: bpf_check_classic): known instructions, jumps inside,
 * loads aligned and inside seccomp_data, at most 4096 instructions, a return at the end.
 * Every filter from outside goes through this before it is run.
 */
int tr_filter_check(const struct sock_filter *insns, size_t n, struct tr_err *err);

/*
 * Runs a checked filter. Returns SECCOMP_RET_* | data; *ret_steps (may be NULL) is the number of
 * instructions walked.
 */
uint32_t tr_filter_run(const struct tr_filter *f, const struct tr_seccomp_data *data,
		       unsigned *ret_steps);

/*
 * Every value a checked filter can return for this architecture and number whatever the six
 * arguments and the instruction pointer are: follows both ways of each branch that depends on
 * them. An over-approximation (conditions are not solved together), so "only ALLOW" and "never
 * ALLOW" are certain. ret[] gets up to max distinct values, ascending; returns how many there are,
 * or TR_RETURNS_ANY (and fills nothing in) where a value is returned that an argument went into.
 */
#define TR_RETURNS_ANY ((size_t)-1)
size_t tr_filter_returns(const struct tr_filter *f, uint32_t arch, int32_t nr, uint32_t *ret,
			 size_t max);

/*
 * Whether Linux 5.11 and later let this call pass without running the filter: it must allow the
 * call by its number and architecture alone, in instructions of the kinds that the kernel follows
 * when the filter is loaded (kernel/seccomp.c: seccomp_is_const_allow).
 */
bool tr_filter_kept(const struct tr_filter *f, uint32_t arch, int32_t nr);

/* Whose way of making a filter of a profile. */
enum tr_runtime_kind {
	TR_RUNTIME_RUNC, /* 1.0 and 1.1 */
	TR_RUNTIME_CRUN,
	TR_RUNTIME_RUNC_12, /* 1.2 and later */
};

/* What is known of the six arguments: bits set in unknown[] are not, and 0 in value[]. */
struct tr_known_args {
	uint64_t value[6], unknown[6];
};

/* The same where some bits of some arguments are known; args NULL: none are. */
size_t tr_filter_returns_known(const struct tr_filter *f, uint32_t arch, int32_t nr,
			       const struct tr_known_args *args, uint32_t *ret, size_t max);

#endif
