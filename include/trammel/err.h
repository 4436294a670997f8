/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Errors. A function that can fail takes a `struct tr_err *` last, returns a negative number on
 * failure and leaves its out-parameters (named ret_*) untouched. The library never prints and
 * never exits, out of memory apart (see tr_xmalloc in src/util/mem.h): the message carries the
 * context up, each caller wrapping what it was doing around it, and only src/cli prints it.
 */
#ifndef TRAMMEL_ERR_H
#define TRAMMEL_ERR_H

#include <stdarg.h>

/* What went wrong, as far as a caller must tell it apart. src/cli maps it to an exit status. */
enum tr_err_kind {
	TR_ERR_NONE = 0,
	TR_ERR_INPUT, /* wrong usage or bad input: exit 2 */
	TR_ERR_CANNOT, /* this kernel, engine, privilege or disk cannot: exit 3 */
	TR_ERR_INCOMPLETE, /* the recording is not complete: exit 4 */
	TR_ERR_NO, /* the question was answered, with no: exit 1 */
};

/* Zero-initialise before first use (`struct tr_err err = { 0 };`). Owns msg. */
struct tr_err {
	enum tr_err_kind kind;
	char *msg;
};

/*
 * Sets kind and message, replacing what was there. err may be NULL. Returns -1, always, so that
 * `return tr_err_set(err, ...)` reads as what it does.
 */
int tr_err_set(struct tr_err *err, enum tr_err_kind kind, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* As tr_err_set, with ": " and the text of errnum (a positive errno) behind the message. */
int tr_err_errno(struct tr_err *err, enum tr_err_kind kind, int errnum, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/* Puts "fmt: " in front of the message there is; the kind stays. Returns -1. */
int tr_err_wrap(struct tr_err *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* The message, never NULL. Valid until the next call on err. */
const char *tr_err_msg(const struct tr_err *err);

/* Frees the message and makes err reusable. NULL is fine. */
void tr_err_clear(struct tr_err *err);

/* Moves src into dst (dst's old content is freed), leaving src empty. */
void tr_err_move(struct tr_err *dst, struct tr_err *src);

#define tr_cleanup_err __attribute__((cleanup(tr_err_clear)))

#endif
