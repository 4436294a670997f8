// SPDX-License-Identifier: Apache-2.0
/* What becomes of facts: who is allowed why, what answers which errno, what is refused. */
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/suite.h"
#include "policy/build.h"
#include "tables/syscalls.h"
#include "trammel/policy.h"
#include "trammel/seccomp.h"
#include "util/mem.h"

static const struct tr_policy_opts plain = { 0 };

static struct tr_facts new_facts(void)
{
	struct tr_recording rec = { .subject = tr_xstrdup("redis"),
				    .ended = TR_ENDED_EXITED,
				    .start_seen = true };
	struct tr_facts f;

	tr_facts_init(&f);
	tr_recording_new_id(&rec);
	tr_facts_add_recording(&f, &rec);
	return f;
}

static void add_nr(struct tr_facts *f, enum tr_abi abi, int nr, uint32_t phases, uint32_t flags,
		   uint32_t errnum)
{
	struct tr_fact fact = { .kind = TR_FACT_SYSCALL, .abi = abi, .nr = (uint32_t)nr };

	ck_assert_int_ge(nr, 0);
	tr_u32set_add(&fact.ev.recordings, 0);
	fact.ev.phases = phases;
	fact.ev.flags = flags;
	if (errnum)
		tr_u32set_add(&fact.ev.errnos, errnum);
	tr_facts_add(f, &fact, NULL);
}

static void add(struct tr_facts *f, const char *name, uint32_t phases)
{
	add_nr(f, TR_ABI_X86_64, syscall_number(TR_ABI_X86_64, name), phases, TR_EV_DONE, 0);
}

static void add_denied(struct tr_facts *f, const char *name, uint32_t flags, uint32_t errnum)
{
	add_nr(f, TR_ABI_X86_64, syscall_number(TR_ABI_X86_64, name), TR_PHASE_MAIN, flags, errnum);
}

static struct tr_seccomp make(const struct tr_facts *f, const struct tr_policy_opts *opts,
			      struct tr_policy_report *report)
{
	struct tr_err err = { 0 };
	struct tr_seccomp p;

	ck_assert_msg(tr_policy_seccomp(&p, f, opts, report, &err) == 0, "%s", tr_err_msg(&err));
	return p;
}

static const struct tr_rule *rule_of(const struct tr_seccomp *p, const char *name)
{
	const struct tr_rule *found = NULL;

	for (size_t i = 0; i < p->n_rules; i++) {
		for (size_t k = 0; k < p->rules[i].n_names; k++) {
			if (strcmp(p->rules[i].names[k], name) != 0)
				continue;
			ck_assert_msg(!found, "%s is there twice", name);
			found = &p->rules[i];
		}
	}
	return found;
}

/* The name stands in a rule of this action whose comment begins like this. */
static void expect(const struct tr_seccomp *p, const char *name, const char *comment,
		   enum tr_action action)
{
	const struct tr_rule *r = rule_of(p, name);

	ck_assert_msg(r != NULL, "%s is in no rule", name);
	ck_assert_msg(!strncmp(r->comment, comment, strlen(comment)), "%s: '%s', not '%s'", name,
		      r->comment, comment);
	ck_assert_int_eq(r->action, action);
	ck_assert_int_eq(r->errno_ret, action == TR_ACTION_ALLOW ? -1 : ENOSYS);
	ck_assert_uint_eq(r->n_conds, 0);
}

static void check_groups_in_order(const struct tr_seccomp *p)
{
	static const char *const order[] = { "observed: the workload",
					     "observed: only in docker exec",
					     "observed: only while the runtime",
					     "runtime: what",
					     "runtime: made in some",
					     "always:",
					     "siblings:",
					     "errno plan: callers",
					     "errno plan: refused" };
	size_t at = 0;

	for (size_t i = 0; i < p->n_rules; i++) {
		const struct tr_rule *r = &p->rules[i];

		while (at < sizeof(order) / sizeof(order[0]) &&
		       strncmp(r->comment, order[at], strlen(order[at])))
			at++;
		ck_assert_msg(at < sizeof(order) / sizeof(order[0]), "'%s' is out of order",
			      r->comment);
		for (size_t k = 1; k < r->n_names; k++)
			ck_assert_str_lt(r->names[k - 1], r->names[k]);
	}
}

START_TEST(groups_by_reason)
{
	struct tr_facts f = new_facts();
	struct tr_policy_report report;
	struct tr_seccomp p;

	add(&f, "connect", TR_PHASE_MAIN);
	add(&f, "write", TR_PHASE_MAIN | TR_PHASE_RUNTIME | TR_PHASE_EXEC);
	add(&f, "sysinfo", TR_PHASE_EXEC | TR_PHASE_RUNTIME);
	add(&f, "umask", TR_PHASE_RUNTIME);
	p = make(&f, &plain, &report);
	check_groups_in_order(&p);
	expect(&p, "connect", "observed: the workload", TR_ACTION_ALLOW);
	expect(&p, "write", "observed: the workload", TR_ACTION_ALLOW);
	expect(&p, "sysinfo", "observed: only in docker exec", TR_ACTION_ALLOW);
	expect(&p, "umask", "observed: only while the runtime", TR_ACTION_ALLOW);
	expect(&p, "capset", "runtime: what", TR_ACTION_ALLOW);
	expect(&p, "setresuid", "runtime: what", TR_ACTION_ALLOW); /* crun's */
	expect(&p, "statx", "runtime: what", TR_ACTION_ALLOW);
	expect(&p, "tgkill", "runtime: made in some", TR_ACTION_ALLOW);
	expect(&p, "clock_gettime", "always:", TR_ACTION_ALLOW);
	expect(&p, "restart_syscall", "always:", TR_ACTION_ALLOW);
	expect(&p, "exit_group", "always:", TR_ACTION_ALLOW);
	expect(&p, "clone3", "errno plan: callers", TR_ACTION_ERRNO);
	expect(&p, "rseq", "errno plan: callers", TR_ACTION_ERRNO);
	ck_assert_ptr_null(rule_of(&p, "mount"));
	ck_assert_ptr_null(rule_of(&p, "ptrace"));
	ck_assert_int_eq(p.default_action, TR_ACTION_ERRNO);
	ck_assert_int_eq(p.default_errno, EPERM);
	ck_assert_uint_eq(p.n_arches, 1);
	ck_assert_str_eq(p.arches[0], "SCMP_ARCH_X86_64");
	ck_assert_uint_eq(report.n_observed, 4);
	ck_assert_uint_gt(report.n_runtime, 20);
	ck_assert_uint_gt(report.n_always, 8);
	ck_assert_uint_gt(report.n_errno, 8);
	ck_assert_uint_eq(report.abis, 1U << TR_ABI_X86_64);
	tr_policy_report_release(&report);
	tr_seccomp_release(&p);
	tr_facts_release(&f);
}
END_TEST

START_TEST(chooses_runtimes)
{
	struct tr_policy_opts opts = { .runtime = "none" };
	struct tr_facts f = new_facts();
	struct tr_seccomp p;
	struct tr_err err = { 0 };

	add(&f, "read", TR_PHASE_MAIN);
	p = make(&f, &opts, NULL);
	ck_assert_ptr_null(rule_of(&p, "execve"));
	expect(&p, "statx", "errno plan: callers", TR_ACTION_ERRNO);
	tr_seccomp_release(&p);
	opts.runtime = "crun";
	p = make(&f, &opts, NULL);
	ck_assert_ptr_nonnull(rule_of(&p, "setresuid"));
	ck_assert_ptr_null(rule_of(&p, "getcwd"));
	tr_seccomp_release(&p);
	opts.runtime = "runc-1.1.5";
	p = make(&f, &opts, NULL);
	ck_assert_ptr_null(rule_of(&p, "setresuid"));
	ck_assert_ptr_nonnull(rule_of(&p, "getcwd"));
	ck_assert_int_eq(rule_of(&p, "openat2")->action, TR_ACTION_ERRNO);
	tr_seccomp_release(&p);
	opts.runtime = "runc-1.1,runc-1.3";
	p = make(&f, &opts, NULL);
	ck_assert_int_eq(rule_of(&p, "openat2")->action, TR_ACTION_ALLOW);
	tr_seccomp_release(&p);
	opts.runtime = "runc-1.0,youki";
	ck_assert_int_lt(tr_policy_seccomp(&p, &f, &opts, NULL, &err), 0);
	ck_assert_int_eq(err.kind, TR_ERR_INPUT);
	ck_assert_ptr_nonnull(strstr(tr_err_msg(&err), "'youki'"));
	ck_assert_ptr_nonnull(strstr(tr_err_msg(&err), "crun-1.8, runc-1.0"));
	opts.runtime = "runc-1.10";
	ck_assert_int_lt(tr_policy_seccomp(&p, &f, &opts, NULL, &err), 0);
	opts.runtime = "runc,";
	ck_assert_int_lt(tr_policy_seccomp(&p, &f, &opts, NULL, &err), 0);
	tr_err_clear(&err);
	tr_facts_release(&f);
}
END_TEST

START_TEST(keeps_refusals_refused)
{
	const struct tr_policy_opts opts = { .runtime = "none" };
	struct tr_facts f = new_facts();
	struct tr_policy_report report;
	struct tr_seccomp p;

	add(&f, "read", TR_PHASE_MAIN);
	add_denied(&f, "mount", TR_EV_DENIED, EPERM);
	add_denied(&f, "keyctl", TR_EV_DENIED, ENOSYS);
	add_denied(&f, "clone3", TR_EV_DENIED, ENOSYS);
	add_denied(&f, "bpf", TR_EV_INNER_DENIED, EPERM);
	add_denied(&f, "connect", TR_EV_DENIED | TR_EV_DONE, EPERM);
	add_denied(&f, "exit_group", TR_EV_DENIED, ENOSYS);
	p = make(&f, &opts, &report);
	/* The default says that, and old runtimes refuse a rule that says it again. */
	ck_assert_ptr_null(rule_of(&p, "mount"));
	ck_assert_ptr_null(rule_of(&p, "bpf"));
	for (size_t i = 0; i < p.n_rules; i++)
		ck_assert(!tr_rule_is_default(&p, &p.rules[i]));
	expect(&p, "keyctl", "errno plan: refused like this", TR_ACTION_ERRNO);
	expect(&p, "clone3", "errno plan: callers", TR_ACTION_ERRNO);
	expect(&p, "connect", "observed: the workload", TR_ACTION_ALLOW);
	expect(&p, "exit_group", "always:", TR_ACTION_ALLOW);
	ck_assert_uint_eq(report.n_denied, 5);
	tr_policy_report_release(&report);
	tr_seccomp_release(&p);
	tr_facts_release(&f);
}
END_TEST

START_TEST(names_the_architectures_seen)
{
	struct tr_facts f = new_facts();
	struct tr_policy_report report;
	struct tr_seccomp p;

	/* only a 32-bit program was seen: the native architecture is there all the same */
	add_nr(&f, TR_ABI_I386, syscall_number(TR_ABI_I386, "socketcall"), TR_PHASE_MAIN,
	       TR_EV_DONE, 0);
	p = make(&f, &plain, NULL);
	ck_assert_uint_eq(p.n_arches, 2);
	ck_assert_str_eq(p.arches[0], "SCMP_ARCH_X86_64");
	ck_assert_str_eq(p.arches[1], "SCMP_ARCH_X86");
	expect(&p, "socketcall", "observed: the workload", TR_ACTION_ALLOW);
	expect(&p, "clock_gettime64", "always:", TR_ACTION_ALLOW);
	expect(&p, "futex_time64", "errno plan: callers", TR_ACTION_ERRNO);
	ck_assert_ptr_null(strstr(rule_of(&p, "socketcall")->comment, "made through"));
	tr_seccomp_release(&p);

	add(&f, "read", TR_PHASE_MAIN);
	add_nr(&f, TR_ABI_X32, syscall_number(TR_ABI_X32, "mkdir"), TR_PHASE_MAIN, TR_EV_DONE, 0);
	p = make(&f, &plain, &report);
	ck_assert_uint_eq(p.n_arches, 3);
	ck_assert_str_eq(p.arches[2], "SCMP_ARCH_X32");
	ck_assert_ptr_nonnull(strstr(rule_of(&p, "mkdir")->comment, "x86_64, i386, x32"));
	ck_assert_uint_eq(report.abis, 7);
	tr_policy_report_release(&report);
	tr_seccomp_release(&p);
	tr_facts_release(&f);

	f = new_facts();
	add_nr(&f, TR_ABI_AARCH64, syscall_number(TR_ABI_AARCH64, "read"), TR_PHASE_MAIN,
	       TR_EV_DONE, 0);
	p = make(&f, &plain, NULL);
	ck_assert_uint_eq(p.n_arches, 1);
	ck_assert_str_eq(p.arches[0], "SCMP_ARCH_AARCH64");
	/* what the machine does not have is not in its profile */
	ck_assert_ptr_null(rule_of(&p, "time"));
	ck_assert_ptr_null(rule_of(&p, "clock_gettime64"));
	ck_assert_ptr_nonnull(rule_of(&p, "clock_gettime"));
	tr_seccomp_release(&p);
	tr_facts_release(&f);
}
END_TEST

START_TEST(hands_back_numbers_without_a_name)
{
	struct tr_facts f = new_facts();
	struct tr_policy_report report;
	struct tr_seccomp p;

	add(&f, "read", TR_PHASE_MAIN);
	add_nr(&f, TR_ABI_I386, 5000, TR_PHASE_MAIN, TR_EV_DONE, 0);
	add_nr(&f, TR_ABI_X86_64, 4000, TR_PHASE_MAIN, TR_EV_DONE, 0);
	add_nr(&f, TR_ABI_X86_64, 4001, TR_PHASE_MAIN, TR_EV_DENIED, EPERM);
	p = make(&f, &plain, &report);
	ck_assert_uint_eq(report.n_unnamed, 2);
	ck_assert(report.unnamed[0].abi == TR_ABI_X86_64 && report.unnamed[0].nr == 4000);
	ck_assert(report.unnamed[1].abi == TR_ABI_I386 && report.unnamed[1].nr == 5000);
	tr_policy_report_release(&report);
	tr_seccomp_release(&p);
	tr_facts_release(&f);
}
END_TEST

static size_t count_rules(const struct tr_seccomp *p, const char *name)
{
	size_t n = 0;

	for (size_t i = 0; i < p->n_rules; i++)
		for (size_t k = 0; k < p->rules[i].n_names; k++)
			n += !strcmp(p->rules[i].names[k], name);
	return n;
}

/* A set with arguments: alternatives, each once, and nothing where a plain rule has the name. */
START_TEST(runtime_calls_with_arguments)
{
#define SET(value, names)                                                                    \
	"{\"need\":\"always\",\"names\":[" names "],\"args\":[{\"index\":0,\"value\":" value \
	",\"op\":\"SCMP_CMP_EQ\"}]}"
	static const char text[] = "{\"sets\":[" SET("38", "\"prctl\",\"read\",\"clone3\"") "," SET(
		"22", "\"prctl\"") "," SET("38", "\"prctl\",\"exit\"") "]}";
	struct tr_policy_report report = { 0 };
	const struct tr_policy_opts no_ceiling = { .ceiling = "none" };
	struct policy_runtime rt = { 0 };
	struct tr_facts f = new_facts();
	struct tr_err err = { 0 };
	const struct tr_rule *r = NULL;
	struct tr_seccomp p;

	add(&f, "read", TR_PHASE_MAIN);
	tr_seccomp_init(&rt.sets);
	ck_assert_msg(policy_runtime_add(&rt, "x", text, strlen(text), &err) == 0, "%s",
		      tr_err_msg(&err));
	tr_seccomp_init(&p);
	ck_assert_int_eq(policy_build(&p, &report, &f, &no_ceiling, &rt, NULL), 0);
	ck_assert_uint_eq(count_rules(&p, "prctl"), 2);
	ck_assert_uint_eq(count_rules(&p, "read"), 1);
	ck_assert_uint_eq(count_rules(&p, "exit"), 1);
	/* an errno rule without conditions would swallow the conditional one */
	ck_assert_uint_eq(count_rules(&p, "clone3"), 1);
	ck_assert_uint_eq(report.n_runtime, 3);
	for (size_t i = 0; i < p.n_rules; i++)
		if (p.rules[i].n_conds && !strcmp(p.rules[i].names[0], "clone3"))
			r = &p.rules[i];
	ck_assert_ptr_nonnull(r);
	ck_assert_int_eq(r->action, TR_ACTION_ALLOW);
	ck_assert(r->n_conds == 1 && r->conds[0].value == 38 && r->conds[0].op == TR_CMP_EQ);
	tr_policy_report_release(&report);
	policy_runtime_release(&rt);
	tr_seccomp_release(&p);
	tr_facts_release(&f);
}
END_TEST

static void refuse_set(const char *text, const char *want)
{
	struct policy_runtime rt = { 0 };
	struct tr_err err = { 0 };

	tr_seccomp_init(&rt.sets);
	ck_assert_int_lt(policy_runtime_add(&rt, "x.json", text, strlen(text), &err), 0);
	ck_assert_msg(strstr(tr_err_msg(&err), want), "'%s' is not in '%s'", want,
		      tr_err_msg(&err));
	tr_err_clear(&err);
	policy_runtime_release(&rt);
}

START_TEST(refuses_broken_sets)
{
	refuse_set("[]", "x.json:1: expected an object");
	refuse_set("{}", "expected 'sets'");
	refuse_set("{\"sets\": [1]}", "sets[0]: expected an object");
	refuse_set("{\"sets\": [{\"names\": [\"read\"]}]}", "sets[0].need: expected always");
	refuse_set("{\"sets\": [\n{\"need\": \"maybe\"}]}",
		   "x.json:2: sets[0].need: expected always");
	refuse_set("{\"sets\": [{\"need\": \"always\", \"names\": [1]}]}", "sets[0].names[0]");
}
END_TEST

static void refuse(const struct tr_facts *f, const struct tr_policy_opts *opts,
		   enum tr_err_kind kind, const char *want)
{
	struct tr_err err = { 0 };
	struct tr_seccomp p;

	ck_assert_int_lt(tr_policy_seccomp(&p, f, opts, NULL, &err), 0);
	ck_assert_int_eq(err.kind, kind);
	ck_assert_msg(strstr(tr_err_msg(&err), want), "'%s' is not in '%s'", want,
		      tr_err_msg(&err));
	tr_err_clear(&err);
}

START_TEST(refuses_incomplete_facts)
{
	const struct tr_policy_opts all_the_same = { .allow_incomplete = true };
	struct tr_facts f = new_facts();
	struct tr_seccomp p;

	add(&f, "read", TR_PHASE_MAIN);
	f.recordings[0].losses[TR_LOSS_RING] = 12;
	refuse(&f, &plain, TR_ERR_INCOMPLETE, "lost 12 ring");
	refuse(&f, &plain, TR_ERR_INCOMPLETE, "(redis)");
	refuse(&f, &plain, TR_ERR_INCOMPLETE, "--allow-incomplete");
	p = make(&f, &all_the_same, NULL);
	tr_seccomp_release(&p);
	f.recordings[0].losses[TR_LOSS_RING] = 0;
	f.recordings[0].ended = TR_ENDED_UNKNOWN;
	refuse(&f, &plain, TR_ERR_INCOMPLETE, "no end");
	tr_facts_release(&f);
}
END_TEST

START_TEST(refuses_facts_without_a_start)
{
	const struct tr_policy_opts all_the_same = { .allow_no_start = true };
	struct tr_recording second = { .ended = TR_ENDED_DURATION, .start_seen = true };
	struct tr_recording third = { .ended = TR_ENDED_DURATION };
	struct tr_facts f = new_facts();
	struct tr_seccomp p;

	add(&f, "read", TR_PHASE_MAIN);
	f.recordings[0].start_seen = false;
	refuse(&f, &plain, TR_ERR_INPUT, "restart the container once while recording");
	p = make(&f, &all_the_same, NULL);
	tr_seccomp_release(&p);
	/* one recording that saw a start is enough */
	tr_recording_new_id(&second);
	tr_facts_add_recording(&f, &second);
	p = make(&f, &plain, NULL);
	tr_seccomp_release(&p);
	/* also where it is not the last */
	tr_recording_new_id(&third);
	tr_facts_add_recording(&f, &third);
	p = make(&f, &plain, NULL);
	tr_seccomp_release(&p);
	tr_facts_release(&f);
}
END_TEST

START_TEST(refuses_facts_about_nothing)
{
	struct tr_fact exec = { .kind = TR_FACT_EXEC, .path = tr_xstrdup("/bin/sh") };
	struct tr_facts f = new_facts();

	refuse(&f, &plain, TR_ERR_INPUT, "no syscalls were recorded");
	tr_u32set_add(&exec.ev.recordings, 0);
	exec.ev.flags = TR_EV_DONE;
	tr_facts_add(&f, &exec, NULL);
	add_denied(&f, "mount", TR_EV_DENIED, EPERM);
	refuse(&f, &plain, TR_ERR_INPUT, "no syscalls were recorded");
	tr_facts_release(&f);
	tr_facts_init(&f);
	refuse(&f, &plain, TR_ERR_INPUT, "no recording");
	tr_facts_release(&f);
}
END_TEST

TR_SUITE("policy", groups_by_reason, chooses_runtimes, keeps_refusals_refused,
	 names_the_architectures_seen, hands_back_numbers_without_a_name,
	 runtime_calls_with_arguments, refuses_broken_sets, refuses_incomplete_facts,
	 refuses_facts_without_a_start, refuses_facts_about_nothing)
