// SPDX-License-Identifier: Apache-2.0
#include <check.h>
#include <errno.h>
#include <linux/seccomp.h>
#include <string.h>

#include "lib/suite.h"
#include "tables/syscalls.h"
#include "trammel/check.h"
#include "trammel/seccomp.h"

static struct tr_facts facts;
static struct tr_seccomp p;

static void start(void)
{
	struct tr_recording rec = { 0 };

	tr_facts_init(&facts);
	tr_recording_new_id(&rec);
	tr_facts_add_recording(&facts, &rec);
	tr_seccomp_init(&p);
	tr_seccomp_add_arch(&p, "SCMP_ARCH_X86_64");
}

static void finish(struct tr_check_seccomp *c)
{
	tr_check_seccomp_release(c);
	tr_facts_release(&facts);
	tr_seccomp_release(&p);
}

static void saw(enum tr_abi abi, uint32_t nr, uint32_t flags)
{
	struct tr_fact fact = { .kind = TR_FACT_SYSCALL, .abi = (uint16_t)abi, .nr = nr };

	tr_u32set_add(&fact.ev.recordings, 0);
	fact.ev.flags = flags;
	tr_facts_add(&facts, &fact, NULL);
}

static struct tr_rule *allow(const char *name)
{
	struct tr_rule *r = tr_seccomp_add_rule(&p);

	tr_rule_add_name(r, name);
	return r;
}

static struct tr_check_seccomp ask(void)
{
	struct tr_check_seccomp c = { 0 };
	struct tr_err err = { 0 };

	ck_assert_msg(tr_check_seccomp(&c, &p, &facts, &err) == 0, "%s", tr_err_msg(&err));
	return c;
}

static const struct tr_check_extra *extra(const struct tr_check_seccomp *c, enum tr_abi abi,
					  const char *name)
{
	for (size_t i = 0; i < c->n_extra; i++)
		if (c->extra[i].abi == abi && !strcmp(c->extra[i].name, name))
			return &c->extra[i];
	return NULL;
}

START_TEST(answers_for_what_was_done)
{
	struct tr_check_seccomp c;

	start();
	saw(TR_ABI_X86_64, 0, TR_EV_DONE); /* read */
	saw(TR_ABI_X86_64, 41, TR_EV_DONE); /* socket */
	saw(TR_ABI_X86_64, 60, TR_EV_DONE | TR_EV_DENIED); /* exit: done once is done */
	saw(TR_ABI_X86_64, 165, TR_EV_DENIED); /* mount: only ever refused */
	saw(TR_ABI_X86_64, 700, TR_EV_DONE); /* no name */
	saw(TR_ABI_I386, 3, TR_EV_DONE);
	allow("read");
	allow("statx");
	tr_rule_add_cond(allow("socket"), (struct tr_cond){ 0, TR_CMP_EQ, 1, 0 });
	c = ask();
	ck_assert_uint_eq(c.n_syscalls, 5);
	ck_assert_uint_eq(c.n_allowed, 1);
	ck_assert_uint_eq(c.n_depends, 1);
	ck_assert_uint_eq(c.n_denied, 3);
	ck_assert_int_eq(c.syscalls[0].verdict, TR_VERDICT_ALLOWED);
	ck_assert_uint_eq(c.syscalls[0].fact->nr, 0);
	ck_assert_int_eq(c.syscalls[1].verdict, TR_VERDICT_DEPENDS);
	ck_assert_int_eq(c.syscalls[2].verdict, TR_VERDICT_DENIED);
	ck_assert_uint_eq(c.syscalls[2].ret, SECCOMP_RET_ERRNO | EPERM);
	ck_assert_uint_eq(c.syscalls[3].fact->nr, 700);
	ck_assert_uint_eq(c.syscalls[3].ret, SECCOMP_RET_ERRNO | ENOSYS);
	ck_assert_uint_eq(c.syscalls[4].fact->abi, TR_ABI_I386);
	ck_assert_int_eq(c.syscalls[4].verdict, TR_VERDICT_DENIED);
	ck_assert_uint_eq(c.syscalls[4].ret, SECCOMP_RET_KILL_THREAD);
	/* statx, and not read or socket, which were asked for */
	ck_assert_uint_eq(c.n_extra, 1);
	ck_assert_str_eq(c.extra[0].name, "statx");
	ck_assert_uint_eq(c.n_granted, 3);
	ck_assert_uint_gt(c.filter_len, 4);
	ck_assert_ptr_null(c.unknown[0]);
	finish(&c);
}
END_TEST

START_TEST(lists_what_else_is_allowed)
{
	struct tr_check_seccomp c;

	start();
	saw(TR_ABI_X86_64, 0, TR_EV_DONE);
	saw(TR_ABI_X86_64, 165, TR_EV_DENIED);
	tr_seccomp_add_arch(&p, "SCMP_ARCH_X86");
	allow("read");
	allow("mount");
	allow("not_a_call_yet");
	tr_rule_add_cond(allow("clone"), (struct tr_cond){ 0, TR_CMP_MASKED_EQ, 0x7e020000, 0 });
	allow("getpid")->action = TR_ACTION_LOG;
	allow("getppid")->action = TR_ACTION_NOTIFY;
	allow("getuid")->action = TR_ACTION_TRAP;
	c = ask();
	ck_assert_ptr_null(extra(&c, TR_ABI_X86_64, "read"));
	ck_assert_int_eq(extra(&c, TR_ABI_I386, "read")->verdict, TR_VERDICT_ALLOWED);
	/* refused in training is no demand, so it is more than was asked for */
	ck_assert_int_eq(extra(&c, TR_ABI_X86_64, "mount")->verdict, TR_VERDICT_ALLOWED);
	ck_assert_int_eq(extra(&c, TR_ABI_X86_64, "clone")->verdict, TR_VERDICT_DEPENDS);
	ck_assert_int_eq(extra(&c, TR_ABI_X86_64, "getpid")->verdict, TR_VERDICT_ALLOWED);
	ck_assert_int_eq(extra(&c, TR_ABI_X86_64, "getppid")->verdict, TR_VERDICT_DEPENDS);
	ck_assert_ptr_null(extra(&c, TR_ABI_X86_64, "getuid"));
	ck_assert_ptr_null(extra(&c, TR_ABI_X32, "read"));
	ck_assert_uint_eq(c.n_granted, 5);
	ck_assert_str_eq(c.unknown[0], "not_a_call_yet");
	ck_assert_ptr_null(c.unknown[1]);
	finish(&c);
}
END_TEST

START_TEST(the_hardest_refusal_is_told)
{
	struct tr_check_seccomp c;
	struct tr_rule *r;

	start();
	saw(TR_ABI_X86_64, 16, TR_EV_DONE);
	r = allow("ioctl");
	r->action = TR_ACTION_KILL_PROCESS;
	tr_rule_add_cond(r, (struct tr_cond){ 1, TR_CMP_EQ, 1, 0 });
	r = allow("ioctl");
	r->action = TR_ACTION_TRAP;
	tr_rule_add_cond(r, (struct tr_cond){ 1, TR_CMP_EQ, 2, 0 });
	c = ask();
	ck_assert_int_eq(c.syscalls[0].verdict, TR_VERDICT_DENIED);
	ck_assert_uint_eq(c.syscalls[0].ret, SECCOMP_RET_KILL_PROCESS);
	finish(&c);
}
END_TEST

static void recorded(const char *key, const char *value)
{
	tr_context_add(&facts.recordings[facts.n_recordings - 1], key, value);
}

static void another_recording(void)
{
	struct tr_recording rec = { 0 };

	tr_recording_new_id(&rec);
	tr_facts_add_recording(&facts, &rec);
}

static enum tr_verdict chroot_verdict(const char *profile, const char *key, const char *value)
{
	struct tr_check_seccomp c = { 0 };
	enum tr_verdict verdict;
	struct tr_err err = { 0 };

	start();
	tr_seccomp_release(&p);
	if (key)
		recorded(key, value);
	saw(TR_ABI_X86_64, 161, TR_EV_DONE);
	ck_assert_int_eq(tr_seccomp_read(&p, profile, &err), 0);
	ck_assert_msg(tr_check_seccomp(&c, &p, &facts, &err) == 0, "%s", tr_err_msg(&err));
	verdict = c.syscalls[0].verdict;
	finish(&c);
	return verdict;
}

/* Docker's default lets CAP_SYS_CHROOT call chroot, and a container has that by default. */
START_TEST(asks_for_the_capabilities_that_were_recorded)
{
	static const struct {
		const char *key, *value;
		enum tr_verdict want;
	} cases[] = {
		{ NULL, NULL, TR_VERDICT_ALLOWED },
		{ "caps.drop", "CAP_CHOWN", TR_VERDICT_ALLOWED },
		{ "caps.drop", "CAP_SYS_CHROOT", TR_VERDICT_DENIED },
		{ "caps.drop", "ALL", TR_VERDICT_DENIED },
		{ "caps.add", "ALL", TR_VERDICT_ALLOWED },
		{ "privileged", "true", TR_VERDICT_ALLOWED },
		{ "privileged", "false", TR_VERDICT_ALLOWED },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		ck_assert_int_eq(chroot_verdict("docker-default", cases[i].key, cases[i].value),
				 cases[i].want);
}
END_TEST

START_TEST(every_recording_must_be_allowed_with_its_own)
{
	struct tr_check_seccomp c;

	start();
	recorded("caps.add", "CAP_SYS_ADMIN");
	saw(TR_ABI_X86_64, 165, TR_EV_DONE); /* mount, in the first only */
	saw(TR_ABI_X86_64, 161, TR_EV_DONE); /* chroot, in both */
	another_recording();
	recorded("caps.drop", "ALL");
	recorded("engine", "Docker 20.10.24");
	{
		struct tr_fact fact = { .kind = TR_FACT_SYSCALL, .nr = 161 };

		tr_u32set_add(&fact.ev.recordings, 1);
		fact.ev.flags = TR_EV_DONE;
		tr_facts_add(&facts, &fact, NULL);
	}
	tr_seccomp_release(&p);
	ck_assert_int_eq(tr_seccomp_read(&p, "docker-default", NULL), 0);
	c = ask();
	ck_assert_uint_eq(c.n_syscalls, 2);
	ck_assert_uint_eq(c.syscalls[0].fact->nr, 161);
	ck_assert_int_eq(c.syscalls[0].verdict, TR_VERDICT_DENIED);
	ck_assert_int_eq(c.syscalls[1].verdict, TR_VERDICT_ALLOWED);
	/* what any of them may do */
	ck_assert_int_eq(extra(&c, TR_ABI_X86_64, "unshare")->verdict, TR_VERDICT_ALLOWED);
	finish(&c);
}
END_TEST

START_TEST(a_fact_of_no_recording_is_asked_too)
{
	struct tr_fact fact = { .kind = TR_FACT_SYSCALL, .nr = 165 };
	struct tr_check_seccomp c;

	start();
	fact.ev.flags = TR_EV_DONE;
	tr_facts_add(&facts, &fact, NULL);
	allow("read");
	c = ask();
	ck_assert_uint_eq(c.n_denied, 1);
	finish(&c);
}
END_TEST

START_TEST(podman_gives_other_capabilities)
{
	struct tr_check_seccomp c;
	struct tr_rule *r;

	for (int podman = 0; podman < 2; podman++) {
		start();
		recorded("engine", podman ? "podman 4.3.1" : "Docker 20.10.24");
		saw(TR_ABI_X86_64, 0, TR_EV_DONE);
		r = allow("read");
		tr_strings_add(&r->inc_caps, &r->n_inc_caps, "CAP_NET_RAW");
		c = ask();
		ck_assert_int_eq(c.syscalls[0].verdict,
				 podman ? TR_VERDICT_DENIED : TR_VERDICT_ALLOWED);
		finish(&c);
	}
}
END_TEST

START_TEST(a_profile_no_runtime_takes_is_an_error)
{
	struct tr_check_seccomp c = { 0 };
	struct tr_err err = { 0 };

	start();
	allow("");
	ck_assert_int_lt(tr_check_seccomp(&c, &p, &facts, &err), 0);
	ck_assert_int_eq(err.kind, TR_ERR_INPUT);
	ck_assert_uint_eq(c.n_granted, 0);
	tr_err_clear(&err);
	finish(&c);
}
END_TEST

START_TEST(the_recorded_machine_decides)
{
	struct tr_check_seccomp c;

	/* by what was called there */
	start();
	saw(TR_ABI_AARCH64, 63, TR_EV_DONE); /* read */
	tr_seccomp_add_arch(&p, "SCMP_ARCH_AARCH64");
	allow("read");
	c = ask();
	ck_assert_uint_eq(c.n_denied, 0);
	ck_assert_uint_eq(c.n_granted, 1);
	ck_assert_int_eq(c.native, TR_ABI_AARCH64);
	ck_assert_uint_eq(c.n_extra, 0);
	finish(&c);
	/* or by what it says of itself */
	start();
	recorded("arch", "aarch64");
	tr_seccomp_release(&p);
	ck_assert_int_eq(tr_seccomp_read(&p, "docker-default", NULL), 0);
	c = ask();
	ck_assert_int_eq(c.native, TR_ABI_AARCH64);
	ck_assert_ptr_nonnull(extra(&c, TR_ABI_AARCH64, "renameat"));
	ck_assert_ptr_null(extra(&c, TR_ABI_X86_64, "rename"));
	finish(&c);
}
END_TEST

/* Docker's default lets anybody trace from Linux 4.8 on. */
START_TEST(the_recorded_kernel_decides)
{
	for (int old = 0; old < 2; old++) {
		struct tr_check_seccomp c;

		start();
		recorded("kernel", old ? "4.4.0-21-generic" : "4.8.0");
		saw(TR_ABI_X86_64, 101, TR_EV_DONE); /* ptrace */
		tr_seccomp_release(&p);
		ck_assert_int_eq(tr_seccomp_read(&p, "docker-default", NULL), 0);
		c = ask();
		ck_assert_int_eq(c.syscalls[0].verdict,
				 old ? TR_VERDICT_DENIED : TR_VERDICT_ALLOWED);
		finish(&c);
	}
}
END_TEST

static void allow_commands(void)
{
	allow("read");
	for (uint64_t v = 0; v < 10; v++)
		tr_rule_add_cond(allow("ioctl"),
				 (struct tr_cond){ 1, TR_CMP_MASKED_EQ, 0xffffffff, v });
}

/* Where it was made with this command alone. */
static unsigned steps_of_ioctl(uint64_t command)
{
	struct tr_fact value = { .kind = TR_FACT_ARG, .nr = 16 };
	struct tr_check_seccomp c;
	unsigned steps;

	start();
	recorded("arguments", "ioctl");
	facts.recordings[0].ended = TR_ENDED_EXITED;
	saw(TR_ABI_X86_64, 16, TR_EV_DONE);
	value.arg.index = 1;
	value.arg.value = command;
	value.ev.flags = TR_EV_DONE;
	tr_u32set_add(&value.ev.recordings, 0);
	tr_facts_add(&facts, &value, NULL);
	allow_commands();
	c = ask();
	ck_assert(c.syscalls[0].by_args);
	steps = c.syscalls[0].steps;
	finish(&c);
	return steps;
}

START_TEST(what_a_call_costs)
{
	struct tr_check_seccomp c;
	unsigned any, least = ~0U;

	start();
	saw(TR_ABI_X86_64, 0, TR_EV_DONE); /* read */
	saw(TR_ABI_X86_64, 16, TR_EV_DONE); /* ioctl */
	allow_commands();
	c = ask();
	ck_assert(c.syscalls[0].kept);
	ck_assert(!c.syscalls[1].kept);
	ck_assert_uint_gt(c.syscalls[0].steps, 4);
	ck_assert_uint_gt(c.syscalls[1].steps, c.syscalls[0].steps);
	any = c.syscalls[1].steps;
	finish(&c);
	/* with all its values known it is those that count: one that is found early costs less */
	for (uint64_t v = 0; v < 10; v++) {
		unsigned steps = steps_of_ioctl(v);

		ck_assert_uint_le(steps, any);
		least = steps < least ? steps : least;
	}
	ck_assert_uint_lt(least, any);
}
END_TEST

#define RUNC (1U << TR_RUNTIME_RUNC)
#define CRUN (1U << TR_RUNTIME_CRUN)

START_TEST(runtimes_together)
{
	struct tr_check_runtimes r;
	struct tr_err err = { 0 };

	start();
	saw(TR_ABI_X86_64, 0, TR_EV_DONE);
	allow("read");
	allow("not_a_call_yet");
	allow("write");
	ck_assert_int_eq(tr_check_runtimes(&r, &p, &facts, ~0U, &err), 0);
	ck_assert_uint_eq(r.n, 3);
	ck_assert_uint_eq(r.all.n_denied, 0);
	ck_assert_uint_eq(r.all.n_allowed, 1);
	ck_assert_str_eq(r.all.unknown[0], "not_a_call_yet");
	/* crun has no stub */
	ck_assert_str_eq(r.v[2].name, "crun");
	ck_assert_uint_eq(r.v[0].c.refusal[syscall_index("clone3")], SECCOMP_RET_ERRNO | ENOSYS);
	ck_assert_uint_eq(r.v[2].c.refusal[syscall_index("clone3")], SECCOMP_RET_ERRNO | EPERM);
	ck_assert_uint_eq(r.v[2].c.refusal[syscall_index("read")], SECCOMP_RET_ALLOW);
	tr_check_runtimes_release(&r);
	/* one of them refuses it */
	p.rules[0].errno_ret = 1;
	p.rules[0].line = 7;
	ck_assert_int_eq(tr_check_runtimes(&r, &p, &facts, ~0U, &err), 0);
	ck_assert_ptr_null(r.v[0].refused);
	ck_assert_ptr_nonnull(strstr(r.v[2].refused, "line 7: crun refuses an errno"));
	ck_assert_uint_eq(r.all.n_allowed, 1);
	tr_check_runtimes_release(&r);
	ck_assert_int_eq(tr_check_runtimes(&r, &p, &facts, RUNC, &err), 0);
	ck_assert_uint_eq(r.n, 1);
	tr_check_runtimes_release(&r);
	ck_assert_int_lt(tr_check_runtimes(&r, &p, &facts, CRUN, &err), 0);
	ck_assert_int_eq(err.kind, TR_ERR_INPUT);
	tr_err_clear(&err);
	tr_facts_release(&facts);
	tr_seccomp_release(&p);
}
END_TEST

/* clone3 that only runc's stub answers ENOSYS is no thread under crun. */
START_TEST(one_runtime_denies_what_another_answers)
{
	struct tr_check_runtimes r;

	start();
	recorded("seccomp", "unconfined");
	saw(TR_ABI_X86_64, 56, TR_EV_DONE); /* clone */
	saw(TR_ABI_X86_64, 435, TR_EV_DONE); /* clone3 */
	allow("clone");
	ck_assert_int_eq(tr_check_runtimes(&r, &p, &facts, ~0U, NULL), 0);
	ck_assert_uint_eq(r.v[0].c.n_denied, 0);
	ck_assert_uint_eq(r.v[0].c.n_answered, 1);
	ck_assert_uint_eq(r.v[2].c.n_denied, 1);
	ck_assert_uint_eq(r.all.n_denied, 1);
	ck_assert_uint_eq(r.all.n_answered, 0);
	ck_assert_uint_eq(r.all.syscalls[1].runtimes, CRUN);
	ck_assert_uint_eq(r.all.syscalls[1].ret, SECCOMP_RET_ERRNO | EPERM);
	ck_assert_uint_eq(r.all.syscalls[0].runtimes, RUNC | CRUN | 1U << TR_RUNTIME_RUNC_12);
	tr_check_runtimes_release(&r);
	tr_facts_release(&facts);
	tr_seccomp_release(&p);
}
END_TEST

static bool says(const struct tr_check_versions *l, const char *who, const char *effect,
		 const char *part)
{
	for (size_t i = 0; i < l->n; i++)
		if (!strcmp(l->v[i].who, who) && !strcmp(l->v[i].effect, effect) &&
		    strstr(l->v[i].what, part))
			return true;
	return false;
}

START_TEST(versions_that_differ)
{
	struct tr_check_versions l;
	struct tr_check_seccomp c = { 0 };

	start();
	allow("read");
	tr_check_versions(&l, &p, false);
	ck_assert_uint_eq(l.n, 0);
	tr_check_versions_release(&l);
	tr_check_versions(&l, &p, true);
	ck_assert_uint_eq(l.n, 2);
	tr_check_versions_release(&l);
	p.default_errno = 38;
	allow("write")->action = TR_ACTION_KILL_PROCESS;
	p.rules[0].errno_ret = 1;
	p.rules[0].inc_min_kernel = 5 << 16;
	tr_strings_add(&p.flags, &p.n_flags, "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV");
	tr_check_versions(&l, &p, false);
	ck_assert_str_eq(l.v[0].effect, "refused");
	ck_assert_str_eq(l.v[l.n - 1].effect, "ignored");
	ck_assert(says(&l, "Docker", "ignored", "defaultErrnoRet"));
	ck_assert(says(&l, "runc", "refused", "KILL_PROCESS"));
	ck_assert(says(&l, "runc", "refused", "no flags"));
	ck_assert(says(&l, "crun", "refused", "WAIT_KILLABLE"));
	ck_assert(says(&l, "podman", "ignored", "minKernel"));
	ck_assert(says(&l, "crun", "refused", "an errno with an action"));
	ck_assert(!says(&l, "crun", "stale", "errnoRet alone"));
	ck_assert(!says(&l, "runc", "refused", "default action"));
	tr_check_versions_release(&l);
	allow("mount")->action = TR_ACTION_ERRNO;
	p.rules[2].errno_ret = 38;
	tr_check_versions(&l, &p, false);
	ck_assert(says(&l, "crun", "stale", "errnoRet alone"));
	ck_assert(says(&l, "runc", "refused", "default action"));
	tr_check_versions_release(&l);
	finish(&c);
}
END_TEST

#ifdef __x86_64__
TR_SUITE("check", answers_for_what_was_done, lists_what_else_is_allowed,
	 the_hardest_refusal_is_told, asks_for_the_capabilities_that_were_recorded,
	 every_recording_must_be_allowed_with_its_own, podman_gives_other_capabilities,
	 a_fact_of_no_recording_is_asked_too, a_profile_no_runtime_takes_is_an_error,
	 the_recorded_machine_decides, the_recorded_kernel_decides, what_a_call_costs,
	 runtimes_together, one_runtime_denies_what_another_answers, versions_that_differ)
#else
int main(void)
{
	return 77;
}
#endif
