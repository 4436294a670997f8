/* SPDX-License-Identifier: Apache-2.0 */
/* Mounts (TR_EVENT_MOUNT) to facts: where the names in them led to. */
#ifndef RECORD_MOUNTING_H
#define RECORD_MOUNTING_H

#include <stddef.h>
#include <stdint.h>

#include "record/roots.h"
#include "trammel/facts.h"

/* Of what is gone by now it is not known whether it was a directory: then both ways are facts. */
#define MOUNTING_FACTS 2

/* Returns how many facts the event has: none, if it is malformed. */
size_t mounting_facts(const void *data, size_t len, struct roots *roots, uint16_t recording,
		      struct tr_fact ret[MOUNTING_FACTS]);

#endif
