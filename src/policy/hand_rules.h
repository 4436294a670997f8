/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What somebody decided about AppArmor by hand, in the tune file: rules in AppArmor's own words. Both who makes a
 * profile and who judges one need to know what is meant.
 */
#ifndef POLICY_HAND_RULES_H
#define POLICY_HAND_RULES_H

#include "policy/needs.h"
#include "trammel/apparmor_text.h"
#include "trammel/policy.h"

/*
 * Whether text is one rule that only allows, and of which all is understood; *ret is then what it means, to be
 * released. Else kind TR_ERR_INPUT, with what was expected.
 */
int hand_rule_parse(struct tr_apparmor_document *ret, const char *text, struct tr_err *err);
/* The rule as it is written into a profile: on one line, without comments and without its comma; heap. */
char *hand_rule_text(const struct tr_apparmor_document *d);

struct hand_rules {
	struct tr_apparmor_document *docs; /* of each rule, in the order given */
	const struct tr_policy_rule *from;
	size_t n;
};
int hand_rules_parse(struct hand_rules *ret, const struct tr_policy_rules *from,
		     struct tr_err *err);
void hand_rules_release(struct hand_rules *h);

/* The decision by which this is denied, or a part of it, or NULL. profile: the name of the profile. */
const struct tr_policy_rule *hand_rules_deny(const struct hand_rules *h, const struct need *n,
					     const char *profile);

/* TR_ERR_INPUT where one is allowed that another denies. */
int hand_rules_contradict(const struct hand_rules *h, struct tr_err *err);

#endif
