// SPDX-License-Identifier: Apache-2.0
/*
 * Each way through the filters of both sets, one after the other, is a list of comparisons and how
 * each came out. The filters are walked along such a list; where it ends before they do, and the next
 * comparison can still come out both ways, the list is continued with the one and then the other.
 */
#include "eval/cases.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdlib.h>
#include <string.h>

#include "eval/insn.h"
#include "eval/words.h"
#include "util/mem.h"

#define N_WORDS 16
/* Steps for one question. An engine's default profile takes some hundred for most of its calls. */
#define WORK_MAX (4u << 20)

struct value {
	enum {
		CONSTANT,
		WORD,
		OTHER
	} kind;
	uint32_t v; /* of a constant */
	uint32_t word, mask;
};

struct machine {
	struct value a, x, m[BPF_MEMWORDS];
};

struct walk {
	const struct case_question *q;
	bool (*fn)(const struct filter_case *c, void *arg);
	void *arg;
	struct word_tests tests[N_WORDS];
	/* A word each for which they are so. */
	union {
		struct tr_seccomp_data data;
		uint32_t word[N_WORDS];
	} at;
	uint32_t known; /* 1 << word: has one value only, in `at` */
	size_t n_cases, work;
	bool stopped, opaque;
};

/* What an answer is worth to the kernel: the smallest as a signed number counts. */
static uint32_t harder(uint32_t a, uint32_t b)
{
	int32_t x = (int32_t)(a & SECCOMP_RET_ACTION_FULL);
	int32_t y = (int32_t)(b & SECCOMP_RET_ACTION_FULL);

	return x <= y ? a : b;
}

uint32_t filter_set_run(const struct filter_set *set, const struct tr_seccomp_data *data)
{
	uint32_t ret = SECCOMP_RET_ALLOW;

	for (size_t i = 0; i < set->n; i++) {
		uint32_t one = tr_filter_run(&set->f[i], data, NULL);

		ret = i ? harder(ret, one) : one;
	}
	return ret;
}

/* Values */

static struct value constant(uint32_t v)
{
	return (struct value){ .kind = CONSTANT, .v = v };
}

static struct value load(const struct walk *k, uint32_t offset)
{
	uint32_t word = offset / 4;

	if (k->known >> word & 1)
		return constant(k->at.word[word]);
	return (struct value){ .kind = WORD, .word = word, .mask = UINT32_MAX };
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
	return (struct value){ .kind = OTHER };
}

static void move(const struct walk *k, struct machine *m, const struct sock_filter *i)
{
	struct value *to = BPF_CLASS(i->code) == BPF_LDX ? &m->x : &m->a;

	switch (i->code) {
	case BPF_LD | BPF_W | BPF_ABS:
		*to = load(k, i->k);
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
		*to = m->m[i->k];
		break;
	case BPF_ST:
		m->m[i->k] = m->a;
		break;
	case BPF_STX:
		m->m[i->k] = m->x;
		break;
	case BPF_MISC | BPF_TAX:
		m->x = m->a;
		break;
	case BPF_MISC | BPF_TXA:
		m->a = m->x;
		break;
	default:
		break;
	}
}

/* Comparisons */

/* The comparison that a jump makes, as one of those that word_solve knows. */
static struct word_test test_of(uint16_t code, struct value a, uint32_t k, bool *ret_inverse)
{
	*ret_inverse = BPF_OP(code) == BPF_JSET;
	if (*ret_inverse)
		return (struct word_test){ .mask = a.mask & k, .op = BPF_JEQ };
	return (struct word_test){ .mask = a.mask, .k = k, .op = BPF_OP(code) };
}

/* Whether the list has it, and how it came out. */
static bool decided(const struct word_tests *t, const struct word_test *test, bool *ret)
{
	for (size_t i = 0; i < t->n; i++) {
		if (t->v[i].mask != test->mask || t->v[i].k != test->k || t->v[i].op != test->op)
			continue;
		*ret = t->v[i].holds;
		return true;
	}
	return false;
}

static void push(struct word_tests *t, const struct word_test *test)
{
	t->v = tr_grow(t->v, &t->cap, t->n, sizeof(*t->v));
	t->v[t->n++] = *test;
}

/* A comparison that neither the list nor what is known of the word decides. */
struct fork {
	uint32_t word;
	struct word_test test;
	uint32_t value[2]; /* a word for which it does not hold, and one for which it does */
};

/*
 * How a comparison comes out: 0, 1, or -1 and *ret where both can be. The word at hand shows one of the
 * ways; the other one has to be found.
 */
static int compare(struct walk *k, uint32_t word, struct word_test *test, struct fork *ret)
{
	struct word_tests *t = &k->tests[word];
	bool now, can;

	if (decided(t, test, &now))
		return now;
	now = word_test_true(test, k->at.word[word]);
	ret->value[now] = k->at.word[word];
	test->holds = !now;
	push(t, test);
	can = word_solve(t, &ret->value[!now], &k->work);
	t->n--;
	if (!can)
		return now;
	ret->word = word;
	ret->test = *test;
	return -1;
}

/* Takes a jump; false where the walk has to fork first. */
static bool jump(struct walk *k, const struct sock_filter *i, struct value a, struct value b,
		 size_t *pc, struct fork *ret)
{
	struct word_test test;
	bool inverse;
	int outcome;

	if (a.kind == CONSTANT && b.kind == CONSTANT) {
		*pc += insn_jumps(i->code, a.v, b.v) ? i->jt : i->jf;
		return true;
	}
	if (a.kind != WORD || b.kind != CONSTANT) {
		k->opaque = true;
		*pc += i->jf;
		return true;
	}
	test = test_of(i->code, a, b.v, &inverse);
	outcome = compare(k, a.word, &test, ret);
	if (outcome < 0)
		return false;
	*pc += (outcome != 0) != inverse ? i->jt : i->jf;
	return true;
}

/* Where a walk is: in which filter of which set, and the registers there. */
struct place {
	unsigned set;
	size_t filter, pc;
	struct machine m;
};

static void step(struct walk *k, const struct sock_filter *i, struct machine *m)
{
	if (BPF_CLASS(i->code) == BPF_ALU)
		m->a = alu(i->code, m->a, BPF_SRC(i->code) == BPF_X ? m->x : constant(i->k));
	else
		move(k, m, i);
}

/* Walks one filter to its end; false where the walk has to fork, at the jump where it stands. */
static bool follow(struct walk *k, const struct tr_filter *f, struct place *at, struct fork *ret)
{
	for (;;) {
		const struct sock_filter *i = &f->insns[at->pc];
		struct value b = BPF_SRC(i->code) == BPF_X ? at->m.x : constant(i->k);
		size_t next = at->pc + 1;

		k->work -= k->work > 0;
		switch (BPF_CLASS(i->code)) {
		case BPF_RET:
			k->opaque |= BPF_RVAL(i->code) == BPF_A && at->m.a.kind != CONSTANT;
			return true;
		case BPF_JMP:
			if (BPF_OP(i->code) == BPF_JA)
				next += i->k;
			else if (!jump(k, i, at->m.a, b, &next, ret))
				return false;
			break;
		default:
			step(k, i, &at->m);
			break;
		}
		at->pc = next;
	}
}

/* All that is left of both sets; false as above. */
static bool follow_all(struct walk *k, struct place *at, struct fork *ret)
{
	for (; at->set < 2; at->set++, at->filter = 0) {
		const struct filter_set *set = &k->q->set[at->set];

		for (; at->filter < set->n; at->filter++) {
			if (!follow(k, &set->f[at->filter], at, ret))
				return false;
			at->pc = 0;
			memset(&at->m, 0, sizeof(at->m));
		}
	}
	return true;
}

static void tell(struct walk *k)
{
	struct filter_case c = { 0 };

	if (k->n_cases++ == CASES_MAX) {
		k->work = 0;
		return;
	}
	memcpy(c.args, k->at.data.args, sizeof(c.args));
	for (unsigned i = 0; i < 6; i++)
		if (k->tests[4 + 2 * i].n || k->tests[5 + 2 * i].n || k->q->mask[i])
			c.matter |= (uint8_t)(1u << i);
	for (unsigned s = 0; s < 2; s++)
		c.ret[s] = filter_set_run(&k->q->set[s], &k->at.data);
	k->stopped = !k->fn(&c, k->arg);
}

/* The list's end: a case, or the next comparison, both ways. As deep as there are comparisons. */
static void descend(struct walk *k, struct place at)
{
	struct fork fork;
	struct word_tests *t;
	uint32_t before;

	if (follow_all(k, &at, &fork)) {
		tell(k);
		return;
	}
	t = &k->tests[fork.word];
	before = k->at.word[fork.word];
	for (int holds = 0; holds < 2 && !k->stopped && k->work; holds++) {
		fork.test.holds = holds;
		push(t, &fork.test);
		k->at.word[fork.word] = fork.value[holds];
		descend(k, at);
		t->n--;
	}
	k->at.word[fork.word] = before;
}

/* A word of which a mask is known: wholly, or as the first comparison of every list. */
static void restrict_word(struct walk *k, uint32_t word, uint32_t mask, uint32_t want)
{
	const struct word_test test = { .mask = mask, .k = want, .op = BPF_JEQ, .holds = true };

	k->at.word[word] = want;
	if (mask == UINT32_MAX)
		k->known |= 1u << word;
	else if (mask)
		push(&k->tests[word], &test);
}

bool filter_cases(const struct case_question *q, bool (*fn)(const struct filter_case *c, void *arg),
		  void *arg)
{
	struct walk k = { .q = q, .fn = fn, .arg = arg, .known = 3, .work = WORK_MAX };

	k.at.data.nr = q->nr;
	k.at.data.arch = q->arch;
	for (unsigned i = 0; i < 6; i++) {
		restrict_word(&k, 4 + 2 * i, (uint32_t)q->mask[i], (uint32_t)q->want[i]);
		restrict_word(&k, 5 + 2 * i, (uint32_t)(q->mask[i] >> 32),
			      (uint32_t)(q->want[i] >> 32));
	}
	descend(&k, (struct place){ 0 });
	for (unsigned i = 0; i < N_WORDS; i++)
		free(k.tests[i].v);
	return !k.opaque && (k.work || k.stopped);
}
