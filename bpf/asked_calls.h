/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What system calls ask for without a path, by the tracepoint backend: sockets, signal 0, ptrace, user
 * namespaces, io_uring; mounts; and mappings that are made executable.
 */
#ifndef BPF_ASKED_CALLS_H
#define BPF_ASKED_CALLS_H

#include "asked.h"
#include "calls.h"
#include "mount_op.h"
#include "named.h"
#include "root.h"
#include "vma.h"

/* What an address begins with; of AF_UNIX, a first byte of 0 says that it is abstract. */
struct sockaddr_head {
	__u16 family;
	__u8 first, second;
};

/* The family and type of the socket behind a descriptor; false if it is none. */
static __always_inline bool socket_of_fd(long fd, __u16 *ret_family, __u16 *ret_type)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct file *file = file_of_fd(false, task, fd);
	struct socket *sock;
	struct sock *sk;

	if (!file || (BPF_CORE_READ(file, f_inode, i_mode) & S_IFMT) != S_IFSOCK ||
	    BPF_CORE_READ(file, f_inode, i_sb, s_magic) != SOCKFS_MAGIC)
		return false;
	sock = BPF_CORE_READ(file, private_data);
	sk = BPF_CORE_READ(sock, sk);
	if (!sk)
		return false;
	*ret_family = BPF_CORE_READ(sk, __sk_common.skc_family);
	*ret_type = BPF_CORE_READ(sk, sk_type);
	return true;
}

static __always_inline void socket_used(struct tr_mark *m, long fd)
{
	struct task_struct *task = bpf_get_current_task_btf();
	__u16 family, type;

	if (socket_of_fd(fd, &family, &type))
		network_used(m, task, family, type);
}

/* __sock_create asks once family and type are known to be numbers of some. */
static __always_inline void socket_made(struct tr_mark *m, __u64 family, __u64 type, __s64 ret)
{
	if (ret != -EINVAL && family && family < AF_MAX)
		network_used(m, bpf_get_current_task_btf(), (__u16)family,
			     (__u16)(type & SOCK_TYPE_MASK));
}

/* A socket in the file system is a name that is made (unix_bind_bsd). */
__weak __noinline int name_bound(struct tr_mark *m, __u64 task_at, __u64 address, __u32 len,
				 __s64 ret)
{
	struct named_act a = { .act = TR_EVENT_ACT_MKNOD, .perms = TR_EVENT_PERM_W };
	struct sockaddr_head head = { 0 };

	if (!m || len <= 2 || len > 2 + TR_ADDRESS_MAX ||
	    bpf_probe_read_user(&head, sizeof(head), (void *)address) || head.family != AF_UNIX ||
	    !head.first)
		return 0;
	a.error = ret < 0 ? (__u16)-ret : 0;
	a.name.dir = AT_FDCWD;
	a.name.name = address + 2;
	a.name.size = len - 2 + 1;
	if (a.error != EADDRINUSE && a.error != ENOTSOCK && may_have_asked(a.act, a.error))
		named_seen(m, task_at, &a);
	return 0;
}

/* Reads what was bound to; false if nothing was, or it cannot be told. */
static __always_inline bool bound_read(struct bound *b, __u64 address, __u32 len)
{
	__u16 port = 0;
	long e;

	switch (b->head.family) {
	case AF_INET:
		b->head.address_len = 4;
		e = bpf_probe_read_user(b->address, 4, (void *)(address + 4));
		break;
	case AF_INET6:
		b->head.address_len = 16;
		e = bpf_probe_read_user(b->address, 16, (void *)(address + 8));
		break;
	case AF_UNIX:
		if (len <= 2 || len > 2 + TR_ADDRESS_MAX)
			return false;
		b->head.address_len = (__u16)(len - 2);
		return !bpf_probe_read_user(b->address, (len - 2) & 127, (void *)(address + 2));
	default:
		return false;
	}
	if (e || bpf_probe_read_user(&port, sizeof(port), (void *)(address + 2)))
		return false;
	b->head.port = __builtin_bswap16(port);
	return true;
}

__weak __noinline int socket_bound(struct tr_mark *m, __u64 task_at, __u64 fd, __u64 address,
				   __u32 len)
{
	struct bound b = { .task = task_at };

	if (!m || !socket_of_fd((__s32)fd, &b.head.family, &b.head.type))
		return 0;
	network(m, &b);
	if (!bound_read(&b, address, len))
		return 0;
	b.hash = bound_hash(&b);
	return network(m, &b);
}

/*
 * A number that a task names another by. In a pid namespace of its own, all that it can name are of its
 * container; else only the task itself is certain to be.
 */
static __always_inline __u8 peer_of_number(__s32 pid)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct pid *own = BPF_CORE_READ(task, thread_pid);
	__u32 level = BPF_CORE_READ(own, level);
	struct upid upid = { 0 };

	bpf_core_read(&upid, sizeof(upid), &own->numbers[level & 31]);
	if (BPF_CORE_READ(upid.ns, ns.inum) != cfg_host_pid_ns || pid == task->pid ||
	    pid == task->tgid || pid == 0)
		return TR_EVENT_PEER_SELF;
	return TR_EVENT_PEER_OTHER;
}

/* One side of an act, and the other's if that is one of the recording's, too. */
static __always_inline void asked_both(struct tr_mark *m, __u64 task_at, __u8 kind, __u8 op,
				       __u8 op_of_other, __u8 peer)
{
	asked(m, task_at, asked_word(kind, op, peer, 0, 0));
	if (peer == TR_EVENT_PEER_SELF)
		asked(m, task_at, asked_word(kind, op_of_other, peer, 0, 0));
}

/* Signal 0 is asked for and not sent: no tracepoint tells of it. */
static __always_inline void existence(struct tr_mark *m, __u64 task_at, __u64 sig, __s32 pid,
				      __s64 ret)
{
	if (!ret && !sig)
		asked_both(m, task_at, TR_ASKED_SIGNAL, TR_EVENT_ACCESS_SEND,
			   TR_EVENT_ACCESS_RECEIVE, peer_of_number(pid));
}

static __always_inline void traced(struct tr_mark *m, __u64 task_at, __s32 pid)
{
	struct task_struct *task = bpf_get_current_task_btf();

	/* Nobody needs a permission for himself (same_thread_group in __ptrace_may_access). */
	if (pid && pid != task->tgid)
		asked_both(m, task_at, TR_ASKED_PTRACE, TR_EVENT_ACCESS_TRACE,
			   TR_EVENT_ACCESS_TRACEDBY, peer_of_number(pid));
}

static __always_inline void read_of(struct tr_mark *m, __u64 task_at, __s32 pid)
{
	struct task_struct *task = bpf_get_current_task_btf();

	if (pid && pid != task->tgid)
		asked_both(m, task_at, TR_ASKED_PTRACE, TR_EVENT_ACCESS_READ,
			   TR_EVENT_ACCESS_READBY, peer_of_number(pid));
}

static __always_inline void ptrace_call(struct tr_mark *m, __u64 task_at, __u64 request, __s32 pid)
{
	struct tr_mark *parent;
	__u8 peer;

	if (request == PTRACE_ATTACH || request == PTRACE_SEIZE) {
		traced(m, task_at, pid);
	} else if (request == PTRACE_TRACEME) {
		parent = mark_of(bpf_get_current_task_btf()->real_parent);
		peer = parent && parent->recording == m->recording ? TR_EVENT_PEER_SELF :
								     TR_EVENT_PEER_OTHER;
		asked_both(m, task_at, TR_ASKED_PTRACE, TR_EVENT_ACCESS_TRACEDBY,
			   TR_EVENT_ACCESS_TRACE, peer);
	}
}

/* Where flags are behind a pointer: clone_args begins with them; io_uring_params has them at 8. */
static __always_inline __u64 flags_behind(struct tr_mark *m, __u64 at, __u32 size)
{
	__u64 flags = 0;

	if (bpf_probe_read_user(&flags, size & 15, (void *)at))
		count_loss(m->recording, TR_EVENT_LOSS_STRING);
	return flags;
}

static __always_inline void user_namespace(struct tr_mark *m, __u64 task_at, __u64 flags)
{
	if (flags & CLONE_NEWUSER)
		asked(m, task_at, asked_word(TR_ASKED_USERNS, 0, 0, 0, 0));
}

static __always_inline const struct cred *cred_of_file(__u64 at)
{
	struct file *file = (struct file *)at;

	return BPF_CORE_READ(file, f_cred);
}

/* A range may have mappings of several files. */
#define MAX_VMAS 8

/* The files that are mapped in a range. `what`: permissions, and the act from bit 16 on. */
__weak __noinline int files_mapped(struct tr_mark *m, __u64 at, __u64 end, __u32 what)
{
	struct vma_walk w;
	long e;

	if (!m || !bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_find_vma))
		return 0;
	for (int i = 0; i < MAX_VMAS && at < end; i++) {
		e = vma_at(m, at, &w);
		if (e || w.end <= at)
			break;
		/* Of a file system that is made of others, the mounter's file is mapped (backing_file_mmap). */
		if (w.file && is_own(bpf_get_current_task_btf(), m, cred_of_file(w.file)))
			file_seen(m, address_of(bpf_get_current_task_btf()), w.file, what & 0xffff,
				  what >> 16, 0);
		at = w.end;
	}
	return 0;
}

/* Calls that fail with another error had asked; these come from what is looked at before. */
static __always_inline bool mount_had_asked(__s64 ret)
{
	return !ret || (ret != -ENOTDIR && ret != -EACCES && ret != -ELOOP &&
			ret != -ENAMETOOLONG && ret != -EFAULT && ret != -EBADF);
}

/* A mount, as the call names it. */
struct mount_call {
	__u64 task, name, source, fstype;
	__u64 flags;
	__s32 dir, source_dir;
	__u16 op, error;
	__u32 pad;
};

static __always_inline __u32 text_append(struct scratch *s, __u64 text, __u32 at)
{
	long n;

	if (!text)
		return 0;
	at &= STRINGS_BYTES - 1;
	n = bpf_probe_read_user_str(s->data + at, PATH_BYTES, (void *)text);
	return n > 0 ? (__u32)(n - 1) & (PATH_BYTES - 1) : 0;
}

__weak __noinline int mount_named(struct tr_mark *m, struct mount_call *c)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct tr_event_mount *e;
	struct scratch *s;
	struct walked w;
	__u32 at = sizeof(*e), len;

	if (!m || !c)
		return 0;
	s = scratch_for(m);
	if (!s)
		return 0;
	e = (struct tr_event_mount *)s->data;
	__builtin_memset(e, 0, sizeof(*e));
	e->flags = c->flags;
	e->op = (__u8)c->op;
	e->named = 1;
	e->error = c->error;
	len = text_append(s, c->name, at);
	e->path_len = (__u16)len;
	at += len;
	len = text_append(s, c->source, at);
	e->source_len = (__u16)len;
	at += len;
	len = text_append(s, c->fstype, at);
	e->fstype_len = (__u16)len;
	at += len;
	w = path_walk(s, m->recording, BPF_CORE_READ(task, fs, pwd.mnt),
		      BPF_CORE_READ(task, fs, pwd.dentry));
	len = path_append(s, &w, at);
	e->cwd_len = (__u16)len;
	at = mount_root_append(s, m, task, e, at + len);
	event_head(&s->head, TR_EVENT_MOUNT, task, m);
	if (at && e->path_len)
		event_send(s, at, true);
	else if (at && !c->error)
		count_loss(m->recording, TR_EVENT_LOSS_STRING);
	scratch_give_back(s);
	return 0;
}

static __always_inline void mount_call(struct tr_mark *m, __u64 regs_at, __u32 abi, __s64 ret)
{
	__u64 flags = mount_flags_of(call_arg_at(regs_at, abi, 3));
	struct mount_call c = { .name = call_arg_at(regs_at, abi, 1) };

	c.flags = flags;
	c.op = (__u16)mount_op_of(flags);
	c.error = ret < 0 ? (__u16)-ret : 0;
	if (mount_has_source(c.op))
		c.source = call_arg_at(regs_at, abi, 0);
	if (c.op == TR_EVENT_MOUNT_NEW)
		c.fstype = call_arg_at(regs_at, abi, 2);
	if (mount_had_asked(ret))
		mount_named(m, &c);
}

/* What may not be unmounted by the caller, or is no mount point, is told before (can_umount). */
static __always_inline void umount_call(struct tr_mark *m, __u64 name, __u32 flags, __s64 ret)
{
	struct mount_call c = {
		.name = name, .flags = flags, .op = TR_EVENT_MOUNT_UMOUNT, .error = (__u16)-ret
	};

	if (!ret || ret == -EBUSY || ret == -EAGAIN)
		mount_named(m, &c);
}

static __always_inline void pivot_call(struct tr_mark *m, __u64 root, __u64 old, __s64 ret)
{
	struct mount_call c = {
		.name = root, .source = old, .op = TR_EVENT_MOUNT_PIVOT_ROOT, .error = (__u16)-ret
	};

	if (!ret || ret == -EBUSY || ret == -EINVAL)
		mount_named(m, &c);
}

static __always_inline void move_call(struct tr_mark *m, __u64 regs_at, __u32 abi, __s64 ret)
{
	struct mount_call c = {
		.name = call_arg_at(regs_at, abi, 3),
		.source = call_arg_at(regs_at, abi, 1),
		.op = TR_EVENT_MOUNT_MOVE,
	};

	if (!ret)
		mount_named(m, &c);
}

/* Calls with mounts. */
__weak __noinline int mounting_call(struct tr_mark *m, __u64 regs_at, __u32 which, __u32 abi,
				    __s64 ret)
{
	if (!m)
		return 0;
	switch (which) {
	case FILE_CALL_MOUNT:
		mount_call(m, regs_at, abi, ret);
		break;
	case FILE_CALL_UMOUNT:
		umount_call(m, call_arg_at(regs_at, abi, 0), (__u32)call_arg_at(regs_at, abi, 1),
			    ret);
		break;
	case FILE_CALL_OLD_UMOUNT:
		umount_call(m, call_arg_at(regs_at, abi, 0), 0, ret);
		break;
	case FILE_CALL_PIVOT_ROOT:
		pivot_call(m, call_arg_at(regs_at, abi, 0), call_arg_at(regs_at, abi, 1), ret);
		break;
	case FILE_CALL_MOVE_MOUNT:
		move_call(m, regs_at, abi, ret);
		break;
	}
	return 0;
}

/* Calls with sockets but bind. */
__weak __noinline int socket_any_call(struct tr_mark *m, __u32 which, __u64 first, __u64 second,
				      __s64 ret)
{
	if (!m || ret == -EBADF || ret == -ENOTSOCK)
		return 0;
	if (which == FILE_CALL_SOCKET_USE)
		socket_used(m, (__s32)first);
	else
		socket_made(m, first, second, ret);
	return 0;
}

static __always_inline int socket_call(struct tr_mark *m, __u64 task_at, __u32 which, __u64 first,
				       __u64 second, __u32 third, __s64 ret)
{
	if (which != FILE_CALL_BIND)
		return socket_any_call(m, which, first, second, ret);
	socket_bound(m, task_at, first, second, third);
	return name_bound(m, task_at, second, third, ret);
}

/* i386 has its socket calls behind one number, too, their arguments in memory. */
static __always_inline int socketcall_call(struct tr_mark *m, __u64 task_at, __u64 call, __u64 args,
					   __s64 ret)
{
	enum file_call which = FILE_CALL_SOCKET_USE;
	__u32 a[3] = { 0 };

	if (bpf_probe_read_user(a, sizeof(a), (void *)args))
		return 0;
	switch (call) {
	case SYS_SOCKET:
	case SYS_SOCKETPAIR:
		which = FILE_CALL_SOCKET;
		break;
	case SYS_BIND:
		which = FILE_CALL_BIND;
		break;
	case SYS_CONNECT:
	case SYS_LISTEN:
	case SYS_ACCEPT:
	case SYS_ACCEPT4:
		break;
	default:
		return 0;
	}
	return socket_call(m, task_at, which, a[0], a[1], a[2], ret);
}

/* Calls that act on other tasks, or ask for what no other act needs. */
__weak __noinline int task_call(struct tr_mark *m, __u64 task_at, __u64 regs_at, __u32 what,
				__s64 ret)
{
	__u32 which = what & 0xffff, abi = what >> 16;
	__u64 first, second;

	if (!m || ret < 0)
		return 0;
	first = call_arg_at(regs_at, abi, 0);
	second = call_arg_at(regs_at, abi, 1);
	switch (which) {
	case FILE_CALL_KILL:
	case FILE_CALL_PIDFD_KILL:
		existence(m, task_at, second, which == FILE_CALL_KILL ? (__s32)first : -1, ret);
		break;
	case FILE_CALL_TGKILL:
		existence(m, task_at, call_arg_at(regs_at, abi, 2), (__s32)second, ret);
		break;
	case FILE_CALL_PTRACE:
		ptrace_call(m, task_at, first, (__s32)second);
		break;
	case FILE_CALL_VM_ACCESS:
		traced(m, task_at, (__s32)first);
		break;
	case FILE_CALL_PIDFD_ACCESS:
		traced(m, task_at, -1);
		break;
	case FILE_CALL_KCMP:
		read_of(m, task_at, (__s32)first);
		read_of(m, task_at, (__s32)second);
		break;
	case FILE_CALL_CLONE:
		user_namespace(m, task_at, first);
		break;
	case FILE_CALL_CLONE3:
		user_namespace(m, task_at, flags_behind(m, first, sizeof(__u64)));
		break;
	case FILE_CALL_URING_SETUP:
		if (flags_behind(m, second + 8, sizeof(__u32)) & IORING_SETUP_SQPOLL)
			asked(m, task_at,
			      asked_word(TR_ASKED_IO_URING, TR_EVENT_URING_SQPOLL, 0, 0, 0));
		break;
	}
	return 0;
}

/* Huge pages that were mapped for themselves; their file has no name. */
static __always_inline int huge_mapped(struct tr_mark *m, __u64 regs_at, __u32 abi, __u64 at)
{
	__u64 prot = call_arg_at(regs_at, abi, 2), flags = call_arg_at(regs_at, abi, 3);
	__u32 perms = 0;

	if (prot & PROT_READ)
		perms |= TR_EVENT_PERM_R;
	if ((prot & PROT_WRITE) && (flags & MAP_SHARED))
		perms |= TR_EVENT_PERM_W;
	if (prot & PROT_EXEC)
		perms |= TR_EVENT_PERM_M;
	return files_mapped(m, at, at + 1, perms | TR_EVENT_ACT_MMAP << 16);
}

/* Huge pages are asked for when they are mapped: as good as always, and shared. */
__weak __noinline int memfd_call(struct tr_mark *m, __u64 task_at, __u64 flags, __s64 ret)
{
	struct file *file;

	if (!m || !(flags & MFD_HUGETLB) || ret < 0)
		return 0;
	file = file_of_fd(false, bpf_get_current_task_btf(), ret);
	if (file)
		file_seen(m, task_at, (__u64)file, TR_EVENT_PERM_R | TR_EVENT_PERM_W,
			  TR_EVENT_ACT_MMAP, 0);
	return 0;
}

/* Straight from here: the longest way down, and the stack is short. */
static __always_inline int mprotect_call(struct tr_mark *m, __u64 regs_at, __u32 abi)
{
	__u64 from = call_arg_at(regs_at, abi, 0), prot = call_arg_at(regs_at, abi, 2);

	if (!(prot & PROT_EXEC) &&
	    !((prot & PROT_READ) && (bpf_get_current_task_btf()->personality & READ_IMPLIES_EXEC)))
		return 0;
	return files_mapped(m, from, from + call_arg_at(regs_at, abi, 1),
			    TR_EVENT_PERM_M | TR_EVENT_ACT_MPROTECT << 16);
}

/* The end of one of these calls. `what`: the call, and its ABI from bit 16 on. */
static __always_inline int asked_call(struct tr_mark *m, __u64 task_at, __u64 regs_at, __u32 what,
				      __s64 ret)
{
	__u32 which = what & 0xffff;

	if (which == FILE_CALL_MPROTECT)
		return mprotect_call(m, regs_at, what >> 16);
	if (which == FILE_CALL_MEMFD)
		return memfd_call(m, task_at, call_arg_at(regs_at, what >> 16, 1), ret);
	if (which == FILE_CALL_SOCKETCALL)
		return socketcall_call(m, task_at, call_arg_at(regs_at, what >> 16, 0),
				       call_arg_at(regs_at, what >> 16, 1), ret);
	if (which < FILE_CALL_SOCKETCALL)
		return socket_call(m, task_at, which, call_arg_at(regs_at, what >> 16, 0),
				   call_arg_at(regs_at, what >> 16, 1),
				   (__u32)call_arg_at(regs_at, what >> 16, 2), ret);
	if (which >= FILE_CALL_MOUNT && which <= FILE_CALL_MOVE_MOUNT)
		return mounting_call(m, regs_at, which, what >> 16, ret);
	return task_call(m, task_at, regs_at, what, ret);
}

#endif
