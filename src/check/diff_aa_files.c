// SPDX-License-Identifier: Apache-2.0
/*
 * Files: asked for are the names that the rules of both sides speak of, those of an image, and a shortest
 * name for each pair of states in which the two differ, so that nothing that differs is without a row.
 */
#include <stdlib.h>
#include <string.h>

#include "check/diff_apparmor.h"
#include "util/mem.h"

struct files {
	const struct tr_aa_diff_side *a, *b;
	struct tr_aa_diff *d;
};

static const struct {
	uint32_t bits;
	uint16_t perm; /* of rules */
	const char *letters;
} words[] = {
	{ TR_AA_READ, TR_APPARMOR_R, "r" },   { TR_AA_WRITE, TR_APPARMOR_W, "w" },
	{ TR_AA_APPEND, TR_APPARMOR_A, "a" }, { TR_AA_LOCK, TR_APPARMOR_K, "k" },
	{ TR_AA_LINK, TR_APPARMOR_L, "l" },   { TR_AA_MMAP_EXEC, TR_APPARMOR_M, "m" },
	{ TR_AA_EXEC, TR_APPARMOR_X, NULL },
};

/* What y allows and x does not. A program that goes on elsewhere than in this profile is more than one that stays. */
static uint32_t more_of(const struct tr_aa_perms *x, const struct tr_aa_perms *y)
{
	uint32_t more = y->allow & ~x->allow;

	if ((y->allow & x->allow & TR_AA_EXEC) && y->exec != x->exec &&
	    y->exec != TR_AA_EXEC_INHERIT)
		more |= TR_AA_EXEC;
	/* w is more than a, and says so alone. */
	if (y->allow & TR_AA_WRITE)
		more &= ~(uint32_t)TR_AA_APPEND;
	return more;
}

static const char *exec_letters(enum tr_aa_exec exec)
{
	switch (exec) {
	case TR_AA_EXEC_UNCONFINED:
		return "ux";
	case TR_AA_EXEC_PROFILE:
	case TR_AA_EXEC_NAMED:
		return "px";
	case TR_AA_EXEC_CHILD:
		return "cx";
	case TR_AA_EXEC_INHERIT:
	case TR_AA_EXEC_NONE:
		break;
	}
	return "ix";
}

/* The letters into buf, and the same as permissions of rules; 0 if there are none. */
static uint16_t letters_of(uint32_t more, const struct tr_aa_perms *y, char buf[16])
{
	uint16_t perms = 0;

	*buf = '\0';
	for (size_t i = 0; i < TR_ARRAY_SIZE(words); i++) {
		if (!(more & words[i].bits))
			continue;
		strcat(buf, words[i].letters ? words[i].letters : exec_letters(y->exec));
		perms |= words[i].perm;
	}
	return perms;
}

/* The line that allows any of it. What the reader has left to the compiler is not among them. */
static const struct tr_apparmor_line *line_of(const struct tr_apparmor_section *s, const char *name,
					      size_t len, uint16_t perms, bool others)
{
	/* What may be run may be mapped. */
	if (perms & TR_APPARMOR_M)
		perms |= TR_APPARMOR_X;
	for (size_t i = 0; s && i < s->rules.n_files; i++) {
		const struct tr_apparmor_file *f = &s->rules.files[i];

		if (!f->read.deny && !f->is_link && (f->perms & perms) && !(others && f->owner) &&
		    tr_apparmor_pattern_matches(&f->path, name, len))
			return &s->lines[f->read.at - 1];
	}
	return NULL;
}

/* of: the side that allows it. An example stands for others, and is of no use beside any of them. */
static void add(struct tr_aa_diff_rows *rows, const struct tr_aa_diff_side *of, const char *name,
		size_t len, const struct tr_aa_perms *x_owner, const struct tr_aa_perms *y_owner,
		const struct tr_aa_perms *x_other, const struct tr_aa_perms *y_other, bool example)
{
	uint32_t owner = more_of(x_owner, y_owner), other = more_of(x_other, y_other);
	struct tr_aa_diff_row *row;
	const struct tr_apparmor_line *line;
	char buf[16];
	uint16_t perms = letters_of(owner | other, owner ? y_owner : y_other, buf);
	size_t n = rows->n;

	if (!perms)
		return;
	line = line_of(of->s, name, len, perms, !owner);
	row = aa_diff_row(rows, TR_AA_DIFF_FILE, line, buf, !owner, name);
	if (rows->n == n && example)
		return;
	for (size_t i = 0; i < row->n_names && i < TR_AA_DIFF_NAMES; i++)
		if (!strcmp(row->names[i], name))
			return;
	if (row->n_names < TR_AA_DIFF_NAMES)
		row->names[row->n_names] = tr_xstrndup(name, len);
	row->n_names++;
}

static void compare(struct files *f, const char *name, size_t len, const struct tr_aa_pair *p,
		    bool example)
{
	add(&f->d->more, f->b, name, len, &p->owner[0], &p->owner[1], &p->other[0], &p->other[1],
	    example);
	add(&f->d->less, f->a, name, len, &p->owner[1], &p->owner[0], &p->other[1], &p->other[0],
	    example);
}

static void ask(struct files *f, const char *name)
{
	const struct tr_aa_profile *sides[2] = { f->a->p, f->b->p };
	struct tr_aa_pair pair;
	size_t len = strlen(name);

	if (*name != '/')
		return;
	f->d->n_asked++;
	for (size_t i = 0; i < 2; i++) {
		tr_aa_file(sides[i], name, len, true, &pair.owner[i]);
		tr_aa_file(sides[i], name, len, false, &pair.other[i]);
	}
	compare(f, name, len, &pair, false);
}

static void ask_rules(struct files *f, const struct tr_apparmor_section *s)
{
	for (size_t i = 0; s && i < s->rules.n_files; i++) {
		char *name = tr_apparmor_pattern_sample(&s->rules.files[i].path);

		ask(f, name);
		free(name);
	}
}

/* Nothing is called with two slashes beside each other. */
static bool ask_pair(const char *path, size_t len, const struct tr_aa_pair *pair, void *arg)
{
	if (*path == '/' && !strstr(path, "//"))
		compare(arg, path, len, pair, true);
	return true;
}

void aa_diff_files(struct tr_aa_diff *d, const struct tr_aa_diff_side *a,
		   const struct tr_aa_diff_side *b, const struct tr_image_files *files)
{
	struct files f = { a, b, d };

	ask_rules(&f, a->s);
	ask_rules(&f, b->s);
	for (size_t i = 0; files && i < files->n; i++)
		ask(&f, files->v[i].path);
	d->all_names = tr_aa_each_pair(a->p, b->p, ask_pair, &f);
}
