/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Where architectures and kernel versions differ: one inline function a difference. */
#ifndef BPF_COMPAT_H
#define BPF_COMPAT_H

#include "kernel.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#include <trammel/event.h>

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

	if (task->thread_info.status & TS_COMPAT) {
		c.abi = TR_EVENT_ABI_I386;
	} else if (c.nr & X32_BIT) {
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

/* Argument i (0..4) of the call that is being left, as its ABI passes it. */
static __always_inline unsigned long call_arg(struct pt_regs *regs, __u32 abi, int i)
{
	if (abi == TR_EVENT_ABI_I386) {
		switch (i) {
		case 0:
			return (__u32)regs->bx;
		case 1:
			return (__u32)regs->cx;
		case 2:
			return (__u32)regs->dx;
		case 3:
			return (__u32)regs->si;
		default:
			return (__u32)regs->di;
		}
	}
	switch (i) {
	case 0:
		return regs->di;
	case 1:
		return regs->si;
	case 2:
		return regs->dx;
	case 3:
		return regs->r10;
	default:
		return regs->r8;
	}
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
