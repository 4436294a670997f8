/* SPDX-License-Identifier: Apache-2.0 */
/* Which rules of one syscall there are, for each container there can be. */
#ifndef CHECK_DEAD_H
#define CHECK_DEAD_H

#include <stdint.h>

#include "trammel/dead.h"

/* One name of one rule. */
struct dead_entry {
	const struct tr_rule *rule;
	size_t rule_at, name_at;
};

#define DEAD_ENTRIES 64 /* of one syscall; more are not looked at */

/* The rules of one syscall that hold together: bit i is entry i. */
struct dead_scopes {
	uint64_t *v; /* distinct */
	size_t n, cap;
	bool open; /* there are too many ways to find them all */
	bool known; /* some machine that the profile names has a call of this name */
};

/* name is what all entries are about; n is at most DEAD_ENTRIES. */
void dead_scopes_of(struct dead_scopes *ret, const struct tr_seccomp *p, const char *name,
		    const struct dead_entry *entries, size_t n);

#endif
