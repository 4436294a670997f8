// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Syscalls.
 *
 *   sys_enter   notes the call in the task's row: one byte store, nothing allocated, nothing lost
 *   sys_exit    an exit whose enter was not seen is a refusal, as seccomp decides before the
 *               tracepoint; and descriptors that open and mmap name
 */
#include "files.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

/* Calls without a cell and refusals that were handed over already. */
struct call_key {
	__u32 row, nr;
	__s64 ret;
	__u16 abi, type;
	__u32 pad;
};
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 8192);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct call_key);
	__type(value, __u8);
} calls_seen SEC(".maps") __weak;

/* Out of line: rare, and the fast path of sys_enter stays short. */
static __noinline int call_seen(struct task_struct *task, struct tr_mark *m, struct call_key *key,
				__u16 inner)
{
	struct tr_event_denied *e;
	struct scratch *s;
	__u8 one = 1;

	if (bpf_map_lookup_elem(&calls_seen, key))
		return 0;
	s = scratch_take();
	if (!s) {
		count_loss(m->recording, TR_EVENT_LOSS_MISSED);
		return 0;
	}
	e = (struct tr_event_denied *)s->data;
	e->abi = key->abi;
	e->inner = inner;
	e->nr = key->nr;
	e->ret = key->ret;
	event_head(&s->head, key->type, task, m);
	if (!event_send(s, sizeof(*e), false) &&
	    bpf_map_update_elem(&calls_seen, key, &one, BPF_ANY))
		count_loss(m->recording, TR_EVENT_LOSS_MAP);
	scratch_give_back(s);
	return 0;
}

SEC("tp_btf/sys_enter")
int BPF_PROG(on_sys_enter, struct pt_regs *regs, long id)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct tr_mark *m = mark_of(task);
	struct call c;

	if (!m)
		return 0;
	m->in_call = 1;
	if (!counts(task, m))
		return 0;
	c = call_of(task, id);
	if (c.nr >= TR_ROW_NRS) {
		struct call_key key = {
			.row = m->row, .nr = c.nr, .abi = (__u16)c.abi, .type = TR_EVENT_ODD_CALL
		};

		return id == -1 ? 0 : call_seen(task, m, &key, 0);
	}
	note_call(m, c);
	return 0;
}

/*
 * An exit without an enter. The filter refused the call if one was there; a new child returning
 * from its fork (0) and rt_sigreturn (-1) look alike but for the value. A call returning its own
 * number was rolled back to be killed or trapped.
 */
static __always_inline void maybe_denied(struct task_struct *task, struct tr_mark *m,
					 struct pt_regs *regs, long ret)
{
	long id = call_number(regs);
	struct call c = call_of(task, id);
	struct call_key key = {
		.row = m->row, .nr = c.nr, .ret = ret, .abi = (__u16)c.abi, .type = TR_EVENT_DENIED
	};
	__u16 inner;

	if (id < 0 || !is_filtered(task, m) || !((ret < 0 && ret >= -4095) || ret == id))
		return;
	if (m->flags & TR_MARK_ENTERED) {
		/* Unconfined by its engine: whatever filter there is, is the workload's own. */
		if (!(m->flags & TR_MARK_FILTERED))
			return;
	}
	if (call_is_intercepted(task))
		return;
	inner = (m->flags & TR_MARK_ENTERED) &&
		(__u32)task->seccomp.filter_count.counter > m->entry_filters;
	call_seen(task, m, &key, inner);
}

/*
 * SECCOMP_RET_KILL_THREAD ends one thread of several on the spot (kernel/seccomp.c): its call has no
 * exit. A signal that ends the process has its mark in the process, and may find a thread anywhere.
 */
SEC("tp_btf/sched_process_exit")
int BPF_PROG(on_thread_killed, struct task_struct *task)
{
	struct tr_mark *m = mark_of(task);
	struct pt_regs *regs;

	if (!m || m->in_call || task->exit_code != SIGSYS ||
	    (task->signal->flags & SIGNAL_GROUP_EXIT))
		return 0;
	regs = (struct pt_regs *)bpf_task_pt_regs(task);
	maybe_denied(task, m, regs, call_number(regs));
	return 0;
}

/* flags of open_how, which openat2 has behind a pointer; 0 where it cannot be read. */
static __always_inline unsigned long how_flags(struct tr_mark *m, unsigned long how)
{
	__u64 flags = 0;

	if (bpf_probe_read_user(&flags, sizeof(flags), (void *)how))
		count_loss(m->recording, TR_EVENT_LOSS_STRING);
	return flags;
}

/* mmap and mmap2 agree in all but the offset. */
static __always_inline void mapped(struct task_struct *task, struct tr_mark *m,
				   struct pt_regs *regs, struct call c)
{
	struct file *file;

	if (!(call_arg(regs, c.abi, 2) & PROT_EXEC) || (call_arg(regs, c.abi, 3) & MAP_ANONYMOUS))
		return;
	file = file_of_fd(task, (int)call_arg(regs, c.abi, 4));
	if (file)
		file_seen(m, address_of(task), (__u64)file, TR_EVENT_PERM_M, TR_EVENT_ACT_MMAP);
}

/* arch/x86/entry/syscalls/syscall_64.tbl; x32 shares these numbers. */
static __always_inline void files_of_64(struct task_struct *task, struct tr_mark *m,
					struct pt_regs *regs, struct call c, long ret)
{
	switch (c.nr) {
	case 2: /* open */
		opened(task, m, ret, call_arg(regs, c.abi, 1));
		break;
	case 85: /* creat */
		opened(task, m, ret, O_CREAT | O_TRUNC);
		break;
	case 257: /* openat */
		opened(task, m, ret, call_arg(regs, c.abi, 2));
		break;
	case 437: /* openat2 */
		opened(task, m, ret, how_flags(m, call_arg(regs, c.abi, 2)));
		break;
	case 9: /* mmap */
		mapped(task, m, regs, c);
		break;
	}
}

/* arch/x86/entry/syscalls/syscall_32.tbl */
static __always_inline void files_of_32(struct task_struct *task, struct tr_mark *m,
					struct pt_regs *regs, struct call c, long ret)
{
	switch (c.nr) {
	case 5: /* open */
		opened(task, m, ret, call_arg(regs, c.abi, 1));
		break;
	case 8: /* creat */
		opened(task, m, ret, O_CREAT | O_TRUNC);
		break;
	case 295: /* openat */
		opened(task, m, ret, call_arg(regs, c.abi, 2));
		break;
	case 437: /* openat2 */
		opened(task, m, ret, how_flags(m, call_arg(regs, c.abi, 2)));
		break;
	case 192: /* mmap2 */
		mapped(task, m, regs, c);
		break;
	}
}

SEC("tp_btf/sys_exit")
int BPF_PROG(on_sys_exit, struct pt_regs *regs, long ret)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct tr_mark *m = mark_of(task);
	struct call c;

	if (!m)
		return 0;
	if (!m->in_call) {
		maybe_denied(task, m, regs, ret);
		return 0;
	}
	m->in_call = 0;
	if (m->level < TR_LEVEL_FILES || !(m->flags & TR_MARK_ENTERED) || (ret < 0 && ret >= -4095))
		return 0;
	c = call_of(task, call_number(regs));
	if (c.abi == TR_EVENT_ABI_I386)
		files_of_32(task, m, regs, c, ret);
	else
		files_of_64(task, m, regs, c, ret);
	return 0;
}
