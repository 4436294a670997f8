/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Acts on names (TR_EVENT_NAMED) to facts: where a name led to, and, of a call that failed, whether it
 * had been asked for by then.
 */
#ifndef RECORD_NAMED_H
#define RECORD_NAMED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "record/roots.h"
#include "trammel/event.h"
#include "trammel/facts.h"

/* An event, taken apart. Strings are on the heap; a name without bytes is the file at `dir` itself. */
struct named {
	struct tr_event_named e;
	char *name, *dir;
	char *other_name, *other_dir; /* NULL: the act has one name */
	char *root; /* of the process; "/" is the namespace's */
};

/* Pure. Returns false for what is malformed, or cut short: a loss that is counted already. */
bool named_decode(const void *data, size_t len, struct named *ret);
void named_release(struct named *n);

/* An act makes so many facts at most: an exchange is two renames, each side as a file and a directory. */
#define NAMED_FACTS 8

/*
 * Follows the names below the root of the process, or what is kept of the recording's. Returns how many
 * facts there are: none, if the call failed before it asked.
 */
size_t named_facts(const struct named *n, struct roots *roots, uint16_t recording,
		   struct tr_fact ret[NAMED_FACTS]);

#endif
