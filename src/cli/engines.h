/* SPDX-License-Identifier: Apache-2.0 */
/* What record and rehearse share: opening engines, and preparing an engine's command line. */
#ifndef CLI_ENGINES_H
#define CLI_ENGINES_H

#include "engine/cmdline.h"
#include "trammel/engine.h"
#include "trammel/err.h"

#define MAX_ENGINES 2

struct engines {
	struct tr_engine *e[MAX_ENGINES];
	unsigned n;
};

/*
 * Opens the engine that a command line means, or, with NULL, every one that this machine has.
 * An engine that is not there is no error (the cgroup's id will stand in); a remote or foreign one
 * is, kind TR_ERR_CANNOT, before anything was started.
 */
int engines_open(struct engines *ret, const struct engine_cmdline *c, struct tr_err *err);
void engines_close(struct engines *e);

/*
 * A docker or podman `run` that tells us its container: argv with a --cidfile in a fresh directory
 * of the caller's, unless it has one.
 */
struct prepared {
	char **argv; /* heap; the strings are shared, but for ours */
	char *cidfile; /* NULL: not a command that makes one container */
	char *dir; /* to be removed */
	char *option; /* a word of ours in argv */
};
int prepare_command(struct prepared *ret, char **argv, const struct engine_cmdline *c,
		    struct tr_err *err);
void prepared_release(struct prepared *p);

#endif
