// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bundle/files.h"
#include "trammel/bundle.h"
#include "util/fs.h"
#include "util/json.h"
#include "util/mem.h"
#include "util/sha256.h"
#include "util/text.h"

#define MAX_JSON ((size_t)1 << 20)
#define MAX_FILE ((size_t)1 << 30)

char *tr_bundle_path(const char *dir, const char *name)
{
	size_t n = strlen(dir);

	return tr_xasprintf("%s%s%s", dir, n && dir[n - 1] == '/' ? "" : "/", name);
}

bool tr_bundle_is(const char *path)
{
	tr_cleanup_free char *json = tr_bundle_path(path, TR_BUNDLE_JSON);
	struct stat st;

	return strcmp(path, "-") != 0 && stat(path, &st) == 0 && S_ISDIR(st.st_mode) &&
	       stat(json, &st) == 0;
}

void tr_bundle_release(struct tr_bundle *b)
{
	for (size_t i = 0; i < b->n_options; i++) {
		free(b->options[i].name);
		free(b->options[i].value);
	}
	for (size_t i = 0; i < b->n_files; i++)
		free(b->files[i].name);
	free(b->options);
	free(b->files);
	tr_strset_release(&b->images);
	free(b->dir);
	free(b->subject);
	free(b->tool);
	free(b->no_apparmor);
	memset(b, 0, sizeof(*b));
}

void tr_bundle_add_option(struct tr_bundle *b, const char *name, const char *value)
{
	b->options = tr_grow(b->options, &b->cap_options, b->n_options, sizeof(*b->options));
	b->options[b->n_options++] =
		(struct tr_bundle_option){ tr_xstrdup(name), tr_xstrdup(value) };
}

static int text_of(json_object *o, const char *where, const char *key, const char **ret,
		   struct tr_err *err)
{
	if (!json_object_is_type(o, json_type_string) ||
	    strlen(json_object_get_string(o)) != (size_t)json_object_get_string_len(o))
		return tr_err_set(err, TR_ERR_INPUT, "%s.%.64s: expected a string, found %s", where,
				  key, json_kind(o));
	*ret = json_object_get_string(o);
	return 0;
}

/* "NAME": "VALUE", or "NAME": ["VALUE", ...] for what can be given several times. */
static int read_options(struct tr_bundle *b, json_object *o, const char *where, struct tr_err *err)
{
	const char *s;

	json_object_object_foreach(o, key, value) {
		if (!json_object_is_type(value, json_type_array)) {
			if (text_of(value, where, key, &s, err) < 0)
				return -1;
			tr_bundle_add_option(b, key, s);
			continue;
		}
		for (size_t i = 0; i < json_object_array_length(value); i++) {
			if (text_of(json_object_array_get_idx(value, i), where, key, &s, err) < 0)
				return -1;
			tr_bundle_add_option(b, key, s);
		}
	}
	return 0;
}

static bool is_digest(const char *s)
{
	return strlen(s) == 64 && strspn(s, "0123456789abcdef") == 64;
}

static int read_files(struct tr_bundle *b, json_object *o, const char *where, struct tr_err *err)
{
	const char *s;

	json_object_object_foreach(o, key, value) {
		struct tr_bundle_file *file;

		if (text_of(value, where, key, &s, err) < 0)
			return -1;
		if (!is_digest(s))
			return tr_err_set(err, TR_ERR_INPUT,
					  "%s.%.64s: expected the 64 digits of a SHA-256", where,
					  key);
		b->files = tr_grow(b->files, &b->cap_files, b->n_files, sizeof(*b->files));
		file = &b->files[b->n_files++];
		file->name = tr_xstrdup(key);
		memcpy(file->sha256, s, sizeof(file->sha256));
	}
	return 0;
}

static int read_images(struct tr_bundle *b, json_object *o, const char *where, struct tr_err *err)
{
	for (size_t i = 0; o && i < json_object_array_length(o); i++) {
		const char *s;

		if (text_of(json_object_array_get_idx(o, i), where, "images", &s, err) < 0)
			return -1;
		tr_strset_add(&b->images, s);
	}
	return 0;
}

static int read_subject(struct tr_bundle *b, const char *text, const char *where,
			struct tr_err *err)
{
	b->subject = text ? text_unescape(text) : NULL;
	if (!b->subject)
		return tr_err_set(err, TR_ERR_INPUT, "%s.subject: expected a name", where);
	return 0;
}

static int check_version(json_object *o, const char *where, struct tr_err *err)
{
	const char *what = NULL;
	uint64_t version = 0;

	if (!json_object_is_type(o, json_type_object) ||
	    json_member_string(o, "trammel", where, &what, err) <= 0 || strcmp(what, "bundle"))
		return tr_err_set(err, TR_ERR_INPUT,
				  "%s: not a bundle: expected {\"trammel\":\"bundle\",...}", where);
	if (json_member_u64(o, "version", where, &version, err) < 0)
		return -1;
	if (version > TR_BUNDLE_VERSION)
		return tr_err_set(err, TR_ERR_INPUT,
				  "%s: a bundle of version %" PRIu64
				  ": this trammel reads up to version %d, a newer one is needed",
				  where, version, TR_BUNDLE_VERSION);
	if (!version)
		return tr_err_set(err, TR_ERR_INPUT, "%s.version: is missing, or 0", where);
	return 0;
}

static int read_json(struct tr_bundle *b, json_object *o, const char *where, struct tr_err *err)
{
	json_object *options = NULL, *files = NULL, *images = NULL;
	tr_cleanup_free char *in_options = tr_xasprintf("%s.options", where);
	tr_cleanup_free char *in_files = tr_xasprintf("%s.files", where);
	const char *subject = NULL, *tool = "", *why = NULL;

	if (check_version(o, where, err) < 0 ||
	    json_member_string(o, "subject", where, &subject, err) < 0 ||
	    read_subject(b, subject, where, err) < 0 ||
	    json_member_string(o, "tool", where, &tool, err) < 0 ||
	    json_member_string(o, "no_apparmor", where, &why, err) < 0 ||
	    json_member_object(o, "options", where, &options, err) < 0 ||
	    json_member_array(o, "images", where, &images, err) < 0 ||
	    json_member_object(o, "files", where, &files, err) < 0)
		return -1;
	b->tool = tr_xstrdup(tool);
	b->no_apparmor = why ? tr_xstrdup(why) : NULL;
	if (!files)
		return tr_err_set(err, TR_ERR_INPUT, "%s.files: is missing", where);
	if ((options && read_options(b, options, in_options, err) < 0) ||
	    read_images(b, images, where, err) < 0)
		return -1;
	return read_files(b, files, in_files, err);
}

int tr_bundle_parse(struct tr_bundle *ret, const char *dir, const char *text, size_t len,
		    struct tr_err *err)
{
	tr_cleanup_free char *path = tr_bundle_path(dir, TR_BUNDLE_JSON);
	struct tr_bundle b = { .dir = tr_xstrdup(dir) };
	json_object *o = NULL;
	int r = json_parse(text, len, path, 1, &o, err);

	if (r == 0)
		r = read_json(&b, o, path, err);
	json_object_put(o);
	if (r < 0)
		tr_bundle_release(&b);
	else
		*ret = b;
	return r;
}

int tr_bundle_read(struct tr_bundle *ret, const char *dir, struct tr_err *err)
{
	tr_cleanup_free char *path = tr_bundle_path(dir, TR_BUNDLE_JSON), *text = NULL;
	size_t len = 0;

	if (fs_read(path, MAX_JSON, &text, &len, err) < 0)
		return -1;
	return tr_bundle_parse(ret, dir, text, len, err);
}

const struct tr_bundle_file *bundle_file(const struct tr_bundle *b, const char *name)
{
	for (size_t i = 0; i < b->n_files; i++)
		if (!strcmp(b->files[i].name, name))
			return &b->files[i];
	return NULL;
}

int bundle_load(const char *dir, const char *name, char **ret, size_t *ret_len, struct tr_err *err)
{
	tr_cleanup_free char *path = tr_bundle_path(dir, name);

	if (access(path, F_OK) < 0 && errno == ENOENT)
		return 0;
	return fs_read(path, MAX_FILE, ret, ret_len, err) < 0 ? -1 : 1;
}

int tr_bundle_check(const struct tr_bundle *b, const char *name, enum tr_bundle_state *ret,
		    struct tr_err *err)
{
	const struct tr_bundle_file *file = bundle_file(b, name);
	tr_cleanup_free char *text = NULL;
	size_t len = 0;
	char hex[65];
	int there = bundle_load(b->dir, name, &text, &len, err);

	if (there < 0)
		return -1;
	if (!there) {
		*ret = file ? TR_BUNDLE_GONE : TR_BUNDLE_NEVER;
		return 0;
	}
	sha256_hex(text, len, hex);
	*ret = !file			 ? TR_BUNDLE_NEW :
	       strcmp(hex, file->sha256) ? TR_BUNDLE_EDITED :
					   TR_BUNDLE_SAME;
	return 0;
}
