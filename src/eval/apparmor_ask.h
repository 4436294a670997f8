/* SPDX-License-Identifier: Apache-2.0 */
/* What the queries have in common with what looks at all states. */
#ifndef EVAL_APPARMOR_ASK_H
#define EVAL_APPARMOR_ASK_H

#include "eval/apparmor_db.h"

/* Of a profile with rules on files: where its paths begin, and what a state of them permits. */
uint32_t aa_file_start(const struct tr_aa_profile *p);
void aa_file_perms(const struct tr_aa_profile *p, uint32_t state, bool owner,
		   struct tr_aa_perms *ret);

#endif
