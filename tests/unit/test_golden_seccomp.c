// SPDX-License-Identifier: Apache-2.0
/*
 * tests/golden/NAME.tests: what a profile answers to single calls, compiled and run. A row is
 *	ABI SYSCALL A0 A1 A2 A3 A4 A5 RESULT
 * where a missing argument is "-" (0), and trailing ones may be left out; six "-" may be a "*":
 * the result is then all that it can be, joined by "|". Before the rows:
 *	profile FILE|BUILT-IN	(NAME.json otherwise)
 *	runtime runc|crun	caps NONE|CAP_X,...
 */
#include <check.h>
#include <glob.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "eval/compile.h"
#include "lib/suite.h"
#include "tables/syscalls.h"
#include "trammel/seccomp.h"
#include "util/mem.h"
#include "util/strbuf.h"

struct golden {
	const char *file;
	unsigned line;
	char profile[256];
	enum tr_runtime_kind runtime;
	const char *caps[64];
	size_t n_caps;
	bool caps_given;
	char caps_text[1024];
	struct tr_filter filter;
};

static void ret_text(uint32_t ret, char *buf, size_t size)
{
	uint32_t data = ret & SECCOMP_RET_DATA;
	const char *name = errno_name((int)data);

	switch (ret & SECCOMP_RET_ACTION_FULL) {
	case SECCOMP_RET_ALLOW:
		snprintf(buf, size, "ALLOW");
		break;
	case SECCOMP_RET_LOG:
		snprintf(buf, size, "LOG");
		break;
	case SECCOMP_RET_ERRNO:
		if (name)
			snprintf(buf, size, "%s", name);
		else
			snprintf(buf, size, "ERRNO:%u", data);
		break;
	case SECCOMP_RET_TRACE:
		snprintf(buf, size, "TRACE:%u", data);
		break;
	case SECCOMP_RET_USER_NOTIF:
		snprintf(buf, size, "NOTIFY");
		break;
	case SECCOMP_RET_TRAP:
		snprintf(buf, size, "TRAP");
		break;
	case SECCOMP_RET_KILL_THREAD:
		snprintf(buf, size, "KILL_THREAD");
		break;
	default:
		snprintf(buf, size, "KILL_PROCESS");
		break;
	}
}

static void compile_golden(struct golden *g)
{
	const struct tr_seccomp_host host = {
		.arch = "amd64",
		.kernel = 6u << 16 | 1,
		.caps = g->caps_given ? g->caps : NULL,
		.n_caps = g->n_caps,
	};
	struct tr_err err = { 0 };
	struct tr_seccomp p, resolved;

	ck_assert_msg(tr_seccomp_read(&p, g->profile, &err) == 0, "%s", tr_err_msg(&err));
	ck_assert_msg(tr_seccomp_resolve(&resolved, &p, &host, &err) == 0, "%s", tr_err_msg(&err));
	ck_assert_msg(tr_compile(&g->filter, &resolved, g->runtime, NULL, &err) == 0, "%s: %s",
		      g->profile, tr_err_msg(&err));
	tr_seccomp_release(&p);
	tr_seccomp_release(&resolved);
}

static void directive(struct golden *g, const char *word, const char *value)
{
	if (!strcmp(word, "profile")) {
		bool file = strstr(value, ".json") != NULL;

		snprintf(g->profile, sizeof(g->profile), "%s%s", file ? "golden/" : "", value);
	} else if (!strcmp(word, "runtime")) {
		g->runtime = strcmp(value, "crun") ? TR_RUNTIME_RUNC : TR_RUNTIME_CRUN;
	} else {
		char *save = NULL;

		ck_assert_str_eq(word, "caps");
		g->caps_given = true;
		snprintf(g->caps_text, sizeof(g->caps_text), "%s", value);
		for (char *c = strtok_r(g->caps_text, ",", &save); c && strcmp(c, "NONE");
		     c = strtok_r(NULL, ",", &save))
			g->caps[g->n_caps++] = c;
	}
}

/* All that it can be, whatever the arguments are. */
static void ask_any(const struct golden *g, enum tr_abi abi, uint32_t nr, struct strbuf *got)
{
	uint32_t rets[16];
	char text[32];
	size_t n = tr_filter_returns(&g->filter, tr_audit_arch(abi), tr_filter_nr(abi, nr), rets,
				     TR_ARRAY_SIZE(rets));

	ck_assert_uint_le(n, TR_ARRAY_SIZE(rets));
	for (size_t i = 0; i < n; i++) {
		ret_text(rets[i], text, sizeof(text));
		strbuf_addf(got, "%s%s", i ? "|" : "", text);
	}
}

static void row(const struct golden *g, char **words, int n)
{
	struct strbuf got cleanup_strbuf = STRBUF_INIT;
	int abi = tr_abi_from_name(words[0]), nr;
	struct tr_seccomp_data d = { 0 };
	char *end, text[32];

	ck_assert_msg(abi >= 0 && n >= 3 && n <= 9, "%s:%u: not a row", g->file, g->line);
	nr = syscall_number((enum tr_abi)abi, words[1]);
	if (nr < 0) {
		nr = (int)strtol(words[1], &end, 0);
		ck_assert_msg(!*end, "%s:%u: no syscall '%s'", g->file, g->line, words[1]);
	}
	if (!strcmp(words[2], "*")) {
		ask_any(g, (enum tr_abi)abi, (uint32_t)nr, &got);
	} else {
		for (int i = 2; i < n - 1; i++)
			d.args[i - 2] = strcmp(words[i], "-") ? strtoull(words[i], NULL, 0) : 0;
		d.nr = tr_filter_nr((enum tr_abi)abi, (uint32_t)nr);
		d.arch = tr_audit_arch((enum tr_abi)abi);
		ret_text(tr_filter_run(&g->filter, &d, NULL), text, sizeof(text));
		strbuf_adds(&got, text);
	}
	ck_assert_msg(!strcmp(strbuf_str(&got), words[n - 1]), "%s:%u: %s: got %s, wanted %s",
		      g->file, g->line, words[1], strbuf_str(&got), words[n - 1]);
}

static unsigned run_file(const char *file)
{
	struct golden g = { .file = file };
	char line[512], *words[16];
	unsigned rows = 0;
	FILE *in = fopen(file, "r");

	ck_assert_ptr_nonnull(in);
	snprintf(g.profile, sizeof(g.profile), "%.*s.json", (int)(strlen(file) - strlen(".tests")),
		 file);
	while (fgets(line, sizeof(line), in)) {
		char *save = NULL;
		int n = 0;

		g.line++;
		line[strcspn(line, "#\n")] = '\0';
		for (char *w = strtok_r(line, " \t", &save); w && n < 16;
		     w = strtok_r(NULL, " \t", &save))
			words[n++] = w;
		if (n == 2 && !g.filter.n) {
			directive(&g, words[0], words[1]);
		} else if (n) {
			if (!g.filter.n)
				compile_golden(&g);
			row(&g, words, n);
			rows++;
		}
	}
	fclose(in);
	tr_filter_release(&g.filter);
	return rows;
}

START_TEST(every_row_of_every_table)
{
	glob_t files;
	unsigned rows = 0;

	ck_assert_int_eq(glob("golden/*.tests", 0, NULL, &files), 0);
	for (size_t i = 0; i < files.gl_pathc; i++)
		rows += run_file(files.gl_pathv[i]);
	ck_assert_uint_gt(rows, 100);
	globfree(&files);
}
END_TEST

#ifdef __x86_64__
TR_SUITE("golden seccomp profiles", every_row_of_every_table)
#else
/* libseccomp always adds the native architecture, which these rows know to be x86_64. */
int main(void)
{
	puts("skipped: the rows are for an x86_64 host");
	return 77;
}
#endif
