/* SPDX-License-Identifier: Apache-2.0 */
/* Which files of the image patterns allow something that was not recorded of them. */
#ifndef POLICY_REACH_H
#define POLICY_REACH_H

#include "policy/paths.h"
#include "trammel/policy_apparmor.h"

/* What was asked for, name by name, before any of them became a pattern. */
struct asked {
	struct asked_name {
		const char *path;
		uint16_t perms;
	} * v; /* sorted */
	size_t n;
};

/* names as names_of_facts leaves them; their strings are not copied. */
void asked_init(struct asked *a, const struct names *names);
void asked_release(struct asked *a);

/* Lists, in the report, what the patterns among the names newly reach. */
void names_reach(const struct names *names, const struct asked *asked,
		 const struct tr_image_files *image, struct tr_policy_apparmor_report *report);

/* TR_ERR_NO where that is more than may be. */
int reach_check(const struct tr_policy_apparmor_report *report,
		const struct tr_policy_reach *budget, struct tr_err *err);

#endif
