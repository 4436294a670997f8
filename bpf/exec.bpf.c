// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Execs: the entry, which executable a task runs from now on, and the exec as a fact.
 */
#include "files.h"
#include "rows.h"
#include "vma.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

/* The number of the task in its own, innermost pid namespace. */
static __always_inline int own_pid(struct task_struct *task, __u32 *ret_ns)
{
	struct pid *pid = BPF_CORE_READ(task, thread_pid);
	__u32 level = BPF_CORE_READ(pid, level);
	struct upid upid = { 0 };

	/* numbers[] is as long as the level; 32 is the kernel's limit (MAX_PID_NS_LEVEL). */
	bpf_core_read(&upid, sizeof(upid), &pid->numbers[level & 31]);
	*ret_ns = BPF_CORE_READ(upid.ns, ns.inum);
	return upid.nr;
}

/*
 * Whether this exec is where the runtime hands over to the container's program. Under a filter:
 * the first exec with it, by the one who loaded it. Without: the first outside the host's mount
 * namespace and the runtime's, which may be another (an engine with files of its own), and where runc
 * executes a copy of itself; and as hooks exec there too, before the container has entered, only
 * pid 1 of its namespace, or anyone where the container shares the host's.
 */
static __always_inline bool is_entry(struct task_struct *task, struct tr_mark *m,
				     struct tr_recording_state *r)
{
	__u32 mnt_ns, pid_ns;
	int pid;

	if (m->flags & (TR_MARK_ENTERED | TR_MARK_HELPER))
		return false;
	if (m->flags & TR_MARK_COMMAND)
		return true;
	if (is_filtered(task, m))
		return true;
	mnt_ns = BPF_CORE_READ(task, nsproxy, mnt_ns, ns.inum);
	if (mnt_ns == cfg_host_mnt_ns || mnt_ns == m->runtime_mnt_ns)
		return false;
	pid = own_pid(task, &pid_ns);
	return r->entered || pid == 1 || pid_ns == cfg_host_pid_ns;
}

static __always_inline void enter(struct task_struct *task, struct tr_mark *m,
				  struct tr_recording_state *r)
{
	bool first = __sync_val_compare_and_swap(&r->entered, 0, 1) == 0;
	__u32 pid_ns;

	m->entry_filters = (__u32)task->seccomp.filter_count.counter;
	m->bounding = bounding_set(task);
	m->flags |= TR_MARK_ENTERED;
	if (is_filtered(task, m))
		m->flags |= TR_MARK_FILTERED;
	/* A restart enters again, as pid 1; a `docker exec` never is. */
	if (first || (m->flags & TR_MARK_COMMAND) ||
	    (own_pid(task, &pid_ns) == 1 && pid_ns != cfg_host_pid_ns))
		m->phase = TR_EVENT_PHASE_MAIN;
	else
		m->phase = TR_EVENT_PHASE_EXEC;
	if (m->phase == TR_EVENT_PHASE_MAIN)
		__sync_fetch_and_add(&r->starts, 1);
}

static __always_inline void send_entry(struct task_struct *task, struct tr_mark *m)
{
	struct scratch *s = scratch_take();

	if (!s) {
		count_loss(m->recording, TR_EVENT_LOSS_MARK);
		return;
	}
	event_head(&s->head, TR_EVENT_ENTRY, task, m);
	event_send(s, 0, true);
	scratch_give_back(s);
}

/* include/uapi/linux/auxvec.h: where the program interpreter is mapped; 0, or not there: there is none */
#define AT_BASE	   7
#define AUXV_PAIRS 24

/*
 * The address of the program interpreter (ld.so), as the kernel has told the program. Pairs of words, whose
 * width is the program's: of wide ones the first number, which is small, has nothing in its upper half.
 */
static __always_inline __u64 interpreter_base(struct task_struct *task)
{
	struct mm_struct *mm = task->mm;
	__u64 at = (__u64)mm + bpf_core_field_offset(mm->saved_auxv), pair[2] = { 0 };
	__u32 narrow[2];

	bpf_probe_read_kernel(pair, 8, (void *)at);
	if (!(pair[0] >> 32)) {
		for (int i = 0; i < AUXV_PAIRS && pair[0] != AT_BASE; i++)
			bpf_probe_read_kernel(pair, 16, (void *)(at + i * 16));
		return pair[0] == AT_BASE ? pair[1] : 0;
	}
	narrow[0] = narrow[1] = 0;
	for (int i = 0; i < AUXV_PAIRS && narrow[0] != AT_BASE; i++)
		bpf_probe_read_kernel(narrow, 8, (void *)(at + i * 8));
	return narrow[0] == AT_BASE ? narrow[1] : 0;
}

/* A mount that no namespace has (fs/mount.h: MNT_NS_INTERNAL). */
static __always_inline bool is_internal(__u64 mnt)
{
	return (__u64)BPF_CORE_READ(real_mount((struct vfsmount *)mnt), mnt_ns) >= (__u64)-4095;
}

/*
 * The program interpreter, which the kernel has opened and mapped by itself: no call tells of it. Here it can be
 * seen where it is, whatever becomes of the process. No permission is asked for it.
 */
__weak __noinline int interpreter_seen(struct tr_mark *m)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct place p = { .act = TR_EVENT_ACT_INTERPRETER };
	struct dentry *dentry;
	struct inode *inode;
	struct vma_walk w;
	struct file *file;
	__u64 base;

	if (!m || !task->mm || !bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_find_vma))
		return 0;
	base = interpreter_base(task);
	if (!base || vma_at(m, base, &w) || !w.file)
		return 0;
	file = (struct file *)w.file;
	p.mnt = (__u64)BPF_CORE_READ(file, f_path.mnt);
	dentry = BPF_CORE_READ(file, f_path.dentry);
	if (!has_path(false, dentry))
		return 0;
	/*
	 * A file system made of others maps a file of those, in a mount of its own, and keeps beside it the path
	 * that the program has (fs/backing-file.c, since Linux 6.8).
	 */
	if (is_internal(p.mnt) && bpf_core_field_exists(((struct backing_file *)file)->user_path)) {
		struct backing_file *backing = (struct backing_file *)w.file;

		p.mnt = (__u64)BPF_CORE_READ(backing, user_path.mnt);
		dentry = BPF_CORE_READ(backing, user_path.dentry);
	}
	inode = BPF_CORE_READ(dentry, d_inode);
	p.dentry = (__u64)dentry;
	p.inode = (__u64)inode;
	p.owner = owns(task, inode);
	return place_seen(m, &p);
}

SEC("tp_btf/sched_process_exec")
int BPF_PROG(on_sched_process_exec, struct task_struct *task, int old_pid,
	     struct linux_binprm *bprm)
{
	struct tr_mark *m = mark_of(task);
	struct tr_recording_state *r = m ? recording_state(m->recording) : NULL;
	bool entered = false;

	if (!r)
		return 0;
	/* Its row changes, and, if it is a thread, its number: the leader's. */
	seat_leave((__u32)old_pid, task, m);
	if (is_entry(task, m, r)) {
		enter(task, m, r);
		entered = true;
	}
	if (!(m->flags & TR_MARK_ENTERED))
		return 0;
	row_of_file(m, address_of(task), address_of(bprm->file));
	if (entered)
		send_entry(task, m);
	if (m->level >= TR_LEVEL_FILES) {
		exec_seen(m, address_of(task), address_of(bprm));
		interpreter_seen(m);
	}
	return 0;
}
