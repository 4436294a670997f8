/* SPDX-License-Identifier: Apache-2.0 */
/* What `trammel lint` found, between the command and the ways to print it. */
#ifndef CLI_LINT_H
#define CLI_LINT_H

#include <stdbool.h>
#include <stddef.h>

#include "cli/aa_operand.h"
#include "cli/operand.h"
#include "trammel/lint.h"

struct lint_file {
	struct operand o; /* of an AppArmor profile only what it is called */
	struct aa_operand aa;
	bool is_apparmor;
	struct tr_lint lint;
};

struct lint_report {
	const char *against;
	int fail_on; /* enum tr_lint_level, or above all of them */
	bool apparmor; /* what may be a profile of either kind is one of AppArmor's */
	bool all; /* print what is low, too */
	bool failed;
	bool cannot; /* a bundle's AppArmor profile could not be compiled */
	struct lint_file *files;
	size_t n_files;
};

void lint_print_text(const struct lint_report *r);
void lint_print_json(const struct lint_report *r);
void lint_print_markdown(const struct lint_report *r);
void lint_print_sarif(const struct lint_report *r);

#endif
