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

/* Calls fn with each mount's number and the name of its type, until it says that it is enough. */
static bool each_mount(pid_t pid, bool (*fn)(uint64_t id, const char *type, size_t len, void *arg),
		       void *arg)
{
	tr_cleanup_fclose FILE *f = NULL;
	tr_cleanup_free char *line = NULL;
	char path[64];
	bool enough = false;
	size_t cap = 0;

	snprintf(path, sizeof(path), "/proc/%d/mountinfo", (int)pid);
	f = fopen(path, "re");
	if (!f)
		return false;
	while (!enough && getline(&line, &cap, f) > 0) {
		const char *type = strstr(line, " - ");

		if (type)
			enough =
				fn(strtoull(line, NULL, 10), type + 3, strcspn(type + 3, " "), arg);
	}
	return true;
}

struct wanted {
	uint64_t id;
	uint32_t magic;
};

static bool is_wanted(uint64_t id, const char *type, size_t len, void *arg)
{
	struct wanted *w = arg;

	if (id != w->id)
		return false;
	w->magic = magic_of(type, len);
	return true;
}

uint32_t mounts_magic(pid_t pid, uint64_t id)
{
	struct wanted w = { .id = id };

	each_mount(pid, is_wanted, &w);
	return w.magic;
}

static bool is_fuse(uint64_t id, const char *type, size_t len, void *arg)
{
	(void)id;
	if (len >= 4 && !memcmp(type, "fuse", 4))
		*(bool *)arg = true;
	return *(bool *)arg;
}

bool mounts_may_block(pid_t pid)
{
	bool found = false;

	return !each_mount(pid, is_fuse, &found) || found;
}
