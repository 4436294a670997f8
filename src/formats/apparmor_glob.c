// SPDX-License-Identifier: Apache-2.0
/*
 * Patterns as apparmor_parser reads them (apparmor, parser/parser_regex.c: convert_aaregex_to_pcre): "*" and
 * "?" take no slash and "**" does; between slashes, or behind the last, a star takes at least one byte; "^" and
 * "$" mean something in classes only. What depends on the parser's version is not taken for either.
 */
#include "formats/apparmor_glob.h"

#include <stdlib.h>
#include <string.h>

#include "util/mem.h"
#include "util/strbuf.h"

#define MAX_NESTED 50 /* braces, as in the parser */
#define MAX_TEXT   32768 /* with the values of variables in it */
#define MAX_PARTS  65536 /* of all alternatives together */

static const char too_many[] = "a pattern with more alternatives than are told apart here";
static const char too_long[] = "a pattern that is too long to be told apart here";
static const char bad_group[] = "braces or brackets that do not close";
static const char odd_class[] = "a class of bytes that is written in an unusual way";
static const char odd_escape[] = "an escape that not all parsers read alike";

void aa_globs_release(struct aa_globs *g)
{
	for (size_t i = 0; i < g->n; i++)
		tr_apparmor_pattern_release(&g->v[i]);
	free(g->v);
	memset(g, 0, sizeof(*g));
}

void aa_variables_release(struct aa_variables *vars)
{
	for (size_t i = 0; i < vars->n; i++) {
		for (size_t k = 0; k < vars->v[i].n; k++)
			free(vars->v[i].v[k]);
		free(vars->v[i].v);
		free(vars->v[i].name);
	}
	free(vars->v);
	memset(vars, 0, sizeof(*vars));
}

/* The byte that an escape means; *p is behind the backslash. -1: parsers differ, or there is none. */
static int unescape(const char **p)
{
	static const char same[] = "*?[]{}^,\\\"!@/-._+() $#&'%:;<=>|~`";
	const char *s = *p;

	if (s[0] >= '0' && s[0] <= '3' && s[1] >= '0' && s[1] <= '7' && s[2] >= '0' &&
	    s[2] <= '7') {
		int c = (s[0] - '0') * 64 + (s[1] - '0') * 8 + (s[2] - '0');

		*p += 3;
		return c ? c : -1;
	}
	if (!*s || !strchr(same, *s))
		return -1;
	*p += 1;
	return (unsigned char)*s;
}

/* Classes */

static void class_add(struct tr_apparmor_class *class, unsigned from, unsigned to)
{
	for (unsigned c = from; c <= to; c++)
		class->bits[c / 64] |= UINT64_C(1) << c % 64;
}

static int class_byte(const char **p)
{
	if (**p != '\\')
		return strchr("*?[", **p) ? -1 : (unsigned char)*(*p)++;
	++*p;
	return unescape(p);
}

/* What is behind '[', the bracket that closes it with it. */
static const char *parse_class(const char **p, struct tr_apparmor_class *ret)
{
	bool not = **p == '^', any = false;

	memset(ret, 0, sizeof(*ret));
	*p += not ;
	for (; **p != ']'; any = true) {
		int from, to;

		if (!**p)
			return bad_group;
		from = to = class_byte(p);
		if (**p == '-' && (*p)[1] && (*p)[1] != ']') {
			++*p;
			to = class_byte(p);
		} else if (**p == '-' || from == '-') {
			return odd_class;
		}
		if (from < 0 || to < from)
			return odd_class;
		class_add(ret, (unsigned)from, (unsigned)to);
	}
	++*p;
	for (size_t i = 0; not &&i < 4; i++)
		ret->bits[i] = ~ret->bits[i];
	return any ? NULL : odd_class;
}

/* Sequences */

/* One more of what was just there is a repetition of it. */
static void fold_last(struct tr_apparmor_pattern *p)
{
	struct tr_apparmor_part *a, *b;
	unsigned max;

	if (p->n < 2)
		return;
	a = &p->v[p->n - 2];
	b = &p->v[p->n - 1];
	if (a->set == TR_APPARMOR_BYTE || a->set != b->set || a->byte != b->byte)
		return;
	max = a->max == TR_APPARMOR_MANY || b->max == TR_APPARMOR_MANY ? TR_APPARMOR_MANY :
									 (unsigned)a->max + b->max;
	if (a->min + b->min >= TR_APPARMOR_MANY || max > TR_APPARMOR_MANY)
		return;
	a->min = (uint16_t)(a->min + b->min);
	a->max = (uint16_t)max;
	p->n--;
}

static void add_part(struct aa_globs *g, uint8_t set, uint8_t byte, uint16_t min, uint16_t max)
{
	for (size_t i = 0; i < g->n; i++) {
		tr_apparmor_pattern_add(&g->v[i], (struct tr_apparmor_part){ set, byte, min, max });
		fold_last(&g->v[i]);
	}
}

static const char *add_class(struct aa_globs *g, const struct tr_apparmor_class *class)
{
	for (size_t i = 0; i < g->n; i++) {
		if (g->v[i].n_classes == 255)
			return too_many;
		tr_apparmor_pattern_add_class(&g->v[i], class);
		fold_last(&g->v[i]);
	}
	return NULL;
}

static void append(struct tr_apparmor_pattern *to, const struct tr_apparmor_pattern *p)
{
	for (size_t i = 0; i < p->n; i++) {
		struct tr_apparmor_part part = p->v[i];

		if (part.set == TR_APPARMOR_CLASS) {
			tr_apparmor_pattern_add_class(to, &p->classes[part.byte]);
			to->v[to->n - 1].min = part.min;
			to->v[to->n - 1].max = part.max;
		} else {
			tr_apparmor_pattern_add(to, part);
		}
		fold_last(to);
	}
}

static size_t parts_of(const struct aa_globs *g)
{
	size_t n = 0;

	for (size_t i = 0; i < g->n; i++)
		n += g->v[i].n + 1;
	return n;
}

/* Each of g with each of tails behind it. */
static const char *multiply(struct aa_globs *g, const struct aa_globs *tails)
{
	struct aa_globs all = { 0 };

	if (g->n * tails->n > AA_GLOB_MAX)
		return too_many;
	if (parts_of(g) * tails->n + parts_of(tails) * g->n > MAX_PARTS)
		return too_long;
	for (size_t i = 0; i < g->n; i++)
		for (size_t k = 0; k < tails->n; k++) {
			all.v = tr_grow(all.v, &all.cap, all.n, sizeof(*all.v));
			tr_apparmor_pattern_copy(&all.v[all.n], &g->v[i]);
			append(&all.v[all.n++], &tails->v[k]);
		}
	aa_globs_release(g);
	*g = all;
	return NULL;
}

/*
 * {,X} and {,X{,X}} are X up to so many times: alternatives that are all runs of one set become one where none
 * of the lengths between is missing.
 */
static void fold_runs(struct aa_globs *g)
{
	const struct tr_apparmor_part *first = NULL;
	uint64_t lengths = 0;
	unsigned max = 0;

	for (size_t i = 0; i < g->n; i++) {
		const struct tr_apparmor_pattern *p = &g->v[i];

		if (p->n > 1 || p->n_classes || (p->n && p->v[0].set == TR_APPARMOR_BYTE) ||
		    (p->n && p->v[0].max > 62))
			return;
		if (p->n && first && p->v[0].set != first->set)
			return;
		first = p->n ? &p->v[0] : first;
		for (unsigned k = p->n ? p->v[0].min : 0; k <= (p->n ? p->v[0].max : 0); k++) {
			lengths |= UINT64_C(1) << k;
			max = k > max ? k : max;
		}
	}
	if (!first || lengths != (UINT64_C(2) << max) - 1)
		return;
	for (size_t i = 0; i < g->n; i++)
		if (g->v[i].n) {
			g->v[i].v[0].min = 0;
			g->v[i].v[0].max = (uint16_t)max;
			if (i) {
				struct tr_apparmor_pattern swap = g->v[0];

				g->v[0] = g->v[i];
				g->v[i] = swap;
			}
			break;
		}
	while (g->n > 1)
		tr_apparmor_pattern_release(&g->v[--g->n]);
}

struct glob {
	const char *start, *p;
	unsigned depth;
};

static void add_empty(struct aa_globs *g)
{
	g->v = tr_grow(g->v, &g->cap, g->n, sizeof(*g->v));
	g->v[g->n++] = (struct tr_apparmor_pattern){ 0 };
}

static const char *parse_sequence(struct glob *s, struct aa_globs *ret);

/* What is behind '{', the brace that closes it with it. */
static const char *parse_group(struct glob *s, struct aa_globs *ret)
{
	const char *why = NULL;
	size_t n = 0;

	if (++s->depth >= MAX_NESTED)
		return too_many;
	do {
		struct aa_globs one = { 0 };

		n++;
		why = parse_sequence(s, &one);
		if (!why && ret->n + one.n > AA_GLOB_MAX)
			why = too_many;
		for (size_t i = 0; i < one.n && !why; i++) {
			ret->v = tr_grow(ret->v, &ret->cap, ret->n, sizeof(*ret->v));
			ret->v[ret->n++] = one.v[i];
			one.v[i] = (struct tr_apparmor_pattern){ 0 };
		}
		aa_globs_release(&one);
	} while (!why && *s->p == ',' && s->p++);
	s->depth--;
	if (why)
		return why;
	if (*s->p != '}' || n < 2)
		return bad_group;
	s->p++;
	fold_runs(ret);
	return NULL;
}

static void parse_stars(struct glob *s, struct aa_globs *g)
{
	const char *first = s->p, *last = first;
	bool alone;

	while (*last == '*')
		last++;
	alone = first > s->start && first[-1] == '/' && (*last == '/' || !*last);
	/* "***" is "**" and "*". */
	while (s->p < last) {
		bool two = last - s->p >= 2;

		if (alone && s->p == first)
			add_part(g, TR_APPARMOR_NAME, 0, 1, 1);
		add_part(g, two ? TR_APPARMOR_ANY : TR_APPARMOR_NAME, 0, 0, TR_APPARMOR_MANY);
		s->p += two ? 2 : 1;
	}
}

static const char *parse_one(struct glob *s, struct aa_globs *ret)
{
	struct tr_apparmor_class class;
	struct aa_globs group = { 0 };
	const char *why = NULL;
	int c;

	switch (*s->p) {
	case '*':
		parse_stars(s, ret);
		return NULL;
	case '?':
		s->p++;
		add_part(ret, TR_APPARMOR_NAME, 0, 1, 1);
		return NULL;
	case '[':
		s->p++;
		why = parse_class(&s->p, &class);
		return why ? why : add_class(ret, &class);
	case '{':
		s->p++;
		why = parse_group(s, &group);
		if (!why)
			why = multiply(ret, &group);
		aa_globs_release(&group);
		return why;
	case ']':
		return bad_group;
	case '\\':
		s->p++;
		c = unescape(&s->p);
		if (c < 0)
			return odd_escape;
		add_part(ret, TR_APPARMOR_BYTE, (uint8_t)c, 1, 1);
		return NULL;
	default:
		add_part(ret, TR_APPARMOR_BYTE, (uint8_t)*s->p++, 1, 1);
		return NULL;
	}
}

/* To the end, or in braces to what ends the alternative. */
static const char *parse_sequence(struct glob *s, struct aa_globs *ret)
{
	add_empty(ret);
	while (*s->p && !(s->depth && (*s->p == ',' || *s->p == '}'))) {
		const char *why = *s->p == '}' ? bad_group : parse_one(s, ret);

		if (why)
			return why;
	}
	return NULL;
}

/* Variables */

static const struct aa_variable *find_variable(const struct aa_variables *vars, const char *name,
					       size_t len)
{
	for (size_t i = 0; i < vars->n; i++)
		if (strlen(vars->v[i].name) == len && !strncmp(vars->v[i].name, name, len))
			return &vars->v[i];
	return NULL;
}

/* "@{" that is a variable's, and no escaped '@'. */
static const char *find_use(const char *text)
{
	for (const char *p = text; *p; p++) {
		if (*p == '\\' && p[1])
			p++;
		else if (p[0] == '@' && p[1] == '{')
			return p;
	}
	return NULL;
}

struct texts {
	char **v;
	size_t n, cap;
	size_t steps; /* a bound for values that hold variables that hold ... */
};

static void texts_release(struct texts *t)
{
	for (size_t i = 0; i < t->n; i++)
		free(t->v[i]);
	free(t->v);
}

static bool charge(struct aa_variables *vars, size_t work)
{
	if (work > vars->budget)
		return false;
	vars->budget -= work;
	return true;
}

/* Adds text with each combination of values, nested at most so many times. */
static const char *expand(struct texts *ret, const char *text, struct aa_variables *vars,
			  unsigned nested)
{
	const size_t len = strlen(text);
	const char *use = find_use(text), *end = use ? strchr(use, '}') : NULL;
	const struct aa_variable *var;

	if (++ret->steps > 4 * AA_GLOB_MAX || ret->n > AA_GLOB_MAX || nested > 16)
		return too_many;
	if (len > MAX_TEXT || !charge(vars, len))
		return too_long;
	if (!use) {
		ret->v = tr_grow(ret->v, &ret->cap, ret->n, sizeof(*ret->v));
		ret->v[ret->n++] = tr_xstrdup(text);
		return NULL;
	}
	var = end ? find_variable(vars, use + 2, (size_t)(end - use - 2)) : NULL;
	if (!var)
		return "a variable that is not defined where it was looked for";
	for (size_t i = 0; i < var->n; i++) {
		tr_cleanup_free char *one =
			tr_xasprintf("%.*s%s%s", (int)(use - text), text, var->v[i], end + 1);
		const char *why = expand(ret, one, vars, nested + 1);

		if (why)
			return why;
	}
	return NULL;
}

/* Slashes that follow each other are one; two at the very beginning, and no more, stay. */
static void fold_slashes(char *text)
{
	char *to = text;
	const char *p = text;

	if (text[0] == '/' && text[1] == '/' && text[2] != '/') {
		to += 2;
		p += 2;
	}
	for (bool slash = false; *p; p++) {
		if (*p == '/' && slash)
			continue;
		slash = *p == '/';
		*to++ = *p;
	}
	*to = '\0';
}

static const char *add_text(struct aa_globs *ret, char *text)
{
	struct aa_globs one = { 0 };
	struct glob s = { 0 };
	const char *why;

	fold_slashes(text);
	s.start = s.p = text;
	why = parse_sequence(&s, &one);
	if (!why && ret->n + one.n > AA_GLOB_MAX)
		why = too_many;
	for (size_t i = 0; i < one.n && !why; i++) {
		ret->v = tr_grow(ret->v, &ret->cap, ret->n, sizeof(*ret->v));
		ret->v[ret->n++] = one.v[i];
		one.v[i] = (struct tr_apparmor_pattern){ 0 };
	}
	aa_globs_release(&one);
	return why;
}

const char *aa_glob_path(struct aa_globs *ret, const char *text, struct aa_variables *vars)
{
	struct texts texts = { 0 };
	struct aa_globs g = { 0 };
	const char *why = expand(&texts, text, vars, 0);

	for (size_t i = 0; i < texts.n && !why; i++) {
		/* Whether those stay that came together here depends on the parser. */
		if (!strncmp(texts.v[i], "//", 2) && strncmp(text, "//", 2) != 0)
			why = "a variable that makes two slashes in front";
		else
			why = add_text(&g, texts.v[i]);
		if (!why && !charge(vars, parts_of(&g) * sizeof(struct tr_apparmor_part)))
			why = too_long;
	}
	texts_release(&texts);
	if (why)
		aa_globs_release(&g);
	*ret = g;
	return why;
}

char *aa_glob_literal(const char *text)
{
	struct strbuf sb = STRBUF_INIT;

	while (*text) {
		int c = (unsigned char)*text++;

		if (c == '\\')
			c = unescape(&text);
		else if (strchr("*?[]{}", c) || (c == '@' && *text == '{'))
			c = -1;
		if (c < 0) {
			strbuf_release(&sb);
			return NULL;
		}
		strbuf_addc(&sb, (char)c);
	}
	return strbuf_detach(&sb);
}
