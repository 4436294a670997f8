// SPDX-License-Identifier: Apache-2.0
#include "util/json.h"

#include <stdlib.h>
#include <string.h>

#include "util/fs.h"
#include "util/mem.h"
#include "util/text.h"

#define MAX_DEPTH 32

static unsigned line_of(const char *text, size_t offset, unsigned first)
{
	unsigned line = first;

	for (size_t i = 0; i < offset; i++)
		line += text[i] == '\n';
	return line;
}

static bool only_space(const char *p, size_t n)
{
	return strspn(p, " \t\r\n") >= n;
}

/*
 * json-c takes the name of an unquoted or repeated member without complaint; a repeated one is
 * caught nowhere and the last wins, as in the engines' own parser (Go's encoding/json).
 */
int json_parse(const char *text, size_t len, const char *name, unsigned first_line,
	       json_object **ret, struct tr_err *err)
{
	struct json_tokener *tok;
	enum json_tokener_error jerr;
	json_object *o;
	size_t end;

	if (len > INT32_MAX || memchr(text, '\0', len) || !text_is_utf8(text, len))
		return tr_err_set(err, TR_ERR_INPUT, "%s:%u: not JSON: not valid UTF-8 text", name,
				  first_line);
	if (only_space(text, len))
		return tr_err_set(err, TR_ERR_INPUT, "%s:%u: not JSON: nothing there", name,
				  first_line);
	tok = json_tokener_new_ex(MAX_DEPTH);
	json_tokener_set_flags(tok, JSON_TOKENER_STRICT | JSON_TOKENER_ALLOW_TRAILING_CHARS);
	/* The NUL behind the text is passed too: json-c ends a bare number only there. */
	o = json_tokener_parse_ex(tok, text, (int)len + 1);
	jerr = json_tokener_get_error(tok);
	end = json_tokener_get_parse_end(tok);
	json_tokener_free(tok);
	end = end > len ? len : end;
	if (jerr == json_tokener_success && !only_space(text + end, len - end)) {
		json_object_put(o);
		return tr_err_set(err, TR_ERR_INPUT, "%s:%u: not JSON: text behind the value", name,
				  line_of(text, end, first_line));
	}
	if (jerr != json_tokener_success)
		return tr_err_set(err, TR_ERR_INPUT, "%s:%u: not JSON: %s", name,
				  line_of(text, end, first_line),
				  jerr == json_tokener_continue ? "ends too early" :
								  json_tokener_error_desc(jerr));
	*ret = o;
	return 0;
}

int json_read_file(const char *path, size_t limit, json_object **ret, struct tr_err *err)
{
	tr_cleanup_free char *text = NULL;
	size_t len;

	if (fs_read(path, limit, &text, &len, err) < 0)
		return -1;
	return json_parse(text, len, strcmp(path, "-") ? path : "standard input", 1, ret, err);
}

const char *json_kind(json_object *o)
{
	switch (json_object_get_type(o)) {
	case json_type_null:
		return "null";
	case json_type_boolean:
		return "a boolean";
	case json_type_double:
		return "a fraction";
	case json_type_int:
		return "a number";
	case json_type_object:
		return "an object";
	case json_type_array:
		return "an array";
	case json_type_string:
		return "a string";
	}
	return "something else";
}

static int member(json_object *o, const char *key, const char *where, enum json_type type,
		  const char *expected, json_object **ret, struct tr_err *err)
{
	json_object *m;

	if (!json_object_object_get_ex(o, key, &m) || !m)
		return 0;
	if (json_object_get_type(m) != type)
		return tr_err_set(err, TR_ERR_INPUT, "%s.%s: expected %s, found %s", where, key,
				  expected, json_kind(m));
	*ret = m;
	return 1;
}

int json_member_string(json_object *o, const char *key, const char *where, const char **ret,
		       struct tr_err *err)
{
	json_object *m = NULL;
	int r = member(o, key, where, json_type_string, "a string", &m, err);

	if (r <= 0)
		return r;
	/* \u0000 would cut the string short for every C reader: nothing of ours holds one. */
	if (strlen(json_object_get_string(m)) != (size_t)json_object_get_string_len(m))
		return tr_err_set(err, TR_ERR_INPUT, "%s.%s: a string with a NUL in it", where,
				  key);
	*ret = json_object_get_string(m);
	return 1;
}

int json_member_u64(json_object *o, const char *key, const char *where, uint64_t *ret,
		    struct tr_err *err)
{
	json_object *m = NULL;
	int r = member(o, key, where, json_type_int, "a number", &m, err);

	if (r <= 0)
		return r;
	/* json_object_get_int64 saturates; a negative number stays negative. */
	if (json_object_get_int64(m) < 0)
		return tr_err_set(err, TR_ERR_INPUT,
				  "%s.%s: expected a number that is not negative", where, key);
	*ret = json_object_get_uint64(m);
	return 1;
}

int json_member_i64(json_object *o, const char *key, const char *where, int64_t *ret,
		    struct tr_err *err)
{
	json_object *m = NULL;
	int r = member(o, key, where, json_type_int, "a number", &m, err);

	if (r > 0)
		*ret = json_object_get_int64(m);
	return r;
}

int json_member_bool(json_object *o, const char *key, const char *where, bool *ret,
		     struct tr_err *err)
{
	json_object *m = NULL;
	int r = member(o, key, where, json_type_boolean, "true or false", &m, err);

	if (r > 0)
		*ret = json_object_get_boolean(m);
	return r;
}

int json_member_array(json_object *o, const char *key, const char *where, json_object **ret,
		      struct tr_err *err)
{
	return member(o, key, where, json_type_array, "an array", ret, err);
}

int json_member_object(json_object *o, const char *key, const char *where, json_object **ret,
		       struct tr_err *err)
{
	return member(o, key, where, json_type_object, "an object", ret, err);
}

void json_add_string(json_object *o, const char *key, const char *value)
{
	if (value)
		json_object_object_add(o, key, json_object_new_string(value));
}
