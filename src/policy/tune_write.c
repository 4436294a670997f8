// SPDX-License-Identifier: Apache-2.0
#include <inttypes.h>

#include "tables/syscalls.h"
#include "trammel/tune.h"
#include "util/json.h"

static json_object *decision(const char *what, const char *value, const char *why)
{
	json_object *o = json_object_new_object();

	json_add_string(o, what, value);
	json_add_string(o, "why", why);
	return o;
}

static json_object *options(const struct tr_tune *t)
{
	json_object *all = json_object_new_object();

	for (int i = 0; i < TR_POLICY_OPTIONS; i++)
		if (t->options[i].value)
			json_object_object_add(
				all, tr_policy_option_name((enum tr_policy_option)i),
				decision("value", t->options[i].value, t->options[i].why));
	return all;
}

static json_object *hand(const struct tr_policy_hand *h)
{
	json_object *o = json_object_new_object();
	char mask[24];

	json_add_string(o, "fact", h->fact);
	if (h->mask) {
		snprintf(mask, sizeof(mask), "0x%" PRIx64, h->mask);
		json_add_string(o, "mask", mask);
	}
	if (h->errno_ret)
		json_add_string(o, "errno", errno_name(h->errno_ret));
	json_add_string(o, "why", h->why);
	return o;
}

/* An empty list or object says nothing, and is left out. */
static void add(json_object *o, const char *key, json_object *value, int n)
{
	if (n)
		json_object_object_add(o, key, value);
	else
		json_object_put(value);
}

void tr_tune_write(const struct tr_tune *t, FILE *out)
{
	json_object *o = json_object_new_object(), *opts = options(t);

	add(o, "options", opts, json_object_object_length(opts));
	for (enum tr_hand_kind kind = TR_HAND_ALLOW; kind < TR_HAND_MAX; kind++) {
		json_object *list = json_object_new_array();

		for (size_t i = 0; i < t->n_hands; i++)
			if (t->hands[i].kind == kind)
				json_object_array_add(list, hand(&t->hands[i]));
		for (size_t i = 0; i < t->n_rules; i++)
			if (t->rules[i].kind == kind)
				json_object_array_add(
					list, decision("rule", t->rules[i].rule, t->rules[i].why));
		add(o, tr_hand_name(kind), list, (int)json_object_array_length(list));
	}
	if (t->n_accepts) {
		json_object *list = json_object_new_array();

		for (size_t i = 0; i < t->n_accepts; i++)
			json_object_array_add(
				list, decision("fact", t->accepts[i].fact, t->accepts[i].why));
		json_object_object_add(o, "accept", list);
	}
	fprintf(out, "%s\n", json_object_to_json_string_ext(o, JSON_PRETTY));
	json_object_put(o);
}
