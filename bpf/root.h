/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the recorder needs to follow a name as the current task would: whose root it is below. */
#ifndef BPF_ROOT_H
#define BPF_ROOT_H

#include "path.h"

/* The number of the task in its own, innermost pid namespace. */
static __always_inline __u32 own_number(struct pid *pid)
{
	__u32 level = BPF_CORE_READ(pid, level);
	struct upid upid = { 0 };

	bpf_core_read(&upid, sizeof(upid), &pid->numbers[level & 31]);
	return (__u32)upid.nr;
}

static __always_inline void root_fill(struct tr_event_root *e, struct task_struct *task)
{
	e->tid = (__u32)BPF_CORE_READ(task, pid);
	e->mnt_ns = BPF_CORE_READ(task, nsproxy, mnt_ns, ns.inum);
	e->own_tgid = own_number(BPF_CORE_READ(task, group_leader, thread_pid));
	e->own_tid = own_number(BPF_CORE_READ(task, thread_pid));
	e->dev = BPF_CORE_READ(task, fs, root.mnt, mnt_sb, s_dev);
}

/* Appends the path of the root of the process. Returns the bytes added: none for the namespace's own. */
static __always_inline __u32 root_append(struct scratch *s, struct tr_mark *m,
					 struct task_struct *task, __u32 at)
{
	struct walked w = path_walk(s, m->recording, BPF_CORE_READ(task, fs, root.mnt),
				    BPF_CORE_READ(task, fs, root.dentry));

	return w.len ? path_append(s, &w, at) : 0;
}

/*
 * The last of a mount's strings: the root that the names of it are below. Returns the whole length; 0 if there
 * is no room for it, which is counted.
 */
static __always_inline __u32 mount_root_append(struct scratch *s, struct tr_mark *m,
					       struct task_struct *task, struct tr_event_mount *e,
					       __u32 at)
{
	if (at > STRINGS_BYTES - PATH_BYTES) {
		count_loss(m->recording, TR_EVENT_LOSS_PATH_LONG);
		return 0;
	}
	root_fill(&e->root, task);
	e->root_len = (__u16)root_append(s, m, task, at);
	return at + e->root_len;
}

#endif
