// SPDX-License-Identifier: Apache-2.0
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "check/lint.h"
#include "lib/suite.h"
#include "tables/csv.h"
#include "tables/data.h"
#include "tables/syscalls.h"
#include "trammel/lint.h"
#include "trammel/seccomp.h"

static struct tr_lint found;

static struct tr_seccomp profile(const char *text)
{
	struct tr_err err = { 0 };
	struct tr_seccomp p;

	if (*text == '{')
		ck_assert_msg(tr_seccomp_parse(&p, text, strlen(text), "p", &err) == 0, "%s",
			      tr_err_msg(&err));
	else
		ck_assert_msg(tr_seccomp_read(&p, text, &err) == 0, "%s", tr_err_msg(&err));
	return p;
}

static void lint(const char *text)
{
	struct tr_err err = { 0 };
	struct tr_seccomp p = profile(text), engine = profile("docker-default");

	ck_assert_msg(tr_lint_seccomp(&found, &p, &engine, &err) == 0, "%s", tr_err_msg(&err));
	tr_seccomp_release(&p);
	tr_seccomp_release(&engine);
}

static const struct tr_finding *finding(enum tr_lint_rule rule, const char *subject)
{
	for (size_t i = 0; i < found.n; i++)
		if (found.v[i].rule == rule && !strcmp(found.v[i].subject, subject))
			return &found.v[i];
	return NULL;
}

#define ARCHES	      "\"architectures\":[\"SCMP_ARCH_X86_64\",\"SCMP_ARCH_X86\",\"SCMP_ARCH_X32\"]"
#define HEAD	      "{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"defaultErrnoRet\":1," ARCHES ",\"syscalls\":["
#define CLONE3	      "{\"names\":[\"clone3\"],\"action\":\"SCMP_ACT_ERRNO\",\"errnoRet\":38}"
#define ALLOW	      "\"action\":\"SCMP_ACT_ALLOW\""
#define BASE	      HEAD "\n{\"names\":[\"read\"]," ALLOW "}," CLONE3
#define CMP(i, op, v) "{\"index\":" #i ",\"op\":\"SCMP_CMP_" op "\",\"value\":" #v "}"
#define MASK(i, m, v) \
	"{\"index\":" #i ",\"op\":\"SCMP_CMP_MASKED_EQ\",\"value\":" #m ",\"valueTwo\":" #v "}"

/* Each profile has this finding; the one that is right beside it has none of that kind. */
static const struct {
	const char *bad, *good;
	enum tr_lint_rule rule;
	enum tr_lint_level level;
	const char *subject;
	unsigned line;
} rows[] = {
	{ "{\"defaultAction\":\"SCMP_ACT_ALLOW\"}", BASE "]}", TR_LINT_DEFAULT_ALLOWS, TR_LINT_HIGH,
	  "defaultAction", 0 },
	{ "{\"defaultAction\":\"SCMP_ACT_LOG\"}", BASE "]}", TR_LINT_DEFAULT_ALLOWS, TR_LINT_MEDIUM,
	  "defaultAction", 0 },
	{ BASE ",\n{\"names\":[\"lookup_dcookie\"]," ALLOW "}]}", BASE "]}", TR_LINT_BEYOND,
	  TR_LINT_MEDIUM, "lookup_dcookie", 3 },
	/* Docker's default has personality with some arguments only */
	{ BASE ",\n{\"names\":[\"personality\"]," ALLOW
	       ",\"args\":[" MASK(0, 4294967295, 1024) "]}]}",
	  BASE ",\n{\"names\":[\"personality\"]," ALLOW ",\"args\":[" CMP(0, "EQ", 8) "]}]}",
	  TR_LINT_BEYOND, TR_LINT_MEDIUM, "personality", 3 },
	{ BASE ",\n{\"names\":[\"fcntl\"]," ALLOW ",\"args\":[" CMP(1, "GT", 40) "]}]}",
	  BASE ",\n{\"names\":[\"fcntl\"]," ALLOW ",\"args\":[" MASK(1, 4294967295, 40) "]}]}",
	  TR_LINT_HIGH_BITS, TR_LINT_HIGH, "fcntl", 3 },
	/* A refusal of one value, by 64 bits: the flaw of many lists of refusals. */
	{ "{\"defaultAction\":\"SCMP_ACT_ALLOW\"," ARCHES
	  ",\"syscalls\":[\n{\"names\":[\"ioctl\"],\"action\":\"SCMP_ACT_ERRNO\",\"args\":[" CMP(
		  1, "EQ", 21522) "]}]}",
	  "{\"defaultAction\":\"SCMP_ACT_ALLOW\"," ARCHES
	  ",\"syscalls\":[\n{\"names\":[\"ioctl\"],\"action\":\"SCMP_ACT_ERRNO\",\"args\":[" MASK(
		  1, 4294967295, 21522) "]}]}",
	  TR_LINT_HIGH_BITS, TR_LINT_HIGH, "ioctl", 2 },
	{ BASE ",\n{\"names\":[\"fcntl\"]," ALLOW
	       ",\"args\":[" CMP(1, "GE", 3) "," CMP(1, "LE", 5) "]}]}",
	  BASE ",\n{\"names\":[\"fcntl\"]," ALLOW
	       ",\"args\":[" CMP(1, "GE", 3) "," CMP(2, "LE", 5) "]}]}",
	  TR_LINT_SPLIT, TR_LINT_HIGH, "fcntl", 3 },
	{ BASE
	  ",\n{\"names\":[\"read\"],\"action\":\"SCMP_ACT_ERRNO\",\"errnoRet\":5,\"args\":[" MASK(
		  0, 4294967295, 3) "]}]}",
	  BASE
	  ",\n{\"names\":[\"write\"],\"action\":\"SCMP_ACT_ERRNO\",\"errnoRet\":5,\"args\":[" MASK(
		  0, 4294967295, 3) "]}]}",
	  TR_LINT_SWALLOWED, TR_LINT_HIGH, "read", 3 },
	{ BASE ",\n{\"names\":[\"read\"]," ALLOW ",\"args\":[" MASK(0, 4294967295, 3) "]}]}",
	  BASE ",\n{\"names\":[\"write\"]," ALLOW ",\"args\":[" MASK(0, 4294967295, 3) "]}]}",
	  TR_LINT_SWALLOWED, TR_LINT_MEDIUM, "read", 3 },
	/* What is the default is left out, and the allowance stands. */
	{ BASE
	  ",\n{\"names\":[\"read\"],\"action\":\"SCMP_ACT_ERRNO\",\"errnoRet\":1,\"args\":[" MASK(
		  0, 4294967295, 3) "]}]}",
	  BASE "]}", TR_LINT_SWALLOWED, TR_LINT_HIGH, "read", 3 },
	{ BASE ",\n{\"names\":[\"mount\"],\"action\":\"SCMP_ACT_ERRNO\",\"errnoRet\":1}]}",
	  BASE ",\n{\"names\":[\"mount\"],\"action\":\"SCMP_ACT_ERRNO\",\"errnoRet\":13}]}",
	  TR_LINT_NO_EFFECT, TR_LINT_LOW, "mount", 3 },
	{ BASE ",\n{\"names\":[\"write\",\"read\"]," ALLOW "}]}",
	  BASE ",\n{\"names\":[\"write\"]," ALLOW "}]}", TR_LINT_DUPLICATE, TR_LINT_LOW, "read",
	  3 },
	{ HEAD "\n{\"names\":[\"read\",\"clone\",\"openat2\"]," ALLOW "},{\"names\":[\"clone3\"],"
	       "\"action\":\"SCMP_ACT_ERRNO\",\"errnoRet\":13}]}",
	  HEAD "\n{\"names\":[\"read\",\"clone\",\"openat2\"]," ALLOW "}," CLONE3 "]}",
	  TR_LINT_CLONE3, TR_LINT_HIGH, "clone3", 2 },
	/* runc's stub answers ENOSYS to what is above the highest number that is named */
	{ HEAD "\n{\"names\":[\"read\",\"clone\"]," ALLOW "}]}",
	  HEAD "\n{\"names\":[\"read\"]," ALLOW "}]}", TR_LINT_CLONE3, TR_LINT_MEDIUM, "clone3",
	  0 },
	{ BASE ",\n{\"names\":[\"fcntl\"]," ALLOW ",\"args\":[" CMP(2, "LT", 40) "]}]}",
	  BASE ",\n{\"names\":[\"fcntl\"]," ALLOW ",\"args\":[" CMP(2, "EQ", 40) "]}]}",
	  TR_LINT_ORDER, TR_LINT_LOW, "fcntl", 3 },
	{ BASE ",\n{\"names\":[\"fcntl\"]," ALLOW
	       ",\"args\":[" CMP(2, "LT", 40) "]},\n{\"names\":[\"fcntl\"]," ALLOW
					      ",\"args\":[" CMP(2, "GT", 50) "]}]}",
	  BASE "]}", TR_LINT_ORDER, TR_LINT_MEDIUM, "fcntl", 3 },
	{ BASE ",\n{\"names\":[\"fcntl\"]," ALLOW ",\"args\":[" CMP(1, "EQ", 40) "]}]}",
	  BASE ",\n{\"names\":[\"fcntl\"]," ALLOW ",\"args\":[" CMP(2, "EQ", 40) "]}]}",
	  TR_LINT_WIDE, TR_LINT_LOW, "fcntl", 3 },
	{ "{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"defaultErrnoRet\":38," ARCHES "}",
	  HEAD "{\"names\":[\"read\"]," ALLOW "}]}", TR_LINT_VERSIONS, TR_LINT_MEDIUM,
	  "default-errno Docker", 0 },
	{ BASE "]}", HEAD "{\"names\":[\"read\"]," ALLOW "}]}", TR_LINT_VERSIONS, TR_LINT_LOW,
	  "rule-errno crun", 0 },
	{ "{\"defaultAction\":\"SCMP_ACT_ERRNO\"," ARCHES
	  ",\"flags\":[\"SECCOMP_FILTER_FLAG_SPEC_ALLOW\"]}",
	  "{\"defaultAction\":\"SCMP_ACT_ERRNO\"," ARCHES
	  ",\"flags\":[\"SECCOMP_FILTER_FLAG_LOG\"]}",
	  TR_LINT_FLAGS, TR_LINT_LOW, "SECCOMP_FILTER_FLAG_SPEC_ALLOW", 0 },
	{ "{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"architectures\":[\"SCMP_ARCH_X86\"]}", BASE "]}",
	  TR_LINT_NATIVE, TR_LINT_MEDIUM, "SCMP_ARCH_X86_64", 0 },
	{ "{\"defaultAction\":\"SCMP_ACT_ERRNO\"}", BASE "]}", TR_LINT_NATIVE, TR_LINT_MEDIUM,
	  "architectures", 0 },
	{ BASE ",\n{\"names\":[\"raed\"]," ALLOW "}]}", BASE "]}", TR_LINT_UNKNOWN_NAME,
	  TR_LINT_MEDIUM, "raed", 3 },
	{ BASE ",\n{\"names\":[]," ALLOW "}]}", BASE "]}", TR_LINT_NEVER, TR_LINT_MEDIUM, "", 3 },
	{ BASE ",\n{\"names\":[\"write\"]," ALLOW ",\"args\":[" MASK(0, 1, 2) "]}]}",
	  BASE ",\n{\"names\":[\"write\"]," ALLOW ",\"args\":[" MASK(0, 3, 2) "]}]}",
	  TR_LINT_STRAY_BITS, TR_LINT_HIGH, "write", 3 },
	{ BASE ",\n{\"names\":[\"write\"]," ALLOW ",\"includes\":{\"caps\":[\"SYS_ADMIN\"]}}]}",
	  BASE ",\n{\"names\":[\"write\"]," ALLOW ",\"includes\":{\"caps\":[\"CAP_SYS_ADMIN\"]}}]}",
	  TR_LINT_NEVER, TR_LINT_MEDIUM, "write", 3 },
	{ BASE ",\n{\"names\":[\"write\"]," ALLOW ",\"includes\":{\"caps\":[\"CAP_BPF\"]},"
	       "\"excludes\":{\"caps\":[\"CAP_BPF\"]}}]}",
	  BASE ",\n{\"names\":[\"write\"]," ALLOW ",\"includes\":{\"caps\":[\"CAP_BPF\"]},"
	       "\"excludes\":{\"caps\":[\"CAP_CHOWN\"]}}]}",
	  TR_LINT_NEVER, TR_LINT_MEDIUM, "write", 3 },
	{ BASE ",\n{\"names\":[\"write\"]," ALLOW ",\"includes\":{\"arches\":[\"x86_64\"]}}]}",
	  BASE ",\n{\"names\":[\"write\"]," ALLOW ",\"includes\":{\"arches\":[\"amd64\"]}}]}",
	  TR_LINT_NEVER, TR_LINT_MEDIUM, "write", 3 },
	{ BASE ",\n{\"names\":[\"write\"]," ALLOW ",\"includes\":{\"minKernel\":\"5.4\"},"
	       "\"excludes\":{\"minKernel\":\"4.8\"}}]}",
	  BASE ",\n{\"names\":[\"write\"]," ALLOW ",\"includes\":{\"minKernel\":\"4.8\"},"
	       "\"excludes\":{\"minKernel\":\"5.4\"}}]}",
	  TR_LINT_NEVER, TR_LINT_MEDIUM, "write", 3 },
	/* crun refuses an errno on an action that has none. */
	{ BASE ",\n{\"names\":[\"write\"]," ALLOW ",\"errnoRet\":1}]}", BASE "]}", TR_LINT_REFUSED,
	  TR_LINT_HIGH, "crun", 0 },
	/* and both the same condition twice with two actions. */
	{ BASE ",\n{\"names\":[\"write\"]," ALLOW ",\"args\":[" MASK(
		  0, 1,
		  1) "]},{\"names\":[\"write\"],\"action\":\"SCMP_ACT_KILL\",\"args\":[" MASK(0, 1,
											      1) "]}]}",
	  BASE "]}", TR_LINT_REFUSED, TR_LINT_HIGH, "runc", 0 },
};

static bool has_rule(enum tr_lint_rule rule)
{
	for (size_t i = 0; i < found.n; i++)
		if (found.v[i].rule == rule)
			return true;
	return false;
}

START_TEST(findings)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct tr_finding *f;

		lint(rows[i].bad);
		f = finding(rows[i].rule, rows[i].subject);
		ck_assert_msg(f, "row %zu: no %s of '%s'", i, tr_lint_rules[rows[i].rule].id,
			      rows[i].subject);
		ck_assert_msg(f->level == rows[i].level, "row %zu: %s: %s", i,
			      tr_lint_level_name(f->level), f->text);
		ck_assert_msg(f->line == rows[i].line, "row %zu: line %u", i, f->line);
		tr_lint_release(&found);
		lint(rows[i].good);
		ck_assert_msg(!has_rule(rows[i].rule), "row %zu: %s in what is right", i,
			      tr_lint_rules[rows[i].rule].id);
		tr_lint_release(&found);
	}
}
END_TEST

/* Each kind has its row above, but for the one with a test of its own. */
START_TEST(every_rule_is_tested)
{
	for (int rule = 0; rule < TR_LINT_SECCOMP_RULES; rule++) {
		bool tested = rule == TR_LINT_RISKY;

		for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
			tested |= (int)rows[i].rule == rule;
		ck_assert_msg(tested, "%s", tr_lint_rules[rule].id);
		for (int other = 0; other < rule; other++)
			ck_assert_str_ne(tr_lint_rules[rule].id, tr_lint_rules[other].id);
	}
}
END_TEST

START_TEST(risks)
{
	lint(BASE ",\n{\"names\":[\"bpf\",\"ioctl\",\"unshare\"]," ALLOW "}]}");
	ck_assert_ptr_nonnull(finding(TR_LINT_RISKY, "bpf"));
	ck_assert_int_eq(finding(TR_LINT_RISKY, "bpf")->level, TR_LINT_HIGH);
	ck_assert_uint_eq(finding(TR_LINT_RISKY, "bpf")->line, 3);
	ck_assert_ptr_null(finding(TR_LINT_BEYOND, "bpf"));
	/* Docker's default allows this one, too. */
	ck_assert_int_eq(finding(TR_LINT_RISKY, "ioctl 1=0x5412")->level, TR_LINT_LOW);
	ck_assert_ptr_nonnull(finding(TR_LINT_RISKY, "unshare 0&0x10000000=0x10000000"));
	ck_assert_int_eq(found.v[0].level, TR_LINT_HIGH);
	tr_lint_release(&found);
	/* With the arguments that are no risk. */
	lint(BASE
	     ",\n{\"names\":[\"unshare\"]," ALLOW
	     ",\"args\":[" MASK(0, 268435456, 0) "]},{\"names\":[\"ioctl\"]," ALLOW
						 ",\"args\":[" MASK(1, 4294967295, 21505) "]}]}");
	ck_assert_ptr_null(finding(TR_LINT_RISKY, "unshare 0&0x10000000=0x10000000"));
	ck_assert_ptr_null(finding(TR_LINT_RISKY, "ioctl 1=0x5412"));
	ck_assert_ptr_nonnull(finding(TR_LINT_BEYOND, "unshare"));
	tr_lint_release(&found);
}
END_TEST

/* An engine's own default has nothing that is high against itself. */
START_TEST(defaults)
{
	lint("docker-default");
	for (size_t i = 0; i < found.n; i++)
		ck_assert_msg(found.v[i].level < TR_LINT_HIGH, "%s", found.v[i].text);
	/* AF_ALG is compared as 64 bits, and passes with one of the upper half set. */
	ck_assert_ptr_nonnull(finding(TR_LINT_HIGH_BITS, "socket"));
	tr_lint_release(&found);
}
END_TEST

static bool is_of_the_filter(const struct tr_finding *f)
{
	return f->rule == TR_LINT_RISKY || f->rule == TR_LINT_BEYOND ||
	       f->rule == TR_LINT_HIGH_BITS || f->rule == TR_LINT_CLONE3 ||
	       f->rule == TR_LINT_DEFAULT_ALLOWS;
}

static void filters_lint(const char *source)
{
	struct tr_seccomp p = profile(source), engine = profile("docker-default");
	struct tr_lint of_profile, of_filter;
	struct tr_filter f[2];
	size_t n = 0;

	ck_assert_int_eq(
		machine_compile(&f[0], machine_here(), &p, NULL, TR_RUNTIME_RUNC, NULL, NULL), 0);
	/* Twice in force is as once. */
	f[1] = f[0];
	ck_assert_int_eq(tr_lint_seccomp(&of_profile, &p, &engine, NULL), 0);
	ck_assert_int_eq(tr_lint_filters(&of_filter, f, 2, &engine, NULL), 0);
	found = of_filter;
	for (size_t i = 0; i < of_profile.n; i++) {
		const struct tr_finding *want = &of_profile.v[i], *got;

		if (!is_of_the_filter(want) ||
		    (want->rule == TR_LINT_CLONE3 && want->level < TR_LINT_HIGH))
			continue;
		n++;
		got = finding(want->rule, want->subject);
		ck_assert_msg(got && got->level == want->level && !got->line, "%s", want->text);
	}
	ck_assert_msg(n == of_filter.n, "%s: %zu, not %zu", source, of_filter.n, n);
	tr_lint_release(&of_profile);
	tr_lint_release(&found);
	tr_filter_release(&f[0]);
	tr_seccomp_release(&p);
	tr_seccomp_release(&engine);
}

/* What is in force is found out without the rules. */
START_TEST(filters)
{
	struct tr_seccomp engine = profile("docker-default");

	filters_lint("docker-default");
	filters_lint("docker-default@20.10");
	filters_lint("podman-default");
	filters_lint("{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[]}");
	filters_lint("{\"defaultAction\":\"SCMP_ACT_LOG\",\"syscalls\":[]}");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].rule != TR_LINT_REFUSED)
			filters_lint(rows[i].bad);
	ck_assert_int_eq(tr_lint_filters(&found, NULL, 0, &engine, NULL), 0);
	ck_assert_uint_eq(found.n, 1);
	ck_assert_int_eq(finding(TR_LINT_DEFAULT_ALLOWS, "defaultAction")->level, TR_LINT_HIGH);
	tr_lint_release(&found);
	tr_seccomp_release(&engine);
}
END_TEST

START_TEST(int_args)
{
	const struct data_file *file = data_find("int-args.csv");
	struct csv csv;
	size_t n = 0;

	ck_assert((lint_ints("socket") >> 0 & 1) && (lint_ints("socket") >> 2 & 1) &&
		  !(lint_ints("socket") >> 3 & 1));
	ck_assert(!(lint_ints("mmap") >> 2 & 1) && !(lint_ints("clone") >> 0 & 1) &&
		  !(lint_ints("ptrace") >> 0 & 1));
	csv_init(&csv, file->text);
	for (; csv_next(&csv); n++) {
		ck_assert_uint_eq(csv.n, 2);
		ck_assert_msg(syscall_index(csv.field[0]) >= 0, "int-args.csv:%u", csv.line);
		ck_assert_uint_eq(strspn(csv.field[1], "012345 "), strlen(csv.field[1]));
	}
	csv_release(&csv);
	ck_assert_uint_gt(n, 200);
}
END_TEST

TR_SUITE("lint", findings, every_rule_is_tested, risks, defaults, filters, int_args)
