/* SPDX-License-Identifier: Apache-2.0 */
/* Between the comparison of filters and that of recordings. */
#ifndef CHECK_DIFF_H
#define CHECK_DIFF_H

#include "eval/cases.h"
#include "policy/args.h"
#include "trammel/diff.h"

enum diff_kind {
	DIFF_MORE,
	DIFF_LESS,
	DIFF_OTHERWISE
};

/* The facts about arguments, in key order: pointers into the facts. */
struct diff_args {
	const struct tr_fact **v;
	size_t n, cap;
};
void diff_args_collect(struct diff_args *ret, const struct tr_facts *facts);

/* One side on one machine. */
struct diff_party {
	const struct tr_diff_side *side;
	struct tr_filter compiled; /* of a profile */
	struct filter_set set; /* of a profile or filters */
	struct diff_args args; /* of facts */
};

/*
 * What a recording did of this call, as a filter: allowed with the arguments that were seen, where
 * all of them are known, else with any. Returns how many instructions it is.
 */
#define DIFF_DID_MAX (POLICY_MAX_ALTERNATIVES * 10 + 1)
size_t diff_did(struct sock_filter to[DIFF_DID_MAX], const struct tr_facts *facts,
		const struct tr_diff_call *call);

void diff_add_example(struct tr_diff_call *call, enum diff_kind kind, const struct filter_case *c);

/*
 * Adds to call what `from`, a recording, did that `to` does not grant; `kind` says which of the two
 * that makes more. Returns false where it cannot be said, for want of recorded arguments.
 */
bool diff_demands(struct tr_diff_call *call, const struct diff_party *from,
		  const struct diff_party *to, enum diff_kind kind);

#endif
