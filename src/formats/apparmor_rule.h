/* SPDX-License-Identifier: Apache-2.0 */
/* One rule of an AppArmor text. */
#ifndef FORMATS_APPARMOR_RULE_H
#define FORMATS_APPARMOR_RULE_H

#include "formats/apparmor_glob.h"
#include "formats/apparmor_lex.h"
#include "trammel/apparmor_text.h"

/*
 * Adds the rule to the section: its line, and what it means unless that is left to the compiler. source is
 * where it is from; kind TR_ERR_INPUT where it is no rule.
 */
int aa_rule_read(struct tr_apparmor_section *to, const struct aa_statement *st,
		 const struct aa_source *source, struct aa_variables *vars, struct tr_err *err);

/* Adds a line that is left to the compiler. */
void aa_line_left(struct tr_apparmor_line **lines, size_t *n, size_t *cap, const char *file,
		  unsigned line, const char *text, const char *why);

#endif
