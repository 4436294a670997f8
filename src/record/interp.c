// SPDX-License-Identifier: Apache-2.0
#include "record/interp.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "util/mem.h"

/* The string of the first PT_INTERP, or NULL. */
static char *pt_interp(int fd)
{
	Elf *elf = elf_begin(fd, ELF_C_READ, NULL);
	char buf[PATH_MAX];
	char *found = NULL;
	size_t n = 0;

	if (!elf)
		return NULL;
	if (elf_kind(elf) != ELF_K_ELF || elf_getphdrnum(elf, &n) < 0)
		n = 0;
	for (size_t i = 0; i < n && i < 128 && !found; i++) {
		GElf_Phdr ph;
		ssize_t got;

		if (!gelf_getphdr(elf, (int)i, &ph) || ph.p_type != PT_INTERP || ph.p_filesz == 0 ||
		    ph.p_filesz >= sizeof(buf))
			continue;
		got = pread(fd, buf, ph.p_filesz, (off_t)ph.p_offset);
		if (got == (ssize_t)ph.p_filesz && buf[got - 1] == '\0' && buf[0] == '/')
			found = tr_xstrdup(buf);
	}
	elf_end(elf);
	return found;
}

/*
 * The path that `name` leads to in the container, symbolic links followed and no way out of its
 * root. Falls back to the name itself: it is what the kernel was asked for.
 */
static char *resolve(pid_t pid, const char *name)
{
	struct open_how how = { .flags = O_PATH | O_CLOEXEC, .resolve = RESOLVE_IN_ROOT };
	char path[PATH_MAX], link[64];
	int root, fd;
	ssize_t n;

	snprintf(link, sizeof(link), "/proc/%d/root", (int)pid);
	root = open(link, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (root < 0)
		return tr_xstrdup(name);
	fd = (int)syscall(SYS_openat2, root, name, &how, sizeof(how));
	close(root);
	if (fd < 0)
		return tr_xstrdup(name);
	/*
	 * The link of a file in another mount namespace reads as its path from that namespace's
	 * root (fs/d_path.c: a root that cannot be reached is left out).
	 */
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, path, sizeof(path) - 1);
	close(fd);
	if (n <= 0 || path[0] != '/')
		return tr_xstrdup(name);
	path[n] = '\0';
	return tr_xstrdup(path);
}

/* A container that runs ever new binaries fills the cache, and is not asked about any more. */
#define MAX_ASKED 8192

char *interp_of(struct interp_cache *cache, uint16_t recording, pid_t pid, const char *path)
{
	tr_cleanup_free char *key = tr_xasprintf("%u:%s", recording, path);
	tr_cleanup_free char *name = NULL;
	char link[64];
	struct stat st;
	int fd;

	if (cache->asked.n >= MAX_ASKED || !tr_strset_add(&cache->asked, key) ||
	    elf_version(EV_CURRENT) == EV_NONE)
		return NULL;
	snprintf(link, sizeof(link), "/proc/%d/exe", (int)pid);
	fd = open(link, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		return NULL;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		name = pt_interp(fd);
	close(fd);
	return name ? resolve(pid, name) : NULL;
}

void interp_release(struct interp_cache *cache)
{
	tr_strset_release(&cache->asked);
}
