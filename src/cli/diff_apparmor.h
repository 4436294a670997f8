/* SPDX-License-Identifier: Apache-2.0 */
/* `trammel diff` of AppArmor profiles. */
#ifndef CLI_DIFF_APPARMOR_H
#define CLI_DIFF_APPARMOR_H

#include <json-c/json.h>

#include "cli/aa_operand.h"
#include "cli/sarif.h"
#include "trammel/diff_apparmor.h"
#include "util/strbuf.h"

struct aa_report {
	struct aa_operand a, b;
	struct tr_image_files files;
	bool has_files;
	struct tr_aa_diff d;
	bool all, any_change, allow_incomplete;
	struct strbuf accept; /* the command that takes what B did into the bundle A */
	bool accept_said; /* beside the comparison of seccomp profiles, which says it */
};

/* Opens both, and compares. */
int aa_diff_compare(struct aa_report *r, const char *a, const char *b, const char *files,
		    struct tr_err *err);
/* Of operands that are open: chooses their profiles. files: NULL, or a list of an image's files. */
int aa_diff_operands(struct aa_report *r, const char *files, struct tr_err *err);
void aa_diff_release(struct aa_report *r);

/* Each prints and returns the exit status. */
int aa_diff_print_text(const struct aa_report *r);
int aa_diff_print_json(const struct aa_report *r);
int aa_diff_print_markdown(const struct aa_report *r);
int aa_diff_print_sarif(const struct aa_report *r);

/* What these print, to be put beside something else. */
void aa_diff_text(const struct aa_report *r);
json_object *aa_diff_json(const struct aa_report *r);
void aa_diff_markdown(const struct aa_report *r, struct strbuf *sb);
/* rule: how many rules s has already. */
void aa_diff_add_sarif(const struct aa_report *r, struct sarif *s, size_t rule);
/* The lines of what is more, to a CI system that marks them. */
void aa_diff_tell_errors(const struct aa_report *r);

#endif
