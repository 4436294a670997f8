/* SPDX-License-Identifier: Apache-2.0 */
/* What a long recording shows on stderr: one living line on a terminal, plain lines elsewhere. */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include <stddef.h>

#include "record/run.h"
#include "trammel/facts.h"

struct progress {
	bool line; /* a living line is on the screen */
	int64_t last_plain; /* when the last plain line was printed */
};

/* For run_opts: arg is a struct progress. */
void progress_show(void *arg, const struct run_progress *p);
void progress_note(void *arg, const char *line);
/* Wipes the living line. */
void progress_end(struct progress *p);

/* What was seen, for a summary. */
struct fact_counts {
	size_t syscalls, acts, programs; /* made; on files; run */
	size_t denied; /* syscalls, by the profile that was in force */
};
void count_facts(const struct tr_facts *f, struct fact_counts *ret);

#endif
