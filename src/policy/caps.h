/* SPDX-License-Identifier: Apache-2.0 */
/* Which capabilities a recorded container had: profiles include and exclude rules by them. */
#ifndef POLICY_CAPS_H
#define POLICY_CAPS_H

#include "trammel/facts.h"
#include "trammel/rules.h"

/* Adds every capability that a rule of p asks about. */
void caps_asked(struct tr_strset *ret, const struct tr_seccomp *p);

/*
 * Adds those of `asked` that were in the bounding set of the recorded container, as its engine
 * works it out from its options; what the engine gives without any where the recording does not
 * say (and for rec NULL).
 */
void caps_of_recording(struct tr_strset *ret, const struct tr_recording *rec,
		       const struct tr_strset *asked);

#endif
