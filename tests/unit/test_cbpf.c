// SPDX-License-Identifier: Apache-2.0
#include <check.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <string.h>

#include "lib/suite.h"
#include "trammel/cbpf.h"
#include "util/mem.h"

#define NR   0
#define ARCH 4
#define ARG0 16

#define STMT(code, k)	      BPF_STMT(code, k)
#define JUMP(code, k, jt, jf) BPF_JUMP(code, k, jt, jf)
#define LD(off)		      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, off)
#define LDI(k)		      BPF_STMT(BPF_LD | BPF_IMM, k)
#define LDXI(k)		      BPF_STMT(BPF_LDX | BPF_IMM, k)
#define RETA		      BPF_STMT(BPF_RET | BPF_A, 0)
#define RETK(k)		      BPF_STMT(BPF_RET | BPF_K, k)

static const struct tr_seccomp_data sample = {
	.nr = 59,
	.arch = AUDIT_ARCH_X86_64,
	.ip = 0x1122334455667788,
	.args = { 0x0102030405060708, 2, 3, 4, 5, 0xfffffffffffffff6 },
};

static uint32_t run(const struct sock_filter *insns, size_t n, unsigned *steps)
{
	struct tr_filter f = { .n = n };
	struct tr_err err = { 0 };
	uint32_t ret;

	f.insns = tr_xcalloc(n, sizeof(*insns));
	memcpy(f.insns, insns, n * sizeof(*insns));
	ck_assert_msg(tr_filter_check(insns, n, &err) == 0, "%s", tr_err_msg(&err));
	ret = tr_filter_run(&f, &sample, steps);
	tr_filter_release(&f);
	return ret;
}

#define RUN(...)                                                                              \
	run((const struct sock_filter[]){ __VA_ARGS__ },                                      \
	    sizeof((const struct sock_filter[]){ __VA_ARGS__ }) / sizeof(struct sock_filter), \
	    NULL)

START_TEST(loads_every_word)
{
	ck_assert_uint_eq(RUN(LD(0), RETA), 59);
	ck_assert_uint_eq(RUN(LD(4), RETA), AUDIT_ARCH_X86_64);
	ck_assert_uint_eq(RUN(LD(8), RETA), 0x55667788);
	ck_assert_uint_eq(RUN(LD(12), RETA), 0x11223344);
	ck_assert_uint_eq(RUN(LD(16), RETA), 0x05060708);
	ck_assert_uint_eq(RUN(LD(20), RETA), 0x01020304);
	ck_assert_uint_eq(RUN(LD(24), RETA), 2);
	ck_assert_uint_eq(RUN(LD(60), RETA), 0xffffffff);
	ck_assert_uint_eq(RUN(LD(56), RETA), 0xfffffff6);
	ck_assert_uint_eq(RUN(STMT(BPF_LD | BPF_W | BPF_LEN, 0), RETA), 64);
	ck_assert_uint_eq(
		RUN(STMT(BPF_LDX | BPF_W | BPF_LEN, 0), STMT(BPF_MISC | BPF_TXA, 0), RETA), 64);
}
END_TEST

START_TEST(moves)
{
	/* registers start as 0 */
	ck_assert_uint_eq(RUN(RETA), 0);
	ck_assert_uint_eq(RUN(STMT(BPF_MISC | BPF_TXA, 0), RETA), 0);
	ck_assert_uint_eq(
		RUN(LDI(7), STMT(BPF_MISC | BPF_TAX, 0), LDI(1), STMT(BPF_MISC | BPF_TXA, 0), RETA),
		7);
	ck_assert_uint_eq(RUN(LDI(7), STMT(BPF_ST, 15), LDI(1), STMT(BPF_LD | BPF_MEM, 15), RETA),
			  7);
	ck_assert_uint_eq(RUN(LDXI(9), STMT(BPF_STX, 0), LDXI(1), STMT(BPF_LDX | BPF_MEM, 0),
			      STMT(BPF_MISC | BPF_TXA, 0), RETA),
			  9);
}
END_TEST

#define ALU_K(op, a, b) RUN(LDI(a), STMT(BPF_ALU | (op) | BPF_K, b), RETA)
#define ALU_X(op, a, b) RUN(LDI(a), LDXI(b), STMT(BPF_ALU | (op) | BPF_X, 0), RETA)
#define ALU(op, a, b, want)                               \
	do {                                              \
		ck_assert_uint_eq(ALU_K(op, a, b), want); \
		ck_assert_uint_eq(ALU_X(op, a, b), want); \
	} while (0)

START_TEST(computes)
{
	ALU(BPF_ADD, 0xffffffff, 3, 2);
	ALU(BPF_SUB, 1, 3, 0xfffffffe);
	ALU(BPF_MUL, 0x10001, 0x10001, 0x20001);
	ALU(BPF_DIV, 0xfffffff0, 16, 0x0fffffff);
	ALU(BPF_AND, 0xff00ff, 0x0ff0f0, 0x0f00f0);
	ALU(BPF_OR, 0xff0000, 0x00000f, 0xff000f);
	ALU(BPF_XOR, 0xff00ff, 0x0ff0f0, 0xf0f00f);
	ALU(BPF_LSH, 3, 31, 0x80000000);
	ALU(BPF_RSH, 0x80000001, 31, 1);
	ck_assert_uint_eq(RUN(LDI(1), STMT(BPF_ALU | BPF_NEG, 0), RETA), 0xffffffff);
	/* a count that only X can have: the low five bits of it */
	ck_assert_uint_eq(ALU_X(BPF_LSH, 1, 33), 2);
	/* a division by zero leaves the program with 0: kill */
	ck_assert_uint_eq(
		RUN(LDI(7), LDXI(0), STMT(BPF_ALU | BPF_DIV | BPF_X, 0), RETK(SECCOMP_RET_ALLOW)),
		0);
}
END_TEST

#define JMP_K(op, a, b) RUN(LDI(a), JUMP(BPF_JMP | (op) | BPF_K, b, 1, 0), RETK(0), RETK(1))
#define JMP_X(op, a, b) \
	RUN(LDI(a), LDXI(b), JUMP(BPF_JMP | (op) | BPF_X, 0, 0, 1), RETK(1), RETK(0))
#define JMP(op, a, b, want)                               \
	do {                                              \
		ck_assert_uint_eq(JMP_K(op, a, b), want); \
		ck_assert_uint_eq(JMP_X(op, a, b), want); \
	} while (0)

START_TEST(jumps)
{
	JMP(BPF_JEQ, 5, 5, 1);
	JMP(BPF_JEQ, 5, 6, 0);
	JMP(BPF_JGT, 5, 5, 0);
	/* unsigned */
	JMP(BPF_JGT, 0xffffffff, 5, 1);
	JMP(BPF_JGE, 5, 5, 1);
	JMP(BPF_JGE, 4, 5, 0);
	JMP(BPF_JSET, 6, 3, 1);
	JMP(BPF_JSET, 4, 3, 0);
	ck_assert_uint_eq(RUN(STMT(BPF_JMP | BPF_JA, 1), RETK(1), RETK(2)), 2);
}
END_TEST

START_TEST(counts_steps)
{
	const struct sock_filter f[] = { LD(0), JUMP(BPF_JMP | BPF_JEQ, 59, 1, 0), RETK(1),
					 RETK(2) };
	unsigned steps = 0;

	ck_assert_uint_eq(run(f, 4, &steps), 2);
	ck_assert_uint_eq(steps, 3);
}
END_TEST

static void refused(const struct sock_filter *insns, size_t n, const char *part)
{
	struct tr_err err = { 0 };

	ck_assert_msg(tr_filter_check(insns, n, &err) < 0, "accepted, wanted: %s", part);
	ck_assert_int_eq(err.kind, TR_ERR_INPUT);
	ck_assert_msg(strstr(tr_err_msg(&err), part) != NULL, "'%s' lacks '%s'", tr_err_msg(&err),
		      part);
	tr_err_clear(&err);
}

#define REFUSED(part, ...)                                                                        \
	refused((const struct sock_filter[]){ __VA_ARGS__ },                                      \
		sizeof((const struct sock_filter[]){ __VA_ARGS__ }) / sizeof(struct sock_filter), \
		part)

START_TEST(refuses_what_the_kernel_refuses)
{
	static struct sock_filter many[BPF_MAXINSNS + 1];

	refused(NULL, 0, "1 to 4096");
	for (size_t i = 0; i <= BPF_MAXINSNS; i++)
		many[i] = (struct sock_filter)RETK(0);
	refused(many, BPF_MAXINSNS + 1, "1 to 4096");
	ck_assert_int_eq(tr_filter_check(many, BPF_MAXINSNS, NULL), 0);
	REFUSED("the last instruction", LD(0));
	REFUSED("instruction 0 (code 0x28) is not known", STMT(BPF_LD | BPF_H | BPF_ABS, 0), RETA);
	REFUSED("not known", STMT(BPF_LD | BPF_W | BPF_IND, 0), RETA);
	REFUSED("not known", STMT(BPF_LDX | BPF_B | BPF_MSH, 0), RETA);
	REFUSED("not known", STMT(BPF_ALU | BPF_MOD | BPF_K, 3), RETA);
	REFUSED("not known", STMT(0xffff, 3), RETA);
	REFUSED("outside", LD(64), RETA);
	REFUSED("outside", LD(2), RETA);
	REFUSED("outside", LD(0xfffff000), RETA);
	REFUSED("not there", STMT(BPF_ST, 16), RETA);
	REFUSED("divides", STMT(BPF_ALU | BPF_DIV | BPF_K, 0), RETA);
	REFUSED("shifts", STMT(BPF_ALU | BPF_LSH | BPF_K, 32), RETA);
	REFUSED("shifts", STMT(BPF_ALU | BPF_RSH | BPF_K, 32), RETA);
	REFUSED("behind the end", STMT(BPF_JMP | BPF_JA, 1), RETA);
	REFUSED("behind the end", STMT(BPF_JMP | BPF_JA, 0xffffffff), RETA);
	REFUSED("behind the end", JUMP(BPF_JMP | BPF_JEQ, 0, 1, 0), RETA);
	REFUSED("behind the end", JUMP(BPF_JMP | BPF_JEQ, 0, 0, 1), RETA);
	REFUSED("may not be set", STMT(BPF_LD | BPF_MEM, 0), RETA);
	/* set on one of two ways only */
	REFUSED("instruction 2 loads", JUMP(BPF_JMP | BPF_JEQ, 0, 0, 1), STMT(BPF_ST, 1),
		STMT(BPF_LD | BPF_MEM, 1), RETA);
}
END_TEST

static size_t returns(const struct sock_filter *insns, size_t n, uint32_t *ret, size_t max)
{
	struct tr_filter f = { .n = n };

	f.insns = tr_xcalloc(n, sizeof(*insns));
	memcpy(f.insns, insns, n * sizeof(*insns));
	ck_assert_int_eq(tr_filter_check(insns, n, NULL), 0);
	n = tr_filter_returns(&f, AUDIT_ARCH_X86_64, 59, ret, max);
	tr_filter_release(&f);
	return n;
}

#define RETURNS(ret, max, ...)                                                                    \
	returns((const struct sock_filter[]){ __VA_ARGS__ },                                      \
		sizeof((const struct sock_filter[]){ __VA_ARGS__ }) / sizeof(struct sock_filter), \
		ret, max)

START_TEST(returns_follow_known_words)
{
	uint32_t r[4] = { 0 };

	ck_assert_uint_eq(
		RETURNS(r, 4, LD(NR), JUMP(BPF_JMP | BPF_JEQ, 59, 1, 0), RETK(1), RETK(2)), 1);
	ck_assert_uint_eq(r[0], 2);
	ck_assert_uint_eq(
		RETURNS(r, 4, LD(ARCH), JUMP(BPF_JMP | BPF_JEQ, 59, 1, 0), RETK(1), RETK(2)), 1);
	ck_assert_uint_eq(r[0], 1);
	ck_assert_uint_eq(
		RETURNS(r, 4, LD(ARG0), JUMP(BPF_JMP | BPF_JEQ, 59, 1, 0), RETK(9), RETK(2)), 2);
	ck_assert_uint_eq(r[0], 2);
	ck_assert_uint_eq(r[1], 9);
	/* a masked argument is known where the mask is 0 */
	ck_assert_uint_eq(RETURNS(r, 4, LD(ARG0), STMT(BPF_ALU | BPF_AND | BPF_K, 0xf0),
				  JUMP(BPF_JMP | BPF_JEQ, 0x0f, 1, 0), RETK(1), RETK(2)),
			  1);
	ck_assert_uint_eq(r[0], 1);
	ck_assert_uint_eq(RETURNS(r, 4, LD(ARG0), STMT(BPF_ALU | BPF_AND | BPF_K, 0xf0),
				  JUMP(BPF_JMP | BPF_JGT, 0xf0, 1, 0), RETK(1), RETK(2)),
			  1);
	ck_assert_uint_eq(r[0], 1);
	ck_assert_uint_eq(RETURNS(r, 4, LD(ARG0), STMT(BPF_ALU | BPF_RSH, 28), STMT(BPF_ST, 3),
				  LDI(0), STMT(BPF_LD | BPF_MEM, 3), STMT(BPF_MISC | BPF_TAX, 0),
				  LDI(16), JUMP(BPF_JMP | BPF_JGT | BPF_X, 0, 1, 0), RETK(1),
				  RETK(2)),
			  1);
	ck_assert_uint_eq(r[0], 2);
}
END_TEST

START_TEST(returns_are_never_too_few)
{
	uint32_t r[2] = { 0 };

	/* an argument goes into the return value */
	ck_assert_uint_eq(RETURNS(r, 2, LD(ARG0), RETA), TR_RETURNS_ANY);
	/* more than there is room for */
	ck_assert_uint_eq(RETURNS(r, 2, LD(ARG0), JUMP(BPF_JMP | BPF_JEQ, 1, 0, 1), RETK(3),
				  JUMP(BPF_JMP | BPF_JEQ, 2, 0, 1), RETK(2), RETK(1)),
			  3);
	ck_assert_uint_eq(r[0], 1);
	ck_assert_uint_eq(r[1], 2);
	/* a division that may be by zero returns 0 as well */
	ck_assert_uint_eq(RETURNS(r, 2, LD(ARG0), STMT(BPF_MISC | BPF_TAX, 0),
				  STMT(BPF_ALU | BPF_DIV | BPF_X, 0), RETK(5)),
			  2);
	ck_assert_uint_eq(r[0], 0);
	ck_assert_uint_eq(r[1], 5);
	ck_assert_uint_eq(RETURNS(r, 2, LDXI(0), STMT(BPF_ALU | BPF_DIV | BPF_X, 0), RETK(5)), 1);
	ck_assert_uint_eq(r[0], 0);
}
END_TEST

/*
 * Each branch sets another bit or not: 2^n different states without joining. It must end soon, and
 * must not lose the way on which all bits are set.
 */
START_TEST(returns_stay_bounded)
{
	static struct sock_filter f[BPF_MAXINSNS];
	uint32_t r[4] = { 0 };
	size_t n = 0;

	f[n++] = (struct sock_filter)LDI(0);
	f[n++] = (struct sock_filter)STMT(BPF_ST, 0);
	for (size_t bit = 0; n + 8 < BPF_MAXINSNS; bit = (bit + 1) % 32) {
		f[n++] = (struct sock_filter)LD(ARG0);
		f[n++] = (struct sock_filter)JUMP(BPF_JMP | BPF_JSET, 1u << bit, 0, 3);
		f[n++] = (struct sock_filter)STMT(BPF_LD | BPF_MEM, 0);
		f[n++] = (struct sock_filter)STMT(BPF_ALU | BPF_OR, 1u << bit);
		f[n++] = (struct sock_filter)STMT(BPF_ST, 0);
	}
	f[n++] = (struct sock_filter)STMT(BPF_LD | BPF_MEM, 0);
	f[n++] = (struct sock_filter)JUMP(BPF_JMP | BPF_JEQ, 0xffffffff, 0, 1);
	f[n++] = (struct sock_filter)RETK(SECCOMP_RET_ALLOW);
	f[n++] = (struct sock_filter)RETK(SECCOMP_RET_ERRNO | 1);
	ck_assert_uint_eq(returns(f, n, r, 4), 2);
	ck_assert_uint_eq(r[0], SECCOMP_RET_ERRNO | 1);
	ck_assert_uint_eq(r[1], SECCOMP_RET_ALLOW);
}
END_TEST

/* Seventeen ways to one place, one more than is kept apart: the last must not get lost. */
START_TEST(returns_keep_what_is_joined)
{
	static struct sock_filter f[128];
	uint32_t r[4] = { 0 };
	size_t n = 0, end = 16 * 4 + 1;

	for (uint32_t i = 0; i < 16; i++) {
		f[n++] = (struct sock_filter)LD(ARG0);
		f[n++] = (struct sock_filter)JUMP(BPF_JMP | BPF_JEQ | BPF_K, i, 0, 2);
		f[n++] = (struct sock_filter)LDI(i);
		f[n] = (struct sock_filter)STMT(BPF_JMP | BPF_JA, (uint32_t)(end - n - 1));
		n++;
	}
	f[n++] = (struct sock_filter)LDI(16);
	ck_assert_uint_eq(n, end);
	f[n++] = (struct sock_filter)JUMP(BPF_JMP | BPF_JEQ | BPF_K, 16, 0, 1);
	f[n++] = (struct sock_filter)RETK(1);
	f[n++] = (struct sock_filter)RETK(2);
	ck_assert_uint_eq(returns(f, n, r, 4), 2);
	ck_assert_uint_eq(r[0], 1);
	ck_assert_uint_eq(r[1], 2);
}
END_TEST

static bool kept(const struct sock_filter *insns, size_t n)
{
	const struct tr_filter f = { .insns = (struct sock_filter *)(uintptr_t)insns, .n = n };

	ck_assert_int_eq(tr_filter_check(insns, n, NULL), 0);
	return tr_filter_kept(&f, AUDIT_ARCH_X86_64, 59);
}

#define KEPT(...)                                         \
	kept((const struct sock_filter[]){ __VA_ARGS__ }, \
	     sizeof((const struct sock_filter[]){ __VA_ARGS__ }) / sizeof(struct sock_filter))

/* kernel/seccomp.c: seccomp_is_const_allow */
START_TEST(what_the_kernel_answers_by_heart)
{
	const uint32_t yes = SECCOMP_RET_ALLOW;

	ck_assert(KEPT(RETK(yes)));
	ck_assert(!KEPT(RETK(SECCOMP_RET_LOG)));
	ck_assert(!KEPT(RETK(SECCOMP_RET_ERRNO)));
	ck_assert(KEPT(LD(NR), JUMP(BPF_JMP | BPF_JEQ | BPF_K, 59, 0, 1), RETK(yes), RETK(0)));
	ck_assert(!KEPT(LD(NR), JUMP(BPF_JMP | BPF_JEQ | BPF_K, 60, 0, 1), RETK(yes), RETK(0)));
	ck_assert(KEPT(LD(ARCH), JUMP(BPF_JMP | BPF_JGT | BPF_K, 0x7fffffff, 0, 1), RETK(yes),
		       RETK(0)));
	ck_assert(KEPT(LD(NR), STMT(BPF_ALU | BPF_AND | BPF_K, 1),
		       JUMP(BPF_JMP | BPF_JGE | BPF_K, 1, 0, 1), RETK(yes), RETK(0)));
	ck_assert(KEPT(LD(NR), JUMP(BPF_JMP | BPF_JSET | BPF_K, 4, 1, 0), RETK(yes), RETK(0)) ==
		  !(59 & 4));
	ck_assert(KEPT(STMT(BPF_JMP | BPF_JA, 1), RETK(0), RETK(yes)));
	/* an argument was looked at, whatever became of it */
	ck_assert(!KEPT(LD(ARG0), RETK(yes)));
	ck_assert(KEPT(LD(NR), JUMP(BPF_JMP | BPF_JEQ | BPF_K, 59, 1, 0), LD(ARG0), RETK(yes)));
	/* what it does not follow */
	ck_assert(!KEPT(LDI(SECCOMP_RET_ALLOW), RETA));
	ck_assert(!KEPT(LDI(1), RETK(yes)));
	ck_assert(!KEPT(LD(NR), STMT(BPF_ALU | BPF_ADD | BPF_K, 1), RETK(yes)));
}
END_TEST

TR_SUITE("cbpf", loads_every_word, moves, computes, jumps, counts_steps,
	 refuses_what_the_kernel_refuses, returns_follow_known_words, returns_are_never_too_few,
	 returns_stay_bounded, returns_keep_what_is_joined, what_the_kernel_answers_by_heart)
