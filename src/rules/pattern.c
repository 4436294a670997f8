// SPDX-License-Identifier: Apache-2.0
/* Patterns of names. */
#include <stdlib.h>
#include <string.h>

#include "trammel/apparmor.h"
#include "util/mem.h"

void tr_apparmor_pattern_release(struct tr_apparmor_pattern *p)
{
	free(p->v);
	free(p->classes);
	*p = (struct tr_apparmor_pattern){ 0 };
}

void tr_apparmor_pattern_add(struct tr_apparmor_pattern *p, struct tr_apparmor_part part)
{
	p->v = tr_grow(p->v, &p->cap, p->n, sizeof(*p->v));
	p->v[p->n++] = part;
}

void tr_apparmor_pattern_add_bytes(struct tr_apparmor_pattern *p, const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++)
		tr_apparmor_pattern_add(
			p, (struct tr_apparmor_part){ TR_APPARMOR_BYTE, (uint8_t)s[i], 1, 1 });
}

static bool class_has(const struct tr_apparmor_class *class, unsigned char c)
{
	return class->bits[c / 64] >> c % 64 & 1;
}

/* The set that has the same bytes, or CLASS; of one byte, that one. NUL is in no name. */
static enum tr_apparmor_set set_of(const struct tr_apparmor_class *class, uint8_t *ret_byte)
{
	unsigned n = 0;

	for (unsigned c = 1; c < 256; c++)
		if (class_has(class, (unsigned char)c)) {
			*ret_byte = (uint8_t)c;
			n++;
		}
	if (n == 1)
		return TR_APPARMOR_BYTE;
	*ret_byte = 0;
	for (unsigned set = TR_APPARMOR_DIGIT; set < TR_APPARMOR_CLASS; set++) {
		bool same = true;

		for (unsigned c = 1; c < 256 && same; c++)
			same = tr_apparmor_set_has(set, (unsigned char)c) ==
			       class_has(class, (unsigned char)c);
		if (same)
			return set;
	}
	return TR_APPARMOR_CLASS;
}

void tr_apparmor_pattern_add_class(struct tr_apparmor_pattern *p,
				   const struct tr_apparmor_class *class)
{
	struct tr_apparmor_part part = { .min = 1, .max = 1 };
	size_t i = 0;

	part.set = (uint8_t)set_of(class, &part.byte);
	if (part.set == TR_APPARMOR_CLASS) {
		while (i < p->n_classes && memcmp(&p->classes[i], class, sizeof(*class)) != 0)
			i++;
		if (i == p->n_classes) {
			p->classes = tr_grow(p->classes, &p->cap_classes, i, sizeof(*p->classes));
			p->classes[p->n_classes++] = *class;
		}
		part.byte = (uint8_t)i;
	}
	tr_apparmor_pattern_add(p, part);
}

void tr_apparmor_pattern_copy(struct tr_apparmor_pattern *ret, const struct tr_apparmor_pattern *p)
{
	*ret = (struct tr_apparmor_pattern){
		.n = p->n, .cap = p->n, .n_classes = p->n_classes, .cap_classes = p->n_classes
	};
	if (p->n)
		ret->v = memcpy(tr_xcalloc(p->n, sizeof(*p->v)), p->v, p->n * sizeof(*p->v));
	if (p->n_classes)
		ret->classes = memcpy(tr_xcalloc(p->n_classes, sizeof(*p->classes)), p->classes,
				      p->n_classes * sizeof(*p->classes));
}

/* Classes of two patterns have numbers of their own: what counts is what is in them. */
static int class_cmp(const struct tr_apparmor_pattern *a, uint8_t x,
		     const struct tr_apparmor_pattern *b, uint8_t y)
{
	return memcmp(&a->classes[x], &b->classes[y], sizeof(*a->classes));
}

static int part_cmp(const struct tr_apparmor_pattern *of_a, const struct tr_apparmor_part *a,
		    const struct tr_apparmor_pattern *of_b, const struct tr_apparmor_part *b)
{
	if (a->set != b->set)
		return a->set < b->set ? -1 : 1;
	if (a->set == TR_APPARMOR_CLASS) {
		int r = class_cmp(of_a, a->byte, of_b, b->byte);

		if (r)
			return r;
	} else if (a->byte != b->byte)
		return a->byte < b->byte ? -1 : 1;
	if (a->min != b->min)
		return a->min < b->min ? -1 : 1;
	return a->max == b->max ? 0 : a->max < b->max ? -1 : 1;
}

int tr_apparmor_pattern_cmp(const struct tr_apparmor_pattern *a,
			    const struct tr_apparmor_pattern *b)
{
	for (size_t i = 0; i < a->n && i < b->n; i++) {
		int r = part_cmp(a, &a->v[i], b, &b->v[i]);

		if (r)
			return r;
	}
	return a->n == b->n ? 0 : a->n < b->n ? -1 : 1;
}

bool tr_apparmor_pattern_is_literal(const struct tr_apparmor_pattern *p)
{
	for (size_t i = 0; i < p->n; i++)
		if (p->v[i].set != TR_APPARMOR_BYTE)
			return false;
	return true;
}

bool tr_apparmor_set_has(enum tr_apparmor_set set, unsigned char c)
{
	bool digit = c >= '0' && c <= '9', lower = c >= 'a' && c <= 'z',
	     upper = c >= 'A' && c <= 'Z';

	switch (set) {
	case TR_APPARMOR_DIGIT:
		return digit;
	case TR_APPARMOR_NONZERO:
		return digit && c != '0';
	case TR_APPARMOR_HEX:
		return digit || (c >= 'a' && c <= 'f');
	case TR_APPARMOR_HEX_UPPER:
		return digit || (c >= 'A' && c <= 'F');
	case TR_APPARMOR_WORD:
		return digit || lower || upper || c == '_';
	case TR_APPARMOR_NAME:
		return c != '/' && c != '\0';
	case TR_APPARMOR_ANY:
		return c != '\0';
	case TR_APPARMOR_CLASS:
	case TR_APPARMOR_BYTE:
	case TR_APPARMOR_SETS:
		break;
	}
	return false;
}

static bool takes(const struct tr_apparmor_pattern *of, const struct tr_apparmor_part *p,
		  unsigned char c)
{
	if (p->set == TR_APPARMOR_CLASS)
		return class_has(&of->classes[p->byte], c);
	return p->set == TR_APPARMOR_BYTE ? p->byte == c : tr_apparmor_set_has(p->set, c);
}

/* Letters first; 'x' is of most sets. */
static char readable(const struct tr_apparmor_pattern *of, const struct tr_apparmor_part *p)
{
	for (unsigned round = 0; round < 3; round++)
		for (unsigned i = 0; i < 255; i++) {
			unsigned char c = (unsigned char)(1 + ('x' - 1 + i) % 255);
			bool lower = c >= 'a' && c <= 'z', plain = c > ' ' && c < 127 && c != '/';

			if (takes(of, p, c) && (round == 2 || lower || (round == 1 && plain)))
				return (char)c;
		}
	return 'x';
}

char *tr_apparmor_pattern_sample(const struct tr_apparmor_pattern *p)
{
	size_t len = 0, n = 0;
	char *s;

	for (size_t i = 0; i < p->n; i++)
		len += p->v[i].min;
	s = tr_xmalloc(len + 1);
	for (size_t i = 0; i < p->n; i++)
		for (unsigned k = 0; k < p->v[i].min; k++)
			s[n++] = readable(p, &p->v[i]);
	s[n] = '\0';
	return s;
}

/* Part by part, from one on, with the set of all places in s that the parts so far may end at. */
static bool matches_from(const struct tr_apparmor_pattern *p, size_t from, const char *s,
			 size_t len)
{
	tr_cleanup_free unsigned char *at = tr_xcalloc(len + 1, 1), *next = tr_xcalloc(len + 1, 1);

	at[0] = 1;
	for (size_t i = from; i < p->n; i++) {
		const struct tr_apparmor_part *part = &p->v[i];
		bool any = false;

		memset(next, 0, len + 1);
		for (size_t start = 0; start <= len; start++) {
			if (!at[start])
				continue;
			if (!part->min)
				next[start] = 1, any = true;
			for (size_t n = 1; start + n <= len && n <= part->max; n++) {
				if (!takes(p, part, (unsigned char)s[start + n - 1]))
					break;
				if (n >= part->min)
					next[start + n] = 1, any = true;
			}
		}
		if (!any)
			return false;
		memcpy(at, next, len + 1);
	}
	return at[len];
}

/* What is literal in front tells most names apart. */
bool tr_apparmor_pattern_matches(const struct tr_apparmor_pattern *p, const char *s, size_t len)
{
	size_t n = 0;

	for (; n < p->n && p->v[n].set == TR_APPARMOR_BYTE; n++)
		if (n == len || p->v[n].byte != (unsigned char)s[n])
			return false;
	return n == p->n ? n == len : matches_from(p, n, s + n, len - n);
}
