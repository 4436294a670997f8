// SPDX-License-Identifier: Apache-2.0
#include "policy/runtime.h"

#include <stdlib.h>
#include <string.h>

#include "formats/json_reader.h"
#include "formats/seccomp_read.h"
#include "tables/data.h"
#include "util/json.h"
#include "util/mem.h"
#include "util/strbuf.h"
#include "util/text.h"

#define FOLDER "runtime/"

/* "runtime/runc-1.1.json" is the set "runc-1.1" of the runtime "runc". NULL for another file. */
static char *set_name(const struct data_file *file)
{
	const char *base = file->name + strlen(FOLDER), *dot;

	if (strncmp(file->name, FOLDER, strlen(FOLDER)))
		return NULL;
	dot = strrchr(base, '.');
	return dot && !strcmp(dot, ".json") ? tr_xstrndup(base, (size_t)(dot - base)) : NULL;
}

/* Whether a word of the selection means the set: "runc", "runc-1.1" or "runc-1.1.5". */
static bool word_means(const char *word, size_t len, const char *set)
{
	size_t n = strlen(set), runtime = strcspn(set, "-");

	if (len == runtime && !strncmp(word, set, len))
		return true;
	return len >= n && !strncmp(word, set, n) && (len == n || word[n] == '.');
}

/* What starts no containers is not among all that do. */
static bool by_name_only(const struct data_file *file)
{
	json_object *o = NULL, *m;
	bool only;

	if (json_parse(file->text, file->size, file->name, 1, &o, NULL) < 0)
		return false;
	only = json_object_object_get_ex(o, "by_name_only", &m) && json_object_get_boolean(m);
	json_object_put(o);
	return only;
}

static bool selected(const char *selection, const char *set, const struct data_file *file)
{
	if (text_list_has(selection, "all") && !by_name_only(file))
		return true;
	for (const char *w = selection; *w;) {
		size_t len = strcspn(w, ",");

		if (word_means(w, len, set))
			return true;
		w += len + (w[len] == ',');
	}
	return false;
}

static bool word_known(const char *word, size_t len)
{
	bool known = len == 3 && !strncmp(word, "all", 3);

	for (size_t i = 0; i < data_n_files && !known; i++) {
		tr_cleanup_free char *set = set_name(&data_files[i]);

		known = set && word_means(word, len, set);
	}
	return known;
}

static int unknown_word(const char *word, size_t len, struct tr_err *err)
{
	cleanup_strbuf struct strbuf known = STRBUF_INIT;

	for (size_t i = 0; i < data_n_files; i++) {
		tr_cleanup_free char *set = set_name(&data_files[i]);

		if (set)
			strbuf_addf(&known, ", %s", set);
	}
	return tr_err_set(err, TR_ERR_INPUT, "no runtime '%.*s': expected all, none%s", (int)len,
			  word, strbuf_str(&known));
}

static int check_selection(const char *selection, struct tr_err *err)
{
	const char *w = selection;

	for (;;) {
		size_t len = strcspn(w, ",");

		if (!word_known(w, len))
			return unknown_word(w, len, err);
		if (!w[len])
			return 0;
		w += len + 1;
	}
}

/*
 * Every need is allowed. What is refused without harm is allowed too: a container that
 * starts the same way everywhere is worth more than the handful of harmless calls.
 */
static int read_need(const struct json_reader *rd, const struct json_place *at, json_object *o,
		     bool *ret_sometimes)
{
	static const char *const needs[] = { "always", "observed", "tolerated", "sometimes" };
	struct json_place here = json_below(at, "need");
	const char *need = NULL;

	if (json_opt_text(rd, at, o, "need", &need) < 0)
		return -1;
	for (size_t i = 0; need && i < TR_ARRAY_SIZE(needs); i++) {
		if (strcmp(need, needs[i]) != 0)
			continue;
		*ret_sometimes = !strcmp(need, "sometimes");
		return 0;
	}
	return json_bad(rd, &here, "expected always, observed, sometimes or tolerated");
}

static int read_set(const struct json_reader *rd, const struct json_place *at, json_object *o,
		    struct policy_runtime *rt)
{
	struct tr_rule *rule = tr_seccomp_add_rule(&rt->sets);
	bool sometimes = false;

	if (json_want(rd, at, o, json_type_object) < 0 || read_need(rd, at, o, &sometimes) < 0 ||
	    json_opt_strings(rd, at, o, "names", &rule->names, &rule->n_names) < 0 ||
	    seccomp_read_conds(rd, at, o, rule) < 0)
		return -1;
	rt->sometimes = tr_grow(rt->sometimes, &rt->cap, rt->sets.n_rules - 1, sizeof(bool));
	rt->sometimes[rt->sets.n_rules - 1] = sometimes;
	return 0;
}

static int read_sets(const struct json_reader *rd, json_object *o, struct policy_runtime *rt)
{
	const struct json_place top = { "" }, here = { "sets" };
	json_object *sets = NULL;

	if (json_want(rd, &top, o, json_type_object) < 0 ||
	    json_opt(rd, &top, o, "sets", json_type_array, &sets) < 0)
		return -1;
	if (!sets)
		return json_bad(rd, &top, "expected 'sets'");
	for (size_t i = 0; i < json_object_array_length(sets); i++) {
		struct json_place each = json_element(&here, i);

		if (read_set(rd, &each, json_object_array_get_idx(sets, i), rt) < 0)
			return -1;
	}
	return 0;
}

int policy_runtime_add(struct policy_runtime *rt, const char *name, const char *text, size_t len,
		       struct tr_err *err)
{
	struct json_reader rd = { .name = name, .text = text, .len = len, .err = err };
	json_object *o = NULL;
	int r;

	if (json_parse(text, len, name, 1, &o, err) < 0)
		return -1;
	r = read_sets(&rd, o, rt);
	json_object_put(o);
	return r;
}

int policy_runtime_load(struct policy_runtime *ret, const char *selection, struct tr_err *err)
{
	struct policy_runtime rt = { 0 };

	tr_seccomp_init(&rt.sets);
	*ret = rt;
	selection = selection ? selection : "all";
	if (!strcmp(selection, "none"))
		return 0;
	if (check_selection(selection, err) < 0)
		return -1;
	for (size_t i = 0; i < data_n_files; i++) {
		const struct data_file *file = &data_files[i];
		tr_cleanup_free char *set = set_name(file);

		if (!set || !selected(selection, set, file))
			continue;
		if (policy_runtime_add(&rt, file->name, file->text, file->size, err) < 0) {
			policy_runtime_release(&rt);
			return -1;
		}
		tr_strings_add(&rt.used, &rt.n_used, set);
	}
	*ret = rt;
	return 0;
}

void policy_runtime_release(struct policy_runtime *rt)
{
	tr_seccomp_release(&rt->sets);
	for (size_t i = 0; i < rt->n_used; i++)
		free(rt->used[i]);
	free(rt->used);
	free(rt->sometimes);
	memset(rt, 0, sizeof(*rt));
}
