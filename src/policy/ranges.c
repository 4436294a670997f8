// SPDX-License-Identifier: Apache-2.0
/* An engine's conditions, with their comparisons, as alternatives of masked bits. */
#include <stdlib.h>

#include "policy/ceiling.h"
#include "util/mem.h"

/* Values from lo to hi, both included. */
struct range {
	uint64_t lo, hi;
};

struct ranges {
	struct range *v; /* sorted; they neither overlap nor touch */
	size_t n;
};

static void add_range(struct ranges *r, uint64_t lo, uint64_t hi)
{
	size_t kept = 0, at = 0;

	if (lo > hi)
		return;
	r->v = tr_xrealloc(r->v, r->n + 1, sizeof(*r->v));
	for (size_t i = 0; i < r->n; i++) {
		struct range other = r->v[i];

		if ((lo && other.hi < lo - 1) || (hi != UINT64_MAX && other.lo > hi + 1)) {
			r->v[kept++] = other;
			continue;
		}
		lo = other.lo < lo ? other.lo : lo;
		hi = other.hi > hi ? other.hi : hi;
	}
	while (at < kept && r->v[at].lo < lo)
		at++;
	for (size_t i = kept; i > at; i--)
		r->v[i] = r->v[i - 1];
	r->v[at] = (struct range){ lo, hi };
	r->n = kept + 1;
}

/* libseccomp compares all 64 bits, without a sign. */
static void add_compared(struct ranges *r, const struct tr_cond *c)
{
	uint64_t v = c->value;

	if (c->op == TR_CMP_EQ)
		add_range(r, v, v);
	if ((c->op == TR_CMP_LT || c->op == TR_CMP_NE) && v)
		add_range(r, 0, v - 1);
	if ((c->op == TR_CMP_GT || c->op == TR_CMP_NE) && v != UINT64_MAX)
		add_range(r, v + 1, UINT64_MAX);
	if (c->op == TR_CMP_LE)
		add_range(r, 0, v);
	if (c->op == TR_CMP_GE)
		add_range(r, v, UINT64_MAX);
}

static void add_block(struct conds *ret, unsigned index, uint64_t width, uint64_t lo, uint64_t size)
{
	struct conds_alt alt = { 0 };

	alt.mask[index] = width & ~(size - 1);
	alt.want[index] = lo;
	conds_add(ret, &alt);
}

static void add_blocks(struct conds *ret, unsigned index, uint64_t width, struct range r)
{
	for (;;) {
		uint64_t size = 1;

		while (size <= UINT64_MAX / 2 && !(r.lo & (size * 2 - 1)) &&
		       r.hi - r.lo >= size * 2 - 1)
			size *= 2;
		add_block(ret, index, width, r.lo, size);
		if (r.hi - r.lo < size)
			return;
		r.lo += size;
	}
}

/*
 * An int comes with anything in its upper half, and the kernel looks at the lower one. Where
 * the rules take every upper half but 0 whatever the lower one is, so does the lower half alone.
 */
static void ranges_to_conds(struct conds *ret, unsigned index, const struct ranges *r)
{
	const struct range *last = r->n ? &r->v[r->n - 1] : NULL;
	uint64_t width = UINT64_MAX;

	if (last && last->hi == UINT64_MAX && last->lo <= (uint64_t)UINT32_MAX + 1)
		width = UINT32_MAX;
	for (size_t i = 0; i < r->n; i++) {
		struct range part = r->v[i];

		if (part.lo > width)
			continue;
		if (part.hi >= width && part.lo) {
			part.hi = 1;
			while (part.hi <= part.lo && part.hi < width)
				part.hi = part.hi * 2 + 1;
		} else if (part.hi > width) {
			part.hi = width;
		}
		add_blocks(ret, index, width, part);
	}
}

static bool compares(const struct tr_rule *r)
{
	return r->n_conds == 1 && r->conds[0].op != TR_CMP_MASKED_EQ &&
	       r->conds[0].index < CONDS_ARGS;
}

/* Conditions that all must hold; what cannot be said in our forms is left out: less is allowed. */
static void add_masked(struct conds *ret, const struct tr_rule *r)
{
	struct conds_alt alt = { 0 };

	for (size_t i = 0; i < r->n_conds; i++)
		if (conds_alt_and(&alt, &r->conds[i]) < 0)
			return;
	conds_add(ret, &alt);
}

struct conds ceiling_conds(const struct tr_rule *const *rules, size_t n)
{
	struct ranges ranges[CONDS_ARGS] = { 0 };
	struct conds ret = { 0 };

	for (size_t i = 0; i < n; i++) {
		if (compares(rules[i]))
			add_compared(&ranges[rules[i]->conds[0].index], &rules[i]->conds[0]);
		else
			add_masked(&ret, rules[i]);
	}
	for (unsigned i = 0; i < CONDS_ARGS; i++) {
		ranges_to_conds(&ret, i, &ranges[i]);
		free(ranges[i].v);
	}
	return ret;
}
