/* SPDX-License-Identifier: Apache-2.0 */
/* The state of a recording under way; shared by the files that make up run.h. */
#ifndef RECORD_RUN_STATE_H
#define RECORD_RUN_STATE_H

#include <signal.h>

#include "record/asker.h"
#include "record/peaks.h"
#include "record/run.h"
#include "record/spawn.h"
#include "trammel/record.h"

/* A recording, beside what session.h knows of it. */
struct followed {
	char *id; /* container id, or the cgroup component it was met by */
	char *name; /* of the container */
	char *ip;
	int pid;
	bool wanted, main_entered, unfiltered, ended, asked_end, stopping;
	bool confined, unconfined; /* was seen, once at least; see run_opts.apparmor */
	unsigned asked_who; /* again, for no answer came */
	long long ended_at;
	struct peaks peaks;
};

struct run {
	const struct run_opts *o;
	struct tr_recorder *rec;
	struct asker *asker;
	struct session session;
	struct followed followed[TR_MAX_RECORDINGS];
	uint16_t n_followed; /* above the highest index that was met */
	struct spawned cmd, exercise;
	struct tr_container early; /* what the cidfile named, asked before it started */
	char *cid; /* what the cidfile held */
	bool asked_early;
	uint16_t only; /* RUN_PROCESS, RUN_CONTAINER, RUN_CGROUP: the recording */
	bool start_unseen; /* it was running when we came */
	int signal_fd;
	sigset_t old_mask;
	long long t0, next_tick, next_look, next_checkpoint, deadline, grace_until;
	size_t recent[RUN_RECENT]; /* how many facts there were, by second */
	int64_t started;
	enum tr_ended why;
	bool done, interrupted, exercised, unhealthy, failed;
	bool ending; /* before its time, or because it failed */
	bool looked_again; /* the ring, once the command had ended */
	int interrupt_signal;
	struct tr_err err;
};

long long run_now_ms(void); /* CLOCK_MONOTONIC */
/* A line for run_opts.note, escaped as a whole. */
void run_note(struct run *r, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Ends the recording, and what it started, as failed; takes the error. */
void run_fail(struct run *r, struct tr_err *err);
bool run_has_engine(const struct run *r);
/* A cgroup component of 64 hex digits is a container's id, and an engine may know more. */
bool run_is_container_id(const char *name);
/* Running, restarting or paused. */
bool run_is_alive(const struct tr_container *c);

#define RUN_GRACE_MS \
	15000 /* what a command has to end in after a signal; an engine stops in 10 s */
#define ASK_AGAIN_MS  100 /* between two questions about the same state */
#define ASK_WHO_AGAIN 2 /* times, where an engine gives no answer */

/* usage.c: the most that containers use at a time. */
/* A process of it is known. */
void run_find_peaks(struct run *r, uint16_t recording, int pid);
/* If it is time. */
void run_look_at_peaks(struct run *r);
/* Puts them into the recordings, and into the journals if they have grown. */
void run_keep_peaks(struct run *r, uint16_t recording);

/* whose.c: what the recorder meets, and whether it is wanted. */
extern const struct tr_recorder_calls run_recorder_calls; /* arg is to be filled in */
void run_met(struct run *r, uint16_t recording, const char *name);
/* Decides about a recording that is not known yet; c is NULL where no engine knows it. */
void run_decide(struct run *r, uint16_t recording, const struct tr_container *c);

/* answers.c: what engines say. */
void run_take_answers(struct run *r);
void run_look_for_cidfile(struct run *r);

/* exercise.c */
/* Starts it for this recording if it is time: its program runs, and is healthy. */
int run_hold_exercise(struct run *r, struct tr_err *err);
void run_maybe_exercise(struct run *r, uint16_t recording);
/* An engine said how a container is that waits to be exercised. */
void run_exercise_state(struct run *r, uint16_t recording, const struct tr_container *c);
/* Looks whether it has ended; if so, stops what was exercised. */
void run_reap_exercise(struct run *r);
/* Asks the engines to stop what is recorded. Returns whether there was anything to stop. */
bool run_stop_containers(struct run *r);

/* end.c: whether the recording is over. */
/* Ends it before its time: what we started is ended, too; what we found running is left alone. */
void run_end_early(struct run *r);
void run_look_for_the_end(struct run *r);
unsigned run_count_wanted(const struct run *r);

/* checkpoint.c */
/* Writes the traces as they are now, if it is time. */
void run_maybe_checkpoint(struct run *r);
/* Losses of all wanted recordings so far. */
uint64_t run_count_losses(const struct run *r);

/* begin.c: finds and follows the target. */
int run_follow_target(struct run *r, struct tr_err *err);

#endif
