/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json-c with the checks every reader of foreign JSON needs: where an error is, and typed getters
 * that name the member. Nothing here keeps a reference; json_object_put is the caller's.
 */
#ifndef UTIL_JSON_H
#define UTIL_JSON_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>

#include "trammel/err.h"

/* How our files are spelled: no "\/", two-space indent where pretty. */
#define JSON_PLAIN  (JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE)
#define JSON_PRETTY (JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_NOSLASHESCAPE)

/*
 * Parses exactly one JSON value of len bytes; trailing space is allowed, trailing text is not.
 * Strict (no comments, no NaN), and the text must be valid UTF-8. `name` and first_line are for
 * the message: "name:LINE: not JSON: why". On success *ret owns a reference (NULL for `null`).
 */
int json_parse(const char *text, size_t len, const char *name, unsigned first_line,
	       json_object **ret, struct tr_err *err);

/* Reads and parses a whole file ("-" is stdin) of at most limit bytes. */
int json_read_file(const char *path, size_t limit, json_object **ret, struct tr_err *err);

/*
 * Typed members of an object. `where` is put in front of messages ("seccomp.json: syscalls[3]").
 * A missing member (or null) gives 0 and leaves *ret untouched; a wrong type is an error of kind
 * TR_ERR_INPUT: "WHERE.KEY: expected a string, found a number". Returns 1 when it is there.
 */
int json_member_string(json_object *o, const char *key, const char *where, const char **ret,
		       struct tr_err *err);
int json_member_u64(json_object *o, const char *key, const char *where, uint64_t *ret,
		    struct tr_err *err);
int json_member_i64(json_object *o, const char *key, const char *where, int64_t *ret,
		    struct tr_err *err);
int json_member_bool(json_object *o, const char *key, const char *where, bool *ret,
		     struct tr_err *err);
int json_member_array(json_object *o, const char *key, const char *where, json_object **ret,
		      struct tr_err *err);
int json_member_object(json_object *o, const char *key, const char *where, json_object **ret,
		       struct tr_err *err);

/* "an object", "a string", ...: for messages. */
const char *json_kind(json_object *o);

/* Adds a string member. value NULL adds nothing. */
void json_add_string(json_object *o, const char *key, const char *value);

#endif
