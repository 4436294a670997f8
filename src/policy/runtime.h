/* SPDX-License-Identifier: Apache-2.0 */
/* What container runtimes, and other managers, do themselves under the filter: profiles/runtime/. */
#ifndef POLICY_RUNTIME_H
#define POLICY_RUNTIME_H

#include <stdbool.h>
#include <stddef.h>

#include "trammel/err.h"
#include "trammel/rules.h"

struct policy_runtime {
	struct tr_seccomp sets; /* a rule for each set: its names, its conditions */
	bool *sometimes; /* beside each: made in some starts and not in others */
	size_t cap;
	char **used; /* "crun-1.8", ... */
	size_t n_used;
};

/* Loads the sets that `selection` asks for (struct tr_policy_opts.runtime says how). */
int policy_runtime_load(struct policy_runtime *ret, const char *selection, struct tr_err *err);
/* Adds the sets of one file's text (profiles/README.md has the format), called `name`. */
int policy_runtime_add(struct policy_runtime *rt, const char *name, const char *text, size_t len,
		       struct tr_err *err);
void policy_runtime_release(struct policy_runtime *rt);

#endif
