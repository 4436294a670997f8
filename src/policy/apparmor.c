// SPDX-License-Identifier: Apache-2.0
/* Facts to the rules of an AppArmor profile: the whole, and what is about files. */
#include <stdlib.h>
#include <string.h>

#include "policy/accept.h"
#include "policy/apparmor.h"
#include "policy/counted.h"
#include "policy/floor.h"
#include "policy/paths.h"
#include "policy/reach.h"
#include "policy/refuse.h"
#include "util/mem.h"
#include "util/strbuf.h"

static const char *const paths_names[] = {
	[TR_PATHS_AUTO] = "auto",
	[TR_PATHS_EXACT] = "exact",
	[TR_PATHS_EVIDENCE] = "evidence",
};

int tr_paths_from_name(const char *name)
{
	for (int i = TR_PATHS_EXACT; i <= TR_PATHS_EVIDENCE; i++)
		if (!strcmp(paths_names[i], name))
			return i;
	return -1;
}

const char *tr_paths_name(enum tr_paths paths)
{
	return paths_names[paths];
}

static void notes_release(struct tr_policy_apparmor_notes *notes)
{
	for (size_t i = 0; i < notes->n; i++) {
		struct tr_policy_apparmor_note *note = &notes->v[i];

		for (size_t k = 0; k < note->n_names; k++)
			free(note->names[k]);
		free(note->names);
		free(note->what);
		free(note->why);
	}
	free(notes->v);
}

void tr_policy_apparmor_report_release(struct tr_policy_apparmor_report *r)
{
	notes_release(&r->widened);
	notes_release(&r->doubts);
	notes_release(&r->unknown);
	notes_release(&r->unsaid);
	notes_release(&r->both);
	notes_release(&r->broken);
	notes_release(&r->idle);
	notes_release(&r->needless);
	notes_release(&r->reached);
	for (size_t i = 0; i < r->n_needs; i++) {
		free(r->needs[i].fact);
		free(r->needs[i].why);
		free(r->needs[i].exe);
	}
	free(r->needs);
	memset(r, 0, sizeof(*r));
}

struct tr_policy_apparmor_note *note_add(struct tr_policy_apparmor_notes *notes, const char *what,
					 const char *why)
{
	struct tr_policy_apparmor_note *note;

	notes->v = tr_grow(notes->v, &notes->cap, notes->n, sizeof(*notes->v));
	note = &notes->v[notes->n++];
	*note = (struct tr_policy_apparmor_note){ .what = tr_xstrdup(what),
						  .why = tr_xstrdup(why) };
	return note;
}

#define NOTE_NAMES 8

void note_add_name(struct tr_policy_apparmor_note *note, const char *name)
{
	if (!note->names)
		note->names = tr_xcalloc(NOTE_NAMES, sizeof(*note->names));
	if (note->n_names < NOTE_NAMES)
		note->names[note->n_names++] = tr_xstrdup(name);
	note->n_all++;
}

void note_add_every_name(struct tr_policy_apparmor_note *note, const char *name)
{
	note->names = tr_xrealloc(note->names, note->n_names + 1, sizeof(*note->names));
	note->names[note->n_names++] = tr_xstrdup(name);
	note->n_all++;
}

void reasons_add(struct strbuf *sb, const struct tr_strset *exes,
		 const struct tr_u32set *recordings, size_t n_recordings)
{
	if (exes->n) {
		strbuf_addf(sb, ": %s", exes->v[0]);
		if (exes->n > 1)
			strbuf_addf(sb, " and others");
	}
	if (n_recordings > 1)
		strbuf_addf(sb, "; in %zu of %zu", recordings->n, n_recordings);
}

static char *name_comment(const struct name *n, size_t n_recordings)
{
	struct strbuf sb = STRBUF_INIT;

	for (int act = 0; act < TR_ACT_MAX; act++)
		if (n->acts & 1U << act)
			strbuf_addf(&sb, "%s%s", sb.len ? ", " : "", tr_act_name(act));
	reasons_add(&sb, &n->exes, &n->recordings, n_recordings);
	if (n->why)
		strbuf_addf(&sb, " (%s)", n->why);
	return strbuf_detach(&sb);
}

static bool is_below(const char *path, const char *dir)
{
	return !strncmp(path, dir, strlen(dir));
}

static enum tr_apparmor_group group_of(const struct name *n)
{
	if (n->perms & TR_PERM_X)
		return TR_APPARMOR_PROGRAMS;
	if (n->where & TR_WHERE_PROC || is_below(n->path, "/proc/"))
		return TR_APPARMOR_PROC;
	if (n->where & TR_WHERE_SYS || is_below(n->path, "/sys/"))
		return TR_APPARMOR_SYS;
	if (n->where & TR_WHERE_DEV || is_below(n->path, "/dev/"))
		return TR_APPARMOR_DEV;
	if (n->perms & TR_PERM_M)
		return TR_APPARMOR_LIBRARIES;
	if (n->where & TR_WHERE_VOLUME)
		return TR_APPARMOR_VOLUMES;
	if (n->where & TR_WHERE_TMPFS)
		return TR_APPARMOR_TMPFS;
	if (!(n->where & TR_WHERE_IMAGE))
		return TR_APPARMOR_OTHER;
	return n->perms & (TR_PERM_W | TR_PERM_K) ? TR_APPARMOR_IMAGE_WRITTEN : TR_APPARMOR_IMAGE;
}

/*
 * What may be allowed to the `owner` of the file only: what nobody else was seen to ask for, where it can be
 * told to be the same the next time. In the processes' own part of /proc that is everything; of files in
 * the container's own file system and in memory, changing them. Whose files on a volume are depends on the
 * machine, and whoever reads the image may be another user tomorrow. Nothing of this can become less by
 * another recording.
 */
static uint16_t owner_perms(const struct name *n)
{
	uint16_t perms = n->perms & (uint16_t)~n->others;

	if (n->target || n->acts & 1U << TR_ACT_CHOWN)
		return 0;
	if (n->where == TR_WHERE_PROC)
		return tr_apparmor_pattern_is_literal(&n->pattern) ?
			       0 :
			       perms & (TR_PERM_R | TR_PERM_W | TR_PERM_K);
	if (!n->where || n->where & ~(uint32_t)(TR_WHERE_IMAGE | TR_WHERE_TMPFS))
		return 0;
	return perms & (TR_PERM_W | TR_PERM_K);
}

static void copy_pattern(struct tr_apparmor_pattern *dst, const struct tr_apparmor_pattern *src)
{
	for (size_t i = 0; i < src->n; i++)
		tr_apparmor_pattern_add(dst, src->v[i]);
}

static void add_file(struct tr_apparmor *p, const struct name *n, uint16_t perms, bool owner,
		     size_t n_recordings)
{
	struct tr_apparmor_file *f;

	if (!perms)
		return;
	f = tr_apparmor_add_file(p);
	copy_pattern(&f->path, &n->pattern);
	f->is_link = n->target != NULL;
	if (f->is_link)
		copy_pattern(&f->target, &n->target_pattern);
	f->perms = perms;
	f->owner = owner;
	f->group = group_of(n);
	f->comment = name_comment(n, n_recordings);
}

static void add_name(struct tr_apparmor *p, const struct name *n, size_t n_recordings)
{
	uint16_t owners = owner_perms(n);

	add_file(p, n, n->target ? TR_APPARMOR_L : n->perms & (uint16_t)~owners, false,
		 n_recordings);
	add_file(p, n, owners, true, n_recordings);
}

char *name_text(const struct tr_apparmor_pattern *p)
{
	static const char *const sets[TR_APPARMOR_SETS] = {
		[TR_APPARMOR_DIGIT] = "[0-9]",	     [TR_APPARMOR_NONZERO] = "[1-9]",
		[TR_APPARMOR_HEX] = "[0-9a-f]",	     [TR_APPARMOR_HEX_UPPER] = "[0-9A-F]",
		[TR_APPARMOR_WORD] = "[0-9A-Za-z_]", [TR_APPARMOR_NAME] = "?",
	};
	struct strbuf sb = STRBUF_INIT;

	for (size_t i = 0; i < p->n; i++) {
		const struct tr_apparmor_part *part = &p->v[i];

		if (part->set == TR_APPARMOR_BYTE || part->set >= TR_APPARMOR_SETS)
			strbuf_addc(&sb, (char)part->byte);
		else if (part->max == TR_APPARMOR_MANY)
			strbuf_adds(&sb, "*");
		else if (part->min == part->max)
			strbuf_addf(&sb, "%s{%u}", sets[part->set], part->min);
		else
			strbuf_addf(&sb, "%s{%u,%u}", sets[part->set], part->min, part->max);
	}
	return strbuf_detach(&sb);
}

static void note_both(const struct names *names, struct tr_policy_apparmor_report *report)
{
	for (size_t i = 0; i < names->n; i++) {
		const struct name *n = &names->v[i];
		tr_cleanup_free char *text = NULL;

		if (n->target || !(n->perms & TR_PERM_W) || !(n->perms & (TR_PERM_X | TR_PERM_M)))
			continue;
		text = name_text(&n->pattern);
		note_add(&report->both, text,
			 n->perms & TR_PERM_X ? "may be written and run" :
						"may be written and mapped as code")
			->perms = n->perms;
	}
}

/* Names to rules; the names are as facts have them. */
static int add_names(struct tr_apparmor *p, struct names *names,
		     const struct tr_policy_apparmor_opts *opts,
		     struct tr_policy_apparmor_report *report, struct tr_err *err)
{
	struct asked asked;
	int r = 0;

	asked_init(&asked, names);
	names_canonical(names);
	names_widen(names, p->recordings, report->paths == TR_PATHS_EVIDENCE, report);
	if (opts->paths != TR_PATHS_EXACT)
		names_counted(names, report);
	if (opts->tolerate_upgrades)
		names_upgrades(names, report);
	names_unite(names);
	if (opts->image) {
		names_reach(names, &asked, opts->image, report);
		r = reach_check(report, &opts->reach, err);
	}
	asked_release(&asked);
	for (size_t i = 0; i < names->n && r == 0; i++)
		add_name(p, &names->v[i], p->recordings);
	note_both(names, report);
	return r;
}

static int add_files(struct tr_apparmor *p, const struct tr_facts *facts,
		     const struct tr_policy_apparmor_opts *opts,
		     struct tr_policy_apparmor_report *report, struct floor *floor,
		     struct tr_err *err)
{
	struct names names = { 0 };
	int r = 0;

	names_of_facts(&names, facts);
	report->n_paths = names.n;
	if (names.n > TR_APPARMOR_STATES_MAX)
		r = tr_err_set(
			err, TR_ERR_CANNOT,
			"%zu names of files are more than a profile can have (%d states): see "
			"`trammel show` for where they are",
			names.n, TR_APPARMOR_STATES_MAX);
	for (size_t i = 0; i < names.n && r == 0; i++)
		floor_name(floor, &names.v[i]);
	if (r == 0)
		r = add_names(p, &names, opts, report, err);
	names_release(&names);
	return r;
}

static int has_file(const struct tr_fact *fact, void *arg)
{
	(void)arg;
	return fact->kind == TR_FACT_FILE || fact->kind == TR_FACT_EXEC;
}

static int refuse(const struct tr_facts *facts, const struct tr_policy_apparmor_opts *opts,
		  struct tr_err *err)
{
	const struct tr_policy_opts same = { .allow_incomplete = opts->allow_incomplete,
					     .allow_no_start = opts->allow_no_start };

	if (policy_refuse(facts, &same, err) < 0)
		return -1;
	if (!tr_facts_each(facts, has_file, NULL))
		return tr_err_set(
			err, TR_ERR_INPUT,
			"no acts on files were recorded: there is nothing to make an AppArmor "
			"profile of");
	for (size_t i = 0; i < opts->n_accepts; i++)
		if (accept_check(opts->accepts[i].fact, err) < 0)
			return -1;
	if (!tr_apparmor_is_name(opts->name))
		return tr_err_set(
			err, TR_ERR_INPUT,
			"'%s' cannot be a profile's name: expected letters, digits, '.', '_' and "
			"'-'",
			opts->name);
	return 0;
}

static int check_states(const struct tr_apparmor *p, struct tr_policy_apparmor_report *report,
			struct tr_err *err)
{
	report->states = tr_apparmor_predict_states(p);
	if (report->states <= TR_APPARMOR_STATES_MAX - TR_APPARMOR_STATES_MAX / 16)
		return 0;
	return tr_err_set(
		err, TR_ERR_CANNOT,
		"the profile would have too many states for the kernel (%zu names of files, about %zu "
		"states, at most %d): record what uses fewer names, or emit with --paths evidence",
		report->n_paths, report->states, TR_APPARMOR_STATES_MAX);
}

static int build(struct tr_apparmor *p, const struct tr_facts *facts,
		 const struct tr_policy_apparmor_opts *opts,
		 struct tr_policy_apparmor_report *report, struct tr_err *err)
{
	struct floor floor;
	int r;

	report->paths = opts->paths;
	if (opts->paths == TR_PATHS_AUTO)
		report->paths = facts->n_recordings > 1 ? TR_PATHS_EVIDENCE : TR_PATHS_EXACT;
	p->name = tr_xstrdup(opts->name);
	if (facts->recordings[0].subject)
		p->subject = tr_xstrdup(facts->recordings[0].subject);
	p->recordings = facts->n_recordings;
	floor_init(&floor, opts, report);
	r = add_files(p, facts, opts, report, &floor, err);
	if (r == 0) {
		apparmor_capabilities(p, facts, report);
		apparmor_acts(p, facts, report, &floor);
		r = floor_finish(&floor, p, err);
	}
	if (r == 0)
		r = apparmor_hands(p, facts, &opts->rules, report, err);
	floor_release(&floor);
	return r < 0 ? r : check_states(p, report, err);
}

int tr_policy_apparmor(struct tr_apparmor *ret, const struct tr_facts *facts,
		       const struct tr_policy_apparmor_opts *opts,
		       struct tr_policy_apparmor_report *ret_report, struct tr_err *err)
{
	struct tr_policy_apparmor_report report = { 0 };
	struct tr_apparmor p;
	int r;

	if (refuse(facts, opts, err) < 0)
		return -1;
	tr_apparmor_init(&p);
	r = build(&p, facts, opts, &report, err);
	if (r == 0)
		*ret = p;
	else
		tr_apparmor_release(&p);
	if (ret_report && (r == 0 || report.n_needs || report.reached.n))
		*ret_report = report;
	else
		tr_policy_apparmor_report_release(&report);
	return r;
}
