// SPDX-License-Identifier: Apache-2.0
#include "record/resolve.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "record/decode.h"
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

char *resolve_name(pid_t pid, const char *dir, const char *name, bool follow)
{
	/* As it is for the kernel: ".." behind a symbolic link leads to where that points. */
	tr_cleanup_free char *raw =
		*name == '/' ? tr_xstrdup(name) : tr_xasprintf("%s/%s", dir, name);
	tr_cleanup_free char *path = NULL;
	char link[64];
	struct stat st = { 0 };
	int root, fd;

	snprintf(link, sizeof(link), "/proc/%d/root", (int)pid);
	root = open(link, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (root < 0)
		return decode_join(dir, name);
	fd = resolve_open(root, pid, raw, follow);
	close(root);
	if (fd < 0)
		return decode_join(dir, name);
	path = resolve_path(fd);
	if (path && fstat(fd, &st) < 0)
		st.st_mode = 0;
	close(fd);
	if (!path)
		return decode_join(dir, name);
	return tr_xasprintf("%s%s", path, S_ISDIR(st.st_mode) && path[1] ? "/" : "");
}
