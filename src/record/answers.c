// SPDX-License-Identifier: Apache-2.0
/* What engines answer, and the one moment to ask early. */
#include <string.h>
#include <unistd.h>

#include "record/run_state.h"
#include "util/mem.h"

static void on_state(struct run *r, struct answer *a)
{
	struct followed *f = &r->followed[a->recording];
	bool alive = a->ok && run_is_alive(&a->container);

	if (f->asked_end && tr_recorder_live(r->rec, a->recording) == 0) {
		f->asked_end = false;
		/* Alive without processes: the engine has not noticed, or will restart it. */
		if (!alive)
			f->ended = true;
		return;
	}
	if (spawn_is_held(&r->exercise)) {
		if (alive)
			run_exercise_state(r, a->recording, &a->container);
		else if (a->ok && !strcmp(a->container.status, "created"))
			asker_ask(r->asker, ASK_STATE, a->recording, f->id, ASK_AGAIN_MS);
	}
}

static void on_who(struct run *r, struct answer *a)
{
	const char *id = r->followed[a->recording].id;

	/* The one that is followed by its id or its cgroup is followed whoever has it. */
	if (a->foreign && r->o->target == RUN_CONTAINERS) {
		run_note(r, "container %.12s is of no engine that is asked: it is left out", id);
		session_unwant(&r->session, a->recording);
		return;
	}
	/* A busy machine's engine may be slow to answer; its name for it is worth waiting for. */
	if (!a->ok && !a->foreign && r->followed[a->recording].asked_who++ < ASK_WHO_AGAIN) {
		asker_ask(r->asker, ASK_WHO, a->recording, id, ASK_AGAIN_MS);
		return;
	}
	if (!a->ok && !a->foreign)
		run_note(r, "cannot tell who container %.12s is: %s", id, tr_err_msg(&a->err));
	run_decide(r, a->recording, a->ok ? &a->container : NULL);
}

static void on_answer(struct run *r, struct answer *a)
{
	if (a->recording == TR_NO_RECORDING) {
		if (a->ok) {
			r->early = a->container;
			memset(&a->container, 0, sizeof(a->container));
		}
		return;
	}
	switch (a->kind) {
	case ASK_WHO:
		on_who(r, a);
		break;
	case ASK_STATE:
		on_state(r, a);
		break;
	case ASK_STOP:
		if (!a->ok)
			run_note(r, "cannot stop it: %s", tr_err_msg(&a->err));
		break;
	}
}

void run_take_answers(struct run *r)
{
	struct answer *a;

	while (r->asker && (a = asker_answer(r->asker))) {
		on_answer(r, a);
		answer_free(a);
	}
}

/*
 * `docker run --cidfile` writes the id after the container was made and before it starts: the one
 * moment to ask who it is that even the shortest-lived container leaves.
 */
void run_look_for_cidfile(struct run *r)
{
	tr_cleanup_free char *text = NULL;
	size_t len;

	if (!r->o->cidfile || r->cid || access(r->o->cidfile, R_OK) < 0 ||
	    fs_read(r->o->cidfile, 4096, &text, &len, NULL) < 0)
		return;
	text[strcspn(text, "\r\n")] = '\0';
	if (!run_is_container_id(text))
		return;
	r->cid = tr_take(text);
	if (run_has_engine(r))
		asker_ask(r->asker, ASK_WHO, TR_NO_RECORDING, r->cid, 0);
}
