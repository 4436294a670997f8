/* SPDX-License-Identifier: Apache-2.0 */
/* AppArmor's patterns of names, and the variables in them. */
#ifndef FORMATS_APPARMOR_GLOB_H
#define FORMATS_APPARMOR_GLOB_H

#include <stdbool.h>
#include <stddef.h>

#include "trammel/apparmor.h"

/* Alternatives of a pattern, each of which stands for itself. */
struct aa_globs {
	struct tr_apparmor_pattern *v;
	size_t n, cap;
};
void aa_globs_release(struct aa_globs *g);

/* Values are as they are written, each may be a pattern and hold variables. */
struct aa_variable {
	char *name; /* without "@{" and "}" */
	char **v;
	size_t n, cap;
};
struct aa_variables {
	struct aa_variable *v;
	size_t n, cap;
	/* So much of patterns may still be made: variables of variables are a lot in a few lines. */
	size_t budget;
};
void aa_variables_release(struct aa_variables *vars);

/*
 * The pattern of a path. Returns NULL, or why it is left to the compiler, which is static: *ret is then empty.
 * At most AA_GLOB_MAX alternatives.
 */
#define AA_GLOB_MAX 64
const char *aa_glob_path(struct aa_globs *ret, const char *text, struct aa_variables *vars);

/*
 * The bytes that a text without any pattern in it means, heap; NULL where it is a pattern, or holds a
 * variable, or an escape that parsers read in different ways.
 */
char *aa_glob_literal(const char *text);

#endif
