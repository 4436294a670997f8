/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The kernel's types, as far as the programs read them: only the members used, in any order, as
 * CO-RE finds them in the running kernel's BTF by name. So the build needs no BTF, and this file
 * is the whole list of what we depend on.
 */
#ifndef BPF_KERNEL_H
#define BPF_KERNEL_H

#include <asm/errno.h>
#include <linux/bpf.h>
#include <linux/types.h>
#include <stdbool.h>

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

typedef struct {
	int counter;
} atomic_t;
typedef struct {
	unsigned int val;
} kuid_t;

struct timespec64 {
	long long tv_sec;
};
struct super_block {
	unsigned long s_flags;
	unsigned long s_magic;
	unsigned int s_dev;
};
struct inode {
	unsigned short i_mode;
	kuid_t i_uid;
	unsigned long i_ino;
	unsigned int i_generation;
	struct super_block *i_sb;
};
struct qstr {
	union {
		struct {
			unsigned int hash;
			unsigned int len;
		};
		unsigned long long hash_len;
	};
	const unsigned char *name;
};
struct hlist_node {
	struct hlist_node *next, **pprev;
};
struct hlist_head {
	struct hlist_node *first;
};
struct hlist_bl_node {
	struct hlist_bl_node *next, **pprev;
};
struct dentry {
	struct hlist_bl_node d_hash;
	struct dentry *d_parent;
	struct qstr d_name;
	struct inode *d_inode;
	struct super_block *d_sb;
};
struct vfsmount {
	struct dentry *mnt_root;
	struct super_block *mnt_sb;
	int mnt_flags;
};
struct mount {
	struct mount *mnt_parent;
	struct dentry *mnt_mountpoint;
	struct vfsmount mnt;
	struct mnt_namespace *mnt_ns;
};
struct path {
	struct vfsmount *mnt;
	struct dentry *dentry;
};
struct file {
	unsigned int f_mode;
	unsigned int f_flags;
	struct path f_path;
	struct inode *f_inode;
	const struct cred *f_cred;
	void *private_data;
};
struct fdtable {
	unsigned int max_fds;
	struct file **fd;
};
struct files_struct {
	struct fdtable *fdt;
};
struct fs_struct {
	struct path root;
	struct path pwd;
};
struct ns_common {
	unsigned int inum;
	unsigned long long ns_id; /* since Linux 6.18 */
};
struct mnt_namespace {
	struct ns_common ns;
	unsigned long long seq; /* before */
	bool is_anon; /* since Linux 7 */
};
struct pid_namespace {
	struct ns_common ns;
	unsigned int level;
};
struct upid {
	int nr;
	struct pid_namespace *ns;
};
struct pid {
	unsigned int level;
	struct upid numbers[1];
};
struct nsproxy {
	struct mnt_namespace *mnt_ns;
};
typedef struct {
	unsigned int val;
} kgid_t;
typedef struct {
	unsigned long long val; /* before Linux 6.3 two halves, as long together */
} kernel_cap_t;
struct cred {
	kuid_t fsuid;
	kgid_t fsgid;
	kernel_cap_t cap_bset;
	struct key *session_keyring;
	void *security;
};
/* security/apparmor/include/label.h; where AppArmor is not built in, nobody reads them */
struct aa_label {
	long flags;
};
enum label_flags {
	FLAG_UNCONFINED = 2,
};
struct lsm_blob_sizes {
	int lbs_cred;
};
struct seccomp {
	atomic_t filter_count;
};
struct thread_info {
	unsigned long syscall_work;
	unsigned int status;
};
struct kernfs_node {
	const char *name;
};
struct cgroup_subsys_state {
	struct cgroup *cgroup;
	struct cgroup_subsys_state *parent;
};
struct cgroup {
	struct cgroup_subsys_state self;
	struct kernfs_node *kn;
};
struct css_set {
	struct cgroup_subsys_state *subsys[16];
	struct cgroup *dfl_cgrp;
};
struct maple_tree {
	void *ma_root;
};
struct maple_range_64 {
	unsigned long pivot[15];
	void *slot[16];
};
struct maple_arange_64 {
	unsigned long pivot[9];
	void *slot[10];
};
struct maple_node {
	union {
		struct maple_range_64 mr64;
		struct maple_arange_64 ma64;
	};
};
struct mm_struct {
	struct file *exe_file;
	struct maple_tree mm_mt; /* Linux 6.1 */
	unsigned long saved_auxv[1]; /* as long as the architecture's is */
};
struct backing_file { /* Linux 6.8 */
	struct path user_path;
};
struct signal_struct {
	int nr_threads;
	unsigned int flags;
};
struct task_struct {
	struct thread_info thread_info;
	unsigned int flags;
	unsigned int ptrace;
	int pid, tgid;
	int exit_code;
	struct task_struct *real_parent;
	struct task_struct *group_leader;
	struct pid *thread_pid;
	struct mm_struct *mm;
	const struct cred *cred;
	const struct cred *real_cred;
	unsigned int personality;
	struct fs_struct *fs;
	struct files_struct *files;
	struct nsproxy *nsproxy;
	struct signal_struct *signal;
	struct seccomp seccomp;
	struct css_set *cgroups;
	struct bpf_local_storage *bpf_storage;
};
/* What programs keep of a task, an element for each map. */
struct bpf_local_storage {
	struct hlist_head list;
};
struct bpf_local_storage_data {
	struct bpf_local_storage_map *smap;
	__u8 data[];
};
struct bpf_local_storage_elem {
	struct hlist_node snode;
	struct bpf_local_storage_data sdata;
};
struct vm_area_struct {
	struct mm_struct *vm_mm;
	unsigned long vm_start;
	unsigned long vm_end;
	struct file *vm_file;
};
struct sock_common {
	unsigned short skc_family;
};
struct sock {
	struct sock_common __sk_common;
	unsigned short sk_type;
};
struct socket {
	struct sock *sk;
};
struct sockaddr {
	unsigned short sa_family;
};
struct user_namespace;
struct file_lock {
	struct file *fl_file;
	unsigned char fl_type;
};
struct file_lock_core {
	struct file *flc_file;
	unsigned char flc_type;
};
struct file_lock___core { /* Linux 6.9 */
	struct file_lock_core c;
};
struct kernel_siginfo {
	int si_code;
};
struct linux_binprm {
	struct file *file;
	const char *filename;
	const char *interp;
	unsigned int secureexec : 1;
};
/* x86; the names are those of user registers at the entry of a syscall. */
struct pt_regs {
	unsigned long r10, r9, r8, ax, cx, dx, si, di, orig_ax, bx, bp;
};
struct bpf_iter_meta {
	struct seq_file *seq;
};
struct bpf_iter__task {
	struct bpf_iter_meta *meta;
	struct task_struct *task;
};

#pragma clang attribute pop

/* include/linux/sched.h */
#define PF_EXITING 0x4

/* include/linux/fs.h */
#define FMODE_READ  0x1
#define FMODE_WRITE 0x2
#define FMODE_PATH  0x4000
#define SB_NOUSER   (1UL << 31)
/* O_* as a file has them; include/linux/fs.h: opened to be executed */
#define FMODE_EXEC_FLAG 0x20
#define S_IFMT		0170000
#define S_IFDIR		0040000
#define S_IFSOCK	0140000
/* include/uapi/asm-generic/fcntl.h; the same on x86 and arm64 */
#define O_CREAT	  00000100
#define O_TRUNC	  00001000
#define O_WRONLY  00000001
#define O_ACCMODE 00000003
#define O_EXCL	  00000200
/* arch/x86/include/uapi/asm/fcntl.h has none of its own: asm-generic */
#define O_DIRECT   00040000
#define O_NOFOLLOW 00400000
#define O_PATH	   010000000
/* include/uapi/linux/fcntl.h */
#define AT_FDCWD	    (-100)
#define AT_SYMLINK_NOFOLLOW 0x100
#define AT_REMOVEDIR	    0x200
#define AT_SYMLINK_FOLLOW   0x400
/* include/uapi/asm-generic/mman-common.h */
#define PROT_READ     0x1
#define PROT_WRITE    0x2
#define PROT_EXEC     0x4
#define MAP_SHARED    0x01
#define MAP_ANONYMOUS 0x20
#define MAP_HUGETLB   0x040000
/* include/uapi/linux/personality.h */
#define READ_IMPLIES_EXEC 0x0400000
/* include/linux/mount.h */
#define MNT_NOEXEC 0x04
/* include/uapi/linux/magic.h */
#define HUGETLBFS_MAGIC 0x958458f6
/* include/uapi/asm-generic/fcntl.h */
#define F_WRLCK 1
#define F_UNLCK 2
/* include/linux/fs.h */
#define RENAME_EXCHANGE (1 << 1)
/* include/linux/security.h: the act goes on without it, and a refusal is not logged */
#define CAP_OPT_NOAUDIT (1 << 1)
/* include/linux/ptrace.h */
#define PTRACE_MODE_READ 0x01
/* include/uapi/linux/mount.h */
#define MS_REMOUNT    32
#define MS_BIND	      4096
#define MS_MOVE	      8192
#define MS_UNBINDABLE (1 << 17)
#define MS_PRIVATE    (1 << 18)
#define MS_SLAVE      (1 << 19)
#define MS_SHARED     (1 << 20)
#define MS_MGC_VAL    0xC0ED0000
#define MS_MGC_MSK    0xffff0000
/* include/linux/sched/signal.h, include/uapi/asm-generic/siginfo.h */
#define SEND_SIG_PRIV 1
#define SI_TIMER      (-2)
#define SI_MESGQ      (-3)
#define SI_ASYNCIO    (-4)
#define SI_SIGIO      (-5)
/* include/uapi/linux/ptrace.h */
#define PTRACE_TRACEME 0
#define PTRACE_ATTACH  16
#define PTRACE_SEIZE   0x4206
/* include/uapi/linux/sched.h, include/uapi/linux/io_uring.h, include/uapi/linux/memfd.h */
#define CLONE_NEWUSER	    0x10000000
#define IORING_SETUP_SQPOLL (1U << 1)
#define MFD_HUGETLB	    0x0004U
/* include/uapi/linux/net.h */
#define SYS_SOCKET     1
#define SYS_BIND       2
#define SYS_CONNECT    3
#define SYS_LISTEN     4
#define SYS_ACCEPT     5
#define SYS_SOCKETPAIR 8
#define SYS_ACCEPT4    18
/* include/linux/net.h, include/linux/socket.h, include/uapi/linux/magic.h */
#define SOCK_TYPE_MASK 0xf
#define AF_MAX	       46
#define SOCKFS_MAGIC   0x534F434B
#define AF_UNIX	       1
#define AF_INET	       2
#define AF_INET6       10
/* include/linux/sched.h */
#define CLONE_THREAD 0x00010000
/* include/linux/sched/signal.h */
#define SIGNAL_GROUP_EXIT 0x00000004
#define SIGSYS		  31
/* arch/x86/include/asm/thread_info.h: the current syscall came through the 32-bit entry */
#define TS_COMPAT 0x0002
/* arch/x86/include/uapi/asm/unistd.h */
#define X32_BIT 0x40000000

/* Only the names are used: CO-RE supplies the values. */
enum cgroup_subsys_id { /* include/linux/cgroup-defs.h */
	CGROUP_SUBSYS_COUNT = 14,
};
enum syscall_work_bit { /* include/linux/thread_info.h */
	SYSCALL_WORK_BIT_SYSCALL_USER_DISPATCH = 5,
};

#endif
