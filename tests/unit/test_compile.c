// SPDX-License-Identifier: Apache-2.0
#include <check.h>
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdlib.h>
#include <string.h>

#include "eval/compile.h"
#include "lib/suite.h"
#include "tables/syscalls.h"

#define EPERM_RET  (SECCOMP_RET_ERRNO | EPERM)
#define ENOSYS_RET (SECCOMP_RET_ERRNO | ENOSYS)

static struct tr_seccomp p;

static void profile(enum tr_action default_action)
{
	tr_seccomp_init(&p);
	p.default_action = default_action;
	p.default_errno = -1;
	tr_seccomp_add_arch(&p, "SCMP_ARCH_X86_64");
}

static struct tr_rule *rule(const char *name, enum tr_action action)
{
	struct tr_rule *r = tr_seccomp_add_rule(&p);

	tr_rule_add_name(r, name);
	r->action = action;
	return r;
}

static struct tr_filter compile(enum tr_runtime_kind runtime)
{
	struct tr_filter f = { 0 };
	struct tr_err err = { 0 };

	ck_assert_msg(tr_compile(&f, &p, runtime, NULL, &err) == 0, "%s", tr_err_msg(&err));
	return f;
}

static uint32_t ask(const struct tr_filter *f, enum tr_abi abi, uint32_t nr, uint64_t a0)
{
	const struct tr_seccomp_data d = { .nr = tr_filter_nr(abi, nr),
					   .arch = tr_audit_arch(abi),
					   .args = { a0 } };

	return tr_filter_run(f, &d, NULL);
}

static uint32_t ask_name(const struct tr_filter *f, const char *name)
{
	int nr = syscall_number(TR_ABI_X86_64, name);

	ck_assert_int_ge(nr, 0);
	return ask(f, TR_ABI_X86_64, (uint32_t)nr, 0);
}

static void done(struct tr_filter *f)
{
	tr_filter_release(f);
	tr_seccomp_release(&p);
}

START_TEST(horizon_moves_with_the_highest_name)
{
	struct tr_filter f;

	profile(TR_ACTION_ERRNO);
	rule("read", TR_ACTION_ALLOW);
	rule("execve", TR_ACTION_ALLOW);
	f = compile(TR_RUNTIME_RUNC);
	ck_assert_uint_eq(ask_name(&f, "read"), SECCOMP_RET_ALLOW);
	ck_assert_uint_eq(ask_name(&f, "write"), EPERM_RET);
	ck_assert_uint_eq(ask_name(&f, "exit"), ENOSYS_RET);
	ck_assert_uint_eq(ask_name(&f, "clone3"), ENOSYS_RET);
	ck_assert_uint_eq(ask(&f, TR_ABI_X86_64, 5000, 0), ENOSYS_RET);
	/* -1, what a tracer sets to skip a call: has bit 30, and is not taken for x32's */
	ck_assert_uint_eq(ask(&f, TR_ABI_X86_64, 0xffffffffu, 0), EPERM_RET);
	ck_assert_uint_eq(ask(&f, TR_ABI_X86_64, 0x7fffffffu, 0), SECCOMP_RET_KILL_THREAD);
	done(&f);

	/* openat2 is above clone3: mentioning it turns clone3's ENOSYS into EPERM */
	profile(TR_ACTION_ERRNO);
	rule("read", TR_ACTION_ALLOW);
	rule("openat2", TR_ACTION_ALLOW);
	f = compile(TR_RUNTIME_RUNC);
	ck_assert_uint_eq(ask_name(&f, "clone3"), EPERM_RET);
	ck_assert_uint_eq(ask_name(&f, "pidfd_getfd"), ENOSYS_RET);
	done(&f);

	/* a rule that says it itself is not touched, whatever is mentioned */
	profile(TR_ACTION_ERRNO);
	rule("openat2", TR_ACTION_ALLOW);
	rule("clone3", TR_ACTION_ERRNO)->errno_ret = ENOSYS;
	f = compile(TR_RUNTIME_RUNC);
	ck_assert_uint_eq(ask_name(&f, "clone3"), ENOSYS_RET);
	done(&f);
}
END_TEST

START_TEST(mentioning_counts_whatever_the_action)
{
	struct tr_filter f;

	profile(TR_ACTION_ERRNO);
	rule("read", TR_ACTION_ALLOW);
	/* the default's own action: no rule is made of it, and still it is mentioned */
	rule("openat2", TR_ACTION_ERRNO)->errno_ret = EPERM;
	f = compile(TR_RUNTIME_RUNC);
	ck_assert_uint_eq(ask_name(&f, "clone3"), EPERM_RET);
	done(&f);
	/* runc takes a highest number of 0 as none at all */
	profile(TR_ACTION_ERRNO);
	rule("read", TR_ACTION_ALLOW);
	f = compile(TR_RUNTIME_RUNC);
	ck_assert_uint_eq(ask_name(&f, "clone3"), EPERM_RET);
	done(&f);
}
END_TEST

START_TEST(no_stub_where_runc_makes_none)
{
	struct tr_filter f;

	profile(TR_ACTION_ERRNO);
	rule("execve", TR_ACTION_ALLOW);
	f = compile(TR_RUNTIME_CRUN);
	ck_assert_uint_eq(ask_name(&f, "clone3"), EPERM_RET);
	done(&f);
	/* no architecture named: runc 1.1 looks at those only */
	profile(TR_ACTION_ERRNO);
	p.n_arches = 0;
	free(p.arches[0]);
	rule("execve", TR_ACTION_ALLOW);
	f = compile(TR_RUNTIME_RUNC);
	ck_assert_uint_eq(ask_name(&f, "clone3"), EPERM_RET);
	done(&f);
	for (int a = TR_ACTION_ALLOW; a <= TR_ACTION_TRACE; a++) {
		if (a == TR_ACTION_NOTIFY)
			continue;
		profile((enum tr_action)a);
		rule("execve", TR_ACTION_KILL_PROCESS);
		f = compile(TR_RUNTIME_RUNC);
		ck_assert_uint_ne(ask_name(&f, "clone3"), ENOSYS_RET);
		ck_assert_uint_eq(ask_name(&f, "execve"), SECCOMP_RET_KILL_PROCESS);
		done(&f);
	}
	profile(TR_ACTION_KILL_PROCESS);
	rule("execve", TR_ACTION_ALLOW);
	f = compile(TR_RUNTIME_RUNC);
	ck_assert_uint_eq(ask_name(&f, "clone3"), ENOSYS_RET);
	ck_assert_uint_eq(ask_name(&f, "read"), SECCOMP_RET_KILL_PROCESS);
	done(&f);
}
END_TEST

START_TEST(architectures_keep_their_own_horizon)
{
	struct tr_filter f;

	profile(TR_ACTION_ERRNO);
	tr_seccomp_add_arch(&p, "SCMP_ARCH_X86");
	tr_seccomp_add_arch(&p, "SCMP_ARCH_X32");
	rule("execve", TR_ACTION_ALLOW); /* 59, i386 11, x32 520 */
	f = compile(TR_RUNTIME_RUNC);
	ck_assert_uint_eq(ask(&f, TR_ABI_X86_64, 59, 0), SECCOMP_RET_ALLOW);
	ck_assert_uint_eq(ask(&f, TR_ABI_X86_64, 60, 0), ENOSYS_RET);
	ck_assert_uint_eq(ask(&f, TR_ABI_I386, 11, 0), SECCOMP_RET_ALLOW);
	ck_assert_uint_eq(ask(&f, TR_ABI_I386, 12, 0), ENOSYS_RET);
	ck_assert_uint_eq(ask(&f, TR_ABI_I386, 10, 0), EPERM_RET);
	ck_assert_uint_eq(ask(&f, TR_ABI_X32, 520, 0), SECCOMP_RET_ALLOW);
	ck_assert_uint_eq(ask(&f, TR_ABI_X32, 519, 0), EPERM_RET);
	ck_assert_uint_eq(ask(&f, TR_ABI_X32, 521, 0), ENOSYS_RET);
	ck_assert_uint_eq(ask(&f, TR_ABI_AARCH64, 221, 0), SECCOMP_RET_KILL_THREAD);
	done(&f);
	/* i386 and x32 callers of a profile for x86_64 alone are killed, whatever they call */
	profile(TR_ACTION_ERRNO);
	rule("execve", TR_ACTION_ALLOW);
	f = compile(TR_RUNTIME_RUNC);
	ck_assert_uint_eq(ask(&f, TR_ABI_I386, 11, 0), SECCOMP_RET_KILL_THREAD);
	ck_assert_uint_eq(ask(&f, TR_ABI_X32, 520, 0), SECCOMP_RET_KILL_THREAD);
	done(&f);
}
END_TEST

START_TEST(conditions_on_one_argument_become_or)
{
	struct tr_filter f;
	struct tr_rule *r;

	profile(TR_ACTION_ERRNO);
	r = rule("personality", TR_ACTION_ALLOW);
	tr_rule_add_cond(r, (struct tr_cond){ 0, TR_CMP_GE, 10, 0 });
	tr_rule_add_cond(r, (struct tr_cond){ 0, TR_CMP_LE, 20, 0 });
	f = compile(TR_RUNTIME_RUNC);
	ck_assert_uint_eq(ask(&f, TR_ABI_X86_64, 135, 15), SECCOMP_RET_ALLOW);
	ck_assert_uint_eq(ask(&f, TR_ABI_X86_64, 135, 30), SECCOMP_RET_ALLOW);
	ck_assert_uint_eq(ask(&f, TR_ABI_X86_64, 135, 5), SECCOMP_RET_ALLOW);
	done(&f);

	profile(TR_ACTION_ERRNO);
	r = rule("personality", TR_ACTION_ALLOW);
	tr_rule_add_cond(r, (struct tr_cond){ 0, TR_CMP_MASKED_EQ, 0xffffffff, 8 });
	f = compile(TR_RUNTIME_RUNC);
	ck_assert_uint_eq(ask(&f, TR_ABI_X86_64, 135, 8), SECCOMP_RET_ALLOW);
	ck_assert_uint_eq(ask(&f, TR_ABI_X86_64, 135, 0x100000008), SECCOMP_RET_ALLOW);
	ck_assert_uint_eq(ask(&f, TR_ABI_X86_64, 135, 9), EPERM_RET);
	done(&f);
}
END_TEST

START_TEST(crun_looks_at_six_conditions)
{
	struct tr_filter f;
	struct tr_rule *r;

	for (int kind = TR_RUNTIME_RUNC; kind <= TR_RUNTIME_CRUN; kind++) {
		profile(TR_ACTION_ERRNO);
		r = rule("personality", TR_ACTION_ALLOW);
		for (uint64_t v = 1; v <= 7; v++)
			tr_rule_add_cond(r, (struct tr_cond){ 0, TR_CMP_EQ, v, 0 });
		f = compile((enum tr_runtime_kind)kind);
		ck_assert_uint_eq(ask(&f, TR_ABI_X86_64, 135, 6), SECCOMP_RET_ALLOW);
		ck_assert_uint_eq(ask(&f, TR_ABI_X86_64, 135, 7),
				  kind == TR_RUNTIME_RUNC ? SECCOMP_RET_ALLOW : EPERM_RET);
		done(&f);
	}
}
END_TEST

START_TEST(unknown_names_are_left_out_and_told)
{
	struct tr_filter f = { 0 };
	char **unknown = NULL;

	profile(TR_ACTION_ERRNO);
	rule("zzz_not_yet", TR_ACTION_ALLOW);
	rule("read", TR_ACTION_ALLOW);
	rule("aaa_not_yet", TR_ACTION_ALLOW);
	rule("zzz_not_yet", TR_ACTION_KILL_PROCESS);
	ck_assert_int_eq(tr_compile(&f, &p, TR_RUNTIME_RUNC, &unknown, NULL), 0);
	ck_assert_str_eq(unknown[0], "aaa_not_yet");
	ck_assert_str_eq(unknown[1], "zzz_not_yet");
	ck_assert_ptr_null(unknown[2]);
	tr_strv_free(unknown);
	done(&f);
}
END_TEST

static void refused(enum tr_runtime_kind runtime, const char *part)
{
	struct tr_filter f = { 0 };
	struct tr_err err = { 0 };

	ck_assert_msg(tr_compile(&f, &p, runtime, NULL, &err) < 0, "accepted, wanted: %s", part);
	ck_assert_int_eq(err.kind, TR_ERR_INPUT);
	ck_assert_msg(strstr(tr_err_msg(&err), part) != NULL, "'%s' lacks '%s'", tr_err_msg(&err),
		      part);
	ck_assert_ptr_null(f.insns);
	tr_err_clear(&err);
	tr_seccomp_release(&p);
}

START_TEST(refuses_what_stops_the_container)
{
	struct tr_filter f;

	profile(TR_ACTION_ERRNO);
	tr_seccomp_add_arch(&p, "SCMP_ARCH_ARM64");
	refused(TR_RUNTIME_RUNC, "no architecture 'SCMP_ARCH_ARM64'");
	profile(TR_ACTION_ERRNO);
	tr_seccomp_add_arch(&p, "SCMP_ARCH_NATIVE");
	refused(TR_RUNTIME_RUNC, "SCMP_ARCH_NATIVE");
	profile(TR_ACTION_ERRNO);
	tr_seccomp_add_arch(&p, "SCMP_ARCH_S390X"); /* the other byte order */
	refused(TR_RUNTIME_RUNC, "SCMP_ARCH_S390X");
	profile(TR_ACTION_ERRNO);
	rule("", TR_ACTION_ALLOW)->line = 7;
	refused(TR_RUNTIME_RUNC, "line 7: an empty string");
	profile(TR_ACTION_ERRNO);
	rule("write", TR_ACTION_NOTIFY);
	refused(TR_RUNTIME_RUNC, "SCMP_ACT_NOTIFY for write");
	profile(TR_ACTION_NOTIFY);
	refused(TR_RUNTIME_RUNC, "as the default action");
	profile(TR_ACTION_ERRNO);
	rule("read", TR_ACTION_ERRNO)->errno_ret = 5000;
	refused(TR_RUNTIME_RUNC, "syscall read: libseccomp refuses");
	profile(TR_ACTION_ERRNO);
	p.default_errno = 5000;
	refused(TR_RUNTIME_RUNC, "as the default action");
	profile(TR_ACTION_ERRNO);
	tr_rule_add_cond(rule("read", TR_ACTION_ALLOW), (struct tr_cond){ 6, TR_CMP_EQ, 0, 0 });
	refused(TR_RUNTIME_RUNC, "index 6");
	profile(TR_ACTION_ERRNO);
	tr_rule_add_cond(rule("read", TR_ACTION_ALLOW), (struct tr_cond){ 0, TR_CMP_EQ, 1, 0 });
	tr_rule_add_cond(rule("read", TR_ACTION_TRAP), (struct tr_cond){ 0, TR_CMP_EQ, 1, 0 });
	refused(TR_RUNTIME_RUNC, "different actions");

	/* the runtimes differ over these */
	profile(TR_ACTION_ERRNO);
	rule("read", TR_ACTION_ALLOW)->errno_ret = 1;
	refused(TR_RUNTIME_CRUN, "crun refuses an errno with SCMP_ACT_ALLOW");
	profile(TR_ACTION_ERRNO);
	rule("read", TR_ACTION_ALLOW)->errno_ret = 1;
	f = compile(TR_RUNTIME_RUNC);
	done(&f);
	profile(TR_ACTION_ERRNO);
	rule("", TR_ACTION_ALLOW);
	f = compile(TR_RUNTIME_CRUN);
	done(&f);
}
END_TEST

/* runc 1.2: a tree from 33 names on, and the same answers. */
START_TEST(a_tree_answers_as_a_list_does)
{
	struct tr_filter list, tree;
	unsigned most[2] = { 0 };
	size_t i;

	profile(TR_ACTION_ERRNO);
	tr_seccomp_add_arch(&p, "SCMP_ARCH_X86");
	for (i = 0; i < 32; i++)
		rule(syscall_name(TR_ABI_X86_64, (uint32_t)(i * 7)), TR_ACTION_ALLOW);
	list = compile(TR_RUNTIME_RUNC);
	tree = compile(TR_RUNTIME_RUNC_12);
	ck_assert_uint_eq(list.n, tree.n);
	ck_assert_int_eq(memcmp(list.insns, tree.insns, list.n * sizeof(*list.insns)), 0);
	tr_filter_release(&list);
	tr_filter_release(&tree);
	tr_rule_add_cond(rule("ioctl", TR_ACTION_ALLOW),
			 (struct tr_cond){ 0, TR_CMP_MASKED_EQ, 0xffffffff, 1 });
	list = compile(TR_RUNTIME_RUNC);
	tree = compile(TR_RUNTIME_RUNC_12);
	ck_assert_uint_ne(list.n, tree.n);
	for (uint32_t nr = 0; nr < 500; nr++) {
		struct tr_seccomp_data d = { .nr = (int32_t)nr, .arch = AUDIT_ARCH_X86_64 };
		unsigned steps[2];

		d.args[0] = nr & 1;
		ck_assert_uint_eq(tr_filter_run(&list, &d, &steps[0]),
				  tr_filter_run(&tree, &d, &steps[1]));
		for (i = 0; i < 2; i++)
			most[i] = steps[i] > most[i] ? steps[i] : most[i];
		d.arch = AUDIT_ARCH_I386;
		ck_assert_uint_eq(tr_filter_run(&list, &d, NULL), tr_filter_run(&tree, &d, NULL));
	}
	ck_assert_uint_lt(most[1], most[0]);
	tr_filter_release(&list);
	done(&tree);
}
END_TEST

/* Where a profile names no architecture, only runc 1.2's stub is for the machine's. */
START_TEST(the_stub_for_a_machine_that_is_not_named)
{
	struct tr_filter f;

	tr_seccomp_init(&p);
	rule("read", TR_ACTION_ALLOW);
	rule("execve", TR_ACTION_ALLOW);
	f = compile(TR_RUNTIME_RUNC);
	ck_assert_uint_eq(ask_name(&f, "clone3"), EPERM_RET);
	tr_filter_release(&f);
	f = compile(TR_RUNTIME_RUNC_12);
	ck_assert_uint_eq(ask_name(&f, "clone3"), ENOSYS_RET);
	ck_assert_uint_eq(ask_name(&f, "write"), EPERM_RET);
	done(&f);
}
END_TEST

START_TEST(an_architecture_that_old_runc_does_not_know)
{
	struct tr_filter f = { 0 };

	profile(TR_ACTION_ERRNO);
	tr_seccomp_add_arch(&p, "SCMP_ARCH_RISCV64");
	rule("read", TR_ACTION_ALLOW);
	ck_assert_int_lt(tr_compile(&f, &p, TR_RUNTIME_RUNC, NULL, NULL), 0);
	f = compile(TR_RUNTIME_RUNC_12);
	done(&f);
}
END_TEST

START_TEST(for_another_machine)
{
	struct tr_filter f = { 0 };
	struct tr_err err = { 0 };

	tr_seccomp_init(&p);
	rule("read", TR_ACTION_ALLOW); /* 63 there */
	ck_assert_msg(tr_compile_for(&f, &p, TR_RUNTIME_CRUN, "SCMP_ARCH_AARCH64", NULL, &err) == 0,
		      "%s", tr_err_msg(&err));
	ck_assert_uint_eq(ask(&f, TR_ABI_AARCH64, 63, 0), SECCOMP_RET_ALLOW);
	ck_assert_uint_eq(ask(&f, TR_ABI_AARCH64, 0, 0), EPERM_RET);
	/* this one has no part in it */
	ck_assert_uint_eq(ask(&f, TR_ABI_X86_64, 0, 0), SECCOMP_RET_KILL_THREAD);
	done(&f);
}
END_TEST

TR_SUITE("compile", horizon_moves_with_the_highest_name, mentioning_counts_whatever_the_action,
	 no_stub_where_runc_makes_none, architectures_keep_their_own_horizon,
	 conditions_on_one_argument_become_or, crun_looks_at_six_conditions,
	 unknown_names_are_left_out_and_told, refuses_what_stops_the_container,
	 a_tree_answers_as_a_list_does, the_stub_for_a_machine_that_is_not_named,
	 for_another_machine, an_architecture_that_old_runc_does_not_know)
