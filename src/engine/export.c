// SPDX-License-Identifier: Apache-2.0
/*
 * The files of an image, from the engine that has it: of a container that is made of it, never started, and
 * removed again. Its name is ours, so that it can be removed also where making it was not answered.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "engine/backend.h"
#include "engine/endpoint.h"
#include "engine/engine.h"
#include "util/mem.h"

/* What may stand in a reference, "host:5000/some/name:tag@sha256:..."; nothing else goes into a path or an argv. */
bool tr_engine_is_image_name(const char *image)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789_.-/:@";

	return *image && !strchr("_.-/:@", *image) && strspn(image, allowed) == strlen(image);
}

static int find_image(struct backend *b, const char *image, char **ret_id, struct tr_err *err)
{
	return b->http ? backend_api_image(b, image, ret_id, err) :
			 backend_command_image(b, image, ret_id, err);
}

static int create(struct backend *b, const char *name, const char *image, struct tr_err *err)
{
	return b->http ? backend_api_create(b, name, image, err) :
			 backend_command_create(b, name, image, err);
}

static int export(struct backend *b, const char *name, const struct tr_engine_sink *sink,
		  struct tr_err *err)
{
	return b->http ? backend_api_export(b, name, sink, err) :
			 backend_command_export(b, name, sink, err);
}

static int remove_it(struct backend *b, const char *name, struct tr_err *err)
{
	return b->http ? backend_api_remove(b, name, err) : backend_command_remove(b, name, err);
}

static int take_files(struct backend *b, const char *image, const struct tr_engine_sink *sink,
		      struct tr_err *err)
{
	tr_cleanup_err struct tr_err second = { 0 };
	tr_cleanup_free char *name = NULL;
	unsigned number = 0;
	int r;

	if (getrandom(&number, sizeof(number), 0) < 0)
		number = 0;
	name = tr_xasprintf("trammel-files-%d-%08x", getpid(), number);
	r = create(b, name, image, err);
	if (r == 0)
		r = export(b, name, sink, err);
	if (remove_it(b, name, &second) == 0)
		return r;
	/* A container that stays is worse to miss than why it was of no use. */
	return tr_err_set(err, TR_ERR_CANNOT,
			  "the container %s, made to list files, is still there: %s", name,
			  tr_err_msg(&second));
}

int tr_engine_image_files(struct tr_engine *e, const char *image, const struct tr_engine_sink *sink,
			  char **ret_digest, struct tr_err *err)
{
	char *id = NULL;
	int r = 1;

	if (!tr_engine_is_image_name(image))
		return tr_err_set(err, TR_ERR_INPUT, "'%s' is no name of an image", image);
	for (size_t i = 0; i < e->n && r == 1; i++) {
		r = find_image(&e->backends[i], image, &id, err);
		if (r == 0)
			r = take_files(&e->backends[i], id, sink, err);
	}
	if (r == 0)
		*ret_digest = tr_take(id);
	free(id);
	if (r == 1)
		return tr_err_set(err, TR_ERR_INPUT, "%s has no image '%s'", tr_engine_version(e),
				  image);
	return r;
}

static bool is_there(const char *socket)
{
	return socket && access(socket, F_OK) == 0;
}

bool tr_engine_is_near(void)
{
	tr_cleanup_free char *podman = process_find("podman"), *service = NULL;
	struct endpoint ep = { 0 };
	struct endpoint_env env;
	bool foreign, near = podman != NULL;

	endpoint_env_now(&env);
	service = endpoint_podman_default(&env, env.uid);
	if (!near && endpoint_docker(&env, NULL, NULL, &ep, &foreign, NULL) == 0)
		near = is_there(ep.socket);
	near = near || is_there(service);
	endpoint_release(&ep);
	endpoint_env_release(&env);
	return near;
}
