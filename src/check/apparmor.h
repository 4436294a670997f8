/* SPDX-License-Identifier: Apache-2.0 */
/* A need asked of a compiled profile. */
#ifndef CHECK_APPARMOR_H
#define CHECK_APPARMOR_H

#include <stdbool.h>

#include "policy/needs.h"
#include "trammel/apparmor_policy.h"

/*
 * Whether the profile allows it. *ret_missing (may be NULL) gets what of it is not allowed: of a file the
 * permissions, and for whom.
 */
bool check_need(const struct tr_aa_profile *p, const struct need *n, struct need *ret_missing);

/*
 * Whether a rule of the profile denies it: no other rule can then allow it. Known of files, capabilities
 * and networks.
 */
bool check_need_denied(const struct tr_aa_profile *p, const struct need *n);

#endif
