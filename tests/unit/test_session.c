// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/dir.h"
#include "lib/suite.h"
#include "record/session.h"
#include "util/fs.h"
#include "util/mem.h"

static void fact(struct session *s, uint16_t recording, uint32_t nr)
{
	struct tr_fact f = { .kind = TR_FACT_SYSCALL, .nr = nr };

	f.ev.flags = TR_EV_DONE;
	session_fact(s, recording, &f);
}

static int want(struct session *s, uint16_t recording, const char *subject, struct tr_err *err)
{
	struct tr_recording rec = { 0 };
	int r;

	tr_recording_new_id(&rec);
	rec.subject = tr_xstrdup(subject);
	rec.ended = TR_ENDED_EXITED;
	r = session_want(s, recording, &rec, err);
	tr_recording_release(&rec);
	return r;
}

START_TEST(facts_wait_until_it_is_known_whose_they_are)
{
	struct session s;
	struct tr_err err = { 0 };

	session_init(&s, NULL, NULL);
	session_met(&s, 0, 1);
	session_met(&s, 1, 1);
	fact(&s, 0, 1);
	fact(&s, 1, 2);
	fact(&s, 9, 3); /* never met */
	ck_assert_int_eq(want(&s, 0, "a", &err), 0);
	session_unwant(&s, 1);
	fact(&s, 1, 4);
	fact(&s, 0, 5);
	ck_assert_uint_eq(s.n_subjects, 1);
	ck_assert_uint_eq(s.subjects[0]->facts.n, 2);
	session_release(&s);
}
END_TEST

START_TEST(one_subject_takes_several_recordings)
{
	struct session s;
	struct tr_err err = { 0 };

	session_init(&s, NULL, NULL);
	session_met(&s, 0, 1);
	session_met(&s, 1, 1);
	ck_assert_int_eq(want(&s, 0, "a", &err), 0);
	ck_assert_int_eq(want(&s, 1, "a", &err), 0);
	fact(&s, 0, 1);
	fact(&s, 1, 1);
	ck_assert_uint_eq(s.n_subjects, 1);
	ck_assert_uint_eq(s.subjects[0]->facts.n_recordings, 2);
	ck_assert_uint_eq(s.subjects[0]->facts.n, 1);
	session_release(&s);
}
END_TEST

START_TEST(one_file_holds_one_subject)
{
	struct session s;
	struct tr_err err = { 0 };
	char path[128];

	make_dir();
	snprintf(path, sizeof(path), "%s/t", dir);
	session_init(&s, path, NULL);
	session_met(&s, 0, 1);
	session_met(&s, 1, 1);
	ck_assert_int_eq(want(&s, 0, "first", &err), 0);
	ck_assert_int_eq(want(&s, 1, "second", &err), -1);
	ck_assert_ptr_nonnull(strstr(tr_err_msg(&err), "first"));
	ck_assert_ptr_nonnull(strstr(tr_err_msg(&err), "second"));
	tr_err_clear(&err);
	session_release(&s);
	remove_dir();
}
END_TEST

START_TEST(a_directory_holds_a_trace_each)
{
	struct session s;
	struct tr_err err = { 0 };
	struct tr_facts back;
	char path[128];

	make_dir();
	session_init(&s, NULL, dir);
	session_met(&s, 0, 1);
	session_met(&s, 1, 1);
	ck_assert_int_eq(want(&s, 0, "a", &err), 0);
	/* A name that would leave the directory, or hide. */
	ck_assert_int_eq(want(&s, 1, "../../x y", &err), 0);
	ck_assert_int_eq(strncmp(s.subjects[1]->path, dir, strlen(dir)), 0);
	ck_assert_ptr_null(strchr(s.subjects[1]->path + strlen(dir) + 1, '/'));
	ck_assert_int_ne(s.subjects[1]->path[strlen(dir) + 1], '.');
	/* And a third that would have the second's name. */
	session_release(&s);
	session_init(&s, NULL, dir);
	session_met(&s, 0, 1);
	session_met(&s, 1, 1);
	session_met(&s, 2, 1);
	ck_assert_int_eq(want(&s, 0, "a", &err), 0);
	ck_assert_int_eq(want(&s, 1, "x y", &err), 0);
	ck_assert_int_eq(want(&s, 2, "x_y", &err), 0);
	ck_assert_str_ne(s.subjects[1]->path, s.subjects[2]->path);
	fact(&s, 0, 1);
	ck_assert_int_eq(session_finish(&s, &err), 0);
	tr_facts_init(&back);
	snprintf(path, sizeof(path), "%s/a.trace", dir);
	ck_assert_int_eq(tr_trace_read(&back, path, &err), 0);
	ck_assert_uint_eq(back.n, 1);
	tr_facts_release(&back);
	session_release(&s);
	remove_dir();
}
END_TEST

/* However long an engine takes to say whose it is. */
START_TEST(nothing_is_lost_while_it_waits)
{
	struct session s;
	struct tr_err err = { 0 };

	session_init(&s, NULL, NULL);
	fact(&s, 0,
	     200000); /* by a process that was quicker than the one that tells of the recording */
	session_met(&s, 0, 1);
	for (uint32_t i = 0; i < 100003; i++)
		fact(&s, 0, i);
	fact(&s, 0, 7);
	ck_assert_int_eq(want(&s, 0, "a", &err), 0);
	ck_assert_uint_eq(s.recordings[0].pending.n, 0);
	ck_assert_uint_eq(s.subjects[0]->facts.n, 100004);
	ck_assert(tr_recording_complete(session_recording(&s, 0)));
	session_release(&s);
}
END_TEST

START_TEST(a_journal_is_what_a_crash_leaves)
{
	struct session s;
	struct tr_err err = { 0 };
	struct tr_facts back;
	char path[128];

	make_dir();
	snprintf(path, sizeof(path), "%s/t", dir);
	session_init(&s, path, NULL);
	session_met(&s, 0, 1);
	ck_assert_int_eq(access(path, F_OK), -1); /* nothing before anything is known */
	ck_assert_int_eq(want(&s, 0, "a", &err), 0);
	fact(&s, 0, 1);
	ck_assert_int_eq(session_sync(&s, &err), 0);
	tr_facts_init(&back);
	ck_assert_int_eq(tr_trace_read(&back, path, &err), 0);
	ck_assert_uint_eq(back.n, 1);
	ck_assert(!tr_facts_complete(&back));
	tr_facts_release(&back);
	session_release(&s);
	remove_dir();
}
END_TEST

static void seen_at(struct session *s, uint16_t recording, uint32_t nr, int64_t when)
{
	struct tr_fact f = { .kind = TR_FACT_SYSCALL, .nr = nr, .ev.first = when, .ev.last = when };

	session_fact(s, recording, &f);
}

static uint32_t after(const struct session *s, uint32_t nr)
{
	struct tr_fact key = { .kind = TR_FACT_SYSCALL, .nr = nr };

	return tr_facts_find(&s->subjects[0]->facts, &key)->ev.after;
}

/* Each fact by the clock of its own recording, what came before it was known whose it is, too. */
START_TEST(facts_know_how_far_into_their_recording)
{
	struct session s;
	struct tr_err err = { 0 };

	session_init(&s, NULL, NULL);
	session_met(&s, 0, 1000);
	session_met(&s, 1, 2000);
	seen_at(&s, 0, 1, 1000);
	seen_at(&s, 0, 2, 1030);
	ck_assert_int_eq(want(&s, 0, "a", &err), 0);
	ck_assert_int_eq(want(&s, 1, "a", &err), 0);
	seen_at(&s, 1, 2, 2004);
	seen_at(&s, 1, 3, 1990); /* the clock was set */
	seen_at(&s, 0, 1, 1050);
	seen_at(&s, 0, 4, 0);
	session_stop(&s, 0, 1059);
	session_stop(&s, 9, 1059); /* never met */
	ck_assert_uint_eq(after(&s, 1), 1);
	ck_assert_uint_eq(after(&s, 2), 5);
	ck_assert_uint_eq(after(&s, 3), 1);
	ck_assert_uint_eq(after(&s, 4), 0);
	ck_assert_uint_eq(session_recording(&s, 0)->seconds, 60);
	ck_assert_int_eq(session_recording(&s, 0)->stopped, 1059);
	ck_assert_uint_eq(session_recording(&s, 1)->seconds, 0);
	session_release(&s);
}
END_TEST

/* Not even the journal, which a crash leaves, has the secret. */
START_TEST(secrets_are_replaced_before_they_are_kept)
{
	struct tr_redact *redact = NULL;
	struct session s;
	struct tr_err err = { 0 };
	tr_cleanup_free char *path = NULL, *text = NULL;
	size_t len;

	make_dir();
	path = tr_xasprintf("%s/a.trace", dir);
	session_init(&s, path, NULL);
	ck_assert_int_eq(tr_redact_add(&redact, "s3cret[0-9]", &err), 0);
	s.redact = redact;
	session_met(&s, 0, 1);
	for (int i = 0; i < 2; i++) {
		struct tr_fact f = { .kind = TR_FACT_FILE, .path = tr_xstrdup("/x/s3cret1/y") };
		struct tr_fact g = { .kind = TR_FACT_SYSCALL, .nr = 1 };

		tr_strset_add(&g.ev.exes, "/bin/s3cret2");
		session_fact(&s, 0, &f);
		session_fact(&s, 0, &g);
		if (!i)
			ck_assert_int_eq(want(&s, 0, "a", &err), 0);
	}
	ck_assert_int_eq(session_sync(&s, &err), 0);
	ck_assert_int_eq(fs_read(path, 100000, &text, &len, &err), 0);
	ck_assert_ptr_null(strstr(text, "s3cret"));
	ck_assert_ptr_nonnull(strstr(text, "/x/redacted-"));
	ck_assert_uint_eq(s.n_redacted, 2);
	ck_assert_uint_eq(s.subjects[0]->facts.n, 2);
	session_release(&s);
	tr_redact_free(redact);
	remove_dir();
}
END_TEST

TR_SUITE("session", secrets_are_replaced_before_they_are_kept,
	 facts_know_how_far_into_their_recording, facts_wait_until_it_is_known_whose_they_are,
	 one_subject_takes_several_recordings, one_file_holds_one_subject,
	 nothing_is_lost_while_it_waits, a_directory_holds_a_trace_each,
	 a_journal_is_what_a_crash_leaves)
