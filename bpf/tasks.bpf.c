// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Marks: which tasks are a container's.
 *
 *   cgroup_attach_task   a process is moved into a container's cgroup: the first mark
 *   task_newtask         every child inherits; one born in the cgroup (CLONE_INTO_CGROUP, which
 *                        runc uses from 1.4 on) gets its first mark here
 *   sched_process_exit   counts down what is alive
 *   iter/task            seeds a container that was running before
 *
 * A mark never changes when its task moves: a container cannot leave its recording.
 */
#include "args.h"
#include "path.h"
#include "rows.h"
#include "scope.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

static __always_inline void announce(struct task_struct *task, struct tr_mark *m, __u16 type)
{
	struct tr_recording_state *r = recording_state(m->recording);
	struct scratch *s;

	int sent = -1;

	s = r ? scratch_take() : NULL;
	if (s) {
		event_head(&s->head, type, task, m);
		bpf_probe_read_kernel(s->data, TR_CGROUP_NAME_MAX, r->name);
		sent = event_send(s, TR_CGROUP_NAME_MAX, true);
		scratch_give_back(s);
	} else {
		count_loss(m->recording, TR_EVENT_LOSS_MARK);
	}
	/* Nobody asks for the losses of a recording that was never heard of. */
	if (sent && type == TR_EVENT_RECORDING)
		__sync_fetch_and_add(&lost_recordings, 1);
}

static __always_inline bool is_ending(struct task_struct *task)
{
	return BPF_CORE_READ(task, flags) & PF_EXITING;
}

/* One task less. */
static __always_inline void leave(struct task_struct *task, struct tr_mark *m,
				  struct tr_recording_state *r)
{
	if (__sync_fetch_and_add(&r->live, -1) == 1)
		announce(task, m, TR_EVENT_ENDED);
}

/* Counts a task out, once: its end, or who has marked it while it ended, or both. */
static __always_inline void count_out(struct task_struct *task, struct tr_mark *m)
{
	struct tr_recording_state *r = recording_state(m->recording);

	if (r && __sync_lock_test_and_set(&m->life, TR_LIFE_OUT) == TR_LIFE_IN)
		leave(task, m, r);
}

/*
 * Counts a task in that has got its mark, once: a pass over all tasks may meet it at the moment when it is born
 * or moved, and both give it one, which is the same. Before it is `in`, its end does not count it out.
 */
static __always_inline void count_in(struct task_struct *task, struct tr_mark *m,
				     struct tr_recording_state *r)
{
	if (__sync_fetch_and_add(&r->live, 1) == 0)
		announce(task, m, TR_EVENT_RECORDING);
	if (__sync_val_compare_and_swap(&m->life, TR_LIFE_NEW, TR_LIFE_IN) != TR_LIFE_NEW)
		leave(task, m, r);
	/* Its end may have come before the mark. */
	if (is_ending(task))
		count_out(task, m);
}

/* What the first mark of a line of tasks says, of one that has not entered. */
static __always_inline void mark_fill(struct tr_mark *m, struct task_struct *task, __u16 recording,
				      __u8 level)
{
	m->recording = recording;
	m->level = level;
	m->phase = TR_EVENT_PHASE_RUNTIME;
	m->base_filters = (__u32)task->seccomp.filter_count.counter;
	m->runtime_mnt_ns = BPF_CORE_READ(task, real_parent, nsproxy, mnt_ns, ns.inum);
	/* It may be in a call right now, whose enter was not seen. */
	m->in_call = 1;
	row_of_phase(m);
}

/*
 * The first mark of a line of tasks. The task may be running and have children: it gets its mark as a whole.
 * Returns NULL if it cannot be marked.
 */
static __always_inline struct tr_mark *mark_first(struct task_struct *task, struct tr_mark *fresh)
{
	struct tr_recording_state *r = recording_state(fresh->recording);
	struct tr_mark *m;

	/* One that has ended already would be taken for alive for ever: nothing counts it out. */
	if (!r || is_ending(task))
		return NULL;
	m = mark_task(task, fresh);
	if (!m) {
		count_loss(fresh->recording, TR_EVENT_LOSS_MARK);
		return NULL;
	}
	count_in(task, m, r);
	return m;
}

SEC("tp_btf/cgroup_attach_task")
int BPF_PROG(on_cgroup_attach_task, struct cgroup *dst, const char *path, struct task_struct *task,
	     bool threadgroup)
{
	struct tr_mark fresh = { 0 }, *m;
	struct tr_recording_state *r;
	int recording;

	/* Wherever it moves to: a container that names cgroups of its own gets no slots for them. */
	if (mark_of(task))
		return 0;
	recording = recording_of_cgroup(address_of(dst), UNKNOWN_IS_NEW, NAMES_OF_ATTACH);
	r = recording_state((__u32)recording);
	if (!r)
		return 0;
	mark_fill(&fresh, task, (__u16)recording, r->level);
	m = mark_first(task, &fresh);
	if (!m)
		return 0;
	/*
	 * The tracepoint fires once, for the leader, and the other threads' structs cannot be had
	 * here on 5.15. Runtimes join while single-threaded; for the rest the recorder seeds.
	 */
	if (threadgroup && BPF_CORE_READ(task, signal, nr_threads) > 1)
		announce(task, m, TR_EVENT_THREADS);
	return 0;
}

/*
 * A pass over all tasks may have met a new one before it was told of, and could not tell then what it is.
 * It does not run yet.
 */
static __always_inline void mark_as(struct tr_mark *m, const struct tr_mark *other)
{
	m->in_call = other->in_call;
	if (m->flags == other->flags || m->recording != other->recording)
		return;
	m->flags = other->flags;
	m->phase = other->phase;
	m->row = other->row;
	m->base_filters = other->base_filters;
	m->entry_filters = other->entry_filters;
	m->bounding = other->bounding;
}

/* Born into another cgroup than its parent's: copy_process has moved it by now. */
static __always_inline void mark_born(struct task_struct *task, struct task_struct *parent)
{
	struct tr_mark fresh = { 0 }, *m;
	struct tr_recording_state *r;
	int recording;

	if (BPF_CORE_READ(task, cgroups) == BPF_CORE_READ(parent, cgroups))
		return;
	recording = recording_of_task(address_of(task), UNKNOWN_IS_NEW, NAMES_OF_NEWTASK);
	r = recording_state((__u32)recording);
	if (!r)
		return;
	mark_fill(&fresh, task, (__u16)recording, r->level);
	fresh.in_call = 0;
	m = mark_first(task, &fresh);
	if (m)
		mark_as(m, &fresh);
}

SEC("tp_btf/task_newtask")
int BPF_PROG(on_task_newtask, struct task_struct *task, __u64 clone_flags)
{
	struct task_struct *parent = bpf_get_current_task_btf();
	struct tr_mark *m = mark_of(parent), *child, copy;
	struct tr_recording_state *r;

	if (!m) {
		mark_born(task, parent);
		return 0;
	}
	copy = *m;
	copy.life = TR_LIFE_NEW;
	/* Its first sight of user space is the return of the fork: an exit without an enter. */
	copy.in_call = 0;
	/*
	 * The runtime forks under the filter, before the entry: a hook (startContainer). Its exec is
	 * not the entry. A thread is the runtime's own.
	 */
	if (!(m->flags & TR_MARK_ENTERED) && !(clone_flags & CLONE_THREAD) &&
	    is_filtered(parent, m))
		copy.flags |= TR_MARK_HELPER;
	child = mark_task(task, &copy);
	r = recording_state(copy.recording);
	if (!child || !r) {
		count_loss(copy.recording, TR_EVENT_LOSS_MARK);
		return 0;
	}
	mark_as(child, &copy);
	count_in(task, child, r);
	return 0;
}

SEC("tp_btf/sched_process_exit")
int BPF_PROG(on_sched_process_exit, struct task_struct *task)
{
	struct tr_mark *m = mark_of(task);

	if (!m)
		return 0;
	seat_leave((__u32)task->pid, task, m);
	count_out(task, m);
	forget_late_mark(task);
	return 0;
}

/*
 * The call a seeded task is in was let in before we came; it may be the only one that this task
 * ever makes again, or its last. Outside of calls, the number is that of the one before.
 */
static __always_inline void note_call_under_way(struct task_struct *task, struct tr_mark *m)
{
	struct pt_regs *regs = (struct pt_regs *)bpf_task_pt_regs(task);
	long id = regs ? call_number(regs) : -1;

	if (id < 0)
		return;
	note_call(m->row, call_of(task, id));
	args_of_call(m, address_of(task), address_of(regs), call_of(task, id), TR_ARG_LET_IN);
}

/*
 * A thread whose leader was marked when the process was moved into the cgroup is what its leader
 * was then: for the runtime's, still outside of what counts.
 */
static __always_inline struct tr_mark *mark_thread(struct task_struct *task, struct tr_mark *leader)
{
	struct tr_mark copy = *leader;

	copy.in_call = 1;
	copy.life = TR_LIFE_NEW; /* the leader may have ended */
	return mark_first(task, &copy);
}

/*
 * A task of a container that was running before. What it did before is not known, and neither is the moment
 * of its entry: it counts from here, as main.
 */
static __always_inline struct tr_mark *mark_running(struct task_struct *task, __u16 recording,
						    struct tr_recording_state *r)
{
	struct file *exe = BPF_CORE_READ(task, mm, exe_file);
	struct tr_mark fresh = { 0 };

	if (is_ending(task))
		return NULL;
	/* The next entry is an exec's, or a restart's: not this container's first. */
	r->entered = 1;
	mark_fill(&fresh, task, recording, r->level);
	fresh.flags = TR_MARK_NO_START | TR_MARK_ENTERED;
	fresh.phase = TR_EVENT_PHASE_MAIN;
	/* All its filters are the container's, as far as can be told. */
	fresh.entry_filters = fresh.base_filters;
	fresh.base_filters = 0;
	if (fresh.entry_filters)
		fresh.flags |= TR_MARK_FILTERED;
	fresh.bounding = bounding_set(task);
	row_of_phase(&fresh);
	if (exe)
		row_of_file(&fresh, address_of(task), (__u64)exe);
	return mark_first(task, &fresh);
}

/* "runc_clo", as a number */
#define MEMFD_RUNC 0x6f6c635f636e7572ULL

/*
 * Whether a process in a container's cgroup is the runtime's still, on its way to a `docker exec` or a health
 * check: its parent is outside, and it runs what no mount of its own namespace has. That is a file of its
 * parent's, or of a mount that was detached, or a memfd (runc's libcontainer/nsenter/cloned_binary.c).
 */
static __always_inline bool is_runtime(struct task_struct *task, int recording)
{
	struct file *exe = BPF_CORE_READ(task, mm, exe_file);
	struct task_struct *parent = BPF_CORE_READ(task, real_parent);
	struct mnt_namespace *ns;
	struct vfsmount *mnt;
	__u64 name = 0;

	if (!exe || !parent)
		return false;
	mnt = BPF_CORE_READ(exe, f_path.mnt);
	ns = BPF_CORE_READ(real_mount(mnt), mnt_ns);
	if (ns == BPF_CORE_READ(task, nsproxy, mnt_ns))
		return false;
	if ((__u64)ns >= (__u64)-4095) {
		/* "memfd:runc_cloned:/proc/self/exe"; what a workload runs from a memfd is the workload's. */
		bpf_probe_read_kernel(&name, sizeof(name),
				      BPF_CORE_READ(exe, f_path.dentry, d_name.name) + 6);
		if (name != MEMFD_RUNC)
			return false;
	} else if (ns && ns != BPF_CORE_READ(parent, nsproxy, mnt_ns)) {
		return false;
	}
	return recording_of_task(address_of(parent), UNKNOWN_IS_NONE, NAMES_OF_SEED) != recording;
}

/* Its entry is still to come. It may have the container's filter already. */
static __always_inline struct tr_mark *mark_runtime(struct task_struct *task, __u16 recording,
						    struct tr_recording_state *r)
{
	struct tr_mark fresh = { 0 };

	r->entered = 1;
	mark_fill(&fresh, task, recording, r->level);
	fresh.base_filters = (__u32)BPF_CORE_READ(task, real_parent, seccomp.filter_count.counter);
	return mark_first(task, &fresh);
}

/* A container that runs already has no entry to keep its root at, and may be gone before it is first asked for. */
static __always_inline void tell_of_process(struct seq_file *seq, struct task_struct *task,
					    struct tr_mark *m)
{
	struct tr_seeded told = { .tgid = (__u32)task->tgid, .recording = m->recording };

	if (task->pid == task->tgid && (m->flags & TR_MARK_ENTERED))
		bpf_seq_write(seq, &told, sizeof(told));
}

/*
 * One pass over all tasks: those in a recording's cgroup without a mark get one. The recorder
 * repeats it until a pass adds none; children born meanwhile inherit. `seeding` says which; or that the
 * containers that run already are noted as none of our business instead.
 */
SEC("iter/task")
int seed_tasks(struct bpf_iter__task *ctx)
{
	struct task_struct *task = ctx->task;
	struct tr_recording_state *r;
	struct tr_mark *m, *leader;
	int recording;

	if (!task || mark_of(task))
		return 0;
	leader = mark_of(task->group_leader);
	if (!leader && seeding == TR_SEED_THREADS)
		return 0;
	recording = recording_of_task(
		address_of(task), seeding == TR_SEED_IGNORE ? UNKNOWN_IS_IGNORED : UNKNOWN_IS_NONE,
		NAMES_OF_SEED);
	r = recording_state((__u32)recording);
	if (!r || seeding == TR_SEED_IGNORE)
		return 0;
	if (leader)
		m = mark_thread(task, leader);
	else if (is_runtime(task, recording))
		m = mark_runtime(task, (__u16)recording, r);
	else
		m = mark_running(task, (__u16)recording, r);
	if (!m)
		return 0;
	if ((m->flags & TR_MARK_ENTERED) || (leader && counts(task, m)))
		note_call_under_way(task, m);
	__sync_fetch_and_add(&seeded, 1);
	tell_of_process(ctx->meta->seq, task, m);
	return 0;
}
