/* SPDX-License-Identifier: Apache-2.0 */
/* A growing byte string. Always NUL-terminated behind len, so that s is a C string too. */
#ifndef UTIL_STRBUF_H
#define UTIL_STRBUF_H

#include <stddef.h>

struct strbuf {
	char *s; /* NULL until the first byte; use strbuf_str to read */
	size_t len, cap;
};

#define STRBUF_INIT        \
	{                  \
		NULL, 0, 0 \
	}
#define cleanup_strbuf __attribute__((cleanup(strbuf_release)))

void strbuf_add(struct strbuf *sb, const void *data, size_t len);
void strbuf_adds(struct strbuf *sb, const char *s);
void strbuf_addc(struct strbuf *sb, char c);
void strbuf_addf(struct strbuf *sb, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* The content as a C string, never NULL; valid until the next change. */
const char *strbuf_str(const struct strbuf *sb);
/* Hands the heap string over to the caller (never NULL) and empties the buffer. */
char *strbuf_detach(struct strbuf *sb);
/* Empties it and keeps the memory. */
void strbuf_clear(struct strbuf *sb);
void strbuf_release(struct strbuf *sb);

#endif
