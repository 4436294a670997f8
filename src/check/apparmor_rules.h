/* SPDX-License-Identifier: Apache-2.0 */
/* The rules of a profile's text, each compiled by itself: what each of them does, whatever it is written like. */
#ifndef CHECK_APPARMOR_RULES_H
#define CHECK_APPARMOR_RULES_H

#include "trammel/apparmor_policy.h"
#include "trammel/apparmor_text.h"

struct aa_rule {
	const struct tr_apparmor_line *line;
	/* Only what the rule allows; of one that denies, all files but those it denies. NULL: an include. */
	const struct tr_aa_profile *alone;
	char *sample; /* a file that it allows something of, one of many; NULL: it is about none */
	const struct tr_aa_profile *kept; /* what is left of it by all that deny; NULL: none do */
};

struct aa_rules {
	struct aa_rule *v; /* of the section's lines, in their order */
	size_t n;
	const struct tr_aa_profile *nothing; /* of no rules: what any profile has */
	struct tr_aa_policy policy;
};

/* What rules on files give, but for where programs go on. */
#define AA_RULES_FILE                                                                          \
	(TR_AA_READ | TR_AA_WRITE | TR_AA_APPEND | TR_AA_LOCK | TR_AA_LINK | TR_AA_MMAP_EXEC | \
	 TR_AA_EXEC)

/* So many rules are compiled at most: each is a profile, and they are all held against each other. */
#define AA_RULES_MAX 600

/* Fails, kind TR_ERR_INPUT, where there are more rules, or one of them does not compile alone. */
int aa_rules_compile(struct aa_rules *ret, const struct tr_apparmor_document *d,
		     const struct tr_apparmor_section *s, struct tr_err *err);
/* False: one file tells that tr_aa_covers would say no, in a thousandth of the time. */
bool aa_rule_may_cover(const struct aa_rule *by, const struct aa_rule *r);
void aa_rules_release(struct aa_rules *r);

#endif
