// SPDX-License-Identifier: Apache-2.0
#include "cli/markdown.h"

#define MAX_CODE 512 /* of a file's name, or a sentence that quotes one */

/* A backtick would end it, a bar the table's cell. */
void markdown_code(struct strbuf *sb, const char *s)
{
	size_t n = 0;

	strbuf_addc(sb, '`');
	for (; *s && n < MAX_CODE; s++, n++)
		strbuf_addc(sb, *s == '`' || *s == '|' ? '?' : *s);
	strbuf_adds(sb, *s ? "...`" : "`");
}
