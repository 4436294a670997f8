// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Hooks on open files: what is asked when they are opened, mapped, locked, truncated, executed. */
#include "hooks.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

static __always_inline int act_on_file(struct file *file, __u16 perms, __u8 act)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct tr_mark *m = asking(task);

	if (m)
		file_seen(m, address_of(task), address_of(file), perms, act, 0);
	return 0;
}

/* What is asked again of a file that is open: only if the container opened it itself. */
static __always_inline int act_on_open_file(struct file *file, __u16 perms, __u8 act, __u32 flags)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct tr_mark *m = asking(task);

	if (m && is_own(task, m, BPF_CORE_READ(file, f_cred)))
		file_seen(m, address_of(task), address_of(file), perms, act, flags);
	return 0;
}

/*
 * What the kernel opens to execute, or as the interpreter of that, is asked for as an exec only
 * (apparmor_file_open).
 */
SEC("?fentry/security_file_open")
int BPF_PROG(hook_file_open, struct file *file)
{
	__u32 flags = BPF_CORE_READ(file, f_flags);
	struct asked_of_open a;

	if (flags & FMODE_EXEC_FLAG)
		return 0;
	a = asked_by_open(BPF_CORE_READ(file, f_mode), flags);
	return a.perms ? act_on_file(file, a.perms, a.act) : 0;
}

SEC("?fentry/security_file_lock")
int BPF_PROG(hook_file_lock, struct file *file, unsigned int cmd)
{
	return act_on_open_file(file, TR_EVENT_PERM_K | (cmd == F_WRLCK ? TR_EVENT_PERM_W : 0),
				TR_EVENT_ACT_LOCK, 0);
}

/* Whether credentials are of somebody under an AppArmor profile. */
static __always_inline bool is_confined(const struct cred *cred)
{
	const struct lsm_blob_sizes *sizes = (const void *)cfg_apparmor_blob_sizes;
	struct aa_label *label = NULL;
	long unconfined = FLAG_UNCONFINED;
	int offset = 0;

	if (!sizes || !bpf_core_type_exists(struct aa_label))
		return false;
	if (bpf_core_enum_value_exists(enum label_flags, FLAG_UNCONFINED))
		unconfined = (long)bpf_core_enum_value(enum label_flags, FLAG_UNCONFINED);
	bpf_core_read(&offset, sizeof(offset), &sizes->lbs_cred);
	bpf_probe_read_kernel(&label, sizeof(label), BPF_CORE_READ(cred, security) + offset);
	return label && !(BPF_CORE_READ(label, flags) & unconfined);
}

/*
 * A descriptor that came over a socket. What a container's own process or anybody unconfined opened is not
 * asked for again (aa_file_perm); what somebody under another profile opened is.
 */
SEC("?fentry/security_file_receive")
int BPF_PROG(hook_file_receive, struct file *file)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct tr_mark *m = asking(task);
	const struct cred *opener = BPF_CORE_READ(file, f_cred);
	struct asked_of_open a = asked_by_open(BPF_CORE_READ(file, f_mode), 0);

	if (m && a.perms && !is_own(task, m, opener) && is_confined(opener))
		file_seen(m, address_of(task), address_of(file), a.perms, TR_EVENT_ACT_RECEIVE, 0);
	return 0;
}

SEC("?fentry/security_file_truncate")
int BPF_PROG(hook_file_truncate, struct file *file)
{
	return act_on_file(file, TR_EVENT_PERM_W, TR_EVENT_ACT_TRUNCATE);
}

SEC("?fentry/security_bprm_creds_for_exec")
int BPF_PROG(hook_bprm_creds_for_exec, struct linux_binprm *bprm)
{
	return act_on_file(bprm->file, TR_EVENT_PERM_X, TR_EVENT_ACT_EXEC);
}

/* mmap_prot in security/security.c: programs marked as ones of old map what they read executable. */
static __always_inline unsigned long implied_prot(struct file *file, unsigned long prot)
{
	struct task_struct *task = bpf_get_current_task_btf();

	if (!(prot & PROT_READ) || !(task->personality & READ_IMPLIES_EXEC) ||
	    (BPF_CORE_READ(file, f_path.mnt, mnt_flags) & MNT_NOEXEC))
		return prot;
	return prot | PROT_EXEC;
}

/*
 * Reading and writing were asked for when the file was opened. But for huge pages, whose file the kernel
 * makes itself: that is asked for here, under the name "/".
 */
static __always_inline __u16 perms_of_prot(struct file *file, unsigned long prot)
{
	__u16 perms = 0;

	if (BPF_CORE_READ(file, f_path.dentry, d_sb, s_magic) == HUGETLBFS_MAGIC) {
		if (prot & PROT_READ)
			perms |= TR_EVENT_PERM_R;
		if (prot & PROT_WRITE)
			perms |= TR_EVENT_PERM_W;
	}
	if ((prot & PROT_EXEC) && !(BPF_CORE_READ(file, f_flags) & FMODE_EXEC_FLAG))
		perms |= TR_EVENT_PERM_M;
	return perms;
}

/* What do_mmap refuses, but not before modules are asked: more than the file was opened for. */
static __always_inline __u16 refused_prot(struct file *file, unsigned long prot)
{
	__u32 mode = BPF_CORE_READ(file, f_mode);
	__u16 perms = 0;

	if ((prot & PROT_READ) && !(mode & FMODE_READ))
		perms |= TR_EVENT_PERM_R;
	if ((prot & PROT_WRITE) && !(mode & FMODE_WRITE))
		perms |= TR_EVENT_PERM_W;
	return perms;
}

SEC("?fentry/security_mmap_file")
int BPF_PROG(hook_mmap_file, struct file *file, unsigned long prot, unsigned long flags)
{
	__u16 perms;

	if (!file)
		return 0;
	/* What is written to a private mapping does not get into the file. */
	if (!(flags & MAP_SHARED))
		prot &= ~PROT_WRITE;
	prot = implied_prot(file, prot);
	perms = perms_of_prot(file, prot);
	if (perms)
		act_on_open_file(file, perms, TR_EVENT_ACT_MMAP, 0);
	perms = refused_prot(file, prot);
	if (perms)
		act_on_open_file(file, perms, TR_EVENT_ACT_MMAP, TR_PATH_REFUSED);
	return 0;
}

SEC("?fentry/security_file_mprotect")
int BPF_PROG(hook_file_mprotect, struct vm_area_struct *vma, unsigned long reqprot,
	     unsigned long prot)
{
	struct file *file = vma->vm_file;

	if (!file || !(prot & PROT_EXEC) || (BPF_CORE_READ(file, f_flags) & FMODE_EXEC_FLAG))
		return 0;
	return act_on_open_file(file, TR_EVENT_PERM_M, TR_EVENT_ACT_MPROTECT, 0);
}
