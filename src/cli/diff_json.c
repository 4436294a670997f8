// SPDX-License-Identifier: Apache-2.0
/* `trammel diff` for programs: JSON and SARIF. */
#include <inttypes.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <string.h>

#include "cli/answers.h"
#include "cli/ci.h"
#include "cli/diff.h"
#include "cli/sarif.h"
#include "util/json.h"
#include "util/mem.h"

static const char *const kind_keys[ROW_KINDS] = { "more", "less", "otherwise" };

static json_object *json_of_answer(uint32_t ret)
{
	json_object *o = json_object_new_object();
	uint32_t action = ret & SECCOMP_RET_ACTION_FULL;

	json_add_string(o, "action", answer_word(ret));
	if (action == SECCOMP_RET_ERRNO || action == SECCOMP_RET_TRACE)
		json_object_object_add(o, "errno",
				       json_object_new_int((int)(ret & SECCOMP_RET_DATA)));
	return o;
}

static json_object *json_of_example(const struct tr_diff_example *e)
{
	json_object *o = json_object_new_object(), *args = json_object_new_object();

	for (unsigned i = 0; i < 6; i++) {
		char key[12], value[24];

		if (!(e->matter >> i & 1))
			continue;
		snprintf(key, sizeof(key), "%u", i);
		snprintf(value, sizeof(value), "%#" PRIx64, e->args[i]);
		json_add_string(args, key, value);
	}
	json_object_object_add(o, "args", args);
	json_object_object_add(o, "a", json_of_answer(e->ret[0]));
	json_object_object_add(o, "b", json_of_answer(e->ret[1]));
	return o;
}

static json_object *json_of_row(const struct diff_row *row, int kind)
{
	json_object *o = json_object_new_object(), *abis = json_object_new_array(),
		    *examples = json_object_new_array();
	size_t n = row->call->n_cases[kind];

	json_add_string(o, "name", row->call->name);
	for (int abi = 0; abi < TR_ABI_MAX; abi++)
		if (row->abis >> abi & 1)
			json_object_array_add(
				abis, json_object_new_string(tr_abi_name((enum tr_abi)abi)));
	json_object_object_add(o, "abis", abis);
	json_object_object_add(o, "number", json_object_new_int64(row->call->nr));
	if (!row->call->name)
		json_object_object_add(o, "unnamed_numbers",
				       json_object_new_int64((int64_t)row->call->n_unnamed));
	json_object_object_add(o, "any_arguments", json_object_new_boolean(row_whole(row, kind)));
	json_object_object_add(o, "cases", json_object_new_int64((int64_t)n));
	for (size_t i = 0; i < n && i < TR_DIFF_EXAMPLES; i++)
		json_object_array_add(examples, json_of_example(&row->call->example[kind][i]));
	json_object_object_add(o, "examples", examples);
	return o;
}

static void json_limit(const char *text, void *arg)
{
	json_object_array_add(arg, json_object_new_string(text));
}

void diff_print_json(const struct diff_report *r)
{
	json_object *o = json_object_new_object(), *limits = json_object_new_array();

	json_add_string(o, "a", r->a.label);
	json_add_string(o, "b", r->b.label);
	json_object_object_add(o, "b_grants_more",
			       json_object_new_boolean(r->d.n_more || r->aa.d.more.n));
	json_object_object_add(o, "differs",
			       json_object_new_boolean(r->d.n || r->aa.d.more.n || r->aa.d.less.n));
	json_object_object_add(o, "complete", json_object_new_boolean(r->complete));
	for (int kind = 0; kind < ROW_KINDS; kind++) {
		json_object *list = json_object_new_array();

		for (size_t i = 0; i < r->rows[kind].n; i++)
			json_object_array_add(list, json_of_row(&r->rows[kind].v[i], kind));
		json_object_object_add(o, kind_keys[kind], list);
	}
	if (r->accept.len)
		json_add_string(o, "accept", strbuf_str(&r->accept));
	diff_each_limit(r, json_limit, limits);
	json_object_object_add(o, "compared", limits);
	if (r->has_aa)
		json_object_object_add(o, "apparmor", aa_diff_json(&r->aa));
	printf("%s\n", json_object_to_json_string_ext(o, JSON_PRETTY));
	json_object_put(o);
}

/* SARIF */

static const struct {
	const char *id, *summary;
	enum sarif_level level;
} sarif_rules[ROW_KINDS] = {
	{ "diff-grants-more", "The second allows a syscall that the first does not", SARIF_ERROR },
	{ "diff-grants-less", "The first allows a syscall that the second does not", SARIF_NOTE },
	{ "diff-answers-otherwise", "Both refuse a syscall, or both allow it, in different ways",
	  SARIF_NOTE },
};

static void add_result(struct sarif *s, const struct diff_report *r, const struct diff_row *row,
		       int kind)
{
	const struct operand *where = kind == ROW_LESS ? &r->a : &r->b;
	const struct operand *other = kind == ROW_LESS ? &r->b : &r->a;
	cleanup_strbuf struct strbuf text = STRBUF_INIT, abis = STRBUF_INIT;
	tr_cleanup_free char *what = NULL;
	char buf[64];

	/* A line of a profile that is kept tells more than one of a recording. */
	if (!where->is_file || (where->kind == TR_DIFF_FACTS && other->is_file))
		where = other;
	abis_text(&abis, row->abis, ", ");
	what = tr_xasprintf("%s %s", row_name(row, buf, sizeof(buf)), strbuf_str(&abis));
	strbuf_addf(&text, "%s (%s), ", row_name(row, buf, sizeof(buf)), strbuf_str(&abis));
	if (!row_whole(row, kind))
		strbuf_adds(&text, "with some arguments, such as ");
	example_text(&text, &row->call->example[kind][0]);
	strbuf_adds(&text, ": ");
	row_change(&text, row, kind);
	strbuf_addf(&text, " (from %s to %s)", r->a.label, r->b.label);
	if (kind == ROW_MORE)
		diff_add_reason(r, row, &text);
	sarif_add_safe_result(
		s, (size_t)kind, sarif_rules[kind].id, sarif_rules[kind].level,
		where->is_file ? where->word : NULL,
		where->kind == TR_DIFF_PROFILE ? ci_line_of(&where->profile, row->call->name) : 0,
		strbuf_str(&text), what);
}

void diff_print_sarif(const struct diff_report *r)
{
	struct sarif s;

	sarif_init(&s);
	for (int kind = 0; kind < ROW_KINDS; kind++) {
		sarif_add_rule(&s, sarif_rules[kind].id, sarif_rules[kind].summary,
			       sarif_rules[kind].level);
		for (size_t i = 0; i < r->rows[kind].n; i++)
			add_result(&s, r, &r->rows[kind].v[i], kind);
	}
	if (r->has_aa)
		aa_diff_add_sarif(&r->aa, &s, ROW_KINDS);
	sarif_print(&s);
}
