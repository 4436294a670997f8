/* SPDX-License-Identifier: Apache-2.0 */
/* Calls that a profile allows only where somebody said so, whoever made them: profiles/risk.csv. */
#ifndef POLICY_RISK_H
#define POLICY_RISK_H

#include "policy/conds.h"
#include "trammel/err.h"

struct risk {
	size_t call; /* place in the syscall table */
	bool always; /* whatever its arguments are */
	struct conds_alt when; /* else: with these */
	char *level, *why;
};

struct risks {
	struct risk *v; /* by call */
	size_t n, cap;
};

int risks_load(struct risks *ret, struct tr_err *err);
/* The same from a text called `name`, for tests. */
int risks_parse(struct risks *ret, const char *text, const char *name, struct tr_err *err);
void risks_release(struct risks *r);
/* The first row of a call; it has *ret_n of them in a row. NULL if none. */
const struct risk *risks_of(const struct risks *r, size_t call, size_t *ret_n);

/* The row of a call that is risky whatever its arguments are, or NULL. */
const struct risk *risks_always(const struct risks *r, size_t call);
/* The row that one value of one argument is on, or NULL; rows of several arguments are for rules alone. */
const struct risk *risks_value(const struct risks *r, size_t call, unsigned index, uint64_t value);

#endif
