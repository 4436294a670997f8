/* SPDX-License-Identifier: Apache-2.0 */
/* Which capabilities were asked for, and which a recorded container had. */
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

#define CAPS	  64
#define CAPS_NAME 32 /* "CAP_CHECKPOINT_RESTORE" and its NUL fit */

/* A fact in which it was needed, and one that does not tell; the last of each, NULL: none. */
struct caps_seen {
	const struct tr_fact *needed, *unknown;
};

/* What was asked for behind the runtime, by number. */
void caps_seen(struct caps_seen ret[CAPS], const struct tr_facts *facts);
/*
 * Whether a recording does not tell which capabilities were used: its backend misses them, the hook was
 * not there, or no backend is named.
 */
bool caps_unseen(const struct tr_recording *rec);
/* "CAP_CHOWN"; false for a number that has no name. */
bool caps_name(unsigned cap, char ret[CAPS_NAME]);
/* Whether the container of a recording had it, and whether one of those in which the fact was seen. */
bool caps_had(const struct tr_recording *rec, unsigned cap);
bool caps_any_had(const struct tr_facts *facts, const struct tr_fact *fact, unsigned cap);

#endif
