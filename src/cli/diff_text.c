// SPDX-License-Identifier: Apache-2.0
/* `trammel diff` for people. */
#include <stdio.h>
#include <string.h>

#include "cli/answers.h"
#include "cli/cmd.h"
#include "cli/diff.h"
#include "cli/wrap.h"
#include "util/mem.h"

#define SHOWN_ROWS     48 /* of each kind, without --all */
#define SHOWN_EXAMPLES 3

struct list {
	const struct diff_rows *rows;
	int kind;
	bool *printed; /* by row */
	size_t left; /* how many may still be */
};

static bool same_group(const struct diff_row *a, const struct diff_row *b, int kind)
{
	const struct tr_diff_example *x = &a->call->example[kind][0],
				     *y = &b->call->example[kind][0];

	return a->abis == b->abis && row_whole(b, kind) && !memcmp(x->ret, y->ret, sizeof(x->ret));
}

/* All names that change alike, whatever their arguments are. */
static void print_group(struct list *l, size_t first)
{
	cleanup_strbuf struct strbuf head = STRBUF_INIT;
	struct wrap w = { .indent = 4 };
	char buf[64];

	abis_text(&head, l->rows->v[first].abis, ", ");
	strbuf_adds(&head, ": ");
	row_change(&head, &l->rows->v[first], l->kind);
	printf("  %s%s%s\n", c_dim(), strbuf_str(&head), c_reset());
	for (size_t i = first; i < l->rows->n; i++) {
		if (!same_group(&l->rows->v[first], &l->rows->v[i], l->kind) || l->printed[i])
			continue;
		l->printed[i] = true;
		if (!l->left)
			continue;
		l->left--;
		wrap_word(&w, row_name(&l->rows->v[i], buf, sizeof(buf)));
	}
	wrap_end(&w);
}

static void print_example(const struct tr_diff_example *e)
{
	cleanup_strbuf struct strbuf args = STRBUF_INIT;
	char before[32], after[32];

	example_text(&args, e);
	printf("      %s: %s -> %s\n", strbuf_str(&args),
	       answer_text(e->ret[0], before, sizeof(before)),
	       answer_text(e->ret[1], after, sizeof(after)));
}

/* A name that changes with some arguments only. */
static void print_partial(struct list *l, size_t i)
{
	const struct diff_row *row = &l->rows->v[i];
	cleanup_strbuf struct strbuf abis = STRBUF_INIT;
	size_t n = row->call->n_cases[l->kind];
	char buf[64];

	l->printed[i] = true;
	if (!l->left)
		return;
	l->left--;
	abis_text(&abis, row->abis, ", ");
	printf("  %-20s %s, with some arguments, such as\n", row_name(row, buf, sizeof(buf)),
	       strbuf_str(&abis));
	for (size_t e = 0; e < n && e < SHOWN_EXAMPLES; e++)
		print_example(&row->call->example[l->kind][e]);
	if (n > SHOWN_EXAMPLES)
		printf("      %s... and %zu more cases%s\n", c_dim(), n - SHOWN_EXAMPLES,
		       c_reset());
}

static void print_rows(const struct diff_report *r, int kind, const char *title)
{
	const struct diff_rows *rows = &r->rows[kind];
	struct list l = { rows, kind, NULL, r->all ? rows->n : SHOWN_ROWS };

	if (!rows->n)
		return;
	l.printed = tr_xcalloc(rows->n, sizeof(*l.printed));
	printf("\n%s%s%s\n", c_bold(), title, c_reset());
	for (size_t i = 0; i < rows->n && l.left; i++) {
		if (l.printed[i])
			continue;
		if (row_whole(&rows->v[i], kind))
			print_group(&l, i);
		else
			print_partial(&l, i);
	}
	if (rows->n > SHOWN_ROWS && !r->all)
		printf("  %s... and %zu more: --all%s\n", c_dim(), rows->n - SHOWN_ROWS, c_reset());
	tr_cleanup_free_p(&l.printed);
}

static void print_limit(const char *text, void *arg)
{
	tr_cleanup_free char *copy = tr_xstrdup(text);
	struct wrap w = { .indent = 4 };
	char *save = NULL;

	(void)arg;
	fputs("  -", stdout);
	w.col = 3;
	for (char *word = strtok_r(copy, " ", &save); word; word = strtok_r(NULL, " ", &save))
		wrap_word(&w, word);
	wrap_end(&w);
}

/* The names above, with whoever made the calls. */
static void print_who(const struct diff_report *r)
{
	const struct diff_rows *rows = &r->rows[ROW_MORE];
	size_t n = r->all || rows->n < SHOWN_ROWS ? rows->n : SHOWN_ROWS;
	char buf[64];

	if (r->b.kind != TR_DIFF_FACTS || !n)
		return;
	printf("\n%sBy whom%s\n", c_bold(), c_reset());
	for (size_t i = 0; i < n; i++) {
		cleanup_strbuf struct strbuf who = STRBUF_INIT;

		diff_add_who(r, &rows->v[i], &who);
		printf("  %-20s %s\n", row_name(&rows->v[i], buf, sizeof(buf)), strbuf_str(&who));
	}
}

void diff_print_text(const struct diff_report *r)
{
	cleanup_strbuf struct strbuf sb = STRBUF_INIT;
	bool more = r->rows[ROW_MORE].n;

	if (r->has_aa)
		printf("%sSeccomp%s: ", c_bold(), c_reset());
	diff_answer(r, &sb);
	printf("%s%s%s\n", more ? c_red() : c_green(), strbuf_str(&sb), c_reset());
	print_rows(r, ROW_MORE, "More");
	print_who(r);
	if (r->accept.len && more)
		printf("\n%sTo accept it%s, if it is meant to be:\n  %s\n", c_bold(), c_reset(),
		       strbuf_str(&r->accept));
	if (r->rows[ROW_LESS].n) {
		strbuf_clear(&sb);
		diff_less(r, &sb);
		print_rows(r, ROW_LESS, strbuf_str(&sb));
	}
	print_rows(r, ROW_OTHERWISE, "Neither granted more: answered otherwise");
	printf("\n%sCompared%s\n", c_bold(), c_reset());
	diff_each_limit(r, print_limit, NULL);
	if (!r->has_aa)
		return;
	printf("\n%sAppArmor%s: ", c_bold(), c_reset());
	aa_diff_text(&r->aa);
}
