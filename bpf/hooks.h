/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The hooks backend: programs at the entry of the kernel's security_* functions, which AppArmor is asked
 * through (security/apparmor/lsm.c has what it does at each). So what is recorded is what AppArmor
 * would be asked, whatever way led there: io_uring, execveat, a name behind three symbolic links.
 *
 * Attached at the function (fentry) and not as a security module: that needs no BPF LSM, and costs less.
 * Programs that this kernel has no function for are not loaded; src/record/hooks.c has the table.
 */
#ifndef BPF_HOOKS_H
#define BPF_HOOKS_H

#include "asked.h"
#include "files.h"

/*
 * Whether `cred` is the task's own. A file system that is made of others (overlayfs) works on them with the
 * credentials of whoever mounted it: AppArmor then asks that one's label. access(2) and io_uring replace
 * them too, but by copies of the task's own, which share what these members point to.
 */
static __always_inline bool is_own(struct task_struct *task, const struct cred *cred)
{
	const struct cred *own = BPF_CORE_READ(task, real_cred);
	__u64 caps = 0, own_caps = 0;

	if (cred == own)
		return true;
	bpf_core_read(&caps, sizeof(caps), &cred->cap_permitted);
	bpf_core_read(&own_caps, sizeof(own_caps), &own->cap_permitted);
	return caps == own_caps && BPF_CORE_READ(cred, user) == BPF_CORE_READ(own, user) &&
	       BPF_CORE_READ(cred, group_info) == BPF_CORE_READ(own, group_info);
}

/* The mark of current, if what it does now is to be recorded. */
static __always_inline struct tr_mark *asking(struct task_struct *task)
{
	struct tr_mark *m = acting(task);

	return m && is_own(task, BPF_CORE_READ(task, cred)) ? m : NULL;
}

#endif
