/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FACTS_RECORDING_H
#define FACTS_RECORDING_H

#include "trammel/facts.h"

/* Joins src, a recording with the same id, into dst. Commutative, associative, idempotent. */
void recording_merge(struct tr_recording *dst, const struct tr_recording *src);
struct tr_recording recording_copy(const struct tr_recording *rec);

/* Widens a span of time by another; 0 is "not known". */
void span_merge(int64_t *first, int64_t *last, int64_t other_first, int64_t other_last);

#endif
