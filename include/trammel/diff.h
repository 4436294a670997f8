/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two seccomp profiles, filters or recordings compared by what they mean: each is compiled, and both
 * are asked about every syscall of every ABI, with all arguments that either tells apart.
 */
#ifndef TRAMMEL_DIFF_H
#define TRAMMEL_DIFF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "trammel/cbpf.h"
#include "trammel/check.h"
#include "trammel/err.h"
#include "trammel/facts.h"
#include "trammel/rules.h"

/* One of the two. Exactly one of profile, filters and facts is what it is; all are borrowed. */
struct tr_diff_side {
	enum tr_diff_kind {
		TR_DIFF_PROFILE,
		TR_DIFF_FILTERS, /* in force together on this machine; none at all allow everything */
		TR_DIFF_FACTS, /* grants what was done */
	} kind;
	const struct tr_seccomp *profile;
	const struct tr_filter *filters; /* checked: tr_filter_check */
	size_t n_filters;
	const struct tr_facts *facts;
};

struct tr_diff_opts {
	const char *const *caps; /* as in struct tr_seccomp_host: what profiles are resolved for */
	size_t n_caps;
	unsigned kernel;
};

/* A call that one side answers otherwise than the other. */
struct tr_diff_example {
	uint64_t args[6];
	uint8_t matter; /* 1 << index: the arguments that decide; 0: whatever they are */
	uint32_t ret[2]; /* SECCOMP_RET_* of A and B */
};

#define TR_DIFF_EXAMPLES 8

/* One syscall that the two do not treat alike. */
struct tr_diff_call {
	const char *name; /* static; NULL: numbers that have no name, of which nr is the first */
	enum tr_abi abi;
	uint32_t nr;
	size_t n_unnamed; /* how many of them differ like this one */
	enum tr_verdict verdict[2]; /* of A and B, for all arguments together */
	bool more; /* B allows what A does not */
	bool less; /* A allows what B does not */
	bool otherwise; /* both refuse it, or both allow it, in different ways */
	bool partial; /* more cases than were tried: there may be more to say */
	size_t n_cases[3]; /* that are more, less, otherwise */
	struct tr_diff_example example[3][TR_DIFF_EXAMPLES]; /* the first of each */
};

struct tr_diff {
	struct tr_diff_call *v; /* by name (NULL last), then ABI */
	size_t n, cap;
	size_t n_more, n_less, n_otherwise; /* of v; one can count in more than one */
	unsigned abis; /* 1 << enum tr_abi: those that were compared */
	size_t n_asked; /* syscalls, each ABI's counted */
	size_t n_undecided; /* recorded calls that arguments nobody recorded decide */
};
void tr_diff_release(struct tr_diff *d);

/*
 * Profiles are compiled as runc does; one that it would refuse is an error. ABIs that a filter of a
 * running container or a recording cannot speak of are left out.
 *
 * A recording grants what was done: a call with any arguments, where none of them were recorded. On
 * the side that is held against another it demands only what is certain: that the call, and each
 * recorded value of an argument, be allowed in some way.
 */
int tr_diff_seccomp(struct tr_diff *ret, const struct tr_diff_side *a, const struct tr_diff_side *b,
		    const struct tr_diff_opts *opts, struct tr_err *err);

#endif
