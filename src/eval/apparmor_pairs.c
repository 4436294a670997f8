// SPDX-License-Identifier: Apache-2.0
/* Two profiles at once: all pairs of states that the same bytes lead to. */
#include <stdlib.h>
#include <string.h>

#include "eval/apparmor_ask.h"
#include "util/mem.h"

#define MAX_PAIRS ((size_t)1 << 20)

struct pair {
	uint32_t a, b;
	uint32_t from; /* the pair that a byte led here from */
	uint8_t byte;
};

struct pairs {
	const struct aa_dfa *a, *b; /* NULL: it permits nothing */
	struct pair *v;
	size_t n, cap;
	uint32_t *table; /* of indices + 1, open addressing */
	size_t size; /* of the table, a power of two */
	uint8_t bytes[256]; /* one of each pair of classes */
	size_t n_bytes;
};

static size_t slot_of(const struct pairs *p, uint32_t a, uint32_t b)
{
	uint64_t h = ((uint64_t)a << 32 | b) * UINT64_C(0x9e3779b97f4a7c15);
	size_t i = (size_t)(h >> 32) & (p->size - 1);

	while (p->table[i] && (p->v[p->table[i] - 1].a != a || p->v[p->table[i] - 1].b != b))
		i = (i + 1) & (p->size - 1);
	return i;
}

static void grow_table(struct pairs *p)
{
	p->size = p->size ? 2 * p->size : 1024;
	free(p->table);
	p->table = tr_xcalloc(p->size, sizeof(*p->table));
	for (size_t i = 0; i < p->n; i++)
		p->table[slot_of(p, p->v[i].a, p->v[i].b)] = (uint32_t)i + 1;
}

static void reach(struct pairs *p, uint32_t a, uint32_t b, uint32_t from, uint8_t byte)
{
	size_t slot;

	if (p->n * 2 >= p->size)
		grow_table(p);
	slot = slot_of(p, a, b);
	if (p->table[slot])
		return;
	p->v = tr_grow(p->v, &p->cap, p->n, sizeof(*p->v));
	p->v[p->n++] = (struct pair){ a, b, from, byte };
	p->table[slot] = (uint32_t)p->n;
}

/* Letters first, so that names are ones to read. */
static void choose_bytes(struct pairs *p, bool with_nul)
{
	bool taken[256][256] = { { false } };

	for (int round = 0; round < 3; round++)
		for (unsigned c = !with_nul; c < 256; c++) {
			bool letter = (c >= 'a' && c <= 'z') || c == '/';
			bool plain = c > ' ' && c < 127;
			bool *t = &taken[p->a ? p->a->class[c] : 0][p->b ? p->b->class[c] : 0];

			if (*t || (round == 0 && !letter) || (round == 1 && !plain))
				continue;
			*t = true;
			p->bytes[p->n_bytes++] = (uint8_t)c;
		}
}

static uint32_t next(const struct aa_dfa *d, uint32_t state, uint8_t byte)
{
	return d && state != AA_NOMATCH ? aa_dfa_next(d, state, byte) : AA_NOMATCH;
}

/* Where neither can go on, nothing more is permitted. */
static void reach_from(struct pairs *p, size_t i)
{
	for (size_t k = 0; k < p->n_bytes; k++) {
		uint32_t a = next(p->a, p->v[i].a, p->bytes[k]);
		uint32_t b = next(p->b, p->v[i].b, p->bytes[k]);

		if (a != AA_NOMATCH || b != AA_NOMATCH)
			reach(p, a, b, (uint32_t)i, p->bytes[k]);
	}
}

static char *path_to(const struct pairs *p, size_t i, size_t *ret_len)
{
	size_t len = 0;
	char *path;

	for (size_t k = i; k; k = p->v[k].from)
		len++;
	path = tr_xmalloc(len + 1);
	path[len] = '\0';
	*ret_len = len;
	for (size_t k = i; k; k = p->v[k].from)
		path[--len] = (char)p->v[k].byte;
	return path;
}

static void pairs_release(struct pairs *p)
{
	free(p->v);
	free(p->table);
}

/* Calls fn with each pair until it returns false; false if not all were looked at for their number. */
static bool walk(struct pairs *p, uint32_t a, uint32_t b, bool with_nul,
		 bool (*fn)(const struct pairs *p, size_t i, void *arg), void *arg)
{
	bool more = true;

	choose_bytes(p, with_nul);
	reach(p, a, b, 0, 0);
	for (size_t i = 0; i < p->n && more; i++) {
		if (p->n > MAX_PAIRS)
			return false;
		more = fn(p, i, arg);
		reach_from(p, i);
	}
	return true;
}

static const struct aa_dfa *file_dfa(const struct tr_aa_profile *p, uint32_t *ret_start)
{
	*ret_start = p->file ? aa_file_start(p) : AA_NOMATCH;
	return p->file ? &p->file->dfa : NULL;
}

static const struct aa_dfa *rules_dfa(const struct tr_aa_profile *p, uint32_t *ret_start)
{
	*ret_start = p->rules ? p->rules->start : AA_NOMATCH;
	return p->rules ? &p->rules->dfa : NULL;
}

static void file_perms(const struct tr_aa_profile *p, uint32_t state, bool owner,
		       struct tr_aa_perms *ret)
{
	memset(ret, 0, sizeof(*ret));
	if (p->file && state != AA_NOMATCH)
		aa_file_perms(p, state, owner, ret);
}

/* Pairs, to whoever asks */

struct each {
	const struct tr_aa_profile *a, *b;
	bool (*fn)(const char *path, size_t len, const struct tr_aa_pair *pair, void *arg);
	void *arg;
};

static bool tell_pair(const struct pairs *p, size_t i, void *arg)
{
	const struct each *e = arg;
	struct tr_aa_pair pair;
	size_t len;
	char *path = path_to(p, i, &len);
	bool more;

	for (int owner = 0; owner < 2; owner++) {
		struct tr_aa_perms *to = owner ? pair.owner : pair.other;

		file_perms(e->a, p->v[i].a, owner, &to[0]);
		file_perms(e->b, p->v[i].b, owner, &to[1]);
	}
	more = e->fn(path, len, &pair, e->arg);
	free(path);
	return more;
}

bool tr_aa_each_pair(const struct tr_aa_profile *a, const struct tr_aa_profile *b,
		     bool (*fn)(const char *path, size_t len, const struct tr_aa_pair *pair,
				void *arg),
		     void *arg)
{
	struct each e = { a, b, fn, arg };
	struct pairs p = { 0 };
	uint32_t x, y;
	bool whole;

	p.a = file_dfa(a, &x);
	p.b = file_dfa(b, &y);
	whole = walk(&p, x, y, false, tell_pair, &e);
	pairs_release(&p);
	return whole;
}

/* Comparisons */

/* What a rule can give; that a file may be asked for its attributes goes with having any. */
#define FILE_BITS                                                                              \
	(TR_AA_EXEC | TR_AA_WRITE | TR_AA_READ | TR_AA_APPEND | TR_AA_LOCK | TR_AA_MMAP_EXEC | \
	 TR_AA_LINK | TR_AA_CHANGE_PROFILE | TR_AA_ONEXEC)

struct comparing {
	const struct tr_aa_profile *a, *b;
	bool found; /* something that b lacks, or of meets that both have */
};

static bool same_exec(const struct tr_aa_perms *x, const struct tr_aa_perms *y)
{
	const char *a = x->exec_name ? x->exec_name : "", *b = y->exec_name ? y->exec_name : "";

	return x->exec == y->exec && x->exec_fallback == y->exec_fallback &&
	       x->exec_unsafe == y->exec_unsafe && !strcmp(a, b);
}

static bool lacks_file(const struct pairs *p, size_t i, void *arg)
{
	struct comparing *c = arg;

	/* Nothing has the empty name; what is said of it is that files are mediated. */
	for (int owner = 0; owner < 2 && i && !c->found; owner++) {
		struct tr_aa_perms x, y;

		file_perms(c->a, p->v[i].a, owner, &x);
		file_perms(c->b, p->v[i].b, owner, &y);
		c->found = (x.allow & ~y.allow & FILE_BITS) ||
			   ((x.allow & TR_AA_EXEC) && !same_exec(&x, &y));
	}
	return !c->found;
}

static bool meets_file(const struct pairs *p, size_t i, void *arg)
{
	struct comparing *c = arg;

	for (int owner = 0; owner < 2 && i && !c->found; owner++) {
		struct tr_aa_perms x, y;

		file_perms(c->a, p->v[i].a, owner, &x);
		file_perms(c->b, p->v[i].b, owner, &y);
		c->found = x.allow & y.allow & FILE_BITS;
	}
	return !c->found;
}

static uint32_t rule_allow(const struct tr_aa_profile *p, uint32_t state)
{
	struct aa_perms perms = { 0 };

	if (p->rules && state != AA_NOMATCH)
		perms = aa_db_perms(p->rules, state, false);
	return perms.allow & ~perms.deny;
}

static bool lacks_rule(const struct pairs *p, size_t i, void *arg)
{
	struct comparing *c = arg;

	c->found = rule_allow(c->a, p->v[i].a) & ~rule_allow(c->b, p->v[i].b);
	return !c->found;
}

bool tr_aa_covers(const struct tr_aa_profile *by, const struct tr_aa_profile *p)
{
	struct comparing c = { p, by, (p->cap_allow & ~by->cap_allow) != 0 };
	struct pairs files = { 0 }, rules = { 0 };
	uint32_t x, y;
	bool whole;

	if (c.found)
		return false;
	files.a = file_dfa(p, &x);
	files.b = file_dfa(by, &y);
	whole = walk(&files, x, y, true, lacks_file, &c);
	pairs_release(&files);
	if (c.found || !whole)
		return false;
	rules.a = rules_dfa(p, &x);
	rules.b = rules_dfa(by, &y);
	whole = walk(&rules, x, y, true, lacks_rule, &c);
	pairs_release(&rules);
	return !c.found && whole;
}

bool tr_aa_files_meet(const struct tr_aa_profile *a, const struct tr_aa_profile *b)
{
	struct comparing c = { a, b, false };
	struct pairs files = { 0 };
	uint32_t x, y;
	bool whole;

	files.a = file_dfa(a, &x);
	files.b = file_dfa(b, &y);
	whole = walk(&files, x, y, true, meets_file, &c);
	pairs_release(&files);
	return c.found || !whole;
}
