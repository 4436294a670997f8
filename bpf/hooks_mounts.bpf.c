// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Hooks on mounts. They are rare: each is handed over, and the recorder knows those it has. */
#include "hooks.h"
#include "mount_op.h"
#include "root.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

/* A mount under construction; addresses, see address_of. */
struct mounting {
	__u64 task;
	__u64 mnt, dentry; /* the mount point, or the new root */
	__u64 source_mnt, source_dentry; /* what it comes from, where the kernel knows; else 0 */
	__u64 source, fstype; /* strings; 0: none */
	__u64 flags; /* MS_* or MNT_* */
	__u64 op; /* TR_EVENT_MOUNT_* */
};

static __always_inline bool is_directory(__u64 dentry)
{
	return (BPF_CORE_READ((struct dentry *)dentry, d_inode, i_mode) & S_IFMT) == S_IFDIR;
}

/* The source, behind `at`; returns its length. */
static __always_inline __u32 source_append(struct scratch *s, struct tr_mark *m, struct mounting *p,
					   struct tr_event_mount *e, __u32 at)
{
	struct walked w;

	if (p->source)
		return string_append(s, (const char *)p->source, at);
	if (!p->source_dentry)
		return 0;
	w = path_walk(s, m->recording, (struct vfsmount *)p->source_mnt,
		      (struct dentry *)p->source_dentry);
	/* A tree that was mounted nowhere comes from nowhere (aa_move_mount). */
	if (w.flags & TR_PATH_DETACHED)
		return 0;
	e->source_flags = w.flags | (is_directory(p->source_dentry) ? TR_PATH_DIRECTORY : 0);
	return path_append(s, &w, at);
}

static __always_inline __u32 mount_fill(struct scratch *s, struct tr_mark *m, struct mounting *p)
{
	struct tr_event_mount *e = (struct tr_event_mount *)s->data;
	struct task_struct *task = (struct task_struct *)p->task;
	__u32 at = sizeof(*e), len;
	struct walked w;

	__builtin_memset(e, 0, sizeof(*e));
	e->flags = p->flags;
	e->op = (__u8)p->op;
	w = path_walk(s, m->recording, (struct vfsmount *)p->mnt, (struct dentry *)p->dentry);
	e->path_flags = w.flags | (is_directory(p->dentry) ? TR_PATH_DIRECTORY : 0);
	len = path_append(s, &w, at);
	e->path_len = (__u16)len;
	at += len;
	len = source_append(s, m, p, e, at);
	e->source_len = (__u16)len;
	at += len;
	if (p->fstype) {
		len = string_append(s, (const char *)p->fstype, at);
		e->fstype_len = (__u16)len;
		at += len;
	}
	if (p->op != TR_EVENT_MOUNT_BIND && p->op != TR_EVENT_MOUNT_MOVE)
		return at;
	/* The source is a name of a file, and may be relative. */
	w = path_walk(s, m->recording, BPF_CORE_READ(task, fs, pwd.mnt),
		      BPF_CORE_READ(task, fs, pwd.dentry));
	len = path_append(s, &w, at);
	if (!p->source)
		return at;
	e->cwd_len = (__u16)len;
	return mount_root_append(s, m, task, e, at + len);
}

__noinline int mount_seen(struct tr_mark *m, struct mounting *p)
{
	struct scratch *s;
	__u32 len;

	if (!m || !p)
		return 0;
	s = scratch_for(m);
	if (!s)
		return 0;
	event_head(&s->head, TR_EVENT_MOUNT, (struct task_struct *)p->task, m);
	len = mount_fill(s, m, p);
	if (len)
		event_send(s, len, true);
	scratch_give_back(s);
	return 0;
}

SEC("?fentry/security_sb_mount")
int BPF_PROG(hook_sb_mount, const char *dev_name, const struct path *path, const char *type,
	     unsigned long flags)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct tr_mark *m = acting(task);
	struct mounting p = { 0 };

	if (!m)
		return 0;
	flags = mount_flags_of(flags);
	p.task = address_of(task);
	p.mnt = (__u64)BPF_CORE_READ(path, mnt);
	p.dentry = (__u64)BPF_CORE_READ(path, dentry);
	p.op = mount_op_of(flags);
	p.flags = flags;
	if (mount_has_source(p.op))
		p.source = (__u64)dev_name;
	if (p.op == TR_EVENT_MOUNT_NEW)
		p.fstype = (__u64)type;
	mount_seen(m, &p);
	return 0;
}

static __always_inline int two_paths(const struct path *path, const struct path *source, __u32 op)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct tr_mark *m = acting(task);
	struct mounting p = { 0 };

	if (!m)
		return 0;
	p.task = address_of(task);
	p.mnt = (__u64)BPF_CORE_READ(path, mnt);
	p.dentry = (__u64)BPF_CORE_READ(path, dentry);
	p.source_mnt = (__u64)BPF_CORE_READ(source, mnt);
	p.source_dentry = (__u64)BPF_CORE_READ(source, dentry);
	p.op = op;
	mount_seen(m, &p);
	return 0;
}

SEC("?fentry/security_move_mount")
int BPF_PROG(hook_move_mount, const struct path *from_path, const struct path *to_path)
{
	return two_paths(to_path, from_path, TR_EVENT_MOUNT_MOVE);
}

SEC("?fentry/security_sb_pivotroot")
int BPF_PROG(hook_sb_pivotroot, const struct path *old_path, const struct path *new_path)
{
	return two_paths(new_path, old_path, TR_EVENT_MOUNT_PIVOT_ROOT);
}

SEC("?fentry/security_sb_umount")
int BPF_PROG(hook_sb_umount, struct vfsmount *mnt, int flags)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct tr_mark *m = acting(task);
	struct mounting p = { 0 };

	if (!m)
		return 0;
	p.task = address_of(task);
	p.mnt = address_of(mnt);
	p.dentry = (__u64)BPF_CORE_READ(mnt, mnt_root);
	p.flags = (__u32)flags;
	p.op = TR_EVENT_MOUNT_UMOUNT;
	mount_seen(m, &p);
	return 0;
}
