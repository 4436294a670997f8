// SPDX-License-Identifier: Apache-2.0
#include "record/peaks.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "util/mem.h"
#include "util/text.h"

#define TEXT_LIMIT (1 << 20)

/* Files of /proc have no size; what is longer is none of an ordinary machine's. NULL: cannot be read. */
static char *read_text(const char *path)
{
	tr_cleanup_close int fd = open(path, O_RDONLY | O_CLOEXEC);
	char *text;
	size_t n = 0;
	ssize_t got;

	if (fd < 0)
		return NULL;
	text = tr_xmalloc(TEXT_LIMIT + 1);
	while (n < TEXT_LIMIT && (got = read(fd, text + n, TEXT_LIMIT - n)) > 0)
		n += (size_t)got;
	text[n] = '\0';
	return text;
}

/* A mount of the hierarchy that has the controller, or, for NULL, of version 2. */
static bool is_hierarchy(const char *type, const char *options, const char *controller)
{
	return controller ? !strcmp(type, "cgroup") && text_list_has(options, controller) :
			    !strcmp(type, "cgroup2");
}

/*
 * "36 35 98:0 ROOT POINT options... - TYPE SOURCE OPTIONS". What is mounted may be a part of the hierarchy. Names with
 * a space in them are written otherwise there, and no machine has a cgroup file system below one.
 */
static char *in_mount(const char *line, const char *path, const char *controller)
{
	char root[512], point[512], type[64], options[512];
	const char *rest = strstr(line, " - ");
	size_t n;

	if (!rest || sscanf(line, "%*s %*s %*s %511s %511s", root, point) != 2 ||
	    sscanf(rest, " - %63s %*s %511s", type, options) != 2 ||
	    !is_hierarchy(type, options, controller))
		return NULL;
	n = strcmp(root, "/") != 0 ? strlen(root) : 0;
	if (strncmp(path, root, n) != 0 || path[n] != '/')
		return NULL;
	return tr_xasprintf("%s%s", point, path + n);
}

static char *find_dir(const char *mountinfo, const char *path, const char *controller)
{
	char *dir = NULL;

	for (const char *line = mountinfo; *line && !dir;) {
		size_t n = strcspn(line, "\n");
		tr_cleanup_free char *one = tr_xstrndup(line, n);

		dir = in_mount(one, path, controller);
		line += n + (line[n] == '\n');
	}
	return dir;
}

/* "0::/a/ID/b" and "9:memory:/a/ID/b" up to ID's component; NULL where there is none, or it is not below our root. */
static char *cut_path(const char *path, const char *id)
{
	const char *at = strstr(path, id);

	if (!*id || !at || strstr(path, "/.."))
		return NULL;
	return tr_xstrndup(path, (size_t)(at - path) + strcspn(at, "/"));
}

static void take_line(struct peaks *p, const char *line, const char *mountinfo, const char *id)
{
	const char *list = strchr(line, ':'), *path = list ? strchr(list + 1, ':') : NULL;
	tr_cleanup_free char *controllers = NULL, *cut = NULL;

	if (!path)
		return;
	controllers = tr_xstrndup(list + 1, (size_t)(path - list - 1));
	cut = cut_path(path + 1, id);
	if (!cut)
		return;
	if (!*controllers) {
		/* The first version's hierarchies have the controllers that they have. */
		p->memory = p->memory ? p->memory : find_dir(mountinfo, cut, NULL);
		p->pids = p->pids ? p->pids : find_dir(mountinfo, cut, NULL);
	}
	if (text_list_has(controllers, "memory")) {
		free(p->memory);
		p->memory = find_dir(mountinfo, cut, "memory");
	}
	if (text_list_has(controllers, "pids")) {
		free(p->pids);
		p->pids = find_dir(mountinfo, cut, "pids");
	}
}

void peaks_find_in(struct peaks *p, const char *cgroup, const char *mountinfo, const char *id)
{
	free(tr_take(p->memory));
	free(tr_take(p->pids));
	for (const char *line = cgroup; *line;) {
		size_t n = strcspn(line, "\n");
		tr_cleanup_free char *one = tr_xstrndup(line, n);

		take_line(p, one, mountinfo, id);
		line += n + (line[n] == '\n');
	}
}

void peaks_find(struct peaks *p, pid_t pid, const char *id)
{
	tr_cleanup_free char *path = tr_xasprintf("/proc/%d/cgroup", (int)pid);
	tr_cleanup_free char *cgroup = read_text(path);
	tr_cleanup_free char *mountinfo = cgroup ? read_text("/proc/self/mountinfo") : NULL;

	if (mountinfo)
		peaks_find_in(p, cgroup, mountinfo, id);
}

/* The first of the files that is there. */
static void look_at(const char *dir, const char *const *names, uint64_t *most)
{
	for (; dir && *names; names++) {
		tr_cleanup_free char *path = tr_xasprintf("%s/%s", dir, *names);
		tr_cleanup_close int fd = open(path, O_RDONLY | O_CLOEXEC);
		char text[32];
		ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
		unsigned long long v;

		if (n <= 0)
			continue;
		text[n] = '\0';
		v = strtoull(text, NULL, 10);
		if (v > *most)
			*most = v;
		return;
	}
}

void peaks_look(struct peaks *p)
{
	/* memory.peak: Linux 5.19; pids.peak: 6.11. Before, and where there is the old file, it is by chance. */
	static const char *const memory[] = { "memory.peak", "memory.max_usage_in_bytes",
					      "memory.current", NULL };
	static const char *const pids[] = { "pids.peak", "pids.current", NULL };

	look_at(p->memory, memory, &p->most_memory);
	look_at(p->pids, pids, &p->most_pids);
}

bool peaks_grew(struct peaks *p)
{
	if (p->most_memory - p->most_memory / 5 <= p->noted_memory &&
	    p->most_pids - p->most_pids / 5 <= p->noted_pids)
		return false;
	p->noted_memory = p->most_memory;
	p->noted_pids = p->most_pids;
	return true;
}

void peaks_release(struct peaks *p)
{
	free(p->memory);
	free(p->pids);
	memset(p, 0, sizeof(*p));
}
