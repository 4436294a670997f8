// SPDX-License-Identifier: Apache-2.0
#include "cli/bundle.h"

#include "cli/cmd.h"
#include "util/mem.h"
#include "util/text.h"

static void warn_profile(const char *path, enum tr_bundle_state state)
{
	tr_cleanup_free char *safe = text_escaped(path);

	if (state == TR_BUNDLE_EDITED || state == TR_BUNDLE_NEW)
		cli_warn("%s was edited since it was made: it is taken as it stands, and its next "
			 "making would lose that",
			 safe);
}

/* Of what the profile is made of. */
static void warn_source(const char *dir, const char *name, enum tr_bundle_state state)
{
	tr_cleanup_free char *safe = text_escaped(dir);

	if (state != TR_BUNDLE_SAME && state != TR_BUNDLE_NEVER)
		cli_warn("%s/%s changed since the profile was made: trammel emit bundle -d makes "
			 "it anew",
			 safe, name);
}

int bundle_profile(const char *dir, char **ret, struct tr_err *err)
{
	static const char *const sources[] = { TR_BUNDLE_TRACE, TR_BUNDLE_TUNE };
	tr_cleanup_free char *path = tr_bundle_path(dir, TR_BUNDLE_SECCOMP);
	enum tr_bundle_state state = TR_BUNDLE_SAME;
	struct tr_bundle b;
	int r;

	if (tr_bundle_read(&b, dir, err) < 0)
		return -1;
	r = tr_bundle_check(&b, TR_BUNDLE_SECCOMP, &state, err);
	if (r == 0)
		warn_profile(path, state);
	for (size_t i = 0; r == 0 && i < TR_ARRAY_SIZE(sources); i++) {
		r = tr_bundle_check(&b, sources[i], &state, err);
		if (r == 0)
			warn_source(dir, sources[i], state);
	}
	tr_bundle_release(&b);
	if (r == 0)
		*ret = tr_take(path);
	return r;
}
