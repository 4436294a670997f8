/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Typed members of a foreign JSON file, with errors that say file, line, place and what was
 * expected there. All errors are of kind TR_ERR_INPUT.
 */
#ifndef FORMATS_JSON_READER_H
#define FORMATS_JSON_READER_H

#include <json-c/json.h>
#include <stddef.h>
#include <stdint.h>

#include "trammel/err.h"

/* "syscalls[3].args[0].op": made of our own words and of indices, so that it has a bound. */
struct json_place {
	char s[96];
};

struct json_reader {
	const char *name, *text; /* of the file; text is what `o` was parsed from */
	size_t len;
	struct tr_err *err;
	struct json_place top; /* where what is read stands in the whole text */
};

struct json_place json_below(const struct json_place *up, const char *key);
struct json_place json_element(const struct json_place *up, size_t i);

/* Sets "FILE:LINE: PLACE: message". Returns -1. */
int json_bad(const struct json_reader *rd, const struct json_place *at, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Whether o, which stands at `at`, is of the type: 0, or -1 and an error. */
int json_want(const struct json_reader *rd, const struct json_place *at, json_object *o,
	      enum json_type type);
/* The same for a string that holds something, and no NUL. *ret lives as long as o. */
int json_text_of(const struct json_reader *rd, const struct json_place *at, json_object *o,
		 const char **ret);

/*
 * Member `key` of o, which stands at `at`: 1 if it is there, 0 if it is missing or null (*ret is
 * then untouched), -1 if it is not of the type. For text "" counts as missing, as in Go.
 */
int json_opt(const struct json_reader *rd, const struct json_place *at, json_object *o,
	     const char *key, enum json_type type, json_object **ret);
int json_opt_text(const struct json_reader *rd, const struct json_place *at, json_object *o,
		  const char *key, const char **ret);
int json_opt_number(const struct json_reader *rd, const struct json_place *at, json_object *o,
		    const char *key, uint64_t max, uint64_t *ret);
/* Appends copies to v, which has n (see tr_strings_add). */
int json_opt_strings(const struct json_reader *rd, const struct json_place *at, json_object *o,
		     const char *key, char ***v, size_t *n);

#endif
