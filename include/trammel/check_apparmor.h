/* SPDX-License-Identifier: Apache-2.0 */
/* Facts against a compiled AppArmor profile: what would be refused. */
#ifndef TRAMMEL_CHECK_APPARMOR_H
#define TRAMMEL_CHECK_APPARMOR_H

#include <stdbool.h>
#include <stddef.h>

#include "trammel/apparmor_policy.h"
#include "trammel/err.h"
#include "trammel/facts.h"
#include "trammel/image_files.h"
#include "trammel/policy.h"

/* Something recorded that would be refused. */
struct tr_check_refusal {
	const struct tr_fact *fact; /* of the facts that were given */
	char *rule; /* the line that the profile lacks */
	bool perhaps; /* only where more is so than was recorded, and no failure */
	/* A rule of the profile denies it: adding one is of no use, that one has to go. */
	bool by_rule;
	const char *by_hand; /* why the tune file denies it, and no failure; NULL: it does not */
};

struct tr_check_apparmor {
	size_t n_facts; /* that AppArmor is asked about */
	size_t n_allowed, n_refused, n_perhaps; /* perhaps are allowed */
	size_t n_by_hand; /* n_allowed + n_refused + n_by_hand is n_facts */
	size_t n_undenied; /* denied by hand, and allowed: the profile was not made with these rules */
	struct tr_check_refusal *refusals; /* in fact order; a fact may have several */
	size_t n_refusals, cap_refusals;
	size_t n_elsewhere; /* programs that go on under another profile, or none: not followed */
};

/* Asks the profile, as if it were enforced, for all that was recorded. */
void tr_check_apparmor(struct tr_check_apparmor *ret, const struct tr_aa_profile *p,
		       const struct tr_facts *facts);
/* The same, with what was decided by hand, which has to outlive the answer. Kind TR_ERR_INPUT for what is no rule. */
int tr_check_apparmor_by_hand(struct tr_check_apparmor *ret, const struct tr_aa_profile *p,
			      const struct tr_facts *facts, const struct tr_policy_rules *rules,
			      struct tr_err *err);
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

/* Names of an image's files, in their order; they are the image's. */
struct tr_names {
	const char **v;
	size_t n, cap;
};

/*
 * What of an image a profile allows, to whoever owns the file, and nothing recorded did. A symbolic link is
 * replaced, but neither read nor run.
 */
struct tr_check_beyond {
	size_t n_files;
	size_t n_read, n_write,
		n_exec; /* that it allows, recorded or not; exec is to run or to map */
	struct tr_names read, write, exec; /* those that were not recorded */
	struct tr_names both; /* that it allows to write and to run or map, recorded or not */
};
void tr_check_beyond(struct tr_check_beyond *ret, const struct tr_aa_profile *p,
		     const struct tr_facts *facts, const struct tr_image_files *files);
void tr_check_beyond_release(struct tr_check_beyond *b);

/*
 * A shortest name, of any file anywhere, that the profile allows to write and to run or map: heap; NULL,
 * and it is proved that there is none.
 */
char *tr_check_writable_code(const struct tr_aa_profile *p);

/* What Docker's default is there to keep away: a row of profiles/apparmor-floor.csv. */
struct tr_check_let {
	char *path, *why;
	unsigned perms; /* TR_PERM_R, W: which of them the profile allows */
};
/* Those that the profile allows, sorted by path. */
struct tr_check_floor {
	struct tr_check_let *v;
	size_t n, cap;
	size_t of; /* so many rows there are */
	/* What it denies beside files, and the profile allows at any place: path is "mount bind". */
	struct tr_check_let *acts;
	size_t n_acts, acts_cap;
	size_t of_acts;
};
void tr_check_floor(struct tr_check_floor *ret, const struct tr_aa_profile *p);
void tr_check_floor_release(struct tr_check_floor *f);

#endif
