/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Roots of containers, to look up names below: that of the process itself while it is there, else the one
 * that was kept when its container was entered. They are handles (O_PATH); nothing is opened by them.
 *
 * A mount namespace ends with its last process, and its mounts come apart: a handle of one then shows the path
 * "/", and a name no longer leads where it led. So with each root its namespace is held.
 */
#ifndef RECORD_ROOTS_H
#define RECORD_ROOTS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "trammel/event.h"

/* A container whose processes have mount namespaces of their own: so many of them are kept. */
#define ROOTS_PER_RECORDING 4

struct roots {
	struct root {
		uint32_t mnt_ns; /* 0: free */
		int fd, ns;
		pid_t pid; /* one that was in it */
		bool entered; /* the container's own: until it ends; else until roots_settle */
	} kept[TR_MAX_RECORDINGS][ROOTS_PER_RECORDING];
	unsigned passing; /* how many are not the container's own */
};

/* A root to look below. */
struct root_held {
	int fd; /* -1: there is none */
	int ns;
	pid_t pid; /* a process that has, or had, the mounts there */
};

/* Keeps the root of the mount namespace that process `pid` is in, if it is there still. */
void roots_keep(struct roots *r, uint16_t recording, pid_t pid);
/* The container has ended: what is kept of it would keep its file systems. */
void roots_drop(struct roots *r, uint16_t recording);
/* Nothing waits to be looked up: what a container mounts in namespaces that it makes is not kept busy. */
void roots_settle(struct roots *r);
void roots_release(struct roots *r);

/*
 * The root of the process that `e` is of; `root` is its path in the mount namespace, "/" for that's own. If
 * neither it nor its namespace is there, the container's own is as good, where it is on the same file
 * system: a namespace begins as a copy. To be closed in any case.
 */
void roots_open(struct roots *r, uint16_t recording, const struct tr_event_root *e,
		const char *root, struct root_held *ret);
void roots_close(struct root_held *held);

#endif
