/* SPDX-License-Identifier: Apache-2.0 */
/* What the rows of syscalls mean, and what they said when they were last read. */
#ifndef RECORD_ROWS_H
#define RECORD_ROWS_H

#include "trammel/event.h"
#include "trammel/facts.h"

struct row_info {
	bool known; /* its TR_EVENT_ROW came */
	uint16_t recording;
	uint8_t phase;
	char *exe; /* NULL: the phase's own row */
	struct tr_row last; /* cells when they were last read */
};

struct rows {
	struct row_info *info[TR_MAX_ROWS];
	/* Per recording: nothing to look for in rows behind n. */
	uint32_t n;
};

/* Notes what a row is. exe is copied; len 0 means none. */
void rows_learn(struct rows *r, uint32_t row, uint16_t recording, uint8_t phase, const char *exe,
		size_t len);
/* The rows that each phase of a recording has. */
void rows_learn_phases(struct rows *r, uint16_t recording);
/* NULL for a row that is not known. */
struct row_info *rows_get(struct rows *r, uint32_t row);
void rows_release(struct rows *r);

/*
 * Compares the kernel's rows with what they said before, and calls fact for each cell that was
 * first set or set again in the epoch `now_epoch` (a cell holding it was, since the last read).
 * `now` goes into the facts' evidence.
 */
void rows_harvest(struct rows *r, const struct tr_row *kernel, uint8_t now_epoch, int64_t now,
		  void (*fact)(void *arg, uint16_t recording, struct tr_fact *fact), void *arg);

#endif
