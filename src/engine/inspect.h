/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the engines say, as JSON, to what we keep of it. Pure: bytes in (a NUL stands behind len),
 * struct out. Names, labels and commands in it are chosen by whoever made the container.
 */
#ifndef ENGINE_INSPECT_H
#define ENGINE_INSPECT_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "trammel/engine.h"

/*
 * Docker's and podman's `inspect` of one container: the object, or an array with it alone (as
 * the podman command prints). ret is zeroed on failure. Errors of kind TR_ERR_INPUT.
 */
int inspect_container(const char *text, size_t len, struct tr_container *ret, struct tr_err *err);
/* The same of one image: its digest, "sha256:...", on the heap. */
int inspect_image(const char *text, size_t len, char **ret_id, struct tr_err *err);
/* GET /containers/json: the ids, on the heap. */
int inspect_list(const char *text, size_t len, char ***ret_ids, size_t *ret_n, struct tr_err *err);
/*
 * GET /events, and `podman events`, one object a line: what the first one about container `id` tells
 * of it. 0, or 1 where none is about it, or -1. ret is zeroed then.
 */
int inspect_events(const char *text, size_t len, const char *id, struct tr_container *ret,
		   struct tr_err *err);
/* The "message" of an error answer, on the heap; NULL if it has none. */
char *inspect_message(const char *text, size_t len);

/* An engine, and the machine it runs on. */
struct engine_desc {
	char *version; /* "20.10.24" */
	bool is_podman;
	bool is_remote; /* podman: the command talks to a service elsewhere */
	char *os, *kernel, *host; /* "Docker Desktop", uname -r, host name */
	uint64_t memory; /* bytes */
	char *seccomp_profile; /* of containers that ask for none: "default", "unconfined", "custom" */
	bool no_new_privileges; /* for all containers */
	struct tr_engine_info info;
};
void engine_desc_release(struct engine_desc *d);
/* These add to *ret, which begins zeroed. /info and /version of either engine; `podman info`. */
int inspect_info(const char *text, size_t len, struct engine_desc *ret, struct tr_err *err);
int inspect_version(const char *text, size_t len, struct engine_desc *ret, struct tr_err *err);
int inspect_podman_info(const char *text, size_t len, struct engine_desc *ret, struct tr_err *err);

/* The object of an answer, which the podman command puts into an array. */
json_object *inspect_the_one(json_object *root);
/* Copies a member into *ret. "" is what the engines write for "none", and leaves it alone. */
int inspect_take_string(json_object *o, const char *key, const char *where, char **ret,
			struct tr_err *err);
/* Whether it is 64 hex digits. */
bool inspect_is_id(const char *s);
/* "io.containerd.runc.v2" to "runc", in place; NULL and other names stay. */
void inspect_plain_runtime(char *runtime);

#endif
