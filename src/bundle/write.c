// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bundle/files.h"
#include "trammel/bundle.h"
#include "util/fs.h"
#include "util/json.h"
#include "util/mem.h"
#include "util/sha256.h"
#include "util/text.h"

static json_object *options_to_json(const struct tr_bundle *b)
{
	json_object *o = json_object_new_object();

	for (size_t i = 0; i < b->n_options; i++) {
		const struct tr_bundle_option *opt = &b->options[i];
		json_object *value = json_object_new_string(opt->value), *there = NULL;

		if (!json_object_object_get_ex(o, opt->name, &there)) {
			json_object_object_add(o, opt->name, value);
			continue;
		}
		if (!json_object_is_type(there, json_type_array)) {
			json_object *list = json_object_new_array();

			json_object_array_add(list, json_object_get(there));
			json_object_object_add(o, opt->name, list);
			there = list;
		}
		json_object_array_add(there, value);
	}
	return o;
}

static char *to_json(const struct tr_bundle *b, size_t *ret_len)
{
	json_object *o = json_object_new_object(), *files = json_object_new_object();
	json_object *images = json_object_new_array();
	tr_cleanup_free char *subject = text_escaped(b->subject);
	char *text;

	json_add_string(o, "trammel", "bundle");
	json_object_object_add(o, "version", json_object_new_int(TR_BUNDLE_VERSION));
	json_add_string(o, "subject", subject);
	json_add_string(o, "tool", b->tool);
	if (b->no_apparmor) {
		tr_cleanup_free char *why = text_escaped(b->no_apparmor);

		json_add_string(o, "no_apparmor", why);
	}
	json_object_object_add(o, "options", options_to_json(b));
	for (size_t i = 0; i < b->images.n; i++) {
		tr_cleanup_free char *image = text_escaped(b->images.v[i]);

		json_object_array_add(images, json_object_new_string(image));
	}
	json_object_object_add(o, "images", images);
	for (size_t i = 0; i < b->n_files; i++)
		json_add_string(files, b->files[i].name, b->files[i].sha256);
	json_object_object_add(o, "files", files);
	text = tr_xasprintf("%s\n", json_object_to_json_string_ext(o, JSON_PRETTY));
	json_object_put(o);
	*ret_len = strlen(text);
	return text;
}

static int file_cmp(const void *a, const void *b)
{
	return strcmp(((const struct tr_bundle_file *)a)->name,
		      ((const struct tr_bundle_file *)b)->name);
}

static void name_files(struct tr_bundle *b, const struct tr_bundle_part *parts, size_t n)
{
	for (size_t i = 0; i < b->n_files; i++)
		free(b->files[i].name);
	b->n_files = 0;
	for (size_t i = 0; i < n; i++) {
		b->files = tr_grow(b->files, &b->cap_files, b->n_files, sizeof(*b->files));
		b->files[b->n_files].name = tr_xstrdup(parts[i].name);
		sha256_hex(parts[i].text, parts[i].len, b->files[b->n_files++].sha256);
	}
	qsort(b->files, b->n_files, sizeof(*b->files), file_cmp);
}

/*
 * What stands there: 1 if it is what the part says, and need not be written. What somebody edited is
 * lost only to himself: a part that says the same anyway takes nothing from him.
 */
static int look(const struct tr_bundle *old, const char *dir, const struct tr_bundle_part *part,
		struct tr_err *err)
{
	const struct tr_bundle_file *was = old ? bundle_file(old, part->name) : NULL;
	tr_cleanup_free char *text = NULL;
	size_t len = 0;
	char hex[65];
	int there = bundle_load(dir, part->name, &text, &len, err);

	if (there <= 0)
		return there;
	if (len == part->len && !memcmp(text, part->text, len))
		return 1;
	if (part->forced)
		return 0;
	sha256_hex(text, len, hex);
	if (was && !strcmp(was->sha256, hex))
		return 0;
	return tr_err_set(err, TR_ERR_INPUT,
			  was ? "%s/%s was edited since it was made, and would be made anew: what "
				"was decided by hand belongs in " TR_BUNDLE_TUNE
				" (--force replaces it)" :
				"%s/%s is there already, and is no bundle's (--force replaces it)",
			  dir, part->name);
}

static int open_part(struct fs_out *out, const char *dir, const struct tr_bundle_part *part,
		     struct tr_err *err)
{
	tr_cleanup_free char *path = tr_bundle_path(dir, part->name);

	if (fs_out_open(out, path, part->mode, err) < 0)
		return -1;
	fwrite(part->text, 1, part->len, out->f);
	return 0;
}

/* Looks at all of them before the first is written; bundle.json, the last, is renamed last. */
static int write_parts(const struct tr_bundle *old, const char *dir,
		       const struct tr_bundle_part *parts, size_t n, struct tr_err *err)
{
	struct fs_out *outs = tr_xcalloc(n, sizeof(*outs));
	size_t n_outs = 0;
	int r = 0;

	for (size_t i = 0; i < n && r >= 0; i++) {
		r = look(old, dir, &parts[i], err);
		if (r == 0)
			r = open_part(&outs[n_outs++], dir, &parts[i], err);
	}
	if (r >= 0)
		r = fs_out_commit_all(outs, n_outs, err);
	for (size_t i = 0; i < n_outs; i++)
		fs_out_release(&outs[i]);
	free(outs);
	return r;
}

int tr_bundle_write(struct tr_bundle *b, struct tr_bundle_part *parts, size_t n, struct tr_err *err)
{
	struct tr_bundle_part *all = tr_xcalloc(n + 1, sizeof(*all));
	struct tr_bundle old = { 0 };
	bool is = tr_bundle_is(b->dir);
	int r = is ? tr_bundle_read(&old, b->dir, err) : 0;

	if (r == 0) {
		name_files(b, parts, n);
		memcpy(all, parts, n * sizeof(*all));
		all[n] = (struct tr_bundle_part){ .name = TR_BUNDLE_JSON,
						  .mode = 0644,
						  .forced = true };
		all[n].text = to_json(b, &all[n].len);
		r = write_parts(is ? &old : NULL, b->dir, all, n + 1, err);
		free(all[n].text);
	}
	tr_bundle_release(&old);
	free(all);
	return r;
}

int tr_bundle_lock(const char *dir, int *ret_fd, bool *ret_made, struct tr_err *err)
{
	struct fs_owner who = fs_owner();
	bool made = mkdir(dir, 0700) == 0;
	int fd;

	if (!made && errno != EEXIST)
		return tr_err_errno(err, TR_ERR_INPUT, errno, "%s: cannot make this directory",
				    dir);
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return tr_err_errno(err, TR_ERR_INPUT, errno, "%s", dir);
	if (made && who.is_sudo && fchown(fd, who.uid, who.gid) < 0) {
		tr_err_errno(err, TR_ERR_CANNOT, errno, "%s: change its owner", dir);
		close(fd);
		return -1;
	}
	if (flock(fd, LOCK_EX) < 0) {
		tr_err_errno(err, TR_ERR_CANNOT, errno, "%s: lock it", dir);
		close(fd);
		return -1;
	}
	*ret_fd = fd;
	*ret_made = made;
	return 0;
}
