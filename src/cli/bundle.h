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

#endif
