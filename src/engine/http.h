/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HTTP over a Unix socket, as the engines speak it: no proxy, no redirects, every answer bounded in
 * size and time. A handle is for one thread at a time.
 */
#ifndef ENGINE_HTTP_H
#define ENGINE_HTTP_H

#include <stddef.h>

#include "trammel/engine.h"
#include "trammel/err.h"

struct http;

/* How long a stream may be silent. */
#define HTTP_SILENT_S 60L

struct http_reply {
	long status;
	char *body; /* NUL-terminated behind len; never NULL after success */
	size_t len;
	char *libpod; /* the Libpod-Api-Version header, NULL if there was none */
};

int http_open(struct http **ret, const char *socket, struct tr_err *err);
void http_close(struct http *h);
/*
 * path starts with '/' and is already escaped. Returns 0 for any answer, whatever its status; -1
 * (TR_ERR_CANNOT) where none came: nobody listens, no permission, too slow, too large.
 */
int http_get(struct http *h, const char *path, struct http_reply *ret, struct tr_err *err);
/* json: what is sent; NULL: nothing */
int http_post(struct http *h, const char *path, const char *json, long timeout_s,
	      struct http_reply *ret, struct tr_err *err);
int http_delete(struct http *h, const char *path, long timeout_s, struct http_reply *ret,
		struct tr_err *err);
/*
 * An answer of any size that goes by: the body of one with status 200 is given to sink, that of any other is in ret.
 * -1 also where sink ends it.
 */
int http_stream(struct http *h, const char *path, const struct tr_engine_sink *sink,
		struct http_reply *ret, struct tr_err *err);
void http_reply_release(struct http_reply *r);
/* One component of a path, percent-encoded, on the heap. */
char *http_escape(struct http *h, const char *component);

#endif
