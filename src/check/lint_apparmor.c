// SPDX-License-Identifier: Apache-2.0
/* What is dangerous in an AppArmor profile, and what is useless: asked of what it compiles to. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check/apparmor_risk.h"
#include "check/apparmor_rules.h"
#include "check/lint.h"
#include "tables/csv.h"
#include "tables/data.h"
#include "trammel/check_apparmor.h"
#include "util/mem.h"
#include "util/text.h"

struct aa_linter {
	struct linter k;
	const struct tr_apparmor_document *d;
	const struct tr_apparmor_section *s;
	const struct tr_aa_profile *p; /* the section, compiled */
	const struct tr_aa_profile *engine;
	struct aa_rules rules; /* empty where they could not be compiled alone */
};

/* Adds a finding about a rule (NULL: about none): with its place, if that is in another file. */
static void add(struct aa_linter *a, enum tr_lint_rule rule, enum tr_lint_level level,
		const struct tr_apparmor_line *l, const char *subject, const char *text)
{
	bool here = l && l->file == a->d->files[0];
	tr_cleanup_free char *where =
		l && !here ? tr_xasprintf(" (%s:%u)", l->file, l->line) : NULL;

	lint_add(&a->k, rule, level, here ? l->line : 0, subject, "%s%s", text, where ? where : "");
}

/* The first rule that asks() says yes of. */
static const struct tr_apparmor_line *rule_of(const struct aa_linter *a,
					      bool (*asks)(const struct tr_aa_profile *p,
							   const char *x, const char *y),
					      const char *x, const char *y)
{
	for (size_t i = 0; i < a->rules.n; i++) {
		const struct aa_rule *r = &a->rules.v[i];

		if (r->alone && !r->line->deny && asks(r->alone, x, y))
			return r->line;
	}
	return NULL;
}

/* What its mode and its head say */

static void lint_head(struct aa_linter *a)
{
	static const char *const modes[] = {
		[TR_AA_COMPLAIN] = "complain mode: nothing is refused, it is only logged",
		[TR_AA_UNCONFINED] = "unconfined mode: nothing is refused",
		[TR_AA_USER] = "prompt mode: a person is asked, and there is none in a container",
	};
	struct tr_apparmor_line head = { .file = a->d->files[0], .line = a->s->line };
	const char *said = a->p->mode < TR_ARRAY_SIZE(modes) ? modes[a->p->mode] : NULL;

	if (said)
		add(a, TR_LINT_AA_MODE, TR_LINT_HIGH, &head, a->s->rules.name, said);
	if (!a->d->has_abi)
		lint_add(
			&a->k, TR_LINT_AA_NO_ABI, TR_LINT_MEDIUM, 0, "abi",
			"there is no abi rule: what is mediated depends on the machine it is loaded on, and "
			"newer kernels may refuse more than was meant");
}

/* The risk list */

static enum tr_lint_rule rule_of_kind(const char *kind)
{
	static const struct {
		const char *kind;
		enum tr_lint_rule rule;
	} kinds[] = {
		{ "capability", TR_LINT_AA_CAPABILITY }, { "mount", TR_LINT_AA_MOUNT },
		{ "network", TR_LINT_AA_NETWORK },	 { "ptrace", TR_LINT_AA_PTRACE },
		{ "signal", TR_LINT_AA_SIGNAL },
	};
	size_t i = 0;

	while (i + 1 < TR_ARRAY_SIZE(kinds) && strcmp(kinds[i].kind, kind) != 0)
		i++;
	return kinds[i].rule;
}

static void lint_risk(struct aa_linter *a, const struct csv *row)
{
	const char *kind = row->field[0], *what = row->field[1];
	int level = tr_lint_level_from_name(row->field[2]);
	tr_cleanup_free char *subject = tr_xasprintf("%s %s", kind, what);
	tr_cleanup_free char *text = tr_xasprintf("%s is allowed: %s", subject, row->field[3]);
	bool named = !strcmp(kind, "capability");

	if (level < 0 || !aa_risk_allowed(a->p, kind, what) || (named && aa_all_capabilities(a->p)))
		return;
	/* All engines' defaults leave capabilities to what the container is started with. */
	if (!named && aa_risk_allowed(a->engine, kind, what))
		level = TR_LINT_LOW;
	add(a, rule_of_kind(kind), (enum tr_lint_level)level,
	    rule_of(a, aa_risk_allowed, kind, what), subject, text);
}

static bool has_all_capabilities(const struct tr_aa_profile *p, const char *x, const char *y)
{
	(void)x;
	(void)y;
	return aa_all_capabilities(p);
}

static void lint_risks(struct aa_linter *a)
{
	const struct data_file *file = data_find("apparmor-risk.csv");
	struct csv csv;

	if (aa_all_capabilities(a->p))
		add(a, TR_LINT_AA_ALL_CAPABILITIES,
		    aa_all_capabilities(a->engine) ? TR_LINT_LOW : TR_LINT_MEDIUM,
		    rule_of(a, has_all_capabilities, NULL, NULL), "capability",
		    "every capability is allowed: only what the container is started with decides");
	if (!file)
		return;
	csv_init(&csv, file->text);
	while (csv_next(&csv))
		if (csv.n >= 4)
			lint_risk(a, &csv);
	csv_release(&csv);
}

/* Files */

/* x: a path; y: letters of which each must be allowed, to one and the same process; "c" is to run or to map. */
static bool may(const struct tr_aa_profile *p, const char *x, const char *y)
{
	for (int owner = 0; owner < 2; owner++) {
		struct tr_aa_perms perms;
		bool all = true;

		tr_aa_file(p, x, strlen(x), owner, &perms);
		for (const char *c = y; *c; c++)
			all &= (perms.allow & (*c == 'r' ? TR_AA_READ :
					       *c == 'w' ? TR_AA_WRITE | TR_AA_APPEND :
							   TR_AA_EXEC | TR_AA_MMAP_EXEC)) != 0;
		if (all)
			return true;
	}
	return false;
}

static void lint_place(struct aa_linter *a, const struct tr_check_let *let)
{
	const char *letters = let->perms == TR_PERM_R ? "r" : let->perms == TR_PERM_W ? "w" : "rw";
	tr_cleanup_free char *text = tr_xasprintf("%s may be %s: %s", let->path,
						  let->perms == TR_PERM_R ? "read" :
						  let->perms == TR_PERM_W ? "written" :
									    "read and written",
						  let->why);
	const struct tr_apparmor_line *l = rule_of(a, may, let->path, letters);

	if (!l)
		l = rule_of(a, may, let->path, letters[1] ? "w" : letters);
	add(a, TR_LINT_AA_FLOOR, may(a->engine, let->path, letters) ? TR_LINT_LOW : TR_LINT_HIGH, l,
	    let->path, text);
}

static void lint_files(struct aa_linter *a)
{
	tr_cleanup_free char *code = tr_check_writable_code(a->p);
	tr_cleanup_free char *engine = tr_check_writable_code(a->engine);
	struct tr_check_floor floor;

	tr_check_floor(&floor, a->p);
	for (size_t i = 0; i < floor.n; i++)
		lint_place(a, &floor.v[i]);
	tr_check_floor_release(&floor);
	if (code) {
		tr_cleanup_free char *text =
			tr_xasprintf("%s may be written, and run or mapped as code", code);

		add(a, TR_LINT_AA_WRITABLE_CODE, engine ? TR_LINT_LOW : TR_LINT_MEDIUM,
		    rule_of(a, may, code, "wc"), "writable code", text);
	}
}

/* Where programs go on */

struct way {
	char *path; /* of a program that goes on elsewhere */
	enum tr_aa_exec exec;
	bool fallback;
};

static bool find_way(const char *path, size_t len, const struct tr_aa_perms *owner,
		     const struct tr_aa_perms *other, void *arg)
{
	struct way *w = arg;
	const struct tr_aa_perms *p = owner->allow & TR_AA_EXEC ? owner : other;

	/* A way through a NUL, behind a name, is none of exec's. */
	if (!(p->allow & TR_AA_EXEC) || p->exec == TR_AA_EXEC_INHERIT || *path != '/')
		return true;
	*w = (struct way){ tr_xstrndup(path, len), p->exec, p->exec_fallback };
	return false;
}

/* "pux", "CUx": without a profile, where there is none of that name. */
static bool falls_back_to_none(const char *text)
{
	for (const char *p = text; (p = strpbrk(p, "uU")); p++)
		if (p[1] == 'x' && p > text && strchr("pPcC", p[-1]))
			return true;
	return false;
}

static void lint_way(struct aa_linter *a, const struct aa_rule *r)
{
	struct way w = { 0 };
	struct tr_aa_perms owner, other;
	tr_cleanup_free char *text = NULL;
	bool unconfined;

	tr_aa_each_path(r->alone, find_way, &w);
	if (!w.path)
		return;
	tr_aa_file(a->p, w.path, strlen(w.path), true, &owner);
	tr_aa_file(a->p, w.path, strlen(w.path), false, &other);
	unconfined = w.exec == TR_AA_EXEC_UNCONFINED ||
		     (w.fallback && falls_back_to_none(r->line->text));
	text = tr_xasprintf(unconfined ? "what is run as %s goes on without a profile%s" :
					 "what is run as %s goes on under another profile%s",
			    w.path,
			    unconfined && w.exec != TR_AA_EXEC_UNCONFINED ?
				    ", where there is none of that name" :
				    "; with no-new-privileges it cannot");
	if (owner.exec == w.exec || other.exec == w.exec)
		add(a, unconfined ? TR_LINT_AA_EXEC_UNCONFINED : TR_LINT_AA_EXEC_PROFILE,
		    unconfined ? TR_LINT_HIGH : TR_LINT_MEDIUM, r->line, w.path, text);
	free(w.path);
}

static void lint_ways(struct aa_linter *a)
{
	for (size_t i = 0; i < a->rules.n && !lint_full(&a->k); i++) {
		const struct aa_rule *r = &a->rules.v[i];

		if (!r->alone || r->line->deny)
			continue;
		lint_way(a, r);
		if (strstr(r->line->text, "change_profile") == r->line->text ||
		    !strncmp(r->line->text, "allow change_profile", 20) ||
		    !strncmp(r->line->text, "audit change_profile", 20))
			add(a, TR_LINT_AA_CHANGE_PROFILE, TR_LINT_HIGH, r->line, r->line->text,
			    "a process may leave this profile for another, when it asks");
	}
}

/* Rules without any effect */

/* Its place as others speak of it: "line 3", "FILE:3". */
static char *place(const struct aa_linter *a, const struct tr_apparmor_line *l)
{
	return l->file == a->d->files[0] ? tr_xasprintf("line %u", l->line) :
					   tr_xasprintf("%s:%u", l->file, l->line);
}

/* Which denies all of it; NULL where several do together, or it is not about files and there are several. */
static const struct tr_apparmor_line *denied_by(const struct aa_linter *a, const struct aa_rule *r)
{
	const struct tr_apparmor_line *only = NULL;
	size_t n = 0;

	for (size_t i = 0; i < a->rules.n; i++) {
		const struct aa_rule *d = &a->rules.v[i];

		if (!d->alone || !d->line->deny)
			continue;
		if (tr_aa_files_meet(r->alone, r->alone) && !tr_aa_files_meet(r->alone, d->alone))
			return d->line;
		only = d->line;
		n++;
	}
	return n == 1 ? only : NULL;
}

static bool lint_denied(struct aa_linter *a, const struct aa_rule *r)
{
	const struct tr_apparmor_line *l;
	tr_cleanup_free char *by = NULL, *text = NULL;

	if (!r->kept || !tr_aa_covers(a->rules.nothing, r->kept))
		return false;
	l = denied_by(a, r);
	by = l ? place(a, l) : tr_xstrdup("the rules that deny");
	text = tr_xasprintf("%s: all that it allows is denied by %s", r->line->text, by);
	add(a, TR_LINT_AA_DENIED, TR_LINT_MEDIUM, r->line, r->line->text, text);
	return true;
}

/* The first of two that say the same stays. */
static void lint_swallowed(struct aa_linter *a, size_t at)
{
	const struct aa_rule *r = &a->rules.v[at];

	for (size_t i = 0; i < a->rules.n; i++) {
		const struct aa_rule *o = &a->rules.v[i];
		tr_cleanup_free char *by = NULL, *text = NULL;

		if (i == at || !o->alone || o->line->deny || !aa_rule_may_cover(o, r) ||
		    !tr_aa_covers(o->alone, r->alone) ||
		    (i > at && tr_aa_covers(r->alone, o->alone)))
			continue;
		by = place(a, o->line);
		text = tr_xasprintf("%s: %s allows as much", r->line->text, by);
		add(a, TR_LINT_AA_SWALLOWED, TR_LINT_LOW, r->line, r->line->text, text);
		return;
	}
}

/* Of what stands in the file itself: what others wrote is for many, and is not changed here. */
static void lint_useless(struct aa_linter *a)
{
	for (size_t i = 0; i < a->rules.n && !lint_full(&a->k); i++) {
		const struct aa_rule *r = &a->rules.v[i];

		/* A rule for what kernels of abi 3.0 do not look at comes to nothing here. */
		if (!r->alone || r->line->deny || r->line->file != a->d->files[0] ||
		    tr_aa_covers(a->rules.nothing, r->alone))
			continue;
		if (!lint_denied(a, r))
			lint_swallowed(a, i);
	}
}

static void add_left(struct aa_linter *a, const struct tr_apparmor_line *lines, size_t n)
{
	for (size_t i = 0; i < n && !lint_full(&a->k); i++) {
		tr_cleanup_free char *text = NULL;

		if (!lines[i].left || lines[i].file != a->d->files[0])
			continue;
		text = tr_xasprintf("%s: left to the compiler: %s", lines[i].text, lines[i].left);
		add(a, TR_LINT_AA_LEFT, TR_LINT_LOW, &lines[i], lines[i].text, text);
	}
}

static void lint_section(struct aa_linter *a)
{
	struct tr_err err = { 0 };

	if (aa_rules_compile(&a->rules, a->d, a->s, &err) < 0) {
		tr_cleanup_free char *text = tr_xasprintf(
			"rules were not held against each other: %s", tr_err_msg(&err));

		lint_add(&a->k, TR_LINT_AA_LEFT, TR_LINT_LOW, 0, a->s->rules.name, "%s", text);
	}
	tr_err_clear(&err);
	lint_head(a);
	lint_risks(a);
	lint_files(a);
	lint_ways(a);
	lint_useless(a);
	add_left(a, a->s->lines, a->s->n_lines);
	aa_rules_release(&a->rules);
}

void tr_lint_apparmor(struct tr_lint *ret, const struct tr_apparmor_document *d,
		      const struct tr_aa_policy *policy, const struct tr_aa_profile *engine)
{
	struct aa_linter a = { .d = d, .engine = engine };

	for (size_t i = 0; i < d->n; i++) {
		a.s = &d->v[i];
		a.p = tr_aa_policy_find(policy, a.s->rules.name);
		if (a.p)
			lint_section(&a);
		else
			lint_add(&a.k, TR_LINT_AA_LEFT, TR_LINT_LOW, a.s->line, a.s->rules.name,
				 "profile %s: compiled under another name, and not looked at",
				 a.s->rules.name);
	}
	add_left(&a, d->left, d->n_left);
	lint_finish(&a.k, 0, ret);
}
