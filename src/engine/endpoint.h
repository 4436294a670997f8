/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the engine is: the rules of the docker and podman commands, as a function of the environment
 * and the files below the user's configuration directory. Nothing is connected to here.
 */
#ifndef ENGINE_ENDPOINT_H
#define ENGINE_ENDPOINT_H

#include <stdbool.h>
#include <sys/types.h>

#include "trammel/err.h"

/* What the rules read. NULL and "" are both "not set", as the docker command has it. */
struct endpoint_env {
	const char *docker_host, *docker_context, *docker_config;
	const char *container_host, *container_connection, *xdg_runtime_dir;
	char *home; /* of the user who called; owned, NULL if there is none */
	uid_t uid; /* of the user who called */
	bool is_sudo; /* that user is not who we are now */
};
/* Points into the environment: valid until somebody calls setenv. */
void endpoint_env_now(struct endpoint_env *env);
void endpoint_env_release(struct endpoint_env *env);

struct endpoint {
	char *socket; /* path of a Unix socket */
	char *origin; /* for messages: "DOCKER_HOST", "the docker context 'x'" */
};
void endpoint_release(struct endpoint *ep);

/*
 * Docker's: context or host where one is given, else DOCKER_HOST, DOCKER_CONTEXT, the
 * currentContext of config.json, the default socket. An endpoint that is not a Unix socket sets
 * *ret_foreign and fails with TR_ERR_CANNOT; files that are broken or missing, with TR_ERR_INPUT.
 * (The docker command passes over a broken config.json with a warning and takes the default; we
 * would record with an engine that was not meant.)
 */
int endpoint_docker(const struct endpoint_env *env, const char *host, const char *context,
		    struct endpoint *ret, bool *ret_foreign, struct tr_err *err);

/*
 * Podman's, as given or as named by CONTAINER_HOST. Returns 1 if one was named; 0 if none was: then
 * endpoint_podman_default is to be tried, and behind it the command.
 */
int endpoint_podman(const struct endpoint_env *env, const char *host, const char *connection,
		    struct endpoint *ret, bool *ret_foreign, struct tr_err *err);
/* Where podman's service listens for a user, if it runs. Heap. */
char *endpoint_podman_default(const struct endpoint_env *env, uid_t uid);

#endif
