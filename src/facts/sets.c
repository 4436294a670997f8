// SPDX-License-Identifier: Apache-2.0
/*
 * Sorted arrays. Most sets have one or two elements and there is one for each fact, so they start
 * small; what is added mostly comes in order, so the end is looked at first.
 */
#include "facts/sets.h"

#include <stdlib.h>
#include <string.h>

#include "util/mem.h"

static void *room(void *v, size_t n, size_t *cap, size_t size)
{
	if (n < *cap)
		return v;
	*cap = *cap ? *cap * 2 : 2;
	return tr_xrealloc(v, *cap, size);
}

void u32set_append(struct tr_u32set *s, uint32_t v)
{
	s->v = room(s->v, s->n, &s->cap, sizeof(*s->v));
	s->v[s->n++] = v;
}

void strset_append(struct tr_strset *s, char *v)
{
	s->v = room(s->v, s->n, &s->cap, sizeof(*s->v));
	s->v[s->n++] = v;
}

/* The first index whose element is not below v. */
static size_t u32_lower(const struct tr_u32set *s, uint32_t v)
{
	size_t lo = 0, hi = s->n;

	if (s->n && s->v[s->n - 1] < v)
		return s->n;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (s->v[mid] < v)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static size_t str_lower(const struct tr_strset *s, const char *v, bool *ret_equal)
{
	size_t lo = 0, hi = s->n;

	*ret_equal = false;
	if (s->n && strcmp(s->v[s->n - 1], v) < 0)
		return s->n;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		int c = strcmp(s->v[mid], v);

		if (c < 0) {
			lo = mid + 1;
		} else {
			*ret_equal |= c == 0;
			hi = mid;
		}
	}
	return lo;
}

bool tr_u32set_has(const struct tr_u32set *s, uint32_t v)
{
	size_t i = u32_lower(s, v);

	return i < s->n && s->v[i] == v;
}

bool tr_strset_has(const struct tr_strset *s, const char *v)
{
	bool equal;

	str_lower(s, v, &equal);
	return equal;
}

static bool str_within(const struct tr_strset *small, const struct tr_strset *big)
{
	for (size_t i = 0; i < small->n; i++)
		if (!tr_strset_has(big, small->v[i]))
			return false;
	return true;
}

bool tr_strset_equal(const struct tr_strset *a, const struct tr_strset *b)
{
	return a->n == b->n && str_within(a, b);
}

bool tr_u32set_add(struct tr_u32set *s, uint32_t v)
{
	size_t i = u32_lower(s, v);

	if (i < s->n && s->v[i] == v)
		return false;
	s->v = room(s->v, s->n, &s->cap, sizeof(*s->v));
	memmove(s->v + i + 1, s->v + i, (s->n - i) * sizeof(*s->v));
	s->v[i] = v;
	s->n++;
	return true;
}

bool tr_strset_add(struct tr_strset *s, const char *v)
{
	bool equal;
	size_t i = str_lower(s, v, &equal);

	if (equal)
		return false;
	s->v = room(s->v, s->n, &s->cap, sizeof(*s->v));
	memmove(s->v + i + 1, s->v + i, (s->n - i) * sizeof(*s->v));
	s->v[i] = tr_xstrdup(v);
	s->n++;
	return true;
}

static int u32_cmp(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

static int str_cmp(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

void u32set_settle(struct tr_u32set *s)
{
	size_t n = 0;
	bool sorted = true;

	for (size_t i = 1; i < s->n && sorted; i++)
		sorted = s->v[i - 1] < s->v[i];
	if (sorted)
		return;
	qsort(s->v, s->n, sizeof(*s->v), u32_cmp);
	for (size_t i = 0; i < s->n; i++)
		if (!n || s->v[n - 1] != s->v[i])
			s->v[n++] = s->v[i];
	s->n = n;
}

void strset_settle(struct tr_strset *s)
{
	size_t n = 0;
	bool sorted = true;

	for (size_t i = 1; i < s->n && sorted; i++)
		sorted = strcmp(s->v[i - 1], s->v[i]) < 0;
	if (sorted)
		return;
	qsort(s->v, s->n, sizeof(*s->v), str_cmp);
	for (size_t i = 0; i < s->n; i++) {
		if (n && !strcmp(s->v[n - 1], s->v[i]))
			free(s->v[i]);
		else
			s->v[n++] = s->v[i];
	}
	s->n = n;
}

static bool u32_within(const struct tr_u32set *small, const struct tr_u32set *big)
{
	for (size_t i = 0; i < small->n; i++)
		if (!tr_u32set_has(big, small->v[i]))
			return false;
	return true;
}

void u32set_union(struct tr_u32set *dst, const struct tr_u32set *src)
{
	struct tr_u32set both = { 0 };
	size_t i = 0, k = 0;

	if (u32_within(src, dst))
		return;
	/* Recordings are numbered as they arrive: what comes is mostly above what is there. */
	if (!dst->n || dst->v[dst->n - 1] < src->v[0]) {
		for (; k < src->n; k++)
			u32set_append(dst, src->v[k]);
		return;
	}
	both.cap = dst->n + src->n;
	both.v = tr_xcalloc(both.cap, sizeof(*both.v));
	while (i < dst->n || k < src->n) {
		if (k == src->n || (i < dst->n && dst->v[i] < src->v[k])) {
			both.v[both.n++] = dst->v[i++];
		} else {
			i += i < dst->n && dst->v[i] == src->v[k];
			both.v[both.n++] = src->v[k++];
		}
	}
	free(dst->v);
	*dst = both;
}

void strset_union(struct tr_strset *dst, const struct tr_strset *src)
{
	struct tr_strset both = { 0 };
	size_t i = 0, k = 0;

	if (str_within(src, dst))
		return;
	both.cap = dst->n + src->n;
	both.v = tr_xcalloc(both.cap, sizeof(*both.v));
	while (i < dst->n || k < src->n) {
		int c = i == dst->n ? 1 : k == src->n ? -1 : strcmp(dst->v[i], src->v[k]);

		if (c <= 0) {
			both.v[both.n++] = dst->v[i++];
			k += c == 0;
		} else {
			both.v[both.n++] = tr_xstrdup(src->v[k++]);
		}
	}
	free(dst->v);
	*dst = both;
}

struct tr_u32set u32set_copy(const struct tr_u32set *s)
{
	struct tr_u32set c = { .n = s->n, .cap = s->n };

	if (s->n) {
		c.v = tr_xcalloc(s->n, sizeof(*c.v));
		memcpy(c.v, s->v, s->n * sizeof(*c.v));
	}
	return c;
}

struct tr_strset strset_copy(const struct tr_strset *s)
{
	struct tr_strset c = { .n = s->n, .cap = s->n };

	if (s->n)
		c.v = tr_xcalloc(s->n, sizeof(*c.v));
	for (size_t i = 0; i < s->n; i++)
		c.v[i] = tr_xstrdup(s->v[i]);
	return c;
}

void strset_cut(struct tr_strset *s, size_t max)
{
	while (s->n > max)
		free(s->v[--s->n]);
}

void tr_u32set_release(struct tr_u32set *s)
{
	free(s->v);
	*s = (struct tr_u32set){ 0 };
}

void tr_strset_release(struct tr_strset *s)
{
	strset_cut(s, 0);
	free(s->v);
	*s = (struct tr_strset){ 0 };
}
