/* SPDX-License-Identifier: Apache-2.0 */
/* What is mounted where, in the mount namespace of a process. */
#ifndef RECORD_MOUNTS_H
#define RECORD_MOUNTS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * The super block's magic number of mount `id` (statx's stx_mnt_id), by the name of its type: of those
 * that decode_where tells apart. 0 for any other, and where that cannot be read. The file system
 * itself is not asked: it may be the container's.
 */
uint32_t mounts_magic(pid_t pid, uint64_t id);

/* Whether one of its mounts is of a file system that a process answers for (FUSE); so, where it is gone. */
bool mounts_may_block(pid_t pid);

#endif
