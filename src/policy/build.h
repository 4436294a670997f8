/* SPDX-License-Identifier: Apache-2.0 */
/* The pure heart of the seccomp policy: facts and runtime sets in, rules out. */
#ifndef POLICY_BUILD_H
#define POLICY_BUILD_H

#include "policy/runtime.h"
#include "trammel/policy.h"

/*
 * Adds the rules to p, which is initialised, and counts them in report, which is zero. On failure
 * both hold something that is to be released.
 */
int policy_build(struct tr_seccomp *p, struct tr_policy_report *report,
		 const struct tr_facts *facts, const struct tr_policy_opts *opts,
		 const struct policy_runtime *rt, struct tr_err *err);

#endif
