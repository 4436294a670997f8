/* SPDX-License-Identifier: Apache-2.0 */
/* YAML made JSON, so that everything else reads only the latter. */
#ifndef UTIL_YAML_H
#define UTIL_YAML_H

#include <stddef.h>

#include "trammel/err.h"

/*
 * The document with this index as JSON text, in which every value begins on the line that it has in
 * the YAML text: errors that are found later say the right line. 1 and *ret (on the heap, NUL behind
 * its length), 0 if there are not so many documents.
 *
 * Plain whole numbers, true, false and null are what they look like; all other scalars are strings,
 * as are the quoted ones. Aliases (a few bytes that mean gigabytes), tags, keys that are no scalars
 * and nesting deeper than JSON's limit are refused: kind TR_ERR_INPUT, "NAME:LINE: ...".
 */
int yaml_to_json(const char *text, size_t len, const char *name, size_t document, char **ret,
		 size_t *ret_len, struct tr_err *err);

#endif
