// SPDX-License-Identifier: Apache-2.0
/* `trammel diff` for a pull request. */
#include <stdio.h>

#include "cli/answers.h"
#include "cli/diff.h"
#include "cli/markdown.h"

static void add_row(struct strbuf *sb, const struct diff_report *r, const struct diff_row *row,
		    int kind)
{
	const struct tr_diff_example *e = &row->call->example[kind][0];
	char buf[64], before[32], after[32];

	strbuf_adds(sb, "| ");
	markdown_code(sb, row_name(row, buf, sizeof(buf)));
	strbuf_adds(sb, " | ");
	abis_text(sb, row->abis, ", ");
	strbuf_adds(sb, " | ");
	if (row_whole(row, kind)) {
		strbuf_adds(sb, "any");
	} else {
		strbuf_adds(sb, "such as ");
		example_text(sb, e);
	}
	strbuf_addf(sb, " | %s | %s |", answer_text(e->ret[0], before, sizeof(before)),
		    answer_text(e->ret[1], after, sizeof(after)));
	if (r->b.kind == TR_DIFF_FACTS && kind == ROW_MORE) {
		cleanup_strbuf struct strbuf who = STRBUF_INIT;

		diff_add_who(r, row, &who);
		strbuf_addc(sb, ' ');
		markdown_code(sb, strbuf_str(&who));
		strbuf_adds(sb, " |");
	}
	strbuf_addc(sb, '\n');
}

/* The end, and a command of some length, must fit in behind the tables. */
static size_t table_room(const struct diff_report *r)
{
	/* The other half is AppArmor's. */
	size_t room = r->has_aa ? MARKDOWN_ROOM / 2 : MARKDOWN_ROOM;

	return room - 4000 - (r->accept.len < MARKDOWN_COMMAND ? r->accept.len : 0);
}

static void add_table(struct strbuf *sb, const struct diff_report *r, int kind)
{
	const struct diff_rows *rows = &r->rows[kind];
	bool who = r->b.kind == TR_DIFF_FACTS && kind == ROW_MORE;
	size_t i = 0;

	strbuf_adds(sb, "\n| Syscall | ABIs | Arguments | ");
	markdown_code(sb, r->a.label);
	strbuf_adds(sb, " | ");
	markdown_code(sb, r->b.label);
	strbuf_addf(sb, " |%s\n| --- | --- | --- | --- | --- |%s\n", who ? " By whom |" : "",
		    who ? " --- |" : "");
	for (; i < rows->n && sb->len < table_room(r); i++)
		add_row(sb, r, &rows->v[i], kind);
	if (i < rows->n)
		strbuf_addf(sb, "\n... and %zu more.\n", rows->n - i);
}

static void add_folded(struct strbuf *sb, const struct diff_report *r, int kind, const char *title)
{
	if (!r->rows[kind].n)
		return;
	strbuf_addf(sb, "\n<details><summary>%s (%zu)</summary>\n", title, r->rows[kind].n_names);
	add_table(sb, r, kind);
	strbuf_adds(sb, "\n</details>\n");
}

static void add_limit(const char *text, void *arg)
{
	struct strbuf *sb = arg;

	strbuf_adds(sb, "- ");
	markdown_code(sb, text);
	strbuf_addc(sb, '\n');
}

void diff_markdown(const struct diff_report *r, struct strbuf *sb)
{
	size_t more = r->rows[ROW_MORE].n_names;

	strbuf_adds(sb, "### Seccomp: ");
	markdown_code(sb, r->a.label);
	strbuf_adds(sb, " to ");
	markdown_code(sb, r->b.label);
	if (more)
		strbuf_addf(sb, "\n\n**%zu syscall%s more** %s granted or made.\n", more,
			    more == 1 ? "" : "s", more == 1 ? "is" : "are");
	else
		strbuf_adds(sb, "\n\nNothing more is granted or made.\n");
	if (more)
		add_table(sb, r, ROW_MORE);
	if (more)
		markdown_accept(sb, strbuf_str(&r->accept));
	add_folded(sb, r, ROW_LESS, "No longer");
	add_folded(sb, r, ROW_OTHERWISE, "Answered otherwise");
	strbuf_adds(sb, "\nCompared:\n\n");
	diff_each_limit(r, add_limit, sb);
	if (!r->has_aa)
		return;
	strbuf_addc(sb, '\n');
	aa_diff_markdown(&r->aa, sb);
}

void diff_print_markdown(const struct diff_report *r)
{
	cleanup_strbuf struct strbuf sb = STRBUF_INIT;

	diff_markdown(r, &sb);
	fputs(strbuf_str(&sb), stdout);
}
