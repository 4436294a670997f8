// SPDX-License-Identifier: Apache-2.0
/* trammel emit bundle: traces and decisions into the directory that is kept beside an image. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/accept_line.h"
#include "cli/cmd.h"
#include "cli/emit.h"
#include "cli/emit_opts.h"
#include "cli/traces.h"
#include "trammel/apparmor_text.h"
#include "trammel/bundle.h"
#include "trammel/policy_run.h"
#include "trammel/run_text.h"
#include "trammel/seccomp.h"
#include "trammel/trace.h"
#include "trammel/tune.h"
#include "util/fs.h"
#include "util/json.h"
#include "util/mem.h"
#include "util/strbuf.h"
#include "util/text.h"

#define MAX_TUNE ((size_t)1 << 20)

enum part {
	PART_TRACE,
	PART_SECCOMP,
	PART_APPARMOR,
	PART_IMAGE,
	PART_TUNE,
	PART_DOCKER,
	PART_COMPOSE,
	PARTS
};

struct making {
	struct emit_opts *o;
	struct tr_bundle old; /* what is there; dir is NULL where there is none */
	struct tr_bundle_part parts[PARTS];
	struct tr_bundle now;
	struct traces expanded;
	struct tr_tune tune;
	struct tr_facts facts;
	struct tr_policy_report report;
	struct tr_image_files image;
	struct tr_apparmor rules;
	struct tr_policy_apparmor_report rules_report;
	struct tr_run_options run;
	size_t old_facts, old_recordings, redacted;
	bool has_tune, has_rules;
	bool removes; /* the AppArmor profile that was there */
};

static void making_release(struct making *m)
{
	for (int i = 0; i < PARTS; i++)
		free(m->parts[i].text);
	if (m->has_rules)
		tr_apparmor_release(&m->rules);
	tr_policy_apparmor_report_release(&m->rules_report);
	tr_run_options_release(&m->run);
	tr_policy_report_release(&m->report);
	tr_facts_release(&m->facts);
	tr_tune_release(&m->tune);
	tr_image_files_release(&m->image);
	traces_release(&m->expanded);
	tr_bundle_release(&m->now);
	tr_bundle_release(&m->old);
}

/* How much of it is new is counted against what the bundle has. */
static int read_facts(struct making *m, struct tr_err *err)
{
	struct emit_opts *o = m->o;
	tr_cleanup_free char *there = tr_bundle_path(o->output.dir, TR_BUNDLE_TRACE);
	tr_cleanup_free char **paths = NULL;
	size_t n = 0;

	if (traces_expand(&m->expanded, o->traces, o->n_traces, m->old.subject, err) < 0)
		return -1;
	o->traces = m->expanded.v;
	o->n_traces = m->expanded.n;
	paths = tr_xcalloc(o->n_traces + 1, sizeof(*paths));

	/* Without it the profile would be made of less, and forget what it allowed. */
	if (m->old.dir && access(there, F_OK) < 0 && !(o->force && errno == ENOENT && o->n_traces))
		return tr_err_errno(err, TR_ERR_INPUT, errno,
				    "%s: what the bundle was made of (--force makes it of other "
				    "traces alone)",
				    there);
	if (m->old.dir && access(there, F_OK) == 0) {
		struct tr_facts old;
		int r;

		tr_facts_init(&old);
		r = tr_trace_read(&old, there, err);
		m->old_facts = old.n;
		m->old_recordings = old.n_recordings;
		tr_facts_release(&old);
		if (r < 0)
			return -1;
		paths[n++] = there;
	}
	for (size_t i = 0; i < o->n_traces; i++)
		paths[n++] = o->traces[i];
	if (tr_trace_read_all(&m->facts, paths, n, NULL, err) < 0)
		return -1;
	if (!m->facts.n_recordings)
		return tr_err_set(err, TR_ERR_INPUT, "%s: no recording in it", paths[0]);
	m->redacted = tr_facts_redact(o->redact, &m->facts);
	tr_bundle_settle_facts(&m->facts);
	return 0;
}

/* 1 if there is one, 0 if not. */
static int read_if_there(const char *path, char **ret, size_t *ret_len, struct tr_err *err)
{
	if (access(path, F_OK) < 0 && errno == ENOENT)
		return 0;
	return fs_read(path, MAX_TUNE, ret, ret_len, err) < 0 ? -1 : 1;
}

/* The decisions are somebody's own words: a bundle's are kept, and other ones do not replace them. */
static int read_tune(struct making *m, struct tr_err *err)
{
	struct tr_bundle_part *part = &m->parts[PART_TUNE];
	tr_cleanup_free char *path = tr_bundle_path(m->o->output.dir, TR_BUNDLE_TUNE);
	tr_cleanup_free char *other = NULL;
	size_t n_other = 0;
	int there = read_if_there(path, &part->text, &part->len, err);

	if (there < 0)
		return -1;
	if (m->o->tune && fs_read(m->o->tune, MAX_TUNE, &other, &n_other, err) < 0)
		return -1;
	if (m->o->tune && there &&
	    (n_other != part->len || memcmp(other, part->text, n_other) != 0))
		return tr_err_set(err, TR_ERR_INPUT,
				  "--tune: the bundle has decisions of its own, in %s: put these "
				  "there by hand",
				  path);
	if (m->o->tune && !there) {
		part->text = tr_take(other);
		part->len = n_other;
	}
	m->has_tune = there || m->o->tune;
	return 0;
}

static bool has_fact(json_object *list, const char *fact)
{
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		const char *s = NULL;

		if (json_member_string(json_object_array_get_idx(list, i), "fact", "", &s, NULL) >
			    0 &&
		    !strcmp(s, fact))
			return true;
	}
	return false;
}

/* What was accepted before keeps the reason that it was accepted for. Whether something is new. */
static bool add_accepts(json_object *o, const struct emit_opts *opts)
{
	json_object *list = NULL;
	bool any = false;

	if (!json_object_object_get_ex(o, "accept", &list)) {
		list = json_object_new_array();
		json_object_object_add(o, "accept", list);
	}
	for (size_t i = 0; i < opts->n_accepts; i++) {
		json_object *each;

		if (has_fact(list, opts->accepts[i].fact))
			continue;
		each = json_object_new_object();
		json_add_string(each, "fact", opts->accepts[i].fact);
		json_add_string(each, "why", opts->why);
		json_object_array_add(list, each);
		any = true;
	}
	return any;
}

/* With what --accept adds. The text that somebody wrote stays, byte for byte, where it adds nothing. */
static int make_tune(struct making *m, struct tr_err *err)
{
	struct tr_bundle_part *part = &m->parts[PART_TUNE];
	tr_cleanup_free char *path = tr_bundle_path(m->o->output.dir, TR_BUNDLE_TUNE);
	const char *name = m->o->tune ? m->o->tune : path;
	json_object *o = NULL;

	if (m->has_tune && tr_tune_parse(&m->tune, part->text, part->len, name, err) < 0)
		return -1;
	if (m->o->n_accepts) {
		if (m->has_tune && json_parse(part->text, part->len, name, 1, &o, err) < 0)
			return -1;
		o = o ? o : json_object_new_object();
		if (add_accepts(o, m->o)) {
			free(part->text);
			part->text = tr_xasprintf("%s\n",
						  json_object_to_json_string_ext(o, JSON_PRETTY));
			part->len = strlen(part->text);
		}
		json_object_put(o);
		tr_tune_release(&m->tune);
		if (tr_tune_parse(&m->tune, part->text, part->len, "--accept", err) < 0)
			return -1;
		m->has_tune = true;
	}
	if (m->has_tune)
		*part = (struct tr_bundle_part){ TR_BUNDLE_TUNE, part->text, part->len, 0644,
						 true };
	m->o->policy.accepts = m->tune.accepts;
	m->o->policy.n_accepts = m->tune.n_accepts;
	return 0;
}

static int write_seccomp(struct making *m, FILE *out, struct tr_err *err)
{
	struct tr_seccomp p = { 0 };

	if (tr_policy_seccomp(&p, &m->facts, &m->o->policy, &m->report, err) < 0)
		return -1;
	tr_seccomp_write(&p, out);
	tr_seccomp_release(&p);
	return 0;
}

static int write_trace(struct making *m, FILE *out, struct tr_err *err)
{
	return tr_trace_write_stream(&m->facts, out, err);
}

static int make_part(struct making *m, enum part which, const char *name, mode_t mode,
		     int (*write)(struct making *m, FILE *out, struct tr_err *err),
		     struct tr_err *err)
{
	struct tr_bundle_part *part = &m->parts[which];
	FILE *out = open_memstream(&part->text, &part->len);
	int r;

	if (!out)
		return tr_err_errno(err, TR_ERR_CANNOT, errno, "%s", name);
	r = write(m, out, err);
	if (fclose(out) != 0 && r == 0)
		r = tr_err_errno(err, TR_ERR_CANNOT, errno, "%s", name);
	part->name = name;
	part->mode = mode;
	return r;
}

static int make_rules(struct making *m, struct tr_err *err)
{
	if (emit_apparmor_can(m->o, &m->facts, err) < 0 ||
	    emit_apparmor_make(&m->rules, m->o, &m->tune, &m->facts, &m->rules_report, err) < 0)
		return -1;
	if (m->rules.n_files)
		return 0;
	tr_apparmor_release(&m->rules);
	return tr_err_set(err, TR_ERR_INPUT, "no acts on files were recorded");
}

static int write_apparmor(struct making *m, FILE *out, struct tr_err *err)
{
	return tr_apparmor_write(&m->rules, out, err);
}

static int make_image(struct making *m, struct tr_err *err)
{
	struct tr_bundle_part *part = &m->parts[PART_IMAGE];
	int r = emit_image(m->o, &m->old, &m->facts, &m->image, &part->text, &part->len, err);

	if (r <= 0)
		return r;
	m->o->image = &m->image;
	part->name = TR_BUNDLE_IMAGE;
	part->mode = 0644;
	/* The bundle's own is never lost; --files is there to replace it. */
	part->forced = m->old.dir != NULL || m->o->force;
	return 0;
}

/* That there is none is no failure, and is told; that there is none any more is for somebody to decide. */
static int make_apparmor(struct making *m, struct tr_err *err)
{
	tr_cleanup_err struct tr_err why = { 0 };
	bool off = m->o->with_apparmor && !strcmp(m->o->with_apparmor, "off");
	enum tr_bundle_state was = TR_BUNDLE_NEVER;

	m->has_rules = make_rules(m, &why) == 0;
	if (m->has_rules)
		return make_part(m, PART_APPARMOR, TR_BUNDLE_APPARMOR, 0644, write_apparmor, err);
	if (why.kind == TR_ERR_NO)
		return tr_err_set(err, TR_ERR_NO, "%s", tr_err_msg(&why));
	m->now.no_apparmor = tr_xstrdup(tr_err_msg(&why));
	if (!m->old.dir)
		return 0;
	if (tr_bundle_check(&m->old, TR_BUNDLE_APPARMOR, &was, err) < 0)
		return -1;
	if (was == TR_BUNDLE_NEVER || was == TR_BUNDLE_GONE)
		return 0;
	if (!off)
		return tr_err_set(err, why.kind,
				  "the bundle has an AppArmor profile, and there can be none any "
				  "more (--apparmor off goes on without): %s",
				  tr_err_msg(&why));
	if (was != TR_BUNDLE_SAME && !m->o->force)
		return tr_err_set(err, TR_ERR_INPUT,
				  "%s/" TR_BUNDLE_APPARMOR
				  " was edited since it was made, and would be removed (--force "
				  "removes it)",
				  m->o->output.dir);
	m->removes = true;
	return 0;
}

static int write_docker(struct making *m, FILE *out, struct tr_err *err)
{
	(void)err;
	tr_run_options_write_docker(&m->run, out);
	return 0;
}

static int write_compose(struct making *m, FILE *out, struct tr_err *err)
{
	(void)err;
	tr_run_options_write_compose(&m->run, out);
	return 0;
}

/* What needs the names of files: those that were redacted are no places. */
#define WITHOUT_NAMES \
	(1U << TR_RUN_READ_ONLY | 1U << TR_RUN_TMPFS | 1U << TR_RUN_VOLUME | 1U << TR_RUN_USER)

/* What the profiles are given with, and all else that confines: of the same facts, and of the same image. */
static int make_run(struct making *m, struct tr_err *err)
{
	const struct tr_policy_run_opts opts = {
		.seccomp = TR_BUNDLE_SECCOMP,
		.apparmor = m->has_rules ? m->rules.name : NULL,
		.no_apparmor = m->now.no_apparmor,
		.without = emit_redacted(&m->facts) ? WITHOUT_NAMES : 0,
		.image = m->o->image,
		.allow_incomplete = m->o->policy.allow_incomplete,
		.allow_no_start = m->o->policy.allow_no_start,
	};

	if (tr_policy_run(&m->run, &m->facts, &opts, err) < 0 ||
	    make_part(m, PART_DOCKER, TR_BUNDLE_DOCKER, 0644, write_docker, err) < 0)
		return -1;
	return make_part(m, PART_COMPOSE, TR_BUNDLE_COMPOSE, 0644, write_compose, err);
}

static void describe(struct making *m)
{
	struct tr_bundle *b = &m->now;

	b->dir = tr_xstrdup(m->o->output.dir);
	b->subject =
		tr_xstrdup(m->facts.recordings[0].subject ? m->facts.recordings[0].subject : "");
	b->tool = tr_xstrdup(TRAMMEL_VERSION);
	for (size_t i = 0; i < m->facts.n_recordings; i++) {
		const struct tr_strset *v = tr_context_all(&m->facts.recordings[i], "image.digest");

		for (size_t k = 0; v && k < v->n; k++)
			tr_strset_add(&b->images, v->v[k]);
	}
}

/* bundle.json says already that there is none. */
static int remove_apparmor(const struct making *m, struct tr_err *err)
{
	tr_cleanup_free char *path = tr_bundle_path(m->o->output.dir, TR_BUNDLE_APPARMOR);

	if (unlink(path) < 0)
		return tr_err_errno(err, TR_ERR_CANNOT, errno, "%s: remove it", path);
	return 0;
}

static int write_all(struct making *m, struct tr_err *err)
{
	struct tr_bundle_part parts[PARTS];
	size_t n = 0;

	/* What was recorded is in the new one, whatever became of the old one. */
	m->parts[PART_TRACE].forced = m->old.dir != NULL || m->o->force;
	m->parts[PART_SECCOMP].forced = m->o->force;
	m->parts[PART_APPARMOR].forced = m->o->force;
	m->parts[PART_DOCKER].forced = m->o->force;
	m->parts[PART_COMPOSE].forced = m->o->force;
	describe(m);
	for (int i = 0; i < PARTS; i++)
		if (m->parts[i].name)
			parts[n++] = m->parts[i];
	if (tr_bundle_write(&m->now, parts, n, err) < 0)
		return -1;
	return m->removes ? remove_apparmor(m, err) : 0;
}

static int make(struct making *m, struct tr_err *err)
{
	if (tr_bundle_is(m->o->output.dir) && tr_bundle_read(&m->old, m->o->output.dir, err) < 0)
		return -1;
	if (read_tune(m, err) < 0 || make_tune(m, err) < 0 ||
	    emit_opts_of_bundle(m->o, &m->old, &m->tune, &m->now, err) < 0 ||
	    tr_tune_apply(&m->o->policy, &m->tune, 0, err) < 0 || read_facts(m, err) < 0)
		return -1;
	if (make_part(m, PART_TRACE, TR_BUNDLE_TRACE, 0600, write_trace, err) < 0 ||
	    make_image(m, err) < 0 ||
	    make_part(m, PART_SECCOMP, TR_BUNDLE_SECCOMP, 0644, write_seccomp, err) < 0 ||
	    make_apparmor(m, err) < 0 || make_run(m, err) < 0)
		return -1;
	return write_all(m, err);
}

static void say_made(const struct making *m)
{
	tr_cleanup_free char *dir = text_escaped(m->o->output.dir);
	size_t recordings = m->facts.n_recordings, news = m->facts.n - m->old_facts;

	emit_say(&m->report, &m->o->policy, m->facts.n_recordings);
	if (m->has_rules)
		emit_apparmor_say(&m->rules, &m->rules_report, &m->facts, m->o->output.dir);
	else
		cli_say("no AppArmor profile: %s", m->now.no_apparmor);
	cli_say("sh %s/" TR_BUNDLE_DOCKER " IMAGE runs it confined by all that was recorded; "
		"%s/" TR_BUNDLE_COMPOSE " goes over a compose file",
		dir, dir);
	if (m->o->redact)
		cli_say("%zu string%s redacted", m->redacted, cli_plural(m->redacted));
	if (m->old.dir)
		cli_say("%s: %zu facts of %zu recording%s; %zu fact%s and %zu recording%s new", dir,
			m->facts.n, recordings, cli_plural(recordings), news, cli_plural(news),
			recordings - m->old_recordings, cli_plural(recordings - m->old_recordings));
	else
		cli_say("%s: %zu facts of %zu recording%s", dir, m->facts.n, recordings,
			cli_plural(recordings));
}

/* What either profile needs: one line accepts both. */
static void say_needs(struct making *m)
{
	cleanup_strbuf struct strbuf line = STRBUF_INIT;
	tr_cleanup_free char *tune = tr_bundle_path(m->o->output.dir, TR_BUNDLE_TUNE);
	tr_cleanup_free struct tr_policy_need *all = NULL;
	struct tr_policy_report both = { 0 };

	if (!m->report.n_needs && !m->rules_report.n_needs)
		return;
	/* If seccomp's half failed, the other one was not made. */
	if (m->report.n_needs && emit_apparmor_can(m->o, &m->facts, NULL) == 0)
		m->has_rules = make_rules(m, NULL) == 0;
	all = tr_xcalloc(m->report.n_needs + m->rules_report.n_needs, sizeof(*all));
	for (size_t i = 0; i < m->report.n_needs; i++)
		all[both.n_needs++] = m->report.needs[i];
	for (size_t i = 0; i < m->rules_report.n_needs; i++)
		all[both.n_needs++] = m->rules_report.needs[i];
	both.needs = all;
	emit_say_needs(&both, tune);
	accept_line(&line, m->o->output.dir, m->o->traces, m->o->n_traces, all, both.n_needs, "");
	cli_say("to accept it, and say why: %s", strbuf_str(&line));
}

int emit_bundle(struct emit_opts *o)
{
	struct tr_err err tr_cleanup_err = { 0 };
	struct making m = { .o = o };
	tr_cleanup_close int lock = -1;
	bool made = false;
	int status;

	if (tr_bundle_lock(o->output.dir, &lock, &made, &err) < 0)
		return cli_fail(&err);
	tr_facts_init(&m.facts);
	if (make(&m, &err) < 0) {
		say_needs(&m);
		status = cli_fail(&err);
		/* It is empty then. Whether that works changes nothing. */
		if (made && rmdir(o->output.dir) < 0)
			cli_note("%s stays", o->output.dir);
	} else {
		say_made(&m);
		status = EXIT_YES;
	}
	making_release(&m);
	return status;
}
