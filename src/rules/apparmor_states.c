// SPDX-License-Identifier: Apache-2.0
/*
 * How large the kernel's table will be: the states of the smallest automaton that tells the patterns and
 * their permissions apart. Bytes and sets are taken for symbols that have nothing in common, so that it is
 * a tree whose equal ends are the same: exact where no set meets a byte that it takes in the same
 * place, and a little less than what the parser makes where one does.
 */
#include <stdlib.h>
#include <string.h>

#include "trammel/apparmor.h"
#include "util/mem.h"

/* Twenty million take a second; what has more than that does not fit anyway. */
#define MAX_NODES ((size_t)20 << 20)

struct node {
	uint32_t child, next; /* the first one below, the next beside; 0: none */
	uint32_t symbol;
	uint32_t accept;
	uint32_t more; /* it stands for so many states more */
};

struct tree {
	struct node *v; /* 0 is the root */
	size_t n, cap;
	bool full;
};

#define STAR  0xff00 /* a set, any number of times */
#define TIMES 0x80000000 /* a set, up to so many times */

/* The child of that symbol, made if there is none; children are sorted by their symbols. */
static uint32_t child_of(struct tree *t, uint32_t at, uint32_t symbol)
{
	uint32_t before = 0, c = t->v[at].child;

	while (c && t->v[c].symbol < symbol) {
		before = c;
		c = t->v[c].next;
	}
	if (c && t->v[c].symbol == symbol)
		return c;
	if (t->n >= MAX_NODES) {
		t->full = true;
		return at;
	}
	t->v = tr_grow(t->v, &t->cap, t->n, sizeof(*t->v));
	t->v[t->n] = (struct node){ .next = c, .symbol = symbol };
	if (before)
		t->v[before].next = (uint32_t)t->n;
	else
		t->v[at].child = (uint32_t)t->n;
	return (uint32_t)t->n++;
}

/* What may stand behind a pattern: the other of a pair, or nothing. */
struct rest {
	const struct tr_apparmor_pattern *target;
	uint32_t accept;
};

/*
 * A state for each time, and what comes behind is the same behind all of them: with a node for each time, a
 * name of six numbers would be a million of them.
 */
static uint32_t times(struct tree *t, uint32_t at, uint32_t set, unsigned n)
{
	at = child_of(t, at, TIMES | set << 16 | n);
	t->v[at].more = n - 1;
	return at;
}

static void insert(struct tree *t, uint32_t at, const struct tr_apparmor_pattern *p,
		   const struct rest *rest)
{
	for (size_t i = 0; i < p->n && !t->full; i++) {
		const struct tr_apparmor_part *part = &p->v[i];
		const uint32_t symbol = (uint32_t)part->set << 8 | part->byte;

		for (unsigned k = 0; k < part->min; k++)
			at = child_of(t, at, symbol);
		if (part->max == TR_APPARMOR_MANY) {
			at = child_of(t, at, STAR | part->set);
			continue;
		}
		if (part->max > part->min)
			at = times(t, at, part->set, part->max - part->min);
	}
	if (rest->target) {
		const struct rest pair = { NULL, rest->accept << 16 };

		t->v[at].accept |= rest->accept;
		insert(t, child_of(t, at, 0), rest->target, &pair);
	} else {
		t->v[at].accept |= rest->accept;
	}
}

static uint64_t mix(uint64_t h, uint64_t v)
{
	h = (h ^ v) * UINT64_C(0x9e3779b97f4a7c15);
	return h ^ h >> 29;
}

/* What tells a state from others, and how many there are of it. */
struct told {
	uint64_t h;
	uint32_t states;
};

static int cmp_told(const void *a, const void *b)
{
	const struct told *x = a, *y = b;

	return (x->h > y->h) - (x->h < y->h);
}

/* Children come behind their parents: from the end on, each is told by what is below it. */
static size_t count_different(const struct tree *t)
{
	struct told *v = tr_xcalloc(t->n, sizeof(*v));
	size_t different = 0;

	for (size_t i = t->n; i-- > 0;) {
		uint64_t each = mix(mix(1, t->v[i].accept), t->v[i].more);

		for (uint32_t c = t->v[i].child; c; c = t->v[c].next)
			each = mix(mix(each, t->v[c].symbol), v[c].h);
		v[i] = (struct told){ each, 1 + t->v[i].more };
	}
	qsort(v, t->n, sizeof(*v), cmp_told);
	for (size_t i = 0; i < t->n; i++)
		different += !i || v[i].h != v[i - 1].h ? v[i].states : 0;
	free(v);
	return different;
}

size_t tr_apparmor_predict_states(const struct tr_apparmor *p)
{
	struct tree t = { 0 };
	size_t states;

	t.v = tr_grow(NULL, &t.cap, 0, sizeof(*t.v));
	t.v[t.n++] = (struct node){ 0 };
	for (size_t i = 0; i < p->n_files && !t.full; i++) {
		const struct tr_apparmor_file *f = &p->files[i];
		const struct rest rest = { f->is_link ? &f->target : NULL,
					   (uint32_t)f->perms << (f->owner ? 8 : 0) };

		insert(&t, 0, &f->path, &rest);
	}
	/* One more refuses everything. */
	states = t.full ? SIZE_MAX : count_different(&t) + 1;
	free(t.v);
	return states;
}
