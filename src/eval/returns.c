// SPDX-License-Identifier: Apache-2.0
/*
 * What a filter can return when its arguments are not known. Every register is a word of which
 * some bits are known; a branch that the known bits do not decide is followed both ways.
 *
 * Jumps only lead forward, so one pass over the instructions in order meets each one after all
 * that lead to it. The states that reach an instruction are kept apart up to MAX_STATES and joined
 * into one behind that (bits that differ become unknown): a filter made to double its paths at each
 * branch costs no more than any other of its length, and the answer only ever grows.
 */
#include <linux/filter.h>
#include <stdlib.h>
#include <string.h>

#include "eval/insn.h"
#include "trammel/cbpf.h"
#include "util/mem.h"

#define MAX_STATES 16

/* v holds the known bits, u is set where a bit is not known; v is 0 there. */
struct bits {
	uint32_t v, u;
};

struct state {
	struct bits a, x, m[BPF_MEMWORDS];
};

struct states {
	struct state *v; /* room for one or, from the second on, for MAX_STATES */
	size_t n;
};

struct search {
	const struct tr_filter *f;
	uint32_t arch;
	int32_t nr;
	const struct tr_known_args *args; /* NULL: nothing is known of them */
	struct states *at; /* by instruction */
	uint32_t *ret; /* sorted, distinct */
	size_t n_ret, cap_ret;
	bool any;
};

static struct bits known(uint32_t v)
{
	return (struct bits){ v, 0 };
}

static const struct bits unknown = { 0, UINT32_MAX };

static struct bits join(struct bits a, struct bits b)
{
	uint32_t u = a.u | b.u | (a.v ^ b.v);

	return (struct bits){ a.v & ~u, u };
}

static void join_state(struct state *dst, const struct state *src)
{
	dst->a = join(dst->a, src->a);
	dst->x = join(dst->x, src->x);
	for (size_t i = 0; i < BPF_MEMWORDS; i++)
		dst->m[i] = join(dst->m[i], src->m[i]);
}

static void reach(struct search *s, size_t pc, const struct state *st)
{
	struct states *at = &s->at[pc];

	for (size_t i = 0; i < at->n; i++)
		if (!memcmp(&at->v[i], st, sizeof(*st)))
			return;
	if (at->n < MAX_STATES) {
		/* Nearly everywhere one is all that ever comes. */
		if (at->n <= 1)
			at->v = tr_xrealloc(at->v, at->n ? MAX_STATES : 1, sizeof(*at->v));
		at->v[at->n++] = *st;
		return;
	}
	for (size_t i = 1; i < at->n; i++)
		join_state(&at->v[0], &at->v[i]);
	join_state(&at->v[0], st);
	at->n = 1;
}

static void returns(struct search *s, struct bits value)
{
	size_t i = 0;

	if (value.u) {
		s->any = true;
		return;
	}
	while (i < s->n_ret && s->ret[i] < value.v)
		i++;
	if (i < s->n_ret && s->ret[i] == value.v)
		return;
	s->ret = tr_grow(s->ret, &s->cap_ret, s->n_ret, sizeof(*s->ret));
	memmove(&s->ret[i + 1], &s->ret[i], (s->n_ret - i) * sizeof(*s->ret));
	s->ret[i] = value.v;
	s->n_ret++;
}

static struct bits alu(uint16_t code, struct bits a, struct bits b)
{
	uint32_t one, zero, u, v = 0;

	switch (BPF_OP(code)) {
	case BPF_AND:
		one = a.v & b.v;
		zero = (~a.v & ~a.u) | (~b.v & ~b.u);
		return (struct bits){ one, ~(one | zero) };
	case BPF_OR:
		one = a.v | b.v;
		zero = ~a.v & ~a.u & ~b.v & ~b.u;
		return (struct bits){ one, ~(one | zero) };
	case BPF_XOR:
		u = a.u | b.u;
		return (struct bits){ (a.v ^ b.v) & ~u, u };
	case BPF_LSH:
		if (b.u)
			return unknown;
		return (struct bits){ a.v << (b.v & 31), a.u << (b.v & 31) };
	case BPF_RSH:
		if (b.u)
			return unknown;
		return (struct bits){ a.v >> (b.v & 31), a.u >> (b.v & 31) };
	case BPF_NEG:
		return a.u ? unknown : known(-a.v);
	default:
		if (a.u || b.u)
			return unknown;
		insn_alu(code, a.v, b.v, &v);
		return known(v);
	}
}

/* Whether a jump can be taken, and whether it can be passed by. */
static void decide(uint16_t code, struct bits a, struct bits b, bool *ret_can, bool *ret_can_not)
{
	uint32_t a_max = a.v | a.u, b_max = b.v | b.u;

	switch (BPF_OP(code)) {
	case BPF_JEQ:
		*ret_can = !((a.v ^ b.v) & ~a.u & ~b.u);
		*ret_can_not = a.u || b.u || a.v != b.v;
		break;
	case BPF_JGT:
		*ret_can = a_max > b.v;
		*ret_can_not = a.v <= b_max;
		break;
	case BPF_JGE:
		*ret_can = a_max >= b.v;
		*ret_can_not = a.v < b_max;
		break;
	default: /* BPF_JSET */
		*ret_can = (a_max & b_max) != 0;
		*ret_can_not = (a.v & b.v) == 0;
		break;
	}
}

/* The number and the architecture are known; the instruction pointer and the arguments are not. */
/* Half an argument; the checker let only whole words inside seccomp_data through. */
static struct bits load_arg(const struct tr_known_args *args, uint32_t offset)
{
	const char *value = (const char *)args->value, *u = (const char *)args->unknown;
	struct bits b;

	memcpy(&b.v, value + offset, sizeof(b.v));
	memcpy(&b.u, u + offset, sizeof(b.u));
	b.v &= ~b.u;
	return b;
}

static struct bits load(const struct search *s, uint32_t offset)
{
	if (offset == offsetof(struct tr_seccomp_data, nr))
		return known((uint32_t)s->nr);
	if (offset == offsetof(struct tr_seccomp_data, arch))
		return known(s->arch);
	if (s->args && offset >= offsetof(struct tr_seccomp_data, args))
		return load_arg(s->args, offset - offsetof(struct tr_seccomp_data, args));
	return unknown;
}

static void move(const struct search *s, struct state *st, const struct sock_filter *i)
{
	switch (i->code) {
	case BPF_LD | BPF_W | BPF_ABS:
		st->a = load(s, i->k);
		break;
	case BPF_LD | BPF_W | BPF_LEN:
		st->a = known(sizeof(struct tr_seccomp_data));
		break;
	case BPF_LDX | BPF_W | BPF_LEN:
		st->x = known(sizeof(struct tr_seccomp_data));
		break;
	case BPF_LD | BPF_IMM:
		st->a = known(i->k);
		break;
	case BPF_LDX | BPF_IMM:
		st->x = known(i->k);
		break;
	case BPF_LD | BPF_MEM:
		st->a = st->m[i->k];
		break;
	case BPF_LDX | BPF_MEM:
		st->x = st->m[i->k];
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

/* One instruction from one state. */
static void step(struct search *s, size_t pc, struct state *st)
{
	const struct sock_filter *i = &s->f->insns[pc];
	struct bits b = BPF_SRC(i->code) == BPF_X ? st->x : known(i->k);
	bool can, can_not;

	switch (BPF_CLASS(i->code)) {
	case BPF_RET:
		returns(s, BPF_RVAL(i->code) == BPF_A ? st->a : known(i->k));
		return;
	case BPF_JMP:
		if (BPF_OP(i->code) == BPF_JA) {
			reach(s, pc + 1 + i->k, st);
			return;
		}
		decide(i->code, st->a, b, &can, &can_not);
		if (can)
			reach(s, pc + 1 + i->jt, st);
		if (can_not)
			reach(s, pc + 1 + i->jf, st);
		return;
	case BPF_ALU:
		if (BPF_OP(i->code) == BPF_DIV && b.v == 0) {
			returns(s, known(0));
			if (b.u == 0)
				return;
		}
		st->a = alu(i->code, st->a, b);
		break;
	default:
		move(s, st, i);
		break;
	}
	reach(s, pc + 1, st);
}

size_t tr_filter_returns(const struct tr_filter *f, uint32_t arch, int32_t nr, uint32_t *ret,
			 size_t max)
{
	return tr_filter_returns_known(f, arch, nr, NULL, ret, max);
}

size_t tr_filter_returns_known(const struct tr_filter *f, uint32_t arch, int32_t nr,
			       const struct tr_known_args *args, uint32_t *ret, size_t max)
{
	struct search s = { .f = f, .arch = arch, .nr = nr, .args = args };
	struct state start = { 0 };
	size_t n;

	s.at = tr_xcalloc(f->n, sizeof(*s.at));
	reach(&s, 0, &start);
	for (size_t pc = 0; pc < f->n; pc++) {
		for (size_t i = 0; i < s.at[pc].n; i++)
			step(&s, pc, &s.at[pc].v[i]);
		free(s.at[pc].v);
	}
	free(s.at);
	n = s.any ? TR_RETURNS_ANY : s.n_ret;
	if (!s.any && max && s.n_ret)
		memcpy(ret, s.ret, (s.n_ret < max ? s.n_ret : max) * sizeof(*ret));
	free(s.ret);
	return n;
}
