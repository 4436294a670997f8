// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Hooks on tasks: capabilities, signals, ptrace, user namespaces, io_uring. */
#include "hooks.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

/*
 * Security modules are asked only for what the task has (commoncap comes first): at the exit, then, those
 * that were granted.
 */
SEC("?fexit/security_capable")
int BPF_PROG(hook_capable, const struct cred *cred, struct user_namespace *ns, int cap,
	     unsigned int opts, int ret)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct tr_mark *m = acting(task);

	if (!m || ret || cap < 0 || cap > 63 || !is_own(task, m, cred))
		return 0;
	asked(m, address_of(task),
	      asked_word(TR_ASKED_CAPABILITY, 0, 0,
			 opts & CAP_OPT_NOAUDIT ? TR_EVENT_NEED_PROBED : TR_EVENT_NEED_NEEDED,
			 (__u32)cap));
	return 0;
}

/* With a cred it is a driver's, on behalf of nobody who is running. */
SEC("?fentry/security_task_kill")
int BPF_PROG(hook_task_kill, struct task_struct *target, void *info, int sig,
	     const struct cred *cred)
{
	if (!cred && sig >= 0 && sig <= 64)
		asked_of_other(bpf_get_current_task_btf(), target, TR_ASKED_SIGNAL,
			       TR_EVENT_ACCESS_SEND, TR_EVENT_ACCESS_RECEIVE, (__u32)sig);
	return 0;
}

/*
 * Who is traced is asked only where the tracer is confined, too (profile_tracee_perm): by what looks into
 * processes from outside, nothing is. Signals ask the receiver in any case.
 */
static __always_inline void traced(struct task_struct *tracer, struct task_struct *tracee, __u8 op,
				   __u8 op_of_tracee)
{
	if (acting(tracer))
		asked_of_other(tracer, tracee, TR_ASKED_PTRACE, op, op_of_tracee, 0);
}

SEC("?fentry/security_ptrace_access_check")
int BPF_PROG(hook_ptrace_access_check, struct task_struct *child, unsigned int mode)
{
	bool read = mode & PTRACE_MODE_READ;

	traced(bpf_get_current_task_btf(), child,
	       read ? TR_EVENT_ACCESS_READ : TR_EVENT_ACCESS_TRACE,
	       read ? TR_EVENT_ACCESS_READBY : TR_EVENT_ACCESS_TRACEDBY);
	return 0;
}

SEC("?fentry/security_ptrace_traceme")
int BPF_PROG(hook_ptrace_traceme, struct task_struct *parent)
{
	traced(parent, bpf_get_current_task_btf(), TR_EVENT_ACCESS_TRACE, TR_EVENT_ACCESS_TRACEDBY);
	return 0;
}

static __always_inline int act_of_task(__u8 kind, __u8 op)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct tr_mark *m = acting(task);

	if (m)
		asked(m, address_of(task), asked_word(kind, op, 0, 0, 0));
	return 0;
}

SEC("?fentry/security_create_user_ns")
int BPF_PROG(hook_create_user_ns)
{
	return act_of_task(TR_ASKED_USERNS, 0);
}

SEC("?fentry/security_uring_sqpoll")
int BPF_PROG(hook_uring_sqpoll)
{
	return act_of_task(TR_ASKED_IO_URING, TR_EVENT_URING_SQPOLL);
}

SEC("?fentry/security_uring_override_creds")
int BPF_PROG(hook_uring_override_creds)
{
	return act_of_task(TR_ASKED_IO_URING, TR_EVENT_URING_OVERRIDE_CREDS);
}
