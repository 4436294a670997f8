/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The recorder: loads the BPF programs, follows containers, and hands over facts as they are seen
 * for the first time. It knows recordings by index (below TR_MAX_RECORDINGS) and the cgroup
 * component they were met by; who that is to an engine is the caller's business (session.h).
 * One thread; callbacks come from tr_recorder_poll.
 */
#ifndef TRAMMEL_RECORD_H
#define TRAMMEL_RECORD_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "trammel/err.h"
#include "trammel/facts.h"

struct tr_recorder;

/* How much is recorded; each level has those below it. */
enum tr_record_level {
	TR_RECORD_DEFAULT = 0, /* the highest there is */
	TR_RECORD_SYSCALLS,
	TR_RECORD_FILES, /* and files and execs */
};

/* Where acts on files, and what else security modules are asked, come from. */
enum tr_backend {
	TR_BACKEND_AUTO = 0, /* the hooks where the kernel takes them, else the tracepoints */
	TR_BACKEND_HOOKS, /* or an error */
	TR_BACKEND_TRACEPOINTS,
};

struct tr_recorder_opts {
	enum tr_backend backend;
	bool auto_containers; /* follow every container that appears */
	enum tr_record_level level;
	size_t ring_bytes; /* a power of two; 0: 8 MiB */
	uint32_t max_events; /* first-seen events one recording may hand over; 0: 400,000 */
};

/* What a process was when something happened to it. */
struct tr_moment {
	uint16_t recording;
	pid_t pid; /* thread group, as the host numbers it */
	uint8_t phase; /* TR_PHASE_* */
	bool filtered; /* a seccomp filter of its container is active */
	int64_t now; /* seconds since the epoch */
};

struct tr_recorder_calls {
	/* The first process of a recording was marked; name is its cgroup component. */
	void (*met)(void *arg, uint16_t recording, const char *name);
	/* An entry exec was passed. */
	void (*entered)(void *arg, const struct tr_moment *m);
	/*
	 * Something was seen, for the first time by this executable. The callee takes what fact
	 * points to. Its evidence has no recordings yet.
	 */
	void (*fact)(void *arg, uint16_t recording, struct tr_fact *fact);
	/* The recording's last process ended. It may be met again (a restart). */
	void (*ended)(void *arg, uint16_t recording);
	void *arg;
};

/*
 * Loads and attaches. Kind TR_ERR_CANNOT, with what is missing, where that fails (no privilege, no
 * BTF, a kernel before 5.15 or one that refuses the programs).
 */
int tr_recorder_open(struct tr_recorder **ret, const struct tr_recorder_opts *opts,
		     const struct tr_recorder_calls *calls, struct tr_err *err);
/* Detaches and frees. NULL is fine. */
void tr_recorder_close(struct tr_recorder *r);

/* "hooks" or "tracepoints". */
const char *tr_recorder_backend(const struct tr_recorder *r);
/* What the tracepoints do not see on this kernel, by the ids of profiles/backend-misses.csv; the hooks: nothing. */
const struct tr_strset *tr_recorder_misses(const struct tr_recorder *r);
/* Adds to rec's context where its facts come from: the backend, what it misses, and the hooks that are missing. */
void tr_recorder_to_context(const struct tr_recorder *r, struct tr_recording *rec);

/* Reserves a recording for processes in a cgroup with this path component. */
int tr_recorder_follow(struct tr_recorder *r, const char *component, uint16_t *ret,
		       struct tr_err *err);
/* Never records the container with this id (auto_containers). */
int tr_recorder_ignore(struct tr_recorder *r, const char *id, struct tr_err *err);
/*
 * The same for every container that has processes now, whatever engine's it is: another process
 * that joins it must not make it look new.
 */
int tr_recorder_ignore_running(struct tr_recorder *r, struct tr_err *err);
/* Reserves a recording for a process, stopped before its exec, and all it starts. */
int tr_recorder_follow_process(struct tr_recorder *r, pid_t pid, uint16_t *ret, struct tr_err *err);
/*
 * Marks the processes that are in followed cgroups already, again until a pass finds none.
 * *ret_marked (may be NULL) is how many there were.
 */
int tr_recorder_seed(struct tr_recorder *r, unsigned *ret_marked, struct tr_err *err);

/* A descriptor that is readable when there are events. */
int tr_recorder_fd(const struct tr_recorder *r);
/* Takes what events there are, without waiting, and at most as many as the buffer holds. */
int tr_recorder_poll(struct tr_recorder *r, struct tr_err *err);
/* The same for the last time: all that were handed over by now. */
void tr_recorder_drain(struct tr_recorder *r);
/*
 * Reads the rows of syscalls: first-seen ones become facts. To be called each second, with
 * `tick` (one second begins), and at the end.
 */
void tr_recorder_harvest(struct tr_recorder *r, bool tick);

/* Whether it can go on with the capabilities that are effective now. */
bool tr_recorder_works(const struct tr_recorder *r);

/* How many of its processes are alive. */
uint32_t tr_recorder_live(const struct tr_recorder *r, uint16_t recording);
/* Adds its losses so far to those of rec; what belongs to no recording is added to each. */
void tr_recorder_losses(const struct tr_recorder *r, uint16_t recording, struct tr_recording *rec);
/* Containers that were met when no slot was left. */
uint64_t tr_recorder_lost_containers(const struct tr_recorder *r);
/* Bytes the maps may take at most. */
size_t tr_recorder_map_bytes(const struct tr_recorder *r);

#endif
