// SPDX-License-Identifier: Apache-2.0
/* What a word asks about, what is recorded of it and around it, and what would fail without it. */
#include <check.h>
#include <errno.h>
#include <linux/seccomp.h>
#include <string.h>

#include "check/explain.h"
#include "lib/suite.h"
#include "tables/families.h"
#include "tables/syscalls.h"
#include "trammel/trace.h"
#include "util/mem.h"

#define EV(rec, more) \
	",\"recordings\":[" rec "],\"phases\":[\"main\"],\"flags\":[\"done\"]" more "}\n"
#define CALL(nr, name, rec, more)                                                  \
	"{\"fact\":\"syscall\",\"abi\":\"x86_64\",\"nr\":" #nr ",\"name\":\"" name \
	"\"" EV(rec, more)
#define BY(exe) ",\"exes\":[\"" exe "\"]"

/* Two recordings of two images; /bin/a opens files in both, /bin/b makes a socket in the second. */
static const char text[] =
	"{\"trammel\":\"trace\",\"version\":1,\"recordings\":["
	"{\"id\":\"00000000000000000000000000000001\",\"subject\":\"web\",\"started\":1000,\"start_seen\":true,"
	"\"context\":{\"arguments\":[\"ioctl\",\"socket\"],\"image.digest\":[\"sha256:aa\"]}},"
	"{\"id\":\"00000000000000000000000000000002\",\"subject\":\"web\",\"started\":2000,\"start_seen\":true,"
	"\"context\":{\"arguments\":[\"ioctl\",\"socket\"],\"image.digest\":[\"sha256:bb\"]}}]}\n" CALL(
		0, "read", "0,1", BY("/bin/a")) CALL(16, "ioctl", "0", BY("/bin/a"))
		CALL(41, "socket", "1", BY("/bin/b"))
			CALL(59, "execve", "1",
			     BY("/bin/b")) CALL(101, "ptrace", "1", BY("/bin/b")) CALL(257, "openat", "0,1", ",\"first\":1005,\"last\":2005" BY("/bin/a")) CALL(332, "statx", "0", BY("/bin/a")) "{\"fact\":\"arg\",\"abi\":\"x86_64\",\"nr\":16,\"name\":\"ioctl\",\"index\":1,\"value\":\"0x5401\"" EV("0",
																																					 BY(
																																						 "/bin/c")) "{\"fact\":\"arg\",\"abi\":\"x86_64\",\"nr\":16,\"name\":\"ioctl\",\"index\":1,\"value\":\"0x5413\"" EV("0",
																																																				    BY("/bin/a")) "{\"fact\":\"file\",\"path\":\"/etc/a\\\\\\\\b\",\"act\":\"open\",\"perms\":\"r\"" EV("0",
																																																																	BY("/bin/a")) "{\"fact\":\"file\",\"path\":\"/etc/passwd\",\"act\":\"open\",\"perms\":\"r\"" EV("0,1",
																																																																													BY("/bin/a")) "{\"fact\":\"file\",\"path\":\"/etc/shadow\",\"act\":\"open\",\"perms\":\"r\"" EV("1", BY("/bin/b")) "{\"fact\":\"file\",\"path\":\"/tmp/x\",\"act\":\"unlink\",\"perms\":\"w\"" EV("0",
																																																																																																					  BY("/bin/a")) "{\"fact\":\"exec\",\"path\":\"/bin/d\"" EV("1",
																																																																																																												    BY(
																																																																																																													    "/bin/d")) "{\"fact\":\"capability\",\"nr\":0,\"name\":\"CAP_CHOWN\",\"need\":\"needed\"" EV("1",
																																																																																																																									 BY(
																																																																																																																										 "/bin/b")) "{\"fact\":\"socket\",\"family\":2,\"type\":1,\"protocol\":0" EV("1",
																																																																																																																																			     BY("/bin/b")) "{\"end\":true,\"facts\":16,\"complete\":true,\"recordings\":["
																																																																																																																																					   "{\"id\":\"00000000000000000000000000000001\",\"ended\":\"exited\",\"losses\":{}},"
																																																																																																																																					   "{\"id\":\"00000000000000000000000000000002\",\"ended\":\"exited\",\"losses\":{}}],"
																																																																																																																																					   "\"kinds\":{\"syscall\":7,\"arg\":2,\"file\":4,\"exec\":1,\"capability\":1,\"socket\":1}}\n";

static struct tr_facts facts;
static struct explain_profile profile;

static void set_up(void)
{
	struct tr_policy_opts opts = { 0 };
	struct tr_err err = { 0 };
	FILE *in = fmemopen((char *)(uintptr_t)text, strlen(text), "r");

	tr_facts_init(&facts);
	ck_assert_msg(tr_trace_read_stream(&facts, in, "text", &err) == 0, "%s", tr_err_msg(&err));
	fclose(in);
	ck_assert_msg(explain_profile_make(&profile, &facts, &opts, &err) == 0, "%s",
		      tr_err_msg(&err));
}

static void tear_down(void)
{
	explain_profile_release(&profile);
	tr_facts_release(&facts);
}

struct asked {
	struct explain_whats whats;
	struct explain x;
};

/* The one that this word means. */
static void ask(struct asked *a, const char *word)
{
	struct tr_err err = { 0 };

	ck_assert_msg(explain_parse(&a->whats, word, &facts, &err) == 0, "%s", tr_err_msg(&err));
	ck_assert_msg(a->whats.n == 1, "%s: %zu", word, a->whats.n);
	ck_assert_int_eq(explain(&a->x, &a->whats.v[0], &facts, &profile, &err), 0);
}

static void done(struct asked *a)
{
	explain_release(&a->x);
	explain_whats_release(&a->whats);
}

static bool has_path(const struct explain_facts *list, const char *path)
{
	for (size_t i = 0; i < list->n; i++)
		if (list->v[i]->path && !strcmp(list->v[i]->path, path))
			return true;
	return false;
}

static bool has_call(const struct explain_facts *list, const char *name)
{
	for (size_t i = 0; i < list->n; i++)
		if (list->v[i]->kind == TR_FACT_SYSCALL &&
		    list->v[i]->nr == (uint32_t)syscall_number(TR_ABI_X86_64, name))
			return true;
	return false;
}

/* How many things the word means, and how the first is spelled. */
static void means(const char *word, size_t n, const char *first)
{
	struct explain_whats w;
	tr_cleanup_free char *spelled = NULL;
	struct tr_err err = { 0 };

	ck_assert_msg(explain_parse(&w, word, &facts, &err) == 0, "%s: %s", word, tr_err_msg(&err));
	spelled = explain_word(&w.v[0]);
	ck_assert_msg(w.n == n && !strcmp(spelled, first), "%s: %zu, %s", word, w.n, spelled);
	explain_whats_release(&w);
	/* Which means itself, and nothing else. */
	ck_assert_int_eq(explain_parse(&w, spelled, &facts, NULL), 0);
	ck_assert_uint_eq(w.n, 1);
	explain_whats_release(&w);
}

START_TEST(words)
{
	set_up();
	means("openat", 1, "syscall:openat");
	means("257", 1, "x86_64:openat");
	means("x86_64:9999", 1, "x86_64:9999");
	means("i386:5", 1, "i386:open");
	means("chown", 2, "syscall:chown");
	means("cap_chown", 1, "cap:CAP_CHOWN");
	means("CAP_SYS_ADMIN", 1, "cap:CAP_SYS_ADMIN");
	means("inet", 1, "socket:AF_INET");
	means("AF_LOCAL", 1, "socket:AF_UNIX");
	means("socket:16", 1, "socket:AF_NETLINK");
	means("socket:999", 1, "socket:999");
	means("/etc/passwd", 2, "file:/etc/passwd");
	means("exec:/bin/sh", 1, "exec:/bin/sh");
	means("file:relative", 1, "file:relative");
	means("arg:ioctl:1:0x5401", 1, "arg:ioctl:1:0x5401");
	tear_down();
}
END_TEST

static void refuse(const char *word, const char *want)
{
	struct explain_whats w;
	struct tr_err err = { 0 };

	ck_assert_msg(explain_parse(&w, word, &facts, &err) < 0, "%s", word);
	ck_assert_int_eq(err.kind, TR_ERR_INPUT);
	ck_assert_msg(strstr(tr_err_msg(&err), want), "'%s' is not in '%s'", want,
		      tr_err_msg(&err));
	tr_err_clear(&err);
}

START_TEST(words_that_are_none)
{
	char longest[4000];

	set_up();
	refuse("opnat", "did you mean openat");
	refuse("syscall:moutn", "did you mean mount");
	refuse("AF_INTE", "did you mean AF_INET");
	refuse("cap_chwon", "did you mean cap_chown");
	refuse("i386:openatt", "openat");
	refuse("zzzzzzzz", "is no syscall, capability, address family or path");
	refuse("", "is no syscall");
	refuse("file:", "is no syscall");
	refuse("cap:", "is no");
	refuse("socket:99999999999", "is no");
	refuse("arg:ioctl:9:1", "expected syscall:NAME or arg:NAME:INDEX:VALUE");
	refuse("4294967296", "is no");
	memset(longest, 'x', sizeof(longest));
	longest[sizeof(longest) - 1] = '\0';
	refuse(longest, "is no");
	tear_down();
}
END_TEST

START_TEST(evidence)
{
	struct asked a;

	set_up();
	ask(&a, "syscall:openat");
	ck_assert(explain_found(&a.x));
	ck_assert_uint_eq(a.x.ev.recordings.n, 2);
	ck_assert_int_eq(a.x.ev.first, 1005);
	ck_assert_int_eq(a.x.ev.last, 2005);
	ck_assert_uint_eq(a.x.ev.exes.n, 1);
	ck_assert_uint_eq(a.x.digests.n, 2);
	done(&a);
	ask(&a, "ioctl");
	ck_assert_uint_eq(a.x.digests.n, 1);
	ck_assert_str_eq(a.x.digests.v[0], "sha256:aa");
	done(&a);
	/* As a trace spells it, and as it is. */
	ask(&a, "file:/etc/a\\\\b");
	ck_assert_uint_eq(a.x.facts.n, 1);
	done(&a);
	ask(&a, "socket:AF_INET");
	ck_assert_uint_eq(a.x.facts.n, 1);
	done(&a);
	ask(&a, "arg:socket:1:1");
	ck_assert_uint_eq(a.x.facts.n, 1);
	done(&a);
	ask(&a, "cap:chown");
	ck_assert_uint_eq(a.x.facts.n, 1);
	done(&a);
	tear_down();
}
END_TEST

START_TEST(the_same_act)
{
	struct asked a;

	set_up();
	ask(&a, "openat");
	ck_assert(has_path(&a.x.same_act, "/etc/passwd"));
	ck_assert_msg(!has_path(&a.x.same_act, "/etc/shadow"), "another executable opened it");
	ck_assert_msg(!has_path(&a.x.same_act, "/tmp/x"), "openat removes nothing");
	done(&a);
	ask(&a, "file:/etc/passwd");
	ck_assert(has_call(&a.x.same_act, "openat"));
	ck_assert(!has_call(&a.x.same_act, "read"));
	done(&a);
	ask(&a, "execve");
	ck_assert_msg(has_path(&a.x.same_act, "/bin/d"), "a program is noted as done by itself");
	done(&a);
	ask(&a, "exec:/bin/d");
	ck_assert(has_call(&a.x.same_act, "execve"));
	done(&a);
	ask(&a, "socket");
	ck_assert_uint_eq(a.x.same_act.n, 1);
	ck_assert_int_eq(a.x.same_act.v[0]->kind, TR_FACT_SOCKET);
	done(&a);
	ask(&a, "ioctl");
	ck_assert_msg(a.x.same_act.n == 2, "an argument is its call's, whoever made it: %zu",
		      a.x.same_act.n);
	done(&a);
	tear_down();
}
END_TEST

START_TEST(without_it)
{
	struct asked a;

	set_up();
	ask(&a, "read");
	ck_assert_uint_eq(a.x.n_rules, 1);
	ck_assert_uint_eq(a.x.n_breaks, 1);
	ck_assert_uint_eq(a.x.breaks[0].fact->nr, 0);
	ck_assert_uint_eq(a.x.breaks[0].ret, SECCOMP_RET_ERRNO | EPERM);
	ck_assert_ptr_null(a.x.fallback);
	done(&a);
	ask(&a, "statx");
	ck_assert_uint_eq(a.x.breaks[0].ret, SECCOMP_RET_ERRNO | ENOSYS);
	ck_assert(a.x.fallback && strstr(a.x.fallback, "glibc"));
	done(&a);
	/* One value of two: the call stays, the value goes. */
	ask(&a, "arg:ioctl:1:0x5413");
	ck_assert_uint_eq(a.x.n_breaks, 1);
	ck_assert_uint_eq(a.x.breaks[0].value->arg.value, 0x5413);
	done(&a);
	ask(&a, "socket:inet");
	ck_assert_uint_eq(a.x.n_breaks, 1);
	ck_assert_int_eq(a.x.breaks[0].fact->kind, TR_FACT_SYSCALL);
	done(&a);
	tear_down();
}
END_TEST

START_TEST(rules_without_a_recording)
{
	struct asked a;

	set_up();
	ask(&a, "clock_gettime");
	ck_assert(explain_found(&a.x));
	ck_assert_uint_eq(a.x.facts.n, 0);
	ck_assert(strstr(a.x.rules[0]->comment, "always: "));
	ck_assert_uint_eq(a.x.n_breaks, 0);
	ck_assert(!a.x.no_start);
	done(&a);
	ask(&a, "open"); /* another form of openat */
	ck_assert(strstr(a.x.rules[0]->comment, "siblings: "));
	done(&a);
	ask(&a, "setgroups");
	ck_assert(strstr(a.x.rules[0]->comment, "runtime: "));
	ck_assert(a.x.no_start);
	done(&a);
	ask(&a, "clone3");
	ck_assert_uint_eq(a.x.n_rules, 0);
	ck_assert_uint_eq(a.x.answer, SECCOMP_RET_ERRNO | ENOSYS);
	ck_assert(a.x.refusal && explain_found(&a.x));
	done(&a);
	ask(&a, "fsync");
	ck_assert(!explain_found(&a.x));
	ck_assert(a.x.refused);
	ck_assert_uint_eq(a.x.answer, SECCOMP_RET_ERRNO | EPERM);
	done(&a);
	ask(&a, "arg:ioctl:1:0x5421");
	ck_assert(!explain_found(&a.x) || a.x.n_rules);
	done(&a);
	tear_down();
}
END_TEST

/* What is denied anyway is no loss. */
START_TEST(what_fails_anyway)
{
	const struct tr_policy_hand deny = { TR_HAND_DENY, "syscall:read", "x", 0, 0 };
	const struct tr_policy_opts opts = { .hands = { &deny, 1 } };
	struct asked a;

	set_up();
	explain_profile_release(&profile);
	ck_assert_int_eq(explain_profile_make(&profile, &facts, &opts, NULL), 0);
	ask(&a, "openat");
	ck_assert_uint_eq(a.x.n_breaks, 1);
	ck_assert_uint_eq(a.x.breaks[0].fact->nr, 257);
	done(&a);
	ask(&a, "read");
	ck_assert(a.x.refused && !a.x.n_rules);
	done(&a);
	tear_down();
}
END_TEST

/* What emit would ask about is explained, and said to be asked about. */
START_TEST(what_is_not_accepted)
{
	struct asked a;

	set_up();
	ask(&a, "ptrace");
	ck_assert(a.x.need && strstr(a.x.need->why, "risk list"));
	ck_assert_uint_eq(a.x.n_breaks, 1);
	done(&a);
	ask(&a, "read");
	ck_assert_ptr_null(a.x.need);
	done(&a);
	tear_down();
}
END_TEST

START_TEST(paths_like_it)
{
	struct asked a;

	set_up();
	ask(&a, "file:/usr/etc/passwd");
	ck_assert(!explain_found(&a.x));
	ck_assert_uint_eq(a.x.like.n, 1);
	ck_assert_str_eq(a.x.like.v[0]->path, "/etc/passwd");
	done(&a);
	ask(&a, "file:/etc");
	ck_assert_uint_eq(a.x.like.n, 3);
	done(&a);
	ask(&a, "file:/et");
	ck_assert_uint_eq(a.x.like.n, 0);
	done(&a);
	tear_down();
}
END_TEST

START_TEST(families)
{
	char buf[FAMILY_SIZE];

	ck_assert_str_eq(family_name(1, buf), "AF_UNIX");
	ck_assert_str_eq(family_name(40, buf), "AF_VSOCK");
	ck_assert_str_eq(family_name(12345, buf), "12345");
	ck_assert_int_eq(family_from_name("AF_VSOCK"), 40);
	ck_assert_int_eq(family_from_name("Route"), 16);
	ck_assert_int_eq(family_from_name("AF_"), -1);
	ck_assert_int_eq(family_from_name(""), -1);
	for (int i = 0; i < 46; i++)
		ck_assert_int_eq(family_from_name(family_name((unsigned)i, buf)), i);
}
END_TEST

TR_SUITE("explain", words, words_that_are_none, evidence, the_same_act, without_it,
	 rules_without_a_recording, what_fails_anyway, what_is_not_accepted, paths_like_it,
	 families)
