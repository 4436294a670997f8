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

/* Without the mark of old programs, which path_mount takes off, too. */
static __always_inline unsigned long mount_flags_of(unsigned long flags)
{
	return (flags & MS_MGC_MSK) == MS_MGC_VAL ? flags & ~MS_MGC_MSK : flags;
}

/* A remount and a change of propagation have none; whatever is passed, is not looked at. */
static __always_inline bool mount_has_source(__u32 op)
{
	return op == TR_EVENT_MOUNT_NEW || op == TR_EVENT_MOUNT_BIND || op == TR_EVENT_MOUNT_MOVE;
}

#endif
