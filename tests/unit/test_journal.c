// SPDX-License-Identifier: Apache-2.0
/* The life of a journal: what stands at the path at each moment, whatever happens next. */
#include <check.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/facts_equal.h"
#include "lib/random_facts.h"
#include "lib/suite.h"
#include "lib/trace_text.h"
#include "util/fs.h"

static char dir[64];
static char path[128];

static void make_dir(void)
{
	strcpy(dir, "/tmp/trammel-journal.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/a.trace", dir);
}

static void remove_dir(void)
{
	unlink(path);
	/* fails where a temporary was left behind */
	ck_assert_int_eq(rmdir(dir), 0);
}

static char *slurp(size_t *ret_len)
{
	char *text = NULL;

	ck_assert_int_eq(fs_read(path, 64 << 20, &text, ret_len, NULL), 0);
	return text;
}

static void write_file(const char *text, size_t len)
{
	FILE *f = fopen(path, "w");

	ck_assert_ptr_nonnull(f);
	ck_assert_uint_eq(fwrite(text, 1, len, f), len);
	fclose(f);
}

static struct tr_journal *open_journal(void)
{
	struct tr_journal *j = NULL;
	struct tr_err err = { 0 };

	ck_assert_msg(tr_journal_open(&j, path, &err) == 0, "%s", tr_err_msg(&err));
	return j;
}

static int journal_one(const struct tr_fact *fact, void *j)
{
	tr_journal_fact(j, fact);
	return 0;
}

/* Recordings backwards, so that a number in the file is not the number in f. */
static void journal_all(struct tr_journal *j, const struct tr_facts *f)
{
	for (size_t i = f->n_recordings; i-- > 0;)
		tr_journal_recording(j, f, (uint32_t)i);
	tr_facts_each(f, journal_one, j);
}

/* What a journal can know: how a recording ends and what it lost come with the footer. */
static void forget_the_end(struct tr_facts *f)
{
	for (size_t i = 0; i < f->n_recordings; i++) {
		f->recordings[i].ended = TR_ENDED_UNKNOWN;
		memset(f->recordings[i].losses, 0, sizeof(f->recordings[i].losses));
	}
}

static void check_file(const struct tr_facts *want)
{
	struct tr_err err = { 0 };
	struct tr_facts got;

	tr_facts_init(&got);
	ck_assert_msg(tr_trace_read(&got, path, &err) == 0, "%s", tr_err_msg(&err));
	ck_assert(facts_equal(want, &got));
	tr_facts_release(&got);
}

static const struct random_opts opts = { .max_facts = 40, .max_recordings = 4, .hostile = true };

START_TEST(a_journal_is_an_incomplete_trace)
{
	struct rng r = { 3 };

	for (int round = 0; round < 30; round++) {
		struct tr_journal *j;
		struct tr_facts f;
		struct stat st;

		make_dir();
		random_facts(&r, &opts, &f);
		forget_the_end(&f);
		j = open_journal();
		ck_assert_int_eq(stat(path, &st), 0);
		ck_assert_uint_eq(st.st_mode & 07777, 0600);
		journal_all(j, &f);
		ck_assert_int_eq(tr_journal_sync(j, NULL), 0);
		check_file(&f);
		ck_assert(!tr_facts_complete(&f));
		tr_journal_close(j);
		check_file(&f);
		tr_facts_release(&f);
		remove_dir();
	}
}
END_TEST

START_TEST(finishing_replaces_it)
{
	struct rng r = { 4 };

	for (int round = 0; round < 30; round++) {
		struct tr_journal *j;
		struct tr_facts f;
		struct stat st;
		char *text, *want;
		size_t len;

		make_dir();
		random_facts(&r, &opts, &f);
		j = open_journal();
		journal_all(j, &f);
		ck_assert_int_eq(tr_journal_finish(j, &f, NULL), 0);
		ck_assert_int_eq(stat(path, &st), 0);
		ck_assert_uint_eq(st.st_mode & 07777, 0600);
		text = slurp(&len);
		want = trace_text(&f, NULL);
		ck_assert_str_eq(text, want);
		check_file(&f);
		free(text);
		free(want);
		tr_facts_release(&f);
		remove_dir();
	}
}
END_TEST

/* Killed at any byte: every line that is whole counts, and nothing else. */
START_TEST(a_cut_anywhere_is_read)
{
	struct rng r = { 5 };
	struct tr_journal *j;
	struct tr_facts f;
	char *text;
	size_t len, header;

	make_dir();
	random_facts(&r, &opts, &f);
	forget_the_end(&f);
	j = open_journal();
	journal_all(j, &f);
	tr_journal_close(j);
	text = slurp(&len);
	header = (size_t)(strchr(text, '\n') - text) + 1;
	for (size_t cut = header; cut <= len; cut++) {
		size_t lines = 0, facts = 0;
		struct tr_facts got;
		struct tr_err err = { 0 };

		for (size_t i = 0; i < cut; i++) {
			lines += text[i] == '\n';
			facts += i && text[i - 1] == '\n' && !strncmp(text + i, "{\"fact\"", 7) &&
				 memchr(text + i, '\n', cut - i);
		}
		/* a line that lacks nothing but its end is whole */
		if (cut < len && text[cut] == '\n' && text[cut - 1] == '}') {
			size_t start = cut;

			while (text[start - 1] != '\n')
				start--;
			facts += !strncmp(text + start, "{\"fact\"", 7);
		}
		tr_facts_init(&got);
		ck_assert_msg(trace_parse(&got, text, cut, &err) == 0, "%zu: %s", cut,
			      tr_err_msg(&err));
		ck_assert_uint_eq(got.n, facts);
		ck_assert(!got.n_recordings || !tr_facts_complete(&got));
		tr_facts_release(&got);
	}
	free(text);
	tr_facts_release(&f);
	remove_dir();
}
END_TEST

/* The same with kill -9 and a real process: what was synced is there. */
START_TEST(a_killed_writer_leaves_a_journal)
{
	const struct random_opts o = { .max_facts = 200, .max_recordings = 1 };
	struct rng r = { 6 };
	struct tr_facts f;
	int ready[2], status;
	char c;
	pid_t pid;

	make_dir();
	random_facts(&r, &o, &f);
	forget_the_end(&f);
	ck_assert_int_eq(pipe(ready), 0);
	pid = fork();
	if (pid == 0) {
		struct tr_journal *j = open_journal();

		journal_all(j, &f);
		if (tr_journal_sync(j, NULL) == 0 && write(ready[1], "x", 1) == 1)
			pause();
		_exit(1);
	}
	ck_assert_int_eq((int)read(ready[0], &c, 1), 1);
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	check_file(&f);
	close(ready[0]);
	close(ready[1]);
	tr_facts_release(&f);
	remove_dir();
}
END_TEST

/* What was there before stays until the journal has its header, and a failure changes nothing. */
START_TEST(opening_fails_without_a_trace)
{
	struct tr_journal *j = NULL;
	struct tr_err err = { 0 };
	char *old;
	size_t len;

	make_dir();
	write_file("old", 3);
	ck_assert_int_lt(tr_journal_open(&j, dir, &err), 0);
	ck_assert_int_eq(err.kind, TR_ERR_INPUT);
	ck_assert_ptr_nonnull(strstr(tr_err_msg(&err), dir));
	tr_err_clear(&err);
	ck_assert_int_lt(tr_journal_open(&j, "/nowhere/at/all", &err), 0);
	ck_assert_int_eq(err.kind, TR_ERR_INPUT);
	tr_err_clear(&err);
	old = slurp(&len);
	ck_assert_str_eq(old, "old");
	free(old);
	remove_dir();
}
END_TEST

/*
 * A full disk, by a limit on the size of a file: sync says so, what was written stays a journal,
 * and when there is room again nothing is missing.
 */
START_TEST(a_full_disk_is_said_and_made_good)
{
	const struct random_opts o = { .max_facts = 400, .max_recordings = 2 };
	struct rlimit limit = { 4096, RLIM_INFINITY }, none = { RLIM_INFINITY, RLIM_INFINITY };
	struct rng r = { 9 };
	struct tr_journal *j;
	struct tr_err err = { 0 };
	struct tr_facts f, cut;

	make_dir();
	signal(SIGXFSZ, SIG_IGN);
	do {
		random_facts(&r, &o, &f);
	} while (f.n < 100 && (tr_facts_release(&f), true));
	forget_the_end(&f);
	j = open_journal();
	journal_all(j, &f);
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
	ck_assert_int_lt(tr_journal_sync(j, &err), 0);
	ck_assert_int_eq(err.kind, TR_ERR_CANNOT);
	ck_assert_ptr_nonnull(strstr(tr_err_msg(&err), path));
	tr_err_clear(&err);
	tr_facts_init(&cut);
	ck_assert_msg(tr_trace_read(&cut, path, &err) == 0, "%s", tr_err_msg(&err));
	ck_assert(cut.n > 0 && cut.n < f.n);
	tr_facts_release(&cut);
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &none), 0);
	ck_assert_int_eq(tr_journal_sync(j, NULL), 0);
	check_file(&f);
	/* finishing into a full disk keeps the journal */
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
	ck_assert_int_lt(tr_journal_finish(j, &f, NULL), 0);
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &none), 0);
	check_file(&f);
	tr_facts_release(&f);
	remove_dir();
}
END_TEST

/*
 * A device stays one, and nothing is left beside it. By a link to it: a rename that should not be
 * replaces the link and not, for everybody on the machine, /dev/null.
 */
START_TEST(a_device_is_written_to)
{
	struct tr_journal *j = NULL;
	struct tr_facts f;
	struct stat st;

	make_dir();
	ck_assert_int_eq(symlink("/dev/null", path), 0);
	tr_facts_init(&f);
	ck_assert_int_eq(tr_journal_open(&j, path, NULL), 0);
	ck_assert_int_eq(tr_journal_sync(j, NULL), 0);
	ck_assert_int_eq(tr_journal_finish(j, &f, NULL), 0);
	ck_assert_int_eq(lstat(path, &st), 0);
	ck_assert(S_ISLNK(st.st_mode));
	tr_facts_release(&f);
	remove_dir();
}
END_TEST

/* A recording may be told of again, and a fact of one that was not is no silent gap. */
START_TEST(recordings_come_first)
{
	struct tr_recording rec = { .subject = tr_xstrdup("s") };
	struct tr_fact fact = { .kind = TR_FACT_SYSCALL };
	struct tr_journal *j;
	struct tr_facts f;

	make_dir();
	tr_facts_init(&f);
	tr_u32set_add(&fact.ev.recordings, tr_facts_add_recording(&f, &rec));
	j = open_journal();
	tr_journal_recording(j, &f, 0);
	tr_context_add(&f.recordings[0], "image", "late");
	tr_journal_recording(j, &f, 0);
	tr_journal_fact(j, tr_facts_add(&f, &fact, NULL));
	ck_assert_int_eq(tr_journal_sync(j, NULL), 0);
	check_file(&f);
	fact.nr = 1;
	tr_u32set_add(&fact.ev.recordings, 7);
	tr_journal_fact(j, &fact);
	ck_assert_int_lt(tr_journal_sync(j, NULL), 0);
	tr_journal_close(j);
	tr_fact_release(&fact);
	tr_facts_release(&f);
	tr_journal_close(NULL);
	remove_dir();
}
END_TEST

TR_SUITE("journal", a_journal_is_an_incomplete_trace, finishing_replaces_it, a_cut_anywhere_is_read,
	 a_killed_writer_leaves_a_journal, opening_fails_without_a_trace,
	 a_full_disk_is_said_and_made_good, a_device_is_written_to, recordings_come_first)
