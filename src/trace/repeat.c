// SPDX-License-Identifier: Apache-2.0
#include "trace/repeat.h"

#include <stdlib.h>
#include <string.h>

#include "facts/evidence.h"
#include "util/mem.h"

#define BYTES_MAX  ((size_t)8 << 20)
#define FIRST_SIZE 4096

#define RECORDINGS ",\"recordings\":["
#define FIRST	   ",\"first\":"
#define LAST	   ",\"last\":"
#define AFTER	   ",\"after\":"

struct repeat_line {
	struct tr_fact *fact; /* NULL: free */
	uint64_t hash;
	size_t at; /* in bytes: the head, then the tail */
	uint32_t n_head, n_tail;
};

/* A number as JSON writes it, without sign, point or leading zeros; up to 15 digits, so it fits. */
static bool take_number(const char **s, const char *end, int64_t *ret)
{
	const char *p = *s;
	int64_t v = 0;

	while (p < end && *p >= '0' && *p <= '9' && p - *s < 15)
		v = v * 10 + (*p++ - '0');
	if (p == *s || (**s == '0' && p - *s > 1) || (p < end && *p >= '0' && *p <= '9'))
		return false;
	*s = p;
	*ret = v;
	return true;
}

static bool take(const char **s, const char *end, const char *what, size_t n)
{
	if ((size_t)(end - *s) < n || memcmp(*s, what, n))
		return false;
	*s += n;
	return true;
}

/*
 * In a string of JSON's no quote stands without a backslash, and so none behind a comma: what is found
 * is a member's name.
 */
bool repeat_split(const char *line, size_t len, struct repeat_parts *ret)
{
	const char *end = line + len, *s = memmem(line, len, RECORDINGS, sizeof(RECORDINGS) - 1);
	int64_t after = 0;

	memset(ret, 0, sizeof(*ret));
	if (!s)
		return false;
	ret->head = line;
	ret->n_head = (size_t)(s - line);
	s += sizeof(RECORDINGS) - 1;
	ret->recordings = s;
	s = memchr(s, ']', (size_t)(end - s));
	if (!s)
		return false;
	ret->n_recordings = (size_t)(s++ - ret->recordings);
	if (take(&s, end, FIRST, sizeof(FIRST) - 1) && !take_number(&s, end, &ret->first))
		return false;
	if (take(&s, end, LAST, sizeof(LAST) - 1) && !take_number(&s, end, &ret->last))
		return false;
	if (take(&s, end, AFTER, sizeof(AFTER) - 1) &&
	    (!take_number(&s, end, &after) || after > UINT32_MAX))
		return false;
	ret->after = (uint32_t)after;
	ret->tail = s;
	ret->n_tail = (size_t)(end - s);
	return ret->n_head <= UINT32_MAX && ret->n_tail <= UINT32_MAX;
}

/*
 * Speed only: equal hashes are compared byte by byte. A trace that is made to have many of them is slow
 * at the most eight look-ups a line, see find.
 */
static uint64_t hash_bytes(uint64_t h, const char *s, size_t n)
{
	uint64_t word;

	for (; n >= sizeof(word); s += sizeof(word), n -= sizeof(word)) {
		memcpy(&word, s, sizeof(word));
		h = (h ^ word) * UINT64_C(0x9e3779b97f4a7c15);
		h ^= h >> 32;
	}
	word = 0;
	memcpy(&word, s, n);
	h = (h ^ word ^ (uint64_t)n << 56) * UINT64_C(0x9e3779b97f4a7c15);
	return h ^ h >> 32;
}

static uint64_t hash_of(const struct repeat_parts *p)
{
	return hash_bytes(hash_bytes(0, p->head, p->n_head), p->tail, p->n_tail);
}

static bool is_line(const struct repeat *r, const struct repeat_line *l, uint64_t hash,
		    const struct repeat_parts *p)
{
	return l->hash == hash && l->n_head == p->n_head && l->n_tail == p->n_tail &&
	       !memcmp(r->bytes + l->at, p->head, p->n_head) &&
	       !memcmp(r->bytes + l->at + p->n_head, p->tail, p->n_tail);
}

/* The line, or where it could be put; NULL if the places for it are taken. */
static struct repeat_line *find(const struct repeat *r, uint64_t hash, const struct repeat_parts *p)
{
	for (size_t i = 0; r->size && i < 8; i++) {
		struct repeat_line *l = &r->table[(hash + i) & (r->size - 1)];

		if (!l->fact || is_line(r, l, hash, p))
			return l;
	}
	return NULL;
}

/* The text between the brackets. False unless all are numbers of the file's recordings. */
static bool read_recordings(const struct repeat_parts *p, const uint32_t *number, size_t n_number,
			    struct tr_u32set *ret)
{
	const char *s = p->recordings, *end = s + p->n_recordings;
	int64_t v;

	for (;;) {
		if (!take_number(&s, end, &v) || (uint64_t)v >= n_number)
			return false;
		tr_u32set_add(ret, number[v]);
		if (s == end)
			return true;
		if (*s++ != ',')
			return false;
	}
}

struct tr_fact *repeat_merge(struct repeat *r, const struct repeat_parts *p, const uint32_t *number,
			     size_t n_number)
{
	struct repeat_line *l = find(r, hash_of(p), p);
	struct tr_u32set recordings = { 0 };
	struct tr_evidence *ev;
	bool whole;

	if (!l || !l->fact)
		return NULL;
	ev = &l->fact->ev;
	/* One recording is the rule: straight into the set. */
	if (!memchr(p->recordings, ',', p->n_recordings)) {
		whole = read_recordings(p, number, n_number, &ev->recordings);
	} else {
		whole = read_recordings(p, number, n_number, &recordings);
		for (size_t i = 0; whole && i < recordings.n; i++)
			tr_u32set_add(&ev->recordings, recordings.v[i]);
		tr_u32set_release(&recordings);
	}
	if (!whole)
		return NULL;
	evidence_merge_times(ev, p->first, p->last, p->after);
	return l->fact;
}

static void grow(struct repeat *r)
{
	struct repeat_line *old = r->table;
	size_t n = r->size;

	r->size = n ? 2 * n : FIRST_SIZE;
	r->table = tr_xcalloc(r->size, sizeof(*r->table));
	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; old[i].fact && k < 8; k++) {
			struct repeat_line *l = &r->table[(old[i].hash + k) & (r->size - 1)];

			if (l->fact)
				continue;
			*l = old[i];
			break;
		}
	}
	free(old);
}

void repeat_keep(struct repeat *r, const struct repeat_parts *p, struct tr_fact *fact)
{
	size_t n = p->n_head + p->n_tail;
	struct repeat_line *l;
	uint64_t hash;

	if (n > BYTES_MAX || r->n_bytes > BYTES_MAX - n)
		return;
	if (r->n >= r->size / 2)
		grow(r);
	hash = hash_of(p);
	l = find(r, hash, p);
	if (!l || l->fact)
		return;
	while (r->cap_bytes - r->n_bytes < n)
		r->bytes = tr_grow(r->bytes, &r->cap_bytes, r->cap_bytes, 1);
	memcpy(r->bytes + r->n_bytes, p->head, p->n_head);
	memcpy(r->bytes + r->n_bytes + p->n_head, p->tail, p->n_tail);
	*l = (struct repeat_line){ fact, hash, r->n_bytes, (uint32_t)p->n_head,
				   (uint32_t)p->n_tail };
	r->n_bytes += n;
	r->n++;
}

void repeat_release(struct repeat *r)
{
	free(r->table);
	free(r->bytes);
	memset(r, 0, sizeof(*r));
}
