// SPDX-License-Identifier: Apache-2.0
#include "record/kernel_names.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CHUNK	65536
#define LONGEST 128

bool kernel_has_name(const char *name)
{
	char wanted[LONGEST + 2] = "", bytes[CHUNK];
	size_t len = strlen(name) + 2, kept = 0;
	bool found = false;
	ssize_t n;
	int fd;

	if (len > sizeof(wanted))
		return false;
	/* As the string section has it: a NUL in front, one behind. */
	memcpy(wanted + 1, name, len - 2);
	fd = open("/sys/kernel/btf/vmlinux", O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	while (!found && (n = read(fd, bytes + kept, sizeof(bytes) - kept)) > 0) {
		size_t have = kept + (size_t)n;

		found = memmem(bytes, have, wanted, len) != NULL;
		/* It may begin at the end of this piece. */
		kept = have < len - 1 ? have : len - 1;
		memmove(bytes, bytes + have - kept, kept);
	}
	close(fd);
	return found;
}

uint64_t kernel_symbol(const char *name)
{
	char line[512], *at;
	uint64_t address = 0;
	FILE *f = fopen("/proc/kallsyms", "re");

	if (!f)
		return 0;
	/* "ffffffff83a1b2c0 D name", and of modules a tab and a name in brackets. */
	while (!address && fgets(line, sizeof(line), f)) {
		at = strchr(line, ' ');
		at = at && at[1] ? at + 3 : NULL;
		if (at && !strncmp(at, name, strlen(name)) && at[strlen(name)] == '\n')
			address = strtoull(line, NULL, 16);
	}
	fclose(f);
	return address;
}
