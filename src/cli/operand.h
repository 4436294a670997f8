/* SPDX-License-Identifier: Apache-2.0 */
/* What diff compares: a profile, a trace, or what a running container or process is under. */
#ifndef CLI_OPERAND_H
#define CLI_OPERAND_H

#include <stdbool.h>
#include <sys/types.h>

#include "trammel/diff.h"
#include "trammel/facts.h"
#include "trammel/rules.h"

struct operand {
	const char *word; /* as it was given; of a bundle, its profile */
	const char *bundle; /* the bundle, as it was given; NULL if it is none */
	char *path; /* what word points to, for a bundle */
	char *label; /* the same, safe to show */
	bool is_file; /* word is the path of a file */
	bool is_container; /* filters are of its first process */
	enum tr_diff_kind kind;
	struct tr_seccomp profile;
	struct tr_facts facts;
	struct tr_filter *filters;
	size_t n_filters;
};

/*
 * Opens a built-in name, "container:NAME", "pid:NUMBER", "-" or a file: a profile in any spelling that we read, or a
 * trace, whichever it turns out to be; or a bundle, which is its profile. On failure o is empty.
 */
int operand_open(struct operand *o, const char *word, struct tr_err *err);
void operand_release(struct operand *o);

/*
 * Of "container:NAME" the first process, of "pid:NUMBER" the process: 1; 0 where word is neither. *ret_container says
 * which.
 */
int operand_pid(const char *word, pid_t *ret, bool *ret_container, struct tr_err *err);

/* For tr_diff_seccomp; valid as long as o. */
struct tr_diff_side operand_side(const struct operand *o);

/* "the profile grants", "the recording did", ...: how its side is spoken of. */
const char *operand_does(const struct operand *o);

#endif
