/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of the AppArmor policy share. */
#ifndef POLICY_APPARMOR_H
#define POLICY_APPARMOR_H

#include "trammel/policy_apparmor.h"
#include "util/strbuf.h"

/* Who did it and how often: the end of a comment. Bytes are as they are, the writer escapes them. */
void reasons_add(struct strbuf *sb, const struct tr_strset *exes,
		 const struct tr_u32set *recordings, size_t n_recordings);

/*
 * Capabilities that are needed; those of which the kernel does not tell whether they are, where the container
 * had them: a rule gives none that it was not started with, and without it what worked would fail.
 */
void apparmor_capabilities(struct tr_apparmor *p, const struct tr_facts *facts,
			   struct tr_policy_apparmor_report *report);

struct floor;
/* Sockets, signals, ptrace and mounts. */
void apparmor_acts(struct tr_apparmor *p, const struct tr_facts *facts,
		   struct tr_policy_apparmor_report *report, struct floor *floor);

/* The decisions by hand, behind all else; kind TR_ERR_INPUT where one is no rule, or is undone by another. */
int apparmor_hands(struct tr_apparmor *p, const struct tr_facts *facts,
		   const struct tr_policy_rules *rules, struct tr_policy_apparmor_report *report,
		   struct tr_err *err);

#endif
