/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tune file: what somebody decided by hand about one workload's profiles, kept apart from them so
 * that it outlives every new recording. JSON; docs/trammel-tune.5.md has its members, and
 * profiles/tune.schema.json says the same for programs.
 */
#ifndef TRAMMEL_TUNE_H
#define TRAMMEL_TUNE_H

#include <stddef.h>
#include <stdio.h>

#include "trammel/err.h"
#include "trammel/policy.h"

struct tr_tune_option {
	char *value, *why; /* NULL: not in the file */
};

struct tr_tune {
	struct tr_policy_accept *accepts; /* their strings are owned, as are the hands' */
	size_t n_accepts, cap_accepts;
	struct tr_policy_hand *hands; /* allow, deny, pin: one kind after the other */
	size_t n_hands, cap_hands;
	struct tr_policy_rule *rules; /* of AppArmor: allow, then deny */
	size_t n_rules, cap_rules;
	struct tr_tune_option options[TR_POLICY_OPTIONS];
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

/* Appends copies. */
void tr_tune_add_accept(struct tr_tune *t, const char *fact, const char *why);
void tr_tune_add_hand(struct tr_tune *t, const struct tr_policy_hand *hand);
void tr_tune_add_rule(struct tr_tune *t, const struct tr_policy_rule *rule);

/* Writes it as a file, in an order of its own; what is read back is the same. */
void tr_tune_write(const struct tr_tune *t, FILE *out);

/*
 * Makes opts follow t, to which it then points: the hands, and the options that are not in `given`
 * (1 << enum tr_policy_option: those that a command line has set). Accepts are for the caller, who
 * may have more of them.
 */
int tr_tune_apply(struct tr_policy_opts *opts, const struct tr_tune *t, unsigned given,
		  struct tr_err *err);

#endif
