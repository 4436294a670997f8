/* SPDX-License-Identifier: Apache-2.0 */
/* What the recorder can still do once the kernel runs its programs. */
#ifndef RECORD_PRIVILEGE_H
#define RECORD_PRIVILEGE_H

#include <stdbool.h>

#include "trammel/err.h"

struct privilege_needs {
	/* Files of another user, and signals to processes of that user: under sudo. */
	bool other_user;
	/* Programs are started later that need all that root has: no limit is put on what execs. */
	bool programs;
	/* These must be writable, sockets included; NULL-terminated, an entry may not exist. */
	const char *const *writable;
	/* Tells whether the BPF maps, links and programs can be used with what is left. */
	bool (*bpf_works)(void *arg);
	void *arg;
};

/*
 * Gives up all capabilities of this thread and those it will start, for good, but: CAP_SYS_PTRACE and
 * CAP_DAC_READ_SEARCH, for programs and roots of processes that are recorded; what the needs above
 * turn out to need; nothing that we do not have anyway. Unless programs are started later, no exec
 * gives anything back either (no_new_privs, an empty bounding set).
 */
int privilege_drop(const struct privilege_needs *needs, struct tr_err *err);

#endif
