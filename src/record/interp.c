// SPDX-License-Identifier: Apache-2.0
#include "record/interp.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "record/resolve.h"
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
	return name ? resolve_name(pid, "/", name, true) : NULL;
}

void interp_release(struct interp_cache *cache)
{
	tr_strset_release(&cache->asked);
}
