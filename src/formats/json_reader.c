// SPDX-License-Identifier: Apache-2.0
#include "formats/json_reader.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/json_shape.h"
#include "trammel/rules.h"
#include "util/json.h"
#include "util/mem.h"

struct json_place json_below(const struct json_place *up, const char *key)
{
	struct json_place p;

	snprintf(p.s, sizeof(p.s), "%.63s%s%.24s", up->s, *up->s ? "." : "", key);
	return p;
}

struct json_place json_element(const struct json_place *up, size_t i)
{
	struct json_place p;

	snprintf(p.s, sizeof(p.s), "%.71s[%zu]", up->s, i);
	return p;
}

int json_bad(const struct json_reader *rd, const struct json_place *at, const char *fmt, ...)
{
	tr_cleanup_free char *what = NULL;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&what, fmt, ap) < 0)
		abort();
	va_end(ap);
	return tr_err_set(rd->err, TR_ERR_INPUT, "%s:%u: %s%s%s", rd->name,
			  json_line_of(rd->text, rd->len, at->s), at->s, *at->s ? ": " : "", what);
}

static const char *kind_name(enum json_type type)
{
	switch (type) {
	case json_type_string:
		return "a string";
	case json_type_int:
		return "a whole number";
	case json_type_array:
		return "an array";
	case json_type_object:
		return "an object";
	default:
		return "something else";
	}
}

int json_want(const struct json_reader *rd, const struct json_place *at, json_object *o,
	      enum json_type type)
{
	if (json_object_get_type(o) == type)
		return 0;
	return json_bad(rd, at, "expected %s, found %s", kind_name(type), json_kind(o));
}

int json_opt(const struct json_reader *rd, const struct json_place *at, json_object *o,
	     const char *key, enum json_type type, json_object **ret)
{
	struct json_place here = json_below(at, key);
	json_object *m;

	if (!json_object_object_get_ex(o, key, &m) || !m)
		return 0;
	if (json_want(rd, &here, m, type) < 0)
		return -1;
	*ret = m;
	return 1;
}

int json_text_of(const struct json_reader *rd, const struct json_place *at, json_object *o,
		 const char **ret)
{
	if (json_want(rd, at, o, json_type_string) < 0)
		return -1;
	*ret = json_object_get_string(o);
	if (strlen(*ret) != (size_t)json_object_get_string_len(o))
		return json_bad(rd, at, "expected a string without NUL");
	if (!**ret)
		return json_bad(rd, at, "expected a name, found an empty string");
	return 0;
}

int json_opt_text(const struct json_reader *rd, const struct json_place *at, json_object *o,
		  const char *key, const char **ret)
{
	struct json_place here = json_below(at, key);
	json_object *m = NULL;
	int r = json_opt(rd, at, o, key, json_type_string, &m);

	if (r <= 0 || !json_object_get_string_len(m))
		return r < 0 ? -1 : 0;
	return json_text_of(rd, &here, m, ret) < 0 ? -1 : 1;
}

int json_opt_number(const struct json_reader *rd, const struct json_place *at, json_object *o,
		    const char *key, uint64_t max, uint64_t *ret)
{
	struct json_place here = json_below(at, key);
	json_object *m = NULL;
	int r = json_opt(rd, at, o, key, json_type_int, &m);

	if (r <= 0)
		return r;
	if (json_object_get_int64(m) < 0)
		return json_bad(rd, &here, "expected a number that is not negative");
	if (json_object_get_uint64(m) > max)
		return json_bad(rd, &here, "expected a number up to %llu", (unsigned long long)max);
	*ret = json_object_get_uint64(m);
	return 1;
}

int json_opt_strings(const struct json_reader *rd, const struct json_place *at, json_object *o,
		     const char *key, char ***v, size_t *n)
{
	struct json_place here = json_below(at, key);
	json_object *m = NULL;
	int r = json_opt(rd, at, o, key, json_type_array, &m);

	for (size_t i = 0; r > 0 && i < json_object_array_length(m); i++) {
		struct json_place each = json_element(&here, i);
		const char *s;

		if (json_text_of(rd, &each, json_object_array_get_idx(m, i), &s) < 0)
			return -1;
		tr_strings_add(v, n, s);
	}
	return r;
}
