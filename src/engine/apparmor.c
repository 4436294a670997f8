// SPDX-License-Identifier: Apache-2.0
#include "engine/apparmor.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "util/fs.h"
#include "util/mem.h"
#include "util/text.h"

#define SECURITYFS   "/sys/kernel/security/apparmor/"
#define POLICY	     SECURITYFS "policy/profiles/"
#define POLICY_LIMIT (64 << 20)
#define LIST_LIMIT   (16 << 20)
#define LABEL_LIMIT  (64 << 10)
#define SMALL_LIMIT  4096
#define NOT_ENABLED  "AppArmor is not enabled in this kernel"
#define NOT_MOUNTED  "securityfs is not mounted on /sys/kernel/security"

/* errno of securityfs in words: the kernel says it with few of them. */
static int denied(int e, const char *what, struct tr_err *err)
{
	if (e == EACCES || e == EPERM)
		return tr_err_set(err, TR_ERR_CANNOT,
				  "%s: not permitted: CAP_MAC_ADMIN in the first user namespace "
				  "is needed (run it as root, outside of containers)",
				  what);
	return tr_err_errno(err, TR_ERR_CANNOT, e, "%s", what);
}

static int check_enabled(struct tr_err *err)
{
	struct tr_err ignored tr_cleanup_err = { 0 };
	tr_cleanup_free char *enabled = NULL;
	size_t len;

	if (fs_read("/sys/module/apparmor/parameters/enabled", SMALL_LIMIT, &enabled, &len,
		    &ignored) < 0 ||
	    *enabled != 'Y')
		return tr_err_set(err, TR_ERR_CANNOT, NOT_ENABLED);
	if (access(SECURITYFS, F_OK))
		return tr_err_set(err, TR_ERR_CANNOT, NOT_MOUNTED);
	return 0;
}

/* Splits "NAME (MODE)", in place: a name may hold blanks and parentheses, a mode does not. */
static bool split_mode(char *line, char **ret_mode)
{
	char *open = strrchr(line, '(');
	size_t n = strlen(line);

	if (!open || open == line || open[-1] != ' ' || line[n - 1] != ')')
		return false;
	line[n - 1] = '\0';
	open[-1] = '\0';
	*ret_mode = open + 1;
	return true;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct apparmor_profile *)a)->name,
		      ((const struct apparmor_profile *)b)->name);
}

int apparmor_list(struct apparmor_list *ret, struct tr_err *err)
{
	struct apparmor_list l = { 0 };
	tr_cleanup_free char *text = NULL;
	tr_cleanup_close int fd = -1;
	char *save = NULL, *mode;
	size_t len, cap = 0;

	if (check_enabled(err) < 0)
		return -1;
	/* Its mode lets everybody read it, and the kernel does not: only opening it tells. */
	fd = open(SECURITYFS "profiles", O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return denied(errno, SECURITYFS "profiles", err);
	if (fs_read(SECURITYFS "profiles", LIST_LIMIT, &text, &len, err) < 0)
		return -1;
	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		if (!split_mode(line, &mode))
			continue;
		l.v = tr_grow(l.v, &cap, l.n, sizeof(*l.v));
		l.v[l.n].name = tr_xstrdup(line);
		l.v[l.n++].mode = tr_xstrdup(mode);
	}
	if (l.n)
		qsort(l.v, l.n, sizeof(*l.v), by_name);
	*ret = l;
	return 0;
}

void apparmor_list_release(struct apparmor_list *l)
{
	for (size_t i = 0; i < l->n; i++) {
		free(l->v[i].name);
		free(l->v[i].mode);
	}
	free(l->v);
	memset(l, 0, sizeof(*l));
}

const struct apparmor_profile *apparmor_list_find(const struct apparmor_list *l, const char *name)
{
	for (size_t i = 0; i < l->n; i++)
		if (!strcmp(l->v[i].name, name))
			return &l->v[i];
	return NULL;
}

/* One write is one request: a second would be another policy. */
static int write_once(const char *path, const char *data, size_t len, struct tr_err *err)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC), e = 0;
	ssize_t n;

	if (fd < 0)
		return denied(errno, path, err);
	n = write(fd, data, len);
	if (n < 0)
		e = errno;
	else if ((size_t)n != len)
		e = EIO;
	close(fd);
	return e ? denied(e, path, err) : 0;
}

int apparmor_replace(const char *blob, size_t len, struct tr_err *err)
{
	if (check_enabled(err) < 0)
		return -1;
	return write_once(SECURITYFS ".replace", blob, len, err);
}

int apparmor_remove(const char *name, struct tr_err *err)
{
	if (check_enabled(err) < 0)
		return -1;
	return write_once(SECURITYFS ".remove", name, strlen(name), err);
}

/*
 * Whether a thread's label names the profile, or a hat or child of it: a label may be a stack of several,
 * "A//&B (enforce)", and each a hat, "A//HAT". *ret_mode points into it; NULL where it has none (unconfined).
 */
static bool label_has(char *label, const char *name, char **ret_mode)
{
	size_t n = strlen(name);

	*ret_mode = NULL;
	label[strcspn(label, "\n")] = '\0';
	if (!split_mode(label, ret_mode))
		return false;
	for (char *p = label; p; p = strstr(p, "//&"), p = p ? p + 3 : NULL)
		if (!strncmp(p, name, n) && (!p[n] || !strncmp(p + n, "//", 2)))
			return true;
	return false;
}

/* On the heap; NULL where nobody tells. */
static char *label_of(const char *pid, const char *tid)
{
	/* The first where AppArmor is one of several modules, or not the one shown (Linux 5.1). */
	static const char *const attrs[] = { "attr/apparmor/current", "attr/current" };

	for (size_t i = 0; i < TR_ARRAY_SIZE(attrs); i++) {
		tr_cleanup_free char *path =
			tr_xasprintf("/proc/%s/task/%s/%s", pid, tid, attrs[i]);
		struct tr_err gone tr_cleanup_err = { 0 };
		char *label = NULL;
		size_t len;

		if (fs_read(path, LABEL_LIMIT, &label, &len, &gone) == 0)
			return label;
	}
	return NULL;
}

static bool confines(const char *pid, const char *tid, const char *name)
{
	tr_cleanup_free char *label = label_of(pid, tid);
	char *mode;

	return label && label_has(label, name, &mode);
}

enum apparmor_under apparmor_is_under(pid_t pid, const char *name)
{
	tr_cleanup_free char *number = tr_xasprintf("%d", (int)pid), *label = NULL;
	char *mode;

	label = label_of(number, number);
	if (!label || !*label)
		return APPARMOR_GONE;
	if (!label_has(label, name, &mode) || (strcmp(mode, "enforce") && strcmp(mode, "kill")))
		return APPARMOR_NOT_UNDER;
	return APPARMOR_UNDER;
}

int apparmor_label(pid_t pid, char **ret_name, char **ret_mode, struct tr_err *err)
{
	tr_cleanup_free char *number = tr_xasprintf("%d", (int)pid), *label = NULL;
	char *mode;

	if (check_enabled(err) < 0)
		return -1;
	label = label_of(number, number);
	if (!label || !*label)
		return tr_err_set(err, TR_ERR_CANNOT,
				  "what AppArmor confines process %d by cannot be read", (int)pid);
	*ret_name = *ret_mode = NULL;
	label[strcspn(label, "\n")] = '\0';
	if (!split_mode(label, &mode))
		return 0;
	*ret_name = tr_xstrdup(label);
	*ret_mode = tr_xstrdup(mode);
	return 0;
}

/* Directories there are called after the profiles, with what no file's name can hold left out, and a number. */
static bool is_profile(const char *dir, const char *name)
{
	tr_cleanup_free char *path = tr_xasprintf(POLICY "%s/name", dir), *text = NULL;
	struct tr_err gone tr_cleanup_err = { 0 };
	size_t len;

	if (*dir == '.' || fs_read(path, LABEL_LIMIT, &text, &len, &gone) < 0)
		return false;
	text[strcspn(text, "\n")] = '\0';
	return !strcmp(text, name);
}

int apparmor_loaded_policy(const char *name, char **ret_blob, size_t *ret_len, struct tr_err *err)
{
	tr_cleanup_free char *path = NULL;
	struct tr_err none tr_cleanup_err = { 0 };
	struct dirent *e;
	DIR *dir;

	if (check_enabled(err) < 0)
		return -1;
	dir = opendir(POLICY);
	if (!dir)
		return denied(errno, POLICY, err);
	while (!path && (e = readdir(dir)))
		if (is_profile(e->d_name, name))
			path = tr_xasprintf(POLICY "%s/raw_data", e->d_name);
	closedir(dir);
	if (!path)
		return tr_err_set(err, TR_ERR_CANNOT,
				  "this kernel does not show the profile %s: give its text instead",
				  name);
	if (fs_read(path, POLICY_LIMIT, ret_blob, ret_len, &none) == 0)
		return 0;
	return tr_err_set(
		err, TR_ERR_CANNOT,
		"this kernel does not hand out the profile %s (%s): give its text instead", name,
		tr_err_msg(&none));
}

static bool any_thread(const char *pid, const char *name)
{
	tr_cleanup_free char *path = tr_xasprintf("/proc/%s/task", pid);
	DIR *dir = opendir(path);
	struct dirent *e;
	bool found = false;

	if (!dir)
		return false;
	while (!found && (e = readdir(dir)))
		found = isdigit((unsigned char)*e->d_name) && confines(pid, e->d_name, name);
	closedir(dir);
	return found;
}

static char *comm_of(const char *pid)
{
	tr_cleanup_free char *path = tr_xasprintf("/proc/%s/comm", pid);
	struct tr_err gone tr_cleanup_err = { 0 };
	char *comm;
	size_t len;

	if (fs_read(path, SMALL_LIMIT, &comm, &len, &gone) < 0)
		return tr_xstrdup("?");
	comm[strcspn(comm, "\n")] = '\0';
	return comm;
}

static int by_pid(const void *a, const void *b)
{
	pid_t x = ((const struct apparmor_user *)a)->pid,
	      y = ((const struct apparmor_user *)b)->pid;

	return (x > y) - (x < y);
}

int apparmor_users(struct apparmor_users *ret, const char *name, struct tr_err *err)
{
	struct apparmor_users u = { 0 };
	struct dirent *e;
	size_t cap = 0;
	DIR *dir;

	if (check_enabled(err) < 0)
		return -1;
	dir = opendir("/proc");
	if (!dir)
		return tr_err_errno(err, TR_ERR_CANNOT, errno, "/proc");
	while ((e = readdir(dir))) {
		if (!isdigit((unsigned char)*e->d_name) || !any_thread(e->d_name, name))
			continue;
		u.v = tr_grow(u.v, &cap, u.n, sizeof(*u.v));
		u.v[u.n].pid = (pid_t)strtol(e->d_name, NULL, 10);
		u.v[u.n++].comm = comm_of(e->d_name);
	}
	closedir(dir);
	if (u.n)
		qsort(u.v, u.n, sizeof(*u.v), by_pid);
	*ret = u;
	return 0;
}

void apparmor_users_release(struct apparmor_users *u)
{
	for (size_t i = 0; i < u->n; i++)
		free(u->v[i].comm);
	free(u->v);
	memset(u, 0, sizeof(*u));
}
