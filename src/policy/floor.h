/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The denies of Docker's default AppArmor profile, under one of ours. Since ours allows only what was seen, they
 * change nothing of what it says itself: they hold against what is added to it by hand, and what was
 * recorded and is against one of them has to be accepted. A deny wins over every allow, so it is never written
 * where it would take away what the profile allows.
 */
#ifndef POLICY_FLOOR_H
#define POLICY_FLOOR_H

#include "policy/paths.h"
#include "trammel/policy_apparmor.h"

struct floor_deny {
	char *rule; /* a glob of paths; "mount"; "network alg" */
	uint16_t perms; /* of paths; what is left of them */
	uint16_t all; /* that there were */
	char *why;
	char *accepted; /* the facts for which it is not, or not whole; NULL: none */
};

struct floor {
	struct floor_deny *v;
	size_t n, cap;
	const struct tr_policy_accept *accepts;
	size_t n_accepts;
	struct tr_policy_apparmor_report *report;
};

/* Reads the data; nothing of it where opts ask for no floor. */
void floor_init(struct floor *f, const struct tr_policy_apparmor_opts *opts,
		struct tr_policy_apparmor_report *report);
void floor_release(struct floor *f);

/* Each finds what is denied of it: accepted, the rule gives way; else it is in the report's needs. */
void floor_name(struct floor *f, const struct name *name);
void floor_mount(struct floor *f, const struct tr_fact *fact);
void floor_network(struct floor *f, const struct tr_fact *fact);

/* TR_ERR_NO if any act needs to be accepted. Else writes the rules that are left. */
int floor_finish(struct floor *f, struct tr_apparmor *p, struct tr_err *err);

/* Whether a glob of AppArmor's takes the whole path: *, **, ?, [...], {...}. */
bool floor_matches(const char *glob, const char *path);

#endif
