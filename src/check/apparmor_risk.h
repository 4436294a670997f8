/* SPDX-License-Identifier: Apache-2.0 */
/* profiles/apparmor-risk.csv, asked of a compiled profile. */
#ifndef CHECK_APPARMOR_RISK_H
#define CHECK_APPARMOR_RISK_H

#include <stdbool.h>

#include "trammel/apparmor_policy.h"

/* Whether the profile allows what a row is about; what is no kind of row is not allowed. */
bool aa_risk_allowed(const struct tr_aa_profile *p, const char *kind, const char *what);
/* Whether it allows every capability that rules can name. */
bool aa_all_capabilities(const struct tr_aa_profile *p);

#endif
