// SPDX-License-Identifier: Apache-2.0
/* Whether the recording is over. */
#include <signal.h>

#include "record/run_state.h"

#define RESTART_MS   3000 /* a container that is followed by name may be restarted within this */
#define NO_ENGINE_MS 300 /* no processes for this long: ended, where no engine can be asked */

/* A container without processes has ended, unless its engine is about to restart it. */
static void look_for_ends(struct run *r)
{
	long long now = run_now_ms();

	for (uint16_t i = 0; i < r->n_followed; i++) {
		struct followed *f = &r->followed[i];

		if (r->session.recordings[i].state != RECORDING_WANTED || f->ended ||
		    f->asked_end || tr_recorder_live(r->rec, i))
			continue;
		if (run_has_engine(r) && run_is_container_id(f->id)) {
			f->asked_end = true;
			asker_ask(r->asker, ASK_STATE, i, f->id, f->ended_at ? 20 : ASK_AGAIN_MS);
		} else if (f->ended_at && now - f->ended_at > NO_ENGINE_MS) {
			f->ended = true;
		}
	}
}

/*
 * The one that is followed has ended, and stays so: `docker restart` stops it first. A command that
 * we ran ourselves says all there is to say.
 */
static bool is_over(const struct run *r)
{
	const struct followed *f = &r->followed[r->only];

	return r->cmd.pid || !f->ended_at || run_now_ms() - f->ended_at > RESTART_MS;
}

static bool all_ended(const struct run *r)
{
	for (uint16_t i = 0; i < r->n_followed; i++) {
		enum recording_state s = r->session.recordings[i].state;

		/* Of one without a name nobody told, which is a loss. */
		if ((s == RECORDING_UNKNOWN && r->followed[i].id) ||
		    (s == RECORDING_WANTED && !r->followed[i].ended))
			return false;
	}
	return true;
}

unsigned run_count_wanted(const struct run *r)
{
	unsigned n = 0;

	for (uint16_t i = 0; i < r->n_followed; i++)
		n += r->session.recordings[i].state == RECORDING_WANTED;
	return n;
}

/* Some come before we know of the last. */
#define FULL (TR_MAX_RECORDINGS - 16)

void run_end_early(struct run *r)
{
	bool asked = false;

	if (r->ending)
		return;
	r->ending = true;
	r->grace_until = run_now_ms() + RUN_GRACE_MS;
	if (!r->cmd.pid) {
		r->done = true;
		return;
	}
	if (r->o->target == RUN_CONTAINERS)
		asked = run_stop_containers(r);
	/* `docker run` ends with its container, and would pass a second SIGTERM on to it. */
	if (!r->cmd.ended && !(asked && r->cid))
		kill(r->cmd.pid, SIGTERM);
	r->done = r->o->target == RUN_CONTAINER && r->cmd.ended;
}

void run_look_for_the_end(struct run *r)
{
	bool cmd_done = !r->cmd.pid || r->cmd.ended;
	bool any = run_count_wanted(r) > 0;

	/* What failed may never be known to have ended. What was asked of engines must get there. */
	if (r->failed) {
		r->done |= cmd_done && asker_open(r->asker) == 0;
		return;
	}
	/* The exercise may have stopped it to start it again. */
	if (spawn_is_running(&r->exercise))
		cmd_done = false;
	switch (r->o->target) {
	case RUN_PROCESS:
		r->done |= cmd_done;
		break;
	case RUN_CONTAINERS:
		look_for_ends(r);
		/*
		 * Without a command there is no end but the clock's or a signal's, and to be full: better
		 * ended than with a container that is missing.
		 */
		if (!r->cmd.pid && r->n_followed >= FULL && !r->done) {
			run_note(r, "%d containers were met: that is all that one recording holds",
				 r->n_followed);
			r->why = TR_ENDED_DURATION;
			r->done = true;
		}
		r->done |= r->cmd.pid && cmd_done && all_ended(r);
		break;
	case RUN_CGROUP:
		/* A command that ended without having put anything there never will. */
		if (r->cmd.pid && cmd_done && !any) {
			r->done |= r->looked_again;
			r->looked_again = true;
			break;
		}
		/* fallthrough */
	case RUN_CONTAINER:
		look_for_ends(r);
		r->done |= any && cmd_done && all_ended(r) && is_over(r);
		break;
	}
}
