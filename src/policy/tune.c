// SPDX-License-Identifier: Apache-2.0
#include "trammel/tune.h"

#include <stdlib.h>
#include <string.h>

#include "formats/json_reader.h"
#include "formats/json_shape.h"
#include "policy/accept.h"
#include "util/fs.h"
#include "util/json.h"
#include "util/mem.h"

#define MAX_TUNE ((size_t)1 << 20)

/* json_shape_check takes these for the members that matter: twice, or in other case, is refused. */
static const char *const known_members[] = { "accept", "fact", "why", NULL };

void tr_tune_release(struct tr_tune *t)
{
	for (size_t i = 0; i < t->n_accepts; i++) {
		free((char *)(uintptr_t)t->accepts[i].fact);
		free((char *)(uintptr_t)t->accepts[i].why);
	}
	free(t->accepts);
	memset(t, 0, sizeof(*t));
}

/* Whether o has no member but these. */
static int only(const struct json_reader *rd, const struct json_place *at, json_object *o,
		const char *const *members, size_t n)
{
	json_object_object_foreach(o, key, value) {
		size_t i = 0;

		(void)value;
		while (i < n && strcmp(key, members[i]) != 0)
			i++;
		if (i == n)
			return json_bad(rd, at, "unknown member '%.64s'", key);
	}
	return 0;
}

/* A text that must be there. */
static int wanted_text(const struct json_reader *rd, const struct json_place *at, json_object *o,
		       const char *key, const char **ret)
{
	int r = json_opt_text(rd, at, o, key, ret);

	if (r == 0)
		return json_bad(rd, at, "expected '%s'", key);
	return r < 0 ? -1 : 0;
}

static int read_accept(const struct json_reader *rd, const struct json_place *at, json_object *o,
		       struct tr_tune *t)
{
	static const char *const members[] = { "fact", "why" };
	struct json_place here = json_below(at, "fact");
	struct tr_err why_not tr_cleanup_err = { 0 };
	const char *fact = NULL, *why = NULL;

	if (json_want(rd, at, o, json_type_object) < 0 ||
	    only(rd, at, o, members, TR_ARRAY_SIZE(members)) < 0 ||
	    wanted_text(rd, at, o, "fact", &fact) < 0 || wanted_text(rd, at, o, "why", &why) < 0)
		return -1;
	if (accept_check(fact, &why_not) < 0)
		return json_bad(rd, &here, "%s", tr_err_msg(&why_not));
	t->accepts = tr_grow(t->accepts, &t->cap_accepts, t->n_accepts, sizeof(*t->accepts));
	t->accepts[t->n_accepts++] = (struct tr_policy_accept){ tr_xstrdup(fact), tr_xstrdup(why) };
	return 0;
}

static int read_accepts(const struct json_reader *rd, json_object *o, struct tr_tune *t)
{
	const struct json_place top = { "" }, here = { "accept" };
	json_object *list = NULL;
	int r = json_opt(rd, &top, o, "accept", json_type_array, &list);

	for (size_t i = 0; r > 0 && i < json_object_array_length(list); i++) {
		struct json_place each = json_element(&here, i);

		if (read_accept(rd, &each, json_object_array_get_idx(list, i), t) < 0)
			return -1;
	}
	return r < 0 ? -1 : 0;
}

static int read_tune(const struct json_reader *rd, json_object *o, struct tr_tune *t)
{
	static const char *const members[] = { "accept" };
	const struct json_place top = { "" };

	if (json_want(rd, &top, o, json_type_object) < 0 ||
	    only(rd, &top, o, members, TR_ARRAY_SIZE(members)) < 0)
		return -1;
	return read_accepts(rd, o, t);
}

int tr_tune_parse(struct tr_tune *ret, const char *text, size_t len, const char *name,
		  struct tr_err *err)
{
	struct json_reader rd = { .name = name, .text = text, .len = len, .err = err };
	struct tr_tune t = { 0 };
	json_object *o = NULL;
	int r;

	if (json_parse(text, len, name, 1, &o, err) < 0)
		return -1;
	r = json_shape_check(text, len, name, known_members, err);
	if (r == 0)
		r = read_tune(&rd, o, &t);
	json_object_put(o);
	if (r < 0)
		tr_tune_release(&t);
	else
		*ret = t;
	return r;
}

int tr_tune_read(struct tr_tune *ret, const char *path, struct tr_err *err)
{
	tr_cleanup_free char *text = NULL;
	size_t len;

	if (fs_read(path, MAX_TUNE, &text, &len, err) < 0)
		return -1;
	return tr_tune_parse(ret, text, len, strcmp(path, "-") ? path : "standard input", err);
}
