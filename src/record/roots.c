// SPDX-License-Identifier: Apache-2.0
#include "record/roots.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "record/resolve.h"

static uint32_t mnt_ns_of(pid_t pid)
{
	char path[64];
	struct stat st;

	snprintf(path, sizeof(path), "/proc/%d/ns/mnt", (int)pid);
	return stat(path, &st) < 0 ? 0 : (uint32_t)st.st_ino;
}

static int open_root(pid_t pid)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/root", (int)pid);
	return open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

/* The root of the process, if it is in that mount namespace before and after. */
static int open_root_in(pid_t pid, uint32_t mnt_ns)
{
	int fd;

	if (mnt_ns_of(pid) != mnt_ns)
		return -1;
	fd = open_root(pid);
	/* The number of a process may have become another's meanwhile. */
	if (fd >= 0 && mnt_ns_of(pid) != mnt_ns) {
		close(fd);
		return -1;
	}
	return fd;
}

static struct root *find(struct roots *r, uint16_t recording, uint32_t mnt_ns)
{
	for (int i = 0; i < ROOTS_PER_RECORDING; i++)
		if (r->kept[recording][i].mnt_ns == mnt_ns)
			return &r->kept[recording][i];
	return NULL;
}

static void keep(struct roots *r, uint16_t recording, uint32_t mnt_ns, int fd)
{
	struct root *slot = find(r, recording, 0);

	if (!slot || !mnt_ns || find(r, recording, mnt_ns))
		return;
	slot->fd = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	if (slot->fd >= 0)
		slot->mnt_ns = mnt_ns;
}

void roots_keep(struct roots *r, uint16_t recording, pid_t pid)
{
	uint32_t mnt_ns = mnt_ns_of(pid);
	int fd;

	if (!mnt_ns || find(r, recording, mnt_ns))
		return;
	fd = open_root_in(pid, mnt_ns);
	if (fd < 0)
		return;
	keep(r, recording, mnt_ns, fd);
	close(fd);
}

void roots_drop(struct roots *r, uint16_t recording)
{
	for (int i = 0; i < ROOTS_PER_RECORDING; i++) {
		struct root *slot = &r->kept[recording][i];

		if (slot->mnt_ns)
			close(slot->fd);
		memset(slot, 0, sizeof(*slot));
	}
}

void roots_release(struct roots *r)
{
	for (unsigned i = 0; i < TR_MAX_RECORDINGS; i++)
		roots_drop(r, (uint16_t)i);
}

int roots_open(struct roots *r, uint16_t recording, pid_t pid, uint32_t mnt_ns, const char *root)
{
	bool is_whole = !strcmp(root, "/");
	int fd = open_root_in(pid, mnt_ns);
	struct root *kept;

	if (fd >= 0) {
		if (is_whole)
			keep(r, recording, mnt_ns, fd);
		return fd;
	}
	kept = find(r, recording, mnt_ns);
	if (!kept)
		return -1;
	return is_whole ? fcntl(kept->fd, F_DUPFD_CLOEXEC, 3) :
			  resolve_open(kept->fd, pid, root, true);
}
