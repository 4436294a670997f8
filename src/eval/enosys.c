// SPDX-License-Identifier: Apache-2.0
/*
 * libseccomp answers every syscall that a profile does not mention with the default action, so that
 * a libc which tries a syscall newer than the profile gets EPERM and gives up rather than ENOSYS
 * and falls back. runc therefore puts a stub in front: a number above the highest one that the
 * profile mentions, for this architecture, gets ENOSYS (libcontainer/seccomp/patchbpf/
 * enosys_linux.go, runc 1.0.0-rc93 and later). An unmentioned number below gets the default. Where
 * the stub jumps to its one ENOSYS, runc 1.1.15 and later put it in place: the same answers.
 *
 * The same instructions in the same order, so that the result can be held against an installed
 * filter. Where there is more than one kernel architecture, runc's order changes from run to run
 * (Go maps); ours is the profile's.
 */
#include "eval/enosys.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <seccomp.h>

#define X32_BIT 0x40000000u

/* Highest number mentioned: x32 shares the kernel's architecture with x86_64. */
struct horizon {
	uint32_t audit_arch;
	uint32_t tokens[2];
	uint32_t highest[2];
	size_t n;
	uint32_t jump; /* where its section starts, from the end */
};

/* A program written from its end, as every jump in it leads there. */
struct tail {
	struct sock_filter *insns; /* ENOSYS_MAX of them, the last n in use */
	size_t n;
};

static void prepend(struct tail *t, uint16_t code, uint32_t k, size_t jt, size_t jf)
{
	t->n++;
	t->insns[ENOSYS_MAX - t->n] = (struct sock_filter){ code, (uint8_t)jt, (uint8_t)jf, k };
}

/* SCMP_ARCH_X32 is libseccomp's own number; all others are the kernel's. */
static uint32_t audit_arch(uint32_t token)
{
	return token == SCMP_ARCH_X32 ? AUDIT_ARCH_X86_64 : token;
}

/*
 * The highest number of any name in any rule, whatever its action. 0 where none is known, or where
 * read is the only one: runc takes both as nothing.
 */
static uint32_t highest_number(const struct tr_seccomp *p, uint32_t token)
{
	int highest = 0;

	for (size_t i = 0; i < p->n_rules; i++) {
		for (size_t j = 0; j < p->rules[i].n_names; j++) {
			int nr = seccomp_syscall_resolve_name_arch(token, p->rules[i].names[j]);

			if (nr > highest)
				highest = nr;
		}
	}
	return (uint32_t)highest;
}

static void add_arch(struct horizon *h, const struct tr_seccomp *p, uint32_t token)
{
	uint32_t highest;

	for (size_t i = 0; i < h->n; i++)
		if (h->tokens[i] == token)
			return;
	highest = highest_number(p, token);
	if (highest == 0)
		return;
	h->tokens[h->n] = token;
	h->highest[h->n++] = highest;
}

static size_t find_horizons(struct horizon *h, const struct tr_seccomp *p, const uint32_t *tokens,
			    size_t n_tokens)
{
	size_t n = 0;

	for (size_t i = 0; i < n_tokens; i++) {
		uint32_t arch = audit_arch(tokens[i]);
		size_t j = 0;

		while (j < n && h[j].audit_arch != arch)
			j++;
		if (j == n)
			h[n++] = (struct horizon){ .audit_arch = arch };
		add_arch(&h[j], p, tokens[i]);
	}
	return n;
}

/* x86_64 and x32 at once: the bit in the number says which. */
static void prepend_both(struct tail *t, const struct horizon *h)
{
	size_t x32 = h->tokens[0] == SCMP_ARCH_X32 ? 0 : 1, enosys = t->n - 1;

	prepend(t, BPF_JMP | BPF_JA, (uint32_t)(enosys + 1), 0, 0);
	prepend(t, BPF_JMP | BPF_JGT | BPF_K, h->highest[x32], enosys + 1, 0);
	prepend(t, BPF_JMP | BPF_JGT | BPF_K, h->highest[!x32], enosys + 2, 1);
	prepend(t, BPF_JMP | BPF_JSET | BPF_K, X32_BIT, 1, 0);
	prepend(t, BPF_LD | BPF_W | BPF_ABS, 0, 0, 0);
}

static void prepend_one(struct tail *t, const struct horizon *h)
{
	size_t enosys = t->n - 1;

	prepend(t, BPF_JMP | BPF_JA, (uint32_t)(enosys + 1), 0, 0);
	prepend(t, BPF_JMP | BPF_JGT | BPF_K, h->highest[0], enosys + 1, 0);
	if (h->tokens[0] == SCMP_ARCH_X86_64)
		prepend(t, BPF_JMP | BPF_JSET | BPF_K, X32_BIT, 1, 0);
	else if (h->tokens[0] == SCMP_ARCH_X32)
		prepend(t, BPF_JMP | BPF_JSET | BPF_K, X32_BIT, 0, 1);
	prepend(t, BPF_LD | BPF_W | BPF_ABS, 0, 0, 0);
}

static bool is_permissive(enum tr_action a)
{
	return a == TR_ACTION_ALLOW || a == TR_ACTION_LOG || a == TR_ACTION_TRACE;
}

size_t enosys_stub(struct sock_filter *stub, const struct tr_seccomp *p, const uint32_t *tokens,
		   size_t n_tokens)
{
	struct horizon h[32];
	struct sock_filter insns[ENOSYS_MAX];
	struct tail t = { insns, 0 };
	size_t n;

	/*
	 * runc means to leave the stub out where the default is ENOSYS already, but compares the
	 * errno with the whole return word: 38 makes a stub all the same.
	 */
	if (is_permissive(p->default_action) ||
	    p->default_errno == (int)(SECCOMP_RET_ERRNO | ENOSYS))
		return 0;
	n = find_horizons(h, p, tokens, n_tokens);
	prepend(&t, BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS, 0, 0);
	prepend(&t, BPF_JMP | BPF_JA, 1, 0, 0);
	for (size_t i = 0; i < n; i++) {
		if (h[i].n == 0)
			continue;
		if (h[i].n == 2)
			prepend_both(&t, &h[i]);
		else
			prepend_one(&t, &h[i]);
		h[i].jump = (uint32_t)t.n;
	}
	prepend(&t, BPF_JMP | BPF_JA, (uint32_t)t.n, 0, 0);
	/* An architecture without a section has jump 0: straight to the filter. */
	for (size_t i = 0; i < n; i++)
		prepend(&t, BPF_JMP | BPF_JEQ | BPF_K, h[i].audit_arch, t.n - h[i].jump, 0);
	prepend(&t, BPF_LD | BPF_W | BPF_ABS, 4, 0, 0);
	for (size_t i = 0; i < t.n; i++)
		stub[i] = insns[ENOSYS_MAX - t.n + i];
	return t.n;
}
