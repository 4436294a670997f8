/* SPDX-License-Identifier: Apache-2.0 */
/* AppArmor's text (apparmor.d(5)) as statements, each of words. */
#ifndef FORMATS_APPARMOR_LEX_H
#define FORMATS_APPARMOR_LEX_H

#include <stdbool.h>
#include <stddef.h>

#include "trammel/err.h"
#include "util/strbuf.h"

enum aa_word_kind {
	AA_WORD_BARE,
	AA_WORD_QUOTED, /* text is what is between the quotes */
	AA_WORD_LIST, /* text is what is between the parentheses */
};

struct aa_word {
	enum aa_word_kind kind;
	char *text; /* escapes as they are */
};

enum aa_end {
	AA_END_RULE, /* a comma */
	AA_END_OPEN, /* a brace that opens a block */
	AA_END_CLOSE, /* one that closes a block; there are no words */
	AA_END_LINE, /* of an include, or of a variable */
	AA_END_TEXT, /* there is nothing more; there are no words */
};

struct aa_statement {
	struct aa_word *v;
	size_t n, cap;
	enum aa_end end;
	unsigned line; /* of its first word */
	struct strbuf text; /* as it was written, without comments, on as few lines as it can be */
};

struct aa_source {
	const char *name; /* of the file, for errors */
	const char *p, *end;
	unsigned line; /* of p */
};

/* Reads the next; kind TR_ERR_INPUT, "NAME:LINE: ...", where what is there is none. */
int aa_statement_read(struct aa_statement *ret, struct aa_source *s, struct tr_err *err);
void aa_statement_release(struct aa_statement *st);

/* Passes over the rest of a block that was opened, and what is in it. */
int aa_source_skip_block(struct aa_source *s, struct strbuf *text, struct tr_err *err);

#endif
