// SPDX-License-Identifier: Apache-2.0
#include "trace/format.h"

#include <stdlib.h>
#include <string.h>

#include "facts/sets.h"
#include "trammel/trace.h"
#include "util/json.h"
#include "util/mem.h"
#include "util/text.h"

/* The end of the year 9999: what a date can be made of. */
#define TIME_MAX INT64_C(253402300799)

void put(json_object *o, const char *key, json_object *value)
{
	json_object_object_add_ex(o, key, value,
				  JSON_C_OBJECT_ADD_KEY_IS_NEW | JSON_C_OBJECT_ADD_CONSTANT_KEY);
}

void put_escaped(json_object *o, const char *key, const char *value)
{
	tr_cleanup_free char *safe = value ? text_escaped(value) : NULL;

	if (safe)
		put(o, key, json_object_new_string(safe));
}

json_object *strset_to_json(const struct tr_strset *s)
{
	json_object *a = json_object_new_array_ext(s->n ? (int)s->n : 1);

	for (size_t i = 0; i < s->n; i++) {
		char *safe = text_escaped(s->v[i]);

		json_object_array_add(a, json_object_new_string(safe));
		free(safe);
	}
	return a;
}

static int missing(const char *key, const char *where, struct tr_err *err)
{
	return tr_err_set(err, TR_ERR_INPUT, "%s.%s: is missing", where, key);
}

/* 1 if it was there, 0 if not. */
static int get_u64(json_object *o, const char *key, const char *where, uint64_t max, uint64_t *ret,
		   struct tr_err *err)
{
	uint64_t v = 0;
	int r = json_member_u64(o, key, where, &v, err);

	if (r <= 0)
		return r;
	if (v > max)
		return tr_err_set(err, TR_ERR_INPUT,
				  "%s.%s: expected a number up to %llu, found %llu", where, key,
				  (unsigned long long)max, (unsigned long long)v);
	*ret = v;
	return 1;
}

int need_u64(json_object *o, const char *key, const char *where, uint64_t max, uint64_t *ret,
	     struct tr_err *err)
{
	int r = get_u64(o, key, where, max, ret, err);

	if (r == 0)
		return missing(key, where, err);
	return r < 0 ? -1 : 0;
}

int opt_u64(json_object *o, const char *key, const char *where, uint64_t max, uint64_t *ret,
	    struct tr_err *err)
{
	return get_u64(o, key, where, max, ret, err) < 0 ? -1 : 0;
}

const char *need_string(json_object *o, const char *key, const char *where, struct tr_err *err)
{
	const char *s = NULL;
	int r = json_member_string(o, key, where, &s, err);

	if (r == 0)
		missing(key, where, err);
	return r > 0 ? s : NULL;
}

int opt_escaped(json_object *o, const char *key, const char *where, char **ret, struct tr_err *err)
{
	const char *s = NULL;
	char *plain = NULL;

	if (json_member_string(o, key, where, &s, err) < 0)
		return -1;
	if (s && !(plain = text_unescape(s)))
		return tr_err_set(err, TR_ERR_INPUT,
				  "%s.%s: a backslash that begins neither \\\\ nor \\xNN", where,
				  key);
	*ret = plain;
	return 0;
}

int need_escaped(json_object *o, const char *key, const char *where, char **ret, struct tr_err *err)
{
	char *s = NULL;

	if (opt_escaped(o, key, where, &s, err) < 0)
		return -1;
	if (!s)
		return missing(key, where, err);
	*ret = s;
	return 0;
}

int read_strset(json_object *array, const char *key, const char *where, struct tr_strset *ret,
		struct tr_err *err)
{
	struct tr_strset s = { 0 };
	size_t n = json_object_array_length(array);

	for (size_t i = 0; i < n; i++) {
		json_object *m = json_object_array_get_idx(array, i);
		const char *text =
			json_object_is_type(m, json_type_string) ? json_object_get_string(m) : NULL;
		char *plain = NULL;

		/* A NUL would cut the string short. */
		if (text && strlen(text) == (size_t)json_object_get_string_len(m))
			plain = text_unescape(text);
		if (!plain) {
			tr_strset_release(&s);
			return tr_err_set(err, TR_ERR_INPUT,
					  "%s.%s[%zu]: expected a string, escaped with \\\\ and "
					  "\\xNN",
					  where, key, i);
		}
		strset_append(&s, plain);
	}
	strset_settle(&s);
	*ret = s;
	return 0;
}

int opt_time(json_object *o, const char *key, const char *where, int64_t *ret, struct tr_err *err)
{
	uint64_t v = 0;

	if (opt_u64(o, key, where, TIME_MAX, &v, err) < 0)
		return -1;
	*ret = (int64_t)v;
	return 0;
}

int opt_u32(json_object *o, const char *key, const char *where, uint32_t *ret, struct tr_err *err)
{
	uint64_t v = 0;

	if (opt_u64(o, key, where, UINT32_MAX, &v, err) < 0)
		return -1;
	*ret = (uint32_t)v;
	return 0;
}

json_object *header_to_json(json_object *recordings)
{
	json_object *o = json_object_new_object();

	put(o, "trammel", json_object_new_string("trace"));
	put(o, "version", json_object_new_int(TR_TRACE_VERSION));
	put(o, "recordings", recordings);
	return o;
}

const char *line_text(json_object *o, size_t *ret_len)
{
	return json_object_to_json_string_length(o, JSON_PLAIN, ret_len);
}
