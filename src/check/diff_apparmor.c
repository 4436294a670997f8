// SPDX-License-Identifier: Apache-2.0
#include "check/diff_apparmor.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/mem.h"

const char *tr_aa_diff_kind_name(enum tr_aa_diff_kind kind)
{
	static const char *const names[TR_AA_DIFF_KINDS] = {
		[TR_AA_DIFF_CAPABILITY] = "capability", [TR_AA_DIFF_NETWORK] = "network",
		[TR_AA_DIFF_SIGNAL] = "signal",		[TR_AA_DIFF_PTRACE] = "ptrace",
		[TR_AA_DIFF_MOUNT] = "mount",		[TR_AA_DIFF_FILE] = "file",
	};

	return names[kind];
}

struct tr_aa_diff_row *aa_diff_row(struct tr_aa_diff_rows *rows, enum tr_aa_diff_kind kind,
				   const struct tr_apparmor_line *line, const char *perms,
				   bool others, const char *what)
{
	struct tr_aa_diff_row *row;

	for (size_t i = 0; i < rows->n; i++) {
		row = &rows->v[i];
		if (row->kind == kind && row->line == line && row->others == others &&
		    !strcmp(row->perms, perms) &&
		    (kind == TR_AA_DIFF_FILE || !strcmp(row->what, what)))
			return row;
	}
	rows->v = tr_grow(rows->v, &rows->cap, rows->n, sizeof(*rows->v));
	row = &rows->v[rows->n++];
	*row = (struct tr_aa_diff_row){
		.kind = kind, .line = line, .others = others, .what = tr_xstrdup(what)
	};
	snprintf(row->perms, sizeof(row->perms), "%s", perms);
	return row;
}

static int cmp_rows(const void *a, const void *b)
{
	const struct tr_aa_diff_row *x = a, *y = b;
	unsigned line_x = x->line ? x->line->line : 0, line_y = y->line ? y->line->line : 0;
	int r;

	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	if (x->kind == TR_AA_DIFF_FILE && line_x != line_y)
		return line_x < line_y ? -1 : 1;
	r = strcmp(x->what, y->what);
	return r ? r : strcmp(x->perms, y->perms);
}

static void sort(struct tr_aa_diff_rows *rows)
{
	if (rows->n)
		qsort(rows->v, rows->n, sizeof(*rows->v), cmp_rows);
}

void tr_aa_diff(struct tr_aa_diff *ret, const struct tr_aa_diff_side *a,
		const struct tr_aa_diff_side *b, const struct tr_image_files *files)
{
	memset(ret, 0, sizeof(*ret));
	aa_diff_rules(&ret->more, a, b);
	aa_diff_rules(&ret->less, b, a);
	aa_diff_files(ret, a, b, files);
	sort(&ret->more);
	sort(&ret->less);
}

static void rows_release(struct tr_aa_diff_rows *rows)
{
	for (size_t i = 0; i < rows->n; i++) {
		free(rows->v[i].what);
		for (size_t k = 0; k < TR_AA_DIFF_NAMES; k++)
			free(rows->v[i].names[k]);
	}
	free(rows->v);
}

void tr_aa_diff_release(struct tr_aa_diff *d)
{
	rows_release(&d->more);
	rows_release(&d->less);
	memset(d, 0, sizeof(*d));
}
