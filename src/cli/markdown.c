// SPDX-License-Identifier: Apache-2.0
#include "cli/markdown.h"

#include <string.h>

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

/* A fence that is longer than any in it. */
void markdown_accept(struct strbuf *sb, const char *command)
{
	size_t run = 0, longest = 2, n = strlen(command);
	cleanup_strbuf struct strbuf fence = STRBUF_INIT;

	if (!n || n >= MARKDOWN_COMMAND)
		return;
	for (const char *p = command; *p; p++) {
		run = *p == '`' ? run + 1 : 0;
		longest = run > longest ? run : longest;
	}
	for (size_t i = 0; i <= longest; i++)
		strbuf_addc(&fence, '`');
	strbuf_addf(sb, "\nTo accept it, if it is meant to be:\n\n%ssh\n%s\n%s\n",
		    strbuf_str(&fence), command, strbuf_str(&fence));
}
