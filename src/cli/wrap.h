/* SPDX-License-Identifier: Apache-2.0 */
/* Words on a terminal. */
#ifndef CLI_WRAP_H
#define CLI_WRAP_H

#include <stddef.h>

/* Columns of the terminal that stdout is; 80 where it is none. */
size_t term_width(void);

/* A list of words, broken before the right edge, each line `indent` columns in. */
struct wrap {
	size_t indent;
	size_t col; /* 0 before the first word */
	size_t width; /* 0: term_width() */
};
void wrap_word(struct wrap *w, const char *word);
void wrap_end(struct wrap *w);

#endif
