/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lines that differ from one that was read before in nothing but recordings and times. The traces of a
 * fleet are made of them. The first such line is read by the JSON parser, member by member; those that
 * repeat it byte for byte around the numbers must mean the same, and only the numbers are read.
 */
#ifndef TRACE_REPEAT_H
#define TRACE_REPEAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "trammel/facts.h"

/*
 * What is kept: up to 8 MiB of lines, of one set of facts. Later lines are then no longer kept, and read
 * as if this did not exist. Zeroed is empty.
 */
struct repeat {
	struct repeat_line *table; /* open addressing; size is a power of two, or 0 */
	size_t size, n;
	char *bytes;
	size_t n_bytes, cap_bytes;
};

/* A fact's line, taken apart. Points into the line. */
struct repeat_parts {
	const char *head, *tail; /* before the recordings, and behind the times */
	size_t n_head, n_tail;
	int64_t first, last; /* these and after: 0 if not there */
	uint32_t after;
	const char *recordings; /* the text between the brackets */
	size_t n_recordings;
};

/* False if the line is not of the form that traces are written in: then it is nothing for this. */
bool repeat_split(const char *line, size_t len, struct repeat_parts *ret);

/*
 * If a line like this was kept: merges recordings (number[i] is the set's index of the file's recording
 * i) and times into its fact, and returns that. NULL if not, or if anything about the numbers is odd:
 * the line is then to be read in full, which also says what is wrong with it.
 */
struct tr_fact *repeat_merge(struct repeat *r, const struct repeat_parts *p, const uint32_t *number,
			     size_t n_number);

/* Keeps the line for the fact it was read as, which must stay where it is as long as r is used. */
void repeat_keep(struct repeat *r, const struct repeat_parts *p, struct tr_fact *fact);

void repeat_release(struct repeat *r);

#endif
