/* SPDX-License-Identifier: Apache-2.0 */
/* Why a rule is in an AppArmor profile: which it is, and what would be denied without it. */
#ifndef CHECK_EXPLAIN_APPARMOR_H
#define CHECK_EXPLAIN_APPARMOR_H

#include "check/explain.h"
#include "trammel/apparmor_text.h"
#include "trammel/check_apparmor.h"

/* The profile that the facts make, as text and as it is read back. */
struct explain_aa_profile {
	const struct tr_facts *facts;
	char *text;
	size_t len;
	struct tr_apparmor_document d;
};
int explain_aa_profile_make(struct explain_aa_profile *ret, const struct tr_facts *facts,
			    struct tr_err *err);
void explain_aa_profile_release(struct explain_aa_profile *p);

struct explain_aa {
	bool asked; /* AppArmor is asked for something of it */
	struct tr_strset needs; /* the rules that it needs, as narrow as they can be */
	struct explain_aa_rule {
		unsigned line;
		char *text; /* with its comment */
	} * rules; /* that are there for it, in the order of the profile */
	size_t n_rules, cap_rules;
	/* Without all of them; n_facts is 0 where there is no compiler. */
	struct tr_check_apparmor without;
	struct tr_aa_policy policy; /* what without was asked of */
};

/* x: of anything; of what AppArmor is not asked about, nothing is filled in. */
void explain_aa(struct explain_aa *ret, const struct explain *x,
		const struct explain_aa_profile *p);
void explain_aa_release(struct explain_aa *a);

#endif
