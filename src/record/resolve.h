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
 * A handle (O_PATH) of what `path` leads to below the directory `root`, which is also where it begins
 * and what ".." does not lead out of. -1 with errno if there is nothing. `pid`: a process that has the mounts
 * there.
 */
int resolve_open(int root, pid_t pid, const char *path, bool follow);

/*
 * The same of one component of a directory, not followed. If something is mounted there it fails, and that is
 * not held for a moment (a walk that is not to leave memory does not take what it would have to give back): who
 * has just mounted it may unmount it, and is not to be told that it is busy.
 */
int resolve_here(int dir, const char *last);

/* The path of such a handle from the root of its mount namespace, on the heap; NULL if it has none. */
char *resolve_path(int fd);

#endif
