/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tune file: what somebody decided by hand about one workload's profiles, kept apart from them so
 * that it outlives every new recording. JSON; docs/trammel-tune.5.md has its members.
 */
#ifndef TRAMMEL_TUNE_H
#define TRAMMEL_TUNE_H

#include <stddef.h>

#include "trammel/err.h"
#include "trammel/policy.h"

struct tr_tune {
	struct tr_policy_accept *accepts; /* their strings are owned */
	size_t n_accepts, cap_accepts;
};

/*
 * Reads a file ("-" is standard input). Errors are "FILE:LINE: PLACE: what was expected", of kind
 * TR_ERR_INPUT. What is not known is refused: a misspelled decision would be one that nobody made.
 */
int tr_tune_read(struct tr_tune *ret, const char *path, struct tr_err *err);
/* The same from text in memory, which has a NUL behind its len bytes. */
int tr_tune_parse(struct tr_tune *ret, const char *text, size_t len, const char *name,
		  struct tr_err *err);
void tr_tune_release(struct tr_tune *t);

#endif
