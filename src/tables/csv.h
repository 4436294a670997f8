/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The .csv files of profiles/: '#' lines and empty lines are comments, the first row is the
 * header, fields are separated by commas, and "..." with "" inside quotes one (RFC 4180, on one line).
 */
#ifndef TABLES_CSV_H
#define TABLES_CSV_H

#include <stdbool.h>
#include <stddef.h>

#define CSV_MAX_FIELDS 8

struct csv {
	char *field[CSV_MAX_FIELDS]; /* of the current row; NULL from n on */
	size_t n;
	unsigned line; /* of the current row */
	const char *next;
	char *row;
	bool header_seen;
};

/* text must outlive it. */
void csv_init(struct csv *c, const char *text);
/* Goes to the next row behind the header. Fields above CSV_MAX_FIELDS are dropped. */
bool csv_next(struct csv *c);
void csv_release(struct csv *c);

#endif
