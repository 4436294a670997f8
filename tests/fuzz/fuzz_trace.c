// SPDX-License-Identifier: Apache-2.0
/*
 * The trace reader, on any bytes. What it takes must be written, read again and written again to
 * the same bytes, or something was lost on the way.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/trace_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tr_err err = { 0 };
	struct tr_facts f, again;
	char *text, *text_again;
	size_t len;

	tr_facts_init(&f);
	if (trace_parse(&f, (const char *)data, size, &err) < 0) {
		if (err.kind != TR_ERR_INPUT || !err.msg || !*err.msg)
			abort();
		tr_err_clear(&err);
		tr_facts_release(&f);
		return 0;
	}
	text = trace_text(&f, &len);
	/* Escaping can make a line longer than a reader takes: then the writer says so. */
	if (text) {
		tr_facts_init(&again);
		if (trace_parse(&again, text, len, &err) < 0)
			abort();
		text_again = trace_text(&again, NULL);
		if (!text_again || strcmp(text, text_again))
			abort();
		free(text_again);
		tr_facts_release(&again);
	}
	free(text);
	tr_facts_release(&f);
	return 0;
}
