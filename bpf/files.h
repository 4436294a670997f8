/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Acts on files: which of them were handed over already, and their events. The hooks are given files and
 * dentries by the kernel; the tracepoints, what a descriptor points to.
 */
#ifndef BPF_FILES_H
#define BPF_FILES_H

#include "path.h"

/*
 * What was handed over already. What counts is the path: a file that is removed and made anew again and again
 * is one, or as many as the kernel takes turns to keep its name in. So a key has the name (where it is kept,
 * its hash and length), the directory's inode, and what tells that a directory above was renamed. A false
 * "seen" would be a silent loss: for that, two names that were kept in one place, in one directory, one behind
 * the other, would have to have one hash and one length.
 */
struct file_key {
	__u64 dentry;
	__u64 rest;
	__u32 name_hash;
	__u16 row;
	__u8 perms;
	__u8 act : 7, owner : 1;
};
_Static_assert(sizeof(struct file_key) == 24, "padding in a key must be zeroed");
_Static_assert(TR_MAX_ROWS <= 0x10000, "file_key.row");

/* Directories that recorded tasks have renamed. */
__u32 dir_renames __weak = 0;

/* Odd numbers without a pattern. Sums of products hash well, and the CPU multiplies side by side. */
#define FOLD_1 0x9e3779b97f4a7c15ULL
#define FOLD_2 0xbf58476d1ce4e5b9ULL
#define FOLD_3 0x94d049bb133111ebULL
#define FOLD_4 0xd6e8feb86659fd93ULL
#define FOLD_5 0xff51afd7ed558ccdULL
#define FOLD_6 0xc4ceb9fe1a85ec53ULL
#define FOLD_7 0xb492b66fbe98f273ULL

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 262144);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct file_key);
	__type(value, __u8);
} files_seen SEC(".maps") __weak;

/* So many directories up, another name is noticed. */
#define ANCESTORS 16

/*
 * What tells that a directory above has another name now. The hooks count when that happens; by system calls
 * it cannot be told what was renamed, so there each directory's name goes in: where loads are cheap.
 */
static __always_inline __u64 ancestry(bool cast, struct dentry *dir)
{
	struct dentry *up;
	__u64 sum = dir_renames;

	if (!cfg_names)
		return sum;
	for (int i = 0; i < ANCESTORS; i++) {
		up = READ_PTR(cast, dir, d_parent);
		if (up == dir)
			break;
		sum = sum * FOLD_6 + READ(cast, up, d_name.hash_len);
		dir = up;
	}
	return sum;
}

/* inode: NULL where the name is new. */
static __always_inline void place_key_of(struct file_key *key, bool cast, struct vfsmount *mnt,
					 struct dentry *dentry, struct inode *inode, __u32 row,
					 __u16 perms, __u8 act, bool owner)
{
	struct dentry *parent = READ_PTR(cast, dentry, d_parent);
	struct inode *dir = READ_PTR(cast, parent, d_inode);
	struct super_block *sb = READ_PTR(cast, dentry, d_sb);
	bool is_dir = (READ(cast, inode, i_mode) & S_IFMT) == S_IFDIR;
	__u64 name = READ(cast, dentry, d_name.hash_len);

	key->dentry = (__u64)dentry;
	key->rest = (__u64)mnt * FOLD_1 + READ(cast, parent, d_name.hash_len) * FOLD_2 +
		    READ(cast, dir, i_ino) * FOLD_3 + (name >> 32) * FOLD_4 +
		    ((__u64)READ(cast, sb, s_dev) << 32 | READ(cast, dir, i_generation)) * FOLD_5 +
		    (ancestry(cast, parent) + is_dir) * FOLD_7;
	key->name_hash = (__u32)name;
	key->row = (__u16)row;
	key->perms = (__u8)perms;
	key->act = act;
	key->owner = owner;
}

static __always_inline void file_key_of(struct file_key *key, bool cast, struct file *file,
					__u32 row, __u16 perms, __u8 act, bool owner)
{
	place_key_of(key, cast, READ_PTR(cast, file, f_path.mnt),
		     READ_PTR(cast, file, f_path.dentry), READ_PTR(cast, file, f_inode), row, perms,
		     act, owner);
}

/* Something with a path that the current task asks for, as addresses (see address_of). */
struct place {
	__u64 mnt, dentry;
	__u64 inode; /* 0: the name is new */
	__u64 target; /* of a link, the dentry of the old name, in the same mount; else 0 */
	__u16 perms; /* TR_EVENT_PERM_* */
	__u8 act; /* TR_EVENT_ACT_* */
	__u8 owner;
	__u32 flags; /* TR_PATH_REFUSED */
};

static __always_inline void fill_file(bool cast, struct tr_event_file *e, struct place *p,
				      struct walked *w, __u32 path_len)
{
	struct dentry *dentry = (struct dentry *)p->dentry;
	struct inode *inode = (struct inode *)p->inode;
	struct super_block *sb = READ_PTR(cast, dentry, d_sb);

	e->flags = w->flags | p->flags;
	/* A link is asked for like a file's, before it is refused (aa_path_link). */
	if (p->act == TR_EVENT_ACT_MKDIR ||
	    (p->act != TR_EVENT_ACT_LINK && (READ(cast, inode, i_mode) & S_IFMT) == S_IFDIR))
		e->flags |= TR_PATH_DIRECTORY;
	e->magic = (__u32)READ(cast, sb, s_magic);
	e->perms = p->perms;
	e->act = p->act;
	e->owner = p->owner;
	e->path_len = (__u16)path_len;
	e->target_len = 0;
}

/* Pipes, sockets, memfds and their like have no path, and nothing mediates them by one. */
static __always_inline bool has_path(bool cast, struct dentry *dentry)
{
	struct super_block *sb = READ_PTR(cast, dentry, d_sb);

	return !(READ(cast, sb, s_flags) & SB_NOUSER);
}

static __always_inline bool owns(struct task_struct *task, struct inode *inode)
{
	return BPF_CORE_READ(task, cred, fsuid.val) == BPF_CORE_READ(inode, i_uid.val);
}

static __always_inline struct place place_of_file(struct task_struct *task, struct file *file,
						  __u16 perms, __u8 act)
{
	struct inode *inode = BPF_CORE_READ(file, f_inode);
	struct place p = {
		.mnt = (__u64)BPF_CORE_READ(file, f_path.mnt),
		.dentry = (__u64)BPF_CORE_READ(file, f_path.dentry),
		.inode = (__u64)inode,
		.perms = perms,
		.act = act,
		.owner = owns(task, inode),
	};

	return p;
}

/* The event of a place, in s->data; returns its length. */
static __always_inline __u32 place_fill(bool cast, struct scratch *s, struct tr_mark *m,
					struct place *p)
{
	struct tr_event_file *e = (struct tr_event_file *)s->data;
	__u32 at = sizeof(*e), len;
	struct walked w;

	w = path_walk_by(cast, s, m->recording, (struct vfsmount *)p->mnt,
			 (struct dentry *)p->dentry);
	len = path_append(s, &w, at);
	fill_file(cast, e, p, &w, len);
	at += len;
	if (!p->target)
		return at;
	w = path_walk_by(cast, s, m->recording, (struct vfsmount *)p->mnt,
			 (struct dentry *)p->target);
	len = path_append(s, &w, at);
	e->flags |= w.flags & TR_PATH_TRUNCATED;
	e->target_len = (__u16)len;
	return at + len;
}

static __always_inline int place_send_by(bool cast, struct tr_mark *m, struct place *p,
					 struct file_key *key)
{
	struct scratch *s;
	__u8 one = 1;

	if (!m || !p)
		return 0;
	s = scratch_for(m);
	if (!s)
		return 0;
	event_head(&s->head, TR_EVENT_FILE, bpf_get_current_task_btf(), m);
	/* A full table only means that the event comes again; the recorder knows it by then. */
	if (!event_send(s, place_fill(cast, s, m, p), false))
		remember(&files_seen, TR_TABLE_FILES, key, &one, m->recording);
	scratch_give_back(s);
	return 0;
}

/* Hands an act on a place over that was not known by its key. */
__weak __noinline int place_send(struct tr_mark *m, struct place *p, struct file_key *key)
{
	struct file_key own;

	if (!key)
		return 0;
	own = *key; /* Linux 6.1 takes no key of a map from elsewhere */
	return place_send_by(false, m, p, &own);
}

int place_send_cast(struct tr_mark *m, struct place *p, struct file_key *key);

#ifdef BPF_BY_LOADS
__weak __noinline int place_send_cast(struct tr_mark *m, struct place *p, struct file_key *key)
{
	struct file_key own;

	if (!key)
		return 0;
	own = *key;
	return place_send_by(true, m, p, &own);
}
#endif

/* Hands an act on a place over, the first time. */
__weak __noinline int place_seen(struct tr_mark *m, struct place *p)
{
	struct dentry *dentry;
	struct file_key key;

	if (!m || !p || (!p->perms && p->act != TR_EVENT_ACT_INTERPRETER))
		return 0;
	dentry = (struct dentry *)p->dentry;
	if (!has_path(false, dentry))
		return 0;
	place_key_of(&key, false, (struct vfsmount *)p->mnt, dentry, (struct inode *)p->inode,
		     m->row, p->perms, p->act, p->owner);
	key.rest += p->target * FOLD_6 + p->flags;
	if (bpf_map_lookup_elem(&files_seen, &key))
		return 0;
	return place_send_by(false, m, p, &key);
}

/*
 * Hands a file over, the first time. The addresses are of task and file (see address_of); flags:
 * TR_PATH_REFUSED, or 0.
 */
static __always_inline void file_seen(struct tr_mark *m, __u64 task_at, __u64 file_at, __u16 perms,
				      __u8 act, __u32 flags)
{
	struct place p =
		place_of_file((struct task_struct *)task_at, (struct file *)file_at, perms, act);

	p.flags = flags;
	place_seen(m, &p);
}

/* The file behind a descriptor of the current task. */
static __always_inline struct file *file_of_fd(bool cast, struct task_struct *task, long fd)
{
	struct fdtable *table = task->files->fdt;
	struct file **slots = table->fd, *file = NULL;

	if (fd < 0 || fd >= table->max_fds)
		return NULL;
	if (cast)
		return (struct file *)load_word(slots + fd, 0);
	bpf_probe_read_kernel(&file, sizeof(file), slots + fd);
	return file;
}

/* What is asked of a file. */
struct asked_of_open {
	__u16 perms; /* TR_EVENT_PERM_*; 0: nothing */
	__u8 act;
};

/* By an open call. `flags` are the call's: the file's have lost O_CREAT. */
static __always_inline struct asked_of_open asked_by_open(__u32 mode, unsigned long flags)
{
	struct asked_of_open a = { .act = TR_EVENT_ACT_OPEN };

	if (mode & FMODE_PATH)
		return a;
	if (mode & FMODE_READ)
		a.perms |= TR_EVENT_PERM_R;
	if (mode & FMODE_WRITE)
		a.perms |= TR_EVENT_PERM_W;
	if (flags & O_CREAT) {
		a.perms |= TR_EVENT_PERM_W;
		a.act = TR_EVENT_ACT_CREATE;
	} else if (flags & O_TRUNC) {
		a.perms |= TR_EVENT_PERM_W;
		a.act = TR_EVENT_ACT_TRUNCATE;
	}
	return a;
}

/*
 * A task mostly opens what it opened before, and its seat keeps the last few: three loads, where the table
 * takes a hash and a call. Entered are keys that the table has, and it forgets none.
 */
static __always_inline __u64 *seat_file(struct tr_seat *seat, struct file_key *key)
{
	return seat->files[key->dentry >> 8 & (TR_SEAT_FILES - 1)];
}

static __always_inline bool known_at_seat(struct tr_seat *seat, struct file_key *key)
{
	__u64 *known = seat_file(seat, key), *words = (__u64 *)key;

	return known[0] == words[0] && known[1] == words[1] && known[2] == words[2];
}

static __always_inline void know_at_seat(struct tr_seat *seat, struct file_key *key)
{
	__u64 *known = seat_file(seat, key), *words = (__u64 *)key;

	known[0] = words[0];
	known[1] = words[1];
	known[2] = words[2];
}

static __always_inline int file_first_by(bool cast, struct task_struct *task, struct file *file,
					 struct file_key *key)
{
	struct place p = {
		.mnt = (__u64)READ_PTR(cast, file, f_path.mnt),
		.dentry = key->dentry,
		.inode = (__u64)READ_PTR(cast, file, f_inode),
		.perms = key->perms,
		.act = key->act,
		.owner = key->owner,
	};
	struct tr_mark *m = mark_of(task);

	if (!m || !has_path(cast, (struct dentry *)p.dentry))
		return 0;
	return cast ? place_send_cast(m, &p, key) : place_send(m, &p, key);
}

/* Out of the way of what was seen before. */
static __noinline int file_first_cast(struct task_struct *task, struct file *file,
				      struct file_key *key)
{
	return file_first_by(true, task, file, key);
}

static __noinline int file_first(struct task_struct *task, struct file *file, struct file_key *key)
{
	return file_first_by(false, task, file, key);
}

/* file_seen, by loads where the kernel has them. */
static __always_inline void file_met(bool cast, struct task_struct *task, __u32 row,
				     struct file *file, struct asked_of_open a)
{
	struct tr_seat *seat = seat_of(task);
	struct inode *inode = READ_PTR(cast, file, f_inode);
	bool owner = task->cred->fsuid.val == READ(cast, inode, i_uid.val);
	struct file_key key;

	if (!a.perms)
		return;
	file_key_of(&key, cast, file, row, a.perms, a.act, owner);
	if (seat->task == (__u64)task && known_at_seat(seat, &key))
		return;
	if (bpf_map_lookup_elem(&files_seen, &key)) {
		if (seat->task == (__u64)task)
			know_at_seat(seat, &key);
	} else if (cast) {
		file_first_cast(task, file, &key);
	} else {
		file_first(task, file, &key);
	}
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
 * Whether the process has more rights by it than it had: set-id, or capabilities of the file. So the kernel tells
 * the C library, too (AT_SECURE; cap_bprm_creds_from_file in security/commoncap.c).
 */
static __always_inline __u16 exec_gains(struct linux_binprm *bprm)
{
	return BPF_CORE_READ_BITFIELD_PROBED(bprm, secureexec) ? 1 : 0;
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

	file_key_of(key, false, BPF_CORE_READ(bprm, file), m->row, TR_EVENT_PERM_X,
		    TR_EVENT_ACT_EXEC, false);
	/* It may gain nothing the first time, started by root. */
	key->rest += exec_gains(bprm) * FOLD_3;
	/* bprm_change_interp gives a script its own string; a binary's two are one. */
	if (name == interp)
		return true;
	__builtin_memset(s->data, 0, HASHED_BYTES);
	if (bpf_probe_read_kernel_str(s->data, HASHED_BYTES, name) >= HASHED_BYTES)
		return false;
	key->rest += hash_name(s) * FOLD_3 + (__u64)BPF_CORE_READ(task, fs, pwd.dentry) * FOLD_4;
	return true;
}

/* A script by a relative name: the kernel keeps no other of it. */
static __always_inline bool needs_cwd(struct linux_binprm *bprm)
{
	const char *name = BPF_CORE_READ(bprm, filename);
	char first = 0;

	if (name == BPF_CORE_READ(bprm, interp))
		return false;
	bpf_probe_read_kernel(&first, 1, name);
	return first != '/';
}

static __always_inline void exec_fill(struct scratch *s, struct task_struct *task,
				      struct tr_mark *m, struct linux_binprm *bprm, __u32 *ret_len)
{
	struct file *file = BPF_CORE_READ(bprm, file);
	struct tr_event_exec *e = (struct tr_event_exec *)s->data;
	struct place p = place_of_file(task, file, TR_EVENT_PERM_X, TR_EVENT_ACT_EXEC);
	struct walked w;
	__u32 at = sizeof(*e), path_len, name_len, interp_len, cwd_len = 0;

	w = path_walk(s, m->recording, (struct vfsmount *)p.mnt, (struct dentry *)p.dentry);
	path_len = path_append(s, &w, at);
	fill_file(false, &e->file, &p, &w, path_len);
	at += path_len;
	name_len = string_append(s, BPF_CORE_READ(bprm, filename), at);
	at += name_len;
	interp_len = string_append(s, BPF_CORE_READ(bprm, interp), at);
	at += interp_len;
	if (needs_cwd(bprm)) {
		w = path_walk(s, m->recording, BPF_CORE_READ(task, fs, pwd.mnt),
			      BPF_CORE_READ(task, fs, pwd.dentry));
		cwd_len = path_append(s, &w, at);
		e->file.flags |= w.flags & TR_PATH_TRUNCATED;
	}
	e->name_len = (__u16)name_len;
	e->interp_len = (__u16)interp_len;
	e->cwd_len = (__u16)cwd_len;
	e->gains = exec_gains(bprm);
	*ret_len = at + cwd_len;
}

/* An exec, with the name it was started by: the only trace of a script, whose file is closed. */
__weak __noinline int exec_seen(struct tr_mark *m, __u64 task_at, __u64 bprm_at)
{
	struct task_struct *task = (struct task_struct *)task_at;
	struct linux_binprm *bprm = (struct linux_binprm *)bprm_at;
	struct scratch *s = m ? scratch_for(m) : NULL;
	struct file_key key;
	__u8 one = 1;
	__u32 len;
	bool keyed;

	if (!s)
		return 0;
	keyed = exec_key_of(&key, s, task, m, bprm);
	if (keyed && bpf_map_lookup_elem(&files_seen, &key)) {
		scratch_give_back(s);
		return 0;
	}
	exec_fill(s, task, m, bprm, &len);
	event_head(&s->head, TR_EVENT_EXEC, task, m);
	if (!event_send(s, len, true) && keyed)
		remember(&files_seen, TR_TABLE_FILES, &key, &one, m->recording);
	scratch_give_back(s);
	return 0;
}

#endif
