// SPDX-License-Identifier: Apache-2.0
/* `trammel --json show`: one object with everything, strings escaped as in a trace. */
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

#include "cli/cmd.h"
#include "cli/show.h"
#include "cli/why.h"
#include "facts/estimate.h"
#include "facts/names.h"
#include "tables/syscalls.h"
#include "trace/format.h"
#include "util/json.h"
#include "util/mem.h"

static void add_reason(const char *reason, void *arg)
{
	json_object_array_add(arg, json_object_new_string(reason));
}

static json_object *recordings(const struct show *s)
{
	json_object *all = json_object_new_array();

	for (size_t i = 0; i < s->facts.n_recordings; i++) {
		const struct tr_recording *rec = &s->facts.recordings[i];
		json_object *o = recording_to_json(rec), *ending = ending_to_json(rec), *losses;
		json_object *reasons = json_object_new_array();

		json_object_object_get_ex(ending, "losses", &losses);
		put(o, "ended", json_object_new_string(tr_ended_name(rec->ended)));
		put(o, "complete", json_object_new_boolean(tr_recording_complete(rec)));
		put(o, "losses", json_object_get(losses));
		why_incomplete(rec, add_reason, reasons);
		put(o, "incomplete", reasons);
		json_object_put(ending);
		json_object_array_add(all, o);
	}
	return all;
}

static void put_number(json_object *o, const char *key, double v)
{
	char text[32];

	/* Enough digits for an estimate; json-c would print all that a double has. */
	snprintf(text, sizeof(text), "%.4g", v);
	put(o, key, json_object_new_double_s(v, text));
}

/* What only one or two recordings saw, and what that says of what none has seen. */
static void add_unseen(const struct show *s, uint32_t kinds, json_object *o)
{
	struct estimate_counts c = estimate_count(&s->facts, kinds);
	struct estimate_unseen unseen;

	put(o, "in_one_recording", json_object_new_uint64(c.once));
	put(o, "in_two_recordings", json_object_new_uint64(c.twice));
	if (!estimate_unseen(&c, &unseen))
		return;
	put_number(o, "unseen", unseen.about);
	put_number(o, "unseen_low", unseen.low);
	put_number(o, "unseen_high", unseen.high);
}

/* Left out where it cannot be said. */
static json_object *outlook(const struct show *s)
{
	json_object *o = json_object_new_object(), *known = json_object_new_array();
	struct show_growth g;
	struct estimate_next next;
	size_t own;

	show_growth(s, &g);
	for (size_t i = 0; g.seconds && i < SHOW_SPANS; i++)
		json_object_array_add(known, json_object_new_uint64(g.known[i]));
	put(o, "recorded_seconds", json_object_new_int64(g.seconds));
	if (g.seconds)
		put(o, "last_new_after_seconds", json_object_new_int64(g.last_new));
	put(o, "known", known);
	add_unseen(s, UINT32_MAX, o);
	if (estimate_next(&s->facts, UINT32_MAX, &next, &own)) {
		put(o, "recordings_with_news", json_object_new_uint64(own));
		put_number(o, "chance_of_news", next.chance);
		put_number(o, "chance_of_news_low", next.low);
		put_number(o, "chance_of_news_high", next.high);
	}
	return o;
}

static json_object *counts(const struct show *s)
{
	static const char *const columns[COUNT_MAX] = { "all", "runtime", "main", "exec" };
	json_object *all = json_object_new_object();

	for (int k = 0; k < TR_FACT_MAX; k++) {
		json_object *row = json_object_new_object();

		for (int i = 0; i < COUNT_MAX; i++)
			put(row, columns[i], json_object_new_uint64(s->counts[k][i]));
		add_unseen(s, 1u << k, row);
		put(all, tr_fact_kind_name((enum tr_fact_kind)k), row);
	}
	return all;
}

static json_object *syscalls(const struct show *s)
{
	json_object *all = json_object_new_object();
	char buf[32];

	for (int abi = 0; abi < TR_ABI_MAX; abi++) {
		size_t n;
		tr_cleanup_free const struct tr_fact **v =
			show_syscalls_by_name(s, (enum tr_abi)abi, &n);
		json_object *names = n ? json_object_new_array() : NULL;

		for (size_t i = 0; i < n; i++)
			json_object_array_add(
				names, json_object_new_string(syscall_label(
					       (enum tr_abi)abi, v[i]->nr, buf, sizeof(buf))));
		if (names)
			put(all, tr_abi_name((enum tr_abi)abi), names);
	}
	return all;
}

/* The lines of a trace, with the numbers of the recordings above. */
static json_object *facts(const struct fact_list *l)
{
	json_object *all = json_object_new_array();

	for (size_t i = 0; i < l->n; i++)
		json_object_array_add(all, fact_to_json(l->v[i], &l->v[i]->ev.recordings));
	return all;
}

static json_object *acts(uint32_t mask)
{
	json_object *a = json_object_new_array();

	for (int i = 0; i < TR_ACT_MAX; i++)
		if (mask & UINT32_C(1) << i)
			json_object_array_add(a,
					      json_object_new_string(tr_act_name((enum tr_act)i)));
	return a;
}

static json_object *files(const struct show *s)
{
	json_object *all = json_object_new_array();
	char perms[PERMS_SIZE];

	for (size_t i = 0; i < s->n_files; i++) {
		const struct show_file *f = &s->files[i];
		json_object *o = json_object_new_object();

		put_escaped(o, "path", f->path);
		put(o, "perms", json_object_new_string(perms_name(f->perms, perms)));
		put(o, "owner", json_object_new_string(show_owner(f)));
		put(o, "places", show_places_to_json(f));
		put(o, "acts", acts(f->acts));
		put(o, "done", json_object_new_boolean(f->flags & TR_EV_DONE));
		put(o, "failed", json_object_new_boolean(f->flags & TR_EV_FAILED));
		json_object_array_add(all, o);
	}
	return all;
}

static json_object *exe_row(const struct show_exe *v, size_t n)
{
	json_object *o = json_object_new_object(), *names = json_object_new_array();
	size_t n_of_kind[TR_FACT_MAX] = { 0 };
	json_object *kinds = json_object_new_object();
	char buf[32];

	for (size_t i = 0; i < n; i++) {
		const struct tr_fact *f = v[i].fact;

		n_of_kind[f->kind]++;
		if (f->kind == TR_FACT_SYSCALL)
			json_object_array_add(
				names, json_object_new_string(syscall_label(
					       (enum tr_abi)f->abi, f->nr, buf, sizeof(buf))));
	}
	for (int k = 0; k < TR_FACT_MAX; k++)
		if (n_of_kind[k])
			put(kinds, tr_fact_kind_name((enum tr_fact_kind)k),
			    json_object_new_uint64(n_of_kind[k]));
	put_escaped(o, "path", v[0].path);
	put(o, "facts", kinds);
	put(o, "syscalls", names);
	return o;
}

static json_object *executables(const struct show *s)
{
	json_object *all = json_object_new_array();
	size_t start = 0;

	for (size_t i = 1; i <= s->n_by_exe; i++) {
		if (i < s->n_by_exe && !strcmp(s->by_exe[i].path, s->by_exe[start].path))
			continue;
		json_object_array_add(all, exe_row(&s->by_exe[start], i - start));
		start = i;
	}
	return all;
}

void show_print_json(const struct show *s)
{
	json_object *o = json_object_new_object();

	if (s->facts.n_recordings)
		put_escaped(o, "subject", s->facts.recordings[0].subject);
	put(o, "complete", json_object_new_boolean(show_complete(s)));
	put(o, "facts", json_object_new_uint64(s->facts.n));
	put(o, "started", json_object_new_int64(s->started));
	put(o, "stopped", json_object_new_int64(s->stopped));
	put(o, "last_new", json_object_new_int64(s->last_new));
	put(o, "recordings", recordings(s));
	put(o, "counts", counts(s));
	put(o, "outlook", outlook(s));
	put(o, "risky", show_risky_to_json(s));
	put(o, "syscalls", syscalls(s));
	put(o, "refused", facts(&s->refused));
	put(o, "files", files(s));
	put(o, "execs", facts(&s->execs));
	put(o, "arguments", show_args_to_json(s));
	put(o, "others", facts(&s->others));
	put(o, "executables", executables(s));
	printf("%s\n", json_object_to_json_string_ext(o, JSON_PRETTY));
	json_object_put(o);
}
