// SPDX-License-Identifier: Apache-2.0
#include "formats/apparmor_lex.h"

#include <stdlib.h>
#include <string.h>

#include "util/mem.h"

#define MAX_WORDS 4096 /* of a statement */
/* apparmor_parser's own scanner takes no word of more than 16 KiB. */
#define MAX_WORD  16384
#define MAX_DEPTH 64 /* of blocks that are passed over */

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool at_end(const struct aa_source *s)
{
	return s->p == s->end;
}

static char peek(const struct aa_source *s, size_t n)
{
	return (size_t)(s->end - s->p) > n ? s->p[n] : '\0';
}

static int fail(const struct aa_source *s, unsigned line, const char *what, struct tr_err *err)
{
	return tr_err_set(err, TR_ERR_INPUT, "%s:%u: %s", s->name, line, what);
}

static bool starts(const struct aa_source *s, const char *word)
{
	size_t n = strlen(word);

	return (size_t)(s->end - s->p) > n && !memcmp(s->p, word, n) && is_space(s->p[n]);
}

/* To the next word: past white space, and comments, which "#include" is none of. Whether a line ended. */
static bool skip_space(struct aa_source *s)
{
	bool newline = false;

	while (!at_end(s)) {
		if (*s->p == '#' && !starts(s, "#include")) {
			while (!at_end(s) && *s->p != '\n')
				s->p++;
		} else if (*s->p == '\n') {
			newline = true;
			s->line++;
			s->p++;
		} else if (is_space(*s->p)) {
			s->p++;
		} else if (*s->p == '\\' && peek(s, 1) == '\n') {
			/* The line goes on. */
			s->line++;
			s->p += 2;
		} else {
			break;
		}
	}
	return newline;
}

/* Whether the comma at p ends the rule; in the middle of a word it does not. */
static bool is_last_comma(const struct aa_source *s)
{
	char next = peek(s, 1);

	return s->p + 1 == s->end || is_space(next) || strchr("#\",}", next);
}

static const char *quoted_end(struct aa_source *s)
{
	const char *p = s->p + 1;

	for (; p < s->end && *p != '"'; p++) {
		p += *p == '\\' && p + 1 < s->end;
		s->line += *p == '\n';
	}
	return p < s->end ? p : NULL;
}

static const char *list_end(struct aa_source *s)
{
	const char *p = s->p + 1;
	bool quoted = false;

	for (; p < s->end && (quoted || *p != ')'); p++) {
		quoted ^= *p == '"';
		s->line += *p == '\n';
	}
	return p < s->end ? p : NULL;
}

/* Braces in a word are alternatives, and so are the commas in them. */
static const char *bare_end(struct aa_source *s)
{
	const char *from = s->p;
	unsigned depth = 0;

	for (; !at_end(s) && !is_space(*s->p) && *s->p != '"'; s->p++) {
		if (*s->p == '\\' && s->p + 1 < s->end && s->p[1] != '\n')
			s->p++;
		else if (*s->p == '{')
			depth++;
		else if (*s->p == '}')
			depth -= depth > 0;
		else if (*s->p == ',' && !depth && is_last_comma(s))
			break;
		else if (*s->p == '(' && s->p > from && s->p[-1] == '=')
			break;
	}
	return s->p;
}

static int add_word(struct aa_statement *st, struct aa_source *s, enum aa_word_kind kind,
		    const char *from, const char *to, struct tr_err *err)
{
	size_t len = (size_t)(to - from);

	if (len > MAX_WORD)
		return fail(s, s->line, "expected a word of at most 16384 bytes", err);
	if (memchr(from, '\0', len))
		return fail(s, s->line, "expected text, found a byte that is 0", err);
	if (st->n >= MAX_WORDS)
		return fail(s, st->line, "expected a statement of at most 4096 words", err);
	st->v = tr_grow(st->v, &st->cap, st->n, sizeof(*st->v));
	st->v[st->n++] = (struct aa_word){ kind, tr_xstrndup(from, len) };
	return 0;
}

static int read_word(struct aa_statement *st, struct aa_source *s, struct tr_err *err)
{
	const unsigned line = s->line;
	const char *from = s->p, *to;
	enum aa_word_kind kind = AA_WORD_BARE;
	int r;

	if (*from == '"') {
		kind = AA_WORD_QUOTED;
		to = quoted_end(s);
	} else if (*from == '(') {
		kind = AA_WORD_LIST;
		to = list_end(s);
	} else {
		to = bare_end(s);
	}
	if (!to)
		return fail(s, line,
			    kind == AA_WORD_QUOTED ? "expected a closing quote, found the end" :
						     "expected ')', found the end",
			    err);
	r = add_word(st, s, kind, kind == AA_WORD_BARE ? from : from + 1, to, err);
	s->p = kind == AA_WORD_BARE ? to : to + 1;
	strbuf_add(&st->text, from, (size_t)(s->p - from));
	return r;
}

/* Includes and variables end with their line. */
static bool ends_with_line(const struct aa_statement *st)
{
	const char *first = st->n ? st->v[0].text : "";

	if (!st->n || st->v[0].kind != AA_WORD_BARE)
		return false;
	if (!strcmp(first, "include") || !strcmp(first, "#include"))
		return true;
	return (first[0] == '@' || first[0] == '$') &&
	       (strstr(first, "}=") || strstr(first, "}+=") ||
		(first[0] == '$' && strchr(first, '=')) ||
		(st->n > 1 && (st->v[1].text[0] == '=' || !strncmp(st->v[1].text, "+=", 2))));
}

static int finish(struct aa_statement *st, struct aa_source *s, enum aa_end end)
{
	if (end != AA_END_LINE)
		s->p++;
	st->end = end;
	return 0;
}

static int read_statement(struct aa_statement *st, struct aa_source *s, struct tr_err *err)
{
	skip_space(s);
	st->line = s->line;
	while (!at_end(s)) {
		const char *behind;
		bool newline;

		if (*s->p == ',') {
			if (!st->n)
				return fail(s, s->line, "expected a rule, found ','", err);
			strbuf_addc(&st->text, ',');
			return finish(st, s, AA_END_RULE);
		}
		if (*s->p == '{' && !ends_with_line(st))
			return finish(st, s, AA_END_OPEN);
		if (*s->p == '}') {
			if (st->n)
				return fail(s, st->line, "expected ',' behind the rule, found '}'",
					    err);
			return finish(st, s, AA_END_CLOSE);
		}
		if (read_word(st, s, err) < 0)
			return -1;
		/* A variable's value follows the '=' on its line, and so does an include's name. */
		behind = s->p;
		newline = skip_space(s);
		if ((newline || at_end(s)) && ends_with_line(st))
			return finish(st, s, AA_END_LINE);
		if (s->p > behind && !at_end(s) && !strchr(",{", *s->p))
			strbuf_addc(&st->text, ' ');
	}
	if (st->n)
		return fail(s, st->line, "expected ',' or '{' behind this, found the end", err);
	st->end = AA_END_TEXT;
	return 0;
}

int aa_statement_read(struct aa_statement *ret, struct aa_source *s, struct tr_err *err)
{
	struct aa_statement st = { 0 };

	if (read_statement(&st, s, err) < 0) {
		aa_statement_release(&st);
		return -1;
	}
	*ret = st;
	return 0;
}

void aa_statement_release(struct aa_statement *st)
{
	for (size_t i = 0; i < st->n; i++)
		free(st->v[i].text);
	free(st->v);
	strbuf_release(&st->text);
	memset(st, 0, sizeof(*st));
}

int aa_source_skip_block(struct aa_source *s, struct strbuf *text, struct tr_err *err)
{
	const unsigned line = s->line;
	unsigned depth = 1;

	strbuf_adds(text, " { ");
	while (depth) {
		struct aa_statement st;

		if (aa_statement_read(&st, s, err) < 0)
			return -1;
		strbuf_add(text, strbuf_str(&st.text), st.text.len);
		strbuf_adds(text, st.end == AA_END_OPEN	 ? " { " :
				  st.end == AA_END_CLOSE ? "} " :
				  st.end == AA_END_LINE	 ? "\n" :
							   " ");
		depth += st.end == AA_END_OPEN;
		depth -= st.end == AA_END_CLOSE;
		if (st.end == AA_END_TEXT || depth > MAX_DEPTH) {
			const char *what = depth > MAX_DEPTH ?
						   "expected at most 64 blocks in each other" :
						   "expected '}' for this block, found the end";

			aa_statement_release(&st);
			return fail(s, line, what, err);
		}
		aa_statement_release(&st);
	}
	return 0;
}
