/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From facts to what a container is to be run with. Pure: the same facts and options give the same.
 *
 * An option is asked for only where what was recorded shows that the container can do all of that again
 * with it; else it is left out, with what speaks against it.
 */
#ifndef TRAMMEL_POLICY_RUN_H
#define TRAMMEL_POLICY_RUN_H

#include "trammel/facts.h"
#include "trammel/image_files.h"
#include "trammel/run_options.h"

/* What is added to the most that was seen. */
#define TR_RUN_PIDS_TIMES   2
#define TR_RUN_PIDS_LEAST   64
#define TR_RUN_MEMORY_TIMES 2
#define TR_RUN_MEMORY_LEAST ((unsigned long long)64 << 20)

struct tr_policy_run_opts {
	const char *seccomp; /* the profile's file */
	const char *apparmor; /* the profile's name; NULL: there is none, and */
	const char *no_apparmor; /* why; NULL: no acts on files were recorded */
	unsigned without; /* 1 << enum tr_run_kind: not to be said at all */
	const struct tr_image_files *image; /* its files; NULL: not known */
	bool allow_incomplete, allow_no_start; /* as in struct tr_policy_opts */
};

int tr_policy_run(struct tr_run_options *ret, const struct tr_facts *facts,
		  const struct tr_policy_run_opts *opts, struct tr_err *err);

#endif
