// SPDX-License-Identifier: Apache-2.0
/*
 * What a profile does not allow unasked, how it is asked for, and what comes of an answer; other forms of
 * calls; architectures; the default action.
 */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/suite.h"
#include "policy/risk.h"
#include "policy/siblings.h"
#include "tables/syscalls.h"
#include "trammel/check.h"
#include "trammel/policy.h"
#include "util/mem.h"

static struct tr_facts facts_with(const char *key, const char *value)
{
	struct tr_recording rec = { .ended = TR_ENDED_EXITED, .start_seen = true };
	struct tr_facts f;

	tr_facts_init(&f);
	tr_recording_new_id(&rec);
	if (key)
		tr_context_add(&rec, key, value);
	tr_facts_add_recording(&f, &rec);
	return f;
}

static void add_fact(struct tr_facts *f, struct tr_fact fact, uint32_t recording, uint32_t flags)
{
	tr_u32set_add(&fact.ev.recordings, recording);
	fact.ev.phases = TR_PHASE_MAIN;
	fact.ev.flags = flags;
	tr_strset_add(&fact.ev.exes, "/bin/w\x1b[2J");
	tr_facts_add(f, &fact, NULL);
}

static struct tr_fact of_call(enum tr_fact_kind kind, const char *name)
{
	int nr = syscall_number(TR_ABI_X86_64, name);

	ck_assert_msg(nr >= 0, "%s", name);
	return (struct tr_fact){ .kind = kind, .abi = TR_ABI_X86_64, .nr = (uint32_t)nr };
}

static void done(struct tr_facts *f, const char *name)
{
	add_fact(f, of_call(TR_FACT_SYSCALL, name), 0, TR_EV_DONE);
}

static void done_with(struct tr_facts *f, const char *name, uint8_t index, uint64_t value)
{
	struct tr_fact fact = of_call(TR_FACT_ARG, name);

	done(f, name);
	fact.arg.index = index;
	fact.arg.value = value;
	add_fact(f, fact, 0, TR_EV_DONE);
}

static void refused(struct tr_facts *f, const char *name, uint32_t errnum)
{
	struct tr_fact fact = of_call(TR_FACT_SYSCALL, name);

	tr_u32set_add(&fact.ev.errnos, errnum);
	add_fact(f, fact, 0, TR_EV_DENIED);
}

static struct tr_seccomp make(const struct tr_facts *f, const struct tr_policy_opts *opts,
			      struct tr_policy_report *report)
{
	struct tr_err err = { 0 };
	struct tr_seccomp p;

	ck_assert_msg(tr_policy_seccomp(&p, f, opts, report, &err) == 0, "%s", tr_err_msg(&err));
	return p;
}

/* Refused for these needs, "a,b", and only for them. */
static void expect_needs(const struct tr_facts *f, const struct tr_policy_opts *opts,
			 const char *needs)
{
	struct tr_policy_report report = { 0 };
	struct tr_err err = { 0 };
	struct tr_seccomp p;
	tr_cleanup_free char *want = tr_xasprintf("--accept %s", needs);

	ck_assert_int_lt(tr_policy_seccomp(&p, f, opts, &report, &err), 0);
	ck_assert_int_eq(err.kind, TR_ERR_NO);
	ck_assert_uint_gt(report.n_needs, 0);
	ck_assert_msg(strstr(tr_err_msg(&err), want), "'%s' is not in '%s'", want,
		      tr_err_msg(&err));
	ck_assert_str_eq(tr_err_msg(&err) + strlen(tr_err_msg(&err)) - strlen(needs), needs);
	tr_policy_report_release(&report);
	tr_err_clear(&err);
}

static size_t rules_of(const struct tr_seccomp *p, const char *name, const struct tr_rule **ret)
{
	size_t n = 0;

	for (size_t i = 0; i < p->n_rules; i++) {
		for (size_t k = 0; k < p->rules[i].n_names; k++) {
			if (strcmp(p->rules[i].names[k], name) != 0)
				continue;
			n++;
			if (ret)
				*ret = &p->rules[i];
		}
	}
	return n;
}

/* One rule without conditions; its comment begins so. */
static void expect_plain(const struct tr_seccomp *p, const char *name, enum tr_action action,
			 const char *comment)
{
	const struct tr_rule *r = NULL;

	ck_assert_msg(rules_of(p, name, &r) == 1, "%s", name);
	ck_assert_msg(r->action == action && !r->n_conds, "%s", name);
	ck_assert_msg(!strncmp(r->comment, comment, strlen(comment)), "%s: '%s'", name, r->comment);
}

static void expect_errno(const struct tr_seccomp *p, const char *name, int errnum)
{
	const struct tr_rule *r = NULL;

	ck_assert_msg(rules_of(p, name, &r) == 1 && r->action == TR_ACTION_ERRNO, "%s", name);
	ck_assert_int_eq(r->errno_ret, errnum);
}

START_TEST(beyond_docker_asks)
{
	const struct tr_policy_opts plain = { 0 }, none = { .ceiling = "none" };
	struct tr_facts f = facts_with(NULL, NULL);
	struct tr_policy_report report = { 0 };
	struct tr_seccomp p;
	struct tr_err err = { 0 };

	done(&f, "read");
	done(&f, "sethostname");
	expect_needs(&f, &plain, "syscall:sethostname");
	done(&f, "mount");
	expect_needs(&f, &plain, "syscall:mount,syscall:sethostname");
	ck_assert_int_lt(tr_policy_seccomp(&p, &f, &plain, &report, &err), 0);
	ck_assert_str_eq(report.needs[0].fact, "syscall:mount");
	ck_assert(strstr(report.needs[0].why, "beyond docker-default, on the risk list (high)"));
	ck_assert_str_eq(report.needs[0].exe, "/bin/w\x1b[2J");
	ck_assert_str_eq(report.needs[1].why, "beyond docker-default");
	tr_policy_report_release(&report);
	/* no ceiling: the risk list stays */
	expect_needs(&f, &none, "syscall:mount");
	tr_err_clear(&err);
	tr_facts_release(&f);
}
END_TEST

START_TEST(acceptance_lets_it_pass)
{
	static const struct tr_policy_accept accepts[] = { { "syscall:mount", "it is a mounter" },
							   { "syscall:ptrace", NULL },
							   { "syscall:reboot", NULL },
							   { "syscall:read", NULL } };
	const struct tr_policy_opts opts = { .accepts = accepts, .n_accepts = 4 },
				    bad = { .accepts = accepts, .n_accepts = 1 };
	struct tr_policy_report report;
	struct tr_facts f = facts_with(NULL, NULL);
	struct tr_seccomp p;

	done(&f, "read");
	done(&f, "mount");
	done(&f, "ptrace");
	expect_needs(&f, &bad, "syscall:ptrace");
	p = make(&f, &opts, &report);
	expect_plain(&p, "mount", TR_ACTION_ALLOW, "accepted: beyond docker-default");
	expect_plain(&p, "ptrace", TR_ACTION_ALLOW, "accepted: on the risk list");
	for (size_t i = 0; i < p.n_rules; i++)
		if (!strcmp(p.rules[i].names[0], "mount"))
			ck_assert(strstr(p.rules[i].comment, ": it is a mounter"));
	ck_assert_uint_eq(report.n_accepted, 2);
	ck_assert_uint_eq(report.n_observed, 1);
	/* what nobody did is not allowed for being accepted */
	ck_assert_uint_eq(report.n_needless, 2);
	ck_assert_str_eq(report.needless[0], "syscall:reboot");
	ck_assert_str_eq(report.needless[1], "syscall:read");
	ck_assert_uint_eq(rules_of(&p, "reboot", NULL), 0);
	tr_policy_report_release(&report);
	tr_seccomp_release(&p);
	tr_facts_release(&f);
}
END_TEST

START_TEST(malformed_facts_are_refused)
{
	static const char *const bad[] = { "mount",
					   "syscall:",
					   "syscall:nosuch",
					   "arg:clone:0",
					   "arg:clone:6:1",
					   "arg:clone:0:",
					   "arg:clone:0:-1",
					   "arg:clone:x:1",
					   "arg:nosuch:0:1",
					   "arg:clone:0:1 ",
					   "syscall:mount ",
					   "file:etc/passwd",
					   "arg:clone:0:0xg",
					   "SYSCALL:mount",
					   "",
					   "arg:clone:0:1:2",
					   "arg:clone:0:99999999999999999999" };
	struct tr_facts f = facts_with(NULL, NULL);

	done(&f, "read");
	for (size_t i = 0; i < TR_ARRAY_SIZE(bad); i++) {
		const struct tr_policy_accept accept = { bad[i], NULL };
		const struct tr_policy_opts opts = { .accepts = &accept, .n_accepts = 1 };
		struct tr_err err = { 0 };
		struct tr_seccomp p;

		ck_assert_msg(tr_policy_seccomp(&p, &f, &opts, NULL, &err) < 0, "'%s'", bad[i]);
		ck_assert_int_eq(err.kind, TR_ERR_INPUT);
		tr_err_clear(&err);
	}
	tr_facts_release(&f);
}
END_TEST

/* The same act, below or beyond by what the container had. */
START_TEST(capabilities_decide)
{
	static const struct {
		const char *key, *value, *call;
		bool below;
	} rows[] = {
		{ NULL, NULL, "chroot", true },
		{ "caps.drop", "CAP_SYS_CHROOT", "chroot", false },
		{ "caps.drop", "ALL", "chroot", false },
		{ NULL, NULL, "sethostname", false },
		{ "caps.add", "CAP_SYS_ADMIN", "sethostname", true },
		{ "privileged", "true", "sethostname", true },
		{ "caps.add", "CAP_SYS_TIME", "sethostname", false },
	};
	const struct tr_policy_opts plain = { 0 };

	for (size_t i = 0; i < TR_ARRAY_SIZE(rows); i++) {
		struct tr_facts f = facts_with(rows[i].key, rows[i].value);
		tr_cleanup_free char *fact = tr_xasprintf("syscall:%s", rows[i].call);
		struct tr_seccomp p;

		done(&f, rows[i].call);
		if (rows[i].below) {
			p = make(&f, &plain, NULL);
			expect_plain(&p, rows[i].call, TR_ACTION_ALLOW, "observed");
			tr_seccomp_release(&p);
		} else {
			expect_needs(&f, &plain, fact);
		}
		tr_facts_release(&f);
	}
}
END_TEST

/* Another recording, with less, takes nothing away: the act was below where it was made. */
START_TEST(each_act_is_below_where_it_was_made)
{
	const struct tr_policy_opts plain = { 0 };
	struct tr_recording second = { .ended = TR_ENDED_EXITED, .start_seen = true };
	struct tr_facts f = facts_with("caps.add", "CAP_SYS_ADMIN");
	struct tr_seccomp p;

	done(&f, "sethostname");
	tr_recording_new_id(&second);
	tr_facts_add_recording(&f, &second);
	p = make(&f, &plain, NULL);
	expect_plain(&p, "sethostname", TR_ACTION_ALLOW, "observed");
	tr_seccomp_release(&p);
	add_fact(&f, of_call(TR_FACT_SYSCALL, "setdomainname"), 1, TR_EV_DONE);
	expect_needs(&f, &plain, "syscall:setdomainname");
	tr_facts_release(&f);
}
END_TEST

START_TEST(the_version_is_pinned)
{
	static const char *const no[] = { "docker-default@1", "podman-default", "default.json",
					  "" };
	const struct tr_policy_opts newest = { 0 }, old = { .ceiling = "docker-default@20.10" };
	struct tr_facts f = facts_with(NULL, NULL);
	struct tr_seccomp p;

	/* Docker allows it since 26 */
	done(&f, "pkey_alloc");
	p = make(&f, &newest, NULL);
	tr_seccomp_release(&p);
	expect_needs(&f, &old, "syscall:pkey_alloc");
	for (size_t i = 0; i < TR_ARRAY_SIZE(no); i++) {
		const struct tr_policy_opts opts = { .ceiling = no[i] };
		struct tr_err err = { 0 };

		ck_assert_int_lt(tr_policy_seccomp(&p, &f, &opts, NULL, &err), 0);
		ck_assert_int_eq(err.kind, TR_ERR_INPUT);
		tr_err_clear(&err);
	}
	tr_facts_release(&f);
}
END_TEST

START_TEST(arguments_beyond_ask)
{
	const struct tr_policy_opts plain = { 0 };
	static const struct tr_policy_accept accepts[] = { { "arg:clone:0:0x10000011",
							     "a sandbox" },
							   { "arg:socket:0:38", NULL },
							   { "arg:ioctl:1:0x5412", NULL } };
	const struct tr_policy_opts all = { .accepts = accepts, .n_accepts = 3 };
	struct tr_fact sock = { .kind = TR_FACT_SOCKET };
	struct tr_facts f = facts_with(NULL, NULL);
	struct tr_policy_report report;
	struct tr_seccomp p;
	size_t found = 0;

	done_with(&f, "clone", 0, 0x3d0f00);
	done_with(&f, "clone", 0, 0x10000011);
	done_with(&f, "ioctl", 1, 0x5401);
	done_with(&f, "ioctl", 1, 0x5412);
	done_with(&f, "personality", 0, UINT32_MAX);
	done(&f, "socket");
	sock.sock.family = 38;
	add_fact(&f, sock, 0, TR_EV_DONE);
	expect_needs(&f, &plain, "arg:clone:0:0x10000011,arg:ioctl:1:0x5412,arg:socket:0:38");
	p = make(&f, &all, &report);
	ck_assert_uint_eq(report.n_needless, 0);
	ck_assert_uint_eq(report.n_accepted, 0);
	for (size_t i = 0; i < p.n_rules; i++) {
		const struct tr_rule *r = &p.rules[i];

		if (strncmp(r->comment, "accepted:", 9) != 0)
			continue;
		found++;
		ck_assert(r->n_conds == 1 && r->conds[0].op == TR_CMP_MASKED_EQ);
		if (!strcmp(r->names[0], "clone"))
			ck_assert(r->conds[0].value2 == 0x10000011 &&
				  strstr(r->comment, "a sandbox"));
	}
	ck_assert_uint_eq(found, 3);
	tr_policy_report_release(&report);
	tr_seccomp_release(&p);
	tr_facts_release(&f);
}
END_TEST

/* glibc makes it wherever nobody refuses it; Docker does, and so do we, and clone is there instead. */
START_TEST(clone3_is_answered)
{
	static const struct tr_policy_accept accept = { "syscall:clone3", NULL };
	const struct tr_policy_opts plain = { .no_siblings = true },
				    accepted = { .accepts = &accept, .n_accepts = 1 };
	struct tr_facts f = facts_with(NULL, NULL);
	struct tr_policy_report report;
	struct tr_check_seccomp check;
	const struct tr_rule *clone = NULL;
	struct tr_seccomp p;

	done(&f, "read");
	done(&f, "clone3");
	p = make(&f, &plain, &report);
	expect_errno(&p, "clone3", ENOSYS);
	ck_assert_uint_eq(rules_of(&p, "clone", &clone), 1);
	ck_assert(clone->action == TR_ACTION_ALLOW && clone->n_conds == 1 &&
		  clone->conds[0].value == 0x7e020000 && clone->conds[0].value2 == 0);
	ck_assert(report.n_answered == 1 && !strcmp(report.answered[0], "clone3"));
	ck_assert_int_eq(tr_check_seccomp(&check, &p, &f, NULL), 0);
	ck_assert(check.n_denied == 0 && check.n_answered == 1 && check.n_allowed == 1);
	tr_check_seccomp_release(&check);
	/* not where its callers have nothing to go on with */
	for (size_t i = 0; i < p.n_rules; i++)
		if (!strcmp(p.rules[i].names[0], "clone"))
			p.rules[i].action = TR_ACTION_ERRNO;
	ck_assert_int_eq(tr_check_seccomp(&check, &p, &f, NULL), 0);
	ck_assert(check.n_denied == 1 && check.n_answered == 0);
	tr_check_seccomp_release(&check);
	tr_policy_report_release(&report);
	tr_seccomp_release(&p);
	p = make(&f, &accepted, NULL);
	expect_plain(&p, "clone3", TR_ACTION_ALLOW, "accepted");
	tr_seccomp_release(&p);
	tr_facts_release(&f);
}
END_TEST

START_TEST(siblings_of_observed_calls)
{
	const struct tr_policy_opts none = { .runtime = "none" },
				    off = { .runtime = "none", .no_siblings = true };
	struct tr_facts f = facts_with(NULL, NULL);
	struct tr_policy_report report;
	const struct tr_rule *r = NULL;
	struct tr_seccomp p;

	done(&f, "newfstatat");
	done(&f, "fork");
	done(&f, "accept4");
	p = make(&f, &none, &report);
	expect_plain(&p, "statx", TR_ACTION_ALLOW, "siblings");
	expect_plain(&p, "lstat", TR_ACTION_ALLOW, "siblings");
	expect_plain(&p, "accept", TR_ACTION_ALLOW, "siblings");
	expect_plain(&p, "vfork", TR_ACTION_ALLOW, "siblings");
	expect_errno(&p, "clone3", ENOSYS);
	ck_assert_uint_eq(rules_of(&p, "clone", &r), 1);
	ck_assert(r->n_conds == 1 && r->conds[0].value == 0x7e020000);
	/* another ABI's forms are for programs that were not seen */
	ck_assert_uint_eq(rules_of(&p, "stat64", NULL), 0);
	ck_assert_uint_eq(report.n_siblings, 7);
	tr_policy_report_release(&report);
	tr_seccomp_release(&p);
	p = make(&f, &off, &report);
	expect_errno(&p, "statx", ENOSYS);
	ck_assert_uint_eq(rules_of(&p, "accept", NULL), 0);
	ck_assert_uint_eq(report.n_siblings, 0);
	tr_policy_report_release(&report);
	tr_seccomp_release(&p);
	tr_facts_release(&f);
}
END_TEST

/* A form has the call's conditions, or it is none. */
START_TEST(siblings_drop_no_mask)
{
	static const char text[] = "call,form,args,source\nmmap,mmap2,same,x\nmmap,munmap,plain,x\n"
				   "mmap,brk,less,x\nmmap,clone,0&0x10=0,x\n";
	struct conds narrow = { 0 }, any = conds_any(), c;
	struct conds_alt exec = { { 0, 0, 4 }, { 0 } };
	struct siblings s;

	ck_assert_int_eq(siblings_parse(&s, text, "x", NULL), 0);
	ck_assert_uint_eq(s.n, 4);
	conds_add(&narrow, &exec);
	c = sibling_conds(&s.v[0], &narrow);
	ck_assert(c.n == 1 && c.alts[0].mask[2] == 4);
	conds_release(&c);
	c = sibling_conds(&s.v[1], &narrow);
	ck_assert(conds_never(&c));
	c = sibling_conds(&s.v[1], &any);
	ck_assert(c.any);
	c = sibling_conds(&s.v[2], &narrow);
	ck_assert(c.any);
	c = sibling_conds(&s.v[3], &any);
	ck_assert(c.n == 1 && c.alts[0].mask[0] == 0x10);
	conds_release(&c);
	conds_release(&narrow);
	c = sibling_conds(&s.v[3], &narrow); /* of a call that is not allowed */
	ck_assert(conds_never(&c));
	siblings_release(&s);
	ck_assert_int_lt(siblings_parse(&s, "h\nmmap,mmap2,maybe,x\n", "x", NULL), 0);
	ck_assert_int_lt(siblings_parse(&s, "h\nmmap,mmap2,,x\n", "x", NULL), 0);
	ck_assert_int_lt(siblings_parse(&s, "h\nmmap,nosuch,same,x\n", "x", NULL), 0);
}
END_TEST

START_TEST(architectures_asked_for)
{
	const struct tr_policy_opts arm = { .arches = 1U << TR_ABI_AARCH64 },
				    both = { .arches = 1U << TR_ABI_I386 | 1U << TR_ABI_X86_64 };
	struct tr_facts f = facts_with(NULL, NULL);
	struct tr_policy_report report;
	struct tr_seccomp p;

	done(&f, "open");
	p = make(&f, &arm, &report);
	ck_assert(p.n_arches == 2 && !strcmp(p.arches[0], "SCMP_ARCH_X86_64") &&
		  !strcmp(p.arches[1], "SCMP_ARCH_AARCH64"));
	ck_assert_uint_eq(report.guessed, 1U << TR_ABI_AARCH64);
	ck_assert_uint_eq(report.killed, 1U << TR_ABI_I386 | 1U << TR_ABI_X32);
	ck_assert_uint_eq(report.abis, 1U << TR_ABI_X86_64);
	ck_assert_uint_eq(rules_of(&p, "openat", NULL), 1);
	tr_policy_report_release(&report);
	tr_seccomp_release(&p);
	p = make(&f, &both, &report);
	ck_assert(p.n_arches == 2 && !strcmp(p.arches[1], "SCMP_ARCH_X86"));
	ck_assert_uint_eq(report.guessed, 1U << TR_ABI_I386);
	ck_assert_uint_eq(report.killed, 1U << TR_ABI_X32);
	expect_errno(&p, "futex_time64", ENOSYS);
	tr_policy_report_release(&report);
	tr_seccomp_release(&p);
	tr_facts_release(&f);
}
END_TEST

START_TEST(refusals_of_training_are_kept)
{
	const struct tr_policy_opts plain = { .runtime = "none" },
				    kill = { .runtime = "none",
					     .default_action = TR_ACTION_KILL_PROCESS };
	struct tr_facts f = facts_with(NULL, NULL);
	struct tr_seccomp p;

	done(&f, "read");
	refused(&f, "mount", EPERM);
	refused(&f, "keyctl", EACCES);
	refused(&f, "statx", EPERM); /* it got along with that */
	refused(&f, "bpf", EPERM);
	refused(&f, "bpf", ENOSYS);
	p = make(&f, &plain, NULL);
	ck_assert_int_eq(p.default_errno, EPERM);
	ck_assert_uint_eq(rules_of(&p, "mount", NULL), 0);
	ck_assert_uint_eq(rules_of(&p, "statx", NULL), 0);
	expect_errno(&p, "keyctl", EACCES);
	expect_errno(&p, "bpf", ENOSYS);
	expect_errno(&p, "clone3", ENOSYS);
	tr_seccomp_release(&p);
	/* a default that kills would be another answer */
	p = make(&f, &kill, NULL);
	ck_assert(p.default_action == TR_ACTION_KILL_PROCESS && p.default_errno == -1);
	expect_errno(&p, "mount", EPERM);
	expect_errno(&p, "statx", EPERM);
	expect_errno(&p, "keyctl", EACCES);
	tr_seccomp_release(&p);
	tr_facts_release(&f);
}
END_TEST

/* A trial refuses what Docker's default does, and nothing else. */
START_TEST(a_trial_refuses_no_more_than_docker)
{
	const struct tr_policy_opts log = { .runtime = "none", .default_action = TR_ACTION_LOG },
				    bare = { .runtime = "none",
					     .default_action = TR_ACTION_LOG,
					     .ceiling = "none" };
	struct tr_facts f = facts_with(NULL, NULL);
	const struct tr_rule *r = NULL;
	struct tr_policy_report report;
	struct tr_seccomp p;

	done(&f, "read");
	done_with(&f, "clone", 0, 0x11);
	refused(&f, "sysinfo", EACCES);
	p = make(&f, &log, &report);
	ck_assert(p.default_action == TR_ACTION_ERRNO && p.default_errno == EPERM);
	expect_plain(&p, "read", TR_ACTION_ALLOW, "observed");
	expect_plain(&p, "write", TR_ACTION_LOG, "trial");
	expect_plain(&p, "ptrace", TR_ACTION_LOG, "trial");
	expect_plain(&p, "ioctl", TR_ACTION_LOG, "trial");
	expect_errno(&p, "clone3", ENOSYS);
	expect_errno(&p, "sysinfo", EACCES);
	ck_assert_uint_eq(rules_of(&p, "mount", NULL), 0);
	ck_assert_uint_gt(rules_of(&p, "socket", &r), 1);
	ck_assert(r->action == TR_ACTION_LOG && r->n_conds == 1);
	/* arguments are not tried: Docker's mask, not what was seen */
	ck_assert_uint_eq(rules_of(&p, "clone", &r), 1);
	ck_assert(r->action == TR_ACTION_ALLOW && r->conds[0].value == 0x7e020000);
	ck_assert_uint_gt(report.n_logged, 200);
	tr_policy_report_release(&report);
	tr_seccomp_release(&p);
	p = make(&f, &bare, &report);
	ck_assert(p.default_action == TR_ACTION_LOG && p.default_errno == -1);
	ck_assert_uint_eq(rules_of(&p, "clone3", NULL), 0);
	expect_errno(&p, "sysinfo", EACCES);
	tr_policy_report_release(&report);
	tr_seccomp_release(&p);
	tr_facts_release(&f);
}
END_TEST

START_TEST(risk_rows)
{
	struct risks r;
	struct tr_err err = { 0 };
	size_t n;

	ck_assert_int_eq(risks_parse(&r,
				     "h\nclone,0&0x10=0x10,high,w,s\nioctl,1=1,low,w,s\n"
				     "ioctl,1=2,low,w,s\nmount,,high,w,s\n",
				     "x", NULL),
			 0);
	ck_assert_ptr_nonnull(risks_of(&r, (size_t)syscall_index("ioctl"), &n));
	ck_assert_uint_eq(n, 2);
	ck_assert(risks_of(&r, (size_t)syscall_index("mount"), &n)->always && n == 1);
	ck_assert_ptr_null(risks_of(&r, (size_t)syscall_index("read"), &n));
	risks_release(&r);
	ck_assert_int_lt(risks_parse(&r, "h\nmount,,high,w,s\nclone,,high,w,s\n", "x", &err), 0);
	ck_assert_ptr_nonnull(strstr(tr_err_msg(&err), "x:3: out of order"));
	ck_assert_int_lt(risks_parse(&r, "h\nmount,0=,high,w,s\n", "x", NULL), 0);
	ck_assert_int_lt(risks_parse(&r, "h\nmount,,high,w\n", "x", NULL), 0);
	tr_err_clear(&err);
}
END_TEST

TR_SUITE("ceiling", beyond_docker_asks, acceptance_lets_it_pass, malformed_facts_are_refused,
	 capabilities_decide, each_act_is_below_where_it_was_made, the_version_is_pinned,
	 arguments_beyond_ask, clone3_is_answered, siblings_of_observed_calls,
	 siblings_drop_no_mask, architectures_asked_for, refusals_of_training_are_kept,
	 a_trial_refuses_no_more_than_docker, risk_rows)
