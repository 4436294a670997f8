/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names to paths, as a container would follow them: below the root of one of its processes, symbolic links
 * resolved, and no way out.
 */
#ifndef RECORD_RESOLVE_H
#define RECORD_RESOLVE_H

#include <stdbool.h>
#include <sys/types.h>

/*
 * The path that `name`, relative to `dir`, leads to in the root of process `pid`, on the heap; directories
 * end in a slash. `follow`: a symbolic link at its end is followed, too. What is not there any more (nor
 * the process) is resolved by text: it is what the kernel was asked for.
 */
char *resolve_name(pid_t pid, const char *dir, const char *name, bool follow);

/*
 * A handle (O_PATH) of what `path` leads to below the directory `root`, which is also where it begins
 * and what ".." does not lead out of. -1 with errno if there is nothing. `pid`: a process that has the mounts
 * there.
 */
int resolve_open(int root, pid_t pid, const char *path, bool follow);

/* The path of such a handle from the root of its mount namespace, on the heap; NULL if it has none. */
char *resolve_path(int fd);

#endif
