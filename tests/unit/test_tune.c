// SPDX-License-Identifier: Apache-2.0
/* The tune file: what it may say, and where it says something else. */
#include <check.h>
#include <string.h>

#include "lib/suite.h"
#include "trammel/tune.h"

START_TEST(reads_decisions)
{
	static const char text[] =
		"{\"accept\": [{\"fact\": \"syscall:mount\", \"why\": \"m\"},\n"
		"{\"why\": \"a \\\"line\\\"\\n\", \"fact\": \"arg:clone:0:0x11\"}]}";
	struct tr_tune t;

	ck_assert_int_eq(tr_tune_parse(&t, text, strlen(text), "t", NULL), 0);
	ck_assert_uint_eq(t.n_accepts, 2);
	ck_assert_str_eq(t.accepts[0].fact, "syscall:mount");
	ck_assert_str_eq(t.accepts[0].why, "m");
	ck_assert_str_eq(t.accepts[1].why, "a \"line\"\n");
	tr_tune_release(&t);
	ck_assert_int_eq(tr_tune_parse(&t, "{}", 2, "t", NULL), 0);
	ck_assert_uint_eq(t.n_accepts, 0);
	tr_tune_release(&t);
}
END_TEST

static void refuse(const char *text, const char *want)
{
	struct tr_err err = { 0 };
	struct tr_tune t;

	ck_assert_msg(tr_tune_parse(&t, text, strlen(text), "t", &err) < 0, "%s", text);
	ck_assert_int_eq(err.kind, TR_ERR_INPUT);
	ck_assert_msg(strstr(tr_err_msg(&err), want), "'%s' is not in '%s'", want,
		      tr_err_msg(&err));
	tr_err_clear(&err);
}

START_TEST(refuses_anything_else)
{
	refuse("", "t:1");
	refuse("[]", "t:1: expected an object");
	refuse("{\"acept\": []}", "unknown member 'acept'");
	refuse("{\"accept\": {}}", "accept: expected an array");
	refuse("{\"accept\": [\n\"syscall:mount\"]}", "t:2: accept[0]: expected an object");
	refuse("{\"accept\": [{\"fact\": \"syscall:mount\"}]}", "accept[0]: expected 'why'");
	refuse("{\"accept\": [{\"fact\": \"syscall:mount\", \"why\": \"\"}]}", "expected 'why'");
	refuse("{\"accept\": [{\"why\": \"x\"}]}", "accept[0]: expected 'fact'");
	refuse("{\"accept\": [{\"fact\": 1, \"why\": \"x\"}]}",
	       "accept[0].fact: expected a string");
	refuse("{\"accept\": [{\"fact\": \"mount\", \"why\": \"x\"}]}",
	       "accept[0].fact: 'mount' is no fact");
	refuse("{\"accept\": [{\"fact\": \"syscall:mout\", \"why\": \"x\"}]}", "no syscall 'mout'");
	refuse("{\"accept\": [{\"fact\": \"syscall:mount\", \"why\": \"x\", \"who\": \"me\"}]}",
	       "unknown member 'who'");
	/* json-c would drop the first */
	refuse("{\"accept\": [{\"fact\": \"syscall:mount\", \"why\": \"x\"}], \"accept\": []}",
	       "accept");
}
END_TEST

TR_SUITE("tune", reads_decisions, refuses_anything_else)
