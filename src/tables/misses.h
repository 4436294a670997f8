/* SPDX-License-Identifier: Apache-2.0 */
/* What the tracepoint backend does not see: profiles/backend-misses.csv. */
#ifndef TABLES_MISSES_H
#define TABLES_MISSES_H

#include <stddef.h>

struct miss {
	const char *id;
	const char *
		unless; /* the tracepoint that tells of it where the kernel has it; NULL: none does */
	const char *act; /* what is missed */
	const char *why;
};

/* Sorted by id. Parsed at the first use, and kept. */
size_t misses_all(const struct miss **ret);
/* NULL: a trace of another version says so. */
const struct miss *miss_find(const char *id);

#endif
