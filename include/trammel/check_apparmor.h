/* SPDX-License-Identifier: Apache-2.0 */
/* Facts against a compiled AppArmor profile: what would be refused. */
#ifndef TRAMMEL_CHECK_APPARMOR_H
#define TRAMMEL_CHECK_APPARMOR_H

#include <stdbool.h>
#include <stddef.h>

#include "trammel/apparmor_policy.h"
#include "trammel/err.h"
#include "trammel/facts.h"

/* Something recorded that would be refused. */
struct tr_check_refusal {
	const struct tr_fact *fact; /* of the facts that were given */
	char *rule; /* the line that the profile lacks */
	bool perhaps; /* only where more is so than was recorded, and no failure */
	/* A rule of the profile denies it: adding one is of no use, that one has to go. */
	bool by_rule;
};

struct tr_check_apparmor {
	size_t n_facts; /* that AppArmor is asked about */
	size_t n_allowed, n_refused,
		n_perhaps; /* n_allowed + n_refused is n_facts; perhaps are allowed */
	struct tr_check_refusal *refusals; /* in fact order; a fact may have several */
	size_t n_refusals, cap_refusals;
	size_t n_elsewhere; /* programs that go on under another profile, or none: not followed */
};

/* Asks the profile, as if it were enforced, for all that was recorded. */
void tr_check_apparmor(struct tr_check_apparmor *ret, const struct tr_aa_profile *p,
		       const struct tr_facts *facts);
void tr_check_apparmor_release(struct tr_check_apparmor *c);

/*
 * Reads a profile: a file of AppArmor's text, "-" for stdin, or a built-in name (docker-default), compiled by
 * apparmor_parser for the features of abi 3.0, whatever this machine's kernel has. The compiler runs for at
 * most a minute. What it complains about is a TR_ERR_INPUT with its own words; that it is not there is a
 * TR_ERR_CANNOT.
 */
int tr_apparmor_compile(struct tr_aa_policy *ret, const char *path, struct tr_err *err);

/*
 * The one of these names, or, for NULL, the only one that is no hat or child of another; kind TR_ERR_INPUT
 * with the names that there are.
 */
int tr_apparmor_choose(const struct tr_aa_profile **ret, const struct tr_aa_policy *p,
		       const char *name, struct tr_err *err);

#endif
