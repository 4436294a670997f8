// SPDX-License-Identifier: Apache-2.0
#include "record/resolve.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "record/mounts.h"
#include "util/mem.h"

/* Nothing but a handle: no file of a container is read, no device or pipe wakes up. */
static int open_handle(int root, const char *path, bool follow, uint64_t resolve)
{
	struct open_how how = { .flags = O_PATH | O_CLOEXEC | (follow ? 0 : O_NOFOLLOW),
				.resolve = RESOLVE_IN_ROOT | resolve };

	return (int)syscall(SYS_openat2, root, path, &how, sizeof(how));
}

int resolve_open(int root, pid_t pid, const char *path, bool follow)
{
	int fd = open_handle(root, path, follow, RESOLVE_CACHED);

	if (fd >= 0 || (errno != EAGAIN && errno != EINVAL))
		return fd;
	/*
	 * Not in memory any more, or a symbolic link wants its time noted. A file system that a container has
	 * mounted (FUSE) would answer when it likes: then nothing but the root's own is looked at.
	 */
	return open_handle(root, path, follow, mounts_may_block(pid) ? RESOLVE_NO_XDEV : 0);
}

int resolve_here(int dir, const char *last)
{
	int fd = open_handle(dir, last, false, RESOLVE_CACHED | RESOLVE_NO_XDEV);

	return fd < 0 && errno == EINVAL ? open_handle(dir, last, false, RESOLVE_NO_XDEV) : fd;
}

char *resolve_path(int fd)
{
	char path[PATH_MAX], link[64];
	ssize_t n;

	/*
	 * The link of a file in another mount namespace reads as its path from that namespace's
	 * root (fs/d_path.c: a root that cannot be reached is left out).
	 */
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, path, sizeof(path) - 1);
	if (n <= 0 || path[0] != '/')
		return NULL;
	return tr_xstrndup(path, (size_t)n);
}
