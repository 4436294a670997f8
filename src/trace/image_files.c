// SPDX-License-Identifier: Apache-2.0
/* The files of an image: names from a container, which may hold any byte. */
#include "trammel/image_files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "trace/tar.h"
#include "util/mem.h"
#include "util/strbuf.h"

#define MAX_TEXT ((size_t)1 << 30)
#define MAX_NAME 4098 /* what an archive may have, PATH_MAX, and a slash on either side */
#define MAGIC	 "trammel-image-files "
#define VERSION	 1

static const char letters[] = "?fdlcbps";
_Static_assert(sizeof(letters) == TR_FILE_TYPES + 1, "a letter for each type");

void tr_image_files_release(struct tr_image_files *f)
{
	for (size_t i = 0; i < f->n; i++)
		free(f->v[i].path);
	free(f->v);
	free(f->image);
	memset(f, 0, sizeof(*f));
}

/* path is taken. */
static void add(struct tr_image_files *f, char *path, enum tr_file_type type, unsigned mode)
{
	f->v = tr_grow(f->v, &f->cap, f->n, sizeof(*f->v));
	f->v[f->n] = (struct tr_image_file){ path, (uint32_t)f->n, (uint16_t)mode, (uint8_t)type };
	f->n++;
}

static int cmp(const void *a, const void *b)
{
	const struct tr_image_file *x = a, *y = b;
	int r = strcmp(x->path, y->path);

	return r ? r : (x->order > y->order) - (x->order < y->order);
}

/* Of a name that comes more than once, the last one is what stands there when all is unpacked. */
static void sort(struct tr_image_files *f)
{
	size_t n = 0;

	if (f->n)
		qsort(f->v, f->n, sizeof(*f->v), cmp);
	for (size_t i = 0; i < f->n; i++) {
		if (n && !strcmp(f->v[n - 1].path, f->v[i].path))
			free(f->v[--n].path);
		f->v[n++] = f->v[i];
	}
	f->n = n;
}

static bool is_octal(char c)
{
	return c >= '0' && c <= '7';
}

/* GNU tar's escapes: what C has, and three octal digits. -1 for what is none. */
static int unescape(const char **p)
{
	static const char named[] = "abfnrtv\\\"", bytes[] = "\a\b\f\n\r\t\v\\\"";
	const char *s = *p, *at;
	int c;

	if (is_octal(s[0]) && is_octal(s[1]) && is_octal(s[2])) {
		*p += 3;
		c = (s[0] - '0') * 64 + (s[1] - '0') * 8 + (s[2] - '0');
		return c > 0 && c < 256 ? c : -1;
	}
	if (!*s || !(at = strchr(named, *s)))
		return -1;
	*p += 1;
	return (unsigned char)bytes[at - named];
}

/* "./etc/", "etc/", "/etc/", ".": what stands behind the root's "/". */
static const char *below_root(const char *p)
{
	while (p[0] == '.' && (p[1] == '/' || !p[1]))
		p += p[1] ? 2 : 1;
	while (*p == '/')
		p++;
	return p;
}

/* In place. False: it holds what is no escape. */
static bool unescape_all(char *name)
{
	const char *p = name;
	char *end = name;

	while (*p) {
		int c = (unsigned char)*p++;

		if (c == '\\')
			c = unescape(&p);
		if (c < 0)
			return false;
		*end++ = (char)c;
	}
	*end = '\0';
	return true;
}

/* NULL: it is no name. Slashes may be escaped, too: what is above the root is looked for behind that. */
static char *name_of(const char *line, size_t len)
{
	tr_cleanup_free char *raw = tr_xstrndup(line, len), *name = NULL;

	/* As it is written, each byte can take four. */
	if (len > 4 * MAX_NAME || strlen(raw) != len || !unescape_all(raw))
		return NULL;
	name = tr_xasprintf("/%s", below_root(raw));
	return strlen(name) > MAX_NAME ? NULL : tr_take(name);
}

static bool is_dir_name(const char *name)
{
	return name[strlen(name) - 1] == '/';
}

static int bad_line(struct tr_err *err, const char *name, size_t line, const char *expected)
{
	return tr_err_set(err, TR_ERR_INPUT, "%s:%zu: expected %s", name, line, expected);
}

/* A name alone: what tar -t prints. */
static int take_name(struct tr_image_files *f, const char *p, size_t len)
{
	char *path = name_of(p, len);

	if (path)
		add(f, path, is_dir_name(path) ? TR_FILE_DIR : TR_FILE_UNKNOWN, 0);
	return path ? 0 : -1;
}

/* "f 644 /etc/passwd" */
static int take_entry(struct tr_image_files *f, const char *p, size_t len)
{
	const char *letter = len ? strchr(letters, *p) : NULL;
	unsigned mode = 0;
	size_t i = 2;
	char *path;

	if (!letter || !*letter || len < 5 || p[1] != ' ')
		return -1;
	for (; i < 6 && is_octal(p[i]); i++)
		mode = mode << 3 | (unsigned)(p[i] - '0');
	if (i == 2 || p[i] != ' ' || p[i + 1] != '/' || !(path = name_of(p + i + 1, len - i - 1)))
		return -1;
	if (is_dir_name(path) != (*letter == 'd')) {
		free(path);
		return -1;
	}
	add(f, path, (enum tr_file_type)(letter - letters), mode);
	return 0;
}

/* "trammel-image-files 1 sha256:...", or "-" for an image that is not known. */
static int take_head(struct tr_image_files *f, const char *p, size_t len, const char *name,
		     struct tr_err *err)
{
	tr_cleanup_free char *line = tr_xstrndup(p, len);
	char *end = NULL;
	unsigned long version = strtoul(line + strlen(MAGIC), &end, 10);

	if (version > VERSION)
		return tr_err_set(err, TR_ERR_INPUT,
				  "%s:1: a list of version %lu: this trammel reads up to version "
				  "%d, a newer one is needed",
				  name, version, VERSION);
	if (!version || *end++ != ' ' || !*end || strlen(line) != len || strlen(end) > 256)
		return bad_line(err, name, 1, "\"" MAGIC "VERSION DIGEST\"");
	for (const char *s = end; *s; s++)
		if (*s <= ' ' || *s > '~')
			return bad_line(err, name, 1, "a digest");
	if (strcmp(end, "-") != 0)
		f->image = tr_xstrdup(end);
	return 0;
}

static int take_lines(struct tr_image_files *f, const char *text, size_t len, const char *name,
		      struct tr_err *err)
{
	bool typed = len >= strlen(MAGIC) && !memcmp(text, MAGIC, strlen(MAGIC));
	size_t line = 1;

	for (const char *p = text, *end = text + len; p < end; line++) {
		const char *nl = memchr(p, '\n', (size_t)(end - p));
		size_t n = (size_t)((nl ? nl : end) - p);

		if (typed && line == 1 && take_head(f, p, n, name, err) < 0)
			return -1;
		if (typed && line > 1 && take_entry(f, p, n) < 0)
			return bad_line(err, name, line, "\"TYPE MODE /NAME\"");
		if (!typed && n && take_name(f, p, n) < 0)
			return bad_line(err, name, line, "a name as tar -t prints it");
		p += n + 1;
	}
	return 0;
}

static enum tr_file_type type_of(char flag)
{
	/* 1 is another name of a file that came before. */
	static const char flags[] = "0\0007125346", types[] = "ffffldcbp";
	const char *at = memchr(flags, flag, sizeof(flags) - 1);

	return at ? (enum tr_file_type)(strchr(letters, types[at - flags]) - letters) :
		    TR_FILE_UNKNOWN;
}

static void take_member(const char *name, char flag, unsigned mode, void *arg)
{
	enum tr_file_type type = type_of(flag);
	const char *p = below_root(name);
	size_t len = strlen(p);

	/* Archives older than type flags have directories so, and the root's name is empty here. */
	if (!len || (type == TR_FILE_REGULAR && p[len - 1] == '/'))
		type = TR_FILE_DIR;
	while (len && p[len - 1] == '/')
		len--;
	add(arg, tr_xasprintf("/%.*s%s", (int)len, p, len && type == TR_FILE_DIR ? "/" : ""), type,
	    mode);
}

/* Fills buf as far as there is something: less only at the end. */
static ssize_t read_full(int fd, char *buf, size_t size)
{
	size_t have = 0;

	while (have < size) {
		ssize_t n = read(fd, buf + have, size - have);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		if (n == 0)
			break;
		have += (size_t)n;
	}
	return (ssize_t)have;
}

struct source {
	int fd;
	const char *name;
	char buf[65536];
	size_t n; /* of buf */
};

/* 1, 0 at the end, -1 */
static int fill(struct source *s, struct tr_err *err)
{
	ssize_t n = read_full(s->fd, s->buf, sizeof(s->buf));

	s->n = n > 0 ? (size_t)n : 0;
	return n < 0 ? tr_err_errno(err, TR_ERR_INPUT, errno, "%s", s->name) : n > 0;
}

/* The archive may be of gigabytes: it goes by. */
static int read_tar(struct tr_image_files *f, struct source *s, struct tr_err *err)
{
	struct tar t = { .member = take_member, .arg = f };
	int r = 1;

	while (r > 0) {
		r = tar_feed(&t, s->buf, s->n, err);
		if (r == 0)
			r = fill(s, err);
	}
	if (r == 0)
		r = tar_end(&t, err);
	tar_release(&t);
	return r < 0 ? tr_err_wrap(err, "%s", s->name) : 0;
}

static int read_text(struct tr_image_files *f, struct source *s, struct tr_err *err)
{
	cleanup_strbuf struct strbuf sb = STRBUF_INIT;
	int r;

	do {
		strbuf_add(&sb, s->buf, s->n);
		if (sb.len > MAX_TEXT)
			return tr_err_set(err, TR_ERR_INPUT, "%s: larger than %zu bytes", s->name,
					  MAX_TEXT);
		r = fill(s, err);
	} while (r > 0);
	return r < 0 ? -1 : take_lines(f, strbuf_str(&sb), sb.len, s->name, err);
}

static int finish(struct tr_image_files *ret, struct tr_image_files *f, int r, const char *name,
		  struct tr_err *err)
{
	if (r == 0)
		sort(f);
	if (r == 0 && !f->n)
		r = tr_err_set(err, TR_ERR_INPUT, "%s: no file is listed", name);
	if (r < 0)
		tr_image_files_release(f);
	else
		*ret = *f;
	return r;
}

int tr_image_files_parse(struct tr_image_files *ret, const char *text, size_t len, const char *name,
			 struct tr_err *err)
{
	struct tr_image_files f = { 0 };
	struct tar t = { .member = take_member, .arg = &f };
	int r;

	if (tar_is(text, len)) {
		r = tar_feed(&t, text, len, err);
		if (r == 0)
			r = tar_end(&t, err);
		tar_release(&t);
		if (r < 0)
			tr_err_wrap(err, "%s", name);
	} else {
		r = take_lines(&f, text, len, name, err);
	}
	return finish(ret, &f, r, name, err);
}

int tr_image_files_read(struct tr_image_files *ret, const char *path, struct tr_err *err)
{
	bool is_stdin = !strcmp(path, "-");
	tr_cleanup_free struct source *s = tr_xcalloc(1, sizeof(*s));
	tr_cleanup_close int fd = is_stdin ? -1 : open(path, O_RDONLY | O_CLOEXEC);
	struct tr_image_files f = { 0 };
	int r;

	if (!is_stdin && fd < 0)
		return tr_err_errno(err, TR_ERR_INPUT, errno, "%s", path);
	s->fd = is_stdin ? STDIN_FILENO : fd;
	s->name = is_stdin ? "standard input" : path;
	r = fill(s, err);
	if (r >= 0)
		r = tar_is(s->buf, s->n) ? read_tar(&f, s, err) : read_text(&f, s, err);
	return finish(ret, &f, r, s->name, err);
}

struct tr_image_archive {
	struct tr_image_files files;
	struct tar tar;
};

struct tr_image_archive *tr_image_archive_begin(void)
{
	struct tr_image_archive *a = tr_xcalloc(1, sizeof(*a));

	a->tar = (struct tar){ .member = take_member, .arg = &a->files };
	return a;
}

int tr_image_archive_take(struct tr_image_archive *a, const char *data, size_t len,
			  struct tr_err *err)
{
	return tar_feed(&a->tar, data, len, err);
}

int tr_image_archive_end(struct tr_image_archive *a, struct tr_image_files *ret, const char *name,
			 struct tr_err *err)
{
	int r = 0;

	if (!ret)
		tr_image_files_release(&a->files);
	else if ((r = tar_end(&a->tar, err)) < 0)
		tr_err_wrap(err, "%s", name);
	if (ret)
		r = finish(ret, &a->files, r, name, err);
	tar_release(&a->tar);
	free(a);
	return r;
}

static void write_name(const char *s, FILE *out)
{
	for (; *s; s++) {
		if (*s == '\\')
			fputs("\\\\", out);
		else if (*s < ' ' || *s > '~')
			fprintf(out, "\\%03o", (unsigned char)*s);
		else
			putc(*s, out);
	}
}

void tr_image_files_write(const struct tr_image_files *f, FILE *out)
{
	fprintf(out, MAGIC "%d %s\n", VERSION, f->image ? f->image : "-");
	for (size_t i = 0; i < f->n; i++) {
		fprintf(out, "%c %o ", letters[f->v[i].type], f->v[i].mode);
		write_name(f->v[i].path, out);
		putc('\n', out);
	}
}
