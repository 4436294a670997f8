/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Secrets out of facts: what matches a pattern, in paths, executables and the context of recordings,
 * is replaced by "redacted-" and eight digits of its SHA-256, so that what was equal stays equal, here
 * and in every later recording. What was replaced before is not replaced again.
 */
#ifndef TRAMMEL_REDACT_H
#define TRAMMEL_REDACT_H

#include <stdbool.h>
#include <stddef.h>

#include "trammel/err.h"
#include "trammel/facts.h"

struct tr_redact; /* NULL: no pattern */

/* Adds a POSIX extended regular expression. One that is none is an error of kind TR_ERR_INPUT. */
int tr_redact_add(struct tr_redact **r, const char *pattern, struct tr_err *err);
void tr_redact_free(struct tr_redact *r);

/* Each returns how many strings it changed. Context that rules are made of is left alone. */
size_t tr_redact_fact(const struct tr_redact *r, struct tr_fact *fact);
size_t tr_redact_recording(const struct tr_redact *r, struct tr_recording *rec);
/* Whether something in it was replaced, or looks as if it had been: it is no name that a file has. */
bool tr_redacted(const char *s);
size_t tr_facts_redact(const struct tr_redact *r, struct tr_facts *f);

#endif
