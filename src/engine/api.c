// SPDX-License-Identifier: Apache-2.0
/*
 * The Docker API, and podman's where that tells more. Paths without a version are the newest that the
 * engine has (docs.docker.com/engine/api): what is read here has not changed since 1.24, and old
 * versions are refused by new engines.
 */
#include <string.h>
#include <time.h>

#include "engine/backend.h"
#include "util/mem.h"

/* An answer that is not the one hoped for, in the engine's own words. */
static int refuse(const struct backend *b, const struct http_reply *r, enum tr_err_kind kind,
		  struct tr_err *err)
{
	tr_cleanup_free char *msg = inspect_message(r->body, r->len);

	if (msg)
		return tr_err_set(err, kind, "%s: %s", b->socket, msg);
	return tr_err_set(err, kind, "%s: answers with HTTP status %ld", b->socket, r->status);
}

static int get_desc(struct backend *b, const char *path,
		    int (*parse)(const char *, size_t, struct engine_desc *, struct tr_err *),
		    struct tr_err *err)
{
	struct http_reply r = { 0 };
	int ret;

	if (http_get(b->http, path, &r, err) < 0)
		return -1;
	if (r.status != 200)
		ret = refuse(b, &r, TR_ERR_CANNOT, err);
	else if ((ret = parse(r.body, r.len, &b->desc, err)) < 0)
		tr_err_wrap(err, "%s%s", b->socket, path);
	if (r.libpod && !b->libpod)
		b->libpod = tr_take(r.libpod);
	http_reply_release(&r);
	return ret;
}

/* Whoever answers may be no engine at all: that it cannot be used is all there is to say. */
int backend_api_open(struct backend *b, const char *socket, struct tr_err *err)
{
	b->socket = tr_xstrdup(socket);
	if (http_open(&b->http, socket, err) < 0)
		return -1;
	if (get_desc(b, "/info", inspect_info, err) < 0 ||
	    get_desc(b, "/version", inspect_version, err) < 0) {
		if (err)
			err->kind = TR_ERR_CANNOT;
		return -1;
	}
	if (b->libpod)
		b->desc.is_podman = true;
	return 0;
}

/* The version goes into a path. */
static bool is_version(const char *s)
{
	return s && *s && strspn(s, "0123456789.") == strlen(s);
}

int backend_api_inspect(struct backend *b, const char *name, struct tr_container *ret,
			struct tr_err *err)
{
	tr_cleanup_free char *part = http_escape(b->http, name), *path = NULL;
	struct http_reply r = { 0 };
	int result;

	/* podman's compatible answer does not name the OCI runtime; its own does. */
	if (is_version(b->libpod))
		path = tr_xasprintf("/v%s/libpod/containers/%s/json", b->libpod, part);
	else
		path = tr_xasprintf("/containers/%s/json", part);
	if (http_get(b->http, path, &r, err) < 0)
		return -1;
	if (r.status == 200)
		result = inspect_container(r.body, r.len, ret, err);
	else if (r.status == 404)
		result = 1;
	else
		result = refuse(b, &r, r.status < 500 ? TR_ERR_INPUT : TR_ERR_CANNOT, err);
	http_reply_release(&r);
	return result;
}

/*
 * Docker would go on telling without an end in the past, and keeps the last 256 events. podman 4.3
 * gets such an end wrong, and knows stream=false instead.
 */
int backend_api_recall(struct backend *b, const char *id, struct tr_container *ret,
		       struct tr_err *err)
{
	tr_cleanup_free char *filter = tr_xasprintf("{\"container\":[\"%s\"]}", id);
	tr_cleanup_free char *part = http_escape(b->http, filter), *path = NULL;
	struct http_reply r = { 0 };
	struct timespec now;
	int result;

	clock_gettime(CLOCK_REALTIME, &now);
	if (b->libpod)
		path = tr_xasprintf("/events?since=1&stream=false&filters=%s", part);
	else
		path = tr_xasprintf("/events?since=1&until=%lld.%09ld&filters=%s",
				    (long long)now.tv_sec, now.tv_nsec, part);
	if (http_get(b->http, path, &r, err) < 0)
		return -1;
	if (r.status == 200)
		result = inspect_events(r.body, r.len, id, ret, err);
	else
		result = refuse(b, &r, TR_ERR_CANNOT, err);
	http_reply_release(&r);
	return result;
}

int backend_api_list(struct backend *b, char ***ret_ids, size_t *ret_n, struct tr_err *err)
{
	struct http_reply r = { 0 };
	int result;

	if (http_get(b->http, "/containers/json", &r, err) < 0)
		return -1;
	if (r.status == 200)
		result = inspect_list(r.body, r.len, ret_ids, ret_n, err);
	else
		result = refuse(b, &r, TR_ERR_CANNOT, err);
	http_reply_release(&r);
	return result;
}

int backend_api_stop(struct backend *b, const char *id, int timeout, struct tr_err *err)
{
	tr_cleanup_free char *part = http_escape(b->http, id), *path = NULL;
	struct http_reply r = { 0 };
	int result = 0;

	path = timeout < 0 ? tr_xasprintf("/containers/%s/stop", part) :
			     tr_xasprintf("/containers/%s/stop?t=%d", part, timeout);
	if (http_post(b->http, path, NULL, backend_stop_limit_s(timeout), &r, err) < 0)
		return -1;
	/* 304: it had stopped already. */
	if (r.status == 404)
		result = 1;
	else if (r.status != 204 && r.status != 304)
		result = refuse(b, &r, TR_ERR_CANNOT, err);
	http_reply_release(&r);
	return result;
}

int backend_api_image(struct backend *b, const char *image, char **ret_id, struct tr_err *err)
{
	tr_cleanup_free char *part = http_escape(b->http, image), *path = NULL;
	struct http_reply r = { 0 };
	int result;

	path = tr_xasprintf("/images/%s/json", part);
	if (http_get(b->http, path, &r, err) < 0)
		return -1;
	if (r.status == 200)
		result = inspect_image(r.body, r.len, ret_id, err);
	else if (r.status == 404)
		result = 1;
	else
		result = refuse(b, &r, TR_ERR_CANNOT, err);
	http_reply_release(&r);
	return result;
}

/* An image without a command of its own makes no container unless one is given; it is never run. */
int backend_api_create(struct backend *b, const char *name, const char *image, struct tr_err *err)
{
	tr_cleanup_free char *path = tr_xasprintf("/containers/create?name=%s", name), *json = NULL;
	struct http_reply r = { 0 };
	int result;

	json = tr_xasprintf("{\"Image\":\"%s\",\"Cmd\":[\"/\"],\"NetworkDisabled\":true,"
			    "\"HostConfig\":{\"NetworkMode\":\"none\"}}",
			    image);
	if (http_post(b->http, path, json, BACKEND_MAKE_S, &r, err) < 0)
		return -1;
	result = r.status == 201 ? 0 : refuse(b, &r, TR_ERR_CANNOT, err);
	http_reply_release(&r);
	return result;
}

int backend_api_export(struct backend *b, const char *name, const struct tr_engine_sink *sink,
		       struct tr_err *err)
{
	tr_cleanup_free char *path = tr_xasprintf("/containers/%s/export", name);
	struct http_reply r = { 0 };
	int result;

	if (http_stream(b->http, path, sink, &r, err) < 0)
		return -1;
	result = r.status == 200 ? 0 : refuse(b, &r, TR_ERR_CANNOT, err);
	http_reply_release(&r);
	return result;
}

int backend_api_remove(struct backend *b, const char *name, struct tr_err *err)
{
	tr_cleanup_free char *path = tr_xasprintf("/containers/%s?force=true&v=true", name);
	struct http_reply r = { 0 };
	int result = 0;

	if (http_delete(b->http, path, BACKEND_MAKE_S, &r, err) < 0)
		return -1;
	/* podman answers with what it removed, Docker with nothing. */
	if (r.status != 204 && r.status != 200 && r.status != 404)
		result = refuse(b, &r, TR_ERR_CANNOT, err);
	http_reply_release(&r);
	return result;
}
