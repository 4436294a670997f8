// SPDX-License-Identifier: Apache-2.0
#include "record/place.h"

#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "record/decode.h"
#include "record/mounts.h"
#include "record/resolve.h"
#include "util/mem.h"

static bool stat_handle(int fd, struct statx *st)
{
	/* What is known without asking the file system, which may be the container's own. */
	return statx(fd, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC,
		     STATX_TYPE | STATX_MODE | STATX_UID | STATX_GID | STATX_MNT_ID, st) == 0;
}

bool place_ends_in_dots(const char *last)
{
	return !strcmp(last, ".") || !strcmp(last, "..");
}

/* Cuts slashes at the end, but for the first of all. */
static void cut_slashes(char *path)
{
	size_t n = strlen(path);

	while (n > 1 && path[n - 1] == '/')
		path[--n] = '\0';
}

/* /proc/self is whoever looks at it: here it would be us. NULL if the path is of nobody's own. */
static char *own_name(const struct namer *n, const char *path)
{
	static const char self[] = "/proc/self/", thread[] = "/proc/thread-self/";

	if (!strncmp(path, self, sizeof(self) - 1))
		return tr_xasprintf("/proc/%u/%s", n->e->own_tgid, path + sizeof(self) - 1);
	if (!strncmp(path, thread, sizeof(thread) - 1))
		return tr_xasprintf("/proc/%u/task/%u/%s", n->e->own_tgid, n->e->own_tid,
				    path + sizeof(thread) - 1);
	return NULL;
}

static char *name_self(const struct namer *n, char *path)
{
	char *own = own_name(n, path);

	if (!own)
		return path;
	free(path);
	return own;
}

/* A path of the namespace as one below the root of the process; NULL if it is outside. */
static const char *below_root(const struct namer *n, const char *dir)
{
	size_t len = strlen(n->root);

	if (len == 1)
		return dir;
	if (strncmp(dir, n->root, len) != 0 || (dir[len] && dir[len] != '/'))
		return NULL;
	return dir[len] ? dir + len : "/";
}

/* What the process named, as one path below its root. NULL if it began outside of it. */
static char *whole_name(const struct namer *n, const char *dir, const char *name)
{
	char *whole;

	if (*name == '/') {
		whole = tr_xstrdup(name);
	} else {
		dir = below_root(n, dir);
		if (!dir)
			return NULL;
		whole = tr_xasprintf("%s/%s", strcmp(dir, "/") ? dir : "", name);
	}
	cut_slashes(whole);
	return name_self(n, whole);
}

char *place_join(const char *dir, const char *last)
{
	return tr_xasprintf("%s/%s", strcmp(dir, "/") ? dir : "", last);
}

/* By text: nothing is there that could be asked. */
static char *by_text(const struct namer *n, const char *dir, const char *name)
{
	tr_cleanup_free char *joined = decode_join(dir, name);

	if (*name != '/' || !strcmp(n->root, "/"))
		return tr_take(joined);
	return tr_xasprintf("%s%s", n->root, joined);
}

/*
 * The path of a handle from the root that the names began at: as the process had it. That may have been moved
 * since, with all that is below (pivot_root), or have come apart from what it is on.
 */
static char *path_of(const struct namer *n, int fd)
{
	tr_cleanup_free char *path = resolve_path(fd), *root = resolve_path(n->held.fd);
	size_t len;

	if (!path || !root || !strcmp(root, n->root))
		return tr_take(path);
	len = strcmp(root, "/") ? strlen(root) : 0;
	if (strncmp(path, root, len) != 0 || (path[len] && path[len] != '/'))
		return NULL;
	if (!path[len])
		return tr_xstrdup(n->root);
	return tr_xasprintf("%s%s", strcmp(n->root, "/") ? n->root : "", path + len);
}

static uint32_t where_is(const struct namer *n, const char *path, uint64_t mnt)
{
	struct statx root;
	uint32_t flags = 0, magic = 0;

	if (stat_handle(n->held.fd, &root) && root.stx_mnt_id != mnt) {
		flags = TR_PATH_CROSSED;
		magic = mounts_magic(n->held.pid, mnt);
	}
	return decode_where(magic, flags, path);
}

/* Takes what a handle shows of a place. */
static void place_found(const struct namer *n, struct place *p, int fd)
{
	struct statx st = { 0 };

	if (!stat_handle(fd, &st))
		return;
	p->found = true;
	p->uid = st.stx_uid;
	p->mode = st.stx_mode;
	if (p->path)
		p->where = where_is(n, p->path, st.stx_mnt_id);
}

/* The longest way that is there still, and the rest by text. */
static char *as_far_as_it_goes(const struct namer *n, const char *whole)
{
	tr_cleanup_free char *dir = tr_xstrdup(whole), *path = NULL;
	char *slash;
	int fd;

	while ((slash = strrchr(dir, '/')) && slash != dir) {
		*slash = '\0';
		fd = resolve_open(n->held.fd, n->held.pid, dir, true);
		if (fd < 0)
			continue;
		path = path_of(n, fd);
		close(fd);
		break;
	}
	if (!path)
		return by_text(n, "/", whole);
	return decode_join(path, whole + strlen(dir) + 1);
}

/* The last component is not followed: its directory is looked up, and then what it has there. */
static void find_in_parent(const struct namer *n, struct place *p, const char *whole)
{
	tr_cleanup_free char *parent = tr_xstrdup(whole), *dir = NULL;
	char *last = strrchr(parent, '/');
	tr_cleanup_close int pfd = -1, fd = -1;
	struct statx st = { 0 };

	*last++ = '\0';
	pfd = resolve_open(n->held.fd, n->held.pid, *parent ? parent : "/", true);
	if (pfd >= 0)
		dir = path_of(n, pfd);
	if (!dir) {
		p->path = as_far_as_it_goes(n, whole);
		return;
	}
	p->path = place_join(dir, last);
	p->has_parent = stat_handle(pfd, &st) && S_ISDIR(st.stx_mode);
	p->parent_mnt = st.stx_mnt_id;
	p->parent_uid = st.stx_uid;
	p->parent_gid = st.stx_gid;
	p->parent_mode = st.stx_mode;
	if (p->has_parent)
		p->where = where_is(n, p->path, st.stx_mnt_id);
	fd = resolve_open(pfd, n->held.pid, last, false);
	if (fd >= 0)
		place_found(n, p, fd);
}

/*
 * What the symbolic link `whole` says; NULL if it is none. Reading it may be for the container to answer (FUSE):
 * then only the root's own file system is asked.
 */
static char *read_link(const struct namer *n, const char *whole)
{
	tr_cleanup_close int fd = resolve_open(n->held.fd, n->held.pid, whole, false);
	struct statx st, root;
	char target[PATH_MAX];
	ssize_t len;

	if (fd < 0 || !stat_handle(fd, &st) || !S_ISLNK(st.stx_mode))
		return NULL;
	if ((!stat_handle(n->held.fd, &root) || root.stx_mnt_id != st.stx_mnt_id) &&
	    mounts_may_block(n->held.pid))
		return NULL;
	len = readlinkat(fd, "", target, sizeof(target) - 1);
	return len > 0 ? tr_xstrndup(target, (size_t)len) : NULL;
}

/* The path with the first symbolic link in it followed, NULL if there is none; whether it led to /proc/self. */
static char *follow_one(const struct namer *n, const char *whole, bool *ret_self)
{
	const char *end = whole;

	*ret_self = false;
	do {
		tr_cleanup_free char *link = NULL, *target = NULL, *own = NULL;
		const char *dir;

		end = strchrnul(end + 1, '/');
		link = tr_xstrndup(whole, (size_t)(end - whole));
		target = read_link(n, link);
		if (!target)
			continue;
		own = own_name(n, target);
		*ret_self = own;
		if (own)
			return tr_xasprintf("%s%s", own, end);
		if (*target == '/')
			return tr_xasprintf("%s%s", target, end);
		dir = strrchr(link, '/');
		return tr_xasprintf("%.*s/%s%s", (int)(dir - link), link, target, end);
	} while (*end);
	return NULL;
}

/* So many symbolic links in a row are followed (fs/namei.c: MAXSYMLINKS). */
#define MAX_LINKS 40

/* A name that leads to /proc/self by way of symbolic links, as /dev/stderr does; NULL if it does not. */
static char *through_self(const struct namer *n, const char *whole)
{
	char *at = tr_xstrdup(whole), *next;
	bool self = false;

	for (int i = 0; at && i < MAX_LINKS && !self && strlen(at) < PATH_MAX; i++) {
		next = follow_one(n, at, &self);
		free(at);
		at = next;
	}
	if (self)
		return at;
	free(at);
	return NULL;
}

static void find_followed(const struct namer *n, struct place *p, const char *whole)
{
	tr_cleanup_close int fd = resolve_open(n->held.fd, n->held.pid, whole, true);
	tr_cleanup_free char *own = NULL;

	if (fd < 0) {
		own = through_self(n, whole);
		if (own)
			fd = resolve_open(n->held.fd, n->held.pid, own, true);
	}
	if (fd >= 0)
		p->path = path_of(n, fd);
	if (p->path)
		place_found(n, p, fd);
	else
		find_in_parent(n, p, own ? own : whole);
}

void place_find(const struct namer *n, struct place *p, const struct spot *spot, const char *name,
		bool follow)
{
	tr_cleanup_free char *whole = NULL;
	const char *last;

	memset(p, 0, sizeof(*p));
	if (!*name) {
		p->path = tr_xstrdup(spot->dir);
		p->is_exact = p->found = true;
		p->mode = spot->flags & TR_PATH_DIRECTORY ? S_IFDIR : S_IFREG;
		p->uid = UINT32_MAX;
		p->where = decode_where(spot->magic, spot->flags, spot->dir);
		return;
	}
	whole = whole_name(n, spot->dir, name);
	if (!whole || n->held.fd < 0 || *whole != '/') {
		p->path = by_text(n, spot->dir, name);
		return;
	}
	last = strrchr(whole, '/') + 1;
	if (follow || !*last || place_ends_in_dots(last))
		find_followed(n, p, whole);
	else
		find_in_parent(n, p, whole);
	p->is_exact = !strchr(name, '/') && !(p->found && follow);
}

/* What a symbolic link of the directory at `dir` says, as a path below the root; NULL if that is outside. */
static char *link_target(const struct namer *n, int fd, const char *dir)
{
	char target[PATH_MAX];
	ssize_t len = readlinkat(fd, "", target, sizeof(target) - 1);

	if (len <= 0)
		return NULL;
	target[len] = '\0';
	return whole_name(n, dir, target);
}

/* One step: the path, or where the symbolic link at its end leads. */
static char *mounted_step(const struct namer *n, struct place *p, char *whole, bool follow)
{
	char *last = strrchr(whole, '/');
	tr_cleanup_close int pfd = -1, fd = -1;
	tr_cleanup_free char *parent = tr_xstrndup(whole, (size_t)(last - whole)), *dir = NULL;
	struct statx st = { 0 };

	last++;
	pfd = resolve_open(n->held.fd, n->held.pid, *parent ? parent : "/", true);
	if (pfd >= 0)
		dir = path_of(n, pfd);
	if (!dir) {
		p->path = as_far_as_it_goes(n, whole);
		return NULL;
	}
	fd = resolve_here(pfd, last);
	if (fd >= 0 ? stat_handle(fd, &st) :
		      statx(pfd, last, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_STATX_DONT_SYNC,
			    STATX_TYPE | STATX_MODE, &st) == 0) {
		if (follow && fd >= 0 && S_ISLNK(st.stx_mode))
			return link_target(n, fd, dir);
		p->found = true;
		p->mode = st.stx_mode;
	}
	p->path = place_join(dir, last);
	return NULL;
}

void place_find_mounted(const struct namer *n, struct place *p, const struct spot *spot,
			const char *name, bool follow)
{
	tr_cleanup_free char *whole = *name ? whole_name(n, spot->dir, name) : NULL;

	memset(p, 0, sizeof(*p));
	for (int i = 0; i < MAX_LINKS && whole && n->held.fd >= 0 && *whole == '/'; i++) {
		tr_cleanup_free char *step = tr_take(whole);
		const char *last = strrchr(step, '/') + 1;

		if (!*last || place_ends_in_dots(last)) {
			find_followed(n, p, step);
			return;
		}
		whole = mounted_step(n, p, step, follow);
		if (p->path)
			return;
	}
	p->path = by_text(n, spot->dir, name);
}

bool place_is_dir(const struct place *p)
{
	return p->found && S_ISDIR(p->mode);
}
