/* SPDX-License-Identifier: Apache-2.0 */
/* The arguments that calls were made, or refused, with. */
#ifndef CLI_VALUES_H
#define CLI_VALUES_H

#include "trammel/facts.h"
#include "util/strbuf.h"

/* "family 2, type 1, protocol 0", "argument 0 = 0x15": of an argument or a socket. */
void value_text(struct strbuf *sb, const struct tr_fact *value);

/* Calls fn for each value with which this call was refused, as far as its arguments are recorded. */
void values_refused(const struct tr_facts *facts, const struct tr_fact *call,
		    void (*fn)(const struct tr_fact *value, void *arg), void *arg);

#endif
