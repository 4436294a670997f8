/* SPDX-License-Identifier: Apache-2.0 */
/* A rehearsal held against the recordings that its profile was made from. */
#ifndef CLI_COMPARE_H
#define CLI_COMPARE_H

#include <stdbool.h>

#include "trammel/facts.h"

/*
 * Whether a status is one that was recorded under this key of the context; where nothing was,
 * whether it is 0.
 */
bool compare_status(const struct tr_facts *recorded, const char *key, int status);

/*
 * Calls fn for each thing about the machine on which no value seen now was among those recorded
 * (kernel, engine, ...): what the rehearsal says nothing about. Values are joined with ", ".
 */
void compare_machines(const struct tr_facts *recorded, const struct tr_facts *seen,
		      void (*fn)(const char *key, const char *then, const char *now, void *arg),
		      void *arg);

#endif
