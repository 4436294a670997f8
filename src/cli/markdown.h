/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Markdown for a pull request. A comment there holds 65536 characters: what would not fit is
 * counted, never cut.
 */
#ifndef CLI_MARKDOWN_H
#define CLI_MARKDOWN_H

#include "util/strbuf.h"

#define MARKDOWN_ROOM 64000 /* for everything but the end */

/* As code, safe in a table's cell: whoever chose s has no say in what is around it. */
void markdown_code(struct strbuf *sb, const char *s);

/* A longer command is left out: one that is cut would be another. */
#define MARKDOWN_COMMAND 20000
/* The command that accepts what is new, to be copied; "" adds nothing. */
void markdown_accept(struct strbuf *sb, const char *command);

#endif
