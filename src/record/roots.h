/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Roots of containers, to look up names below: that of the process itself while it is there, else the one
 * that was kept when its container was entered. They are handles (O_PATH); nothing is opened by them.
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
		int fd;
	} kept[TR_MAX_RECORDINGS][ROOTS_PER_RECORDING];
};

/* Keeps the root of the mount namespace that process `pid` is in, if it is there still. */
void roots_keep(struct roots *r, uint16_t recording, pid_t pid);
/* The container has ended: what is kept of it would keep its file systems. */
void roots_drop(struct roots *r, uint16_t recording);
void roots_release(struct roots *r);

/*
 * A descriptor of the root of process `pid` in mount namespace `mnt_ns`; `root` is its path there, "/" for
 * the namespace's own. -1 if neither it nor a kept one is there. The caller closes it.
 */
int roots_open(struct roots *r, uint16_t recording, pid_t pid, uint32_t mnt_ns, const char *root);

#endif
