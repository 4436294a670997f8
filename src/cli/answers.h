/* SPDX-License-Identifier: Apache-2.0 */
/* What a filter answers, in words; and the arguments it was asked with. */
#ifndef CLI_ANSWERS_H
#define CLI_ANSWERS_H

#include <stddef.h>
#include <stdint.h>

#include "trammel/diff.h"
#include "util/strbuf.h"

/* "allowed", "EPERM", "kill the process", ... into buf where it is not static. */
const char *answer_text(uint32_t ret, char *buf, size_t size);
/* "allow", "errno", "kill-process", ...: one word, for programs. */
const char *answer_word(uint32_t ret);

/* "arg0=0x28, arg2=0x0"; "any arguments" where none decides. */
void example_text(struct strbuf *sb, const struct tr_diff_example *e);

/* "x86_64 i386" */
void abis_text(struct strbuf *sb, unsigned abis, const char *separator);

#endif
