/* SPDX-License-Identifier: Apache-2.0 */
/* A bundle where a command takes a profile. */
#ifndef CLI_BUNDLE_H
#define CLI_BUNDLE_H

#include "trammel/bundle.h"

/*
 * The path of the bundle's profile, on the heap. Warns where what is in the bundle does not belong together any
 * more: a profile that was edited is taken as it stands.
 */
int bundle_profile(const char *dir, char **ret, struct tr_err *err);

/*
 * Whether it has an AppArmor profile: 0 and *ret_why, owned, where it has none; 1 with what became of it.
 */
int bundle_has_apparmor(const char *dir, enum tr_bundle_state *ret, char **ret_why,
			struct tr_err *err);
/* The same, with its path, owned. Warns as bundle_profile does. */
int bundle_apparmor(const char *dir, char **ret, char **ret_why, struct tr_err *err);
/* The path of its list of the image's files, on the heap; *ret stays where it has none, or none any more. */
int bundle_image(const char *dir, char **ret, struct tr_err *err);
/*
 * Where a command takes a file with AppArmor profiles: of a bundle, its profile. *ret is word itself or
 * *ret_owned. A bundle without one is an error of kind TR_ERR_INPUT.
 */
int bundle_apparmor_file(const char *word, const char **ret, char **ret_owned, struct tr_err *err);

#endif
