/* SPDX-License-Identifier: Apache-2.0 */
/* What CI systems want to be told beside an answer, and where in a file it belongs. */
#ifndef CLI_CI_H
#define CLI_CI_H

#include <stdbool.h>

#include "trammel/rules.h"

/*
 * The line of the rule that speaks of the name, of one that allows it where there is one; else the
 * file's first.
 */
unsigned ci_line_of(const struct tr_seccomp *p, const char *name);

/*
 * Appends Markdown to the page that GitHub shows of a step ($GITHUB_STEP_SUMMARY), if there is one. If it cannot be
 * written, that is a warning: the answer stays the answer.
 */
bool ci_wants_summary(void);
void ci_summary(const char *markdown);

/*
 * Marks a line of a file in a change, on GitHub ($GITHUB_ACTIONS): a workflow command on stderr, which is read there,
 * too. text may hold anything but has been made safe for a terminal.
 */
bool ci_wants_errors(void);
void ci_error(const char *path, unsigned line, const char *title, const char *text);

#endif
