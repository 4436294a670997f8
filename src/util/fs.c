// SPDX-License-Identifier: Apache-2.0
#include "util/fs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/mem.h"
#include "util/strbuf.h"

static int read_fd(int fd, const char *name, size_t limit, struct strbuf *sb, struct tr_err *err)
{
	char buf[65536];

	for (;;) {
		ssize_t n = read(fd, buf, sizeof(buf));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return tr_err_errno(err, TR_ERR_INPUT, errno, "%s", name);
		if (n == 0)
			return 0;
		if (sb->len + (size_t)n > limit)
			return tr_err_set(err, TR_ERR_INPUT, "%s: larger than %zu bytes", name,
					  limit);
		strbuf_add(sb, buf, (size_t)n);
	}
}

int fs_read(const char *path, size_t limit, char **ret_data, size_t *ret_len, struct tr_err *err)
{
	cleanup_strbuf struct strbuf sb = STRBUF_INIT;
	tr_cleanup_close int fd = -1;
	int is_stdin = !strcmp(path, "-");

	if (!is_stdin) {
		fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd < 0)
			return tr_err_errno(err, TR_ERR_INPUT, errno, "%s", path);
	}
	if (read_fd(is_stdin ? STDIN_FILENO : fd, is_stdin ? "standard input" : path, limit, &sb,
		    err) < 0)
		return -1;
	*ret_len = sb.len;
	*ret_data = strbuf_detach(&sb);
	return 0;
}

struct fs_owner fs_owner(void)
{
	struct fs_owner o = { .uid = geteuid(), .gid = getegid(), .is_sudo = 0 };
	const char *uid = getenv("SUDO_UID"), *gid = getenv("SUDO_GID");
	char *end_u, *end_g;

	if (o.uid != 0 || !uid || !gid || !*uid || !*gid)
		return o;
	unsigned long u = strtoul(uid, &end_u, 10), g = strtoul(gid, &end_g, 10);

	if (*end_u || *end_g || u == 0 || u >= (uid_t)-1 || g >= (gid_t)-1)
		return o;
	return (struct fs_owner){ .uid = (uid_t)u, .gid = (gid_t)g, .is_sudo = 1 };
}

/* The temporary stands in the same directory, so that rename cannot cross a file system. */
static char *temp_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	size_t dir = slash ? (size_t)(slash - path) + 1 : 0;

	return tr_xasprintf("%.*s.%s.XXXXXX", (int)dir, path, path + dir);
}

/* A device or a pipe is written to: a rename would put a file where /dev/null was. */
static int open_special(struct fs_out *out, const char *path, struct tr_err *err)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);

	if (fd < 0 || !(out->f = fdopen(fd, "w"))) {
		tr_err_errno(err, TR_ERR_INPUT, errno, "%s", path);
		if (fd >= 0)
			close(fd);
		return -1;
	}
	out->path = tr_xstrdup(path);
	return 0;
}

bool fs_is_special(const char *path)
{
	struct stat st;

	return !strcmp(path, "-") ||
	       (stat(path, &st) == 0 && !S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode));
}

int fs_out_open(struct fs_out *out, const char *path, mode_t mode, struct tr_err *err)
{
	struct stat st;
	int fd;

	memset(out, 0, sizeof(*out));
	if (!strcmp(path, "-")) {
		out->f = open_memstream(&out->mem, &out->mem_len);
		if (!out->f)
			return tr_err_errno(err, TR_ERR_CANNOT, errno, "standard output");
		return 0;
	}
	if (fs_is_special(path))
		return open_special(out, path, err);
	/* rename would refuse too, but only when all the work is done. */
	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
		return tr_err_errno(err, TR_ERR_INPUT, EISDIR, "%s: cannot write here", path);
	out->path = tr_xstrdup(path);
	out->tmp = temp_name(path);
	fd = mkostemp(out->tmp, O_CLOEXEC);
	if (fd < 0) {
		int e = errno;

		free(tr_take(out->tmp));
		fs_out_release(out);
		return tr_err_errno(err, TR_ERR_INPUT, e, "%s: cannot write here", path);
	}
	if (fchmod(fd, mode) < 0 || !(out->f = fdopen(fd, "w"))) {
		int e = errno;

		close(fd);
		fs_out_release(out);
		return tr_err_errno(err, TR_ERR_CANNOT, e, "%s", path);
	}
	return 0;
}

static int commit_stdout(struct fs_out *out, struct tr_err *err)
{
	FILE *f = tr_take(out->f);
	int r;

	if (fclose(f) != 0)
		return tr_err_errno(err, TR_ERR_CANNOT, errno, "standard output");
	r = fs_write_all(STDOUT_FILENO, out->mem, out->mem_len);
	if (r < 0)
		return tr_err_errno(err, TR_ERR_CANNOT, -r, "standard output");
	return 0;
}

/* A full disk may show only here: check everything before the old file is replaced. */
static int settle(struct fs_out *out, struct tr_err *err)
{
	struct fs_owner who = fs_owner();
	FILE *f;

	if (fflush(out->f) != 0 || ferror(out->f) || fsync(fileno(out->f)) < 0)
		return tr_err_errno(err, TR_ERR_CANNOT, errno, "%s", out->path);
	if (who.is_sudo && fchown(fileno(out->f), who.uid, who.gid) < 0)
		return tr_err_errno(err, TR_ERR_CANNOT, errno, "%s: change its owner", out->path);
	f = tr_take(out->f);
	if (fclose(f) != 0)
		return tr_err_errno(err, TR_ERR_CANNOT, errno, "%s", out->path);
	return 0;
}

int fs_out_commit(struct fs_out *out, struct tr_err *err)
{
	if (!out->path)
		return commit_stdout(out, err);
	if (!out->tmp) {
		bool failed = fflush(out->f) != 0 || ferror(out->f);

		return failed ? tr_err_errno(err, TR_ERR_CANNOT, errno, "%s", out->path) : 0;
	}
	if (settle(out, err) < 0)
		return -1;
	if (rename(out->tmp, out->path) < 0)
		return tr_err_errno(err, TR_ERR_CANNOT, errno, "%s", out->path);
	free(tr_take(out->tmp));
	return 0;
}

enum placed {
	PLACED_FRESH, /* nothing stood there */
	PLACED_SWAPPED, /* what stood there stands at tmp, until release */
	PLACED_OVER, /* on a file system that cannot exchange: what stood there is gone */
};

static int put_in_place(struct fs_out *out, enum placed *ret)
{
	if (renameat2(AT_FDCWD, out->tmp, AT_FDCWD, out->path, RENAME_EXCHANGE) == 0) {
		*ret = PLACED_SWAPPED;
		return 0;
	}
	*ret = errno == ENOENT ? PLACED_FRESH : PLACED_OVER;
	return rename(out->tmp, out->path);
}

static void take_back(struct fs_out *out, enum placed placed)
{
	if (placed == PLACED_SWAPPED)
		renameat2(AT_FDCWD, out->tmp, AT_FDCWD, out->path, RENAME_EXCHANGE);
	else if (placed == PLACED_FRESH)
		unlink(out->path);
}

int fs_out_commit_all(struct fs_out *outs, size_t n, struct tr_err *err)
{
	tr_cleanup_free enum placed *placed = tr_xcalloc(n + 1, sizeof(*placed));

	for (size_t i = 0; i < n; i++)
		if (settle(&outs[i], err) < 0)
			return -1;
	for (size_t i = 0; i < n; i++) {
		if (put_in_place(&outs[i], &placed[i]) == 0)
			continue;
		tr_err_errno(err, TR_ERR_CANNOT, errno, "%s", outs[i].path);
		while (i-- > 0)
			take_back(&outs[i], placed[i]);
		return -1;
	}
	return 0;
}

void fs_out_release(struct fs_out *out)
{
	if (out->f)
		fclose(out->f);
	if (out->tmp) {
		unlink(out->tmp);
		free(out->tmp);
	}
	free(out->path);
	free(out->mem);
	memset(out, 0, sizeof(*out));
}

int fs_write_all(int fd, const void *data, size_t len)
{
	const char *p = data;

	while (len) {
		ssize_t n = write(fd, p, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		p += n;
		len -= (size_t)n;
	}
	return 0;
}
