// SPDX-License-Identifier: Apache-2.0
#include "trace/lines.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "trammel/trace.h"
#include "util/mem.h"

#define BLOCK ((size_t)64 << 10) /* what is read at once */

#define FOOTER_START "{\"end\":"

/* A header and a footer grow with the recordings: see TR_TRACE_HEADER_MAX. */
static size_t line_max(const struct lines *l, bool header)
{
	size_t n = sizeof(FOOTER_START) - 1;

	if (header || (l->len >= n && !memcmp(l->text, FOOTER_START, n)))
		return TR_TRACE_HEADER_MAX;
	return TR_TRACE_LINE_MAX;
}

/* More of the file into the block. False at the end, or on an error. */
static bool fill(struct lines *l)
{
	if (!l->block)
		l->block = tr_xmalloc(BLOCK);
	errno = 0;
	l->next = 0;
	l->end = fread(l->block, 1, BLOCK, l->in);
	return l->end > 0;
}

/* Appends what the block has up to the line's end, or the whole of it. False if that is too long. */
static bool append(struct lines *l, bool header)
{
	const char *from = l->block + l->next;
	const char *end = memchr(from, '\n', l->end - l->next);
	size_t n = end ? (size_t)(end - from) : l->end - l->next;

	while (l->cap - l->len <= n)
		l->text = tr_grow(l->text, &l->cap, l->cap, 1);
	memcpy(l->text + l->len, from, n);
	l->len += n;
	l->text[l->len] = '\0';
	l->next += n + (end != NULL);
	l->whole = end != NULL;
	return l->len <= TR_TRACE_LINE_MAX || l->len <= line_max(l, header);
}

int lines_next(struct lines *l, bool header)
{
	bool any = false;

	l->len = 0;
	l->whole = false;
	while (!l->whole && (l->next < l->end || fill(l))) {
		any = true;
		if (append(l, header))
			continue;
		l->max = line_max(l, header);
		return -1;
	}
	if (ferror(l->in)) {
		l->error = errno ? errno : EIO;
		return -1;
	}
	return any;
}

void lines_release(struct lines *l)
{
	free(l->block);
	free(l->text);
	l->block = l->text = NULL;
}
