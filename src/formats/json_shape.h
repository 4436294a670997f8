/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A second look at a JSON text that json-c has parsed: at what json-c forgets (where each value
 * stands) and at what it lets pass although the engines read it otherwise.
 *
 * Paths are spelled "syscalls[3].args[0].op"; the whole text is "".
 */
#ifndef FORMATS_JSON_SHAPE_H
#define FORMATS_JSON_SHAPE_H

#include <stddef.h>

#include "trammel/err.h"

/*
 * Refuses what Go's encoding/json, and so Docker and podman, would not understand as we do: a
 * member of `known` (NULL-terminated, ASCII) that comes twice in an object (Go merges the second
 * into the first, json-c drops the first), is spelled in other letters' case (Go takes it, json-c
 * does not), or is written with an escape; and a whole number that json-c would cut to 64 bits.
 * Only objects below known members are looked at.
 */
int json_shape_check(const char *text, size_t len, const char *name, const char *const *known,
		     struct tr_err *err);

/* The line of the value at path, or of the nearest value around it. */
unsigned json_line_of(const char *text, size_t len, const char *path);

/* The lines of the elements of the array at path, up to max of them. Returns how many. */
size_t json_element_lines(const char *text, size_t len, const char *path, unsigned *ret_lines,
			  size_t max);

#endif
