// SPDX-License-Identifier: Apache-2.0
#include "eval/words.h"

#include <linux/filter.h>

#include "eval/insn.h"

struct solver {
	const struct word_tests *t;
	uint32_t fixed, value; /* the bits that comparisons for equality leave no choice */
	size_t *work;
};

enum state {
	MET,
	BROKEN,
	OPEN
};

bool word_test_true(const struct word_test *t, uint32_t word)
{
	return insn_jumps(t->op, word & t->mask, t->k);
}

static bool is_fixing(const struct word_test *t)
{
	return t->op == BPF_JEQ && t->holds;
}

/* What is certain of a comparison when only the bits from `from` up are known. */
static enum state look(const struct word_test *t, uint32_t word, unsigned from)
{
	uint64_t v = (uint64_t)(word & t->mask) >> from, k = (uint64_t)t->k >> from;

	if (v == k && from)
		return OPEN;
	/* A difference above decides each of them; at bit 0 nothing is left to differ. */
	if (v == k)
		return word_test_true(t, word) == t->holds ? MET : BROKEN;
	if (t->op == BPF_JEQ)
		return t->holds ? BROKEN : MET;
	return (v > k) == t->holds ? MET : BROKEN;
}

/* Chooses the bits below `from`, the highest first: 0 where it can be. */
static bool choose(const struct solver *s, uint32_t word, unsigned from, uint32_t *ret)
{
	uint32_t open = 0, bit;

	for (size_t i = 0; i < s->t->n; i++) {
		enum state state = is_fixing(&s->t->v[i]) ? MET : look(&s->t->v[i], word, from);

		if (*s->work == 0 || state == BROKEN)
			return false;
		--*s->work;
		/* The bits that its constant has outside of the mask decide, too. */
		if (state == OPEN)
			open |= s->t->v[i].mask;
	}
	if (from == 0 || !open) {
		*ret = word | (s->value & ((UINT64_C(1) << from) - 1));
		/* An open one without bits of its own is decided by its constant. */
		return from == 0 || choose(s, *ret, 0, ret);
	}
	bit = 1u << (from - 1);
	if (s->fixed & bit)
		return choose(s, word | (s->value & bit), from - 1, ret);
	return choose(s, word, from - 1, ret) ||
	       ((open & bit) && choose(s, word | bit, from - 1, ret));
}

bool word_solve(const struct word_tests *t, uint32_t *ret, size_t *work)
{
	struct solver s = { .t = t, .work = work };

	for (size_t i = 0; i < t->n; i++) {
		const struct word_test *e = &t->v[i];

		if (!is_fixing(e))
			continue;
		if (e->k & ~e->mask || (s.value ^ e->k) & s.fixed & e->mask)
			return false;
		s.fixed |= e->mask;
		s.value |= e->k;
	}
	return choose(&s, 0, 32, ret);
}
