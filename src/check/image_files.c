// SPDX-License-Identifier: Apache-2.0
/* The list of an image's files, as tar prints it: names from a container, which may hold any byte. */
#include <stdlib.h>
#include <string.h>

#include "trammel/check_apparmor.h"
#include "util/fs.h"
#include "util/mem.h"

#define MAX_LIST ((size_t)1 << 30)
#define MAX_NAME 4096 /* PATH_MAX */

void tr_file_list_release(struct tr_file_list *l)
{
	for (size_t i = 0; i < l->n; i++)
		free(l->v[i]);
	free(l->v);
	memset(l, 0, sizeof(*l));
}

static bool is_octal(char c)
{
	return c >= '0' && c <= '7';
}

/* GNU tar's escapes: what C has, and three octal digits. -1 for what is none. */
static int unescape(const char **p)
{
	static const char letters[] = "abfnrtv\\\"", bytes[] = "\a\b\f\n\r\t\v\\\"";
	const char *s = *p, *at;
	int c;

	if (is_octal(s[0]) && is_octal(s[1]) && is_octal(s[2])) {
		*p += 3;
		c = (s[0] - '0') * 64 + (s[1] - '0') * 8 + (s[2] - '0');
		return c > 0 && c < 256 ? c : -1;
	}
	if (!*s || !(at = strchr(letters, *s)))
		return -1;
	*p += 1;
	return (unsigned char)bytes[at - letters];
}

/* "./etc/", "etc/", "/etc/": "/etc/". NULL: it is no name. */
static char *name_of(const char *line, size_t len)
{
	tr_cleanup_free char *copy = tr_xstrndup(line, len);
	char *name, *end;
	const char *p = copy;

	if (len > 4 * MAX_NAME || strlen(copy) != len)
		return NULL;
	if (!strncmp(p, "./", 2))
		p += 2;
	while (*p == '/')
		p++;
	end = name = tr_xmalloc(strlen(p) + 2);
	*end++ = '/';
	while (*p) {
		int c = (unsigned char)*p++;

		if (c == '\\')
			c = unescape(&p);
		if (c < 0) {
			free(name);
			return NULL;
		}
		*end++ = (char)c;
	}
	*end = '\0';
	return name;
}

static int cmp_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void sort(struct tr_file_list *l)
{
	size_t n = 0;

	if (l->n)
		qsort(l->v, l->n, sizeof(*l->v), cmp_names);
	for (size_t i = 0; i < l->n; i++) {
		if (n && !strcmp(l->v[n - 1], l->v[i]))
			free(l->v[i]);
		else
			l->v[n++] = l->v[i];
	}
	l->n = n;
}

int tr_file_list_read(struct tr_file_list *ret, const char *path, struct tr_err *err)
{
	tr_cleanup_free char *text = NULL;
	struct tr_file_list l = { 0 };
	size_t len, line = 1;

	if (fs_read(path, MAX_LIST, &text, &len, err) < 0)
		return -1;
	for (const char *p = text, *end = text + len; p < end; line++) {
		const char *nl = memchr(p, '\n', (size_t)(end - p));
		size_t n = (size_t)((nl ? nl : end) - p);
		char *name = n ? name_of(p, n) : NULL;

		if (n && !name) {
			tr_file_list_release(&l);
			return tr_err_set(err, TR_ERR_INPUT,
					  "%s:%zu: expected a name as tar -t prints it", path,
					  line);
		}
		if (name) {
			l.v = tr_grow(l.v, &l.cap, l.n, sizeof(*l.v));
			l.v[l.n++] = name;
		}
		p += n + 1;
	}
	sort(&l);
	if (!l.n)
		return tr_err_set(err, TR_ERR_INPUT, "%s: no file is listed", path);
	*ret = l;
	return 0;
}
