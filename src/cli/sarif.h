/* SPDX-License-Identifier: Apache-2.0 */
/* SARIF 2.1.0 (OASIS), as code hosts read it. */
#ifndef CLI_SARIF_H
#define CLI_SARIF_H

#include <json-c/json.h>
#include <stddef.h>

struct sarif {
	json_object *rules, *results;
};

enum sarif_level {
	SARIF_NOTE,
	SARIF_WARNING,
	SARIF_ERROR
};

void sarif_init(struct sarif *s);
/* Rules are numbered in the order they are added; an id never changes its meaning. */
void sarif_add_rule(struct sarif *s, const char *id, const char *summary, enum sarif_level level);
/*
 * One result of a rule. path and line say where (path NULL: nowhere; line 0: the file as a whole);
 * `what` is its identity from one run to the next, whatever line it moves to.
 */
void sarif_add_result(struct sarif *s, size_t rule, const char *id, enum sarif_level level,
		      const char *path, unsigned line, const char *text, const char *what);
/* The same with a text that was escaped already. */
void sarif_add_safe_result(struct sarif *s, size_t rule, const char *id, enum sarif_level level,
			   const char *path, unsigned line, const char *text, const char *what);
/* Prints it on stdout, and frees. */
void sarif_print(struct sarif *s);

#endif
