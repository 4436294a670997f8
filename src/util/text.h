/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text from hostile places. Names in a container may hold any byte but NUL and '/': nothing of
 * them may reach a terminal, a line-based format or a shell unchanged.
 */
#ifndef UTIL_TEXT_H
#define UTIL_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "util/strbuf.h"

/* "6.1.0-18-amd64" as 6 << 16 | 1; 0 where it is not of that form. */
unsigned text_kernel_version(const char *release);

/*
 * Appends s made safe to show: printable ASCII and whole, valid UTF-8 above U+009F as they are,
 * backslash doubled, every other byte as \xNN. One line in is one line out, and no terminal
 * escape survives. (U+2028/2029 and the bidirectional controls are escaped too: they reorder; and
 * so are noncharacters, which some readers refuse.) Nor does what a CI system would take for a
 * command in a log: "::" where a line could begin, and "##".
 */
void text_escape(struct strbuf *sb, const char *s, size_t len);
/* The same for a C string, on the heap. */
char *text_escaped(const char *s);

/*
 * The reverse of text_escape: decodes \\ and \xNN. Returns a heap string (NUL-terminated; a \x00
 * is refused, no name holds one) or NULL where a backslash starts anything else.
 */
char *text_unescape(const char *s);

/* Appends s quoted so that a POSIX shell reads it back as one word. */
void text_shell_quote(struct strbuf *sb, const char *s);

/* Whether s is well-formed UTF-8 (no surrogates, no overlong forms, at most U+10FFFF). */
bool text_is_utf8(const char *s, size_t len);

/* Splits "a,b,c" etc: whether comma-separated list contains the word. */
bool text_list_has(const char *list, const char *word);

/*
 * Parses a duration as `sleep` takes it: a number with an optional s, m, h or d ("90", "1.5m").
 * Returns 0 and milliseconds, or -1.
 */
int text_parse_duration(const char *s, long long *ret_ms);

#endif
