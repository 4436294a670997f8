/* SPDX-License-Identifier: Apache-2.0 */
/* What no profile is made of, whatever its format. */
#ifndef POLICY_REFUSE_H
#define POLICY_REFUSE_H

#include "trammel/policy.h"

/*
 * -1 and the reason where the facts are incomplete or saw no start, and the options do not allow
 * it. A profile from such facts would stop a container from working: at a start nobody recorded,
 * or at what was lost.
 */
int policy_refuse(const struct tr_facts *facts, const struct tr_policy_opts *opts,
		  struct tr_err *err);

#endif
