// SPDX-License-Identifier: Apache-2.0
/* podman without its service: the command is asked. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "engine/backend.h"
#include "util/mem.h"

#define OUTPUT_LIMIT (16 << 20)
#define TIMEOUT_MS   10000
#define INFO_MS	     60000 /* it asks the package manager for versions */

/* Its "Error: " line, behind any number of warnings; else the first line of what it said. */
static void complaint(const struct process_output *o, char *buf, size_t size)
{
	const char *p = strstr(o->err, "Error: ");

	p = p ? p + strlen("Error: ") : o->err;
	snprintf(buf, size, "%.*s", (int)strcspn(p, "\n"), p);
	if (!*buf)
		snprintf(buf, size, "failed with status %d",
			 WIFEXITED(o->status) ? WEXITSTATUS(o->status) : 128);
}

static int run(struct backend *b, const char *const argv[], int timeout_ms,
	       struct process_output *ret, struct tr_err *err)
{
	return process_run(argv, b->has_user ? &b->user : NULL, timeout_ms, OUTPUT_LIMIT, ret, err);
}

static bool succeeded(const struct process_output *o)
{
	return WIFEXITED(o->status) && WEXITSTATUS(o->status) == 0;
}

static int failed(const struct process_output *o, const char *what, struct tr_err *err)
{
	char why[512];

	complaint(o, why, sizeof(why));
	return tr_err_set(err, TR_ERR_CANNOT, "podman %s: %s", what, why);
}

/* podman's words for it differ by command and version; the status is 125 for every failure. */
static bool no_such(const struct process_output *o)
{
	return strstr(o->err, "no such container") || strstr(o->err, "no such object") ||
	       strstr(o->err, "no container with name or ID");
}

int backend_command_open(struct backend *b, struct tr_err *err)
{
	const char *argv[] = { NULL, "info", "--format", "json", NULL };
	struct process_output o = { 0 };
	int r;

	argv[0] = b->command = process_find("podman");
	if (!b->command)
		return tr_err_set(err, TR_ERR_CANNOT, "there is no podman command");
	if (run(b, argv, INFO_MS, &o, err) < 0)
		return -1;
	r = succeeded(&o) ? inspect_podman_info(o.out, o.out_len, &b->desc, err) :
			    failed(&o, "info", err);
	process_output_release(&o);
	if (r < 0 && err)
		err->kind = TR_ERR_CANNOT;
	return r;
}

int backend_command_inspect(struct backend *b, const char *name, struct tr_container *ret,
			    struct tr_err *err)
{
	const char *argv[] = { b->command, "container", "inspect", "--format", "json", name, NULL };
	struct process_output o = { 0 };
	int r;

	if (run(b, argv, TIMEOUT_MS, &o, err) < 0)
		return -1;
	if (succeeded(&o))
		r = inspect_container(o.out, o.out_len, ret, err);
	else
		r = no_such(&o) ? 1 : failed(&o, "inspect", err);
	process_output_release(&o);
	return r;
}

int backend_command_recall(struct backend *b, const char *id, struct tr_container *ret,
			   struct tr_err *err)
{
	tr_cleanup_free char *filter = tr_xasprintf("container=%s", id);
	const char *argv[] = { b->command, "events", "--stream=false", "--since", "1h",
			       "--filter", filter,   "--format",       "json",	  NULL };
	struct process_output o = { 0 };
	int r;

	if (run(b, argv, TIMEOUT_MS, &o, err) < 0)
		return -1;
	r = succeeded(&o) ? inspect_events(o.out, o.out_len, id, ret, err) :
			    failed(&o, "events", err);
	process_output_release(&o);
	return r;
}

/* One id a line. */
static int parse_lines(const char *text, char ***ret_ids, size_t *ret_n, struct tr_err *err)
{
	size_t n = 0, cap = 0;
	char **ids = NULL;

	while (*text) {
		size_t len = strcspn(text, "\n");

		ids = tr_grow(ids, &cap, n, sizeof(*ids));
		ids[n++] = tr_xstrndup(text, len);
		text += len + (text[len] == '\n');
		if (inspect_is_id(ids[n - 1]))
			continue;
		tr_engine_list_free(ids, n);
		return tr_err_set(err, TR_ERR_CANNOT, "podman ps: expected a container's id");
	}
	*ret_ids = ids;
	*ret_n = n;
	return 0;
}

int backend_command_list(struct backend *b, char ***ret_ids, size_t *ret_n, struct tr_err *err)
{
	const char *argv[] = { b->command, "ps", "--no-trunc", "--quiet", NULL };
	struct process_output o = { 0 };
	int r;

	if (run(b, argv, TIMEOUT_MS, &o, err) < 0)
		return -1;
	r = succeeded(&o) ? parse_lines(o.out, ret_ids, ret_n, err) : failed(&o, "ps", err);
	process_output_release(&o);
	return r;
}

int backend_command_stop(struct backend *b, const char *id, int timeout, struct tr_err *err)
{
	tr_cleanup_free char *option = tr_xasprintf("--time=%d", timeout);
	const char *argv[] = { b->command, "stop", timeout < 0 ? id : option,
			       timeout < 0 ? NULL : id, NULL };
	struct process_output o = { 0 };
	int r = 0;

	if (run(b, argv, backend_stop_limit_s(timeout) * 1000, &o, err) < 0)
		return -1;
	if (!succeeded(&o))
		r = no_such(&o) ? 1 : failed(&o, "stop", err);
	process_output_release(&o);
	return r;
}

/* `exists` tells by its status alone: 1 is no such thing. */
static int has_image(struct backend *b, const char *image, struct tr_err *err)
{
	const char *argv[] = { b->command, "image", "exists", image, NULL };
	struct process_output o = { 0 };
	int r;

	if (run(b, argv, TIMEOUT_MS, &o, err) < 0)
		return -1;
	r = succeeded(&o)				      ? 0 :
	    WIFEXITED(o.status) && WEXITSTATUS(o.status) == 1 ? 1 :
								failed(&o, "image exists", err);
	process_output_release(&o);
	return r;
}

int backend_command_image(struct backend *b, const char *image, char **ret_id, struct tr_err *err)
{
	const char *argv[] = { b->command, "image", "inspect", "--format", "json", image, NULL };
	struct process_output o = { 0 };
	int r = has_image(b, image, err);

	if (r != 0)
		return r;
	if (run(b, argv, TIMEOUT_MS, &o, err) < 0)
		return -1;
	r = succeeded(&o) ? inspect_image(o.out, o.out_len, ret_id, err) :
			    failed(&o, "image inspect", err);
	process_output_release(&o);
	return r;
}

/* Waits for what says nothing but whether it could. */
static int run_quiet(struct backend *b, const char *const argv[], struct tr_err *err)
{
	struct process_output o = { 0 };
	int r;

	if (run(b, argv, BACKEND_MAKE_S * 1000, &o, err) < 0)
		return -1;
	r = succeeded(&o) || no_such(&o) ? 0 : failed(&o, argv[1], err);
	process_output_release(&o);
	return r;
}

int backend_command_create(struct backend *b, const char *name, const char *image,
			   struct tr_err *err)
{
	const char *argv[] = { b->command, "create", "--pull=never", "--network=none",
			       "--name",   name,     image,	     "/",
			       NULL };

	return run_quiet(b, argv, err);
}

int backend_command_export(struct backend *b, const char *name, const struct tr_engine_sink *sink,
			   struct tr_err *err)
{
	const struct process_sink pipe = { sink->take, sink->stop, sink->arg };
	const char *argv[] = { b->command, "export", name, NULL };
	struct process_output o = { 0 };
	int r;

	if (process_stream(argv, b->has_user ? &b->user : NULL, HTTP_SILENT_S * 1000, &pipe, &o,
			   err) < 0)
		return -1;
	r = succeeded(&o) ? 0 : failed(&o, "export", err);
	process_output_release(&o);
	return r;
}

int backend_command_remove(struct backend *b, const char *name, struct tr_err *err)
{
	const char *argv[] = { b->command, "rm", "--force", "--volumes", name, NULL };

	return run_quiet(b, argv, err);
}
