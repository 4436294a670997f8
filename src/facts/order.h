/* SPDX-License-Identifier: Apache-2.0 */
/* How a finished trace numbers recordings, without touching the facts. */
#ifndef FACTS_ORDER_H
#define FACTS_ORDER_H

#include "trammel/facts.h"

/* The indices of f's recordings in order of id; *ret_number[i] is the place of i in it. Heap. */
uint32_t *facts_recording_order(const struct tr_facts *f, uint32_t **ret_number);
/* Replaces every element v of the set by number[v]. */
void facts_renumber(struct tr_u32set *recordings, const uint32_t *number);

#endif
