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

/* The mark of current, if what it does now is to be recorded. */
static __always_inline struct tr_mark *asking(struct task_struct *task)
{
	struct tr_mark *m = acting(task);

	return m && is_own(task, m, BPF_CORE_READ(task, cred)) ? m : NULL;
}

#endif
