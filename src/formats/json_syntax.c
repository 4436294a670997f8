// SPDX-License-Identifier: Apache-2.0
#include "formats/json_syntax.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "util/strbuf.h"
#include "util/text.h"

#define MAX_DEPTH      32 /* src/util/json.c */
#define PATH_MAX_SHOWN 120

struct syntax {
	const char *p, *end;
	unsigned line;
	struct strbuf path;
	const char *name;
	struct tr_err *err;
};

/* "'}'", "the end", "a byte 0x1b". */
static const char *found(const struct syntax *s, char *buf, size_t size)
{
	unsigned char c;

	if (s->p >= s->end)
		return "the end of the text";
	c = (unsigned char)*s->p;
	if (c == '\n')
		return "the end of the line";
	snprintf(buf, size, c > ' ' && c < 0x7f ? "'%c'" : "the byte 0x%02x", c);
	return buf;
}

static int wrong(struct syntax *s, const char *expected)
{
	const char *path = strbuf_str(&s->path);
	char buf[24];

	return tr_err_set(s->err, TR_ERR_INPUT, "%s:%u: %.*s%s%sexpected %s, found %s", s->name,
			  s->line, PATH_MAX_SHOWN, path, strlen(path) > PATH_MAX_SHOWN ? "..." : "",
			  *path ? ": " : "", expected, found(s, buf, sizeof(buf)));
}

static void skip_space(struct syntax *s)
{
	for (; s->p < s->end && *s->p && strchr(" \t\r\n", *s->p); s->p++)
		s->line += *s->p == '\n';
}

static bool next_is(struct syntax *s, char c)
{
	skip_space(s);
	return s->p < s->end && *s->p == c;
}

static bool take(struct syntax *s, char c)
{
	if (!next_is(s, c))
		return false;
	s->p++;
	return true;
}

static bool is_digit(const struct syntax *s)
{
	return s->p < s->end && *s->p >= '0' && *s->p <= '9';
}

static int escape(struct syntax *s)
{
	s->p++;
	if (s->p < s->end && *s->p && strchr("\"\\/bfnrt", *s->p)) {
		s->p++;
		return 0;
	}
	if (s->p >= s->end || *s->p != 'u')
		return wrong(s, "one of \"\\/bfnrtu behind a backslash");
	s->p++;
	for (int i = 0; i < 4; i++, s->p++)
		if (s->p >= s->end || !*s->p || !strchr("0123456789abcdefABCDEF", *s->p))
			return wrong(s, "four hexadecimal digits behind \\u");
	return 0;
}

/* One character of a string, of up to four bytes. */
static int character(struct syntax *s)
{
	size_t n = 1;

	if ((unsigned char)*s->p < ' ')
		return wrong(s, "a string, which has no control characters");
	while (n < 4 && s->p + n < s->end && ((unsigned char)s->p[n] & 0xc0) == 0x80)
		n++;
	if ((unsigned char)*s->p < 0x80)
		n = 1;
	if (!text_is_utf8(s->p, n))
		return wrong(s, "UTF-8");
	s->p += n;
	return 0;
}

/* *ret, *ret_len: what is between the quotes; may be NULL. */
static int string(struct syntax *s, const char **ret, size_t *ret_len)
{
	const char *start;
	int r = 0;

	if (!take(s, '"'))
		return wrong(s, "a name in double quotes");
	start = s->p;
	while (r == 0 && s->p < s->end && *s->p != '"')
		r = *s->p == '\\' ? escape(s) : character(s);
	if (r == 0 && s->p >= s->end)
		return wrong(s, "'\"' behind the string");
	if (ret) {
		*ret = start;
		*ret_len = (size_t)(s->p - start);
	}
	s->p++;
	return r;
}

static int digits(struct syntax *s)
{
	if (!is_digit(s))
		return wrong(s, "a digit");
	while (is_digit(s))
		s->p++;
	return 0;
}

static int number(struct syntax *s)
{
	if (*s->p == '-')
		s->p++;
	if (s->p < s->end && *s->p == '0') {
		s->p++;
		if (is_digit(s))
			return wrong(s, "a number that does not begin with 0");
	} else if (digits(s) < 0) {
		return -1;
	}
	if (s->p < s->end && *s->p == '.') {
		s->p++;
		if (digits(s) < 0)
			return -1;
	}
	if (s->p < s->end && (*s->p == 'e' || *s->p == 'E')) {
		s->p++;
		if (s->p < s->end && (*s->p == '+' || *s->p == '-'))
			s->p++;
		return digits(s);
	}
	return 0;
}

static int scalar(struct syntax *s)
{
	static const char *const words[] = { "true", "false", "null" };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		size_t n = strlen(words[i]);

		if ((size_t)(s->end - s->p) >= n && !memcmp(s->p, words[i], n)) {
			s->p += n;
			return 0;
		}
	}
	if (s->p < s->end && (*s->p == '-' || is_digit(s)))
		return number(s);
	return wrong(s, "a value");
}

static int value(struct syntax *s, int depth);

static void set_path_len(struct syntax *s, size_t len)
{
	s->path.len = len;
	if (s->path.s)
		s->path.s[len] = '\0';
}

static int member(struct syntax *s, int depth)
{
	const char *key;
	size_t len;

	if (string(s, &key, &len) < 0)
		return -1;
	if (s->path.len)
		strbuf_addc(&s->path, '.');
	/* What is cut is not shown. */
	strbuf_add(&s->path, key, len < PATH_MAX_SHOWN ? len : PATH_MAX_SHOWN);
	if (!take(s, ':'))
		return wrong(s, "':'");
	return value(s, depth + 1);
}

static int object(struct syntax *s, int depth)
{
	size_t base = s->path.len;

	s->p++;
	if (take(s, '}'))
		return 0;
	do {
		if (member(s, depth) < 0)
			return -1;
		set_path_len(s, base);
	} while (take(s, ','));
	return take(s, '}') ? 0 : wrong(s, "',' or '}'");
}

static int array(struct syntax *s, int depth)
{
	size_t base = s->path.len, i = 0;

	s->p++;
	if (take(s, ']'))
		return 0;
	do {
		strbuf_addf(&s->path, "[%zu]", i++);
		if (value(s, depth + 1) < 0)
			return -1;
		set_path_len(s, base);
	} while (take(s, ','));
	return take(s, ']') ? 0 : wrong(s, "',' or ']'");
}

static int value(struct syntax *s, int depth)
{
	bool is_object = next_is(s, '{');

	if (depth >= MAX_DEPTH && (is_object || next_is(s, '[')))
		return wrong(s, "less deep nesting");
	if (is_object)
		return object(s, depth);
	if (next_is(s, '['))
		return array(s, depth);
	return next_is(s, '"') ? string(s, NULL, NULL) : scalar(s);
}

int json_syntax_check(const char *text, size_t len, const char *name, struct tr_err *err)
{
	struct syntax s = { .p = text, .end = text + len, .line = 1, .name = name, .err = err };
	int r = value(&s, 0);

	skip_space(&s);
	if (r == 0 && s.p < s.end)
		r = wrong(&s, "the end of the text");
	strbuf_release(&s.path);
	return r;
}
