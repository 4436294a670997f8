/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CHECK_LINT_H
#define CHECK_LINT_H

#include "check/machine.h"
#include "eval/cases.h"
#include "trammel/lint.h"

/* The profile at hand, and the engine's default, on this machine. */
struct linter {
	struct tr_lint l;
	const struct tr_seccomp *p; /* NULL: set is in force, whatever it was made of */
	const struct tr_seccomp *engine;
	bool compiles; /* p, for this machine: then set is what it comes to */
	bool crun_compiles;
	struct filter_set set, crun_set, engine_set;
	struct tr_filter filter, crun, engine_filter; /* what is owned of them */
	char **unknown; /* names that the compiler does not know */
};

/* Adds a finding, unless it is there already. The message is fmt's. */
void lint_add(struct linter *k, enum tr_lint_rule rule, enum tr_lint_level level, unsigned line,
	      const char *subject, const char *fmt, ...) __attribute__((format(printf, 6, 7)));

/* Hands over what was found, the gravest first, and empties k; rc is what it returns. */
int lint_finish(struct linter *k, int rc, struct tr_lint *ret);

/* There are so many findings that no more are looked for: nobody reads them, and each takes time. */
bool lint_full(const struct linter *k);

/* The line of p's rule that names a call, one with this action where there is one; 0 if none. */
unsigned lint_line_of(const struct tr_seccomp *p, const char *name, enum tr_action action);

/* What the rules say, and what runtimes make of it. */
void lint_rules(struct linter *k);
/* What they come to beside each other, and in other versions of the runtimes. */
void lint_effect(struct linter *k);
/* What the compiled profile allows. */
int lint_grants(struct linter *k, struct tr_err *err);

/* 1 << index of the arguments that the kernel takes for 32 bits: profiles/int-args.csv. */
unsigned lint_ints(const char *name);

#endif
