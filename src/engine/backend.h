/* SPDX-License-Identifier: Apache-2.0 */
/* One way to ask one engine: an API on a socket, or the podman command. */
#ifndef ENGINE_BACKEND_H
#define ENGINE_BACKEND_H

#include "engine/http.h"
#include "engine/inspect.h"
#include "util/process.h"

struct backend {
	struct http *http; /* NULL: the command */
	char *socket; /* with http */
	char *libpod; /* podman's own API version, if it is podman */
	char *command; /* path of podman */
	bool has_user; /* run it as this user */
	struct process_user user;
	char *home; /* what user.home points to */
	struct engine_desc desc;
	char *title; /* "Docker 20.10.24" */
};
void backend_release(struct backend *b);

/* These fill b, which begins zeroed and is released by the caller also after a failure. */
int backend_api_open(struct backend *b, const char *socket, struct tr_err *err);
int backend_command_open(struct backend *b, struct tr_err *err);

/* 1: there is no such container. Names are well-formed (see engine.c). */
int backend_api_inspect(struct backend *b, const char *name, struct tr_container *ret,
			struct tr_err *err);
int backend_command_inspect(struct backend *b, const char *name, struct tr_container *ret,
			    struct tr_err *err);
/* The same for one that is gone, by its full id: what the last events tell of it. */
int backend_api_recall(struct backend *b, const char *id, struct tr_container *ret,
		       struct tr_err *err);
int backend_command_recall(struct backend *b, const char *id, struct tr_container *ret,
			   struct tr_err *err);
int backend_api_list(struct backend *b, char ***ret_ids, size_t *ret_n, struct tr_err *err);
int backend_command_list(struct backend *b, char ***ret_ids, size_t *ret_n, struct tr_err *err);
int backend_api_stop(struct backend *b, const char *id, int timeout, struct tr_err *err);
int backend_command_stop(struct backend *b, const char *id, int timeout, struct tr_err *err);

/* 1: there is no such image. ret_id: heap */
int backend_api_image(struct backend *b, const char *image, char **ret_id, struct tr_err *err);
int backend_command_image(struct backend *b, const char *image, char **ret_id, struct tr_err *err);
/* A container that is never started, its files, and its end: with the volumes that came with it; 0 also where it is gone. */
int backend_api_create(struct backend *b, const char *name, const char *image, struct tr_err *err);
int backend_command_create(struct backend *b, const char *name, const char *image,
			   struct tr_err *err);
int backend_api_export(struct backend *b, const char *name, const struct tr_engine_sink *sink,
		       struct tr_err *err);
int backend_command_export(struct backend *b, const char *name, const struct tr_engine_sink *sink,
			   struct tr_err *err);
int backend_api_remove(struct backend *b, const char *name, struct tr_err *err);
int backend_command_remove(struct backend *b, const char *name, struct tr_err *err);
/* How long making and removing one may take: what an image has where a volume comes is copied there. */
#define BACKEND_MAKE_S 300

/* How long stopping may take: the grace period and some, or 5 minutes where we do not know it. */
static inline int backend_stop_limit_s(int timeout)
{
	return timeout < 0 || timeout > 270 ? 300 : timeout + 30;
}

#endif
