// SPDX-License-Identifier: Apache-2.0
#include "facts/context.h"

#include <stdlib.h>
#include <string.h>

#include "facts/sets.h"
#include "util/mem.h"

/* The first index whose key is not below `key`. */
static size_t lower(const struct tr_context *c, const char *key)
{
	size_t lo = 0, hi = c->n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (strcmp(c->v[mid].key, key) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* Of a number that only grows, the highest; what is no number is below all that are. */
static bool is_peak(const char *key)
{
	static const char end[] = ".peak";
	size_t n = strlen(key);

	return n >= sizeof(end) - 1 && !strcmp(key + n - (sizeof(end) - 1), end);
}

static bool is_higher(const char *a, const char *b)
{
	bool a_is = *a && strspn(a, "0123456789") == strlen(a);
	bool b_is = *b && strspn(b, "0123456789") == strlen(b);
	size_t a_len, b_len;

	if (a_is != b_is)
		return a_is;
	if (a_is) {
		a_len = strlen(a + strspn(a, "0"));
		b_len = strlen(b + strspn(b, "0"));
		if (a_len != b_len)
			return a_len > b_len;
		if (strcmp(a + strlen(a) - a_len, b + strlen(b) - b_len) != 0)
			return strcmp(a + strlen(a) - a_len, b + strlen(b) - b_len) > 0;
	}
	return strcmp(a, b) > 0;
}

void context_keep_highest(const char *key, struct tr_strset *values)
{
	char *highest = NULL;

	if (!is_peak(key) || values->n < 2)
		return;
	for (size_t i = 0; i < values->n; i++) {
		char *v = values->v[i];

		if (!highest || is_higher(v, highest)) {
			free(highest);
			highest = v;
		} else {
			free(v);
		}
	}
	values->v[0] = highest;
	values->n = 1;
}

/* The values of key, made if they are not there. A recording has a few dozen keys. */
struct tr_strset *context_values(struct tr_recording *rec, const char *key)
{
	struct tr_context *c;
	size_t i;

	if (!rec->context)
		rec->context = tr_xcalloc(1, sizeof(*rec->context));
	c = rec->context;
	i = lower(c, key);
	if (i < c->n && !strcmp(c->v[i].key, key))
		return &c->v[i].values;
	c->v = tr_grow(c->v, &c->cap, c->n, sizeof(*c->v));
	memmove(c->v + i + 1, c->v + i, (c->n - i) * sizeof(*c->v));
	memset(&c->v[i], 0, sizeof(c->v[i]));
	c->v[i].key = tr_xstrdup(key);
	c->n++;
	return &c->v[i].values;
}

void tr_context_add(struct tr_recording *rec, const char *key, const char *value)
{
	tr_cleanup_free char *cut = NULL;

	if (value && strlen(value) > TR_CONTEXT_VALUE_LEN)
		value = cut = tr_xasprintf("%.*s...", TR_CONTEXT_VALUE_LEN - 3, value);
	if (!value)
		return;
	tr_strset_add(context_values(rec, key), value);
	context_keep_highest(key, context_values(rec, key));
}

const struct tr_strset *tr_context_all(const struct tr_recording *rec, const char *key)
{
	const struct tr_context *c = rec->context;
	size_t i;

	if (!c)
		return NULL;
	i = lower(c, key);
	return i < c->n && !strcmp(c->v[i].key, key) ? &c->v[i].values : NULL;
}

const char *tr_context_get(const struct tr_recording *rec, const char *key)
{
	const struct tr_strset *all = tr_context_all(rec, key);

	return all && all->n ? all->v[0] : NULL;
}

void context_merge(struct tr_recording *dst, const struct tr_recording *src)
{
	for (size_t i = 0; src->context && i < src->context->n; i++) {
		const char *key = src->context->v[i].key;
		struct tr_strset *values = context_values(dst, key);

		strset_union(values, &src->context->v[i].values);
		context_keep_highest(key, values);
	}
}

void context_free(struct tr_context *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < c->n; i++) {
		free(c->v[i].key);
		tr_strset_release(&c->v[i].values);
	}
	free(c->v);
	free(c);
}
