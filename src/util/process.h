/* SPDX-License-Identifier: Apache-2.0 */
/* Runs a command without a shell, for what it prints: bounded in size and time. */
#ifndef UTIL_PROCESS_H
#define UTIL_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "trammel/err.h"

/* Whom to run it as: NULL means as we are. */
struct process_user {
	uid_t uid;
	gid_t gid;
	const char *home;
};

struct process_output {
	int status; /* as waitpid has it */
	char *out; /* NUL-terminated behind out_len */
	size_t out_len;
	char *err; /* the beginning of what it said on stderr */
};

/* Where PATH has an executable of this name; heap, NULL if nowhere. */
char *process_find(const char *name);
/*
 * Runs argv[0], which is a path. Its stdin is empty, its process group its own (a Ctrl-C at the
 * terminal does not reach it), LC_ALL is C. When it takes longer than timeout_ms, or prints more
 * than limit, the whole group is killed and that is an error. Others may wait for their own children
 * meanwhile, by their ids.
 */
int process_run(const char *const argv[], const struct process_user *user, int timeout_ms,
		size_t limit, struct process_output *ret, struct tr_err *err);
/*
 * The same for what is of any size: what it prints goes to take, whose -1 ends it, as does stop (asked each
 * 200 ms; NULL: never), and a silence of idle_ms. ret has no output then, but what was said on stderr.
 */
struct process_sink {
	int (*take)(const char *data, size_t len, void *arg, struct tr_err *err);
	bool (*stop)(void *arg);
	void *arg;
};
int process_stream(const char *const argv[], const struct process_user *user, int idle_ms,
		   const struct process_sink *sink, struct process_output *ret, struct tr_err *err);
void process_output_release(struct process_output *o);

#endif
