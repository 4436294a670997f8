// SPDX-License-Identifier: Apache-2.0
/* The tune file: what it may say, and where it says something else. */
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/suite.h"
#include "policy/tune.h"
#include "tables/data.h"
#include "trammel/tune.h"
#include "util/json.h"
#include "util/mem.h"

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

static const char everything[] =
	"{\"$schema\": \"x\", \"options\": {\"runtime\": {\"value\": \"runc\", \"why\": \"r\"},"
	"\"args\": {\"value\": \"all\", \"why\": \"a\"}, \"siblings\": {\"value\": \"off\", \"why\": \"s\"},"
	"\"arch\": {\"value\": \"arm64,x86\", \"why\": \"m\"},"
	"\"ceiling\": {\"value\": \"none\", \"why\": \"c\"},"
	"\"default-action\": {\"value\": \"kill\", \"why\": \"d\"}},"
	"\"allow\": [{\"fact\": \"syscall:fsync\", \"why\": \"f\"},"
	"{\"fact\": \"arg:clone:0:0\", \"mask\": \"0x7e020000\", \"why\": \"l\"},"
	"{\"rule\": \"owner /var/*.log w,\", \"why\": \"q\"}],"
	"\"deny\": [{\"fact\": \"syscall:statx\", \"errno\": \"ENOSYS\", \"why\": \"t\"}],"
	"\"pin\": [{\"fact\": \"arg:socket:0:1\", \"why\": \"p\"}],"
	"\"accept\": [{\"fact\": \"syscall:mount\", \"why\": \"o\"}]}";

static void check_everything(const struct tr_tune *t)
{
	static const char *const values[] = { "runc", "all", "off", "arm64,x86", "none", "kill" };

	for (int i = 0; i < TR_POLICY_OPTIONS; i++)
		ck_assert_str_eq(t->options[i].value, values[i]);
	ck_assert_str_eq(t->options[TR_POLICY_ARCH].why, "m");
	ck_assert_uint_eq(t->n_hands, 4);
	ck_assert_int_eq(t->hands[0].kind, TR_HAND_ALLOW);
	ck_assert_str_eq(t->hands[0].fact, "syscall:fsync");
	ck_assert_uint_eq(t->hands[0].mask, 0);
	ck_assert_uint_eq(t->hands[1].mask, 0x7e020000);
	ck_assert_int_eq(t->hands[2].kind, TR_HAND_DENY);
	ck_assert_int_eq(t->hands[2].errno_ret, ENOSYS);
	ck_assert_int_eq(t->hands[3].kind, TR_HAND_PIN);
	ck_assert_str_eq(t->hands[3].why, "p");
	ck_assert_uint_eq(t->n_accepts, 1);
	ck_assert_uint_eq(t->n_rules, 1);
	ck_assert_int_eq(t->rules[0].kind, TR_HAND_ALLOW);
	ck_assert_str_eq(t->rules[0].rule, "owner /var/*.log w,");
	ck_assert_str_eq(t->rules[0].why, "q");
}

START_TEST(reads_all_of_it)
{
	struct tr_err err = { 0 };
	struct tr_tune t;

	ck_assert_msg(tr_tune_parse(&t, everything, strlen(everything), "t", &err) == 0, "%s",
		      tr_err_msg(&err));
	check_everything(&t);
	tr_tune_release(&t);
}
END_TEST

START_TEST(written_is_read_back)
{
	struct tr_tune t, again;
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	ck_assert_int_eq(tr_tune_parse(&t, everything, strlen(everything), "t", NULL), 0);
	tr_tune_write(&t, out);
	fclose(out);
	ck_assert_int_eq(tr_tune_parse(&again, text, len, "again", NULL), 0);
	check_everything(&again);
	tr_tune_release(&t);
	tr_tune_release(&again);
	free(text);
}
END_TEST

START_TEST(command_line_wins)
{
	struct tr_policy_opts opts = { .runtime = "crun", .args = TR_POLICY_ARGS_NONE };
	struct tr_tune t;

	ck_assert_int_eq(tr_tune_parse(&t, everything, strlen(everything), "t", NULL), 0);
	ck_assert_int_eq(tr_tune_apply(&opts, &t, 1U << TR_POLICY_RUNTIME, NULL), 0);
	ck_assert_str_eq(opts.runtime, "crun");
	ck_assert_int_eq(opts.args, TR_POLICY_ARGS_ALL);
	ck_assert(opts.no_siblings);
	ck_assert_uint_eq(opts.arches, 1U << TR_ABI_AARCH64 | 1U << TR_ABI_I386);
	ck_assert_str_eq(opts.ceiling, "none");
	ck_assert_int_eq(opts.default_action, TR_ACTION_KILL_PROCESS);
	ck_assert_uint_eq(opts.hands.n, 4);
	tr_tune_release(&t);
}
END_TEST

START_TEST(refuses_wrong_decisions)
{
	refuse("{\"options\": {\"args\": \"all\"}}", "options.args: expected an object");
	refuse("{\"options\": {\"args\": {\"value\": \"some\", \"why\": \"x\"}}}",
	       "options.args.value: expected none, risky or all, found 'some'");
	refuse("{\"options\": {\"args\": {\"value\": \"all\"}}}", "options.args: expected 'why'");
	refuse("{\"options\": {\"colour\": {\"value\": \"all\", \"why\": \"x\"}}}",
	       "options: unknown member 'colour'");
	refuse("{\"options\": {\"arch\": {\"value\": \"arm64,\", \"why\": \"x\"}}}", "arch.value");
	refuse("{\"deny\": [{\"fact\": \"syscall:mount\"}]}", "deny[0]: expected 'why'");
	refuse("{\"deny\": [{\"fact\": \"syscall:mout\", \"why\": \"x\"}]}", "deny[0].fact");
	refuse("{\"deny\": [{\"fact\": \"syscall:mount\", \"errno\": \"EWHAT\", \"why\": \"x\"}]}",
	       "deny[0].errno: expected an errno");
	refuse("{\"allow\": [{\"fact\": \"syscall:mount\", \"errno\": \"EPERM\", \"why\": \"x\"}]}",
	       "unknown member 'errno'");
	refuse("{\"deny\": [{\"fact\": \"arg:socket:0:1\", \"errno\": \"EPERM\", \"why\": \"x\"}]}",
	       "for a whole call");
	refuse("{\"pin\": [{\"fact\": \"syscall:socket\", \"why\": \"x\"}]}", "pin[0].fact: ");
	refuse("{\"pin\": [{\"fact\": \"arg:socket:0:1\", \"mask\": 3, \"why\": \"x\"}]}",
	       "pin[0].mask: expected a string");
	refuse("{\"pin\": [{\"fact\": \"arg:socket:0:1\", \"mask\": \"3\", \"why\": \"x\"}]}",
	       "expected a number like 0xff");
	refuse("{\"pin\": [{\"fact\": \"arg:socket:0:1\", \"mask\": \"0x0\", \"why\": \"x\"}]}",
	       "a bit that is set");
	refuse("{\"pin\": [{\"fact\": \"arg:socket:0:1\", \"mask\": \"0x2\", \"why\": \"x\"}]}",
	       "bits that the mask has not");
	refuse("{\"deny\": [{\"fact\": \"syscall:read\", \"mask\": \"0x2\", \"why\": \"x\"}]}",
	       "a mask is for an argument");
}
END_TEST

START_TEST(refuses_contradictions)
{
	refuse("{\"allow\": [{\"fact\": \"syscall:mount\", \"why\": \"x\"}],"
	       "\"deny\": [{\"fact\": \"syscall:mount\", \"why\": \"x\"}]}",
	       "syscall:mount is denied, too");
	refuse("{\"allow\": [{\"fact\": \"arg:socket:0:1\", \"why\": \"x\"}],"
	       "\"deny\": [{\"fact\": \"syscall:socket\", \"why\": \"x\"}]}",
	       "arg:socket:0:1 is denied, too");
	refuse("{\"allow\": [{\"fact\": \"arg:socket:0:1\", \"why\": \"x\"}],"
	       "\"pin\": [{\"fact\": \"arg:socket:0:2\", \"why\": \"x\"}]}",
	       "not among what is pinned");
}
END_TEST

/* Collects the members of every "properties" in the schema. */
static void schema_members(json_object *o, struct tr_strset *ret)
{
	json_object *properties;

	if (json_object_is_type(o, json_type_array))
		for (size_t i = 0; i < json_object_array_length(o); i++)
			schema_members(json_object_array_get_idx(o, i), ret);
	if (!json_object_is_type(o, json_type_object))
		return;
	if (json_object_object_get_ex(o, "properties", &properties)) {
		json_object_object_foreach(properties, key, unused) {
			(void)unused;
			tr_strset_add(ret, key);
		}
	}
	json_object_object_foreach(o, name, value) {
		(void)name;
		schema_members(value, ret);
	}
}

START_TEST(schema_has_the_readers_members)
{
	const struct data_file *file = data_find("tune.schema.json");
	struct tr_strset in_schema = { 0 };
	json_object *o = NULL;
	size_t n = 0;

	ck_assert(file != NULL);
	ck_assert_int_eq(json_parse(file->text, file->size, "schema", 1, &o, NULL), 0);
	schema_members(o, &in_schema);
	for (; tune_members[n]; n++)
		ck_assert_msg(tr_strset_has(&in_schema, tune_members[n]), "%s", tune_members[n]);
	ck_assert_uint_eq(n, in_schema.n);
	tr_strset_release(&in_schema);
	json_object_put(o);
}
END_TEST

TR_SUITE("tune", reads_decisions, refuses_anything_else, reads_all_of_it, written_is_read_back,
	 command_line_wins, refuses_wrong_decisions, refuses_contradictions,
	 schema_has_the_readers_members)
