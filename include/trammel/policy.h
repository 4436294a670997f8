/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From facts to rules. Pure: the same facts and options give the same rules, whatever the machine,
 * the time or the order in which the facts came.
 */
#ifndef TRAMMEL_POLICY_H
#define TRAMMEL_POLICY_H

#include <stdbool.h>

#include "trammel/err.h"
#include "trammel/facts.h"
#include "trammel/rules.h"

struct tr_policy_opts {
	/*
	 * Runtimes whose own calls are allowed: a comma-separated list of names of
	 * profiles/runtime/ sets ("runc", "crun", "runc-1.1.5"), "all" or NULL for all, "none".
	 */
	const char *runtime;
	bool allow_incomplete; /* a recording with losses, or a journal, is taken all the same */
	bool allow_no_start; /* no recording saw a container start */
};

/*
 * Makes the seccomp rules. One rule set per reason, in this order, each with its comment, names
 * sorted, no name twice: observed; the runtime's own; always; the errno plan. Refuses facts that
 * are incomplete (TR_ERR_INCOMPLETE), that saw no container start (TR_ERR_INPUT) or hold no
 * syscalls.
 */
int tr_policy_seccomp(struct tr_seccomp *ret, const struct tr_facts *facts,
		      const struct tr_policy_opts *opts, struct tr_err *err);

#endif
