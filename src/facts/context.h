/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FACTS_CONTEXT_H
#define FACTS_CONTEXT_H

#include "trammel/facts.h"

/* The values of key, made if they are not there; valid until the next key is added. */
struct tr_strset *context_values(struct tr_recording *rec, const char *key);
/* Where key is one of a number that only grows ("memory.peak"), all but the highest go. */
void context_keep_highest(const char *key, struct tr_strset *values);
/* Union of src's context into dst's. */
void context_merge(struct tr_recording *dst, const struct tr_recording *src);
/* NULL is fine. */
void context_free(struct tr_context *c);

#endif
