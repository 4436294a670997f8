/* SPDX-License-Identifier: Apache-2.0 */
/* What is mounted where, in the mount namespace of a process. */
#ifndef RECORD_MOUNTS_H
#define RECORD_MOUNTS_H

#include <stdint.h>
#include <sys/types.h>

/*
 * The super block's magic number of mount `id` (statx's stx_mnt_id), by the name of its type: of those
 * that decode_where tells apart. 0 for any other, and where that cannot be read. The file system
 * itself is not asked: it may be the container's.
 */
uint32_t mounts_magic(pid_t pid, uint64_t id);

#endif
