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

struct http {
	CURL *curl;
	char *socket;
};

/* What one request collects. */
struct collector {
	struct strbuf body;
	char *libpod;
	bool too_large;
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
	if (c->too_large)
		return tr_err_set(err, TR_ERR_CANNOT, "%s: the answer is larger than %d MiB",
				  h->socket, BODY_LIMIT >> 20);
	if (code == CURLE_OPERATION_TIMEDOUT)
		return tr_err_set(err, TR_ERR_CANNOT, "%s: no answer within %ld s", h->socket,
				  timeout_s);
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

static int request(struct http *h, const char *path, bool post, long timeout_s,
		   struct http_reply *ret, struct tr_err *err)
{
	tr_cleanup_free char *url = tr_xasprintf("http://engine%s", path);
	struct collector c = { .body = STRBUF_INIT };
	CURLcode code;

	prepare(h, url, &c, timeout_s);
	if (post) {
		curl_easy_setopt(h->curl, CURLOPT_POST, 1L);
		curl_easy_setopt(h->curl, CURLOPT_POSTFIELDS, "");
	}
	code = curl_easy_perform(h->curl);
	if (code != CURLE_OK) {
		explain(h, code, &c, timeout_s, err);
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
	return request(h, path, false, GET_TIMEOUT_S, ret, err);
}

int http_post(struct http *h, const char *path, long timeout_s, struct http_reply *ret,
	      struct tr_err *err)
{
	return request(h, path, true, timeout_s, ret, err);
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
