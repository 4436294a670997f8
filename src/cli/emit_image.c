// SPDX-License-Identifier: Apache-2.0
/* The list of the image's files in a bundle: taken in, kept, and held against the image that was recorded. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cmd.h"
#include "cli/emit.h"
#include "cli/emit_opts.h"
#include "cli/image_source.h"
#include "trammel/bundle.h"
#include "util/fs.h"
#include "util/mem.h"
#include "util/text.h"

#define MAX_LIST ((size_t)1 << 30)

static int to_text(const struct tr_image_files *files, char **ret, size_t *ret_len,
		   struct tr_err *err)
{
	FILE *out = open_memstream(ret, ret_len);

	if (!out)
		return tr_err_errno(err, TR_ERR_CANNOT, errno, TR_BUNDLE_IMAGE);
	tr_image_files_write(files, out);
	if (fclose(out) != 0)
		return tr_err_errno(err, TR_ERR_CANNOT, errno, TR_BUNDLE_IMAGE);
	return 0;
}

/* A new list: of the image that it names, or else of the one that was recorded last. */
static int take_in(const struct emit_opts *o, const struct tr_facts *facts,
		   struct tr_image_files *ret, char **ret_text, size_t *ret_len, struct tr_err *err)
{
	const char *newest = image_source_newest(facts);

	if (image_source_read(ret, o->files, err) < 0)
		return -1;
	if (!image_source_is_of(ret, facts))
		return tr_err_set(
			err, TR_ERR_INPUT,
			"--files: %s lists the files of the image %.80s, and %.80s is what "
			"was recorded",
			o->files, ret->image, newest);
	if (!ret->image && newest)
		ret->image = tr_xstrdup(newest);
	return to_text(ret, ret_text, ret_len, err);
}

int emit_image(const struct emit_opts *o, const struct tr_bundle *old, const struct tr_facts *facts,
	       struct tr_image_files *ret, char **ret_text, size_t *ret_len, struct tr_err *err)
{
	tr_cleanup_free char *path = tr_bundle_path(o->output.dir, TR_BUNDLE_IMAGE);
	enum tr_bundle_state state = TR_BUNDLE_NEVER;
	const char *newest = image_source_newest(facts);

	if (o->files)
		return take_in(o, facts, ret, ret_text, ret_len, err) < 0 ? -1 : 1;
	if (!old->dir)
		return 0;
	if (tr_bundle_check(old, TR_BUNDLE_IMAGE, &state, err) < 0)
		return -1;
	if (state == TR_BUNDLE_GONE)
		cli_warn(TR_BUNDLE_IMAGE
			 " is gone: what patterns reach of the image is not looked at "
			 "(--files brings it back)");
	if (state == TR_BUNDLE_GONE || state == TR_BUNDLE_NEVER)
		return 0;
	/* As it stands there: it is no work of ours alone, and may be in another order. */
	if (fs_read(path, MAX_LIST, ret_text, ret_len, err) < 0 ||
	    tr_image_files_parse(ret, *ret_text, *ret_len, path, err) < 0)
		return -1;
	if (ret->image && newest && strcmp(ret->image, newest) != 0) {
		tr_cleanup_free char *now = text_escaped(newest);

		cli_warn(TR_BUNDLE_IMAGE " is of the image %.80s, and %.80s was recorded last "
					 "(--files brings its list)",
			 ret->image, now);
	}
	return 1;
}
