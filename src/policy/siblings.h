/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Older and newer forms of a call: what another libc, another architecture or the next update of the
 * image makes in its stead. profiles/siblings.csv.
 */
#ifndef POLICY_SIBLINGS_H
#define POLICY_SIBLINGS_H

#include "policy/conds.h"
#include "trammel/err.h"

enum sibling_args {
	SIBLING_SAME, /* its arguments stand where the call's do: its conditions hold for it */
	SIBLING_LESS, /* it can do nothing that a condition on the call keeps out */
	SIBLING_PLAIN, /* its arguments are elsewhere: a form of a call without conditions only */
	SIBLING_WITH, /* with conditions of its own */
};

struct sibling {
	size_t call, form; /* places in the syscall table */
	enum sibling_args args;
	struct conds_alt with;
};

struct siblings {
	struct sibling *v; /* in the order of the file */
	size_t n, cap;
};

int siblings_load(struct siblings *ret, struct tr_err *err);
/* The same from a text called `name`, for tests. */
int siblings_parse(struct siblings *ret, const char *text, const char *name, struct tr_err *err);
void siblings_release(struct siblings *s);
/* For which arguments the form stands for a call that is allowed for these. To release. */
struct conds sibling_conds(const struct sibling *s, const struct conds *call);

#endif
