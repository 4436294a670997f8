/* SPDX-License-Identifier: Apache-2.0 */
/* AppArmor profiles as text: apparmor.d(5). */
#ifndef TRAMMEL_APPARMOR_TEXT_H
#define TRAMMEL_APPARMOR_TEXT_H

#include <stdio.h>

#include "trammel/apparmor.h"
#include "trammel/err.h"

/*
 * Writes what apparmor_parser takes, from 3.0 on. Fails, kind TR_ERR_INPUT, for a bad name, and for rules that
 * only other people's profiles have (those that deny, for instance).
 */
int tr_apparmor_write(const struct tr_apparmor *p, FILE *out, struct tr_err *err);

/* A rule as it stands in a text, or what stands where one could. */
struct tr_apparmor_line {
	const char *file; /* the document's own */
	unsigned line;
	char *text; /* without comments, its comma with it; any bytes */
	/*
	 * Why it is left to the compiler: none of the lists of rules has anything of it. NULL: they have all of it.
	 */
	char *left;
	bool deny;
};

/* A profile of a text, a hat, or a profile inside another. */
struct tr_apparmor_section {
	struct tr_apparmor rules; /* its name with them: "PARENT//NAME" of what is inside another */
	unsigned line;
	char *attach; /* the programs it is put on, as written; NULL: none are named */
	char *flags; /* as written, between the parentheses; NULL: there are none */
	struct tr_apparmor_line *lines; /* what rules.*.read.at counts, from 1 */
	size_t n_lines, cap_lines;
};

struct tr_apparmor_document {
	struct tr_apparmor_section *v; /* in the order in which they begin */
	size_t n, cap;
	char *preamble; /* what stands before profiles (abi, variables, includes), to be compiled with rules of it */
	bool has_abi;
	struct tr_apparmor_line *left; /* of the preamble: left to the compiler */
	size_t n_left, cap_left;
	char **files; /* that were read, the text's own first */
	size_t n_files, cap_files;
};

/*
 * Reads profiles as text. path is a file, "-" for stdin, or a built-in name (docker-default); includes are looked for
 * in base (NULL: none is, and all are left to the compiler), as far as apparmor_parser would. What is no
 * AppArmor text is of kind TR_ERR_INPUT, with file, line and what was expected. What is AppArmor's language
 * and not modelled is named, and left to the compiler: a text that can be read need not compile.
 */
#define TR_APPARMOR_BASE "/etc/apparmor.d"
int tr_apparmor_read(struct tr_apparmor_document *ret, const char *path, const char *base,
		     struct tr_err *err);
/* The same of text in memory; name stands for it in errors. */
int tr_apparmor_parse(struct tr_apparmor_document *ret, const char *text, size_t len,
		      const char *name, const char *base, struct tr_err *err);
void tr_apparmor_document_release(struct tr_apparmor_document *d);

/* Whether it begins like a profile's text, and not like JSON or YAML; text is NUL-terminated. */
bool tr_apparmor_is_text(const char *text);
/* The text of a built-in profile, of that many bytes; NULL where there is none of that name. */
const char *tr_apparmor_builtin(const char *name, size_t *ret_len);

#endif
