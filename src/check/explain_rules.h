/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CHECK_EXPLAIN_RULES_H
#define CHECK_EXPLAIN_RULES_H

#include "check/explain.h"

/* Fills in what the profile says of it, and what would be refused without it. */
int explain_rules(struct explain *x, const struct explain_profile *e, struct tr_err *err);

#endif
