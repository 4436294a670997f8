/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLE_FILES_H
#define BUNDLE_FILES_H

#include "trammel/bundle.h"

/* The entry of a file in bundle.json, or NULL. */
const struct tr_bundle_file *bundle_file(const struct tr_bundle *b, const char *name);
/* Reads DIR/NAME whole: 1, 0 where there is none, -1. */
int bundle_load(const char *dir, const char *name, char **ret, size_t *ret_len, struct tr_err *err);

#endif
