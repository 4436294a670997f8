/* SPDX-License-Identifier: Apache-2.0 */
/* Edits of a profile as a tune file, so that they outlive the profile. */
#ifndef CHECK_RETUNE_H
#define CHECK_RETUNE_H

#include "trammel/err.h"
#include "trammel/facts.h"
#include "trammel/rules.h"
#include "trammel/tune.h"

/*
 * The decisions that make `edited` of `emitted`, by what both mean. name is the edited file's, for the
 * reasons of decisions whose rules give none. What no decision can say is in ret_unsaid: names of
 * calls, and sentences. Whether nothing is missing there is found by comparing the compiled profiles.
 */
int retune(struct tr_tune *ret, struct tr_strset *ret_unsaid, const struct tr_seccomp *edited,
	   const struct tr_seccomp *emitted, const char *name, struct tr_err *err);

/*
 * The same of AppArmor profiles as text, from files ("-": stdin): rules that were added are allowed or denied, those
 * that were taken out, or allow less, are denied.
 */
int retune_apparmor(struct tr_tune *ret, struct tr_strset *ret_unsaid, const char *edited,
		    const char *emitted, struct tr_err *err);

#endif
