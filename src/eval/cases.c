// SPDX-License-Identifier: Apache-2.0
#include "eval/cases.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdlib.h>
#include <string.h>

#include "eval/atoms.h"
#include "util/mem.h"

#define NR_AND_ARCH 3u
/* Up to so many masked comparisons, what two of them want at once is tried, too. */
#define MAX_PAIRS 64
/* Up to so many comparisons, every single bit of them is turned. */
#define MAX_BITS 256

struct words {
	uint32_t *v;
	size_t n, cap;
};

struct walk {
	const struct case_question *q;
	bool (*fn)(const struct filter_case *c, void *arg);
	void *arg;
	struct atoms atoms;
	struct words classes[SECCOMP_WORDS]; /* made when a word is first wanted; n 0 until then */
	union {
		struct tr_seccomp_data data;
		uint32_t word[SECCOMP_WORDS];
	} at;
	uint32_t known;
	size_t n_cases;
	bool stopped, too_many;
};

/* What an answer is worth, to the kernel: the smallest as a signed number counts. */
static uint32_t harder(uint32_t a, uint32_t b)
{
	return (int32_t)(a & SECCOMP_RET_ACTION_FULL) <= (int32_t)(b & SECCOMP_RET_ACTION_FULL) ?
		       a :
		       b;
}

/* -1 and *ret, or the word that has to be known first. */
static int run_set(const struct filter_set *set, const struct tr_seccomp_data *data, uint32_t known,
		   uint32_t *ret)
{
	uint32_t answer = SECCOMP_RET_ALLOW;

	for (size_t i = 0; i < set->n; i++) {
		int missing;
		uint32_t one = filter_run_known(&set->f[i], data, known, NULL, &missing);

		if (missing >= 0)
			return missing;
		answer = i ? harder(answer, one) : one;
	}
	*ret = answer;
	return -1;
}

uint32_t filter_set_run(const struct filter_set *set, const struct tr_seccomp_data *data)
{
	uint32_t ret = SECCOMP_RET_ALLOW;

	run_set(set, data, UINT32_MAX, &ret);
	return ret;
}

/* Values worth trying */

static void try_value(struct words *w, uint32_t v)
{
	w->v = tr_grow(w->v, &w->cap, w->n, sizeof(*w->v));
	w->v[w->n++] = v;
}

static void try_borders(struct words *w, const struct atom *a, bool bits)
{
	uint32_t k = a->k & a->mask;

	try_value(w, a->k);
	try_value(w, a->k + 1);
	try_value(w, a->k - 1);
	try_value(w, k);
	try_value(w, k | ~a->mask);
	try_value(w, a->mask);
	try_value(w, ~a->mask);
	for (unsigned bit = 0; bits && bit < 32; bit++) {
		try_value(w, k ^ (1u << bit));
		try_value(w, (k | ~a->mask) ^ (1u << bit));
		try_value(w, 1u << bit);
	}
}

static void try_pair(struct words *w, const struct atom *a, const struct atom *b)
{
	uint32_t both = (a->k & a->mask) | (b->k & b->mask & ~a->mask);
	uint32_t but_b = (a->k & a->mask) | (~b->k & b->mask & ~a->mask);

	try_value(w, both);
	try_value(w, both | ~(a->mask | b->mask));
	try_value(w, but_b);
}

static int by_value(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

/* FNV-1a over which of the comparisons hold. */
static uint64_t truth(const struct atom *v, size_t n, uint32_t word)
{
	uint64_t h = 14695981039346656037u;

	for (size_t i = 0; i < n; i++)
		h = (h ^ (uint64_t)(1 + atom_holds(&v[i], word))) * 1099511628211u;
	return h;
}

static bool alike(const struct atom *v, size_t n, uint32_t x, uint32_t y)
{
	for (size_t i = 0; i < n; i++)
		if (atom_holds(&v[i], x) != atom_holds(&v[i], y))
			return false;
	return true;
}

/* Keeps one of those that all comparisons answer alike: the smallest. w is sorted. */
static void keep_distinct(struct words *w, const struct atom *v, size_t n)
{
	uint64_t *hash = tr_xcalloc(w->n, sizeof(*hash));
	size_t kept = 0;

	for (size_t i = 0; i < w->n; i++) {
		uint64_t h = truth(v, n, w->v[i]);
		size_t j = 0;

		while (j < kept && (hash[j] != h || !alike(v, n, w->v[j], w->v[i])))
			j++;
		if (j < kept)
			continue;
		hash[kept] = h;
		w->v[kept++] = w->v[i];
	}
	w->n = kept;
	free(hash);
}

static void make_classes(struct walk *k, int word)
{
	const struct atom *v = k->atoms.word[word].v;
	size_t n = k->atoms.word[word].n;
	struct words *w = &k->classes[word];

	try_value(w, 0);
	try_value(w, UINT32_MAX);
	for (size_t i = 0; i < n; i++)
		try_borders(w, &v[i], n <= MAX_BITS);
	for (size_t i = 0; i < n && n <= MAX_PAIRS; i++)
		for (size_t j = 0; j < n; j++)
			if (i != j && (v[i].mask != UINT32_MAX || v[j].mask != UINT32_MAX))
				try_pair(w, &v[i], &v[j]);
	qsort(w->v, w->n, sizeof(*w->v), by_value);
	keep_distinct(w, v, n);
}

/* Walking */

static void tell(struct walk *k, const uint32_t ret[2])
{
	struct filter_case c = { .ret = { ret[0], ret[1] } };

	if (k->n_cases++ == CASES_MAX) {
		k->stopped = k->too_many = true;
		return;
	}
	memcpy(c.args, k->at.data.args, sizeof(c.args));
	for (unsigned i = 0; i < 6; i++)
		if (k->known >> (4 + 2 * i) & 3)
			c.matter |= (uint8_t)(1u << i);
	k->stopped = !k->fn(&c, k->arg);
}

/* Goes on with each value of the first word that an answer hangs on; at most 14 deep. */
static void descend(struct walk *k)
{
	uint32_t ret[2];
	int word = -1;

	for (unsigned s = 0; s < 2 && word < 0; s++)
		word = run_set(&k->q->set[s], &k->at.data, k->known, &ret[s]);
	if (word < 0) {
		tell(k, ret);
		return;
	}
	if (!k->classes[word].n)
		make_classes(k, word);
	k->known |= 1u << word;
	for (size_t i = 0; i < k->classes[word].n && !k->stopped; i++) {
		k->at.word[word] = k->classes[word].v[i];
		descend(k);
	}
	k->known &= ~(1u << word);
	k->at.word[word] = 0;
}

bool filter_cases(const struct case_question *q, bool (*fn)(const struct filter_case *c, void *arg),
		  void *arg)
{
	struct walk k = { .q = q, .fn = fn, .arg = arg, .known = NR_AND_ARCH };
	bool whole;

	k.at.data.nr = q->nr;
	k.at.data.arch = q->arch;
	for (unsigned i = 0; i < 6; i++) {
		if (!(q->fixed >> i & 1))
			continue;
		k.at.data.args[i] = q->args[i];
		k.known |= 3u << (4 + 2 * i);
	}
	for (unsigned s = 0; s < 2; s++)
		for (size_t i = 0; i < q->set[s].n; i++)
			atoms_collect(&k.atoms, &q->set[s].f[i], q->arch, q->nr);
	descend(&k);
	whole = !k.atoms.opaque && !k.too_many;
	for (unsigned i = 0; i < SECCOMP_WORDS; i++)
		free(k.classes[i].v);
	atoms_release(&k.atoms);
	return whole;
}
