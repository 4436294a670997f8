// SPDX-License-Identifier: Apache-2.0
#include "engine/http.h"

#include <curl/curl.h>
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "util/mem.h"
#include "util/strbuf.h"

#define BODY_LIMIT	  (16 << 20)
#define CONNECT_TIMEOUT_S 2L
#define GET_TIMEOUT_S	  10L
#define STREAM_TIMEOUT_S  3600L

struct http {
	CURL *curl;
	char *socket;
};

/* What one request collects. */
struct collector {
	struct strbuf body;
	char *libpod;
	bool too_large;
	CURL *curl;
	const struct tr_engine_sink *sink; /* NULL: the body is collected */
	struct tr_err *err; /* for the sink */
	bool refused, stopped; /* by it, with an error of its own and without */
};

struct question {
	const char *method, *path, *json;
	long timeout_s;
	const struct tr_engine_sink *sink;
};

static void global_init(void)
{
	curl_global_init(CURL_GLOBAL_NOTHING);
}

int http_open(struct http **ret, const char *socket, struct tr_err *err)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	CURL *curl;

	pthread_once(&once, global_init);
	curl = curl_easy_init();
	if (!curl)
		return tr_err_set(err, TR_ERR_CANNOT, "libcurl does not start");
	*ret = tr_xcalloc(1, sizeof(**ret));
	(*ret)->curl = curl;
	(*ret)->socket = tr_xstrdup(socket);
	return 0;
}

void http_close(struct http *h)
{
	if (!h)
		return;
	curl_easy_cleanup(h->curl);
	free(h->socket);
	free(h);
}

static size_t on_body(char *data, size_t size, size_t n, void *arg)
{
	struct collector *c = arg;
	long status = 0;

	if (c->sink)
		curl_easy_getinfo(c->curl, CURLINFO_RESPONSE_CODE, &status);
	if (status == 200) {
		c->refused = c->sink->take(data, size * n, c->sink->arg, c->err) < 0;
		return c->refused ? 0 : size * n;
	}
	if (c->body.len + size * n > BODY_LIMIT) {
		c->too_large = true;
		return 0; /* ends the transfer */
	}
	strbuf_add(&c->body, data, size * n);
	return size * n;
}

static size_t on_header(char *data, size_t size, size_t n, void *arg)
{
	static const char name[] = "Libpod-Api-Version:";
	struct collector *c = arg;
	const char *p = data + sizeof(name) - 1, *end = data + size * n;

	if (size * n < sizeof(name) || strncasecmp(data, name, sizeof(name) - 1))
		return size * n;
	while (p < end && *p == ' ')
		p++;
	while (end > p && strchr(" \r\n", end[-1]))
		end--;
	free(c->libpod);
	c->libpod = tr_xstrndup(p, (size_t)(end - p));
	return size * n;
}

/* libcurl asks at least once a second. */
static int on_progress(void *arg, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
	struct collector *col = arg;

	(void)a, (void)b, (void)c, (void)d;
	col->stopped = col->sink->stop && col->sink->stop(col->sink->arg);
	return col->stopped;
}

static void prepare_stream(struct http *h, struct collector *c)
{
	curl_easy_setopt(h->curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
	curl_easy_setopt(h->curl, CURLOPT_LOW_SPEED_TIME, HTTP_SILENT_S);
	curl_easy_setopt(h->curl, CURLOPT_NOPROGRESS, 0L);
	curl_easy_setopt(h->curl, CURLOPT_XFERINFOFUNCTION, on_progress);
	curl_easy_setopt(h->curl, CURLOPT_XFERINFODATA, c);
}

static void prepare(struct http *h, const char *url, struct collector *c, long timeout_s)
{
	curl_easy_reset(h->curl);
	curl_easy_setopt(h->curl, CURLOPT_URL, url);
	curl_easy_setopt(h->curl, CURLOPT_UNIX_SOCKET_PATH, h->socket);
	curl_easy_setopt(h->curl, CURLOPT_PROTOCOLS_STR, "http");
	curl_easy_setopt(h->curl, CURLOPT_PROXY, "");
	curl_easy_setopt(h->curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(h->curl, CURLOPT_CONNECTTIMEOUT, CONNECT_TIMEOUT_S);
	curl_easy_setopt(h->curl, CURLOPT_TIMEOUT, timeout_s);
	/* An engine that was restarted has closed the connection: ask on a new one each time. */
	curl_easy_setopt(h->curl, CURLOPT_FORBID_REUSE, 1L);
	curl_easy_setopt(h->curl, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(h->curl, CURLOPT_WRITEDATA, c);
	curl_easy_setopt(h->curl, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(h->curl, CURLOPT_HEADERDATA, c);
}

static int explain(struct http *h, CURLcode code, const struct collector *c, long timeout_s,
		   struct tr_err *err)
{
	long sys = 0;

	curl_easy_getinfo(h->curl, CURLINFO_OS_ERRNO, &sys);
	if (c->refused)
		return -1;
	if (c->stopped)
		return tr_err_set(err, TR_ERR_CANNOT, "interrupted");
	if (c->too_large)
		return tr_err_set(err, TR_ERR_CANNOT, "%s: the answer is larger than %d MiB",
				  h->socket, BODY_LIMIT >> 20);
	if (code == CURLE_OPERATION_TIMEDOUT)
		return tr_err_set(err, TR_ERR_CANNOT, "%s: no answer within %ld s", h->socket,
				  c->sink ? HTTP_SILENT_S : timeout_s);
	if (code == CURLE_COULDNT_CONNECT && (sys == EACCES || sys == EPERM))
		return tr_err_set(err, TR_ERR_CANNOT,
				  "%s: permission denied (root may, and the "
				  "members of the group it belongs to)",
				  h->socket);
	if (code == CURLE_COULDNT_CONNECT)
		return tr_err_set(err, TR_ERR_CANNOT, "%s: nothing listens there (%s)", h->socket,
				  sys ? strerror((int)sys) : curl_easy_strerror(code));
	return tr_err_set(err, TR_ERR_CANNOT, "%s: no valid answer: %s", h->socket,
			  curl_easy_strerror(code));
}

static int request(struct http *h, const struct question *q, struct http_reply *ret,
		   struct tr_err *err)
{
	tr_cleanup_free char *url = tr_xasprintf("http://engine%s", q->path);
	struct collector c = { .body = STRBUF_INIT, .curl = h->curl, .sink = q->sink, .err = err };
	struct curl_slist *headers = NULL;
	CURLcode code;

	prepare(h, url, &c, q->timeout_s);
	if (!strcmp(q->method, "POST")) {
		curl_easy_setopt(h->curl, CURLOPT_POST, 1L);
		curl_easy_setopt(h->curl, CURLOPT_POSTFIELDS, q->json ? q->json : "");
		if (q->json)
			headers = curl_slist_append(NULL, "Content-Type: application/json");
	} else {
		curl_easy_setopt(h->curl, CURLOPT_CUSTOMREQUEST, q->method);
	}
	if (headers)
		curl_easy_setopt(h->curl, CURLOPT_HTTPHEADER, headers);
	if (q->sink)
		prepare_stream(h, &c);
	code = curl_easy_perform(h->curl);
	curl_slist_free_all(headers);
	if (code != CURLE_OK) {
		explain(h, code, &c, q->timeout_s, err);
		strbuf_release(&c.body);
		free(c.libpod);
		return -1;
	}
	curl_easy_getinfo(h->curl, CURLINFO_RESPONSE_CODE, &ret->status);
	ret->len = c.body.len;
	ret->body = strbuf_detach(&c.body);
	ret->libpod = c.libpod;
	return 0;
}

int http_get(struct http *h, const char *path, struct http_reply *ret, struct tr_err *err)
{
	const struct question q = { "GET", path, NULL, GET_TIMEOUT_S, NULL };

	return request(h, &q, ret, err);
}

int http_post(struct http *h, const char *path, const char *json, long timeout_s,
	      struct http_reply *ret, struct tr_err *err)
{
	const struct question q = { "POST", path, json, timeout_s, NULL };

	return request(h, &q, ret, err);
}

int http_delete(struct http *h, const char *path, long timeout_s, struct http_reply *ret,
		struct tr_err *err)
{
	const struct question q = { "DELETE", path, NULL, timeout_s, NULL };

	return request(h, &q, ret, err);
}

int http_stream(struct http *h, const char *path, const struct tr_engine_sink *sink,
		struct http_reply *ret, struct tr_err *err)
{
	const struct question q = { "GET", path, NULL, STREAM_TIMEOUT_S, sink };

	return request(h, &q, ret, err);
}

void http_reply_release(struct http_reply *r)
{
	free(r->body);
	free(r->libpod);
	memset(r, 0, sizeof(*r));
}

char *http_escape(struct http *h, const char *component)
{
	char *curl_owned = curl_easy_escape(h->curl, component, 0);
	char *s = tr_xstrdup(curl_owned ? curl_owned : "");

	curl_free(curl_owned);
	return s;
}
