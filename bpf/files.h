/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Files, by the tracepoint backend: what a descriptor that open returned points to, what is mapped
 * executable, what is executed. It does not see what takes no descriptor (unlink, rename, ...),
 * opens through io_uring, descriptors received over a socket, nor failed opens.
 */
#ifndef BPF_FILES_H
#define BPF_FILES_H

#include "path.h"

/*
 * What was handed over already. Pointers are reused once the dentry or inode is gone, so a key
 * has what identifies the file behind them too: a false "seen" would be a silent loss.
 */
struct file_key {
	__u64 dentry, mnt, parent;
	__u64 ino, parent_ino;
	__u32 dev, generation, name_hash;
	__u32 row;
	__u16 perms;
	__u8 act, owner;
	__u32 flags;
};
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 131072);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct file_key);
	__type(value, __u8);
} files_seen SEC(".maps") __weak;

static __always_inline void file_key_of(struct file_key *key, struct file *file, __u32 row,
					__u16 perms, __u8 act, __u8 owner)
{
	struct dentry *dentry = BPF_CORE_READ(file, f_path.dentry);
	struct dentry *parent = BPF_CORE_READ(dentry, d_parent);
	struct inode *inode = BPF_CORE_READ(file, f_inode);

	__builtin_memset(key, 0, sizeof(*key));
	key->dentry = (__u64)dentry;
	key->mnt = (__u64)BPF_CORE_READ(file, f_path.mnt);
	key->parent = (__u64)parent;
	key->ino = BPF_CORE_READ(inode, i_ino);
	key->parent_ino = BPF_CORE_READ(parent, d_inode, i_ino);
	key->dev = BPF_CORE_READ(inode, i_sb, s_dev);
	key->generation = BPF_CORE_READ(inode, i_generation);
	key->name_hash = BPF_CORE_READ(dentry, d_name.hash);
	key->row = row;
	key->perms = perms;
	key->act = act;
	key->owner = owner;
}

static __always_inline void fill_file(struct tr_event_file *e, struct file *file, struct walked *w,
				      __u16 perms, __u8 act, __u8 owner, __u32 path_len)
{
	struct inode *inode = BPF_CORE_READ(file, f_inode);

	e->flags = w->flags;
	if ((BPF_CORE_READ(inode, i_mode) & S_IFMT) == S_IFDIR)
		e->flags |= TR_PATH_DIRECTORY;
	e->magic = (__u32)BPF_CORE_READ(inode, i_sb, s_magic);
	e->perms = perms;
	e->act = act;
	e->owner = owner;
	e->path_len = (__u16)path_len;
	e->pad = 0;
}

/* Pipes, sockets, memfds and their like have no path, and nothing mediates them by one. */
static __always_inline bool has_path(struct file *file)
{
	return !(BPF_CORE_READ(file, f_path.dentry, d_sb, s_flags) & SB_NOUSER);
}

/* Hands a file over, the first time. task and file are addresses (see address_of). */
__weak __noinline int file_seen(struct tr_mark *m, __u64 task_at, __u64 file_at, __u32 perms,
				__u32 act)
{
	struct task_struct *task = (struct task_struct *)task_at;
	struct file *file = (struct file *)file_at;
	struct file_key key;
	struct tr_event_file *e;
	struct scratch *s;
	struct walked w;
	__u8 owner, one = 1;
	__u32 len;

	if (!m || !perms || !has_path(file))
		return 0;
	owner = BPF_CORE_READ(task, cred, fsuid.val) == BPF_CORE_READ(file, f_inode, i_uid.val);
	file_key_of(&key, file, m->row, (__u16)perms, (__u8)act, owner);
	if (bpf_map_lookup_elem(&files_seen, &key))
		return 0;
	s = scratch_take();
	if (!s) {
		count_loss(m->recording, TR_EVENT_LOSS_MISSED);
		return 0;
	}
	w = path_walk(s, m->recording, BPF_CORE_READ(file, f_path.mnt),
		      BPF_CORE_READ(file, f_path.dentry));
	len = path_append(s, &w, sizeof(*e));
	e = (struct tr_event_file *)s->data;
	fill_file(e, file, &w, (__u16)perms, (__u8)act, owner, len);
	event_head(&s->head, TR_EVENT_FILE, task, m);
	/* A full map only means that the event comes again; the recorder knows it by then. */
	if (!event_send(s, sizeof(*e) + len, false))
		bpf_map_update_elem(&files_seen, &key, &one, BPF_ANY);
	scratch_give_back(s);
	return 0;
}

static __always_inline struct file *file_of_fd(struct task_struct *task, long fd)
{
	struct fdtable *table = BPF_CORE_READ(task, files, fdt);
	struct file **slots = BPF_CORE_READ(table, fd), *file = NULL;

	if (fd < 0 || fd >= BPF_CORE_READ(table, max_fds))
		return NULL;
	bpf_probe_read_kernel(&file, sizeof(file), slots + fd);
	return file;
}

/* A descriptor that an open call returned. `flags` are the call's: the file's have lost O_CREAT. */
static __always_inline void opened(struct task_struct *task, struct tr_mark *m, long fd,
				   unsigned long flags)
{
	struct file *file = file_of_fd(task, fd);
	__u32 mode = file ? BPF_CORE_READ(file, f_mode) : 0;
	__u16 perms = 0;
	__u8 act = TR_EVENT_ACT_OPEN;

	if (!file || (mode & FMODE_PATH))
		return;
	if (mode & FMODE_READ)
		perms |= TR_EVENT_PERM_R;
	if (mode & FMODE_WRITE)
		perms |= TR_EVENT_PERM_W;
	if (flags & O_CREAT) {
		perms |= TR_EVENT_PERM_W;
		act = TR_EVENT_ACT_CREATE;
	} else if (flags & O_TRUNC) {
		perms |= TR_EVENT_PERM_W;
		act = TR_EVENT_ACT_TRUNCATE;
	}
	file_seen(m, address_of(task), (__u64)file, perms, act);
}

/* Appends a kernel string without its NUL at `at`; at most PATH_BYTES - 1. Returns its length. */
static __always_inline __u32 string_append(struct scratch *s, const char *str, __u32 at)
{
	long n;

	at &= STRINGS_BYTES - 1;
	n = bpf_probe_read_kernel_str(s->data + at, PATH_BYTES, str);
	return n > 0 ? (__u32)(n - 1) & (PATH_BYTES - 1) : 0;
}

/* Names longer than this are handed over every time. */
#define HASHED_BYTES 256

/* A 64-bit hash (FNV-1a's constants, by words) of the first HASHED_BYTES of s->data, zero-padded. */
__weak __noinline __u64 hash_name(struct scratch *s)
{
	__u64 h = 0xcbf29ce484222325ULL;

	if (!s)
		return 0;
	for (int i = 0; i < HASHED_BYTES / 8; i++) {
		h = (h ^ *(__u64 *)(s->data + i * 8)) * 0x100000001b3ULL;
		h ^= h >> 32;
	}
	return h;
}

/*
 * What tells one exec from another: the binary, and for a script, of which the kernel has only the
 * name left, that name and the directory it may be relative to. Returns false if the name is too
 * long to tell by its hash.
 */
static __always_inline bool exec_key_of(struct file_key *key, struct scratch *s,
					struct task_struct *task, struct tr_mark *m,
					struct linux_binprm *bprm)
{
	const char *name = BPF_CORE_READ(bprm, filename), *interp = BPF_CORE_READ(bprm, interp);

	file_key_of(key, BPF_CORE_READ(bprm, file), m->row, TR_EVENT_PERM_X, TR_EVENT_ACT_EXEC, 0);
	/* bprm_change_interp gives a script its own string; a binary's two are one. */
	if (name == interp)
		return true;
	__builtin_memset(s->data, 0, HASHED_BYTES);
	if (bpf_probe_read_kernel_str(s->data, HASHED_BYTES, name) >= HASHED_BYTES)
		return false;
	key->parent = (__u64)BPF_CORE_READ(task, fs, pwd.dentry);
	key->parent_ino = hash_name(s);
	return true;
}

static __always_inline void exec_fill(struct scratch *s, struct task_struct *task,
				      struct tr_mark *m, struct linux_binprm *bprm, __u32 *ret_len)
{
	struct file *file = BPF_CORE_READ(bprm, file);
	struct tr_event_exec *e = (struct tr_event_exec *)s->data;
	struct walked w;
	__u32 at = sizeof(*e), path_len, name_len, interp_len, cwd_len;

	w = path_walk(s, m->recording, BPF_CORE_READ(file, f_path.mnt),
		      BPF_CORE_READ(file, f_path.dentry));
	path_len = path_append(s, &w, at);
	fill_file(&e->file, file, &w, TR_EVENT_PERM_X, TR_EVENT_ACT_EXEC,
		  BPF_CORE_READ(task, cred, fsuid.val) == BPF_CORE_READ(file, f_inode, i_uid.val),
		  path_len);
	at += path_len;
	name_len = string_append(s, BPF_CORE_READ(bprm, filename), at);
	at += name_len;
	interp_len = string_append(s, BPF_CORE_READ(bprm, interp), at);
	at += interp_len;
	w = path_walk(s, m->recording, BPF_CORE_READ(task, fs, pwd.mnt),
		      BPF_CORE_READ(task, fs, pwd.dentry));
	cwd_len = path_append(s, &w, at);
	e->name_len = (__u16)name_len;
	e->interp_len = (__u16)interp_len;
	e->cwd_len = (__u16)cwd_len;
	e->pad = 0;
	*ret_len = at + cwd_len;
}

/* An exec, with the name it was started by: the only trace of a script, whose file is closed. */
__weak __noinline int exec_seen(struct tr_mark *m, __u64 task_at, __u64 bprm_at)
{
	struct task_struct *task = (struct task_struct *)task_at;
	struct linux_binprm *bprm = (struct linux_binprm *)bprm_at;
	struct scratch *s = m ? scratch_take() : NULL;
	struct file_key key;
	__u8 one = 1;
	__u32 len;
	bool keyed;

	if (!m)
		return 0;
	if (!s) {
		count_loss(m->recording, TR_EVENT_LOSS_MISSED);
		return 0;
	}
	keyed = exec_key_of(&key, s, task, m, bprm);
	if (keyed && bpf_map_lookup_elem(&files_seen, &key)) {
		scratch_give_back(s);
		return 0;
	}
	exec_fill(s, task, m, bprm, &len);
	event_head(&s->head, TR_EVENT_EXEC, task, m);
	if (!event_send(s, len, true) && keyed)
		bpf_map_update_elem(&files_seen, &key, &one, BPF_ANY);
	scratch_give_back(s);
	return 0;
}

#endif
