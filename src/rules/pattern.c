// SPDX-License-Identifier: Apache-2.0
/* Patterns of names. */
#include <stdlib.h>
#include <string.h>

#include "trammel/apparmor.h"
#include "util/mem.h"

void tr_apparmor_pattern_release(struct tr_apparmor_pattern *p)
{
	free(p->v);
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

static int part_cmp(const struct tr_apparmor_part *a, const struct tr_apparmor_part *b)
{
	if (a->set != b->set)
		return a->set < b->set ? -1 : 1;
	if (a->byte != b->byte)
		return a->byte < b->byte ? -1 : 1;
	if (a->min != b->min)
		return a->min < b->min ? -1 : 1;
	return a->max == b->max ? 0 : a->max < b->max ? -1 : 1;
}

int tr_apparmor_pattern_cmp(const struct tr_apparmor_pattern *a,
			    const struct tr_apparmor_pattern *b)
{
	for (size_t i = 0; i < a->n && i < b->n; i++) {
		int r = part_cmp(&a->v[i], &b->v[i]);

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
	case TR_APPARMOR_BYTE:
	case TR_APPARMOR_SETS:
		break;
	}
	return false;
}

static bool takes(const struct tr_apparmor_part *p, unsigned char c)
{
	return p->set == TR_APPARMOR_BYTE ? p->byte == c : tr_apparmor_set_has(p->set, c);
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
				if (!takes(part, (unsigned char)s[start + n - 1]))
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
