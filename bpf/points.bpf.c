// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The tracepoint backend's other tracepoints: signals, locks, capabilities. Unlike at system calls, what is
 * not asked for costs nothing here. Not loaded where the hooks are.
 */
#include "asked.h"
#include "files.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

/*
 * check_kill_permission (kernel/signal.c) asks for what processes send: the kernel's own signals have
 * pointers that are numbers (SIGPIPE's among them), or a si_code above 0, and timers and queues send
 * without asking.
 */
static __always_inline bool is_sent_by_process(struct kernel_siginfo *info, bool to_itself)
{
	int code;

	/* Without any: SIGPIPE to oneself, and what a parent's end sends, which is asked for (PR_SET_PDEATHSIG). */
	if (address_of(info) <= SEND_SIG_PRIV)
		return address_of(info) != SEND_SIG_PRIV && !to_itself;
	code = BPF_CORE_READ(info, si_code);
	return code <= 0 && code != SI_TIMER && code != SI_MESGQ && code != SI_ASYNCIO &&
	       code != SI_SIGIO;
}

SEC("?tp_btf/signal_generate")
int BPF_PROG(point_signal_generate, int sig, struct kernel_siginfo *info, struct task_struct *task)
{
	struct task_struct *sender = bpf_get_current_task_btf();

	if (!may_have_mark(sender) && !may_have_mark(task))
		return 0;
	if (sig > 0 && sig <= 64 && is_sent_by_process(info, sender == task))
		asked_of_other(sender, task, TR_ASKED_SIGNAL, TR_EVENT_ACCESS_SEND,
			       TR_EVENT_ACCESS_RECEIVE, (__u32)sig);
	return 0;
}

/* Since Linux 6.9 a lock and a lease begin with what they have in common. */
static __always_inline struct file *file_of_lock(__u64 at, __u32 *ret_type)
{
	struct file_lock___core *core = (void *)at;
	struct file_lock *lock = (void *)at;

	if (bpf_core_field_exists(core->c)) {
		*ret_type = BPF_CORE_READ(core, c.flc_type);
		return BPF_CORE_READ(core, c.flc_file);
	}
	*ret_type = BPF_CORE_READ(lock, fl_type);
	return BPF_CORE_READ(lock, fl_file);
}

static __always_inline int locked(__u64 lock, int error, bool unlock_counts)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct tr_mark *m = acting(task);
	struct file *file;
	__u32 type;

	if (!m || error == -EBADF || error == -EINVAL)
		return 0;
	file = file_of_lock(lock, &type);
	if (!file || (type == F_UNLCK && !unlock_counts))
		return 0;
	file_seen(m, address_of(task), (__u64)file,
		  TR_EVENT_PERM_K | (type == F_WRLCK ? TR_EVENT_PERM_W : 0), TR_EVENT_ACT_LOCK,
		  error < 0 ? TR_PATH_REFUSED : 0);
	return 0;
}

SEC("?tp_btf/fcntl_setlk")
int BPF_PROG(point_fcntl_setlk, struct inode *inode, void *lock, int error)
{
	return locked(address_of(lock), error, true);
}

/* What is unlocked here may be so because it is closed, by whoever had locked nothing. */
SEC("?tp_btf/flock_lock_inode")
int BPF_PROG(point_flock_lock_inode, struct inode *inode, void *lock, int error)
{
	return locked(address_of(lock), error, false);
}

SEC("?tp_btf/generic_add_lease")
int BPF_PROG(point_generic_add_lease, struct inode *inode, void *lease)
{
	return locked(address_of(lease), 0, false);
}

/*
 * Older kernels do not tell of capabilities without a probe in their code. Security modules are
 * asked for those that the task has; whether it needed one or only looked for it is not told.
 */
SEC("?tp_btf/cap_capable")
int BPF_PROG(point_cap_capable, const struct cred *cred, struct user_namespace *target,
	     const struct user_namespace *ns, int cap, int ret)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct tr_mark *m;

	if (ret || cap < 0 || cap > 63)
		return 0;
	m = acting(task);
	if (m && is_own(task, m, cred))
		asked(m, address_of(task),
		      asked_word(TR_ASKED_CAPABILITY, 0, 0, TR_EVENT_NEED_UNKNOWN, (__u32)cap));
	return 0;
}
