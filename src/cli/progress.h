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

/* How many syscalls were made, files and execs seen, syscalls refused by the profile. */
void count_facts(const struct tr_facts *f, size_t *syscalls, size_t *files, size_t *denied);

#endif
