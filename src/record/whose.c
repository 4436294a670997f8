// SPDX-License-Identifier: Apache-2.0
/* What the recorder meets: which container it is, and whether it is wanted. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "engine/apparmor.h"
#include "record/host.h"
#include "record/run_state.h"
#include "util/mem.h"
#include "util/strbuf.h"
#include "util/text.h"

#define ID_SHOWN 12

static bool image_matches(const char *image, const char *want)
{
	size_t n;

	if (!image)
		return false;
	n = strlen(want);
	/* "redis" means any tag of it, "redis:7" that one. */
	return !strcmp(image, want) ||
	       (!strncmp(image, want, n) && (image[n] == ':' || image[n] == '@'));
}

/* The characters of a project's name; compose 1 drops the others, compose 2 refuses them. */
static bool in_project_name(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

/* Whether compose makes the name `project` of what was asked for. */
static bool project_matches(const char *project, const char *want)
{
	for (; *want; want++) {
		char c = *want >= 'A' && *want <= 'Z' ? (char)(*want - 'A' + 'a') : *want;

		if (in_project_name(c) && *project++ != c)
			return false;
	}
	return !*project;
}

/* What compose has not labelled was started by somebody else meanwhile. */
static bool is_of_compose(const struct run_opts *o, const struct tr_container *c)
{
	if (!o->compose)
		return true;
	return c->project &&
	       (!o->project || !*o->project || project_matches(c->project, o->project));
}

/* NULL: not for these reasons. What no engine can tell of is recorded rather than missed. */
static const char *why_left_out(const struct run_opts *o, const struct tr_container *c)
{
	if (o->target != RUN_CONTAINERS || !c)
		return NULL;
	if (c->builds)
		return "builds an image";
	return is_of_compose(o, c) ? NULL : "is not of this compose project";
}

static bool is_wanted(const struct run *r, const char *id, const struct tr_container *c)
{
	const struct run_opts *o = r->o;

	if (o->cidfile && (!r->cid || strcmp(id, r->cid) != 0))
		return false;
	if (o->target == RUN_CONTAINER)
		/* One with this id would have been found before. */
		return r->only == TR_NO_RECORDING && c && c->name && !strcmp(o->container, c->name);
	if (o->image && (!c || !image_matches(c->image, o->image)))
		return false;
	if (o->service && (!c || !c->service || strcmp(c->service, o->service)))
		return false;
	return true;
}

static char *subject_of(const struct run *r, const struct followed *f, const struct tr_container *c)
{
	const char *slash;

	if (r->o->subject)
		return tr_xstrdup(r->o->subject);
	if (c)
		return tr_container_subject(c);
	if (r->o->target == RUN_PROCESS) {
		slash = strrchr(r->o->argv[0], '/');
		return tr_xstrdup(slash ? slash + 1 : r->o->argv[0]);
	}
	return run_is_container_id(f->id) ? tr_xstrndup(f->id, ID_SHOWN) : tr_xstrdup(f->id);
}

static char *quoted_command(char *const *argv)
{
	struct strbuf sb = STRBUF_INIT;

	for (; *argv; argv++) {
		if (sb.len)
			strbuf_addc(&sb, ' ');
		text_shell_quote(&sb, *argv);
	}
	return strbuf_detach(&sb);
}

static void decide_wanted(struct run *r, uint16_t i, const struct tr_container *c)
{
	struct followed *f = &r->followed[i];
	struct tr_recording rec = { 0 };
	struct tr_err err = { 0 };

	f->wanted = true;
	if (r->only == TR_NO_RECORDING && r->o->target == RUN_CONTAINER)
		r->only = i;
	tr_recording_new_id(&rec);
	rec.subject = subject_of(r, f, c);
	rec.start_seen = f->main_entered && !r->start_unseen;
	host_to_context(&rec);
	tr_recorder_to_context(r->rec, &rec);
	if (c) {
		tr_container_to_context(c, &rec);
		f->name = c->name ? tr_xstrdup(c->name) : NULL;
		f->ip = c->ip ? tr_xstrdup(c->ip) : NULL;
		f->pid = c->pid;
		if (r->start_unseen)
			run_find_peaks(r, i, c->pid);
	} else if (r->o->target == RUN_PROCESS) {
		tr_cleanup_free char *command = quoted_command(r->o->argv);

		tr_context_add(&rec, "command", command);
	} else {
		tr_context_add(&rec, "cgroup", f->id);
	}
	run_note(r, "recording %s%s%s", rec.subject, f->name ? " in container " : "",
		 f->name ? f->name : "");
	if (session_want(&r->session, i, &rec, &err) < 0)
		run_fail(r, &err);
	tr_recording_release(&rec);
	run_maybe_exercise(r, i);
}

void run_decide(struct run *r, uint16_t i, const struct tr_container *c)
{
	const char *why;

	if (r->session.recordings[i].state != RECORDING_UNKNOWN)
		return;
	/* Somebody else's container may come before ours is made. */
	if (r->o->cidfile && !r->cid && !r->cmd.ended && !r->done) {
		asker_ask(r->asker, ASK_WHO, i, r->followed[i].id, ASK_AGAIN_MS);
		return;
	}
	why = why_left_out(r->o, c);
	if (why)
		run_note(r, "container %s %s: it is left out",
			 c->name ? c->name : r->followed[i].id, why);
	if (!why && (i == r->only || is_wanted(r, r->followed[i].id, c)))
		decide_wanted(r, i, c);
	else
		session_unwant(&r->session, i);
}

void run_met(struct run *r, uint16_t i, const char *name)
{
	struct followed *f = &r->followed[i];

	f->ended = f->asked_end = false;
	if (i >= r->n_followed)
		r->n_followed = i + 1;
	if (f->id)
		return;
	f->id = tr_xstrdup(name);
	session_met(&r->session, i, time(NULL));
	if (r->o->target == RUN_PROCESS || !run_has_engine(r) || !run_is_container_id(name))
		run_decide(r, i, NULL);
	else if (r->cid && strcmp(r->cid, name))
		session_unwant(&r->session, i);
	else if (r->early.id && !strcmp(r->early.id, name))
		run_decide(r, i, &r->early);
	else
		asker_ask(r->asker, ASK_WHO, i, name, 0);
}

static void on_met(void *arg, uint16_t i, const char *name)
{
	run_met(arg, i, name);
}

/* As soon as it has entered: a process may be short. */
static void look_at_label(const struct run *r, struct followed *f, pid_t pid)
{
	if (!r->o->apparmor)
		return;
	switch (apparmor_is_under(pid, r->o->apparmor)) {
	case APPARMOR_UNDER:
		f->confined = true;
		break;
	case APPARMOR_NOT_UNDER:
		f->unconfined = true;
		break;
	case APPARMOR_GONE:
		break;
	}
}

static void on_entered(void *arg, const struct tr_moment *m)
{
	struct run *r = arg;
	struct followed *f = &r->followed[m->recording];
	struct tr_recording *rec;

	if (m->phase != TR_PHASE_MAIN)
		return;
	f->main_entered = true;
	f->unfiltered |= !m->filtered;
	look_at_label(r, f, m->pid);
	run_find_peaks(r, m->recording, m->pid);
	f->ended = false;
	rec = session_recording(&r->session, m->recording);
	if (rec && !rec->start_seen) {
		rec->start_seen = true;
		session_note_recording(&r->session, m->recording);
	}
	run_maybe_exercise(r, m->recording);
}

static void on_fact(void *arg, uint16_t i, struct tr_fact *fact)
{
	struct run *r = arg;

	session_fact(&r->session, i, fact);
	memset(fact, 0, sizeof(*fact));
}

static void on_ended(void *arg, uint16_t i)
{
	struct run *r = arg;

	r->followed[i].ended_at = run_now_ms();
	peaks_look(&r->followed[i].peaks);
}

const struct tr_recorder_calls run_recorder_calls = {
	.met = on_met,
	.entered = on_entered,
	.fact = on_fact,
	.ended = on_ended,
};
