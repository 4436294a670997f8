/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From facts to rules. Pure: the same facts and options give the same rules, whatever the machine,
 * the time or the order in which the facts came.
 */
#ifndef TRAMMEL_POLICY_H
#define TRAMMEL_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "trammel/err.h"
#include "trammel/facts.h"
#include "trammel/rules.h"

/* Which observed calls are narrowed to the argument values they were made with. */
enum tr_policy_args {
	TR_POLICY_ARGS_RISKY = 0, /* those whose other values give an attacker something */
	TR_POLICY_ARGS_NONE,
	TR_POLICY_ARGS_ALL, /* all whose arguments are recorded */
};

struct tr_policy_opts {
	/*
	 * Runtimes whose own calls are allowed: a comma-separated list of names of
	 * profiles/runtime/ sets ("runc", "crun", "runc-1.1.5"), "all" or NULL for all, "none".
	 */
	const char *runtime;
	bool allow_incomplete; /* a recording with losses, or a journal, is taken all the same */
	bool allow_no_start; /* no recording saw a container start */
	enum tr_policy_args args;
};

/* A syscall that was made and has no name in any table of ours: no profile can speak of it. */
struct tr_policy_unnamed {
	enum tr_abi abi;
	uint32_t nr;
};

/* What became of the facts: for a summary, and for warnings. Names are counted once. */
struct tr_policy_report {
	size_t n_observed, n_runtime, n_always; /* allowed, by the first reason that has the name */
	size_t n_errno; /* names with an errno of their own instead of the default's */
	size_t n_denied; /* names that were only ever refused in training, and stay refused */
	struct tr_policy_unnamed *unnamed; /* left out of the profile; by abi and number */
	size_t n_unnamed;
	unsigned abis; /* 1 << enum tr_abi of every one that made a syscall */
	size_t n_narrowed; /* observed names that are allowed with some arguments only */
	/* Names that would be narrowed and could not be; static, by name. */
	const char **open; /* more values than are worth telling apart */
	size_t n_open;
	const char **unseen; /* a recording did not look at their arguments, or lost something */
	size_t n_unseen;
};
void tr_policy_report_release(struct tr_policy_report *r);

/*
 * Makes the seccomp rules. One rule set per reason, in this order, each with its comment, names
 * sorted, no name twice: observed; the runtime's own; always; the errno plan. Refuses facts that
 * are incomplete (TR_ERR_INCOMPLETE), that saw no container start (TR_ERR_INPUT) or hold no
 * syscalls. ret_report may be NULL. Docker's format has names and not numbers: with facts of more
 * than one ABI of a machine, a name that one of them needs is allowed for all of them.
 */
int tr_policy_seccomp(struct tr_seccomp *ret, const struct tr_facts *facts,
		      const struct tr_policy_opts *opts, struct tr_policy_report *ret_report,
		      struct tr_err *err);

#endif
