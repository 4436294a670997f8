// SPDX-License-Identifier: Apache-2.0
/*
 * A recorder that is killed (SIGKILL) anywhere: what stands at the output's path is never half of
 * something, and nothing is missing that had been synced. A stream of events, as the recorder hands them
 * over, is replayed into a session by a process of its own, and that is killed after a random time; with
 * and without checkpoints.
 */
#include <check.h>
#include <dirent.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/random_facts.h"
#include "lib/suite.h"
#include "record/session.h"

#ifdef __SANITIZE_ADDRESS__
#define KILLS 24 /* each takes four times as long */
#else
#define KILLS 200
#endif
#define STEPS	 3000
#define PER_SYNC 400 /* steps; a checkpoint comes at each third sync */

/* Written by the replaying process, read when it is dead. */
struct seen {
	volatile uint32_t opened; /* the journal is open */
	volatile uint32_t synced; /* steps that were synced */
	volatile uint32_t finished;
};

static char dir[64], path[96], journal[128];
static struct seen *seen;

static const struct random_opts opts = { .max_recordings = 1, .hostile = true };

/* Both recordings are of one subject. The second comes late, and is known later still. */
static void want(struct session *s, uint16_t recording, struct tr_err *err)
{
	struct tr_recording rec = { .subject = tr_xstrdup("s"), .started = 1700000000 };

	rec.id = tr_xasprintf("%032x", recording + 1u);
	ck_assert_int_eq(session_want(s, recording, &rec, err), 0);
	tr_recording_release(&rec);
}

static void step(struct session *s, struct rng *r, uint32_t i)
{
	struct tr_err err = { 0 };
	struct tr_fact fact;

	if (i == 0) {
		session_met(s, 0, 1700000000);
		want(s, 0, &err);
		seen->opened = 1;
	}
	if (i == STEPS / 3)
		session_met(s, 1, 1700000000);
	if (i == STEPS / 2)
		want(s, 1, &err);
	fact = random_fact(r, &opts, 1);
	tr_u32set_release(&fact.ev.recordings);
	session_fact(s, i > STEPS / 3 && rng_one_in(r, 2), &fact);
}

static void replay(struct session *s, uint32_t steps, bool checkpoints)
{
	struct rng r = { 4711 };

	session_init(s, path, NULL);
	s->checkpoints = checkpoints;
	for (uint32_t i = 0; i < steps; i++) {
		step(s, &r, i);
		if ((i + 1) % PER_SYNC)
			continue;
		ck_assert_int_eq(session_sync(s, NULL), 0);
		seen->synced = i + 1;
		if (checkpoints && (i + 1) / PER_SYNC % 3 == 0)
			ck_assert_int_eq(session_checkpoint(s, NULL), 0);
	}
}

static void replay_and_finish(bool checkpoints)
{
	struct session s;

	replay(&s, STEPS, checkpoints);
	session_recording(&s, 0)->ended = TR_ENDED_EXITED;
	session_recording(&s, 1)->ended = TR_ENDED_EXITED;
	ck_assert_int_eq(session_finish(&s, NULL), 0);
	seen->finished = 1;
	session_release(&s);
}

static void sleep_ns(uint64_t ns)
{
	struct timespec t = { (time_t)(ns / 1000000000), (long)(ns % 1000000000) };

	nanosleep(&t, NULL);
}

/* Kills it after so many nanoseconds; 0: never. Returns how many it took. */
static uint64_t run(bool checkpoints, uint64_t ns)
{
	struct timespec a, b;
	int status;
	pid_t pid;

	memset(seen, 0, sizeof(*seen));
	clock_gettime(CLOCK_MONOTONIC, &a);
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (!pid) {
		replay_and_finish(checkpoints);
		_exit(0);
	}
	if (ns) {
		sleep_ns(ns);
		kill(pid, SIGKILL);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(ns ? WIFSIGNALED(status) || !WEXITSTATUS(status) : !WEXITSTATUS(status));
	clock_gettime(CLOCK_MONOTONIC, &b);
	return (uint64_t)(b.tv_sec - a.tv_sec) * 1000000000 + (uint64_t)(b.tv_nsec - a.tv_nsec);
}

static int is_there(const struct tr_fact *fact, void *got)
{
	const struct tr_fact *found = tr_facts_find(got, fact);

	ck_assert_msg(found, "a fact of kind %s that was synced is missing",
		      tr_fact_kind_name(fact->kind));
	ck_assert_uint_eq(found->ev.phases & fact->ev.phases, fact->ev.phases);
	ck_assert_uint_eq(found->ev.flags & fact->ev.flags, fact->ev.flags);
	ck_assert_uint_ge(found->ev.recordings.n, fact->ev.recordings.n);
	return 0;
}

/* What the session knows after so many steps, without any file. */
static void expected(struct session *s, uint32_t steps)
{
	struct rng r = { 4711 };

	session_init(s, NULL, NULL);
	for (uint32_t i = 0; i < steps; i++)
		step(s, &r, i);
}

static void check_files(uint32_t synced, bool finished)
{
	struct tr_err err tr_cleanup_err = { 0 };
	struct tr_facts got;
	struct session s;

	tr_facts_init(&got);
	if (access(path, F_OK) == 0)
		ck_assert_msg(tr_trace_read(&got, path, &err) == 0, "%s", tr_err_msg(&err));
	if (access(journal, F_OK) == 0)
		ck_assert_msg(tr_trace_read(&got, journal, &err) == 0, "%s", tr_err_msg(&err));
	ck_assert(!finished || (access(journal, F_OK) && tr_facts_complete(&got)));
	expected(&s, synced);
	if (s.n_subjects)
		tr_facts_each(&s.subjects[0]->facts, is_there, &got);
	session_release(&s);
	tr_facts_release(&got);
}

static void remove_files(void)
{
	DIR *d = opendir(dir);
	struct dirent *e;

	while ((e = readdir(d)))
		if (e->d_name[0] != '.' || strlen(e->d_name) > 2)
			unlinkat(dirfd(d), e->d_name, 0);
	closedir(d);
}

static void kill_often(bool checkpoints)
{
	struct rng r = { 99 };
	unsigned early = 0, between = 0, late = 0;
	uint64_t whole;

	run(checkpoints, 0);
	check_files(STEPS, true);
	remove_files();
	whole = run(checkpoints, 0);
	remove_files();
	for (int i = 0; i < KILLS / 2; i++) {
		run(checkpoints, 1 + rng_u64(&r) % (whole + whole / 20));
		check_files(seen->synced, seen->finished);
		early += !seen->synced;
		between += seen->synced && !seen->finished;
		late += seen->finished;
		remove_files();
	}
	/* Not all at one place: else this has tested nothing. */
	ck_assert_msg(between > KILLS / 8, "%u early, %u between, %u late", early, between, late);
}

static void make_dir(void)
{
	snprintf(dir, sizeof(dir), "/tmp/trammel-kill.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/a.trace", dir);
	snprintf(journal, sizeof(journal), "%s" TR_JOURNAL_SUFFIX, path);
	seen = mmap(NULL, sizeof(*seen), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ck_assert(seen != MAP_FAILED);
}

START_TEST(killed_anywhere)
{
	make_dir();
	kill_often(false);
	rmdir(dir);
}
END_TEST

START_TEST(killed_anywhere_with_checkpoints)
{
	make_dir();
	kill_often(true);
	rmdir(dir);
}
END_TEST

TR_SUITE("kill", killed_anywhere, killed_anywhere_with_checkpoints)
