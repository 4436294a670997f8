/* SPDX-License-Identifier: Apache-2.0 */
/* Lines of a file, of bounded length, so that a hostile one cannot take all memory. */
#ifndef TRACE_LINES_H
#define TRACE_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct lines {
	FILE *in;
	char *block; /* what was read ahead: from next to end */
	size_t next, end;
	char *text; /* NUL-terminated behind len, without the line's end */
	size_t len, cap;
	bool whole; /* it had its end */
	size_t max; /* what the line could have been long */
	int error; /* errno of a failed read */
};

/* 1 with the next line, 0 at the end, -1 on a read error (error is set) or a line too long. */
int lines_next(struct lines *l, bool header);
void lines_release(struct lines *l);

#endif
