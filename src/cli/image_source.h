/* SPDX-License-Identifier: Apache-2.0 */
/* What --files takes: a list or an archive, or where the engine is to take it from. */
#ifndef CLI_IMAGE_SOURCE_H
#define CLI_IMAGE_SOURCE_H

#include <stdbool.h>

#include "trammel/facts.h"
#include "trammel/image_files.h"

/*
 * "image:REF", "container:NAME" (the image that it was made of), "-" or a file. An engine is asked for the first two
 * alone. A signal that ends us meanwhile does so when what was made in the engine is removed.
 */
int image_source_read(struct tr_image_files *ret, const char *word, struct tr_err *err);
/* The digest of the image that was recorded last; NULL: no recording names one. The facts'. */
const char *image_source_newest(const struct tr_facts *facts);
/* Whether they are of an image that was recorded, as far as either is known. */
bool image_source_is_of(const struct tr_image_files *f, const struct tr_facts *facts);
/* Says if they are of another image than the ones that were recorded. */
void image_source_hold(const struct tr_image_files *f, const struct tr_facts *facts);
/*
 * What --files takes to ask the engine for the image that was recorded last, where its name is known and an engine may be
 * here; else NULL. Heap. No engine is asked for it.
 */
char *image_source_hint(const struct tr_facts *facts);

#endif
