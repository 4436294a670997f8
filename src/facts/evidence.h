/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FACTS_EVIDENCE_H
#define FACTS_EVIDENCE_H

#include "trammel/facts.h"

struct tr_evidence evidence_copy(const struct tr_evidence *ev);
void evidence_release(struct tr_evidence *ev);
/* Brings evidence from outside into bounds: see TR_EVIDENCE_EXES. Doing it twice changes nothing. */
void evidence_settle(struct tr_evidence *ev);

#endif
