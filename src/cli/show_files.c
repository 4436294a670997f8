// SPDX-License-Identifier: Apache-2.0
/* The files of `trammel show --files`, as a tree. */
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cmd.h"
#include "cli/show.h"
#include "facts/names.h"
#include "util/json.h"
#include "util/mem.h"
#include "util/strbuf.h"
#include "util/text.h"

#define MAX_INDENT 60 /* columns: names in a container can be thousands of directories deep */

static const char *const places[] = { "image", "volume", "tmpfs", "proc", "sys", "dev", "other" };

bool show_file_in_vain(const struct show_file *f)
{
	return f->flags & TR_EV_FAILED && !(f->flags & TR_EV_DONE);
}

const char *show_owner(const struct show_file *f)
{
	bool own = f->flags & TR_EV_OWNER, others = f->flags & TR_EV_NOT_OWNER;

	return own && others ? "both" : own ? "own" : others ? "others" : "unknown";
}

json_object *show_places_to_json(const struct show_file *f)
{
	json_object *list = json_object_new_array();

	for (size_t i = 0; i < TR_ARRAY_SIZE(places); i++)
		if (f->where >> i & 1)
			json_object_array_add(list, json_object_new_string(places[i]));
	return list;
}

static void add_places(struct strbuf *sb, const struct show_file *f)
{
	for (size_t i = 0; i < TR_ARRAY_SIZE(places); i++)
		if (f->where >> i & 1)
			strbuf_addf(sb, "%s%s", sb->len ? "," : "", places[i]);
	if (!sb->len)
		strbuf_adds(sb, "-");
}

/* f is NULL for a directory that is only in the way of others. */
static void print_row(const struct show_file *f, const char *name, size_t len, unsigned depth)
{
	cleanup_strbuf struct strbuf where = STRBUF_INIT, safe = STRBUF_INIT;
	unsigned indent = 2 * depth < MAX_INDENT ? 2 * depth : MAX_INDENT;
	char perms[PERMS_SIZE];
	bool vain = f && show_file_in_vain(f);

	text_escape(&safe, name, len);
	if (f)
		add_places(&where, f);
	printf("  %-6s %-7s %-12s %*s%s%s%s%s\n", f ? perms_name(f->perms, perms) : "",
	       f ? show_owner(f) : "", strbuf_str(&where), (int)indent, "",
	       vain || !f ? c_dim() : "", strbuf_str(&safe), vain ? " (in vain)" : "",
	       vain || !f ? c_reset() : "");
}

/* A slash comes before all other bytes, so that what is below a directory is together. */
static int cmp_files(const void *a, const void *b)
{
	const unsigned char *x = (const unsigned char *)(*(const struct show_file *const *)a)->path;
	const unsigned char *y = (const unsigned char *)(*(const struct show_file *const *)b)->path;

	while (*x && *x == *y)
		x++, y++;
	if (!*x || !*y)
		return (*x != 0) - (*y != 0);
	if (*x == '/' || *y == '/')
		return *x == '/' ? -1 : 1;
	return *x < *y ? -1 : 1;
}

/* How much of them is the same, up to a slash. */
static size_t common(const char *a, const char *b)
{
	size_t n = 0, slash = 0;

	for (; a[n] && a[n] == b[n]; n++)
		if (a[n] == '/')
			slash = n + 1;
	return slash;
}

/* Of v, all below the same directory, whose name is of `from` bytes. */
static void print_tree(const struct show_file *const *v, size_t n, size_t from, unsigned depth)
{
	for (size_t i = 0; i < n;) {
		const char *path = v[i]->path, *slash = strchr(path + from, '/');
		size_t len = slash ? (size_t)(slash - path) + 1 : 0, end = i + 1, to;

		while (len && end < n && !strncmp(v[end]->path, path, len))
			end++;
		if (end == i + 1) {
			print_row(v[i], path + from, strlen(path + from), depth);
			i++;
			continue;
		}
		to = common(path, v[end - 1]->path);
		if (!path[to])
			print_row(v[i++], path + from, to - from, depth);
		else
			print_row(NULL, path + from, to - from, depth);
		print_tree(v + i, end - i, to, depth + 1);
		i = end;
	}
}

void show_print_files(const struct show *s)
{
	const struct show_file **v = tr_xcalloc(s->n_files + 1, sizeof(*v));

	for (size_t i = 0; i < s->n_files; i++)
		v[i] = &s->files[i];
	if (s->n_files)
		qsort(v, s->n_files, sizeof(*v), cmp_files);
	printf("  %s%-6s %-7s %-12s %s%s\n", c_dim(), "", "owner", "place", "name", c_reset());
	print_tree(v, s->n_files, 0, 0);
	free(v);
}
