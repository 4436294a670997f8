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

/*
 * Members behind an address, when `cast` by a load, which the kernel makes safe; else by the helper,
 * which takes ten times as long. The verifier lets nobody calculate with a pointer that it knows
 * the type of: so one that is read is read as a number, and cast when it is followed. Old linkers take an
 * extern function in one object only: that defines BPF_BY_LOADS.
 */
extern void *bpf_rdonly_cast(const void *address, __u32 type) __ksym __weak; /* Linux 6.2 */
#define CAST(p)		      ((typeof(p))bpf_rdonly_cast(p, bpf_core_type_id_kernel(typeof(*(p)))))
#define READ(cast, p, member) ((cast) ? CAST(p)->member : BPF_CORE_READ(p, member))
#define READ_PTR(cast, p, member)                                                           \
	((cast) ? (typeof((p)->member))load_word((p), bpf_core_field_offset((p)->member)) : \
		  BPF_CORE_READ(p, member))

static __always_inline __u64 load_word(const void *p, __u32 offset)
{
	/* Any type of the kernel's would do that begins with a number of 64 bits. */
	struct timespec64 *word = (struct timespec64 *)((char *)p + offset);

	return (__u64)CAST(word)->tv_sec;
}

static __always_inline struct mount *real_mount(struct vfsmount *mnt)
{
	return (struct mount *)((char *)mnt - bpf_core_field_offset(struct mount, mnt));
}

/*
 * Whether the mount namespace is one that processes have. A tree that is not mounted, or no more, has none,
 * or one of its own (fs/mount.h: is_anon_ns).
 */
static __always_inline bool is_attached(struct mount *mount)
{
	struct mnt_namespace *ns = BPF_CORE_READ(mount, mnt_ns);

	if (!ns || (__u64)ns >= (__u64)-4095)
		return false;
	if (bpf_core_field_exists(ns->is_anon))
		return !BPF_CORE_READ(ns, is_anon);
	if (bpf_core_field_exists(ns->seq))
		return BPF_CORE_READ(ns, seq) != 0;
	if (bpf_core_field_exists(ns->ns.ns_id))
		return BPF_CORE_READ(ns, ns.ns_id) != 0;
	return true;
}

/* One step up. Returns true when the top is reached. */
static __always_inline bool walk_step(bool cast, struct walk *w, char *buf)
{
	struct dentry *dentry = (struct dentry *)w->dentry, *parent;
	struct mount *mount = (struct mount *)w->mount;
	struct qstr name;
	__u32 off = w->off, len;

	/* A detached tree's path is that in its file system, whatever of it is mounted. */
	if (!(w->flags & TR_PATH_DETACHED) && dentry == READ_PTR(cast, mount, mnt.mnt_root)) {
		struct mount *up = READ_PTR(cast, mount, mnt_parent);

		if (up == mount) {
			if (!is_attached(mount))
				w->flags |= TR_PATH_DETACHED;
			return true;
		}
		w->dentry = (__u64)READ_PTR(cast, mount, mnt_mountpoint);
		w->mount = (__u64)up;
		if (!w->hop_off)
			w->hop_off = off;
		return false;
	}
	parent = READ_PTR(cast, dentry, d_parent);
	/* A root that no mount here shows: a lazily unmounted or foreign tree. */
	if (parent == dentry) {
		w->flags |= TR_PATH_DETACHED;
		return true;
	}
	if (cast) {
		name.len = CAST(dentry)->d_name.len;
		name.name = READ_PTR(cast, dentry, d_name.name);
	} else {
		bpf_core_read(&name, sizeof(name), &dentry->d_name);
	}
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
	w->dentry = (__u64)parent;
	return false;
}

static __always_inline int walk_by(bool cast, struct scratch *s, __u64 mnt, __u64 dentry,
				   __u32 flags)
{
	bool top = false;

	if (!s)
		return 0;
	s->walk.dentry = dentry;
	s->walk.mount = (__u64)real_mount((struct vfsmount *)mnt);
	s->walk.off = PATH_BYTES - 1;
	s->walk.flags = flags;
	s->walk.hop_off = 0;
	for (int i = 0; i < MAX_COMPONENTS && !top; i++)
		top = walk_step(cast, &s->walk, s->path);
	return top;
}

/* Functions of their own, though they are called here alone: else clang lays out a loop that Linux 6.1 refuses. */
__weak __noinline int walk_from(struct scratch *s, __u64 mnt, __u64 dentry, __u32 flags)
{
	return walk_by(false, s, mnt, dentry, flags);
}

#ifdef BPF_BY_LOADS
__weak __noinline int walk_from_cast(struct scratch *s, __u64 mnt, __u64 dentry, __u32 flags)
{
	return walk_by(true, s, mnt, dentry, flags);
}

#endif

/* What a walk found, into s->walked. */
static __always_inline int walk_end(struct scratch *s, int top, bool unlinked)
{
	if (!top)
		s->walk.flags |= TR_PATH_TRUNCATED;
	if (unlinked)
		s->walk.flags |= TR_PATH_UNLINKED;
	/* The root itself is mounted on rootfs: only a hop with names above it counts. */
	if (s->walk.hop_off && s->walk.hop_off != s->walk.off)
		s->walk.flags |= TR_PATH_CROSSED;
	s->walked.off = s->walk.off;
	s->walked.len = PATH_BYTES - 1 - s->walk.off;
	s->walked.flags = s->walk.flags;
	return top;
}

/*
 * Walks up from (mnt, dentry), both addresses; the result is in s->path and s->walked. Where a tree is
 * detached d_absolute_path gives up, and AppArmor goes on by dentry_path_raw (its path.c).
 */
__weak __noinline int walk_up(struct scratch *s, __u64 mnt, __u64 dentry)
{
	int top;

	if (!s)
		return 0;
	top = walk_from(s, mnt, dentry, 0);
	if (top && (s->walk.flags & TR_PATH_DETACHED))
		top = walk_from(s, mnt, dentry, TR_PATH_DETACHED);
	return walk_end(s, top, !BPF_CORE_READ((struct dentry *)dentry, d_hash.pprev));
}

int walk_up_cast(struct scratch *s, __u64 mnt, __u64 dentry);

#ifdef BPF_BY_LOADS
__weak __noinline int walk_up_cast(struct scratch *s, __u64 mnt, __u64 dentry)
{
	struct dentry *d = (struct dentry *)dentry;
	int top;

	if (!s)
		return 0;
	top = walk_from_cast(s, mnt, dentry, 0);
	if (top && (s->walk.flags & TR_PATH_DETACHED))
		top = walk_from_cast(s, mnt, dentry, TR_PATH_DETACHED);
	return walk_end(s, top, !READ_PTR(true, d, d_hash.pprev));
}
#endif

/* The same, by loads or not, and counts what it had to give up. */
static __always_inline struct walked path_walk_by(bool cast, struct scratch *s, __u32 recording,
						  struct vfsmount *mnt, struct dentry *dentry)
{
	int top = cast ? walk_up_cast(s, (__u64)mnt, (__u64)dentry) :
			 walk_up(s, (__u64)mnt, (__u64)dentry);

	if (!top)
		count_loss(recording, TR_EVENT_LOSS_PATH_DEEP);
	else if (s->walked.flags & TR_PATH_TRUNCATED)
		count_loss(recording, TR_EVENT_LOSS_PATH_LONG);
	return s->walked;
}

static __always_inline struct walked path_walk(struct scratch *s, __u32 recording,
					       struct vfsmount *mnt, struct dentry *dentry)
{
	return path_walk_by(false, s, recording, mnt, dentry);
}

/*
 * Appends the walked path to s->data at `at`, below STRINGS_BYTES; the root itself is "/". Returns
 * the bytes added.
 */
static __always_inline __u32 path_append(struct scratch *s, struct walked *w, __u32 at)
{
	__u32 len = w->len & (PATH_BYTES - 1);

	/* A mask and not a comparison: it holds for the very register that is added. */
	at &= STRINGS_BYTES - 1;
	if (!len) {
		s->data[at] = '/';
		return 1;
	}
	bpf_probe_read_kernel(s->data + at, len, s->path + (w->off & (PATH_BYTES - 1)));
	return len;
}

#endif
