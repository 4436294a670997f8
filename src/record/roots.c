// SPDX-License-Identifier: Apache-2.0
#include "record/roots.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "record/resolve.h"

static int open_of(pid_t pid, const char *what, int flags)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, what);
	return open(path, flags | O_CLOEXEC);
}

static uint32_t inode_of(int fd)
{
	struct stat st;

	return fstat(fd, &st) < 0 ? 0 : (uint32_t)st.st_ino;
}

static uint32_t mnt_ns_of(pid_t pid)
{
	char path[64];
	struct stat st;

	snprintf(path, sizeof(path), "/proc/%d/ns/mnt", (int)pid);
	return stat(path, &st) < 0 ? 0 : (uint32_t)st.st_ino;
}

void roots_close(struct root_held *held)
{
	if (held->fd >= 0)
		close(held->fd);
	if (held->ns >= 0)
		close(held->ns);
	held->fd = held->ns = -1;
}

/* The root of the process, if it is in that mount namespace before and after; 0: in whichever. */
static bool hold(pid_t pid, uint32_t mnt_ns, struct root_held *ret)
{
	uint32_t is_in;

	ret->pid = pid;
	ret->fd = -1;
	ret->ns = open_of(pid, "ns/mnt", O_RDONLY);
	is_in = ret->ns < 0 ? 0 : inode_of(ret->ns);
	if (is_in && (!mnt_ns || is_in == mnt_ns))
		ret->fd = open_of(pid, "root", O_PATH | O_DIRECTORY);
	/* The number of a process may have become another's meanwhile. */
	if (ret->fd >= 0 && mnt_ns_of(pid) == is_in)
		return true;
	roots_close(ret);
	return false;
}

static struct root *find(struct roots *r, uint16_t recording, uint32_t mnt_ns)
{
	for (int i = 0; i < ROOTS_PER_RECORDING; i++)
		if (r->kept[recording][i].mnt_ns == mnt_ns)
			return &r->kept[recording][i];
	return NULL;
}

static struct root *find_own(struct roots *r, uint16_t recording, bool own)
{
	for (int i = 0; i < ROOTS_PER_RECORDING; i++) {
		struct root *slot = &r->kept[recording][i];

		if (slot->mnt_ns && slot->entered == own)
			return slot;
	}
	return NULL;
}

static void drop(struct roots *r, struct root *slot)
{
	if (!slot->mnt_ns)
		return;
	if (!slot->entered)
		r->passing--;
	close(slot->fd);
	close(slot->ns);
	memset(slot, 0, sizeof(*slot));
}

static void keep(struct roots *r, uint16_t recording, const struct root_held *held, bool entered)
{
	struct root *slot = find(r, recording, inode_of(held->ns));
	struct root_held copy;

	if (slot && (slot->entered || !entered))
		return;
	if (!slot)
		slot = find(r, recording, 0);
	if (!slot && entered)
		slot = find_own(r, recording, false);
	if (!slot)
		return;
	drop(r, slot);
	copy.fd = fcntl(held->fd, F_DUPFD_CLOEXEC, 3);
	copy.ns = fcntl(held->ns, F_DUPFD_CLOEXEC, 3);
	if (copy.fd < 0 || copy.ns < 0) {
		roots_close(&copy);
		return;
	}
	*slot = (struct root){ inode_of(copy.ns), copy.fd, copy.ns, held->pid, entered };
	r->passing += !entered;
}

void roots_keep(struct roots *r, uint16_t recording, pid_t pid)
{
	struct root_held held;

	if (!hold(pid, 0, &held))
		return;
	keep(r, recording, &held, true);
	roots_close(&held);
}

void roots_drop(struct roots *r, uint16_t recording)
{
	for (int i = 0; i < ROOTS_PER_RECORDING; i++)
		drop(r, &r->kept[recording][i]);
}

void roots_settle(struct roots *r)
{
	for (uint16_t i = 0; i < TR_MAX_RECORDINGS && r->passing; i++) {
		struct root *slot;

		while ((slot = find_own(r, i, false)))
			drop(r, slot);
	}
}

void roots_release(struct roots *r)
{
	for (unsigned i = 0; i < TR_MAX_RECORDINGS; i++)
		roots_drop(r, (uint16_t)i);
}

/* The kernel's number of a device has the minor in its lower 20 bits (include/linux/kdev_t.h). */
static bool is_on(int fd, uint32_t dev)
{
	struct statx st;

	return statx(fd, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, STATX_TYPE, &st) == 0 &&
	       (st.stx_dev_major << 20 | st.stx_dev_minor) == dev;
}

void roots_open(struct roots *r, uint16_t recording, const struct tr_event_root *e,
		const char *root, struct root_held *ret)
{
	bool is_whole = !strcmp(root, "/");
	struct root *kept;

	if (hold((pid_t)e->tid, e->mnt_ns, ret)) {
		if (is_whole)
			keep(r, recording, ret, false);
		return;
	}
	kept = e->mnt_ns ? find(r, recording, e->mnt_ns) : NULL;
	if (!kept)
		kept = find_own(r, recording, true);
	if (!kept)
		return;
	ret->pid = kept->pid;
	ret->ns = fcntl(kept->ns, F_DUPFD_CLOEXEC, 3);
	ret->fd = is_whole ? fcntl(kept->fd, F_DUPFD_CLOEXEC, 3) :
			     resolve_open(kept->fd, kept->pid, root, true);
	/* In a namespace that it made it may have another root by now (pivot_root). */
	if (ret->fd >= 0 && (kept->mnt_ns != e->mnt_ns || !kept->entered) &&
	    !is_on(ret->fd, e->dev))
		roots_close(ret);
}
