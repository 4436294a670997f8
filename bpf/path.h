/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The path of a file as AppArmor names it: from the dentry up through its mounts to the root of
 * the mount namespace (security/apparmor/path.c uses d_absolute_path), whatever root the
 * process has. bpf_d_path would stop at a chroot, and tracepoints may not call it anyway.
 *
 * The walk takes no locks: a rename at the same moment can give a path that never was. It is
 * always a list of real names, and the recorder shows it like any other.
 */
#ifndef BPF_PATH_H
#define BPF_PATH_H

#include "output.h"

#define MAX_COMPONENTS 100

static __always_inline struct mount *real_mount(struct vfsmount *mnt)
{
	return (struct mount *)((char *)mnt - bpf_core_field_offset(struct mount, mnt));
}

/* The state of a walk between two steps. */
struct walk {
	struct dentry *dentry;
	struct mount *mount;
	__u32 off;
	__u32 flags;
	bool hopped; /* from a mount to the one below it */
};

/* One step up. Returns true when the top is reached. */
static __always_inline bool walk_step(struct walk *w, char *buf)
{
	/* Locals, because CO-RE would look for struct walk in the kernel. */
	struct dentry *dentry = w->dentry, *parent;
	struct mount *mount = w->mount;
	struct qstr name;
	__u32 off = w->off, len;

	if (dentry == BPF_CORE_READ(mount, mnt.mnt_root)) {
		struct mount *up = BPF_CORE_READ(mount, mnt_parent);

		if (up == mount)
			return true;
		w->dentry = BPF_CORE_READ(mount, mnt_mountpoint);
		w->mount = up;
		w->hopped = true;
		return false;
	}
	parent = BPF_CORE_READ(dentry, d_parent);
	if (parent == dentry) {
		/* A root that no mount here shows: a lazily unmounted or foreign tree. */
		w->flags |= TR_PATH_DETACHED;
		return true;
	}
	bpf_core_read(&name, sizeof(name), &dentry->d_name);
	len = name.len;
	if (len > 255 || len + 1 > off) {
		w->flags |= TR_PATH_TRUNCATED;
		return true;
	}
	/* off <= 4095 and len <= 255, and the buffer is twice as long: every write stays inside. */
	off = (off - len) & (PATH_BYTES - 1);
	bpf_probe_read_kernel(buf + off, len & 255, name.name);
	off = (off - 1) & (PATH_BYTES - 1);
	buf[off] = '/';
	w->off = off;
	w->dentry = parent;
	/* The root itself is mounted on rootfs: only a hop with names above it counts. */
	if (w->hopped)
		w->flags |= TR_PATH_CROSSED;
	return false;
}

/*
 * Walks up from (mnt, dentry), both addresses; the result is in s->path and s->walked. Not static:
 * the verifier takes a global function apart once, and not anew on each way that leads to it.
 */
__weak __noinline int walk_up(struct scratch *s, __u64 mnt, __u64 dentry)
{
	struct dentry *start = (struct dentry *)dentry;
	struct walk w = {
		.dentry = start,
		.mount = real_mount((struct vfsmount *)mnt),
		.off = PATH_BYTES - 1,
	};
	bool top = false;

	if (!s)
		return 0;
	for (int i = 0; i < MAX_COMPONENTS; i++) {
		top = walk_step(&w, s->path);
		if (top)
			break;
	}
	if (!top)
		w.flags |= TR_PATH_TRUNCATED;
	if (!BPF_CORE_READ(start, d_hash.pprev))
		w.flags |= TR_PATH_UNLINKED;
	s->walked.off = w.off;
	s->walked.len = PATH_BYTES - 1 - w.off;
	s->walked.flags = w.flags;
	return top;
}

/* The same, and counts what it had to give up. */
static __always_inline struct walked path_walk(struct scratch *s, __u32 recording,
					       struct vfsmount *mnt, struct dentry *dentry)
{
	if (!walk_up(s, (__u64)mnt, (__u64)dentry))
		count_loss(recording, TR_EVENT_LOSS_PATH_DEEP);
	else if (s->walked.flags & TR_PATH_TRUNCATED)
		count_loss(recording, TR_EVENT_LOSS_PATH_LONG);
	return s->walked;
}

/*
 * Appends the walked path to s->data at `at`; the root itself is "/". Returns the bytes added.
 * `at` must be at most STRINGS_BYTES - PATH_BYTES.
 */
static __always_inline __u32 path_append(struct scratch *s, struct walked *w, __u32 at)
{
	__u32 len = w->len & (PATH_BYTES - 1);

	if (at > STRINGS_BYTES - PATH_BYTES)
		return 0;
	if (!len) {
		s->data[at] = '/';
		return 1;
	}
	bpf_probe_read_kernel(s->data + at, len, s->path + (w->off & (PATH_BYTES - 1)));
	return len;
}

#endif
