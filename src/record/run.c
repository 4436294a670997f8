// SPDX-License-Identifier: Apache-2.0
#include "record/run.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "record/privilege.h"
#include "record/run_state.h"
#include "util/mem.h"
#include "util/text.h"

#define TICK_MS	   1000
#define POLL_MS	   100 /* what is not urgent waits in the ring for this long */
#define CIDFILE_MS 5

long long run_now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (long long)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

void run_note(struct run *r, const char *fmt, ...)
{
	tr_cleanup_free char *line = NULL, *safe = NULL;
	va_list ap;

	if (!r->o->note)
		return;
	va_start(ap, fmt);
	if (vasprintf(&line, fmt, ap) < 0)
		line = NULL;
	va_end(ap);
	if (!line)
		return;
	safe = text_escaped(line);
	r->o->note(r->o->arg, safe);
}

void run_fail(struct run *r, struct tr_err *err)
{
	if (!r->failed)
		tr_err_move(&r->err, err);
	tr_err_clear(err);
	r->failed = true;
	run_end_early(r);
}

bool run_has_engine(const struct run *r)
{
	return r->o->n_engines > 0;
}

bool run_is_container_id(const char *name)
{
	return strlen(name) == TR_CONTAINER_ID_LEN &&
	       strspn(name, "0123456789abcdef") == TR_CONTAINER_ID_LEN;
}

bool run_is_alive(const struct tr_container *c)
{
	return c->status && (!strcmp(c->status, "running") || !strcmp(c->status, "restarting") ||
			     !strcmp(c->status, "paused"));
}

static void look_at_the_clock(struct run *r)
{
	long long now = run_now_ms();
	struct tr_err err = { 0 };

	if (r->ending) {
		r->done |= now >= r->grace_until;
		return;
	}
	if ((r->o->duration_ms && now - r->t0 >= r->o->duration_ms) ||
	    (r->o->quiet_ms && r->session.last_new &&
	     (time(NULL) - r->session.last_new) * 1000 >= r->o->quiet_ms)) {
		r->why = TR_ENDED_DURATION;
		run_end_early(r);
	}
	if (r->o->wait_ms && !run_count_wanted(r) && now - r->t0 >= r->o->wait_ms) {
		tr_err_set(&err, TR_ERR_CANNOT, "%s did not start within %lld s",
			   r->o->container ? r->o->container : "a container", r->o->wait_ms / 1000);
		run_fail(r, &err);
	}
	if (r->grace_until && now >= r->grace_until)
		r->done = true;
}

static void tick(struct run *r)
{
	struct tr_err err = { 0 };
	struct run_progress p = { 0 };

	r->next_tick += TICK_MS;
	tr_recorder_harvest(r->rec, true);
	for (uint16_t i = 0; i < r->n_followed; i++)
		run_keep_peaks(r, i);
	if (session_sync(&r->session, &err) < 0)
		run_fail(r, &err);
	run_maybe_checkpoint(r);
	if (!r->o->progress)
		return;
	p.elapsed = (run_now_ms() - r->t0) / 1000;
	p.since_new = r->session.last_new ? time(NULL) - r->session.last_new : -1;
	p.n_facts = r->session.n_facts;
	p.n_new = p.n_facts - r->recent[p.elapsed % RUN_RECENT];
	r->recent[p.elapsed % RUN_RECENT] = p.n_facts;
	p.n_lost = run_count_losses(r);
	p.n_recordings = run_count_wanted(r);
	p.waiting_for = p.n_recordings ? NULL : r->o->container ? r->o->container : "a container";
	r->o->progress(r->o->arg, &p);
}

/* The first signal is passed on to the command, whose end is part of its life; the second ends. */
static void on_signal(struct run *r)
{
	struct signalfd_siginfo si;

	if (read(r->signal_fd, &si, sizeof(si)) != sizeof(si) || si.ssi_signo == SIGCHLD)
		return;
	if (r->interrupted || !r->cmd.pid || r->cmd.ended) {
		r->done = true;
	} else {
		kill(r->cmd.pid, (int)si.ssi_signo);
		if (spawn_is_running(&r->exercise))
			kill(r->exercise.pid, (int)si.ssi_signo);
		r->grace_until = run_now_ms() + RUN_GRACE_MS;
	}
	r->interrupted = true;
	r->interrupt_signal = (int)si.ssi_signo;
	r->why = TR_ENDED_INTERRUPTED;
}

static int wait_for_something(struct run *r)
{
	long long left = r->next_tick - run_now_ms(), most = POLL_MS;
	struct pollfd fds[] = {
		{ tr_recorder_fd(r->rec), POLLIN, 0 },
		{ r->signal_fd, POLLIN, 0 },
		{ r->asker ? asker_fd(r->asker) : -1, POLLIN, 0 },
		{ r->cmd.pid && !r->cmd.ended ? r->cmd.pidfd : -1, POLLIN, 0 },
		{ spawn_is_running(&r->exercise) ? r->exercise.pidfd : -1, POLLIN, 0 },
	};

	if (r->o->cidfile && !r->cid && r->cmd.pid && !r->cmd.ended)
		most = CIDFILE_MS;
	if (left > most)
		left = most;
	if (poll(fds, TR_ARRAY_SIZE(fds), left > 0 ? (int)left : 0) < 0 && errno != EINTR)
		return -1;
	return fds[1].revents & POLLIN ? 1 : 0;
}

static void loop(struct run *r)
{
	struct tr_err err = { 0 };

	r->next_tick = r->t0 + TICK_MS;
	while (!r->done) {
		int what = wait_for_something(r);

		if (what < 0)
			r->done = true;
		if (what > 0)
			on_signal(r);
		/* Before what it may explain: a container that appeared is in this file. */
		run_look_for_cidfile(r);
		run_take_answers(r);
		if (tr_recorder_poll(r->rec, &err) < 0)
			run_fail(r, &err);
		run_take_answers(r);
		spawn_reap(&r->cmd);
		run_reap_exercise(r);
		run_look_at_peaks(r);
		if (run_now_ms() >= r->next_tick)
			tick(r);
		run_look_for_the_end(r);
		look_at_the_clock(r);
	}
}

static int block_signals(struct run *r, struct tr_err *err)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, &r->old_mask);
	r->signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (r->signal_fd < 0)
		return tr_err_errno(err, TR_ERR_CANNOT, errno, "watch for signals");
	return 0;
}

static bool recorder_works(void *arg)
{
	return tr_recorder_works(arg);
}

static char *parent_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? tr_xstrndup(path, (size_t)(slash - path) + 1) : tr_xstrdup(".");
}

static int drop_privileges(struct run *r, struct tr_err *err)
{
	const struct run_opts *o = r->o;
	tr_cleanup_free const char **writable = tr_xcalloc(o->n_engines + 2, sizeof(*writable));
	tr_cleanup_free char *dir = o->dir ? tr_xstrdup(o->dir) : o->out ? parent_of(o->out) : NULL;
	struct privilege_needs needs = {
		.other_user = o->who.is_sudo || fs_owner().is_sudo,
		.writable = writable,
		.bpf_works = recorder_works,
		.arg = r->rec,
	};
	size_t n = 0;

	if (dir)
		writable[n++] = dir;
	for (unsigned i = 0; i < o->n_engines; i++) {
		const char *socket = tr_engine_socket(o->engines[i]);

		if (socket)
			writable[n++] = socket;
		else
			needs.programs = true;
	}
	return privilege_drop(&needs, err);
}

static int start(struct run *r, struct tr_err *err)
{
	const struct run_opts *o = r->o;
	struct tr_recorder_opts opts = {
		.auto_containers = o->target == RUN_CONTAINERS || o->target == RUN_CONTAINER,
		.level = o->level,
		.backend = o->backend,
	};
	struct tr_recorder_calls calls = run_recorder_calls;

	calls.arg = r;
	if (block_signals(r, err) < 0 || tr_recorder_open(&r->rec, &opts, &calls, err) < 0)
		return -1;
	if (o->argv && spawn_held(&r->cmd, o->argv, &o->who, o->out_to_err, err) < 0)
		return -1;
	if (run_follow_target(r, err) < 0 || run_hold_exercise(r, err) < 0)
		return -1;
	/* Threads have capabilities each: before there is a second one. */
	if (o->drop_privileges && drop_privileges(r, err) < 0)
		return -1;
	/* From here on the engines belong to the asker's thread. */
	r->asker = asker_new(o->engines, o->n_engines);
	if (!r->asker)
		return tr_err_set(err, TR_ERR_CANNOT, "cannot start a thread");
	if (r->cmd.pid && spawn_release(&r->cmd, o->argv[0], NULL, err) < 0)
		return -1;
	r->t0 = run_now_ms();
	r->next_checkpoint = r->t0 + o->checkpoint_ms;
	/* A command that cannot be run leaves nothing behind. What it did by now waits in the ring. */
	if (o->target == RUN_PROCESS)
		run_met(r, r->only, "");
	return 0;
}

static bool has_losses(const struct tr_recording *rec)
{
	for (int k = 0; k < TR_LOSS_MAX; k++)
		if (rec->losses[k])
			return true;
	return false;
}

/* How it ended is what a rehearsal compares itself with. */
static void add_status(struct tr_recording *rec, const char *key, const struct spawned *p)
{
	char status[8];

	if (!p->pid || !p->ended)
		return;
	snprintf(status, sizeof(status), "%d", p->status);
	tr_context_add(rec, key, status);
}

static void close_recording(struct run *r, uint16_t i, struct run_result *ret)
{
	struct tr_recording *rec;

	if (r->session.recordings[i].state == RECORDING_UNKNOWN && r->followed[i].id && !r->failed)
		run_decide(r, i, NULL);
	rec = session_recording(&r->session, i);
	if (!rec)
		return;
	tr_recorder_losses(r->rec, i, rec);
	/* A container that found no slot may have been one of these: none is complete then. */
	if (r->o->target == RUN_CONTAINERS && !r->cid)
		rec->losses[TR_LOSS_RECORDING] += tr_recorder_lost_containers(r->rec);
	run_keep_peaks(r, i);
	rec->ended = r->why;
	session_stop(&r->session, i, time(NULL));
	/* A command with containers of its own speaks for all of them or for none. */
	if (r->o->target == RUN_PROCESS || r->cid)
		add_status(rec, "status.command", &r->cmd);
	add_status(rec, "status.exercise", &r->exercise);
	ret->n_recordings++;
	ret->n_unfiltered += r->followed[i].unfiltered;
	ret->n_confined += r->followed[i].confined;
	ret->n_unconfined += r->followed[i].unconfined;
	ret->n_incomplete += has_losses(rec);
}

static void close_recordings(struct run *r, struct run_result *ret)
{
	tr_recorder_drain(r->rec);
	tr_recorder_harvest(r->rec, false);
	for (uint16_t i = 0; i < r->n_followed; i++)
		close_recording(r, i, ret);
}

/*
 * What to exit with. A command that we stopped, or its containers, ends as they do under SIGTERM,
 * which is no failure of theirs; that of the exercise is.
 */
static int status_of(const struct run *r)
{
	if (r->exercised && r->exercise.status)
		return r->exercise.status;
	if (r->exercised || (r->ending && !r->interrupted))
		return r->cmd.ended && r->cmd.status >= 125 && r->cmd.status <= 127 ?
			       r->cmd.status :
			       0;
	if (r->cmd.ended)
		return r->cmd.status;
	return r->cmd.pid && r->interrupted ? 128 + r->interrupt_signal : 0;
}

static void release(struct run *r)
{
	if (r->asker)
		asker_free(r->asker);
	else
		for (unsigned i = 0; i < r->o->n_engines; i++)
			tr_engine_close(r->o->engines[i]);
	tr_recorder_close(r->rec);
	if (spawn_is_running(&r->exercise))
		kill(r->exercise.pid, SIGTERM);
	/* In this order: it holds the pipe that the command may be waiting at. */
	spawn_close(&r->exercise);
	spawn_close(&r->cmd);
	for (size_t i = 0; i < TR_MAX_RECORDINGS; i++) {
		free(r->followed[i].id);
		free(r->followed[i].name);
		free(r->followed[i].ip);
		peaks_release(&r->followed[i].peaks);
	}
	tr_container_release(&r->early);
	free(r->cid);
	if (r->signal_fd >= 0)
		close(r->signal_fd);
	sigprocmask(SIG_SETMASK, &r->old_mask, NULL);
}

int run_recording(const struct run_opts *opts, struct run_result *ret, struct tr_err *err)
{
	struct run *r = tr_xcalloc(1, sizeof(*r));
	int result = 0;

	memset(ret, 0, sizeof(*ret));
	r->o = opts;
	r->only = TR_NO_RECORDING;
	r->cmd = r->exercise = (struct spawned)SPAWNED_INIT;
	r->signal_fd = -1;
	r->why = TR_ENDED_EXITED;
	session_init(&r->session, opts->out, opts->dir);
	r->session.redact = opts->redact;
	r->session.checkpoints = opts->checkpoint_ms > 0;
	if (start(r, err) < 0) {
		ret->status = r->cmd.ended ? r->cmd.status : 0;
		result = -1;
	} else {
		loop(r);
		close_recordings(r, ret);
		ret->status = status_of(r);
		ret->command_status = r->cmd.ended ? r->cmd.status : -1;
		ret->interrupted = r->interrupted;
		ret->exercised = r->exercised;
		ret->unhealthy = r->unhealthy;
		ret->exercise_status = r->exercise.status;
		ret->map_bytes = tr_recorder_map_bytes(r->rec);
		if (r->failed) {
			tr_err_move(err, &r->err);
			result = -1;
		} else {
			result = session_finish(&r->session, err);
		}
	}
	release(r);
	if (result < 0)
		session_release(&r->session);
	ret->session = r->session;
	free(r);
	return result;
}

void run_result_release(struct run_result *r)
{
	session_release(&r->session);
}
