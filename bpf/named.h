/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Acts on names, by the tracepoint backend: unlink, rename, mkdir and their like return no descriptor that
 * could be walked. The directory that a name is relative to is walked here, at the moment of the call; the
 * name travels as it was given, and the recorder follows its symbolic links below the root of the process.
 *
 * The name is read at the end of the call, when the kernel has had it in memory: a thread that changes
 * it meanwhile deceives its own recording, and nobody else's.
 */
#ifndef BPF_NAMED_H
#define BPF_NAMED_H

#include "calls.h"
#include "files.h"
#include "root.h"

/* Where a call has its arguments; -1: nowhere, and a name without a directory is relative to cwd. */
struct named_spec {
	__u8 act; /* TR_EVENT_ACT_* */
	__u8 perms; /* TR_EVENT_PERM_* */
	__s8 dir, name, other_dir, other_name, flags;
	__u8 how; /* TR_NAMED_* */
};

#define SPEC(call) [FILE_CALL_##call - FILE_CALL_NAMED]
#define W	   TR_EVENT_PERM_W
#define RW	   (TR_EVENT_PERM_R | TR_EVENT_PERM_W)
#define FOLLOW	   TR_NAMED_FOLLOW
/* clang-format off */
#define NAMED_SPECS 32 /* a power of two: an index is masked */
_Static_assert(FILE_CALL_DESCRIPTOR - FILE_CALL_NAMED <= NAMED_SPECS, "named_specs");
static const struct named_spec named_specs[NAMED_SPECS] = {
	/*                 act                          perms  dir name o.dir o.name flags */
	SPEC(UNLINK) =    { TR_EVENT_ACT_UNLINK,        W,     -1, 0,   -1,   -1,    -1, 0 },
	SPEC(UNLINKAT) =  { TR_EVENT_ACT_UNLINK,        W,      0, 1,   -1,   -1,     2, 0 },
	SPEC(RMDIR) =     { TR_EVENT_ACT_RMDIR,         W,     -1, 0,   -1,   -1,    -1, 0 },
	SPEC(RENAME) =    { TR_EVENT_ACT_RENAME_FROM,   RW,    -1, 0,   -1,    1,    -1, 0 },
	SPEC(RENAMEAT) =  { TR_EVENT_ACT_RENAME_FROM,   RW,     0, 1,    2,    3,    -1, 0 },
	SPEC(RENAMEAT2) = { TR_EVENT_ACT_RENAME_FROM,   RW,     0, 1,    2,    3,     4, 0 },
	SPEC(MKDIR) =     { TR_EVENT_ACT_MKDIR,         W,     -1, 0,   -1,   -1,    -1, 0 },
	SPEC(MKDIRAT) =   { TR_EVENT_ACT_MKDIR,         W,      0, 1,   -1,   -1,    -1, 0 },
	SPEC(LINK) =      { TR_EVENT_ACT_LINK, TR_EVENT_PERM_L, -1, 1,  -1,    0,    -1, 0 },
	SPEC(LINKAT) =    { TR_EVENT_ACT_LINK, TR_EVENT_PERM_L,  2, 3,   0,    1,     4, 0 },
	SPEC(SYMLINK) =   { TR_EVENT_ACT_SYMLINK,       W,     -1, 1,   -1,   -1,    -1, 0 },
	SPEC(SYMLINKAT) = { TR_EVENT_ACT_SYMLINK,       W,      1, 2,   -1,   -1,    -1, 0 },
	SPEC(MKNOD) =     { TR_EVENT_ACT_MKNOD,         W,     -1, 0,   -1,   -1,    -1, 0 },
	SPEC(MKNODAT) =   { TR_EVENT_ACT_MKNOD,         W,      0, 1,   -1,   -1,    -1, 0 },
	SPEC(CHMOD) =     { TR_EVENT_ACT_CHMOD,         W,     -1, 0,   -1,   -1,    -1, FOLLOW },
	SPEC(FCHMODAT) =  { TR_EVENT_ACT_CHMOD,         W,      0, 1,   -1,   -1,    -1, FOLLOW },
	SPEC(FCHMODAT2) = { TR_EVENT_ACT_CHMOD,         W,      0, 1,   -1,   -1,     3, FOLLOW },
	SPEC(CHOWN) =     { TR_EVENT_ACT_CHOWN,         W,     -1, 0,   -1,   -1,    -1, FOLLOW },
	SPEC(LCHOWN) =    { TR_EVENT_ACT_CHOWN,         W,     -1, 0,   -1,   -1,    -1, 0 },
	SPEC(FCHOWNAT) =  { TR_EVENT_ACT_CHOWN,         W,      0, 1,   -1,   -1,     4, FOLLOW },
	SPEC(TRUNCATE) =  { TR_EVENT_ACT_TRUNCATE,      W,     -1, 0,   -1,   -1,    -1, FOLLOW },
};
/* clang-format on */
#undef SPEC
#undef W
#undef RW
#undef FOLLOW

/* A name as a call was given it. */
struct given {
	__u64 name; /* in user memory; 0: the file of `dir` itself */
	__s32 dir; /* a descriptor, or AT_FDCWD */
	__u32 size; /* of the buffer, with a NUL that may be missing there */
};

struct named_act {
	struct given name, other; /* other.size 0: there is none */
	__u16 perms, error;
	__u8 act, flags;
	__u16 pad;
};

/* Whether a call that ended with this error may have asked for permission before. */
static __always_inline bool may_have_asked(__u8 act, __u32 error)
{
	switch (error) {
	case 0:
		return true;
	case ENOENT:
	case ENOSYS:
	case EFAULT:
	case EBADF:
	case EINVAL:
	case ELOOP:
	case ENAMETOOLONG:
	case EROFS:
		/* The name was not understood, nothing found, or its mount is read-only (mnt_want_write). */
		return false;
	case EEXIST:
		/* filename_create; an emptiness that is checked late has its own error on Linux */
		return false;
	case EACCES:
		/* To search a directory is refused before, to write in it behind (may_delete, may_create). */
		return act != TR_EVENT_ACT_CHMOD && act != TR_EVENT_ACT_CHOWN &&
		       act != TR_EVENT_ACT_TRUNCATE;
	case ENOTDIR:
	case EXDEV:
		/* Of what the name ends in, rather than on the way there. */
		return act == TR_EVENT_ACT_RMDIR || act == TR_EVENT_ACT_RENAME_FROM;
	case EPERM:
	case ETXTBSY:
		/* vfs_truncate looks at both first. */
		return act != TR_EVENT_ACT_TRUNCATE;
	case EISDIR:
		return act == TR_EVENT_ACT_UNLINK || act == TR_EVENT_ACT_RENAME_FROM;
	}
	return true;
}

/* Where a name begins: a mount and a dentry, both as addresses. */
struct spot {
	__u64 mnt, dentry;
};

/* A number in s->data from `at` to a NUL, or -1. */
static __always_inline long number_at(struct scratch *s, __u32 at)
{
	long n = -1;

	for (int i = 0; i < 8; i++) {
		char c = s->data[(at + i) & (STRINGS_BYTES - 1)];

		if (c < '0' || c > '9')
			return c ? -1 : n;
		n = (n < 0 ? 0 : n * 10) + (c - '0');
	}
	return -1;
}

/* Eight bytes of s->data, the first the lowest. */
static __always_inline __u64 word_at(struct scratch *s, __u32 at)
{
	return *(__u64 *)(s->data + (at & (STRINGS_BYTES - 1)));
}

/* The descriptor that /proc/self/fd/N names, or -1; the name is in s->data at `at`. */
__weak __noinline int own_descriptor(struct scratch *s, __u32 at)
{
	const __u64 proc_sel = 0x65732f636f72702fULL, self_fd = 0x2f64662f666c6573ULL;
	const __u64 proc_thr = 0x68742f636f72702fULL, read_sel = 0x6c65732d64616572ULL,
		    tail = 0x0000002f64662f66ULL;

	if (!s)
		return -1;
	if (word_at(s, at) == proc_sel && word_at(s, at + 6) == self_fd)
		return (int)number_at(s, at + 14);
	if (word_at(s, at) == proc_thr && word_at(s, at + 8) == read_sel &&
	    (word_at(s, at + 16) << 24) >> 24 == tail)
		return (int)number_at(s, at + 21);
	return -1;
}

/*
 * Where a name begins: at a descriptor, the working directory or the root. The name is in s->data at `at`,
 * with its NUL. Returns 1 if the spot is the file itself, 0 if it is what the name is relative to,
 * and -1 if there is none.
 */
__weak __noinline int spot_of(struct spot *p, struct scratch *s, __u32 at, int dir, __u32 follow)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct file *file;
	int fd = -1;
	char first;

	if (!p || !s)
		return -1;
	p->mnt = p->dentry = 0;
	first = s->data[at & (STRINGS_BYTES - 1)];
	if (first == '/' && follow)
		fd = own_descriptor(s, at);
	if (first == '/' && fd < 0) {
		p->mnt = (__u64)BPF_CORE_READ(task, fs, root.mnt);
		p->dentry = (__u64)BPF_CORE_READ(task, fs, root.dentry);
		return 0;
	}
	if (fd < 0 && dir == AT_FDCWD) {
		p->mnt = (__u64)BPF_CORE_READ(task, fs, pwd.mnt);
		p->dentry = (__u64)BPF_CORE_READ(task, fs, pwd.dentry);
		return first == '\0';
	}
	file = file_of_fd(false, task, fd < 0 ? dir : fd);
	if (!file)
		return -1;
	p->mnt = (__u64)BPF_CORE_READ(file, f_path.mnt);
	p->dentry = (__u64)BPF_CORE_READ(file, f_path.dentry);
	return fd >= 0 || first == '\0';
}

/* A 64-bit hash of `len` bytes of s->data behind the event's head, which are zero-padded to a word. */
__weak __noinline __u64 hash_names(struct scratch *s, __u32 len)
{
	__u64 h = 0xcbf29ce484222325ULL;

	if (!s)
		return 0;
	for (__u32 i = 0; i < 2 * PATH_BYTES / 8; i++) {
		if (i * 8 >= len)
			break;
		h = (h ^ *(__u64 *)(s->data + sizeof(struct tr_event_named) + i * 8)) *
		    0x100000001b3ULL;
		h ^= h >> 32;
	}
	return h;
}

/*
 * Appends a name at `at`, with a NUL behind it. Returns its length; -1 if it cannot be read. One of
 * no bytes at all may be a NULL.
 */
static __always_inline long given_append(struct scratch *s, struct given *g, __u32 at)
{
	__u32 size = g->size;
	long n;

	at &= STRINGS_BYTES - 1;
	s->data[at] = '\0';
	if (!g->name)
		return 0;
	if (size > PATH_BYTES)
		size = PATH_BYTES;
	n = bpf_probe_read_user_str(s->data + at, size, (void *)g->name);
	/* Of an empty string some kernels do not count the NUL (strncpy_from_user_nofault). */
	return n > 0 ? (n - 1) & (PATH_BYTES - 1) : n;
}

/* Walks a spot and appends its path. Returns the bytes added. */
static __always_inline __u32 spot_append(struct scratch *s, struct tr_mark *m, struct spot *p,
					 __u32 at, __u32 *ret_flags)
{
	struct dentry *dentry = (struct dentry *)p->dentry;
	struct walked w;

	w = path_walk(s, m->recording, (struct vfsmount *)p->mnt, dentry);
	*ret_flags = w.flags;
	if ((BPF_CORE_READ(dentry, d_inode, i_mode) & S_IFMT) == S_IFDIR)
		*ret_flags |= TR_PATH_DIRECTORY;
	return path_append(s, &w, at);
}

static __always_inline __u64 spot_hash(struct spot *p)
{
	struct dentry *dentry = (struct dentry *)p->dentry;
	struct inode *inode = BPF_CORE_READ(dentry, d_inode);

	return p->mnt * FOLD_1 + (__u64)BPF_CORE_READ(dentry, d_parent) * FOLD_2 +
	       BPF_CORE_READ(inode, i_ino) * FOLD_3 + BPF_CORE_READ(dentry, d_name.hash) * FOLD_4 +
	       ((__u64)BPF_CORE_READ(inode, i_sb, s_dev) << 32 |
		BPF_CORE_READ(inode, i_generation)) *
		       FOLD_5;
}

static __always_inline void named_key_of(struct file_key *key, struct tr_mark *m,
					 struct named_act *a, struct spot *p, struct spot *other,
					 __u64 root, __u64 names)
{
	key->dentry = p->dentry;
	key->rest = spot_hash(p) + names * FOLD_3 + root * FOLD_4 + a->flags;
	if (a->other.size)
		key->rest += (spot_hash(other) + other->dentry) * FOLD_2;
	key->name_hash = (__u32)(names >> 32) + a->error;
	key->row = (__u16)m->row;
	key->perms = (__u8)a->perms;
	/* One that failed may be done the next time: both are facts. */
	key->act = a->act;
	key->owner = !!a->error;
}

static __always_inline void named_fill(struct tr_event_named *e, struct named_act *a,
				       struct task_struct *task, struct spot *p)
{
	struct dentry *dentry = (struct dentry *)p->dentry;

	e->perms = a->perms;
	e->act = a->act;
	e->flags = a->flags;
	e->error = a->error;
	e->magic = (__u32)BPF_CORE_READ(dentry, d_sb, s_magic);
	root_fill(&e->root, task);
	e->fsuid = BPF_CORE_READ(task, cred, fsuid.val);
	e->fsgid = BPF_CORE_READ(task, cred, fsgid.val);
}

/* Appends the paths behind the names, of which there are `at` bytes. Returns the whole length, or 0. */
static __always_inline __u32 spots_append(struct scratch *s, struct tr_mark *m, struct named_act *a,
					  struct spot *p, struct spot *other, struct spot *root,
					  __u32 at)
{
	struct tr_event_named *e = (struct tr_event_named *)s->data;
	__u32 flags;

	e->dir_len = (__u16)spot_append(s, m, p, at, &flags);
	e->dir_flags = flags;
	at += e->dir_len;
	e->other_dir_len = 0;
	e->other_dir_flags = 0;
	if (a->other.size) {
		if (at > STRINGS_BYTES - PATH_BYTES)
			return 0;
		e->other_dir_len = (__u16)spot_append(s, m, other, at, &flags);
		e->other_dir_flags = flags;
		at += e->other_dir_len;
	}
	if (at > STRINGS_BYTES - PATH_BYTES)
		return 0;
	e->root_len = (__u16)spot_append(s, m, root, at, &flags);
	/* The namespace's own root goes without saying. */
	if (e->root_len == 1)
		e->root_len = 0;
	return at + e->root_len;
}

/*
 * Reads the names and finds where they begin. Returns the bytes that the event has then; 0 if that did
 * not work, which is a loss if the call was done.
 */
static __always_inline __u32 names_append(struct scratch *s, struct named_act *a, struct spot *p,
					  struct spot *other)
{
	struct tr_event_named *e = (struct tr_event_named *)s->data;
	__u32 at = sizeof(*e);
	long n = given_append(s, &a->name, at);
	int itself;

	if (n < 0)
		return 0;
	itself = spot_of(p, s, at, a->name.dir, a->flags & TR_NAMED_FOLLOW);
	if (itself < 0 || !p->dentry)
		return 0;
	e->name_len = itself ? 0 : (__u16)n;
	at += e->name_len;
	e->other_name_len = 0;
	if (!a->other.size)
		return at;
	n = given_append(s, &a->other, at);
	if (n < 0)
		return 0;
	itself = spot_of(other, s, at, a->other.dir, a->flags & TR_NAMED_OTHER_FOLLOW);
	if (itself < 0 || !other->dentry)
		return 0;
	e->other_name_len = itself ? 0 : (__u16)n;
	return at + e->other_name_len;
}

/* In s: what `a` says. Returns the length of the event; 0 if there is none to send. */
static __always_inline __u32 named_make(struct scratch *s, struct tr_mark *m,
					struct task_struct *task, struct named_act *a,
					struct file_key *key)
{
	struct spot p = { 0 }, other = { 0 }, root;
	__u32 at = names_append(s, a, &p, &other);

	if (!at) {
		if (!a->error)
			count_loss(m->recording, TR_EVENT_LOSS_STRING);
		return 0;
	}
	root.mnt = (__u64)BPF_CORE_READ(task, fs, root.mnt);
	root.dentry = (__u64)BPF_CORE_READ(task, fs, root.dentry);
	at &= STRINGS_BYTES - 1;
	*(__u64 *)(s->data + at) = 0;
	named_key_of(key, m, a, &p, &other, root.dentry,
		     hash_names(s, at - sizeof(struct tr_event_named)));
	if (bpf_map_lookup_elem(&files_seen, key))
		return 0;
	named_fill((struct tr_event_named *)s->data, a, task, &p);
	at = spots_append(s, m, a, &p, &other, &root, at);
	if (!at)
		count_loss(m->recording, TR_EVENT_LOSS_PATH_LONG);
	return at;
}

/* Hands an act on a name over, the first time. */
__weak __noinline int named_seen(struct tr_mark *m, __u64 task_at, struct named_act *a)
{
	struct task_struct *task = (struct task_struct *)task_at;
	struct scratch *s = m && a ? scratch_for(m) : NULL;
	struct file_key key;
	bool urgent;
	__u8 one = 1;
	__u32 len;

	if (!s)
		return 0;
	len = named_make(s, m, task, a, &key);
	if (len) {
		/* What has symbolic links to follow is looked at while they are there. */
		urgent = a->flags || a->other.size || a->error ||
			 s->data[sizeof(struct tr_event_named)] == '/';
		event_head(&s->head, TR_EVENT_NAMED, task, m);
		if (!event_send(s, len, urgent))
			remember(&files_seen, TR_TABLE_FILES, &key, &one, m->recording);
	}
	scratch_give_back(s);
	return 0;
}

/* Argument i of a call; i is not known to the compiler. */
__weak __noinline __u64 any_arg(__u64 regs_at, __u32 abi, int i)
{
	switch (i) {
	case 0:
		return call_arg_at(regs_at, abi, 0);
	case 1:
		return call_arg_at(regs_at, abi, 1);
	case 2:
		return call_arg_at(regs_at, abi, 2);
	case 3:
		return call_arg_at(regs_at, abi, 3);
	case 4:
		return call_arg_at(regs_at, abi, 4);
	}
	return 0;
}

static __always_inline void given_of(struct given *g, __u64 regs_at, __u32 abi, __s8 dir, __s8 name)
{
	g->name = name < 0 ? 0 : any_arg(regs_at, abi, name);
	g->dir = dir < 0 ? AT_FDCWD : (__s32)any_arg(regs_at, abi, dir);
	g->size = PATH_BYTES;
}

/* What the flags of a call change. */
static __always_inline void named_flags(struct named_act *a, enum file_call which, __u64 flags)
{
	switch (which) {
	case FILE_CALL_UNLINKAT:
		if (flags & AT_REMOVEDIR)
			a->act = TR_EVENT_ACT_RMDIR;
		break;
	case FILE_CALL_RENAMEAT2:
		if (flags & RENAME_EXCHANGE)
			a->flags |= TR_NAMED_EXCHANGE;
		break;
	case FILE_CALL_LINKAT:
		if (flags & AT_SYMLINK_FOLLOW)
			a->flags |= TR_NAMED_OTHER_FOLLOW;
		break;
	default:
		if (flags & AT_SYMLINK_NOFOLLOW)
			a->flags &= ~TR_NAMED_FOLLOW;
	}
}

/* An act on a descriptor: what it points to is walked, as if it had been opened. */
__weak __noinline int descriptor_call(struct tr_mark *m, __u64 task_at, __u64 fd, __u32 which,
				      __s64 ret)
{
	struct file *file = file_of_fd(false, bpf_get_current_task_btf(), (__s32)fd);
	__u8 act = which == FILE_CALL_FCHMOD ? TR_EVENT_ACT_CHMOD :
		   which == FILE_CALL_FCHOWN ? TR_EVENT_ACT_CHOWN :
					       TR_EVENT_ACT_TRUNCATE;

	if (m && file && may_have_asked(act, ret < 0 ? (__u32)-ret : 0))
		file_seen(m, task_at, (__u64)file, TR_EVENT_PERM_W, act,
			  ret < 0 ? TR_PATH_REFUSED : 0);
	return 0;
}

/* The end of one of the calls that named_specs has. `what`: the call, and its ABI from bit 16 on. */
__weak __noinline int named_call(struct tr_mark *m, __u64 task_at, __u64 regs_at, __u32 what,
				 __s64 ret)
{
	__u32 which = what & 0xffff, abi = what >> 16, i = which - FILE_CALL_NAMED;
	const struct named_spec *spec;
	struct named_act a = { 0 };

	barrier_var(i);
	spec = &named_specs[i & (NAMED_SPECS - 1)];
	if (!m || !spec->perms)
		return 0;
	a.act = spec->act;
	a.perms = spec->perms;
	a.flags = spec->how;
	a.error = ret < 0 ? (__u16)-ret : 0;
	if (spec->flags >= 0)
		named_flags(&a, (enum file_call)which, any_arg(regs_at, abi, spec->flags));
	if (!may_have_asked(a.act, a.error))
		return 0;
	given_of(&a.name, regs_at, abi, spec->dir, spec->name);
	if (spec->other_name >= 0)
		given_of(&a.other, regs_at, abi, spec->other_dir, spec->other_name);
	return named_seen(m, task_at, &a);
}

/* What opening a file may end with once security_file_open was asked: what the file itself says. */
static __always_inline bool open_had_asked(__u32 error, __u64 flags)
{
	switch (error) {
	case ENOENT:
	case ENOTDIR:
	case ELOOP:
	case ENAMETOOLONG:
	case EFAULT:
	case EBADF:
	case EROFS:
	case EISDIR:
	case EEXIST:
	case ETXTBSY:
	case EMFILE:
	case ENFILE:
	case EPERM:
	case EXDEV:
	case E2BIG:
	case ENOMEM:
	case EOPNOTSUPP:
	case EACCES:
		return false;
	case EINVAL:
		return flags & O_DIRECT;
	}
	return true;
}

/* A file that could not be made was asked for before its directory was (may_o_create). */
static __always_inline bool create_may_have_asked(__u32 error, __u64 flags)
{
	return (flags & O_CREAT) && (error == EACCES || error == ENOSPC || error == EDQUOT);
}

static __always_inline void open_names(struct named_act *a, __u32 which, __u64 regs_at, __u32 abi,
				       __u64 *ret_flags)
{
	if (which == FILE_CALL_OPEN || which == FILE_CALL_CREAT) {
		given_of(&a->name, regs_at, abi, -1, 0);
		*ret_flags = which == FILE_CALL_CREAT ? O_CREAT | O_TRUNC | O_WRONLY :
							any_arg(regs_at, abi, 1);
		return;
	}
	given_of(&a->name, regs_at, abi, 0, 1);
	*ret_flags = any_arg(regs_at, abi, 2);
	if (which == FILE_CALL_OPENAT2 &&
	    bpf_probe_read_user(ret_flags, sizeof(*ret_flags), (void *)*ret_flags))
		*ret_flags = O_PATH;
}

/* An open that failed with something else than that there is nothing. */
__weak __noinline int open_failed(struct tr_mark *m, __u64 task_at, __u64 regs_at, __u32 what,
				  __s64 ret)
{
	struct named_act a = { .act = TR_EVENT_ACT_OPEN, .error = (__u16)-ret };
	__u32 which = what & 0xffff;
	__u64 flags = 0;

	if (!m || which < FILE_CALL_OPEN || which > FILE_CALL_OPENAT2)
		return 0;
	open_names(&a, which, regs_at, what >> 16, &flags);
	if (flags & O_PATH)
		return 0;
	if ((flags & O_ACCMODE) != O_WRONLY)
		a.perms |= TR_EVENT_PERM_R;
	if ((flags & O_ACCMODE) || (flags & (O_CREAT | O_TRUNC)))
		a.perms |= TR_EVENT_PERM_W;
	if (!(flags & O_NOFOLLOW) && (flags & (O_CREAT | O_EXCL)) != (O_CREAT | O_EXCL))
		a.flags |= TR_NAMED_FOLLOW;
	if (create_may_have_asked(a.error, flags)) {
		a.act = TR_EVENT_ACT_CREATE;
		a.perms = TR_EVENT_PERM_W;
	} else if (!open_had_asked(a.error, flags)) {
		return 0;
	}
	return named_seen(m, task_at, &a);
}

#endif
