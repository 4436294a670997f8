// SPDX-License-Identifier: Apache-2.0
/*
 * Reading the automaton. What is refused is what the kernel refuses (match.c: aa_dfa_unpack,
 * verify_table_headers, verify_dfa), so that walking it needs no checks.
 */
#include "eval/apparmor_dfa.h"

#include <stdlib.h>
#include <string.h>

#include "util/mem.h"

#define MAGIC	     0x1B5E783Du
#define FLAG_DIFF    1u
#define FLAG_OOB     2u
#define HEADER_SIZE  16 /* up to the version's name, which is counted in the header's own size */
#define TABLE_HEADER 12
#define BASE_OOB     0x20000000u
#define BASE_INVALID 0x5f000000u /* bits of the upper byte other than DIFF and OOB */

/* Tables by their number in the file, from 1. */
enum table {
	T_ACCEPT = 0,
	T_BASE,
	T_CHECK,
	T_DEFAULT,
	T_CLASS,
	T_META,
	T_ACCEPT2,
	T_NEXT,
	T_MAX,
};

struct table_at {
	const uint8_t *data;
	unsigned width;
	uint32_t n;
};

static uint32_t be(const uint8_t *p, unsigned bytes)
{
	uint32_t v = 0;

	for (unsigned i = 0; i < bytes; i++)
		v = v << 8 | p[i];
	return v;
}

static uint32_t cell(const struct table_at *t, uint32_t i)
{
	return be(t->data + (size_t)i * t->width, t->width);
}

static bool width_fits(enum table id, unsigned width)
{
	switch (id) {
	case T_ACCEPT:
	case T_ACCEPT2:
	case T_BASE:
		return width == 4;
	case T_DEFAULT:
	case T_NEXT:
	case T_CHECK:
		return width == 2 || width == 4;
	case T_CLASS:
		return width == 1;
	case T_META:
	case T_MAX:
		break;
	}
	return false;
}

static int bad(struct tr_err *err, const char *what)
{
	return tr_err_set(err, TR_ERR_INPUT, "the automaton's %s", what);
}

/* One table, and how many bytes it takes. */
static int find_table(struct table_at *tables, const uint8_t *data, size_t len, size_t *ret_used,
		      struct tr_err *err)
{
	uint32_t id, width, n;
	size_t size;

	if (len < TABLE_HEADER)
		return bad(err, "last table is cut off");
	id = be(data, 2);
	width = be(data + 2, 2);
	n = be(data + 8, 4);
	if (id == 0 || id > T_MAX || !width_fits((enum table)(id - 1), width))
		return bad(err, "tables: one is of an unknown kind");
	/* Its last bytes of padding may be missing at the end of the file only in the file's size. */
	size = TABLE_HEADER + (size_t)n * width;
	size = (size + 7) & ~(size_t)7;
	if (n == 0 || size > len)
		return bad(err, "tables: one is empty or cut off");
	if (tables[id - 1].data)
		return bad(err, "tables: there are two of a kind");
	tables[id - 1] = (struct table_at){ data + TABLE_HEADER, width, n };
	*ret_used = size;
	return 0;
}

static int check_sizes(const struct table_at *t, bool with_accept2, struct tr_err *err)
{
	uint32_t n = t[T_BASE].n;

	if (!t[T_BASE].data || !t[T_DEFAULT].data || !t[T_CHECK].data || !t[T_NEXT].data ||
	    !t[T_ACCEPT].data || (with_accept2 && !t[T_ACCEPT2].data))
		return bad(err, "tables: one is missing");
	if (n < 2 || t[T_DEFAULT].n != n || t[T_ACCEPT].n != n ||
	    (t[T_ACCEPT2].data && t[T_ACCEPT2].n != n) || t[T_NEXT].n != t[T_CHECK].n ||
	    (t[T_CLASS].data && t[T_CLASS].n != 256))
		return bad(err, "tables: their sizes do not fit together");
	return 0;
}

static uint32_t *words(const struct table_at *t)
{
	uint32_t *v;

	if (!t->data)
		return NULL;
	v = tr_xmalloc((size_t)t->n * sizeof(*v));
	for (uint32_t i = 0; i < t->n; i++)
		v[i] = cell(t, i);
	return v;
}

static void take_tables(struct aa_dfa *d, const struct table_at *t)
{
	d->n_states = t[T_BASE].n;
	d->n_entries = t[T_NEXT].n;
	d->base = words(&t[T_BASE]);
	d->def = words(&t[T_DEFAULT]);
	d->accept = words(&t[T_ACCEPT]);
	d->accept2 = words(&t[T_ACCEPT2]);
	d->entries = tr_xmalloc((size_t)d->n_entries * sizeof(*d->entries));
	for (uint32_t i = 0; i < d->n_entries; i++)
		d->entries[i] = (struct aa_entry){ cell(&t[T_CHECK], i), cell(&t[T_NEXT], i) };
	for (unsigned c = 0; c < 256; c++)
		d->class[c] = t[T_CLASS].data ? t[T_CLASS].data[c] : (uint8_t)c;
}

static int check_state(const struct aa_dfa *d, uint32_t state, unsigned flags, struct tr_err *err)
{
	uint32_t base = d->base[state];

	if (d->def[state] >= d->n_states)
		return bad(err, "defaults lead outside");
	if ((base & BASE_INVALID) || ((base & AA_BASE_DIFF) && !(flags & FLAG_DIFF)) ||
	    ((base & BASE_OOB) && (!(flags & FLAG_OOB) || !(base & AA_BASE_INDEX))))
		return bad(err, "states have flags that they may not have");
	if ((uint64_t)(base & AA_BASE_INDEX) + 255 >= d->n_entries)
		return bad(err, "rows lie outside");
	return 0;
}

/* Every chain of states that refer to their default ends: else a step would not. */
static int check_chains(const struct aa_dfa *d, struct tr_err *err)
{
	tr_cleanup_free uint32_t *seen_from = tr_xcalloc(d->n_states, sizeof(*seen_from));

	for (uint32_t i = 0; i < d->n_states; i++)
		for (uint32_t s = i; (d->base[s] & AA_BASE_DIFF); s = d->def[s]) {
			if (seen_from[s] == i + 1)
				return bad(err, "states refer to each other in a circle");
			if (seen_from[s])
				break;
			seen_from[s] = i + 1;
		}
	return 0;
}

static int verify(const struct aa_dfa *d, unsigned flags, struct tr_err *err)
{
	for (uint32_t i = 0; i < d->n_states; i++)
		if (check_state(d, i, flags, err) < 0)
			return -1;
	for (uint32_t i = 0; i < d->n_entries; i++)
		if (d->entries[i].next >= d->n_states || d->entries[i].check >= d->n_states)
			return bad(err, "entries lead outside");
	return check_chains(d, err);
}

int aa_dfa_read(struct aa_dfa *d, const uint8_t *data, size_t len, bool with_accept2,
		struct tr_err *err)
{
	struct table_at tables[T_MAX] = { 0 };
	size_t header, used = 0;
	unsigned flags;

	memset(d, 0, sizeof(*d));
	if (len < HEADER_SIZE || be(data, 4) != MAGIC)
		return bad(err, "beginning is none");
	header = be(data + 4, 4);
	flags = be(data + 12, 2);
	if (header < HEADER_SIZE || header > len || (flags & ~(FLAG_DIFF | FLAG_OOB)))
		return bad(err, "header is of no known form");
	for (data += header, len -= header; len > 0; data += used, len -= used)
		if (find_table(tables, data, len, &used, err) < 0)
			return -1;
	if (check_sizes(tables, with_accept2, err) < 0)
		return -1;
	take_tables(d, tables);
	return verify(d, flags, err);
}

void aa_dfa_release(struct aa_dfa *d)
{
	free(d->base);
	free(d->def);
	free(d->accept);
	free(d->accept2);
	free(d->entries);
	memset(d, 0, sizeof(*d));
}

uint32_t aa_dfa_match(const struct aa_dfa *d, uint32_t state, const char *s, size_t len)
{
	if (state == AA_NOMATCH)
		return state;
	for (size_t i = 0; i < len; i++)
		state = aa_dfa_next(d, state, (uint8_t)s[i]);
	return state;
}
