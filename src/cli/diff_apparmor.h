/* SPDX-License-Identifier: Apache-2.0 */
/* `trammel diff` of AppArmor profiles. */
#ifndef CLI_DIFF_APPARMOR_H
#define CLI_DIFF_APPARMOR_H

#include "cli/aa_operand.h"
#include "trammel/diff_apparmor.h"

struct aa_report {
	struct aa_operand a, b;
	struct tr_image_files files;
	bool has_files;
	struct tr_aa_diff d;
	bool all, any_change, allow_incomplete;
};

int aa_diff_compare(struct aa_report *r, const char *a, const char *b, const char *files,
		    struct tr_err *err);
void aa_diff_release(struct aa_report *r);

/* Each prints and returns the exit status. */
int aa_diff_print_text(const struct aa_report *r);
int aa_diff_print_json(const struct aa_report *r);
int aa_diff_print_markdown(const struct aa_report *r);
int aa_diff_print_sarif(const struct aa_report *r);

#endif
