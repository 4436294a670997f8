// SPDX-License-Identifier: Apache-2.0
#include "record/mounts.h"

#include <inttypes.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/mem.h"

static const struct {
	const char *type;
	uint32_t magic;
} magics[] = {
	{ "cgroup", CGROUP_SUPER_MAGIC }, { "cgroup2", CGROUP2_SUPER_MAGIC },
	{ "devpts", DEVPTS_SUPER_MAGIC }, { "devtmpfs", TMPFS_MAGIC },
	{ "mqueue", 0x19800202 },	  { "proc", PROC_SUPER_MAGIC },
	{ "sysfs", SYSFS_MAGIC },	  { "tmpfs", TMPFS_MAGIC },
};

static uint32_t magic_of(const char *type, size_t len)
{
	for (size_t i = 0; i < sizeof(magics) / sizeof(*magics); i++)
		if (strlen(magics[i].type) == len && !memcmp(magics[i].type, type, len))
			return magics[i].magic;
	return 0;
}

uint32_t mounts_magic(pid_t pid, uint64_t id)
{
	tr_cleanup_fclose FILE *f = NULL;
	tr_cleanup_free char *line = NULL;
	char path[64];
	uint32_t magic = 0;
	size_t cap = 0;

	snprintf(path, sizeof(path), "/proc/%d/mountinfo", (int)pid);
	f = fopen(path, "re");
	while (f && getline(&line, &cap, f) > 0) {
		const char *type = strstr(line, " - ");

		if (strtoull(line, NULL, 10) != id || !type)
			continue;
		type += 3;
		magic = magic_of(type, strcspn(type, " "));
		break;
	}
	return magic;
}
