/* SPDX-License-Identifier: Apache-2.0 */
/* Several traces, read one after the other into one set of facts. */
#ifndef TRACE_READING_H
#define TRACE_READING_H

#include <stdio.h>

#include "trace/repeat.h"
#include "trammel/err.h"
#include "trammel/facts.h"

struct trace_reading {
	struct tr_facts *f;
	struct tr_facts *heads; /* gets a copy of each recording; may be NULL */
	struct repeat repeat; /* lines of f; zeroed at first, and released by the caller */
};

/* As tr_trace_read and tr_trace_read_stream. */
int trace_read(struct trace_reading *t, const char *path, struct tr_err *err);
int trace_read_stream(struct trace_reading *t, FILE *in, const char *name, struct tr_err *err);

#endif
