/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FACTS_EVIDENCE_H
#define FACTS_EVIDENCE_H

#include "trammel/facts.h"

struct tr_evidence evidence_copy(const struct tr_evidence *ev);
void evidence_release(struct tr_evidence *ev);
/* Brings evidence from outside into bounds: see TR_EVIDENCE_EXES. Doing it twice changes nothing. */
void evidence_settle(struct tr_evidence *ev);

/* The part of tr_evidence_merge that is about when. */
void evidence_merge_times(struct tr_evidence *dst, int64_t first, int64_t last, uint32_t after);

#endif
