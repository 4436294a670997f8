/* SPDX-License-Identifier: Apache-2.0 */
/* From facts to compiled policy and back to questions: what tests of AppArmor profiles share. */
#ifndef TESTS_LIB_APPARMOR_H
#define TESTS_LIB_APPARMOR_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check/apparmor.h"
#include "eval/apparmor_compile.h"
#include "lib/suite.h"
#include "trammel/apparmor_policy.h"
#include "trammel/apparmor_text.h"
#include "trammel/policy_apparmor.h"
#include "util/mem.h"

struct made {
	struct tr_apparmor rules;
	struct tr_policy_apparmor_report report;
	char *text;
	size_t len;
	struct tr_aa_policy policy;
	const struct tr_aa_profile *profile;
};

/* Facts of so many whole recordings. */
static inline void facts_of(struct tr_facts *facts, size_t recordings)
{
	tr_facts_init(facts);
	for (size_t i = 0; i < recordings; i++) {
		struct tr_recording rec = { .start_seen = true, .ended = TR_ENDED_EXITED };

		rec.id = tr_xasprintf("%032zx", i + 1);
		rec.subject = tr_xstrdup("web");
		tr_context_add(&rec, "backend", "hooks");
		tr_facts_add_recording(facts, &rec);
	}
}

static inline void made_release(struct made *m)
{
	tr_aa_policy_release(&m->policy);
	tr_policy_apparmor_report_release(&m->report);
	tr_apparmor_release(&m->rules);
	free(m->text);
}

/* Rules and text. */
static inline void make_text(struct made *m, const struct tr_facts *facts, enum tr_paths paths)
{
	const struct tr_policy_apparmor_opts opts = { .name = "mine",
						      .paths = paths,
						      .floor = TR_FLOOR_NONE };
	struct tr_err err = { 0 };
	FILE *out;

	memset(m, 0, sizeof(*m));
	ck_assert_msg(tr_policy_apparmor(&m->rules, facts, &opts, &m->report, &err) == 0, "%s",
		      tr_err_msg(&err));
	out = open_memstream(&m->text, &m->len);
	ck_assert_int_eq(tr_apparmor_write(&m->rules, out, &err), 0);
	fclose(out);
}

/* One profile must come out, of that name, and no other. */
static inline void make_policy(struct made *m)
{
	struct tr_err err = { 0 };
	char *blob = NULL;
	size_t len;

	ck_assert_msg(apparmor_compile_text(m->text, m->len, "mine", APPARMOR_FOR_ABI_3, &blob,
					    &len, &err) == 0,
		      "%s", tr_err_msg(&err));
	ck_assert_msg(tr_aa_policy_read(&m->policy, blob, len, &err) == 0, "%s", tr_err_msg(&err));
	free(blob);
	ck_assert_uint_eq(m->policy.n, 1);
	m->profile = tr_aa_policy_find(&m->policy, "mine");
	ck_assert_ptr_nonnull(m->profile);
	ck_assert_int_eq(m->profile->mode, TR_AA_ENFORCE);
}

static inline void make(struct made *m, const struct tr_facts *facts, enum tr_paths paths)
{
	make_text(m, facts, paths);
	make_policy(m);
}

/* Of the letters "rwklmx", those that the compiled profile gives; until the next call. */
static inline const char *made_gives(const struct made *m, const char *path, bool owner)
{
	static const uint32_t bits[] = { TR_AA_READ, TR_AA_WRITE,     TR_AA_LOCK,
					 TR_AA_LINK, TR_AA_MMAP_EXEC, TR_AA_EXEC };
	static char letters[8];
	struct tr_aa_perms perms;
	size_t n = 0;

	tr_aa_file(m->profile, path, strlen(path), owner, &perms);
	for (size_t i = 0; i < TR_ARRAY_SIZE(bits); i++)
		if (perms.allow & bits[i])
			letters[n++] = "rwklmx"[i];
	letters[n] = '\0';
	return letters;
}

static inline bool has_parser(void)
{
	tr_cleanup_free char *parser = apparmor_parser_find();

	return parser != NULL;
}

/* TR_SUITE for tests that compile: skipped where there is no compiler. */
#define TR_APPARMOR_SUITE(name, ...)                                       \
	int main(void)                                                     \
	{                                                                  \
		const TTest *const tests[] = { __VA_ARGS__, NULL };        \
		if (!has_parser()) {                                       \
			puts("skipped: apparmor_parser is not installed"); \
			return 77;                                         \
		}                                                          \
		return tr_run_suite(name, tests);                          \
	}

#endif
