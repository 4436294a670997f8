/* SPDX-License-Identifier: Apache-2.0 */
/* Where a text stops being JSON, and what was expected there: json-c says neither. */
#ifndef FORMATS_JSON_SYNTAX_H
#define FORMATS_JSON_SYNTAX_H

#include <stddef.h>

#include "trammel/err.h"

/*
 * Sets "NAME:LINE: PATH: expected X, found Y" (kind TR_ERR_INPUT) and returns -1 where the text is not
 * one value as RFC 8259 has it, in UTF-8 and nested no deeper than json_parse takes; else 0, and err
 * is left alone. The path is spelled as in json_shape.h, with keys as the text has them.
 */
int json_syntax_check(const char *text, size_t len, const char *name, struct tr_err *err);

#endif
