// SPDX-License-Identifier: Apache-2.0
/*
 * A file is handed over once, and again under each path it has: what keeps opening the same files
 * must not use up its recording's events, and no path may be taken for one that was seen.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/suite.h"
#include "trammel/record.h"
#include "util/mem.h"

#define BUDGET 150 /* events; a program's own files are about ten */

static char dir[] = "/tmp/files-once.XXXXXX";

struct seen {
	uint16_t recording;
	const char *path[2]; /* below dir */
	unsigned times[2];
	uint64_t dropped;
};

static void on_met(void *arg, uint16_t recording, const char *name)
{
	(void)arg;
	(void)recording;
	(void)name;
}

static void on_entered(void *arg, const struct tr_moment *m)
{
	(void)arg;
	(void)m;
}

static void on_ended(void *arg, uint16_t recording)
{
	(void)arg;
	(void)recording;
}

static void on_fact(void *arg, uint16_t recording, struct tr_fact *f)
{
	struct seen *s = arg;
	size_t len = strlen(dir);

	/* Of the acts on it, opening it: renaming and removing are acts of their own. */
	bool opened = f->kind == TR_FACT_FILE && (f->act == TR_ACT_OPEN || f->act == TR_ACT_CREATE);

	for (int i = 0; i < 2; i++)
		if (recording == s->recording && opened && s->path[i] &&
		    !strncmp(f->path, dir, len) && !strcmp(f->path + len, s->path[i]))
			s->times[i]++;
	tr_fact_release(f);
}

/* Held until `go` can be read; its own files begin at `fd` if that is not 0. */
static pid_t held_shell(const char *script, int go, int fd)
{
	pid_t pid = fork();
	char c;

	ck_assert_int_ge(pid, 0);
	if (pid)
		return pid;
	if (chdir(dir) < 0 || (fd && dup2(STDERR_FILENO, fd) < 0) || read(go, &c, 1) != 1)
		_exit(126);
	execl("/bin/sh", "sh", "-c", script, NULL);
	_exit(127);
}

/* Runs a script under a recorder that takes BUDGET events. */
static void record(struct seen *s, const char *script, int fd)
{
	struct tr_recorder_calls calls = { on_met, on_entered, on_fact, on_ended, s };
	struct tr_recorder_opts opts = { .max_events = BUDGET };
	struct tr_recording rec = { 0 };
	struct tr_recorder *r;
	struct tr_err err = { 0 };
	int go[2], status;
	pid_t pid;

	ck_assert_int_eq(pipe2(go, O_CLOEXEC), 0);
	pid = held_shell(script, go[0], fd);
	ck_assert_msg(tr_recorder_open(&r, &opts, &calls, &err) == 0, "%s", tr_err_msg(&err));
	ck_assert_int_eq(tr_recorder_follow_process(r, pid, &s->recording, &err), 0);
	ck_assert_int_eq(write(go[1], "g", 1), 1);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(status, 0);
	ck_assert_int_eq(tr_recorder_poll(r, &err), 0);
	tr_recorder_losses(r, s->recording, &rec);
	s->dropped = rec.losses[TR_LOSS_RING];
	tr_recorder_close(r);
	close(go[0]);
	close(go[1]);
}

#define MANY_TIMES(what) "i=0; while [ $i -lt 300 ]; do i=$((i+1)); " what "; done"

START_TEST(the_same_file_is_one_event)
{
	struct seen s = { .path = { "/file" } };

	record(&s, "touch file; " MANY_TIMES(": <file"), 0);
	ck_assert_uint_eq(s.times[0], 2); /* touch created it, the shell read it */
	ck_assert_uint_eq(s.dropped, 0);
}
END_TEST

START_TEST(in_a_table_of_descriptors_that_grew_too)
{
	struct seen s = { .path = { "/file" } };

	record(&s, ": >file; " MANY_TIMES(": <file"), 300);
	ck_assert_uint_eq(s.times[0], 2);
	ck_assert_uint_eq(s.dropped, 0);
}
END_TEST

START_TEST(different_files_are_different_events)
{
	struct seen s = { .path = { "/1", "/20" } };

	record(&s, MANY_TIMES(": >$i"), 0);
	ck_assert_uint_eq(s.times[0], 1);
	ck_assert_uint_eq(s.times[1], 1);
	/* The budget is what the tests above rely on. */
	ck_assert_uint_gt(s.dropped, 300 - BUDGET);
}
END_TEST

START_TEST(a_renamed_file_is_seen_under_both_names)
{
	struct seen s = { .path = { "/old", "/new" } };

	record(&s, ": >old; : <old; mv old new; : <new; : <new", 0);
	ck_assert_uint_eq(s.times[0], 2);
	ck_assert_uint_eq(s.times[1], 1);
	ck_assert_uint_eq(s.dropped, 0);
}
END_TEST

START_TEST(a_file_in_a_renamed_directory_is_seen_under_both_paths)
{
	struct seen s = { .path = { "/a/file", "/b/file" } };

	record(&s, "mkdir a; : >a/file; : <a/file; mv a b; : <b/file; : <b/file; rm -r b", 0);
	ck_assert_uint_eq(s.times[0], 2);
	ck_assert_uint_eq(s.times[1], 1);
	ck_assert_uint_eq(s.dropped, 0);
}
END_TEST

START_TEST(what_takes_a_path_over_is_seen)
{
	struct seen s = { .path = { "/a/file", "/b/file" } };

	/* Caches and inode numbers give the second what the first had. */
	record(&s, "for d in a b; do mkdir $d; : >$d/file; : <$d/file; rm $d/file; rmdir $d; done",
	       0);
	ck_assert_uint_eq(s.times[0], 2);
	ck_assert_uint_eq(s.times[1], 2);
	ck_assert_uint_eq(s.dropped, 0);
}
END_TEST

static int run(void)
{
	const TTest *const tests[] = {
		the_same_file_is_one_event,
		in_a_table_of_descriptors_that_grew_too,
		different_files_are_different_events,
		a_renamed_file_is_seen_under_both_names,
		a_file_in_a_renamed_directory_is_seen_under_both_paths,
		what_takes_a_path_over_is_seen,
		NULL,
	};

	return tr_run_suite("files_once", tests);
}

int main(void)
{
	char command[64];
	int status;

	if (geteuid() != 0) {
		puts("skipped: needs root");
		return 77;
	}
	if (!mkdtemp(dir))
		return 1;
	status = run();
	snprintf(command, sizeof(command), "rm -rf %s", dir);
	return system(command) == 0 ? status : 1;
}
