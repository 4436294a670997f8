/* SPDX-License-Identifier: Apache-2.0 */
/* A directory where a trace is wanted: what `record -d` left there. */
#ifndef CLI_TRACES_H
#define CLI_TRACES_H

#include <stddef.h>

#include "trammel/err.h"

struct traces {
	char **v;
	size_t n, cap;
};

/*
 * The words, with each directory (that is no bundle) replaced by its *.trace of the subject, in byte order; NULL: of
 * any. A directory without one is an error. What is no directory stays as it is, whatever it is of.
 */
int traces_expand(struct traces *ret, char *const *words, size_t n, const char *subject,
		  struct tr_err *err);
void traces_release(struct traces *t);

#endif
