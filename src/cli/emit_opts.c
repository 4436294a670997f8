// SPDX-License-Identifier: Apache-2.0
#include "cli/emit_opts.h"

#include <stdlib.h>
#include <string.h>

#include "trammel/apparmor.h"
#include "util/mem.h"

#define REDACT	 "redact"
#define APPARMOR "apparmor"
#define NAME	 "name"
#define PATHS	 "paths"
#define FLOOR	 "floor"
#define REACH	 "reach-budget"

void emit_opts_release(struct emit_opts *o)
{
	for (size_t i = 0; i < o->n_lists; i++)
		free(o->lists[i]);
	free(o->lists);
	free(o->accepts);
	tr_strset_release(&o->patterns);
	tr_redact_free(o->redact);
}

int emit_opts_set(struct emit_opts *o, enum tr_policy_option option, const char *word,
		  struct tr_err *err)
{
	o->given |= 1U << option;
	o->words[option] = word;
	return tr_policy_option_set(&o->policy, option, word, err);
}

int emit_opts_redact(struct emit_opts *o, const char *pattern, struct tr_err *err)
{
	if (!tr_strset_add(&o->patterns, pattern))
		return 0;
	return tr_redact_add(&o->redact, pattern, err);
}

void emit_opts_accept(struct emit_opts *o, const char *list)
{
	char *copy = tr_xstrdup(list);

	o->lists = tr_grow(o->lists, &o->cap_lists, o->n_lists, sizeof(*o->lists));
	o->lists[o->n_lists++] = copy;
	for (char *fact = strsep(&copy, ","); fact; fact = strsep(&copy, ",")) {
		o->accepts =
			tr_grow(o->accepts, &o->cap_accepts, o->n_accepts, sizeof(*o->accepts));
		o->accepts[o->n_accepts++] = (struct tr_policy_accept){ .fact = fact };
	}
}

struct tr_policy_accept *emit_opts_accepts(const struct emit_opts *o, const struct tr_tune *tune,
					   size_t *ret_n)
{
	struct tr_policy_accept *all;

	*ret_n = o->n_accepts + tune->n_accepts;
	all = tr_xcalloc(*ret_n + 1, sizeof(*all));
	for (size_t i = 0; i < *ret_n; i++) {
		all[i] = i < tune->n_accepts ? tune->accepts[i] : o->accepts[i - tune->n_accepts];
		if (!all[i].why)
			all[i].why = o->why;
	}
	return all;
}

/* TR_POLICY_OPTIONS where there is none of that name. */
static enum tr_policy_option find_option(const char *name)
{
	int i = 0;

	while (i < TR_POLICY_OPTIONS && strcmp(tr_policy_option_name(i), name) != 0)
		i++;
	return i;
}

/* It outlives the bundle that it was read from. */
static const char *keep(struct emit_opts *o, const char *s)
{
	o->lists = tr_grow(o->lists, &o->cap_lists, o->n_lists, sizeof(*o->lists));
	return o->lists[o->n_lists++] = tr_xstrdup(s);
}

/* Those of the AppArmor profile: 1 where it is one of them. */
static int take_old_apparmor(struct emit_opts *o, const struct tr_bundle_option *old,
			     struct tr_err *err)
{
	if (!strcmp(old->name, APPARMOR)) {
		if (strcmp(old->value, "on") != 0 && strcmp(old->value, "off") != 0)
			return tr_err_set(err, TR_ERR_INPUT, "expected on or off, found '%.64s'",
					  old->value);
		o->with_apparmor = o->with_apparmor ? o->with_apparmor : keep(o, old->value);
	} else if (!strcmp(old->name, NAME)) {
		if (!tr_apparmor_is_name(old->value))
			return tr_err_set(err, TR_ERR_INPUT, "expected a profile's name");
		o->output.name = o->output.name ? o->output.name : keep(o, old->value);
	} else if (!strcmp(old->name, PATHS)) {
		int paths = tr_paths_from_name(old->value);

		if (paths < 0)
			return tr_err_set(err, TR_ERR_INPUT,
					  "expected exact or evidence, found '%.64s'", old->value);
		o->paths = o->paths == TR_PATHS_AUTO ? (enum tr_paths)paths : o->paths;
	} else if (!strcmp(old->name, FLOOR)) {
		int floor = tr_floor_from_name(old->value);

		if (floor < 0)
			return tr_err_set(err, TR_ERR_INPUT,
					  "expected docker-default or none, found '%.64s'",
					  old->value);
		o->floor = o->floor_given ? o->floor : (enum tr_floor)floor;
		o->floor_given = true;
	} else if (!strcmp(old->name, REACH)) {
		if (!o->reach_word && tr_policy_reach_set(&o->reach, old->value, err) < 0)
			return -1;
		o->reach_word = o->reach_word ? o->reach_word : keep(o, old->value);
	} else {
		return 0;
	}
	return 1;
}

static int take_old(struct emit_opts *o, const struct tr_bundle_option *old,
		    const struct tr_tune *tune, struct tr_err *err)
{
	enum tr_policy_option option = find_option(old->name);
	int r = take_old_apparmor(o, old, err);

	if (r)
		return r < 0 ? -1 : 0;
	if (!strcmp(old->name, REDACT))
		return emit_opts_redact(o, old->value, err);
	if (option == TR_POLICY_OPTIONS)
		return tr_err_set(err, TR_ERR_INPUT, "an option that this trammel does not know");
	if (o->given & 1U << option || tune->options[option].value)
		return 0;
	o->words[option] = keep(o, old->value);
	return tr_policy_option_set(&o->policy, option, o->words[option], err);
}

static const char *otherwise(enum tr_policy_option option)
{
	static const char *const words[TR_POLICY_OPTIONS] = {
		[TR_POLICY_RUNTIME] = "all",	      [TR_POLICY_ARGS] = "risky",
		[TR_POLICY_SIBLINGS] = "on",	      [TR_POLICY_CEILING] = "docker-default",
		[TR_POLICY_DEFAULT_ACTION] = "errno",
	};

	return words[option];
}

/* Said in full, so that a later trammel with other defaults makes the same of it. */
static void say_options(const struct emit_opts *o, const struct tr_tune *tune,
			struct tr_bundle *now)
{
	for (int i = 0; i < TR_POLICY_OPTIONS; i++) {
		const char *word = o->words[i] ? o->words[i] : otherwise(i);

		if (word && !tune->options[i].value)
			tr_bundle_add_option(now, tr_policy_option_name(i), word);
	}
	if (o->with_apparmor && !strcmp(o->with_apparmor, "off"))
		tr_bundle_add_option(now, APPARMOR, "off");
	if (o->output.name)
		tr_bundle_add_option(now, NAME, o->output.name);
	if (o->paths != TR_PATHS_AUTO)
		tr_bundle_add_option(now, PATHS, tr_paths_name(o->paths));
	if (o->floor_given)
		tr_bundle_add_option(now, FLOOR, tr_floor_name(o->floor));
	if (o->reach_word)
		tr_bundle_add_option(now, REACH, o->reach_word);
	for (size_t i = 0; i < o->patterns.n; i++)
		tr_bundle_add_option(now, REDACT, o->patterns.v[i]);
}

int emit_opts_of_bundle(struct emit_opts *o, const struct tr_bundle *old,
			const struct tr_tune *tune, struct tr_bundle *now, struct tr_err *err)
{
	for (int i = 0; i < TR_POLICY_OPTIONS; i++)
		if (o->given & 1U << i && tune->options[i].value)
			return tr_err_set(err, TR_ERR_INPUT,
					  "--%s: the bundle's tune file sets it: change it there",
					  tr_policy_option_name(i));
	for (size_t i = 0; i < old->n_options; i++)
		if (take_old(o, &old->options[i], tune, err) < 0)
			return tr_err_wrap(err, "%s/" TR_BUNDLE_JSON ": options.%s", old->dir,
					   old->options[i].name);
	/* Patterns that overlap replace other things in another order. */
	tr_redact_free(tr_take(o->redact));
	for (size_t i = 0; i < o->patterns.n; i++)
		if (tr_redact_add(&o->redact, o->patterns.v[i], err) < 0)
			return -1;
	say_options(o, tune, now);
	return 0;
}
