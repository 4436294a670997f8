/* SPDX-License-Identifier: Apache-2.0 */
/* Leaving out recordings that are too old, and with them what no other saw. */
#ifndef FACTS_KEEP_H
#define FACTS_KEEP_H

#include "trammel/facts.h"

/* Numbers of the recordings, oldest first (tr_recording_cmp). On the heap, f->n_recordings of them. */
uint32_t *facts_by_age(const struct tr_facts *f);

/*
 * Sets keep[i] for the recordings of the n newest builds. A build is an image digest, as new as its newest
 * recording; a recording that has none is a build of its own.
 */
void facts_keep_builds(const struct tr_facts *f, size_t n, bool *keep);

/*
 * Sets keep[i] for the recordings from the first one of an image digest on. The digest may be cut, and
 * lack its "sha256:". -1 if no recording is of it, or two digests begin like this.
 */
int facts_keep_since(const struct tr_facts *f, const char *digest, bool *keep, struct tr_err *err);

/*
 * Drops the recordings without keep[i], and the facts that only they saw. Other evidence of the facts that
 * stay (who, when) is a union that cannot be taken apart, and stays whole.
 */
void facts_drop(struct tr_facts *f, const bool *keep);

#endif
