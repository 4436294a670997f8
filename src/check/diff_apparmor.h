/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CHECK_DIFF_APPARMOR_H
#define CHECK_DIFF_APPARMOR_H

#include "trammel/diff_apparmor.h"

/* The row of that line, perms and kind, or a new one with `what`; files have one for each line. */
struct tr_aa_diff_row *aa_diff_row(struct tr_aa_diff_rows *rows, enum tr_aa_diff_kind kind,
				   const struct tr_apparmor_line *line, const char *perms,
				   bool others, const char *what);

/* What is more on side b, of files; and of everything else. */
void aa_diff_files(struct tr_aa_diff *d, const struct tr_aa_diff_side *a,
		   const struct tr_aa_diff_side *b, const struct tr_image_files *files);
void aa_diff_rules(struct tr_aa_diff_rows *rows, const struct tr_aa_diff_side *a,
		   const struct tr_aa_diff_side *b);

#endif
