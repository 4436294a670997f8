// SPDX-License-Identifier: Apache-2.0
/* The most that containers use at a time, for as long as they are there to be asked. */
#include <inttypes.h>
#include <stdio.h>

#include "record/run_state.h"

/* A cgroup goes with its container, and what it would have told of the last moments with it: so, often. */
#define LOOK_MS 100
#define MANY	16 /* for each so many containers, that long more */

static bool has_cgroup(const struct run *r, uint16_t i)
{
	return r->followed[i].id && r->session.recordings[i].state != RECORDING_UNWANTED &&
	       r->o->target != RUN_PROCESS;
}

void run_find_peaks(struct run *r, uint16_t i, int pid)
{
	struct followed *f = &r->followed[i];

	if (pid <= 0 || !has_cgroup(r, i))
		return;
	peaks_find(&f->peaks, pid, f->id);
	peaks_look(&f->peaks);
}

void run_look_at_peaks(struct run *r)
{
	long long now = run_now_ms();
	unsigned n = 0;

	if (now < r->next_look)
		return;
	for (uint16_t i = 0; i < r->n_followed; i++) {
		struct followed *f = &r->followed[i];

		if (f->ended || !has_cgroup(r, i) || (!f->peaks.memory && !f->peaks.pids))
			continue;
		peaks_look(&f->peaks);
		n++;
	}
	r->next_look = now + LOOK_MS * (1 + n / MANY);
}

static void keep(struct tr_recording *rec, const char *key, uint64_t most)
{
	char text[24];

	if (!most)
		return;
	snprintf(text, sizeof(text), "%" PRIu64, most);
	tr_context_add(rec, key, text);
}

void run_keep_peaks(struct run *r, uint16_t i)
{
	struct followed *f = &r->followed[i];
	struct tr_recording *rec = session_recording(&r->session, i);

	if (!rec)
		return;
	keep(rec, "memory.peak", f->peaks.most_memory);
	keep(rec, "pids.peak", f->peaks.most_pids);
	if (peaks_grew(&f->peaks))
		session_note_recording(&r->session, i);
}
