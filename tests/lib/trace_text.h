/* SPDX-License-Identifier: Apache-2.0 */
/* Traces in memory. */
#ifndef TESTS_LIB_TRACE_TEXT_H
#define TESTS_LIB_TRACE_TEXT_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "trammel/trace.h"

/* The finished form of f, NUL-terminated, on the heap; NULL where it cannot be written. */
static inline char *trace_text(const struct tr_facts *f, size_t *ret_len)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);
	int r = tr_trace_write_stream(f, out, NULL);

	fclose(out);
	if (r < 0) {
		free(text);
		return NULL;
	}
	if (ret_len)
		*ret_len = len;
	return text;
}

/* Reads a trace of len bytes, called "t", into f, which the caller releases either way. */
static inline int trace_parse(struct tr_facts *f, const char *text, size_t len, struct tr_err *err)
{
	/* fmemopen takes no empty buffer. */
	FILE *in = len ? fmemopen((void *)(uintptr_t)text, len, "r") : fopen("/dev/null", "r");
	int r = tr_trace_read_stream(f, in, "t", err);

	fclose(in);
	return r;
}

#endif
