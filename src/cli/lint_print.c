// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>

#include "cli/cmd.h"
#include "cli/lint.h"
#include "cli/markdown.h"
#include "cli/sarif.h"
#include "util/json.h"
#include "util/mem.h"
#include "util/strbuf.h"
#include "util/text.h"

static bool is_shown(const struct lint_report *r, const struct tr_finding *f)
{
	return r->all || f->level > TR_LINT_LOW;
}

/* "2 high, 0 medium, 3 low (--all shows those)" */
static void add_counts(struct strbuf *sb, const struct lint_report *r, const struct tr_lint *l)
{
	size_t n[TR_LINT_LEVELS] = { 0 };

	for (size_t i = 0; i < l->n; i++)
		n[l->v[i].level]++;
	strbuf_addf(sb, "%zu high, %zu medium, %zu low%s", n[TR_LINT_HIGH], n[TR_LINT_MEDIUM],
		    n[TR_LINT_LOW], n[TR_LINT_LOW] && !r->all ? " (--all shows those)" : "");
}

/* Text */

static const char *level_color(enum tr_lint_level level)
{
	if (level == TR_LINT_HIGH)
		return c_red();
	return level == TR_LINT_MEDIUM ? c_yellow() : c_dim();
}

/* FILE:LINE: LEVEL: TEXT [RULE], as compilers do, so that editors find the place. */
static void print_finding(const char *file, const struct tr_finding *f)
{
	tr_cleanup_free char *text = text_escaped(f->text);

	printf("%s", file);
	if (f->line)
		printf(":%u", f->line);
	printf(": %s%s%s: %s [%s]\n", level_color(f->level), tr_lint_level_name(f->level),
	       c_reset(), text, tr_lint_rules[f->rule].id);
}

static void print_file(const struct lint_report *r, const struct lint_file *file)
{
	cleanup_strbuf struct strbuf counts = STRBUF_INIT;

	for (size_t i = 0; i < file->lint.n; i++)
		if (is_shown(r, &file->lint.v[i]))
			print_finding(file->o.label, &file->lint.v[i]);
	add_counts(&counts, r, &file->lint);
	printf("%s%s%s: %s\n", c_bold(), file->o.label, c_reset(), strbuf_str(&counts));
}

void lint_print_text(const struct lint_report *r)
{
	for (size_t i = 0; i < r->n_files; i++)
		print_file(r, &r->files[i]);
}

/* Markdown */

static void add_row(struct strbuf *sb, const struct tr_finding *f)
{
	tr_cleanup_free char *text = text_escaped(f->text);

	strbuf_addf(sb, "| %s | ", tr_lint_level_name(f->level));
	if (f->line)
		strbuf_addf(sb, "%u", f->line);
	strbuf_adds(sb, " | ");
	markdown_code(sb, text);
	strbuf_addf(sb, " | %s |\n", tr_lint_rules[f->rule].id);
}

static void add_file(struct strbuf *sb, const struct lint_report *r, const struct lint_file *file)
{
	const struct tr_lint *l = &file->lint;
	size_t shown = 0, left = 0;

	strbuf_adds(sb, "\n**");
	markdown_code(sb, file->o.label);
	strbuf_adds(sb, "**: ");
	add_counts(sb, r, l);
	strbuf_addc(sb, '\n');
	for (size_t i = 0; i < l->n; i++) {
		if (!is_shown(r, &l->v[i]))
			continue;
		if (sb->len >= MARKDOWN_ROOM) {
			left++;
			continue;
		}
		if (!shown++)
			strbuf_adds(sb, "\n| Level | Line | Finding | Rule |\n"
					"| --- | --- | --- | --- |\n");
		add_row(sb, &l->v[i]);
	}
	if (left)
		strbuf_addf(sb, "\n... and %zu more.\n", left);
}

static const char *kind_of_profiles(const struct lint_report *r)
{
	size_t n = 0;

	for (size_t i = 0; i < r->n_files; i++)
		n += r->files[i].is_apparmor;
	return n == 0 ? "Seccomp" : n == r->n_files ? "AppArmor" : "Seccomp and AppArmor";
}

void lint_print_markdown(const struct lint_report *r)
{
	cleanup_strbuf struct strbuf sb = STRBUF_INIT;
	size_t i = 0;

	strbuf_addf(&sb, "### %s: held against ", kind_of_profiles(r));
	markdown_code(&sb, r->against);
	strbuf_addc(&sb, '\n');
	for (; i < r->n_files && sb.len < MARKDOWN_ROOM; i++)
		add_file(&sb, r, &r->files[i]);
	if (i < r->n_files)
		strbuf_addf(&sb, "\n... and %zu file%s more.\n", r->n_files - i,
			    r->n_files - i == 1 ? "" : "s");
	fputs(strbuf_str(&sb), stdout);
}

/* JSON and SARIF */

static json_object *json_of_finding(const struct tr_finding *f)
{
	json_object *o = json_object_new_object();
	tr_cleanup_free char *subject = text_escaped(f->subject), *text = text_escaped(f->text);

	json_add_string(o, "rule", tr_lint_rules[f->rule].id);
	json_add_string(o, "level", tr_lint_level_name(f->level));
	if (f->line)
		json_object_object_add(o, "line", json_object_new_int64(f->line));
	json_add_string(o, "subject", subject);
	json_add_string(o, "text", text);
	return o;
}

void lint_print_json(const struct lint_report *r)
{
	json_object *top = json_object_new_object(), *files = json_object_new_array();

	for (size_t i = 0; i < r->n_files; i++) {
		const struct tr_lint *l = &r->files[i].lint;
		json_object *file = json_object_new_object(), *list = json_object_new_array();

		for (size_t j = 0; j < l->n; j++)
			json_object_array_add(list, json_of_finding(&l->v[j]));
		json_add_string(file, "file", r->files[i].o.label);
		json_object_object_add(file, "findings", list);
		json_object_array_add(files, file);
	}
	json_add_string(top, "against", r->against);
	json_object_object_add(top, "failed", json_object_new_boolean(r->failed));
	json_object_object_add(top, "files", files);
	printf("%s\n", json_object_to_json_string_ext(top, JSON_PRETTY));
	json_object_put(top);
}

static enum sarif_level sarif_level_of(enum tr_lint_level level)
{
	static const enum sarif_level levels[] = { SARIF_NOTE, SARIF_WARNING, SARIF_ERROR };

	return levels[level];
}

void lint_print_sarif(const struct lint_report *r)
{
	struct sarif s;

	sarif_init(&s);
	for (size_t i = 0; i < TR_LINT_RULES; i++)
		sarif_add_rule(&s, tr_lint_rules[i].id, tr_lint_rules[i].summary,
			       sarif_level_of(tr_lint_rules[i].level));
	for (size_t i = 0; i < r->n_files; i++) {
		const struct operand *o = &r->files[i].o;
		const struct tr_lint *l = &r->files[i].lint;

		for (size_t j = 0; j < l->n; j++) {
			const struct tr_finding *f = &l->v[j];

			sarif_add_result(&s, f->rule, tr_lint_rules[f->rule].id,
					 sarif_level_of(f->level), o->is_file ? o->word : NULL,
					 f->line, f->text, f->subject);
		}
	}
	sarif_print(&s);
}
