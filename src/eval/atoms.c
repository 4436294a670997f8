// SPDX-License-Identifier: Apache-2.0
/*
 * One pass over the instructions, as in returns.c, with values that are a constant, a masked word, or
 * something else. libseccomp, runc, crun, systemd and minijail never make anything else.
 */
#include "eval/atoms.h"

#include <linux/filter.h>
#include <stdlib.h>
#include <string.h>

#include "eval/insn.h"
#include "util/mem.h"

#define MAX_STATES 16
/* More comparisons with one word than any profile has: a filter that is made to cost time. */
#define MAX_ATOMS 1024

struct value {
	enum {
		CONSTANT,
		WORD,
		OTHER
	} kind;
	uint32_t v; /* of a constant */
	uint32_t word, mask;
};

struct state {
	struct value a, x, m[BPF_MEMWORDS];
};

struct states {
	struct state *v;
	size_t n;
};

struct pass {
	const struct tr_filter *f;
	uint32_t arch;
	int32_t nr;
	struct states *at;
	struct atoms *atoms;
};

static struct value constant(uint32_t v)
{
	return (struct value){ .kind = CONSTANT, .v = v };
}

static const struct value other = { .kind = OTHER };

bool atom_holds(const struct atom *a, uint32_t word)
{
	return insn_jumps(a->op, word & a->mask, a->k);
}

static void reach(struct pass *p, size_t pc, const struct state *st)
{
	struct states *at = &p->at[pc];

	for (size_t i = 0; i < at->n; i++)
		if (!memcmp(&at->v[i], st, sizeof(*st)))
			return;
	if (at->n == MAX_STATES) {
		p->atoms->opaque = true;
		return;
	}
	if (at->n <= 1)
		at->v = tr_xrealloc(at->v, at->n ? MAX_STATES : 1, sizeof(*at->v));
	at->v[at->n++] = *st;
}

static void add_atom(struct atoms *a, uint32_t word, struct atom atom)
{
	for (size_t i = 0; i < a->word[word].n; i++) {
		const struct atom *o = &a->word[word].v[i];

		if (o->mask == atom.mask && o->k == atom.k && o->op == atom.op)
			return;
	}
	if (a->word[word].n == MAX_ATOMS) {
		a->opaque = true;
		return;
	}
	a->word[word].v =
		tr_grow(a->word[word].v, &a->word[word].cap, a->word[word].n, sizeof(struct atom));
	a->word[word].v[a->word[word].n++] = atom;
}

/* A jump on a masked word against a constant; false where it is not that. */
static bool note_jump(struct pass *p, uint16_t code, struct value a, struct value b)
{
	struct atom atom = { a.mask, b.v, BPF_OP(code) };

	if (a.kind != WORD || b.kind != CONSTANT)
		return false;
	if (atom.op == BPF_JSET)
		atom = (struct atom){ a.mask & b.v, 0, BPF_JEQ };
	add_atom(p->atoms, a.word, atom);
	return true;
}

static struct value alu(uint16_t code, struct value a, struct value b)
{
	uint32_t v;

	if (a.kind == CONSTANT && b.kind == CONSTANT && insn_alu(code, a.v, b.v, &v))
		return constant(v);
	if (BPF_OP(code) == BPF_AND && a.kind == WORD && b.kind == CONSTANT) {
		a.mask &= b.v;
		return a;
	}
	return other;
}

static struct value load(const struct pass *p, uint32_t offset)
{
	if (offset == offsetof(struct tr_seccomp_data, nr))
		return constant((uint32_t)p->nr);
	if (offset == offsetof(struct tr_seccomp_data, arch))
		return constant(p->arch);
	return (struct value){ .kind = WORD, .word = offset / 4, .mask = UINT32_MAX };
}

static void move(const struct pass *p, struct state *st, const struct sock_filter *i)
{
	struct value *to = BPF_CLASS(i->code) == BPF_LDX ? &st->x : &st->a;

	switch (i->code) {
	case BPF_LD | BPF_W | BPF_ABS:
		*to = load(p, i->k);
		break;
	case BPF_LD | BPF_W | BPF_LEN:
	case BPF_LDX | BPF_W | BPF_LEN:
		*to = constant(sizeof(struct tr_seccomp_data));
		break;
	case BPF_LD | BPF_IMM:
	case BPF_LDX | BPF_IMM:
		*to = constant(i->k);
		break;
	case BPF_LD | BPF_MEM:
	case BPF_LDX | BPF_MEM:
		*to = st->m[i->k];
		break;
	case BPF_ST:
		st->m[i->k] = st->a;
		break;
	case BPF_STX:
		st->m[i->k] = st->x;
		break;
	case BPF_MISC | BPF_TAX:
		st->x = st->a;
		break;
	case BPF_MISC | BPF_TXA:
		st->a = st->x;
		break;
	default:
		break;
	}
}

static void jump(struct pass *p, size_t pc, const struct state *st, struct value b)
{
	const struct sock_filter *i = &p->f->insns[pc];

	if (st->a.kind == CONSTANT && b.kind == CONSTANT) {
		reach(p, pc + 1 + (insn_jumps(i->code, st->a.v, b.v) ? i->jt : i->jf), st);
		return;
	}
	p->atoms->opaque |= !note_jump(p, i->code, st->a, b);
	reach(p, pc + 1 + i->jt, st);
	reach(p, pc + 1 + i->jf, st);
}

static void step(struct pass *p, size_t pc, struct state *st)
{
	const struct sock_filter *i = &p->f->insns[pc];
	struct value b = BPF_SRC(i->code) == BPF_X ? st->x : constant(i->k);

	switch (BPF_CLASS(i->code)) {
	case BPF_RET:
		p->atoms->opaque |= BPF_RVAL(i->code) == BPF_A && st->a.kind != CONSTANT;
		return;
	case BPF_JMP:
		if (BPF_OP(i->code) == BPF_JA)
			reach(p, pc + 1 + i->k, st);
		else
			jump(p, pc, st, b);
		return;
	case BPF_ALU:
		st->a = alu(i->code, st->a, b);
		break;
	default:
		move(p, st, i);
		break;
	}
	reach(p, pc + 1, st);
}

void atoms_collect(struct atoms *a, const struct tr_filter *f, uint32_t arch, int32_t nr)
{
	struct pass p = { .f = f, .arch = arch, .nr = nr, .atoms = a };
	struct state start;

	/* States are compared as bytes. */
	memset(&start, 0, sizeof(start));
	p.at = tr_xcalloc(f->n, sizeof(*p.at));
	reach(&p, 0, &start);
	for (size_t pc = 0; pc < f->n; pc++) {
		for (size_t i = 0; i < p.at[pc].n; i++)
			step(&p, pc, &p.at[pc].v[i]);
		free(p.at[pc].v);
	}
	free(p.at);
}

void atoms_release(struct atoms *a)
{
	for (size_t i = 0; i < SECCOMP_WORDS; i++)
		free(a->word[i].v);
	memset(a, 0, sizeof(*a));
}
