// SPDX-License-Identifier: Apache-2.0
/* trammel emit apparmor. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cmd.h"
#include "cli/emit.h"
#include "cli/emit_opts.h"
#include "cli/image_source.h"
#include "formats/apparmor_words.h"
#include "trammel/apparmor_text.h"
#include "trammel/redact.h"
#include "trammel/trace.h"
#include "util/fs.h"
#include "util/json.h"
#include "util/mem.h"
#include "util/strbuf.h"
#include "util/text.h"

/* So many lines of each kind; --json has all of them. */
#define SHOWN 10

static int write_profile(const struct tr_apparmor *p, const char *path, struct tr_err *err)
{
	struct fs_out out;
	int r;

	if (fs_out_open(&out, path, 0644, err) < 0)
		return -1;
	r = tr_apparmor_write(p, out.f, err);
	if (r == 0)
		r = fs_out_commit(&out, err);
	fs_out_release(&out);
	return r;
}

static void add_names(struct strbuf *sb, const struct tr_policy_apparmor_note *note)
{
	for (size_t i = 0; i < note->n_names && i < 3; i++) {
		strbuf_adds(sb, i ? ", " : ": ");
		text_escape(sb, note->names[i], strlen(note->names[i]));
	}
	if (note->n_all > 3)
		strbuf_addf(sb, " and %zu more", note->n_all - 3);
}

static void say_notes(const struct tr_policy_apparmor_notes *notes, const char *what, bool warn)
{
	void (*say)(const char *fmt, ...) = warn ? cli_warn : cli_say;

	for (size_t i = 0; i < notes->n && i < SHOWN; i++) {
		cleanup_strbuf struct strbuf sb = STRBUF_INIT;
		char letters[APPARMOR_LETTERS_SIZE];

		text_escape(&sb, notes->v[i].what, strlen(notes->v[i].what));
		apparmor_letters((uint16_t)notes->v[i].perms, letters);
		strbuf_addf(&sb, "%s%s (", *letters ? " " : "", letters);
		text_escape(&sb, notes->v[i].why, strlen(notes->v[i].why));
		strbuf_addc(&sb, ')');
		add_names(&sb, &notes->v[i]);
		say("%s: %s", what, strbuf_str(&sb));
	}
	if (notes->n > SHOWN)
		say("%s: %zu more (trammel --json emit apparmor -o FILE lists them)", what,
		    notes->n - SHOWN);
}

static void say_doubts(const struct tr_policy_apparmor_report *r, size_t n_recordings)
{
	say_notes(&r->doubts, "may have another name next time", false);
	if (r->doubts.n)
		cli_say("%s recording of the same container would show which of these change, and "
			"emit then makes patterns of them",
			n_recordings == 1 ? "a second" : "another");
}

static void say_not_looked(const struct tr_facts *facts)
{
	static const char what[] =
		"which files of the image these patterns newly reach was not looked at: ";
	tr_cleanup_free char *word = image_source_hint(facts);

	if (word)
		cli_say("%s--files %s asks the engine for them", what, word);
	else
		cli_say("%s--files LIST, as docker export NAME prints it", what);
}

static void say_reached(const struct tr_policy_apparmor_report *r, const struct tr_facts *facts)
{
	say_notes(&r->reached, "reaches files of the image that were not used so", true);
	if (r->widened.n && !r->looked)
		say_not_looked(facts);
	else if (r->widened.n && !r->reached.n)
		cli_say("these patterns reach no file of the image that was not used so");
}

void emit_apparmor_say(const struct tr_apparmor *p, const struct tr_policy_apparmor_report *r,
		       const struct tr_facts *facts, const char *from)
{
	tr_cleanup_free char *safe = text_escaped(from);

	say_notes(&r->unsaid, "no rule can allow it", true);
	say_notes(&r->both, "written and run", true);
	say_notes(&r->broken, "recorded, and denied by hand", true);
	say_notes(&r->idle, "decided by hand, and changes nothing", true);
	say_notes(&r->needless, "accepted", true);
	say_notes(&r->unknown, "allowed, though perhaps not needed: capability", false);
	say_notes(&r->widened, "a pattern instead of names", false);
	say_reached(r, facts);
	say_doubts(r, p->recordings);
	cli_say("%zu rules on files for %zu names (--paths %s), %zu capabilit%s, %zu kind%s of socket; "
		"about %zu states of at most %d",
		p->n_files, r->n_paths, tr_paths_name(r->paths), p->n_caps,
		p->n_caps == 1 ? "y" : "ies", p->n_networks, cli_plural(p->n_networks), r->states,
		TR_APPARMOR_STATES_MAX);
	cli_say("trammel load %s loads it; docker run --security-opt apparmor=%s uses it", safe,
		p->name);
}

static json_object *json_text(const char *s)
{
	tr_cleanup_free char *safe = text_escaped(s);

	return json_object_new_string(safe);
}

static void add_notes(json_object *o, const char *key, const struct tr_policy_apparmor_notes *notes)
{
	json_object *list = json_object_new_array();

	for (size_t i = 0; i < notes->n; i++) {
		const struct tr_policy_apparmor_note *note = &notes->v[i];
		char letters[APPARMOR_LETTERS_SIZE];
		json_object *each = json_object_new_object(), *names = json_object_new_array();

		json_object_object_add(each, "what", json_text(note->what));
		json_object_object_add(each, "why", json_text(note->why));
		apparmor_letters((uint16_t)note->perms, letters);
		if (*letters)
			json_add_string(each, "perms", letters);
		for (size_t k = 0; k < note->n_names; k++)
			json_object_array_add(names, json_text(note->names[k]));
		if (note->n_all) {
			json_object_object_add(each, "names", names);
			json_object_object_add(each, "of", json_object_new_uint64(note->n_all));
			json_object_object_add(each, "recordings",
					       json_object_new_uint64(note->recordings));
		} else {
			json_object_put(names);
		}
		json_object_array_add(list, each);
	}
	json_object_object_add(o, key, list);
}

static void print_json(const struct tr_apparmor *p, const struct tr_policy_apparmor_report *r)
{
	json_object *o = json_object_new_object();

	json_add_string(o, "profile", p->name);
	json_add_string(o, "paths", tr_paths_name(r->paths));
	json_add_string(o, "floor", tr_floor_name(r->floor));
	json_object_object_add(o, "recordings", json_object_new_uint64(p->recordings));
	json_object_object_add(o, "names", json_object_new_uint64(r->n_paths));
	json_object_object_add(o, "file_rules", json_object_new_uint64(p->n_files));
	json_object_object_add(o, "states", json_object_new_uint64(r->states));
	json_object_object_add(o, "states_max", json_object_new_int(TR_APPARMOR_STATES_MAX));
	add_notes(o, "widened", &r->widened);
	if (r->looked)
		add_notes(o, "reached", &r->reached);
	add_notes(o, "doubts", &r->doubts);
	add_notes(o, "capabilities_unknown", &r->unknown);
	add_notes(o, "unsaid", &r->unsaid);
	add_notes(o, "written_and_run", &r->both);
	add_notes(o, "denied_by_hand", &r->broken);
	add_notes(o, "idle", &r->idle);
	add_notes(o, "needless", &r->needless);
	printf("%s\n", json_object_to_json_string_ext(o, JSON_PRETTY));
	json_object_put(o);
}

int emit_apparmor_make(struct tr_apparmor *ret, const struct emit_opts *o,
		       const struct tr_tune *tune, const struct tr_facts *facts,
		       struct tr_policy_apparmor_report *report, struct tr_err *err)
{
	tr_cleanup_free char *made = o->output.name ? NULL : emit_default_name(facts);
	tr_cleanup_free struct tr_policy_accept *accepts = NULL;
	struct tr_policy_apparmor_opts opts = {
		.name = made ? made : o->output.name,
		.paths = o->paths,
		.floor = o->floor,
		.accepts = tune->accepts,
		.n_accepts = tune->n_accepts,
		.reach = o->reach,
		.tolerate_upgrades = o->tolerate_upgrades,
		.rules = { tune->rules, tune->n_rules },
		.allow_incomplete = o->policy.allow_incomplete,
		.allow_no_start = o->policy.allow_no_start,
	};

	/* A bundle has put them into its tune file. */
	if (!o->bundle) {
		accepts = emit_opts_accepts(o, tune, &opts.n_accepts);
		opts.accepts = accepts;
	}
	opts.image = o->image;
	return tr_policy_apparmor(ret, facts, &opts, report, err);
}

static void say_needs(const struct tr_policy_apparmor_report *r)
{
	const struct tr_policy_report same = { .needs = r->needs, .n_needs = r->n_needs };

	if (same.n_needs)
		emit_say_needs(&same, NULL);
}

static int make(struct emit_opts *o, const struct tr_tune *tune, const struct tr_facts *facts,
		struct tr_err *err)
{
	struct tr_policy_apparmor_report report = { 0 };
	struct tr_apparmor p;
	int r;

	if (emit_apparmor_make(&p, o, tune, facts, &report, err) < 0) {
		say_reached(&report, facts);
		say_needs(&report);
		tr_policy_apparmor_report_release(&report);
		return -1;
	}
	r = write_profile(&p, o->output.file ? o->output.file : "-", err);
	if (r == 0 && cli.json)
		print_json(&p, &report);
	else if (r == 0)
		emit_apparmor_say(&p, &report, facts, o->output.file ? o->output.file : "FILE");
	tr_policy_apparmor_report_release(&report);
	tr_apparmor_release(&p);
	return r;
}

/* A rule for a name that stands for another would refuse what the container needs. */
static int is_redacted(const struct tr_fact *fact, void *arg)
{
	(void)arg;
	return (fact->path && tr_redacted(fact->path)) ||
	       (fact->source && tr_redacted(fact->source));
}

bool emit_redacted(const struct tr_facts *facts)
{
	return tr_facts_each(facts, is_redacted, NULL) != 0;
}

int emit_apparmor_can(const struct emit_opts *o, const struct tr_facts *facts, struct tr_err *err)
{
	if (o->with_apparmor && !strcmp(o->with_apparmor, "off"))
		return tr_err_set(err, TR_ERR_INPUT, "--apparmor off");
	if (emit_redacted(facts))
		return tr_err_set(err, TR_ERR_INPUT,
				  "names of files were redacted, and rules for what stands there "
				  "now would allow nothing: emit apparmor makes it of the traces");
	return 0;
}

int emit_apparmor(struct emit_opts *o)
{
	struct tr_err err tr_cleanup_err = { 0 };
	struct tr_image_files image = { 0 };
	struct tr_tune tune = { 0 };
	struct tr_facts facts;
	int r = 0;

	tr_facts_init(&facts);
	if (o->files)
		r = image_source_read(&image, o->files, &err);
	o->image = o->files ? &image : NULL;
	if (r == 0 && o->tune)
		r = tr_tune_read(&tune, o->tune, &err);
	if (r == 0)
		r = tr_trace_read_all(&facts, o->traces, o->n_traces, NULL, &err);
	if (r == 0) {
		if (o->files)
			image_source_hold(&image, &facts);
		r = make(o, &tune, &facts, &err);
	}
	tr_facts_release(&facts);
	tr_tune_release(&tune);
	tr_image_files_release(&image);
	return r < 0 ? cli_fail(&err) : EXIT_YES;
}
