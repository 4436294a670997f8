/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory. Running out of it is the one thing the library does not report: there is nothing
 * useful left to do, and a half-built model is worse than none. These abort with a line on stderr.
 */
#ifndef UTIL_MEM_H
#define UTIL_MEM_H

#include <stddef.h>

void *tr_xmalloc(size_t size);
void *tr_xcalloc(size_t n, size_t size);
void *tr_xrealloc(void *p, size_t n, size_t size);
char *tr_xstrdup(const char *s);
char *tr_xstrndup(const char *s, size_t n);
char *tr_xasprintf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/*
 * Makes room for one more element in a growing array: `arr = tr_grow(arr, &cap, n, sizeof(*arr))`
 * where n is the number in use. Doubles, so that appending is linear over all.
 */
void *tr_grow(void *arr, size_t *cap, size_t n, size_t size);

/* Cleanup attributes: freed when the variable leaves its scope, unless taken with tr_take. */
void tr_cleanup_free_p(void *p);
void tr_cleanup_close_p(int *fd);
void tr_cleanup_fclose_p(void *f);
#define tr_cleanup_free	  __attribute__((cleanup(tr_cleanup_free_p)))
#define tr_cleanup_close  __attribute__((cleanup(tr_cleanup_close_p)))
#define tr_cleanup_fclose __attribute__((cleanup(tr_cleanup_fclose_p)))

/* Hands a pointer on and forgets it here, so that a cleanup attribute leaves it alone. */
#define tr_take(p)                          \
	({                                  \
		__typeof__(p) taken_ = (p); \
		(p) = NULL;                 \
		taken_;                     \
	})

#define TR_ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

#endif
