// SPDX-License-Identifier: Apache-2.0
/*
 * Random filters, given to our checker and interpreter and to the kernel: the kernel is right. And
 * what a filter can return contains what it does return.
 */
#include <check.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "eval/compile.h"
#include "lib/suite.h"
#include "tables/syscalls.h"
#include "trammel/cbpf.h"
#include "util/mem.h"

#define MAX_INSNS 48
#define CALLS	  8
#define TEST_NR	  1000 /* no syscall has it: what comes back is the filter's doing */

static uint64_t rnd_state;

static uint32_t rnd(uint32_t n)
{
	rnd_state = rnd_state * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(rnd_state >> 33) % n;
}

/* Small numbers, powers of two, all ones: where the edges are. */
static uint32_t rnd_word(void)
{
	switch (rnd(6)) {
	case 0:
		return rnd(4);
	case 1:
		return 1u << rnd(32);
	case 2:
		return UINT32_MAX - rnd(3);
	case 3:
		return rnd(64);
	case 4:
		return 0x80000000u;
	default:
		return rnd(UINT32_MAX);
	}
}

static const uint16_t codes[] = {
	BPF_LD | BPF_W | BPF_ABS,
	BPF_LD | BPF_W | BPF_ABS,
	BPF_LD | BPF_W | BPF_LEN,
	BPF_LDX | BPF_W | BPF_LEN,
	BPF_LD | BPF_IMM,
	BPF_LDX | BPF_IMM,
	BPF_LD | BPF_MEM,
	BPF_LDX | BPF_MEM,
	BPF_ST,
	BPF_STX,
	BPF_ST,
	BPF_STX,
	BPF_MISC | BPF_TAX,
	BPF_MISC | BPF_TXA,
	BPF_RET | BPF_K,
	BPF_RET | BPF_A,
	BPF_ALU | BPF_ADD | BPF_K,
	BPF_ALU | BPF_ADD | BPF_X,
	BPF_ALU | BPF_SUB | BPF_K,
	BPF_ALU | BPF_SUB | BPF_X,
	BPF_ALU | BPF_MUL | BPF_K,
	BPF_ALU | BPF_MUL | BPF_X,
	BPF_ALU | BPF_DIV | BPF_K,
	BPF_ALU | BPF_DIV | BPF_X,
	BPF_ALU | BPF_AND | BPF_K,
	BPF_ALU | BPF_AND | BPF_X,
	BPF_ALU | BPF_OR | BPF_K,
	BPF_ALU | BPF_OR | BPF_X,
	BPF_ALU | BPF_XOR | BPF_K,
	BPF_ALU | BPF_XOR | BPF_X,
	BPF_ALU | BPF_LSH | BPF_K,
	BPF_ALU | BPF_LSH | BPF_X,
	BPF_ALU | BPF_RSH | BPF_K,
	BPF_ALU | BPF_RSH | BPF_X,
	BPF_ALU | BPF_NEG,
	BPF_JMP | BPF_JA,
	BPF_JMP | BPF_JEQ | BPF_K,
	BPF_JMP | BPF_JEQ | BPF_X,
	BPF_JMP | BPF_JGT | BPF_K,
	BPF_JMP | BPF_JGT | BPF_X,
	BPF_JMP | BPF_JGE | BPF_K,
	BPF_JMP | BPF_JGE | BPF_X,
	BPF_JMP | BPF_JSET | BPF_K,
	BPF_JMP | BPF_JSET | BPF_X,
};

static bool is_return(uint16_t code)
{
	return BPF_CLASS(code) == BPF_RET;
}

/* One that will often, not always, pass the checker. room: instructions behind it. */
static struct sock_filter rnd_insn(size_t room)
{
	struct sock_filter i = { .code = codes[rnd(TR_ARRAY_SIZE(codes))], .k = rnd_word() };

	if (i.code == (BPF_LD | BPF_W | BPF_ABS))
		i.k = 4 * rnd(16);
	else if (BPF_CLASS(i.code) == BPF_ST || BPF_CLASS(i.code) == BPF_STX ||
		 i.code == (BPF_LD | BPF_MEM) || i.code == (BPF_LDX | BPF_MEM))
		i.k = rnd(2);
	else if (BPF_CLASS(i.code) == BPF_ALU && BPF_OP(i.code) == BPF_DIV)
		i.k = 1 + rnd(7);
	else if (i.code == (BPF_ALU | BPF_LSH | BPF_K) || i.code == (BPF_ALU | BPF_RSH | BPF_K))
		i.k = rnd(32);
	else if (i.code == (BPF_JMP | BPF_JA))
		i.k = rnd((uint32_t)room < 4 ? (uint32_t)room + 1 : 4);
	i.jt = (uint8_t)rnd(3);
	i.jf = (uint8_t)rnd(3);
	return i;
}

/* Anything at all, half of the time in one field only. */
static void spoil(struct sock_filter *i)
{
	switch (rnd(4)) {
	case 0:
		i->code = (uint16_t)rnd(rnd(2) ? 0x100 : 0x10000);
		break;
	case 1:
		i->k = rnd_word();
		break;
	case 2:
		i->jt = (uint8_t)rnd(256);
		break;
	default:
		i->jf = (uint8_t)rnd(256);
		break;
	}
}

static size_t rnd_filter(struct sock_filter *f, size_t max)
{
	size_t n = 1 + rnd((uint32_t)max - 1);

	for (size_t i = 0; i < n; i++)
		f[i] = rnd_insn(n - i - 1);
	f[n - 1] = (struct sock_filter)BPF_STMT(BPF_RET | (rnd(2) ? BPF_A : BPF_K), rnd_word());
	return n;
}

/* What a child that shares memory with us found out. */
struct shared {
	int accepted; /* 1 or -errno */
	int errnos[CALLS];
	int done;
};

static struct shared *shared;

static void child(const struct sock_filter *insns, size_t n, const struct tr_seccomp_data *calls)
{
	struct sock_fprog prog = { (unsigned short)n, (struct sock_filter *)(uintptr_t)insns };
	long rc;

	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	rc = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &prog);
	/* From here on a syscall may kill us, which is why the answers go through memory. */
	shared->accepted = rc < 0 ? -errno : 1;
	for (size_t i = 0; rc == 0 && calls && i < CALLS; i++) {
		const uint64_t *a = calls[i].args;

		errno = 0;
		rc = syscall(TEST_NR, a[0], a[1], a[2], a[3], a[4], a[5]);
		shared->errnos[i] = rc < 0 ? errno : 0;
		rc = 0;
	}
	shared->done = 1;
}

static void ask_kernel(const struct sock_filter *insns, size_t n,
		       const struct tr_seccomp_data *calls)
{
	pid_t pid;

	memset(shared, 0, sizeof(*shared));
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		child(insns, n, calls);
		_exit(0);
	}
	ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
	/* A filter that refuses to let it exit ends it with a signal: done is what counts. */
	ck_assert_int_eq(shared->done, 1);
}

static void start(void)
{
	rnd_state = 20221;
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		      0);
	ck_assert_ptr_ne(shared, MAP_FAILED);
}

static void print_filter(const struct sock_filter *f, size_t n)
{
	for (size_t i = 0; i < n; i++)
		fprintf(stderr, "%3zu: { 0x%02x, %u, %u, 0x%08x }\n", i, f[i].code, f[i].jt,
			f[i].jf, f[i].k);
}

START_TEST(checker_agrees_with_the_kernel)
{
	struct sock_filter f[MAX_INSNS];
	unsigned yes = 0, no = 0;

	start();
	for (int round = 0; round < TR_ROUNDS(4000); round++) {
		size_t n = rnd_filter(f, 10);
		bool ours, kernels;

		if (rnd(2))
			spoil(&f[rnd((uint32_t)n)]);
		ours = tr_filter_check(f, n, NULL) == 0;
		ask_kernel(f, n, NULL);
		kernels = shared->accepted == 1;
		if (!kernels && shared->accepted != -EINVAL)
			ck_abort_msg("seccomp(2) fails: %s", strerror(-shared->accepted));
		if (ours != kernels)
			print_filter(f, n);
		ck_assert_msg(ours == kernels, "round %d: ours %d, the kernel's %d", round, ours,
			      kernels);
		*(kernels ? &yes : &no) += 1;
	}
	/* The question must have been asked both ways. */
	ck_assert_uint_gt(yes, TR_ROUNDS(4000) / 8);
	ck_assert_uint_gt(no, TR_ROUNDS(4000) / 8);
	munmap(shared, sizeof(*shared));
}
END_TEST

static struct tr_seccomp_data rnd_call(void)
{
	struct tr_seccomp_data d = { .nr = TEST_NR, .arch = tr_audit_arch(syscall_native_abi()) };

	for (int i = 0; i < 6; i++)
		d.args[i] = (uint64_t)rnd_word() << 32 | rnd_word();
	return d;
}

/*
 * A filter that computes something and answers it as an errno, eleven bits of it at a time; other
 * syscalls it lets through. Returns its length.
 */
static size_t rnd_computation(struct sock_filter *f, size_t *ret_shift)
{
	size_t n = 2, len = 3 + rnd(MAX_INSNS - 13);

	f[0] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0);
	f[1] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, TEST_NR, 1, 0);
	f[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	f[n++] = (struct sock_filter)BPF_STMT(BPF_ST, 0);
	f[n++] = (struct sock_filter)BPF_STMT(BPF_STX, 1);
	while (n < len) {
		f[n] = rnd_insn(2);
		/* The instruction pointer is not ours to know, and the end is to be reached. */
		if (is_return(f[n].code) ||
		    (f[n].code == (BPF_LD | BPF_W | BPF_ABS) && (f[n].k == 8 || f[n].k == 12)))
			continue;
		n++;
	}
	/* No jump is longer than this: none gets behind the shift. */
	for (int i = 0; i < 3; i++)
		f[n++] = (struct sock_filter)BPF_STMT(BPF_LDX | BPF_IMM, 0);
	*ret_shift = n;
	f[n++] = (struct sock_filter)BPF_STMT(BPF_ALU | BPF_RSH | BPF_K, 0);
	f[n++] = (struct sock_filter)BPF_STMT(BPF_ALU | BPF_AND | BPF_K, 0x7ff);
	f[n++] = (struct sock_filter)BPF_STMT(BPF_ALU | BPF_OR | BPF_K, SECCOMP_RET_ERRNO);
	f[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_A, 0);
	return n;
}

/* Whether a run ends with a kill (a division by zero), which would end the child. */
static bool any_kill(const struct tr_filter *f, const struct tr_seccomp_data *calls)
{
	for (size_t i = 0; i < CALLS; i++)
		if (tr_filter_run(f, &calls[i], NULL) == 0)
			return true;
	return false;
}

START_TEST(interpreter_agrees_with_the_kernel)
{
	struct sock_filter insns[MAX_INSNS];
	struct tr_filter f = { .insns = insns };
	struct tr_seccomp_data calls[CALLS];
	unsigned values = 0, zeros = 0;
	size_t shift;

	start();
	for (int round = 0; round < TR_ROUNDS(700); round++) {
		f.n = rnd_computation(insns, &shift);
		for (size_t i = 0; i < CALLS; i++)
			calls[i] = rnd_call();
		for (insns[shift].k = 0; insns[shift].k < 32; insns[shift].k += 11) {
			if (tr_filter_check(insns, f.n, NULL) < 0 || any_kill(&f, calls))
				break;
			ask_kernel(insns, f.n, calls);
			ck_assert_int_eq(shared->accepted, 1);
			for (size_t i = 0; i < CALLS; i++) {
				uint32_t ours = tr_filter_run(&f, &calls[i], NULL);

				if ((ours & 0xffff) != (uint32_t)shared->errnos[i])
					print_filter(insns, f.n);
				ck_assert_uint_eq(ours & 0xffff, (uint32_t)shared->errnos[i]);
				*(ours & 0xffff ? &values : &zeros) += 1;
			}
		}
	}
	ck_assert_uint_gt(values, TR_ROUNDS(700) * 4);
	munmap(shared, sizeof(*shared));
}
END_TEST

/* A division by X = 0: the child must die of SIGSYS, as SECCOMP_RET_KILL_THREAD has it. */
START_TEST(division_by_zero_kills)
{
	struct sock_filter f[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, TEST_NR, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
		BPF_STMT(BPF_ALU | BPF_DIV | BPF_X, 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog prog = { TR_ARRAY_SIZE(f), f };
	struct tr_filter filter = { f, TR_ARRAY_SIZE(f) };
	struct tr_seccomp_data d = { .nr = TEST_NR };
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
		if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog) == 0)
			syscall(TEST_NR);
		_exit(0);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS);
	ck_assert_uint_eq(tr_filter_run(&filter, &d, NULL), SECCOMP_RET_KILL_THREAD);
}
END_TEST

START_TEST(returns_contain_every_run)
{
	struct sock_filter insns[MAX_INSNS];
	struct tr_filter f = { .insns = insns };
	uint32_t ret[MAX_INSNS * 2];
	unsigned known = 0, checked = 0;

	start();
	for (int round = 0; round < 20000; round++) {
		struct tr_seccomp_data d = rnd_call();
		size_t n;

		f.n = rnd_filter(insns, MAX_INSNS);
		if (tr_filter_check(insns, f.n, NULL) < 0)
			continue;
		n = tr_filter_returns(&f, d.arch, d.nr, ret, TR_ARRAY_SIZE(ret));
		checked++;
		if (n == TR_RETURNS_ANY)
			continue;
		known++;
		ck_assert_uint_gt(n, 0);
		ck_assert_uint_le(n, TR_ARRAY_SIZE(ret));
		for (int i = 0; i < 16; i++) {
			uint32_t got = tr_filter_run(&f, &d, NULL);
			size_t at = 0;

			while (at < n && ret[at] != got)
				at++;
			if (at == n)
				print_filter(insns, f.n);
			ck_assert_msg(at < n, "round %d: %#x is not among the returns", round, got);
			d = rnd_call();
			d.ip = rnd_word();
		}
	}
	ck_assert_uint_gt(known, 500);
	munmap(shared, sizeof(*shared));
}
END_TEST

TR_SUITE("cbpf against the kernel", checker_agrees_with_the_kernel,
	 interpreter_agrees_with_the_kernel, division_by_zero_kills, returns_contain_every_run)
