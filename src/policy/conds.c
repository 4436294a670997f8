// SPDX-License-Identifier: Apache-2.0
#include "policy/conds.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "util/mem.h"

void conds_release(struct conds *c)
{
	free(c->alts);
	memset(c, 0, sizeof(*c));
}

struct conds conds_any(void)
{
	return (struct conds){ .any = true };
}

struct conds conds_copy(const struct conds *c)
{
	struct conds copy = *c;

	if (c->n) {
		copy.alts = tr_xcalloc(c->n, sizeof(*copy.alts));
		memcpy(copy.alts, c->alts, c->n * sizeof(*copy.alts));
	}
	return copy;
}

bool conds_never(const struct conds *c)
{
	return !c->any && !c->n;
}

static bool asks_nothing(const struct conds_alt *alt)
{
	for (size_t i = 0; i < CONDS_ARGS; i++)
		if (alt->mask[i])
			return false;
	return true;
}

bool conds_alt_within(const struct conds_alt *a, const struct conds_alt *b)
{
	for (size_t i = 0; i < CONDS_ARGS; i++)
		if (b->mask[i] & ~a->mask[i] || (a->want[i] & b->mask[i]) != b->want[i])
			return false;
	return true;
}

bool conds_within(const struct conds_alt *a, const struct conds *b)
{
	for (size_t i = 0; i < b->n; i++)
		if (conds_alt_within(a, &b->alts[i]))
			return true;
	return b->any;
}

static int by_value(const struct conds_alt *a, const struct conds_alt *b)
{
	for (size_t i = 0; i < CONDS_ARGS; i++) {
		if (a->want[i] != b->want[i])
			return a->want[i] < b->want[i] ? -1 : 1;
		if (a->mask[i] != b->mask[i])
			return a->mask[i] < b->mask[i] ? -1 : 1;
	}
	return 0;
}

/* Whatever the order in which they come, the same alternatives end up in the same places. */
void conds_add(struct conds *c, const struct conds_alt *alt)
{
	size_t kept = 0, at = 0;

	if (conds_within(alt, c))
		return;
	if (asks_nothing(alt)) {
		conds_release(c);
		c->any = true;
		return;
	}
	for (size_t i = 0; i < c->n; i++)
		if (!conds_alt_within(&c->alts[i], alt))
			c->alts[kept++] = c->alts[i];
	c->alts = tr_xrealloc(c->alts, kept + 1, sizeof(*c->alts));
	while (at < kept && by_value(&c->alts[at], alt) < 0)
		at++;
	memmove(&c->alts[at + 1], &c->alts[at], (kept - at) * sizeof(*c->alts));
	c->alts[at] = *alt;
	c->n = kept + 1;
}

void conds_add_all(struct conds *dst, const struct conds *src)
{
	static const struct conds_alt nothing;

	if (src->any)
		conds_add(dst, &nothing);
	for (size_t i = 0; i < src->n; i++)
		conds_add(dst, &src->alts[i]);
}

/* Ands a bit pattern to one argument; -1 where the two contradict. */
static int ask_bits(struct conds_alt *alt, unsigned index, uint64_t mask, uint64_t want)
{
	if ((alt->want[index] ^ want) & alt->mask[index] & mask)
		return -1;
	alt->mask[index] |= mask;
	alt->want[index] |= want;
	return 0;
}

static bool both_alts(struct conds_alt *ret, const struct conds_alt *a, const struct conds_alt *b)
{
	*ret = *a;
	for (unsigned i = 0; i < CONDS_ARGS; i++)
		if (ask_bits(ret, i, b->mask[i], b->want[i]) < 0)
			return false;
	return true;
}

struct conds conds_both(const struct conds *a, const struct conds *b)
{
	struct conds both = { 0 };
	struct conds_alt alt;

	if (a->any || b->any)
		return conds_copy(a->any ? b : a);
	for (size_t i = 0; i < a->n; i++)
		for (size_t k = 0; k < b->n; k++)
			if (both_alts(&alt, &a->alts[i], &b->alts[k]))
				conds_add(&both, &alt);
	return both;
}

/*
 * What of `from` is not in `gone`: for each bit that gone asks, from the top, that one otherwise and
 * those before it the same. The parts do not overlap.
 */
static void add_rest(struct conds *ret, const struct conds_alt *from, const struct conds_alt *gone)
{
	struct conds_alt same = *from, part;

	if (!both_alts(&part, from, gone)) {
		conds_add(ret, from);
		return;
	}
	for (unsigned i = 0; i < CONDS_ARGS; i++) {
		for (uint64_t bit = UINT64_C(1) << 63; bit; bit >>= 1) {
			if (!(gone->mask[i] & ~from->mask[i] & bit))
				continue;
			part = same;
			ask_bits(&part, i, bit, ~gone->want[i] & bit);
			conds_add(ret, &part);
			ask_bits(&same, i, bit, gone->want[i] & bit);
		}
	}
}

void conds_without(struct conds *c, const struct conds_alt *alt)
{
	static const struct conds_alt nothing;
	struct conds rest = { 0 };

	if (c->any)
		add_rest(&rest, &nothing, alt);
	for (size_t i = 0; i < c->n; i++)
		add_rest(&rest, &c->alts[i], alt);
	conds_release(c);
	*c = rest;
}

bool conds_alt_can_be(const struct conds_alt *alt, unsigned index, uint64_t value)
{
	return (value & alt->mask[index]) == alt->want[index];
}

bool conds_can_be(const struct conds *c, unsigned index, uint64_t value)
{
	for (size_t i = 0; i < c->n; i++)
		if (conds_alt_can_be(&c->alts[i], index, value))
			return true;
	return c->any;
}

int conds_alt_and(struct conds_alt *alt, const struct tr_cond *cond)
{
	if (cond->index >= CONDS_ARGS)
		return -1;
	if (cond->op == TR_CMP_EQ)
		return ask_bits(alt, cond->index, UINT64_MAX, cond->value);
	if (cond->op != TR_CMP_MASKED_EQ || cond->value2 & ~cond->value)
		return -1;
	return ask_bits(alt, cond->index, cond->value, cond->value2);
}

void conds_to_rule(struct tr_rule *rule, const struct conds_alt *alt)
{
	for (uint32_t i = 0; i < CONDS_ARGS; i++) {
		struct tr_cond cond = { .index = i, .op = TR_CMP_EQ, .value = alt->want[i] };

		if (!alt->mask[i])
			continue;
		if (alt->mask[i] != UINT64_MAX)
			cond = (struct tr_cond){ i, TR_CMP_MASKED_EQ, alt->mask[i], alt->want[i] };
		tr_rule_add_cond(rule, cond);
	}
}

static const char *parse_number(const char *s, uint64_t *ret)
{
	char *end;

	if (*s < '0' || *s > '9')
		return NULL;
	errno = 0;
	*ret = strtoull(s, &end, 0);
	return errno ? NULL : end;
}

static const char *parse_one(struct conds_alt *alt, const char *s)
{
	uint64_t index = CONDS_ARGS, mask = UINT32_MAX, want = 0;

	s = parse_number(s, &index);
	if (s && *s == '&')
		s = parse_number(s + 1, &mask);
	if (s && *s == '=')
		s = parse_number(s + 1, &want);
	else
		s = NULL;
	if (!s || index >= CONDS_ARGS || want & ~mask ||
	    ask_bits(alt, (unsigned)index, mask, want) < 0)
		return NULL;
	return s;
}

int conds_alt_parse(struct conds_alt *ret, const char *text)
{
	struct conds_alt alt = { 0 };
	const char *s = text;

	while (*s) {
		s = parse_one(&alt, s);
		if (!s || (*s && (*s != ' ' || !s[1])))
			return -1;
		s += *s == ' ';
	}
	*ret = alt;
	return 0;
}
