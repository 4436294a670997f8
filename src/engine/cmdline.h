/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading an engine's command line (`docker --context x run ...`): enough of it to know which
 * engine is meant, what it will do, and where an option of ours may go. Pure.
 */
#ifndef ENGINE_CMDLINE_H
#define ENGINE_CMDLINE_H

#include <stdbool.h>
#include <stddef.h>

enum engine_program {
	PROGRAM_NONE,
	PROGRAM_DOCKER,
	PROGRAM_PODMAN,
	PROGRAM_NERDCTL
};

enum engine_verb {
	VERB_OTHER, /* makes no container we would follow */
	VERB_RUN, /* run, container run */
	VERB_CREATE,
	VERB_START,
	VERB_COMPOSE, /* compose up, run, start, ...; docker-compose, podman-compose */
};

struct engine_cmdline {
	enum engine_program program;
	enum engine_verb verb;
	size_t after_verb; /* index in argv where options of the verb begin */
	const char *host, *context; /* as given on the command line; NULL if not. Point into argv */
	const char *project; /* compose: -p as given; NULL if not. Points into argv */
	const char *cidfile; /* run, create: as given; NULL if not */
	bool has_seccomp; /* run, create: a --security-opt seccomp=... is given */
	bool has_apparmor; /* the same */
};

/* argv is NULL-terminated. program is NONE where argv[0] is no engine's command. */
void engine_cmdline_parse(char *const *argv, struct engine_cmdline *ret);

/* argv with n words inserted at index `at`: a new array on the heap, whose strings are shared. */
char **engine_cmdline_insert(char *const *argv, size_t at, char *const *words, size_t n);

#endif
