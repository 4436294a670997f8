/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One recording from start to end: the command or the container that is followed, the exercise,
 * the clock and the signals, around a recorder and a session.
 */
#ifndef RECORD_RUN_H
#define RECORD_RUN_H

#include <stdbool.h>
#include <stdint.h>

#include "record/session.h"
#include "trammel/engine.h"
#include "trammel/err.h"
#include "trammel/record.h"
#include "util/fs.h"

enum run_target {
	RUN_PROCESS, /* argv and all it starts */
	RUN_CONTAINERS, /* containers that appear (while argv runs, if there is one) */
	RUN_CONTAINER, /* one container, running or waited for */
	RUN_CGROUP, /* processes below a cgroup */
};

#define RUN_RECENT 10

struct run_progress {
	int64_t elapsed; /* seconds */
	int64_t since_new; /* seconds since the last new fact; -1: none yet */
	size_t n_facts;
	size_t n_new; /* of these, in the last RUN_RECENT seconds */
	uint64_t n_lost; /* events, so far */
	unsigned n_recordings; /* that are wanted */
	const char *waiting_for; /* NULL, or what for */
};

struct run_opts {
	enum run_target target;
	const char *container, *cgroup;
	const char *cidfile; /* RUN_CONTAINERS: only the container whose id this file will hold */
	const char *image, *service; /* RUN_CONTAINERS: only such; NULL: any */
	bool compose; /* RUN_CONTAINERS: only such as compose labels */
	const char *
		apparmor; /* the profile that the container's own process has to be under; NULL: any */
	const char *project; /* and of these of this project only; NULL: any */
	const char *subject; /* instead of the one the engine suggests */
	char **argv; /* NULL-terminated; NULL: none */
	struct fs_owner who; /* as whom argv and the exercise run */
	const char *exercise; /* for sh -c */
	bool drop_privileges; /* for good: nothing can be recorded after this by the same process */
	bool out_to_err; /* what argv and the exercise print goes to stderr */
	long long duration_ms, quiet_ms, wait_ms, checkpoint_ms; /* 0: none */
	enum tr_record_level level;
	enum tr_backend backend;
	const char *out, *dir; /* see session.h; both NULL: in memory only */
	const struct tr_redact *redact; /* NULL: nothing; must live as long as the result */
	struct tr_engine **engines; /* taken: closed at the end */
	unsigned n_engines;
	void (*progress)(void *arg, const struct run_progress *p); /* each second; may be NULL */
	/* Something worth a line, escaped already: a container that was met, one left out, ... */
	void (*note)(void *arg, const char *line);
	void *arg;
};

struct run_result {
	int status; /* what the caller should exit with, as far as the command has a say */
	int command_status; /* of the command itself, stopped or not; -1: it has none */
	bool interrupted;
	bool exercised; /* the exercise was run to its end */
	bool unhealthy; /* the container became that: it was not exercised, but ended */
	int exercise_status;
	unsigned n_recordings; /* wanted ones that were met */
	unsigned n_incomplete; /* of these, with losses */
	unsigned n_unfiltered; /* entries of a container's own process without a seccomp filter */
	/* With `apparmor`: entries under that profile, and under none or another. Who ended at once is neither. */
	unsigned n_confined, n_unconfined;
	size_t map_bytes;
	struct session session; /* to be released: what was recorded, also if it was written */
};

/*
 * Runs to the end. On failure (-1) nothing was recorded, or what was could not be written; the
 * result is released then. A command that cannot be run gives ret->status 126 or 127 and -1.
 */
int run_recording(const struct run_opts *opts, struct run_result *ret, struct tr_err *err);
void run_result_release(struct run_result *r);

#endif
