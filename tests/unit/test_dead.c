// SPDX-License-Identifier: Apache-2.0
/* Rules without effect are found, named by place, and told why; others are not. */
#include <stdlib.h>
#include <string.h>

#include "lib/suite.h"
#include "trammel/dead.h"
#include "trammel/seccomp.h"
#include "util/strbuf.h"

static struct tr_dead_list dead_of(const char *text)
{
	struct tr_dead_list l;
	struct tr_err err = { 0 };
	struct tr_seccomp p;

	ck_assert_msg(tr_seccomp_parse(&p, text, strlen(text), "t", &err) == 0, "%s",
		      tr_err_msg(&err));
	tr_dead_rules(&l, &p);
	tr_seccomp_release(&p);
	return l;
}

#define ALLOW  "\"action\": \"SCMP_ACT_ALLOW\""
#define X86_64 "\"defaultAction\": \"SCMP_ACT_ERRNO\", \"architectures\": [\"SCMP_ARCH_X86_64\"]"
#define MAP                                                                                     \
	"\"defaultAction\": \"SCMP_ACT_ERRNO\", \"archMap\": [{\"architecture\": "              \
	"\"SCMP_ARCH_X86_64\", \"subArchitectures\": [\"SCMP_ARCH_X86\", \"SCMP_ARCH_X32\"]}, " \
	"{\"architecture\": \"SCMP_ARCH_AARCH64\"}]"
#define WHEN(i, op, v, w) \
	"{\"index\": " #i ", \"op\": \"SCMP_CMP_" #op "\", \"value\": " #v ", \"valueTwo\": " #w "}"

struct expected {
	const char *rules; /* behind X86_64, or MAP where it says so */
	const char *path, *names, *why; /* the only one that is dead; path NULL: none is */
	bool map;
};

static void check(const struct expected *e)
{
	char text[4096];
	struct tr_dead_list l;

	snprintf(text, sizeof(text), "{%s, \"syscalls\": [%s]}", e->map ? MAP : X86_64, e->rules);
	l = dead_of(text);
	if (!e->path) {
		ck_assert_msg(l.n == 0, "%s: %s: %s", text, l.n ? l.v[0].path : "",
			      l.n ? l.v[0].why : "");
		tr_dead_release(&l);
		return;
	}
	ck_assert_msg(l.n == 1, "%s: %zu are dead", text, l.n);
	ck_assert_str_eq(l.v[0].path, e->path);
	ck_assert_str_eq(l.v[0].names, e->names);
	ck_assert_msg(strstr(l.v[0].why, e->why) != NULL, "%s: %s", text, l.v[0].why);
	ck_assert_uint_eq(l.v[0].line, 1);
	tr_dead_release(&l);
}

START_TEST(each_reason)
{
	static const struct expected cases[] = {
		/* an unconditional rule swallows those with conditions, before and behind it */
		{ "{\"names\": [\"socket\", \"bind\"], " ALLOW
		  "}, {\"names\": [\"bind\", \"socket\"], " ALLOW
		  ", \"args\": [" WHEN(0, EQ, 1, 0) "]}",
		  "syscalls[1]", "bind, socket", "syscalls[0] gives the call", false },
		{ "{\"names\": [\"read\"], " ALLOW ", \"args\": [" WHEN(
			  0, EQ, 1, 0) "]}, {\"names\": [\"read\"], \"action\": \"SCMP_ACT_LOG\"}",
		  "syscalls[0]", "read",
		  "syscalls[1] gives the call SCMP_ACT_LOG whatever its arguments are", false },
		/* one name of several */
		{ "{\"names\": [\"read\", \"write\"], " ALLOW
		  "}, {\"names\": [\"close\", \"write\"], " ALLOW "}",
		  "syscalls[1].names[1]", "write", "syscalls[0] gives the call SCMP_ACT_ALLOW",
		  false },
		{ "{\"names\": [\"read\", \"read\"], " ALLOW "}", "syscalls[0].names[1]", "read",
		  "the rule names it before", false },
		/* a refusal that is the default, and the call is allowed */
		{ "{\"names\": [\"mount\"], " ALLOW
		  "}, {\"names\": [\"mount\"], \"action\": \"SCMP_ACT_ERRNO\", \"errnoRet\": 1}",
		  "syscalls[1]", "mount", "syscalls[0] gives the call SCMP_ACT_ALLOW", false },
		/* conditions within others */
		{ "{\"names\": [\"ioctl\"], " ALLOW ", \"args\": [" WHEN(
			  1, MASKED_EQ, 255, 1) "]}, {\"names\": [\"ioctl\"], " ALLOW
						", \"args\": [" WHEN(1, MASKED_EQ, 65535, 257) "]}",
		  "syscalls[1]", "ioctl", "other rules decide", false },
		{ "{\"names\": [\"ioctl\"], " ALLOW
		  ", \"args\": [" WHEN(1, EQ, 1, 0) "]}, {\"names\": [\"ioctl\"], " ALLOW
						    ", \"args\": [" WHEN(1, EQ, 1, 0) "]}",
		  "syscalls[1]", "ioctl", "syscalls[0] says it already", false },
		/* what cannot be */
		{ "{\"names\": [\"ioctl\"], " ALLOW ", \"args\": [" WHEN(1, LT, 0, 0) "]}",
		  "syscalls[0]", "ioctl", "below 0", false },
		{ "{\"names\": [], " ALLOW "}", "syscalls[0]", "", "no names", false },
		{ "{\"names\": [\"bpf\"], " ALLOW
		  ", \"includes\": {\"caps\": [\"CAP_BPF\"]}, \"excludes\": {\"caps\": "
		  "[\"CAP_BPF\"]}}",
		  "syscalls[0]", "bpf", "same capability", false },
		{ "{\"names\": [\"bpf\"], " ALLOW ", \"includes\": {\"caps\": [\"SYS_ADMIN\"]}}",
		  "syscalls[0]", "bpf", "CAP_NAME is expected", false },
		{ "{\"names\": [\"read\"], " ALLOW
		  ", \"includes\": {\"minKernel\": \"5.0\"}, \"excludes\": {\"minKernel\": "
		  "\"4.0\"}}",
		  "syscalls[0]", "read", "no kernel", false },
		/* no such call, or none there */
		{ "{\"names\": [\"read\", \"raed\"], " ALLOW "}", "syscalls[0].names[1]", "raed",
		  "no architecture that the profile names has a call of this name", false },
		{ "{\"names\": [\"socketcall\"], " ALLOW "}", "syscalls[0]", "socketcall",
		  "no architecture", false },
		{ "{\"names\": [\"read\"], " ALLOW ", \"includes\": {\"arches\": [\"s390x\"]}}",
		  "syscalls[0]", "read", "for none of the architectures", true },
		/* every machine that is left excludes it */
		{ "{\"names\": [\"read\"], " ALLOW
		  ", \"excludes\": {\"arches\": [\"amd64\", \"arm64\"]}}",
		  "syscalls[0]", "read", "for none of the architectures", true },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		check(&cases[i]);
}
END_TEST

START_TEST(what_has_an_effect)
{
	static const struct expected cases[] = {
		{ .rules = "{\"names\": [\"read\", \"write\"], " ALLOW "}" },
		/* i386's way to a socket, and arm64's own names */
		{ .rules = "{\"names\": [\"socketcall\", \"renameat\"], " ALLOW "}", .map = true },
		/* newer than libseccomp 2.5.4 */
		{ .rules = "{\"names\": [\"mseal\"], " ALLOW "}" },
		/* one for those with a capability, one for those without */
		{ .rules = "{\"names\": [\"clone\"], " ALLOW ", \"args\": [" WHEN(
			  0, MASKED_EQ, 2114060288,
			  0) "], \"excludes\": "
			     "{\"caps\": [\"CAP_SYS_ADMIN\"]}}, {\"names\": [\"clone\"], " ALLOW
			     ", \"includes\": {\"caps\": [\"CAP_SYS_ADMIN\"]}}" },
		/* the second counts for containers without the first one's capability */
		{ .rules = "{\"names\": [\"bpf\"], " ALLOW
			   ", \"includes\": {\"caps\": [\"CAP_SYS_ADMIN\"]}}, {\"names\": "
			   "[\"bpf\"], " ALLOW ", \"includes\": {\"caps\": [\"CAP_BPF\"]}}" },
		{ .rules =
			  "{\"names\": [\"ptrace\"], " ALLOW
			  ", \"includes\": {\"minKernel\": \"4.8\"}}, {\"names\": [\"ptrace\"], " ALLOW
			  ", \"includes\": {\"caps\": [\"CAP_SYS_PTRACE\"]}}" },
		/* they overlap, and neither holds the other */
		{ .rules = "{\"names\": [\"ioctl\"], " ALLOW ", \"args\": [" WHEN(
			  1, MASKED_EQ, 1, 1) "]}, {\"names\": [\"ioctl\"], " ALLOW
					      ", \"args\": [" WHEN(1, MASKED_EQ, 2, 2) "]}" },
		/* libseccomp leaves out the bits outside of the mask: even commands match */
		{ .rules = "{\"names\": [\"ioctl\"], " ALLOW
			   ", \"args\": [" WHEN(1, MASKED_EQ, 1, 2) "]}" },
		/* the default, and nothing else says anything */
		{ .rules = "{\"names\": [\"mount\"], \"action\": \"SCMP_ACT_ERRNO\"}" },
		/* no machine is named by companions only */
		{ .rules = "{\"names\": [\"read\"], " ALLOW
			   ", \"includes\": {\"arches\": [\"arm64\"]}}",
		  .map = true },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		check(&cases[i]);
}
END_TEST

START_TEST(an_entry_of_arch_map_that_is_never_taken)
{
	struct tr_dead_list l =
		dead_of("{\"defaultAction\": \"SCMP_ACT_ERRNO\", \"archMap\": [{\"architecture\": "
			"\"SCMP_ARCH_AARCH64\"}, {\"architecture\": \"SCMP_ARCH_AARCH64\", "
			"\"subArchitectures\": [\"SCMP_ARCH_ARM\"]}]}");

	ck_assert_uint_eq(l.n, 1);
	ck_assert_str_eq(l.v[0].path, "archMap[1]");
	tr_dead_release(&l);
}
END_TEST

START_TEST(a_profile_inside_of_another_file)
{
	struct tr_dead_list l = dead_of("{\"linux\": {\"seccomp\": {" X86_64
					", \"syscalls\": [{\"names\": [\"raed\"], " ALLOW "}]}}}");

	ck_assert_uint_eq(l.n, 1);
	ck_assert_str_eq(l.v[0].path, "linux.seccomp.syscalls[0]");
	tr_dead_release(&l);
}
END_TEST

/* What would take for ever is not looked for, and is not said to be dead. */
START_TEST(only_so_many_calls)
{
	struct strbuf text = STRBUF_INIT;
	struct tr_dead_list l;

	strbuf_adds(&text, "{" X86_64 ", \"syscalls\": [{" ALLOW ", \"names\": [\"read\"");
	for (int i = 0; i < 20000; i++)
		strbuf_addf(&text, ", \"raed%d\"", i);
	strbuf_adds(&text, "]}]}");
	l = dead_of(strbuf_str(&text));
	ck_assert_uint_ge(l.n, 1000);
	ck_assert_uint_lt(l.n, 20000);
	tr_dead_release(&l);
	strbuf_release(&text);
}
END_TEST

TR_SUITE("dead", only_so_many_calls, a_profile_inside_of_another_file, each_reason,
	 what_has_an_effect, an_entry_of_arch_map_that_is_never_taken)
