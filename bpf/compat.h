/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Where architectures and kernel versions differ: one inline function a difference. */
#ifndef BPF_COMPAT_H
#define BPF_COMPAT_H

#include "kernel.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#include <trammel/event.h>

/* What nearly always holds is laid out without a jump: for the programs that run at every call. */
#define likely(x)   __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)

/*
 * A pointer as the number that a global function takes; the verifier lets no pointer it knows the
 * type of pass for one. Global functions (not static, __weak where several objects have them) are
 * taken apart once, and not anew on each way that leads to them: without them Linux 6.1 runs
 * into its limit of a million instructions.
 */
static __always_inline __u64 address_of(const void *p)
{
	__u64 n = 0;

	bpf_probe_read_kernel(&n, sizeof(n), &p);
	return n;
}

/* A syscall as a row has it. */
struct call {
	__u32 abi;
	__u32 nr; /* without x32's bit */
};

/*
 * Which table `id` is of. On x86 one number means three calls: TS_COMPAT says that the 32-bit
 * entry was taken (by a 64-bit program's int 0x80 too), bit 30 that it is x32's.
 */
static __always_inline struct call call_of(struct task_struct *task, long id)
{
	struct call c = { .abi = TR_EVENT_ABI_X86_64, .nr = (__u32)id };

	if (unlikely(task->thread_info.status & TS_COMPAT)) {
		c.abi = TR_EVENT_ABI_I386;
	} else if (unlikely(c.nr & X32_BIT)) {
		c.abi = TR_EVENT_ABI_X32;
		c.nr &= ~X32_BIT;
	}
	return c;
}

/*
 * The number of the call that is being left. The registers keep it, whatever was returned. Here and
 * below regs is what a tracepoint or bpf_task_pt_regs gave: the verifier knows its type, so that
 * it is read by loads, and not by calls.
 */
static __always_inline long call_number(struct pt_regs *regs)
{
	return (long)regs->orig_ax;
}

/* The member of regs that has argument i (0..4), as each ABI passes it; READ(member) reads it. */
#define CALL_ARG(abi, i, READ)                                       \
	((abi) == TR_EVENT_ABI_I386 ? (__u32)((i) == 0 ? READ(bx) :  \
					      (i) == 1 ? READ(cx) :  \
					      (i) == 2 ? READ(dx) :  \
					      (i) == 3 ? READ(si) :  \
							 READ(di)) : \
				      ((i) == 0 ? READ(di) :         \
				       (i) == 1 ? READ(si) :         \
				       (i) == 2 ? READ(dx) :         \
				       (i) == 3 ? READ(r10) :        \
						  READ(r8)))

/* Argument i of the call that is being entered or left. */
static __always_inline unsigned long call_arg(struct pt_regs *regs, __u32 abi, int i)
{
#define BY_LOAD(member) (regs->member)
	return CALL_ARG(abi, i, BY_LOAD);
#undef BY_LOAD
}

/* The same in a function of its own, which gets regs as a number. */
static __always_inline unsigned long call_arg_at(__u64 regs_at, __u32 abi, int i)
{
	struct pt_regs *regs = (struct pt_regs *)regs_at;

#define BY_CALL(member) BPF_CORE_READ(regs, member)
	return CALL_ARG(abi, i, BY_CALL);
#undef BY_CALL
}

/*
 * Whether something other than a filter may keep the call from being entered: a tracer
 * (PTRACE_SYSEMU) or syscall user dispatch, since Linux 5.11. Then an exit without an enter is no
 * refusal.
 */
static __always_inline bool call_is_intercepted(struct task_struct *task)
{
	unsigned long work = task->thread_info.syscall_work;

	if (task->ptrace)
		return true;
	if (!bpf_core_enum_value_exists(enum syscall_work_bit,
					SYSCALL_WORK_BIT_SYSCALL_USER_DISPATCH))
		return false;
	return work & (1UL << bpf_core_enum_value(enum syscall_work_bit,
						  SYSCALL_WORK_BIT_SYSCALL_USER_DISPATCH));
}

#endif
