/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What mount(2) does, by its flags. */
#ifndef BPF_MOUNT_OP_H
#define BPF_MOUNT_OP_H

#include "compat.h"

/* In the order in which path_mount (fs/namespace.c) and apparmor_sb_mount look at the flags. */
static __always_inline __u32 mount_op_of(unsigned long flags)
{
	if (flags & MS_REMOUNT)
		return TR_EVENT_MOUNT_REMOUNT;
	if (flags & MS_BIND)
		return TR_EVENT_MOUNT_BIND;
	if (flags & (MS_SHARED | MS_PRIVATE | MS_SLAVE | MS_UNBINDABLE))
		return TR_EVENT_MOUNT_PROPAGATION;
	if (flags & MS_MOVE)
		return TR_EVENT_MOUNT_MOVE;
	return TR_EVENT_MOUNT_NEW;
}

#endif
