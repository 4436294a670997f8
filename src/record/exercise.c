// SPDX-License-Identifier: Apache-2.0
/* The exercise: when it may begin, and what follows its end. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "record/run_state.h"
#include "util/mem.h"

static char *env_string(const char *name, const char *value)
{
	return tr_xasprintf("%s=%s", name, value ? value : "");
}

/* Long before it begins: it is to have all that we had, and the signals wait for it. */
int run_hold_exercise(struct run *r, struct tr_err *err)
{
	tr_cleanup_free char *shell = tr_xstrdup("sh"), *dash_c = tr_xstrdup("-c");
	tr_cleanup_free char *text = r->o->exercise ? tr_xstrdup(r->o->exercise) : NULL;
	char *argv[] = { shell, dash_c, text, NULL };

	return text ? spawn_held(&r->exercise, argv, &r->o->who, r->o->out_to_err, err) : 0;
}

static void start_exercise(struct run *r, struct followed *f)
{
	char *env[] = {
		env_string("TRAMMEL_CONTAINER", f->id),
		env_string("TRAMMEL_CONTAINER_NAME", f->name),
		env_string("TRAMMEL_CONTAINER_IP", f->ip),
		NULL,
	};
	struct tr_err err = { 0 };

	if (!spawn_is_held(&r->exercise))
		goto out;
	run_note(r, "exercising it: %s", r->o->exercise);
	if (spawn_release(&r->exercise, "sh", env, &err) < 0)
		run_fail(r, &err);
out:
	for (size_t i = 0; env[i]; i++)
		free(env[i]);
}

bool run_stop_containers(struct run *r)
{
	bool asked = false;

	for (uint16_t i = 0; i < r->n_followed; i++) {
		struct followed *f = &r->followed[i];

		if (!f->wanted || f->stopping)
			continue;
		f->stopping = true;
		if (run_has_engine(r) && run_is_container_id(f->id)) {
			asker_ask(r->asker, ASK_STOP, i, f->id, 0);
			asked = true;
		}
	}
	return asked;
}

/* Ends what was exercised: containers by their engine, a command by SIGTERM. */
static void stop_all(struct run *r)
{
	bool asked = run_stop_containers(r);

	/* Compose stops all of its own at once, where an engine is asked for one after the other. */
	if ((!asked || r->o->compose) && r->cmd.pid && !r->cmd.ended)
		kill(r->cmd.pid, SIGTERM);
}

static void exercise_ended(struct run *r)
{
	r->exercised = true;
	run_note(r, "the exercise ended with status %d", r->exercise.status);
	/* Somebody else's container is theirs to stop; we only attached. */
	if (r->o->target == RUN_CONTAINER || (r->o->target == RUN_CGROUP && !r->cmd.pid))
		r->done = true;
	else
		stop_all(r);
	/* No engine kills what does not stop: it is left behind, and its command is not waited for. */
	if (r->o->target == RUN_CGROUP)
		r->grace_until = run_now_ms() + RUN_GRACE_MS;
	r->why = TR_ENDED_EXERCISE;
}

/* It can be exercised once its program runs, and, where it has a health check, is healthy. */
void run_maybe_exercise(struct run *r, uint16_t i)
{
	struct followed *f = &r->followed[i];

	if (!spawn_is_held(&r->exercise) || r->ending || !(f->main_entered || r->start_unseen) ||
	    r->session.recordings[i].state != RECORDING_WANTED)
		return;
	if (run_has_engine(r) && run_is_container_id(f->id))
		asker_ask(r->asker, ASK_STATE, i, f->id, 0);
	else
		start_exercise(r, f);
}

/* Running, and healthy or without a health check: now. Not yet: asked again. */
void run_exercise_state(struct run *r, uint16_t i, const struct tr_container *c)
{
	struct followed *f = &r->followed[i];

	if (!c->health || !strcmp(c->health, "none") || !strcmp(c->health, "healthy")) {
		if (c->ip && !f->ip)
			f->ip = tr_xstrdup(c->ip);
		start_exercise(r, f);
	} else if (!strcmp(c->health, "unhealthy")) {
		run_note(r, "container %s became unhealthy: it is not exercised",
			 f->name ? f->name : f->id);
		r->unhealthy = true;
		r->why = TR_ENDED_INTERRUPTED;
		run_end_early(r);
	} else {
		asker_ask(r->asker, ASK_STATE, i, f->id, ASK_AGAIN_MS);
	}
}

void run_reap_exercise(struct run *r)
{
	if (!spawn_is_running(&r->exercise))
		return;
	spawn_reap(&r->exercise);
	if (r->exercise.ended)
		exercise_ended(r);
}
