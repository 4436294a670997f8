// SPDX-License-Identifier: Apache-2.0
/* The files of profiles/: that each says what README.md there says it does. */
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "formats/apparmor_words.h"
#include "lib/suite.h"
#include "policy/risk.h"
#include "policy/siblings.h"
#include "tables/csv.h"
#include "tables/data.h"
#include "tables/syscalls.h"
#include "trammel/check.h"
#include "trammel/lint.h"
#include "trammel/policy.h"
#include "trammel/seccomp.h"
#include "util/json.h"
#include "util/mem.h"

START_TEST(csv_rows)
{
	static const char text[] = "# c\n\nname,why\na,\"x, \"\"y\"\"\"\n#,no\nb,\n\"c\"d,e,\nlast";
	struct csv csv;

	csv_init(&csv, text);
	ck_assert(csv_next(&csv));
	ck_assert_uint_eq(csv.n, 2);
	ck_assert_str_eq(csv.field[0], "a");
	ck_assert_str_eq(csv.field[1], "x, \"y\"");
	ck_assert_uint_eq(csv.line, 4);
	ck_assert(csv_next(&csv));
	ck_assert_str_eq(csv.field[0], "b");
	ck_assert_str_eq(csv.field[1], "");
	ck_assert(csv_next(&csv));
	ck_assert_uint_eq(csv.n, 3);
	ck_assert_str_eq(csv.field[0], "c");
	ck_assert_str_eq(csv.field[2], "");
	ck_assert(csv_next(&csv));
	ck_assert_uint_eq(csv.n, 1);
	ck_assert_str_eq(csv.field[0], "last");
	ck_assert_ptr_null(csv.field[1]);
	ck_assert(!csv_next(&csv));
	csv_release(&csv);
	csv_init(&csv, "head,er\n\"open,1");
	ck_assert(csv_next(&csv));
	ck_assert_str_eq(csv.field[0], "open,1");
	csv_release(&csv);
}
END_TEST

/* A table of syscalls: sorted, each name known, with a reason. */
static size_t check_names(const char *file, size_t columns)
{
	const struct data_file *data = data_find(file);
	char last[64] = "";
	struct csv csv;
	size_t n = 0;

	ck_assert_msg(data != NULL, "%s", file);
	csv_init(&csv, data->text);
	for (; csv_next(&csv); n++) {
		ck_assert_msg(csv.n == columns, "%s:%u: %zu columns", file, csv.line, csv.n);
		ck_assert_msg(syscall_index(csv.field[0]) >= 0, "%s:%u: no syscall '%s'", file,
			      csv.line, csv.field[0]);
		ck_assert_msg(strcmp(last, csv.field[0]) < 0, "%s:%u: '%s' is out of order", file,
			      csv.line, csv.field[0]);
		ck_assert_msg(strlen(csv.field[columns - 1]) > 10, "%s:%u: no reason", file,
			      csv.line);
		snprintf(last, sizeof(last), "%s", csv.field[0]);
	}
	csv_release(&csv);
	return n;
}

START_TEST(always_and_errno)
{
	struct csv csv;

	ck_assert_uint_gt(check_names("always.csv", 2), 8);
	ck_assert_uint_gt(check_names("errno.csv", 3), 20);
	ck_assert_uint_gt(check_names("acts.csv", 3), 40);
	csv_init(&csv, data_find("errno.csv")->text);
	while (csv_next(&csv))
		ck_assert_msg(errno_from_name(csv.field[1]) > 0, "errno.csv:%u: '%s'", csv.line,
			      csv.field[1]);
	csv_release(&csv);
}
END_TEST

/* The risk list: sorted, and no row that says the same of the same arguments twice. */
START_TEST(risk_list)
{
	char last[200] = "";
	struct risks risks;
	struct csv csv;
	size_t n = 0;

	csv_init(&csv, data_find("risk.csv")->text);
	for (; csv_next(&csv); n++) {
		tr_cleanup_free char *row = tr_xasprintf("%s %s", csv.field[0], csv.field[1]);

		ck_assert_uint_eq(csv.n, 5);
		ck_assert_msg(strcmp(last, row) < 0, "risk.csv:%u: '%s' is out of order", csv.line,
			      row);
		ck_assert_msg(!strcmp(csv.field[2], "high") || !strcmp(csv.field[2], "medium"),
			      "risk.csv:%u: level '%s'", csv.line, csv.field[2]);
		ck_assert(strlen(csv.field[3]) > 10 && strlen(csv.field[4]) > 5);
		snprintf(last, sizeof(last), "%s", row);
	}
	csv_release(&csv);
	ck_assert_uint_gt(n, 30);
	ck_assert_int_eq(risks_load(&risks, NULL), 0);
	ck_assert_uint_eq(risks.n, n);
	risks_release(&risks);
}
END_TEST

/* The same of AppArmor: sorted, and each row's words known. */
START_TEST(apparmor_risk_list)
{
	char last[200] = "";
	struct csv csv;
	size_t n = 0;

	csv_init(&csv, data_find("apparmor-risk.csv")->text);
	for (; csv_next(&csv); n++) {
		const char *kind = csv.field[0], *what = csv.field[1];
		tr_cleanup_free char *row = tr_xasprintf("%s %s", kind, what);

		ck_assert_uint_eq(csv.n, 5);
		ck_assert_msg(strcmp(last, row) < 0, "apparmor-risk.csv:%u: '%s' is out of order",
			      csv.line, row);
		ck_assert_int_ge(tr_lint_level_from_name(csv.field[2]), 0);
		ck_assert(strlen(csv.field[3]) > 10 && strlen(csv.field[4]) > 5);
		if (!strcmp(kind, "capability"))
			ck_assert_uint_lt(apparmor_capability_number(what), APPARMOR_CAPABILITIES);
		else if (!strcmp(kind, "network"))
			ck_assert_uint_lt(apparmor_family_number(what), APPARMOR_FAMILIES);
		else
			ck_assert(!strcmp(kind, "mount") || !strcmp(kind, "ptrace") ||
				  !strcmp(kind, "signal"));
		snprintf(last, sizeof(last), "%s", row);
	}
	csv_release(&csv);
	ck_assert_uint_gt(n, 20);
}
END_TEST

static bool is_errno_planned(const char *name)
{
	struct csv csv;
	bool found = false;

	csv_init(&csv, data_find("errno.csv")->text);
	while (csv_next(&csv))
		found |= !strcmp(csv.field[0], name);
	csv_release(&csv);
	return found;
}

START_TEST(sibling_forms)
{
	struct siblings all;
	struct risks risks;
	struct csv csv;
	char last[200] = "";
	size_t n;

	csv_init(&csv, data_find("siblings.csv")->text);
	while (csv_next(&csv)) {
		tr_cleanup_free char *row = tr_xasprintf("%s %s", csv.field[0], csv.field[1]);

		ck_assert_uint_eq(csv.n, 4);
		ck_assert_msg(strcmp(last, row) < 0, "siblings.csv:%u: '%s' is out of order",
			      csv.line, row);
		ck_assert_str_ne(csv.field[0], csv.field[1]);
		ck_assert_uint_gt(strlen(csv.field[3]), 5);
		snprintf(last, sizeof(last), "%s", row);
	}
	csv_release(&csv);
	ck_assert_int_eq(siblings_load(&all, NULL), 0);
	ck_assert_int_eq(risks_load(&risks, NULL), 0);
	ck_assert_uint_gt(all.n, 100);
	for (size_t i = 0; i < all.n; i++) {
		const char *form = syscall_at(all.v[i].form);
		const struct risk *risk = risks_of(&risks, all.v[i].form, &n);

		/* no filter can look into it */
		ck_assert_str_ne(form, "clone3");
		ck_assert_msg(!risk || !risk->always, "%s is on the risk list", form);
		/* a way to new namespaces is closed, always */
		ck_assert(strcmp(form, "clone") != 0 ||
			  (all.v[i].args == SIBLING_WITH && all.v[i].with.mask[0] == 0x7e020000));
	}
	ck_assert(is_errno_planned("clone3"));
	siblings_release(&all);
	risks_release(&risks);
}
END_TEST

static json_object *member(json_object *o, const char *file, const char *key, enum json_type type)
{
	json_object *m = NULL;

	ck_assert_msg(json_object_object_get_ex(o, key, &m) && json_object_get_type(m) == type,
		      "%s: no %s", file, key);
	ck_assert_msg(type != json_type_array || json_object_array_length(m), "%s: %s is empty",
		      file, key);
	return m;
}

static void check_strings(json_object *array, const char *file, const char *const *allowed)
{
	for (size_t i = 0; i < json_object_array_length(array); i++) {
		const char *s = json_object_get_string(json_object_array_get_idx(array, i));
		bool ok = !allowed && syscall_index(s) >= 0;

		for (const char *const *a = allowed; a && *a; a++)
			ok |= !strcmp(s, *a);
		ck_assert_msg(ok, "%s: '%s'", file, s);
	}
}

static void check_set(json_object *set, const char *file)
{
	static const char *const modes[] = { "run", "exec", NULL }, *const nnp[] = { "true",
										     "false",
										     NULL };
	static const char *const users[] = { "root", "other", NULL };
	static const char known[] = " need modes no_new_privileges users names args source ";
	static const char *const needs[] = { "always", "observed", "sometimes", "tolerated", NULL };
	const char *need = json_object_get_string(member(set, file, "need", json_type_string));
	bool ok = false;

	for (size_t i = 0; needs[i]; i++)
		ok |= !strcmp(need, needs[i]);
	ck_assert_msg(ok, "%s: need '%s'", file, need);
	check_strings(member(set, file, "modes", json_type_array), file, modes);
	check_strings(member(set, file, "no_new_privileges", json_type_array), file, nnp);
	check_strings(member(set, file, "names", json_type_array), file, NULL);
	member(set, file, "source", json_type_string);
	if (json_object_object_get_ex(set, "users", NULL))
		check_strings(member(set, file, "users", json_type_array), file, users);
	json_object_object_foreach(set, key, value) {
		tr_cleanup_free char *word = tr_xasprintf(" %s ", key);

		(void)value;
		ck_assert_msg(strstr(known, word), "%s: unknown member '%s'", file, key);
	}
}

START_TEST(runtime_sets)
{
	size_t n = 0;

	for (size_t i = 0; i < data_n_files; i++) {
		const char *file = data_files[i].name;
		tr_cleanup_free char *prefix = NULL;
		json_object *o = NULL, *sets;

		if (strncmp(file, "runtime/", 8))
			continue;
		n++;
		ck_assert_int_eq(
			json_parse(data_files[i].text, data_files[i].size, file, 1, &o, NULL), 0);
		prefix = tr_xasprintf(
			"runtime/%s-",
			json_object_get_string(member(o, file, "runtime", json_type_string)));
		ck_assert_msg(!strncmp(file, prefix, strlen(prefix)), "%s: %s", file, prefix);
		member(o, file, "measured", json_type_array);
		member(o, file, "host", json_type_string);
		sets = member(o, file, "sets", json_type_array);
		for (size_t k = 0; k < json_object_array_length(sets); k++)
			check_set(json_object_array_get_idx(sets, k), file);
		json_object_put(o);
	}
	ck_assert_uint_ge(n, 2);
}
END_TEST

static bool allowed_by(const struct tr_seccomp *p, const char *name)
{
	for (size_t i = 0; i < p->n_rules; i++)
		for (size_t k = 0; k < p->rules[i].n_names; k++)
			if (p->rules[i].action == TR_ACTION_ALLOW &&
			    !strcmp(p->rules[i].names[k], name))
				return true;
	return false;
}

/* What every profile gets whatever was seen: more than Docker's default would weaken all of them. */
START_TEST(nothing_is_beyond_docker)
{
	static const struct tr_policy_opts opts = { .allow_no_start = true,
						    .allow_incomplete = true };
	struct tr_fact fact = { .kind = TR_FACT_SYSCALL, .abi = TR_ABI_X86_64 };
	const struct tr_seccomp_host host = { .arch = "amd64", .kernel = 5 << 16 | 15 };
	struct tr_recording rec = { 0 };
	struct tr_seccomp docker, resolved, ours;
	struct tr_facts f;

	tr_facts_init(&f);
	tr_recording_new_id(&rec);
	tr_facts_add_recording(&f, &rec);
	fact.ev.flags = TR_EV_DONE;
	tr_facts_add(&f, &fact, NULL);
	ck_assert_int_eq(tr_policy_seccomp(&ours, &f, &opts, NULL, NULL), 0);
	ck_assert_int_eq(tr_seccomp_read(&docker, "docker-default", NULL), 0);
	ck_assert_int_eq(tr_seccomp_resolve(&resolved, &docker, &host, NULL), 0);
	for (size_t i = 0; i < syscall_count(); i++)
		if (allowed_by(&ours, syscall_at(i)))
			ck_assert_msg(allowed_by(&resolved, syscall_at(i)), "%s", syscall_at(i));
	ck_assert(!allowed_by(&ours, "mount") && allowed_by(&ours, "execve"));
	tr_seccomp_release(&docker);
	tr_seccomp_release(&resolved);
	tr_seccomp_release(&ours);
	tr_facts_release(&f);
}
END_TEST

START_TEST(pinned_profiles)
{
	struct csv csv;
	size_t n = 0;

	csv_init(&csv, data_find("engine/index.csv")->text);
	for (; csv_next(&csv); n++) {
		tr_cleanup_free char *file = NULL;
		struct tr_seccomp p;

		ck_assert_uint_eq(csv.n, 3);
		file = tr_xasprintf("engine/%s", csv.field[1]);
		ck_assert_msg(data_find(file) != NULL, "%s is not there", file);
		ck_assert_msg(tr_seccomp_read(&p, csv.field[0], NULL) == 0, "%s", csv.field[0]);
		tr_seccomp_release(&p);
	}
	csv_release(&csv);
	ck_assert_uint_ge(n, 4);
}
END_TEST

/* The words that src/check/versions.c knows what they ask for. */
START_TEST(versions)
{
	static const char *const effects[] = { "refused", "ignored", "stale" };
	tr_cleanup_free char *before = tr_xstrdup("");
	struct csv csv;
	size_t n = 0;

	csv_init(&csv, data_find("versions.csv")->text);
	for (; csv_next(&csv); n++) {
		char *key = NULL;
		size_t known = 0;

		ck_assert_uint_eq(csv.n, 6);
		for (size_t i = 0; i < csv.n; i++)
			ck_assert_msg(*csv.field[i], "line %u", csv.line);
		for (size_t i = 0; i < TR_ARRAY_SIZE(effects); i++)
			known += !strcmp(csv.field[3], effects[i]);
		ck_assert_msg(known == 1, "%s", csv.field[3]);
		ck_assert_msg(tr_check_version_word(csv.field[0]), "%s", csv.field[0]);
		key = tr_xasprintf("%s,%s", csv.field[0], csv.field[1]);
		ck_assert_msg(strcmp(before, key) <= 0, "%s", key);
		free(before);
		before = key;
	}
	csv_release(&csv);
	ck_assert_uint_ge(n, 10);
}
END_TEST

TR_SUITE("data", versions, csv_rows, always_and_errno, risk_list, apparmor_risk_list, sibling_forms,
	 runtime_sets, nothing_is_beyond_docker, pinned_profiles)
