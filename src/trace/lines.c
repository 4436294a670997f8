// SPDX-License-Identifier: Apache-2.0
#include "trace/lines.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "trammel/trace.h"
#include "util/mem.h"

#define FOOTER_START "{\"end\":"

/* A header and a footer grow with the recordings: see TR_TRACE_HEADER_MAX. */
static size_t line_max(const struct lines *l, bool header)
{
	size_t n = sizeof(FOOTER_START) - 1;

	if (header || (l->len >= n && !memcmp(l->text, FOOTER_START, n)))
		return TR_TRACE_HEADER_MAX;
	return TR_TRACE_LINE_MAX;
}

int lines_next(struct lines *l, bool header)
{
	int c;

	l->len = 0;
	l->whole = false;
	errno = 0;
	while ((c = getc_unlocked(l->in)) != EOF && c != '\n') {
		if (l->len >= TR_TRACE_LINE_MAX && l->len >= line_max(l, header)) {
			l->max = line_max(l, header);
			return -1;
		}
		/* One more for the NUL. */
		if (l->len + 1 >= l->cap)
			l->text = tr_grow(l->text, &l->cap, l->cap, 1);
		l->text[l->len++] = (char)c;
	}
	if (ferror(l->in)) {
		l->error = errno ? errno : EIO;
		return -1;
	}
	if (c == EOF && !l->len)
		return 0;
	if (!l->cap)
		l->text = tr_grow(l->text, &l->cap, l->cap, 1);
	l->text[l->len] = '\0';
	l->whole = c == '\n';
	return 1;
}

void lines_release(struct lines *l)
{
	free(l->text);
	l->text = NULL;
}
