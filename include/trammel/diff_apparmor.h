/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two AppArmor profiles compared by what they mean: both compiled policies are asked the same, and what the text
 * says only tells what to ask, and which line answers.
 */
#ifndef TRAMMEL_DIFF_APPARMOR_H
#define TRAMMEL_DIFF_APPARMOR_H

#include <stdbool.h>
#include <stddef.h>

#include "trammel/apparmor_policy.h"
#include "trammel/apparmor_text.h"
#include "trammel/image_files.h"

struct tr_aa_diff_side {
	const struct tr_aa_profile *p;
	const struct tr_apparmor_section *s; /* its text; NULL: not known */
};

enum tr_aa_diff_kind {
	TR_AA_DIFF_CAPABILITY,
	TR_AA_DIFF_NETWORK,
	TR_AA_DIFF_SIGNAL,
	TR_AA_DIFF_PTRACE,
	TR_AA_DIFF_MOUNT,
	TR_AA_DIFF_FILE,
	TR_AA_DIFF_KINDS
};

#define TR_AA_DIFF_NAMES 20

/* One thing that one side allows and the other does not; of files, all that one line allows so. */
struct tr_aa_diff_row {
	enum tr_aa_diff_kind kind;
	char *what; /* as a rule has it: "capability kill"; of files the first name; any bytes */
	char perms[16]; /* of files: the letters that are more, "rw", "ix" */
	bool others; /* of files: only where they are another's */
	const struct tr_apparmor_line *line; /* that allows it; NULL: not told apart */
	char *names[TR_AA_DIFF_NAMES]; /* of files, the first of them */
	size_t n_names; /* that were found, names may hold fewer */
};

struct tr_aa_diff_rows {
	struct tr_aa_diff_row *v;
	size_t n, cap;
};

struct tr_aa_diff {
	struct tr_aa_diff_rows more, less; /* what b allows and a does not, and the other way */
	size_t n_asked; /* names of files that were asked for */
	/* All names there can be were compared, not only those: a file that is not in more is in none. */
	bool all_names;
};

/* The profiles' own names stand for each other. files may be NULL. Rows borrow lines of the sides. */
void tr_aa_diff(struct tr_aa_diff *ret, const struct tr_aa_diff_side *a,
		const struct tr_aa_diff_side *b, const struct tr_image_files *files);
void tr_aa_diff_release(struct tr_aa_diff *d);

/* "capability", "file", ... */
const char *tr_aa_diff_kind_name(enum tr_aa_diff_kind kind);

#endif
