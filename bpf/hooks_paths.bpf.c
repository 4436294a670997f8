// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Hooks on names: what is asked when they are made, removed, moved, linked, or their file is changed. */
#include "hooks.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

/* inode: of what is there, or of what a new name will be one for; NULL where there is none yet. */
static __always_inline struct place place_in(const struct path *dir, struct dentry *dentry,
					     struct inode *inode, __u16 perms, __u8 act)
{
	struct place p = {
		.mnt = (__u64)BPF_CORE_READ(dir, mnt),
		.dentry = address_of(dentry),
		.inode = (__u64)inode,
		.perms = perms,
		.act = act,
		/* A name that is not there yet will be its maker's (common_perm_create). */
		.owner = !inode || owns(bpf_get_current_task_btf(), inode),
	};

	return p;
}

/* An act on dentry, in the mount that dir is of, that asks for w. */
static __always_inline int act_on_name(const struct path *dir, struct dentry *dentry, __u8 act)
{
	struct tr_mark *m = asking(bpf_get_current_task_btf());
	struct place p;

	if (!m)
		return 0;
	p = place_in(dir, dentry, BPF_CORE_READ(dentry, d_inode), TR_EVENT_PERM_W, act);
	place_seen(m, &p);
	return 0;
}

static __always_inline int act_on_path(const struct path *path, __u8 act)
{
	return act_on_name(path, BPF_CORE_READ(path, dentry), act);
}

SEC("?fentry/security_path_mkdir")
int BPF_PROG(hook_path_mkdir, const struct path *dir, struct dentry *dentry)
{
	return act_on_name(dir, dentry, TR_EVENT_ACT_MKDIR);
}

SEC("?fentry/security_path_rmdir")
int BPF_PROG(hook_path_rmdir, const struct path *dir, struct dentry *dentry)
{
	return act_on_name(dir, dentry, TR_EVENT_ACT_RMDIR);
}

SEC("?fentry/security_path_unlink")
int BPF_PROG(hook_path_unlink, const struct path *dir, struct dentry *dentry)
{
	return act_on_name(dir, dentry, TR_EVENT_ACT_UNLINK);
}

SEC("?fentry/security_path_symlink")
int BPF_PROG(hook_path_symlink, const struct path *dir, struct dentry *dentry)
{
	return act_on_name(dir, dentry, TR_EVENT_ACT_SYMLINK);
}

SEC("?fentry/security_path_mknod")
int BPF_PROG(hook_path_mknod, const struct path *dir, struct dentry *dentry)
{
	return act_on_name(dir, dentry, TR_EVENT_ACT_MKNOD);
}

SEC("?fentry/security_path_truncate")
int BPF_PROG(hook_path_truncate, const struct path *path)
{
	return act_on_path(path, TR_EVENT_ACT_TRUNCATE);
}

SEC("?fentry/security_path_chmod")
int BPF_PROG(hook_path_chmod, const struct path *path)
{
	return act_on_path(path, TR_EVENT_ACT_CHMOD);
}

SEC("?fentry/security_path_chown")
int BPF_PROG(hook_path_chown, const struct path *path)
{
	return act_on_path(path, TR_EVENT_ACT_CHOWN);
}

/* The old name gets the new one's mount, as in aa_path_link: they cannot be in two. */
SEC("?fentry/security_path_link")
int BPF_PROG(hook_path_link, struct dentry *old_dentry, const struct path *new_dir,
	     struct dentry *new_dentry)
{
	struct tr_mark *m = asking(bpf_get_current_task_btf());
	struct place p;

	if (!m)
		return 0;
	p = place_in(new_dir, new_dentry, BPF_CORE_READ(old_dentry, d_inode), TR_EVENT_PERM_L,
		     TR_EVENT_ACT_LINK);
	p.target = address_of(old_dentry);
	place_seen(m, &p);
	return 0;
}

/*
 * apparmor_path_rename: the old name is read, too, and a directory's new name ends in a slash like its old
 * one. Two names that are exchanged are each the old and the new one.
 */
static __always_inline void rename_one(struct tr_mark *m, const struct path *dir,
				       struct dentry *dentry, struct inode *inode, __u16 perms,
				       __u8 act)
{
	struct place p = place_in(dir, dentry, inode, perms, act);

	place_seen(m, &p);
}

SEC("?fentry/security_path_rename")
int BPF_PROG(hook_path_rename, const struct path *old_dir, struct dentry *old_dentry,
	     const struct path *new_dir, struct dentry *new_dentry, unsigned int flags)
{
	struct tr_mark *m = asking(bpf_get_current_task_btf());
	struct inode *inode = BPF_CORE_READ(old_dentry, d_inode), *other;
	__u16 rw = TR_EVENT_PERM_R | TR_EVENT_PERM_W;

	if (!m)
		return 0;
	if ((BPF_CORE_READ(inode, i_mode) & S_IFMT) == S_IFDIR)
		__sync_fetch_and_add(&dir_renames, 1);
	rename_one(m, old_dir, old_dentry, inode, rw, TR_EVENT_ACT_RENAME_FROM);
	rename_one(m, new_dir, new_dentry, inode, TR_EVENT_PERM_W, TR_EVENT_ACT_RENAME_TO);
	if (!(flags & RENAME_EXCHANGE))
		return 0;
	other = BPF_CORE_READ(new_dentry, d_inode);
	rename_one(m, new_dir, new_dentry, other, rw, TR_EVENT_ACT_RENAME_FROM);
	rename_one(m, old_dir, old_dentry, other, TR_EVENT_PERM_W, TR_EVENT_ACT_RENAME_TO);
	return 0;
}
