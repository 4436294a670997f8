// SPDX-License-Identifier: Apache-2.0
#include "cli/why.h"

#include <inttypes.h>
#include <stdio.h>

/* Each is printed with its count in front. */
static const char *const loss_text[TR_LOSS_MAX] = {
	[TR_LOSS_RING] = "events were dropped: the ring buffer was full, or they were too many",
	[TR_LOSS_MAP] = "things were not kept: a table was full",
	[TR_LOSS_PATH_DEEP] = "paths had more components than the recorder follows",
	[TR_LOSS_PATH_LONG] = "paths were longer than PATH_MAX",
	[TR_LOSS_STRING] = "strings could not be read from the memory of a process",
	[TR_LOSS_MARK] = "processes could not be marked, and were not recorded",
	[TR_LOSS_RECORDING] = "containers found no free place in the recorder's table",
	[TR_LOSS_MISSED] = "times the kernel skipped a program of the recorder",
};

void why_incomplete(const struct tr_recording *rec, void (*fn)(const char *reason, void *arg),
		    void *arg)
{
	char buf[160];

	if (rec->ended == TR_ENDED_UNKNOWN)
		fn("it has no end: the recorder was killed, or is still at work", arg);
	for (size_t i = 0; i < TR_LOSS_MAX; i++) {
		if (!rec->losses[i])
			continue;
		snprintf(buf, sizeof(buf), "%" PRIu64 " %s (%s)", rec->losses[i], loss_text[i],
			 tr_loss_name(i));
		fn(buf, arg);
	}
}
