// SPDX-License-Identifier: Apache-2.0
#include "trammel/err.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/mem.h"

static char *vformat(const char *fmt, va_list ap)
{
	char *msg = NULL;

	if (vasprintf(&msg, fmt, ap) < 0)
		return tr_xstrdup("out of memory while reporting an error");
	return msg;
}

static void replace(struct tr_err *err, char *msg)
{
	free(err->msg);
	err->msg = msg;
}

int tr_err_set(struct tr_err *err, enum tr_err_kind kind, const char *fmt, ...)
{
	va_list ap;

	if (!err)
		return -1;
	va_start(ap, fmt);
	replace(err, vformat(fmt, ap));
	va_end(ap);
	err->kind = kind;
	return -1;
}

int tr_err_errno(struct tr_err *err, enum tr_err_kind kind, int errnum, const char *fmt, ...)
{
	tr_cleanup_free char *what = NULL;
	va_list ap;

	if (!err)
		return -1;
	va_start(ap, fmt);
	what = vformat(fmt, ap);
	va_end(ap);
	replace(err, tr_xasprintf("%s: %s", what, strerror(errnum)));
	err->kind = kind;
	return -1;
}

int tr_err_wrap(struct tr_err *err, const char *fmt, ...)
{
	tr_cleanup_free char *what = NULL;
	va_list ap;

	if (!err)
		return -1;
	va_start(ap, fmt);
	what = vformat(fmt, ap);
	va_end(ap);
	replace(err, tr_xasprintf("%s: %s", what, tr_err_msg(err)));
	return -1;
}

const char *tr_err_msg(const struct tr_err *err)
{
	return err && err->msg ? err->msg : "unknown error";
}

void tr_err_clear(struct tr_err *err)
{
	if (!err)
		return;
	free(err->msg);
	err->msg = NULL;
	err->kind = TR_ERR_NONE;
}

void tr_err_move(struct tr_err *dst, struct tr_err *src)
{
	tr_err_clear(dst);
	*dst = *src;
	src->msg = NULL;
	src->kind = TR_ERR_NONE;
}
