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

static int check_sources(const struct tr_bundle *b, struct tr_err *err)
{
	static const char *const sources[] = { TR_BUNDLE_TRACE, TR_BUNDLE_TUNE };
	enum tr_bundle_state state = TR_BUNDLE_SAME;

	for (size_t i = 0; i < TR_ARRAY_SIZE(sources); i++) {
		if (tr_bundle_check(b, sources[i], &state, err) < 0)
			return -1;
		warn_source(b->dir, sources[i], state);
	}
	return 0;
}

int bundle_profile(const char *dir, char **ret, struct tr_err *err)
{
	tr_cleanup_free char *path = tr_bundle_path(dir, TR_BUNDLE_SECCOMP);
	enum tr_bundle_state state = TR_BUNDLE_SAME;
	struct tr_bundle b;
	int r;

	if (tr_bundle_read(&b, dir, err) < 0)
		return -1;
	r = tr_bundle_check(&b, TR_BUNDLE_SECCOMP, &state, err);
	if (r == 0)
		warn_profile(path, state);
	if (r == 0)
		r = check_sources(&b, err);
	tr_bundle_release(&b);
	if (r == 0)
		*ret = tr_take(path);
	return r;
}

int bundle_has_apparmor(const char *dir, enum tr_bundle_state *ret, char **ret_why,
			struct tr_err *err)
{
	struct tr_bundle b;
	int r;

	if (tr_bundle_read(&b, dir, err) < 0)
		return -1;
	r = tr_bundle_check(&b, TR_BUNDLE_APPARMOR, ret, err);
	if (r == 0 && *ret == TR_BUNDLE_GONE)
		r = tr_err_set(
			err, TR_ERR_INPUT,
			"%s/" TR_BUNDLE_APPARMOR ": it was made with the bundle, and is gone", dir);
	else if (r == 0 && *ret == TR_BUNDLE_NEVER)
		*ret_why = tr_xstrdup(b.no_apparmor ? b.no_apparmor :
						      "emit bundle was not run since there "
						      "are AppArmor profiles");
	else if (r == 0)
		r = 1;
	tr_bundle_release(&b);
	return r;
}

int bundle_apparmor(const char *dir, char **ret, char **ret_why, struct tr_err *err)
{
	tr_cleanup_free char *path = tr_bundle_path(dir, TR_BUNDLE_APPARMOR);
	enum tr_bundle_state state = TR_BUNDLE_SAME;
	int r = bundle_has_apparmor(dir, &state, ret_why, err);

	if (r > 0) {
		warn_profile(path, state);
		*ret = tr_take(path);
	}
	return r;
}

int bundle_image(const char *dir, char **ret, struct tr_err *err)
{
	enum tr_bundle_state state = TR_BUNDLE_SAME;
	struct tr_bundle b;
	int r;

	if (tr_bundle_read(&b, dir, err) < 0)
		return -1;
	r = tr_bundle_check(&b, TR_BUNDLE_IMAGE, &state, err);
	if (r == 0 && state == TR_BUNDLE_GONE)
		cli_say(TR_BUNDLE_IMAGE
			" is not here: what the AppArmor profile allows of the image "
			"beyond what was recorded was not looked at");
	else if (r == 0 && state != TR_BUNDLE_NEVER)
		*ret = tr_bundle_path(dir, TR_BUNDLE_IMAGE);
	if (r == 0 && *ret)
		warn_source(dir, TR_BUNDLE_IMAGE, state);
	tr_bundle_release(&b);
	return r;
}

int bundle_apparmor_file(const char *word, const char **ret, char **ret_owned, struct tr_err *err)
{
	tr_cleanup_free char *why = NULL;
	int r;

	*ret_owned = NULL;
	*ret = word;
	if (!tr_bundle_is(word))
		return 0;
	r = bundle_apparmor(word, ret_owned, &why, err);
	if (r == 0)
		return tr_err_set(err, TR_ERR_INPUT, "%s: has no AppArmor profile: %s", word, why);
	*ret = *ret_owned;
	return r < 0 ? -1 : 0;
}
