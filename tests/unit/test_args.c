// SPDX-License-Identifier: Apache-2.0
/* Recorded arguments become conditions that let in what was seen and nothing beside it. */
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "eval/compile.h"
#include "lib/suite.h"
#include "policy/args.h"
#include "tables/args.h"
#include "tables/syscalls.h"
#include "trammel/check.h"
#include "trammel/policy.h"
#include "util/mem.h"

static struct tr_facts facts_of(bool looked)
{
	struct tr_recording rec = { 0 };
	struct tr_facts f;

	tr_facts_init(&f);
	tr_recording_new_id(&rec);
	rec.subject = tr_xstrdup("test");
	rec.ended = TR_ENDED_EXITED;
	rec.start_seen = true;
	for (size_t i = 0; looked && i < syscall_count(); i++)
		if (arg_spec_of(syscall_at(i)))
			tr_context_add(&rec, "arguments", syscall_at(i));
	tr_facts_add_recording(&f, &rec);
	return f;
}

static void add(struct tr_facts *f, struct tr_fact fact)
{
	fact.ev.flags = TR_EV_DONE;
	fact.ev.phases = TR_PHASE_MAIN;
	tr_u32set_add(&fact.ev.recordings, 0);
	tr_facts_add(f, &fact, NULL);
}

static void call(struct tr_facts *f, const char *name)
{
	add(f, (struct tr_fact){ .kind = TR_FACT_SYSCALL,
				 .nr = (uint32_t)syscall_number(TR_ABI_X86_64, name) });
}

static void arg(struct tr_facts *f, const char *name, uint8_t index, uint64_t value)
{
	struct tr_fact fact = { .kind = TR_FACT_ARG,
				.nr = (uint32_t)syscall_number(TR_ABI_X86_64, name) };

	call(f, name);
	fact.arg.index = index;
	fact.arg.value = value;
	add(f, fact);
}

static void sock(struct tr_facts *f, uint16_t family, uint16_t type, uint32_t protocol)
{
	struct tr_fact fact = { .kind = TR_FACT_SOCKET };

	fact.sock.family = family;
	fact.sock.type = type;
	fact.sock.protocol = protocol;
	call(f, "socket");
	add(f, fact);
}

static struct tr_filter compiled(const struct tr_facts *f, enum tr_policy_args level)
{
	/* a new user namespace is on the risk list */
	static const struct tr_policy_accept accept = { "syscall:clone", NULL };
	const struct tr_policy_opts opts = {
		.runtime = "none", .args = level, .accepts = &accept, .n_accepts = 1
	};
	struct tr_check_seccomp check;
	struct tr_err err = { 0 };
	struct tr_filter filter;
	struct tr_seccomp p;

	ck_assert_msg(tr_policy_seccomp(&p, f, &opts, NULL, &err) == 0, "%s", tr_err_msg(&err));
	ck_assert_msg(tr_compile(&filter, &p, TR_RUNTIME_RUNC, NULL, &err) == 0, "%s",
		      tr_err_msg(&err));
	/* Whatever was narrowed, the proof must go through. */
	ck_assert_int_eq(tr_check_seccomp(&check, &p, f, &err), 0);
	ck_assert_uint_eq(check.n_denied, 0);
	if (level != TR_POLICY_ARGS_NONE)
		ck_assert_uint_eq(check.n_depends, 0);
	tr_check_seccomp_release(&check);
	tr_seccomp_release(&p);
	return filter;
}

static bool allows(const struct tr_filter *f, const char *name, uint64_t a0, uint64_t a1,
		   uint64_t a2)
{
	struct tr_seccomp_data d = { 0 };

	d.arch = tr_audit_arch(TR_ABI_X86_64);
	d.nr = tr_filter_nr(TR_ABI_X86_64, (uint32_t)syscall_number(TR_ABI_X86_64, name));
	d.args[0] = a0;
	d.args[1] = a1;
	d.args[2] = a2;
	return tr_filter_run(f, &d, NULL) == SECCOMP_RET_ALLOW;
}

START_TEST(equal_values)
{
	struct tr_facts f = facts_of(true);
	struct tr_filter p;

	arg(&f, "ioctl", 1, 0x5401);
	arg(&f, "ioctl", 1, 0x5413);
	p = compiled(&f, TR_POLICY_ARGS_RISKY);
	ck_assert(allows(&p, "ioctl", 7, 0x5401, 99));
	ck_assert(allows(&p, "ioctl", 0, 0x5413, 0));
	/* The kernel takes the command as an unsigned int: what is above it must not decide. */
	ck_assert(allows(&p, "ioctl", 0, 0xabcd00005413, 0));
	ck_assert(!allows(&p, "ioctl", 0, 0x5412, 0)); /* TIOCSTI */
	ck_assert(!allows(&p, "ioctl", 0, 0x541c, 0)); /* TIOCLINUX */
	ck_assert(!allows(&p, "ioctl", 0, 0x100005412, 0));
	ck_assert(!allows(&p, "ioctl", 0, 0x5400, 0));
	tr_filter_release(&p);
	p = compiled(&f, TR_POLICY_ARGS_NONE);
	ck_assert(allows(&p, "ioctl", 0, 0x5400, 0));
	ck_assert(!allows(&p, "ioctl", 0, 0x5412, 0)); /* nobody accepted it */
	tr_filter_release(&p);
	tr_facts_release(&f);
}
END_TEST

START_TEST(bits)
{
	struct tr_facts f = facts_of(true);
	struct tr_filter p;

	arg(&f, "clone", 0, 0x3d0f00); /* a thread */
	arg(&f, "clone", 0, 0x10000000 | 17); /* CLONE_NEWUSER */
	arg(&f, "mprotect", 2, 1);
	p = compiled(&f, TR_POLICY_ARGS_ALL);
	ck_assert(allows(&p, "clone", 0x3d0f00, 0, 0));
	ck_assert(allows(&p, "clone", 17, 0, 0)); /* fork: bits that do not matter */
	ck_assert(allows(&p, "clone", 0x10000000, 0, 0));
	ck_assert(!allows(&p, "clone", 0x20000000, 0, 0)); /* CLONE_NEWPID */
	ck_assert(!allows(&p, "clone", 0x30000000, 0, 0));
	ck_assert(!allows(&p, "clone", 0x10020000, 0, 0));
	ck_assert(allows(&p, "mprotect", 0, 0, 3));
	ck_assert(!allows(&p, "mprotect", 0, 0, 5));
	tr_filter_release(&p);
	/* mprotect is not risky */
	p = compiled(&f, TR_POLICY_ARGS_RISKY);
	ck_assert(allows(&p, "mprotect", 0, 0, 5));
	ck_assert(!allows(&p, "clone", 0x20000000, 0, 0));
	tr_filter_release(&p);
	tr_facts_release(&f);
}
END_TEST

START_TEST(sockets)
{
	struct tr_facts f = facts_of(true);
	struct tr_filter p;

	sock(&f, 1, 1, 0);
	sock(&f, 2, 1, 6);
	sock(&f, 16, 3, 0); /* netlink, route */
	p = compiled(&f, TR_POLICY_ARGS_RISKY);
	ck_assert(allows(&p, "socket", 1, 2 | 02000000, 0)); /* unix: any type */
	ck_assert(allows(&p, "socket", 2, 1 | 02004000, 0)); /* inet stream, with flags */
	ck_assert(!allows(&p, "socket", 2, 2, 0)); /* inet datagram */
	ck_assert(!allows(&p, "socket", 2, 3, 1)); /* inet raw */
	ck_assert(allows(&p, "socket", 16, 3, 0));
	ck_assert(!allows(&p, "socket", 16, 3, 12)); /* netlink, netfilter */
	ck_assert(!allows(&p, "socket", 16, 2, 0));
	ck_assert(!allows(&p, "socket", 17, 3, 0)); /* packet */
	ck_assert(!allows(&p, "socket", 38, 5, 0)); /* alg */
	ck_assert(!allows(&p, "socket", 40, 1, 0)); /* vsock */
	tr_filter_release(&p);
	tr_facts_release(&f);
}
END_TEST

START_TEST(what_is_not_known_stays_unconditional)
{
	struct policy_alternative a[POLICY_MAX_ALTERNATIVES];
	struct tr_fact over = { .kind = TR_FACT_ARG,
				.nr = (uint32_t)syscall_number(TR_ABI_X86_64, "prctl") };
	struct tr_facts f = facts_of(false);
	size_t n;

	/* nobody looked */
	arg(&f, "ioctl", 1, 1);
	ck_assert_int_eq(policy_args(&f, "ioctl", TR_POLICY_ARGS_ALL, a, &n), POLICY_ARGS_UNSEEN);
	tr_facts_release(&f);

	f = facts_of(true);
	/* made, and no value came: something is missing */
	call(&f, "keyctl");
	ck_assert_int_eq(policy_args(&f, "keyctl", TR_POLICY_ARGS_ALL, a, &n), POLICY_ARGS_UNSEEN);
	/* never made */
	ck_assert_int_eq(policy_args(&f, "bpf", TR_POLICY_ARGS_ALL, a, &n), POLICY_ARGS_UNSEEN);
	/* no argument of it is recorded */
	call(&f, "read");
	ck_assert_int_eq(policy_args(&f, "read", TR_POLICY_ARGS_ALL, a, &n), POLICY_ARGS_PLAIN);
	/* too many values, by the recorder's count and by ours */
	arg(&f, "prctl", 0, 1);
	over.arg.overflow = true;
	add(&f, over);
	ck_assert_int_eq(policy_args(&f, "prctl", TR_POLICY_ARGS_ALL, a, &n), POLICY_ARGS_OPEN);
	for (uint64_t v = 0; v < POLICY_MAX_ALTERNATIVES; v++)
		arg(&f, "fcntl", 1, v);
	ck_assert_int_eq(policy_args(&f, "fcntl", TR_POLICY_ARGS_ALL, a, &n), POLICY_ARGS_NARROWED);
	ck_assert_uint_eq(n, POLICY_MAX_ALTERNATIVES);
	arg(&f, "fcntl", 1, 0x100000000); /* 0 again, as the kernel sees it */
	ck_assert_int_eq(policy_args(&f, "fcntl", TR_POLICY_ARGS_ALL, a, &n), POLICY_ARGS_NARROWED);
	arg(&f, "fcntl", 1, 1000);
	ck_assert_int_eq(policy_args(&f, "fcntl", TR_POLICY_ARGS_ALL, a, &n), POLICY_ARGS_OPEN);
	/* every bit that matters was seen */
	arg(&f, "mmap", 2, 7);
	ck_assert_int_eq(policy_args(&f, "mmap", TR_POLICY_ARGS_ALL, a, &n), POLICY_ARGS_WHOLE);
	tr_facts_release(&f);
}
END_TEST

START_TEST(a_lossy_recording_proves_nothing)
{
	struct policy_alternative a[POLICY_MAX_ALTERNATIVES];
	struct tr_facts f = facts_of(true);
	size_t n;

	arg(&f, "ioctl", 1, 1);
	ck_assert_int_eq(policy_args(&f, "ioctl", TR_POLICY_ARGS_ALL, a, &n), POLICY_ARGS_NARROWED);
	f.recordings[0].losses[TR_LOSS_RING] = 1;
	ck_assert_int_eq(policy_args(&f, "ioctl", TR_POLICY_ARGS_ALL, a, &n), POLICY_ARGS_UNSEEN);
	tr_facts_release(&f);
}
END_TEST

START_TEST(verify_names_the_value)
{
	struct tr_facts few = facts_of(true), more = facts_of(true);
	const struct tr_policy_opts opts = { .runtime = "none" };
	struct tr_check_seccomp check;
	const struct tr_check_syscall *found = NULL;
	struct tr_seccomp p;

	arg(&few, "ioctl", 1, 0x5401);
	arg(&more, "ioctl", 1, 0x5401);
	arg(&more, "ioctl", 1, 0x5412);
	ck_assert_int_eq(tr_policy_seccomp(&p, &few, &opts, NULL, NULL), 0);
	ck_assert_int_eq(tr_check_seccomp(&check, &p, &more, NULL), 0);
	ck_assert_uint_eq(check.n_denied, 1);
	for (size_t i = 0; i < check.n_syscalls; i++)
		if (check.syscalls[i].verdict == TR_VERDICT_DENIED)
			found = &check.syscalls[i];
	ck_assert_ptr_nonnull(found);
	ck_assert_ptr_nonnull(found->value);
	ck_assert_uint_eq(found->value->arg.value, 0x5412);
	ck_assert(found->by_args);
	tr_check_seccomp_release(&check);
	tr_seccomp_release(&p);
	tr_facts_release(&few);
	tr_facts_release(&more);
}
END_TEST

START_TEST(the_table_is_what_it_says)
{
	const struct arg_spec *specs;
	size_t n = arg_specs(&specs);

	ck_assert_uint_gt(n, 10);
	for (size_t i = 0; i < n; i++) {
		ck_assert_msg(syscall_index(specs[i].name) >= 0, "%s", specs[i].name);
		ck_assert_msg(!i || strcmp(specs[i - 1].name, specs[i].name) < 0, "%s",
			      specs[i].name);
		ck_assert(specs[i].index >= -1 && specs[i].index <= 4);
		ck_assert((specs[i].form == ARG_BITS) == (specs[i].mask != 0));
		ck_assert((specs[i].form == ARG_SOCKET) == (specs[i].index == -1));
		ck_assert(*specs[i].why);
	}
	ck_assert_ptr_null(arg_spec_of("read"));
	ck_assert_int_eq(arg_spec_of("ioctl")->class, ARG_RISKY);
	ck_assert_uint_eq(arg_spec_of("clone")->mask, 0x7e020000);
}
END_TEST

/* What has to be there whatever else is, with the bits as the kernel's headers have them. */
START_TEST(the_table_has_what_decides)
{
	const uint32_t namespaces = CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC |
				    CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET;
	const struct {
		const char *name;
		int index;
		enum arg_form form;
		uint32_t mask;
		bool risky;
	} rows[] = {
		{ "socket", -1, ARG_SOCKET, 0, true },
		{ "socketpair", -1, ARG_SOCKET, 0, true },
		{ "clone", 0, ARG_BITS, namespaces, true },
		/* clone has the signal where unshare has time's bit */
		{ "unshare", 0, ARG_BITS, namespaces | 0x80, true },
		{ "setns", 1, ARG_EQUAL, 0, true },
		{ "personality", 0, ARG_EQUAL, 0, true },
		{ "prctl", 0, ARG_EQUAL, 0, false },
		{ "arch_prctl", 0, ARG_EQUAL, 0, false },
		{ "ioctl", 1, ARG_EQUAL, 0, true },
		{ "fcntl", 1, ARG_EQUAL, 0, false },
		{ "fcntl64", 1, ARG_EQUAL, 0, false },
		{ "ptrace", 0, ARG_EQUAL, 0, true },
		{ "bpf", 0, ARG_EQUAL, 0, true },
		{ "keyctl", 0, ARG_EQUAL, 0, true },
		{ "io_uring_register", 1, ARG_EQUAL, 0, true },
		{ "mmap", 2, ARG_BITS, PROT_EXEC, false },
		{ "mmap2", 2, ARG_BITS, PROT_EXEC, false },
		{ "mprotect", 2, ARG_BITS, PROT_EXEC, false },
		{ "pkey_mprotect", 2, ARG_BITS, PROT_EXEC, false },
	};

	for (size_t i = 0; i < TR_ARRAY_SIZE(rows); i++) {
		const struct arg_spec *s = arg_spec_of(rows[i].name);

		ck_assert_msg(s != NULL, "%s", rows[i].name);
		ck_assert_msg(s->index == rows[i].index && s->form == rows[i].form &&
				      s->mask == rows[i].mask &&
				      s->class == (rows[i].risky ? ARG_RISKY : ARG_ALL),
			      "%s", rows[i].name);
	}
	/* its flags are behind a pointer */
	ck_assert_ptr_null(arg_spec_of("clone3"));
}
END_TEST

TR_SUITE("args", the_table_has_what_decides, equal_values, bits, sockets,
	 what_is_not_known_stays_unconditional, a_lossy_recording_proves_nothing,
	 verify_names_the_value, the_table_is_what_it_says)
