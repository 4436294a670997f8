/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The program interpreter (PT_INTERP, ld.so) of what a process runs, as a path inside its
 * container. The kernel opens it in execve, where no tracepoint shows it.
 */
#ifndef RECORD_INTERP_H
#define RECORD_INTERP_H

#include <stdint.h>
#include <sys/types.h>

#include "trammel/facts.h"

/* What was answered already, so that each binary is opened once a recording. */
struct interp_cache {
	struct tr_strset asked; /* "RECORDING:PATH" */
};

/*
 * The interpreter of the binary `path` that process `pid` runs. NULL if it has none, if this
 * was asked before, or if the process is gone. Heap. Opens /proc/PID/exe, a regular file whatever
 * the container did to its names, and resolves the name below the container's root only.
 */
char *interp_of(struct interp_cache *cache, uint16_t recording, pid_t pid, const char *path);
void interp_release(struct interp_cache *cache);

#endif
