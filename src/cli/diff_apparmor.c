// SPDX-License-Identifier: Apache-2.0
#include "cli/diff_apparmor.h"

#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

#include "cli/accept_line.h"
#include "cli/ci.h"
#include "cli/cmd.h"
#include "cli/image_source.h"
#include "cli/markdown.h"
#include "cli/sarif.h"
#include "util/json.h"
#include "util/mem.h"
#include "util/strbuf.h"
#include "util/text.h"

#define SHOWN_ROWS  48 /* each way, without --all */
#define SHOWN_NAMES 3 /* of a row */
#define SHOWN_ALIKE 8 /* rows by one rule */

static int find_accept(struct aa_report *r, struct tr_err *err)
{
	char *trace = (char *)(uintptr_t)r->b.word;

	if (!r->a.bundle || !r->b.is_trace || !r->d.more.n || r->accept.len)
		return 0;
	return accept_find(&r->accept, r->a.bundle, &r->b.facts, &trace, 1, err);
}

int aa_diff_operands(struct aa_report *r, const char *files, struct tr_err *err)
{
	struct tr_aa_diff_side x, y;

	if (aa_operand_choose(&r->a, err) < 0 || aa_operand_choose(&r->b, err) < 0)
		return -1;
	if (files) {
		if (image_source_read(&r->files, files, err) < 0)
			return -1;
		r->has_files = true;
	}
	x = (struct tr_aa_diff_side){ r->a.p, r->a.s };
	y = (struct tr_aa_diff_side){ r->b.p, r->b.s };
	tr_aa_diff(&r->d, &x, &y, r->has_files ? &r->files : NULL);
	return 0;
}

int aa_diff_compare(struct aa_report *r, const char *a, const char *b, const char *files,
		    struct tr_err *err)
{
	if (aa_operand_open_any(&r->a, a, err) < 0 || aa_operand_open_any(&r->b, b, err) < 0 ||
	    aa_diff_operands(r, files, err) < 0)
		return -1;
	return find_accept(r, err);
}

void aa_diff_release(struct aa_report *r)
{
	tr_aa_diff_release(&r->d);
	tr_image_files_release(&r->files);
	aa_operand_release(&r->a);
	aa_operand_release(&r->b);
	strbuf_release(&r->accept);
}

/* What all forms say */

static bool is_complete(const struct aa_report *r)
{
	return r->a.complete && r->b.complete;
}

/* "web grants 3 things that docker-default does not" */
static void add_answer(struct strbuf *sb, const struct aa_operand *who,
		       const struct aa_operand *other, size_t n)
{
	strbuf_addf(sb, "%s %s ", who->label, who->is_trace ? "did" : "grants");
	if (n)
		strbuf_addf(sb, "%zu thing%s", n, cli_plural(n));
	else
		strbuf_adds(sb, "nothing");
	strbuf_addf(sb, " that %s %s", other->label,
		    other->is_trace ? "did not" : "does not grant");
}

/* "rw on /data/x", "capability kill" */
static void add_what(struct strbuf *sb, const struct tr_aa_diff_row *row)
{
	if (row->kind == TR_AA_DIFF_FILE)
		strbuf_addf(sb, "%s on ", row->perms);
	text_escape(sb, row->what, strlen(row->what));
	if (row->n_names > 1)
		strbuf_addf(sb, " and %zu more names", row->n_names - 1);
	if (row->others)
		strbuf_adds(sb, ", where they are another user's");
}

/* "FILE:12: owner /data/x rw," */
static void add_rule(struct strbuf *sb, const struct tr_aa_diff_row *row)
{
	if (!row->line)
		return;
	text_escape(sb, row->line->file, strlen(row->line->file));
	strbuf_addf(sb, ":%u: ", row->line->line);
	text_escape(sb, row->line->text, strlen(row->line->text));
}

/* ". To accept it: ..." */
static void add_reason(struct strbuf *sb, const struct aa_report *r)
{
	if (r->accept.len)
		strbuf_addf(sb, ". To accept it: %s", strbuf_str(&r->accept));
}

static void each_limit(const struct aa_report *r, void (*fn)(const char *text, void *arg),
		       void *arg)
{
	const struct aa_operand *sides[] = { &r->a, &r->b };
	cleanup_strbuf struct strbuf sb = STRBUF_INIT;

	strbuf_addf(&sb, "files: %zu names that the rules speak of%s", r->d.n_asked,
		    r->has_files ? " or that the image has" : "");
	strbuf_adds(&sb, r->d.all_names ? ", and all others there can be" :
					  ", and not all others: they are too many to tell apart");
	fn(strbuf_str(&sb), arg);
	fn("compiled for the features of abi 3.0; the profiles' own names stand for each other",
	   arg);
	fn("mounts that rules name, and mounts at any place; not unix sockets by address, D-Bus, and rules on "
	   "peers by pattern",
	   arg);
	if (r->a.is_trace || r->b.is_trace)
		fn("a recording: what emit apparmor --paths exact would allow of it", arg);
	for (size_t i = 0; i < TR_ARRAY_SIZE(sides); i++) {
		tr_cleanup_free char *name = NULL;

		if (!sides[i]->in_force)
			continue;
		name = text_escaped(sides[i]->in_force);
		strbuf_clear(&sb);
		strbuf_addf(
			&sb,
			"%s: under the profile %s (%s), as this kernel has it: its text is not known",
			sides[i]->label, name, sides[i]->mode);
		fn(strbuf_str(&sb), arg);
	}
	if (!is_complete(r))
		fn("not what an incomplete recording lost", arg);
}

static void tell_ci(const struct aa_report *r)
{
	cleanup_strbuf struct strbuf sb = STRBUF_INIT;

	if (ci_wants_summary()) {
		aa_diff_markdown(r, &sb);
		strbuf_addc(&sb, '\n');
		ci_summary(strbuf_str(&sb));
	}
	if (ci_wants_errors())
		aa_diff_tell_errors(r);
}

static int status_of(const struct aa_report *r)
{
	fflush(stdout);
	tell_ci(r);
	if (!is_complete(r))
		cli_warn("a recording is incomplete: what is missing in it was not compared%s",
			 r->allow_incomplete ? "" : " (--allow-incomplete to accept that)");
	if (r->d.more.n || (r->any_change && r->d.less.n))
		return EXIT_NO;
	return is_complete(r) || r->allow_incomplete ? EXIT_YES : EXIT_INCOMPLETE;
}

/* Text */

static void print_names(const struct aa_report *r, const struct tr_aa_diff_row *row)
{
	size_t n = row->n_names, shown = r->all ? TR_AA_DIFF_NAMES : SHOWN_NAMES;

	if (n < 2)
		return;
	for (size_t i = 0; i < n && i < shown; i++) {
		tr_cleanup_free char *safe = text_escaped(row->names[i]);

		printf("      %s\n", safe);
	}
	if (n > shown)
		printf("      %s... and %zu more%s\n", c_dim(), n - shown, c_reset());
}

/* How many rows from here on are of one kind and line, and no files: those are shown together. */
static size_t alike(const struct tr_aa_diff_rows *rows, size_t at, size_t end)
{
	const struct tr_aa_diff_row *first = &rows->v[at];
	size_t n = 1;

	if (first->kind == TR_AA_DIFF_FILE || !first->line)
		return 1;
	while (at + n < end && rows->v[at + n].kind == first->kind &&
	       rows->v[at + n].line == first->line)
		n++;
	return n;
}

/* "capability chown", "kill", ... */
static void print_alike(const struct aa_report *r, const struct tr_aa_diff_row *rows, size_t n)
{
	size_t shown = r->all ? n : SHOWN_ALIKE;

	for (size_t i = 1; i < n && i < shown; i++) {
		const char *space = strchr(rows[i].what, ' ');
		tr_cleanup_free char *safe = text_escaped(space ? space + 1 : rows[i].what);

		printf(", %s", safe);
	}
	if (n > shown)
		printf(" %sand %zu more: --all%s", c_dim(), n - shown, c_reset());
}

static void print_rows(const struct aa_report *r, const struct tr_aa_diff_rows *rows)
{
	size_t end = r->all || rows->n < SHOWN_ROWS ? rows->n : SHOWN_ROWS, n;

	for (size_t i = 0; i < end; i += n) {
		cleanup_strbuf struct strbuf what = STRBUF_INIT, rule = STRBUF_INIT;

		n = alike(rows, i, rows->n);
		add_what(&what, &rows->v[i]);
		add_rule(&rule, &rows->v[i]);
		printf("  %s", strbuf_str(&what));
		print_alike(r, &rows->v[i], n);
		putchar('\n');
		if (rule.len)
			printf("    %sby %s%s\n", c_dim(), strbuf_str(&rule), c_reset());
		print_names(r, &rows->v[i]);
		end = end < i + n ? i + n : end;
	}
	if (end < rows->n)
		printf("  %s... and %zu more: --all%s\n", c_dim(), rows->n - end, c_reset());
}

static void print_limit(const char *text, void *arg)
{
	(void)arg;
	printf("  - %s\n", text);
}

void aa_diff_text(const struct aa_report *r)
{
	cleanup_strbuf struct strbuf sb = STRBUF_INIT;

	add_answer(&sb, &r->b, &r->a, r->d.more.n);
	printf("%s%s%s\n", r->d.more.n ? c_red() : c_green(), strbuf_str(&sb), c_reset());
	if (r->d.more.n) {
		printf("\n%sMore%s\n", c_bold(), c_reset());
		print_rows(r, &r->d.more);
	}
	if (r->accept.len && !r->accept_said)
		printf("\n%sTo accept it%s, if it is meant to be:\n  %s\n", c_bold(), c_reset(),
		       strbuf_str(&r->accept));
	if (r->d.less.n) {
		strbuf_clear(&sb);
		add_answer(&sb, &r->a, &r->b, r->d.less.n);
		printf("\n%s%s%s\n", c_bold(), strbuf_str(&sb), c_reset());
		print_rows(r, &r->d.less);
	}
	printf("\n%sCompared%s\n", c_bold(), c_reset());
	each_limit(r, print_limit, NULL);
}

int aa_diff_print_text(const struct aa_report *r)
{
	aa_diff_text(r);
	return status_of(r);
}

/* JSON */

static void add_escaped(json_object *o, const char *key, const char *s)
{
	tr_cleanup_free char *safe = text_escaped(s);

	json_add_string(o, key, safe);
}

static json_object *json_of_row(const struct tr_aa_diff_row *row)
{
	json_object *o = json_object_new_object(), *names;

	json_add_string(o, "kind", tr_aa_diff_kind_name(row->kind));
	add_escaped(o, "what", row->what);
	if (row->line) {
		add_escaped(o, "rule", row->line->text);
		add_escaped(o, "file", row->line->file);
		json_object_object_add(o, "line", json_object_new_int64(row->line->line));
	}
	if (row->kind != TR_AA_DIFF_FILE)
		return o;
	json_add_string(o, "perms", row->perms);
	json_object_object_add(o, "only_others_files", json_object_new_boolean(row->others));
	json_object_object_add(o, "names_found", json_object_new_int64((int64_t)(row->n_names)));
	names = json_object_new_array();
	for (size_t i = 0; i < row->n_names && i < TR_AA_DIFF_NAMES; i++) {
		tr_cleanup_free char *safe = text_escaped(row->names[i]);

		json_object_array_add(names, json_object_new_string(safe));
	}
	json_object_object_add(o, "names", names);
	return o;
}

static json_object *json_of_rows(const struct tr_aa_diff_rows *rows)
{
	json_object *list = json_object_new_array();

	for (size_t i = 0; i < rows->n; i++)
		json_object_array_add(list, json_of_row(&rows->v[i]));
	return list;
}

static void json_limit(const char *text, void *arg)
{
	json_object_array_add(arg, json_object_new_string(text));
}

json_object *aa_diff_json(const struct aa_report *r)
{
	json_object *o = json_object_new_object(), *limits = json_object_new_array();

	json_add_string(o, "a", r->a.label);
	json_add_string(o, "b", r->b.label);
	json_add_string(o, "of", "apparmor");
	json_object_object_add(o, "b_grants_more", json_object_new_boolean(r->d.more.n > 0));
	json_object_object_add(o, "differs", json_object_new_boolean(r->d.more.n || r->d.less.n));
	json_object_object_add(o, "complete", json_object_new_boolean(is_complete(r)));
	json_object_object_add(o, "all_names", json_object_new_boolean(r->d.all_names));
	json_object_object_add(o, "more", json_of_rows(&r->d.more));
	json_object_object_add(o, "less", json_of_rows(&r->d.less));
	if (r->accept.len)
		json_add_string(o, "accept", strbuf_str(&r->accept));
	each_limit(r, json_limit, limits);
	json_object_object_add(o, "compared", limits);
	return o;
}

int aa_diff_print_json(const struct aa_report *r)
{
	json_object *o = aa_diff_json(r);

	printf("%s\n", json_object_to_json_string_ext(o, JSON_PRETTY));
	json_object_put(o);
	return status_of(r);
}

/* Markdown */

/* What is left of a comment from where this begins: the end, and a command of some length, must fit in. */
static void add_table(struct strbuf *sb, const struct aa_report *r,
		      const struct tr_aa_diff_rows *rows)
{
	size_t taken = 4000 + (r->accept.len < MARKDOWN_COMMAND ? r->accept.len : 0), i = 0;

	strbuf_adds(sb, "\n| What | Rule |\n| --- | --- |\n");
	for (; i < rows->n && sb->len + taken < MARKDOWN_ROOM; i++) {
		cleanup_strbuf struct strbuf what = STRBUF_INIT, rule = STRBUF_INIT;

		add_what(&what, &rows->v[i]);
		add_rule(&rule, &rows->v[i]);
		/* One name of 4096 bytes, each byte four characters, would fill the rest. */
		if (what.len + rule.len > 2000)
			break;
		strbuf_adds(sb, "| ");
		markdown_code(sb, strbuf_str(&what));
		strbuf_adds(sb, " | ");
		if (rule.len)
			markdown_code(sb, strbuf_str(&rule));
		strbuf_adds(sb, " |\n");
	}
	if (i < rows->n)
		strbuf_addf(sb, "\n... and %zu more.\n", rows->n - i);
}

static void add_limit(const char *text, void *arg)
{
	strbuf_addf(arg, "- %s\n", text);
}

void aa_diff_markdown(const struct aa_report *r, struct strbuf *sb)
{
	size_t more = r->d.more.n, less = r->d.less.n;

	strbuf_adds(sb, "### AppArmor: ");
	markdown_code(sb, r->a.label);
	strbuf_adds(sb, " to ");
	markdown_code(sb, r->b.label);
	if (more) {
		strbuf_addf(sb, "\n\n**%zu thing%s more** %s granted or done.\n", more,
			    cli_plural(more), more == 1 ? "is" : "are");
		add_table(sb, r, &r->d.more);
	} else {
		strbuf_adds(sb, "\n\nNothing more is granted or done.\n");
	}
	if (!r->accept_said)
		markdown_accept(sb, strbuf_str(&r->accept));
	if (less) {
		strbuf_addf(sb, "\n<details><summary>No longer (%zu)</summary>\n", less);
		add_table(sb, r, &r->d.less);
		strbuf_adds(sb, "\n</details>\n");
	}
	strbuf_adds(sb, "\nCompared:\n\n");
	each_limit(r, add_limit, sb);
}

int aa_diff_print_markdown(const struct aa_report *r)
{
	cleanup_strbuf struct strbuf sb = STRBUF_INIT;

	aa_diff_markdown(r, &sb);
	fputs(strbuf_str(&sb), stdout);
	return status_of(r);
}

/* SARIF */

/* A profile that is kept tells more than a recording of what is beyond it. */
static const struct aa_operand *where_is(const struct aa_report *r, bool more)
{
	const struct aa_operand *of = more ? &r->b : &r->a, *other = more ? &r->a : &r->b;

	return !of->is_file && other->is_file ? other : of;
}

static void add_results(struct sarif *s, const struct aa_report *r, size_t rule, bool more)
{
	const struct tr_aa_diff_rows *rows = more ? &r->d.more : &r->d.less;

	for (size_t i = 0; i < rows->n; i++) {
		const struct tr_aa_diff_row *row = &rows->v[i];
		const struct aa_operand *of = where_is(r, more);
		bool here = of->is_file && row->line && row->line->file == of->d.files[0];
		cleanup_strbuf struct strbuf text = STRBUF_INIT;
		tr_cleanup_free char *what = tr_xasprintf("%s %s", row->perms, row->what);

		add_what(&text, row);
		strbuf_addf(&text, " (from %s to %s)", r->a.label, r->b.label);
		if (more)
			add_reason(&text, r);
		sarif_add_safe_result(
			s, rule + !more, more ? "diff-apparmor-more" : "diff-apparmor-less",
			more ? SARIF_ERROR : SARIF_NOTE, of->is_file ? of->word : NULL,
			here ? row->line->line : 0, strbuf_str(&text), what);
	}
}

void aa_diff_add_sarif(const struct aa_report *r, struct sarif *s, size_t rule)
{
	sarif_add_rule(s, "diff-apparmor-more",
		       "The second AppArmor profile allows what the first does not", SARIF_ERROR);
	sarif_add_rule(s, "diff-apparmor-less",
		       "The first AppArmor profile allows what the second does not", SARIF_NOTE);
	add_results(s, r, rule, true);
	add_results(s, r, rule, false);
}

int aa_diff_print_sarif(const struct aa_report *r)
{
	struct sarif s;

	sarif_init(&s);
	aa_diff_add_sarif(r, &s, 0);
	sarif_print(&s);
	return status_of(r);
}

/* Lines of a change */

void aa_diff_tell_errors(const struct aa_report *r)
{
	const struct aa_operand *of = where_is(r, true);

	for (size_t i = 0; of->is_file && i < r->d.more.n; i++) {
		const struct tr_aa_diff_row *row = &r->d.more.v[i];
		bool here = row->line && row->line->file == of->d.files[0];
		cleanup_strbuf struct strbuf text = STRBUF_INIT;

		add_what(&text, row);
		strbuf_addf(&text, " is allowed, or was done, beyond %s", r->a.label);
		add_reason(&text, r);
		ci_error(of->word, here ? row->line->line : 0, "trammel", strbuf_str(&text));
	}
}
