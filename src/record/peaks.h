/* SPDX-License-Identifier: Apache-2.0 */
/* The most that a container used at a time: its cgroup tells, while it is there. */
#ifndef RECORD_PEAKS_H
#define RECORD_PEAKS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct peaks {
	char *memory, *pids; /* directories of the cgroup; NULL: not found */
	uint64_t most_memory, most_pids; /* bytes, and processes and threads; 0: not known */
	uint64_t noted_memory, noted_pids; /* what the journal has */
};

/*
 * Finds the cgroup of a container by a process of it. `id` is the component of the cgroup's path that is the
 * container; below it the container is its own master.
 */
void peaks_find(struct peaks *p, pid_t pid, const char *id);
/* The same of what /proc/PID/cgroup and /proc/self/mountinfo say. */
void peaks_find_in(struct peaks *p, const char *cgroup, const char *mountinfo, const char *id);
/* Looks what they are by now; a cgroup that is gone changes nothing. */
void peaks_look(struct peaks *p);
/* Whether they have grown by a quarter since the last time this was true. */
bool peaks_grew(struct peaks *p);
void peaks_release(struct peaks *p);

#endif
