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
#include "util/mem.h"

/* Opens nothing but a handle: no file of a container is read, no device or pipe wakes up. */
static int open_below(pid_t pid, const char *path, bool follow)
{
	struct open_how how = { .flags = O_PATH | O_CLOEXEC | (follow ? 0 : O_NOFOLLOW),
				.resolve = RESOLVE_IN_ROOT };
	char link[64];
	int root, fd;

	snprintf(link, sizeof(link), "/proc/%d/root", (int)pid);
	root = open(link, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (root < 0)
		return -1;
	fd = (int)syscall(SYS_openat2, root, path, &how, sizeof(how));
	close(root);
	return fd;
}

char *resolve_name(pid_t pid, const char *dir, const char *name, bool follow)
{
	/* As it is for the kernel: ".." behind a symbolic link leads to where that points. */
	tr_cleanup_free char *raw =
		*name == '/' ? tr_xstrdup(name) : tr_xasprintf("%s/%s", dir, name);
	int fd = open_below(pid, raw, follow);
	char path[PATH_MAX], link[64];
	struct stat st;
	ssize_t n = -1;

	if (fd < 0)
		return decode_join(dir, name);
	/*
	 * The link of a file in another mount namespace reads as its path from that namespace's
	 * root (fs/d_path.c: a root that cannot be reached is left out).
	 */
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	if (fstat(fd, &st) == 0)
		n = readlink(link, path, sizeof(path) - 1);
	close(fd);
	if (n <= 0 || path[0] != '/')
		return decode_join(dir, name);
	path[n] = '\0';
	return tr_xasprintf("%s%s", path, S_ISDIR(st.st_mode) && n > 1 ? "/" : "");
}
