/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The hooks backend's programs (bpf/hooks_*.bpf.c), each at the entry of a function of the kernel's that its
 * security modules are asked through. Which of them this kernel takes is found by trying each.
 */
#ifndef RECORD_HOOKS_H
#define RECORD_HOOKS_H

#include <stdbool.h>
#include <stddef.h>

#include "record/trial.h"
#include "trammel/facts.h"

struct hook {
	const char *id; /* "hook.file_open", as `trammel features` has it */
	const char *what;
	const char *since; /* the kernel that has the function; NULL: every one that we run on */
	const char *lost; /* without it */
	const char *program; /* its name in the skeleton */
	struct trial trial; /* what it is attached to */
	bool essential; /* without it the tracepoints are the better source of acts on files */
};

/* All of them; static. */
size_t hooks_all(const struct hook **ret);

/*
 * Tries each, and adds the ids of those that this kernel does not take to *missing. False: an essential one
 * is among them, and the others may not have been tried.
 */
bool hooks_try(struct tr_strset *missing);

#endif
