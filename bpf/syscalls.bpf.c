// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Syscalls.
 *
 *   sys_enter   notes the call in the task's row: one byte store, nothing allocated, nothing lost;
 *               and of a few calls, the values of the arguments that decide what they do
 *   sys_exit    an exit whose enter was not seen is a refusal, as seccomp decides before the
 *               tracepoint; and descriptors that open and mmap name
 */
#define BPF_BY_LOADS
#include "args.h"
#include "asked_calls.h"
#include "calls.h"
#include "files.h"
#include "named.h"

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
	__uint(max_entries, 16384);
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
	s = scratch_for(m);
	if (!s)
		return 0;
	e = (struct tr_event_denied *)s->data;
	e->abi = key->abi;
	e->inner = inner;
	e->nr = key->nr;
	e->ret = key->ret;
	event_head(&s->head, key->type, task, m);
	/* A full table only means that the event comes again; the recorder knows it by then. */
	if (!event_send(s, sizeof(*e), false))
		remember(&calls_seen, TR_TABLE_CALLS, key, &one, m->recording);
	scratch_give_back(s);
	return 0;
}

/* Out of line like all that is rare, see on_sys_enter. */
static __noinline int odd_call(struct task_struct *task, struct tr_mark *m, __u32 abi, __u32 nr)
{
	struct call_key key = {
		.row = m->row, .nr = nr, .abi = (__u16)abi, .type = TR_EVENT_ODD_CALL
	};

	return call_seen(task, m, &key, 0);
}

static __always_inline __u8 in_call_by(__u8 call, __u8 exits)
{
	return 1 + (call & exits);
}

/* A call of a task that has no seat: it has not entered yet, or another has the seat. */
static __noinline int enter_unseated(struct task_struct *task, struct tr_mark *m, __u64 regs,
				     long id)
{
	struct call c = call_of(task, id);
	__u32 cell = CELL(c.abi, c.nr);

	m->in_call = 1;
	if (!counts(task, m))
		return 0;
	if (c.nr >= TR_ROW_NRS || cell >= TR_ROW_CELLS)
		return id == -1 ? 0 : odd_call(task, m, c.abi, c.nr);
	if (m->flags & TR_MARK_ENTERED)
		m->in_call = in_call_by(cfg_calls[cell], exits_at(m->level));
	note_call(m->row, c);
	args_of_call(m, address_of(task), regs, c, TR_ARG_LET_IN);
	return 0;
}

/* The same, but it takes the seat if it can: then it returns true, and has done nothing else. */
static __noinline int enter_first(struct task_struct *task, __u64 regs, long id)
{
	struct tr_mark *m = mark_of(task);

	if (!m)
		return false;
	if (seat_take(seat_of(task), task, m))
		return true;
	enter_unseated(task, m, regs, id);
	return false;
}

/* What is rarely to be done of a call by a task that has its seat. */
static __noinline int enter_rarely(struct task_struct *task, __u64 regs, long id)
{
	struct tr_mark *m = mark_of(task);
	struct call c = call_of(task, id);

	if (!m)
		return 0;
	if (c.nr >= TR_ROW_NRS)
		return id == -1 ? 0 : odd_call(task, m, c.abi, c.nr);
	args_of_call(m, address_of(task), regs, c, TR_ARG_LET_IN);
	return 0;
}

/*
 * Since Linux 7 a program on a tracepoint may be preempted, and while it is, the kernel skips the same program
 * for all that run on that CPU (__bpf_trace_run in kernel/trace/bpf_trace.c: prog->active). Those that come
 * by way of perf are not preempted (perf_syscall_enter and its like disable that). They cost more, and so are for
 * such kernels alone. What they get (include/trace/events/syscalls.h) has the number where the others have
 * it, and the result one word further; registers they have to ask for.
 */
#define REGS(steady, ctx)                                                            \
	((steady) ? (struct pt_regs *)bpf_task_pt_regs(bpf_get_current_task_btf()) : \
		    (struct pt_regs *)(ctx)[0])
#define RESULT(steady, ctx) ((long)(ctx)[(steady) ? 2 : 1])

/*
 * This and sys_exit run at every call of every task. What they hold across a call of a helper is
 * a register to save each time, and a stack of 64 bytes is one to set up: so arguments are read
 * where they are needed, and what is rare is done out of line.
 */
static __always_inline int sys_enter(bool steady, __u64 *ctx)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct tr_seat *seat;
	struct call c;
	__u32 cell;
	__u8 call;

	if (!may_have_mark(task))
		return 0;
	seat = seat_of(task);
	if (unlikely(seat->task != (__u64)task) &&
	    !enter_first(task, address_of(REGS(steady, ctx)), (long)ctx[1]))
		return 0;
	c = call_of(task, (long)ctx[1]);
	cell = CELL(c.abi, c.nr);
	if (unlikely(c.nr >= TR_ROW_NRS || cell >= TR_ROW_CELLS)) {
		seat->in_call = 1;
		return enter_rarely(task, 0, (long)ctx[1]);
	}
	call = cfg_calls[cell];
	seat->in_call = in_call_by(call, seat->exits);
	note_call(seat->row, c);
	if (unlikely(call & TR_CALL_ARGS))
		enter_rarely(task, address_of(REGS(steady, ctx)), (long)ctx[1]);
	return 0;
}

SEC("?tp_btf/sys_enter")
int on_sys_enter(__u64 *ctx)
{
	return sys_enter(false, ctx);
}

SEC("?tracepoint/raw_syscalls/sys_enter")
int on_sys_enter_steady(__u64 *ctx)
{
	return sys_enter(true, ctx);
}

/*
 * An exit without an enter. The filter refused the call if one was there; a new child returning
 * from its fork (0) and rt_sigreturn (-1) look alike but for the value. A call returning its own
 * number was rolled back to be killed or trapped.
 */
static __noinline int maybe_denied(struct task_struct *task, struct tr_mark *m,
				   struct pt_regs *regs, long ret)
{
	long id = call_number(regs);
	struct call c = call_of(task, id);
	struct call_key key = {
		.row = m->row, .nr = c.nr, .ret = ret, .abi = (__u16)c.abi, .type = TR_EVENT_DENIED
	};
	__u16 inner;

	if (id < 0 || !is_filtered(task, m) || !((ret < 0 && ret >= -4095) || ret == id))
		return 0;
	if (m->flags & TR_MARK_ENTERED) {
		/* Unconfined by its engine: whatever filter there is, is the workload's own. */
		if (!(m->flags & TR_MARK_FILTERED))
			return 0;
	}
	if (call_is_intercepted(task))
		return 0;
	inner = (m->flags & TR_MARK_ENTERED) &&
		(__u32)task->seccomp.filter_count.counter > m->entry_filters;
	args_of_call(m, address_of(task), address_of(regs), c,
		     inner ? TR_ARG_DENIED_INNER : TR_ARG_DENIED);
	return call_seen(task, m, &key, inner);
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

	if (!m || seat_in_call(task, m) || task->exit_code != SIGSYS ||
	    (task->signal->flags & SIGNAL_GROUP_EXIT))
		return 0;
	regs = (struct pt_regs *)bpf_task_pt_regs(task);
	maybe_denied(task, m, regs, call_number(regs));
	return 0;
}

/* flags of open_how, which openat2 has behind a pointer; 0 where it cannot be read. */
static __always_inline unsigned long how_flags(struct task_struct *task, unsigned long how)
{
	__u64 flags = 0;
	struct tr_mark *m;

	if (bpf_probe_read_user(&flags, sizeof(flags), (void *)how)) {
		m = mark_of(task);
		if (m)
			count_loss(m->recording, TR_EVENT_LOSS_STRING);
	}
	return flags;
}

/* A descriptor that an open call returned, with that call's flags. */
static __always_inline void opened(bool cast, struct task_struct *task, __u32 row, long fd,
				   unsigned long flags)
{
	struct file *file = file_of_fd(cast, task, fd);

	if (file)
		file_met(cast, task, row, file, asked_by_open(READ(cast, file, f_mode), flags));
}

/*
 * What a mapping asks for, by mmap_prot in security/security.c: programs marked as ones of old map what
 * they read executable.
 */
static __always_inline bool maps_executable(bool cast, struct task_struct *task, struct file *file,
					    unsigned long prot)
{
	struct vfsmount *mnt;

	if (prot & PROT_EXEC)
		return true;
	mnt = READ_PTR(cast, file, f_path.mnt);
	return !(READ(cast, mnt, mnt_flags) & MNT_NOEXEC);
}

/* mmap and mmap2 agree in all but the offset. */
static __always_inline void mapped(bool cast, struct task_struct *task, __u32 row,
				   struct pt_regs *regs, __u32 abi)
{
	struct asked_of_open asked = { TR_EVENT_PERM_M, TR_EVENT_ACT_MMAP };
	unsigned long prot = call_arg(regs, abi, 2);
	struct file *file;

	if ((call_arg(regs, abi, 3) & MAP_ANONYMOUS) ||
	    (!(prot & PROT_EXEC) &&
	     !((prot & PROT_READ) && (task->personality & READ_IMPLIES_EXEC))))
		return;
	file = file_of_fd(cast, task, (int)call_arg(regs, abi, 4));
	if (file && maps_executable(cast, task, file, prot))
		file_met(cast, task, row, file, asked);
}

static __always_inline void file_call(bool cast, struct task_struct *task, __u32 row,
				      struct pt_regs *regs, enum file_call which, long ret)
{
	__u32 abi = call_of(task, call_number(regs)).abi;
	unsigned long flags;

	switch (which) {
	case FILE_CALL_OPEN:
		flags = call_arg(regs, abi, 1);
		break;
	case FILE_CALL_CREAT:
		flags = O_CREAT | O_TRUNC;
		break;
	case FILE_CALL_OPENAT:
	case FILE_CALL_HANDLE:
		flags = call_arg(regs, abi, 2);
		break;
	case FILE_CALL_OPENAT2:
		flags = how_flags(task, call_arg(regs, abi, 2));
		break;
	case FILE_CALL_MMAP:
		mapped(cast, task, row, regs, abi);
		return;
	default:
		return;
	}
	opened(cast, task, row, ret, flags);
}

/* The end of a call that was not let in, or that opens or maps. */
static __always_inline int exit_rarely(bool cast, struct task_struct *task, __u32 row, __u8 in_call,
				       struct pt_regs *regs, long ret)
{
	struct tr_mark *m;

	if (in_call) {
		if (ret >= 0 || ret < -4095)
			file_call(cast, task, row, regs, (enum file_call)(in_call - 1), ret);
		return 0;
	}
	m = mark_of(task);
	return m ? maybe_denied(task, m, regs, ret) : 0;
}

/* Nearly all opens that fail find nothing. */
static __always_inline bool open_may_have_asked(__u8 in_call, long ret)
{
	return ret < 0 && ret >= -4095 && ret != -ENOENT && in_call > 1 &&
	       in_call <= FILE_CALL_NAMED;
}

/* Huge pages have a file, which only the mapping tells of. */
static __always_inline bool maps_huge(struct task_struct *task, __u8 in_call, struct pt_regs *regs)
{
	unsigned long anonymous = MAP_ANONYMOUS | MAP_HUGETLB;

	return in_call == 1 + FILE_CALL_MMAP &&
	       (call_arg(regs, call_of(task, call_number(regs)).abi, 3) & anonymous) == anonymous;
}

/* The end of a call that does something else; not in exit_rarely, for the stack is short. */
static __noinline int exit_other(struct task_struct *task, __u8 in_call, struct pt_regs *regs,
				 long ret)
{
	struct tr_mark *m = mark_of(task);
	__u32 what = (in_call - 1) | call_of(task, call_number(regs)).abi << 16;

	if (!m)
		return 0;
	if (in_call <= FILE_CALL_NAMED)
		return ret < 0 && ret >= -4095 ?
			       open_failed(m, address_of(task), address_of(regs), what, ret) :
			       huge_mapped(m, address_of(regs), what >> 16, ret);
	if (in_call > FILE_CALL_DESCRIPTOR && in_call <= FILE_CALL_NAMED_END)
		return descriptor_call(m, address_of(task),
				       call_arg_at(address_of(regs), what >> 16, 0), in_call - 1,
				       ret);
	if (in_call <= FILE_CALL_NAMED_END)
		return named_call(m, address_of(task), address_of(regs), what, ret);
	return asked_call(m, address_of(task), address_of(regs), what, ret);
}

static __noinline int exit_rarely_cast(struct task_struct *task, __u32 row, __u8 in_call,
				       struct pt_regs *regs, long ret)
{
	return exit_rarely(true, task, row, in_call, regs, ret);
}

static __noinline int exit_rarely_uncast(struct task_struct *task, __u32 row, __u8 in_call,
					 struct pt_regs *regs, long ret)
{
	return exit_rarely(false, task, row, in_call, regs, ret);
}

static __always_inline int sys_exit(bool cast, bool steady, __u64 *ctx)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct tr_seat *seat;
	struct tr_mark *m;
	__u8 in_call;
	__u32 row;

	if (!may_have_mark(task))
		return 0;
	seat = seat_of(task);
	if (likely(seat->task == (__u64)task)) {
		in_call = seat->in_call;
		seat->in_call = 0;
		if (likely(in_call == 1))
			return 0;
		row = seat->row;
	} else {
		m = mark_of(task);
		if (!m)
			return 0;
		in_call = m->in_call;
		m->in_call = 0;
		if (in_call == 1)
			return 0;
		row = m->row;
	}
	if (in_call > FILE_CALL_NAMED || open_may_have_asked(in_call, RESULT(steady, ctx)) ||
	    maps_huge(task, in_call, REGS(steady, ctx)))
		return exit_other(task, in_call, REGS(steady, ctx), RESULT(steady, ctx));
	if (cast)
		return exit_rarely_cast(task, row, in_call, REGS(steady, ctx), RESULT(steady, ctx));
	return exit_rarely_uncast(task, row, in_call, REGS(steady, ctx), RESULT(steady, ctx));
}

/* One of the three is loaded: the second where bpf_rdonly_cast is not. */
SEC("?tp_btf/sys_exit")
int on_sys_exit(__u64 *ctx)
{
	return sys_exit(true, false, ctx);
}

SEC("?tp_btf/sys_exit")
int on_sys_exit_uncast(__u64 *ctx)
{
	return sys_exit(false, false, ctx);
}

SEC("?tracepoint/raw_syscalls/sys_exit")
int on_sys_exit_steady(__u64 *ctx)
{
	return sys_exit(true, true, ctx);
}
