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
 * Whether `cred` is the container's: who opened a file, or in whose name the kernel works. AppArmor asks the
 * label of a file system's mounter where that is made of others (overlayfs), and does not ask about a file
 * that somebody unconfined opened (aa_file_perm). A label cannot be seen here, but what a runtime changes
 * with it, and no set-id program changes back, can: the bounding set becomes smaller, and the session's
 * keyring a new one.
 */
static __always_inline bool is_own(struct task_struct *task, struct tr_mark *m,
				   const struct cred *cred)
{
	const struct cred *own = BPF_CORE_READ(task, real_cred);

	if (cred == own)
		return true;
	return !(bounding_of(cred) & ~m->bounding) &&
	       BPF_CORE_READ(cred, session_keyring) == BPF_CORE_READ(own, session_keyring);
}

/* The mark of current, if what it does now is to be recorded. */
static __always_inline struct tr_mark *asking(struct task_struct *task)
{
	struct tr_mark *m = acting(task);

	return m && is_own(task, m, BPF_CORE_READ(task, cred)) ? m : NULL;
}

#endif
