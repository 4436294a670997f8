// SPDX-License-Identifier: Apache-2.0
/* Finished traces while recording goes on. */
#include <string.h>
#include <time.h>

#include "record/run_state.h"
#include "util/mem.h"

/* What a recording says of its end, which a checkpoint writes and the end overwrites. */
struct kept {
	struct tr_recording *rec;
	uint64_t losses[TR_LOSS_MAX];
	enum tr_ended ended;
};

/* Fills in how it stands now, as if it ended here. */
static struct kept close_for_now(struct run *r, uint16_t i)
{
	struct kept k = { .rec = session_recording(&r->session, i) };

	if (!k.rec)
		return k;
	memcpy(k.losses, k.rec->losses, sizeof(k.losses));
	k.ended = k.rec->ended;
	tr_recorder_losses(r->rec, i, k.rec);
	k.rec->ended = TR_ENDED_CHECKPOINT;
	session_stop(&r->session, i, time(NULL));
	return k;
}

/* When it stopped stays: the end sets it anew. */
static void open_again(const struct kept *k)
{
	if (!k->rec)
		return;
	memcpy(k->rec->losses, k->losses, sizeof(k->losses));
	k->rec->ended = k->ended;
}

void run_maybe_checkpoint(struct run *r)
{
	tr_cleanup_free struct kept *kept = NULL;
	struct tr_err err = { 0 };
	long long now = run_now_ms();

	if (!r->o->checkpoint_ms || now < r->next_checkpoint || !run_count_wanted(r))
		return;
	r->next_checkpoint = now + r->o->checkpoint_ms;
	kept = tr_xcalloc(r->n_followed, sizeof(*kept));
	for (uint16_t i = 0; i < r->n_followed; i++)
		kept[i] = close_for_now(r, i);
	if (session_checkpoint(&r->session, &err) < 0)
		run_fail(r, &err);
	for (uint16_t i = 0; i < r->n_followed; i++)
		open_again(&kept[i]);
}

uint64_t run_count_losses(const struct run *r)
{
	uint64_t n = 0;

	for (uint16_t i = 0; i < r->n_followed; i++) {
		struct tr_recording now = { 0 };

		if (r->session.recordings[i].state != RECORDING_WANTED)
			continue;
		tr_recorder_losses(r->rec, i, &now);
		for (int k = 0; k < TR_LOSS_MAX; k++)
			n += now.losses[k];
	}
	return n;
}
