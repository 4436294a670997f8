/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FORMATS_SECCOMP_RESOLVE_H
#define FORMATS_SECCOMP_RESOLVE_H

#include "trammel/seccomp.h"

/* Whether a rule's includes and excludes let it hold on this host, of which all is given. */
bool seccomp_rule_holds(const struct tr_rule *r, const struct tr_seccomp_host *host);

#endif
