/* SPDX-License-Identifier: Apache-2.0 */
/* Starting the command and the exercise, as the user who called. */
#ifndef RECORD_SPAWN_H
#define RECORD_SPAWN_H

#include <stdbool.h>
#include <sys/types.h>

#include "trammel/err.h"
#include "util/fs.h"

struct spawned {
	pid_t pid; /* 0: none */
	int pidfd; /* readable when it ended; -1: none */
	int go; /* write end: it waits for this before its exec; -1 */
	int failed; /* read end: errno of a failed exec, or end of file; -1 */
	int status; /* once it was reaped: 0..255, 128 + signal, 126/127 where exec failed */
	bool ended;
};
#define SPAWNED_INIT                    \
	{                               \
		0, -1, -1, -1, 0, false \
	}

/*
 * Forks a child that waits for spawn_release before it execs argv[0] (searched in PATH) as `who`: its groups, HOME, USER and LOGNAME
 * are set where that differs from us. Signals are at their defaults and unblocked. With
 * out_to_err, what it prints on stdout goes to our stderr: stdout is for results.
 */
int spawn_held(struct spawned *p, char *const argv[], const struct fs_owner *who, bool out_to_err,
	       struct tr_err *err);

/*
 * Lets it go, with `env` ("NAME=value", NULL-terminated, may be NULL) added to its environment. Returns 0, or -1 if the exec failed: it is reaped then, with status 126 or 127.
 */
int spawn_release(struct spawned *p, const char *name, char *const env[], struct tr_err *err);

static inline bool spawn_is_held(const struct spawned *p)
{
	return p->pid && p->go >= 0;
}

/* It was released, and has not ended. */
static inline bool spawn_is_running(const struct spawned *p)
{
	return p->pid && p->go < 0 && !p->ended;
}

/* Reaps it if it ended, without waiting. */
void spawn_reap(struct spawned *p);

/* Kills what was not released, waits for nothing else, closes descriptors. */
void spawn_close(struct spawned *p);

#endif
