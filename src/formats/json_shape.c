// SPDX-License-Identifier: Apache-2.0
#include "formats/json_shape.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/mem.h"
#include "util/strbuf.h"

/* Deeper than json_parse lets anything be (src/util/json.c: MAX_DEPTH). */
#define MAX_DEPTH 40
#define KEY_SHOWN 64

/* The text is valid JSON already; still nothing here reads past its end or trusts its form. */
struct walk {
	const char *p, *end;
	unsigned line;
	struct strbuf path;
	const char *const *known; /* NULL: check nothing */
	const char *name;
	struct tr_err *err;
	void (*on_value)(struct walk *w, const char *path, unsigned line);
	/* what the two questions about lines keep */
	const char *wanted;
	size_t wanted_len, best_len;
	unsigned best_line;
	unsigned *lines;
	size_t n_lines, max_lines;
};

static int value(struct walk *w, int depth, bool known);

static int malformed(struct walk *w)
{
	return tr_err_set(w->err, TR_ERR_INPUT, "%s:%u: not JSON", w->name, w->line);
}

static void skip_space(struct walk *w)
{
	while (w->p < w->end && strchr(" \t\r\n", *w->p)) {
		w->line += *w->p == '\n';
		w->p++;
	}
}

/* Steps over c, if it is next. */
static bool take(struct walk *w, char c)
{
	skip_space(w);
	if (w->p >= w->end || *w->p != c)
		return false;
	w->p++;
	return true;
}

/* Steps over a string; *ret, *ret_len are what is between the quotes, undecoded. */
static int string(struct walk *w, const char **ret, size_t *ret_len)
{
	if (!take(w, '"'))
		return malformed(w);
	*ret = w->p;
	while (w->p < w->end && *w->p != '"') {
		w->line += *w->p == '\n';
		w->p += *w->p == '\\' && w->p + 1 < w->end ? 2 : 1;
	}
	if (w->p >= w->end)
		return malformed(w);
	*ret_len = (size_t)(w->p++ - *ret);
	return 0;
}

/*
 * One letter of s folded as encoding/json folds (fold.go): besides ASCII's case there are two
 * letters outside ASCII that fold into it, the long s and the Kelvin sign.
 */
static size_t fold(const char *s, size_t len, char *ret)
{
	if (len >= 2 && !memcmp(s, "\xc5\xbf", 2)) {
		*ret = 's';
		return 2;
	}
	if (len >= 3 && !memcmp(s, "\xe2\x84\xaa", 3)) {
		*ret = 'k';
		return 3;
	}
	*ret = *s >= 'A' && *s <= 'Z' ? (char)(*s | 0x20) : *s;
	return 1;
}

static bool same_folded(const char *key, size_t len, const char *known)
{
	while (len && *known) {
		char a, b;
		size_t n = fold(key, len, &a);

		fold(known, 1, &b);
		if (a != b)
			return false;
		key += n;
		len -= n;
		known++;
	}
	return !len && !*known;
}

/* "NAME:LINE: PATH.KEY: message"; the path is of known names, and the key is cut. */
static int __attribute__((format(printf, 4, 5)))
bad_member(const struct walk *w, const char *key, size_t len, const char *fmt, ...)
{
	tr_cleanup_free char *what = NULL;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&what, fmt, ap) < 0)
		abort();
	va_end(ap);
	return tr_err_set(w->err, TR_ERR_INPUT, "%s:%u: %s%s%.*s: %s", w->name, w->line,
			  strbuf_str(&w->path), w->path.len ? "." : "",
			  len < KEY_SHOWN ? (int)len : KEY_SHOWN, key, what);
}

/*
 * The place of key in the known names, -1 if it is none of them, -2 (and an error) if it must not
 * be taken for one or for none.
 */
static int known_member(struct walk *w, const char *key, size_t len)
{
	for (int i = 0; w->known[i]; i++) {
		if (!same_folded(key, len, w->known[i]))
			continue;
		if (strlen(w->known[i]) == len && !memcmp(w->known[i], key, len))
			return i;
		bad_member(w, key, len, "expected the spelling '%s' (engines differ on this one)",
			   w->known[i]);
		return -2;
	}
	if (memchr(key, '\\', len)) {
		bad_member(w, key, len, "expected a member name without escapes");
		return -2;
	}
	return -1;
}

/* Returns whether the member is a known one, or -1. seen has a bit for each known name. */
static int check_member(struct walk *w, const char *key, size_t len, uint64_t *seen)
{
	int i = known_member(w, key, len);

	if (i < 0)
		return i == -1 ? 0 : -1;
	if (*seen & (UINT64_C(1) << i))
		return bad_member(w, key, len, "expected once, is there twice");
	*seen |= UINT64_C(1) << i;
	return 1;
}

static void set_path_len(struct walk *w, size_t len)
{
	w->path.len = len;
	if (w->path.s)
		w->path.s[len] = '\0';
}

static int object(struct walk *w, int depth, bool known)
{
	size_t base = w->path.len, len;
	uint64_t seen = 0;
	const char *key;

	if (take(w, '}'))
		return 0;
	do {
		int is_known = 0;

		if (string(w, &key, &len) < 0)
			return -1;
		if (known && w->known && (is_known = check_member(w, key, len, &seen)) < 0)
			return -1;
		if (!take(w, ':'))
			return malformed(w);
		if (base)
			strbuf_addc(&w->path, '.');
		strbuf_add(&w->path, key, len);
		if (value(w, depth + 1, is_known) < 0)
			return -1;
		set_path_len(w, base);
	} while (take(w, ','));
	return take(w, '}') ? 0 : malformed(w);
}

static int array(struct walk *w, int depth, bool known)
{
	size_t base = w->path.len;

	if (take(w, ']'))
		return 0;
	for (size_t i = 0;; i++) {
		strbuf_addf(&w->path, "[%zu]", i);
		if (value(w, depth + 1, known) < 0)
			return -1;
		set_path_len(w, base);
		if (!take(w, ','))
			break;
	}
	return take(w, ']') ? 0 : malformed(w);
}

/* json-c turns a whole number above 2^64-1 into 2^64-1 where Go refuses it. */
static int scalar(struct walk *w, bool known)
{
	const char *s = w->p;
	size_t len, digits;

	while (w->p < w->end && *w->p && !strchr(",]} \t\r\n", *w->p))
		w->p++;
	len = (size_t)(w->p - s);
	digits = 0;
	while (digits < len && s[digits] >= '0' && s[digits] <= '9')
		digits++;
	if (known && w->known && digits == len &&
	    (len > 20 || (len == 20 && memcmp(s, "18446744073709551615", 20) > 0)))
		return tr_err_set(w->err, TR_ERR_INPUT, "%s:%u: %s%sexpected a number below 2^64",
				  w->name, w->line, strbuf_str(&w->path), w->path.len ? ": " : "");
	return len ? 0 : malformed(w);
}

static int value(struct walk *w, int depth, bool known)
{
	const char *s;
	size_t len;

	if (depth > MAX_DEPTH)
		return malformed(w);
	skip_space(w);
	if (w->on_value)
		w->on_value(w, strbuf_str(&w->path), w->line);
	if (take(w, '{'))
		return object(w, depth, known);
	if (take(w, '['))
		return array(w, depth, known);
	if (w->p < w->end && *w->p == '"')
		return string(w, &s, &len);
	return scalar(w, known);
}

static int walk(struct walk *w, const char *text, size_t len)
{
	int r;

	w->p = text;
	w->end = text + len;
	w->line = 1;
	r = value(w, 0, true);
	strbuf_release(&w->path);
	return r;
}

int json_shape_check(const char *text, size_t len, const char *name, const char *const *known,
		     struct tr_err *err)
{
	struct walk w = { .known = known, .name = name, .err = err };

	return walk(&w, text, len);
}

/* Whether path is the wanted one or holds it. */
static bool holds(const struct walk *w, const char *path, size_t n)
{
	if (n > w->wanted_len || memcmp(path, w->wanted, n) != 0)
		return false;
	return !n || n == w->wanted_len || strchr(".[", w->wanted[n]);
}

static void keep_nearest(struct walk *w, const char *path, unsigned line)
{
	size_t n = strlen(path);

	if (n >= w->best_len && holds(w, path, n)) {
		w->best_len = n;
		w->best_line = line;
	}
}

unsigned json_line_of(const char *text, size_t len, const char *path)
{
	struct walk w = { .on_value = keep_nearest, .wanted = path, .wanted_len = strlen(path) };

	walk(&w, text, len);
	return w.best_line;
}

static void keep_element(struct walk *w, const char *path, unsigned line)
{
	const char *index = path + w->wanted_len;

	if (strncmp(path, w->wanted, w->wanted_len) || *index != '[' ||
	    index[strcspn(index, "]")] != ']' || index[strcspn(index, "]") + 1])
		return;
	if (w->n_lines < w->max_lines)
		w->lines[w->n_lines++] = line;
}

size_t json_element_lines(const char *text, size_t len, const char *path, unsigned *ret_lines,
			  size_t max)
{
	struct walk w = { .on_value = keep_element,
			  .wanted = path,
			  .wanted_len = strlen(path),
			  .lines = ret_lines,
			  .max_lines = max };

	walk(&w, text, len);
	return w.n_lines;
}
