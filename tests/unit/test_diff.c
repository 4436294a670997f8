// SPDX-License-Identifier: Apache-2.0
#include <check.h>
#include <linux/seccomp.h>
#include <string.h>

#include "lib/suite.h"
#include "tables/syscalls.h"
#include "trammel/diff.h"
#include "trammel/seccomp.h"

static struct tr_diff d;
static struct tr_err err;

static struct tr_seccomp read_profile(const char *text)
{
	struct tr_seccomp p;

	if (*text == '{')
		ck_assert_msg(tr_seccomp_parse(&p, text, strlen(text), "p", &err) == 0, "%s",
			      tr_err_msg(&err));
	else
		ck_assert_msg(tr_seccomp_read(&p, text, &err) == 0, "%s", tr_err_msg(&err));
	return p;
}

static struct tr_diff_side profile_side(const struct tr_seccomp *p)
{
	return (struct tr_diff_side){ .kind = TR_DIFF_PROFILE, .profile = p };
}

static void compare_sides(const struct tr_diff_side *a, const struct tr_diff_side *b)
{
	ck_assert_msg(tr_diff_seccomp(&d, a, b, NULL, &err) == 0, "%s", tr_err_msg(&err));
}

static void compare(const char *a, const char *b)
{
	struct tr_seccomp pa = read_profile(a), pb = read_profile(b);
	struct tr_diff_side sa = profile_side(&pa), sb = profile_side(&pb);

	compare_sides(&sa, &sb);
	tr_seccomp_release(&pa);
	tr_seccomp_release(&pb);
}

static const struct tr_diff_call *call_of(enum tr_abi abi, const char *name)
{
	for (size_t i = 0; i < d.n; i++)
		if (d.v[i].name && d.v[i].abi == abi && !strcmp(d.v[i].name, name))
			return &d.v[i];
	return NULL;
}

#define PROFILE(rules)                                                    \
	"{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"defaultErrnoRet\":1,"    \
	"\"architectures\":[\"SCMP_ARCH_X86_64\",\"SCMP_ARCH_AARCH64\"]," \
	"\"syscalls\":[" rules "]}"
#define ALLOW(name) "{\"names\":[\"" name "\"],\"action\":\"SCMP_ACT_ALLOW\"}"
#define ALLOW_IF(name, args) \
	"{\"names\":[\"" name "\"],\"action\":\"SCMP_ACT_ALLOW\",\"args\":[" args "]}"
#define MASKED(i, mask, v) \
	"{\"index\":" #i ",\"op\":\"SCMP_CMP_MASKED_EQ\",\"value\":" #mask ",\"valueTwo\":" #v "}"
#define OP(i, op, v) "{\"index\":" #i ",\"op\":\"SCMP_CMP_" op "\",\"value\":" #v "}"

START_TEST(same_is_nothing)
{
	static const char *const names[] = { "docker-default", "docker-default@20.10",
					     "podman-default", PROFILE(ALLOW("read")) };

	for (size_t i = 0; i < 4; i++) {
		compare(names[i], names[i]);
		ck_assert_uint_eq(d.n, 0);
		ck_assert_uint_gt(d.n_asked, 1500);
		ck_assert_uint_eq(d.abis, 1u << TR_ABI_X86_64 | 1u << TR_ABI_I386 |
						  1u << TR_ABI_X32 | 1u << TR_ABI_AARCH64);
		tr_diff_release(&d);
	}
}
END_TEST

/* The same meaning in other words: order, grouping, several rules for one. */
START_TEST(spelling_is_nothing)
{
	compare(PROFILE(ALLOW_IF("socket", OP(0, "EQ", 1)) "," ALLOW("read") "," ALLOW("write")),
		PROFILE("{\"names\":[\"write\",\"read\"],\"action\":\"SCMP_ACT_ALLOW\"}," ALLOW_IF(
			"socket", MASKED(0, 18446744073709551615, 1))));
	ck_assert_uint_eq(d.n, 0);
	tr_diff_release(&d);
}
END_TEST

START_TEST(a_name_more)
{
	const struct tr_diff_call *c;

	compare(PROFILE(ALLOW("read")), PROFILE(ALLOW("read") "," ALLOW("mount")));
	ck_assert_uint_eq(d.n_more, 2);
	ck_assert_uint_eq(d.n_less, 0);
	c = call_of(TR_ABI_X86_64, "mount");
	ck_assert_ptr_nonnull(c);
	ck_assert(c->more && !c->less && !c->otherwise && !c->partial);
	ck_assert_int_eq(c->verdict[0], TR_VERDICT_DENIED);
	ck_assert_int_eq(c->verdict[1], TR_VERDICT_ALLOWED);
	ck_assert_uint_eq(c->example[0][0].matter, 0);
	ck_assert_ptr_nonnull(call_of(TR_ABI_AARCH64, "mount"));
	/* i386 and x32 are let in by neither. */
	ck_assert_ptr_null(call_of(TR_ABI_I386, "mount"));
	tr_diff_release(&d);

	compare(PROFILE(ALLOW("read") "," ALLOW("mount")), PROFILE(ALLOW("read")));
	ck_assert_uint_eq(d.n_more, 0);
	ck_assert_uint_eq(d.n_less, 2);
	tr_diff_release(&d);
}
END_TEST

/* One of the values, one bit of a mask, one border, the upper half of an int. */
START_TEST(arguments_more)
{
	static const struct {
		const char *a, *b;
		uint64_t arg0; /* that only b allows */
	} rows[] = {
		{ ALLOW_IF("socket", OP(0, "EQ", 1)),
		  ALLOW_IF("socket", OP(0, "EQ", 1)) "," ALLOW_IF("socket", OP(0, "EQ", 40)), 40 },
		{ ALLOW_IF("socket", MASKED(0, 2114060288, 0)),
		  ALLOW_IF("socket", MASKED(0, 2113929216, 0)), 0x20000 },
		{ ALLOW_IF("socket", OP(0, "LT", 38)), ALLOW_IF("socket", OP(0, "LE", 38)), 38 },
		{ ALLOW_IF("socket", OP(0, "EQ", 2)), ALLOW_IF("socket", MASKED(0, 4294967295, 2)),
		  0x100000002 },
		{ ALLOW_IF("socket", OP(0, "EQ", 2) "," OP(1, "EQ", 7)),
		  ALLOW_IF("socket", OP(0, "EQ", 2)), 2 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char a[1024], b[1024];
		const struct tr_diff_call *c;

		snprintf(a, sizeof(a), PROFILE("%s"), rows[i].a);
		snprintf(b, sizeof(b), PROFILE("%s"), rows[i].b);
		compare(a, b);
		c = call_of(TR_ABI_X86_64, "socket");
		ck_assert_msg(c && c->more && !c->less, "row %zu", i);
		ck_assert_msg(c->example[0][0].args[0] == rows[i].arg0, "row %zu: %#llx", i,
			      (unsigned long long)c->example[0][0].args[0]);
		ck_assert(c->example[0][0].matter & 1);
		ck_assert_uint_eq(c->example[0][0].ret[0], SECCOMP_RET_ERRNO | 1);
		ck_assert_uint_eq(c->example[0][0].ret[1], SECCOMP_RET_ALLOW);
		tr_diff_release(&d);
		compare(b, a);
		ck_assert_uint_eq(d.n_more, 0);
		ck_assert_uint_eq(d.n_less, 2);
		tr_diff_release(&d);
	}
}
END_TEST

/* An errno, LOG for ALLOW: nothing is granted, and it is said. */
START_TEST(otherwise)
{
	const struct tr_diff_call *c;

	compare(PROFILE(ALLOW("read") "," ALLOW("clone3")),
		PROFILE("{\"names\":[\"read\"],\"action\":\"SCMP_ACT_LOG\"}," ALLOW("clone3")));
	ck_assert_uint_eq(d.n_more + d.n_less, 0);
	c = call_of(TR_ABI_X86_64, "read");
	ck_assert(c && c->otherwise);
	tr_diff_release(&d);
	compare(PROFILE(ALLOW("clone3")),
		PROFILE(ALLOW("clone3") ",{\"names\":[\"mount\"],\"action\":\"SCMP_ACT_ERRNO\","
					"\"errnoRet\":38}"));
	c = call_of(TR_ABI_X86_64, "mount");
	ck_assert(c && c->otherwise && !c->more);
	ck_assert_uint_eq(c->example[2][0].ret[1], SECCOMP_RET_ERRNO | 38);
	tr_diff_release(&d);
}
END_TEST

/* A list of refusals lets in what has no name. */
START_TEST(numbers_without_a_name)
{
	compare(PROFILE(ALLOW("read")), "{\"defaultAction\":\"SCMP_ACT_ALLOW\"}");
	ck_assert_ptr_null(d.v[d.n - 1].name);
	ck_assert(d.v[d.n - 1].more);
	ck_assert_uint_gt(d.v[d.n - 1].n_unnamed, 100);
	tr_diff_release(&d);
}
END_TEST

/* Nothing in force allows everything; of two filters the harder one counts. */
START_TEST(filters)
{
	struct tr_seccomp p = read_profile(PROFILE(ALLOW("read")));
	struct sock_filter_ {
		uint16_t code;
		uint8_t jt, jf;
		uint32_t k;
	} allow = { 6, 0, 0, SECCOMP_RET_ALLOW }, kill = { 6, 0, 0, SECCOMP_RET_KILL_PROCESS };
	struct tr_filter two[2] = { { (struct sock_filter *)&allow, 1 },
				    { (struct sock_filter *)&kill, 1 } };
	struct tr_diff_side a = profile_side(&p), b = { .kind = TR_DIFF_FILTERS };

	compare_sides(&a, &b);
	ck_assert_uint_gt(d.n_more, 300);
	/* A filter is this machine's. */
	ck_assert_uint_eq(d.abis & 1u << TR_ABI_AARCH64,
			  syscall_native_abi() == TR_ABI_AARCH64 ? 1u << TR_ABI_AARCH64 : 0);
	tr_diff_release(&d);
	b.filters = two;
	b.n_filters = 2;
	compare_sides(&a, &b);
	ck_assert_uint_eq(d.n_more, 0);
	ck_assert_uint_ge(d.n_less, 1);
	tr_diff_release(&d);
	tr_seccomp_release(&p);
}
END_TEST

/* Recordings */

static void saw(struct tr_facts *f, const char *name)
{
	struct tr_fact fact = { .kind = TR_FACT_SYSCALL,
				.abi = TR_ABI_X86_64,
				.nr = (uint32_t)syscall_number(TR_ABI_X86_64, name) };

	tr_u32set_add(&fact.ev.recordings, 0);
	fact.ev.flags = TR_EV_DONE;
	tr_facts_add(f, &fact, NULL);
}

static void saw_arg(struct tr_facts *f, const char *name, uint8_t index, uint64_t value)
{
	struct tr_fact fact = { .kind = TR_FACT_ARG,
				.abi = TR_ABI_X86_64,
				.nr = (uint32_t)syscall_number(TR_ABI_X86_64, name),
				.arg = { index, value, false } };

	tr_u32set_add(&fact.ev.recordings, 0);
	fact.ev.flags = TR_EV_DONE;
	tr_facts_add(f, &fact, NULL);
}

static void start(struct tr_facts *f)
{
	struct tr_recording rec = { 0 };

	tr_facts_init(f);
	tr_recording_new_id(&rec);
	tr_facts_add_recording(f, &rec);
	saw(f, "read");
}

static struct tr_diff_side facts_side(const struct tr_facts *f)
{
	return (struct tr_diff_side){ .kind = TR_DIFF_FACTS, .facts = f };
}

START_TEST(what_was_done)
{
	struct tr_seccomp p = read_profile(
		PROFILE(ALLOW("read") "," ALLOW_IF("fcntl", MASKED(1, 4294967295, 3))));
	struct tr_diff_side a = profile_side(&p), b;
	struct tr_facts f = { 0 };
	const struct tr_diff_call *c;

	start(&f);
	b = facts_side(&f);
	/* The profile grants fcntl, and nobody called it; that is no more of the recording's. */
	compare_sides(&a, &b);
	ck_assert_uint_eq(d.n_more, 0);
	ck_assert_uint_eq(d.n_less, 1);
	ck_assert_ptr_nonnull(call_of(TR_ABI_X86_64, "fcntl"));
	tr_diff_release(&d);
	/* Called, and not known with what. */
	saw(&f, "fcntl");
	compare_sides(&a, &b);
	ck_assert_uint_eq(d.n, 0);
	ck_assert_uint_eq(d.n_undecided, 1);
	tr_diff_release(&d);
	saw_arg(&f, "fcntl", 1, 3);
	compare_sides(&a, &b);
	ck_assert_uint_eq(d.n, 0);
	ck_assert_uint_eq(d.n_undecided, 0);
	tr_diff_release(&d);
	saw_arg(&f, "fcntl", 1, 1030);
	saw(&f, "mount");
	compare_sides(&a, &b);
	ck_assert_uint_eq(d.n_more, 2);
	c = call_of(TR_ABI_X86_64, "fcntl");
	ck_assert(c && c->more);
	ck_assert_uint_eq(c->example[0][0].args[1], 1030);
	ck_assert_uint_eq(c->example[0][0].matter, 2);
	ck_assert(call_of(TR_ABI_X86_64, "mount")->more);
	tr_diff_release(&d);
	tr_facts_release(&f);
	tr_seccomp_release(&p);
}
END_TEST

/* Where all values are known, what else a profile lets through is more than was done. */
START_TEST(with_which_arguments)
{
	struct tr_seccomp p =
		read_profile(PROFILE(ALLOW("read") "," ALLOW("ioctl") "," ALLOW("socket")));
	struct tr_diff_side a, b = profile_side(&p);
	struct tr_fact sock = { .kind = TR_FACT_SOCKET, .sock = { 2, 1, 0 } };
	struct tr_facts f = { 0 };
	const struct tr_diff_call *c;

	start(&f);
	a = facts_side(&f);
	saw(&f, "ioctl");
	saw(&f, "socket");
	saw_arg(&f, "ioctl", 1, 0x5401);
	sock.ev.flags = TR_EV_DONE;
	tr_u32set_add(&sock.ev.recordings, 0);
	tr_facts_add(&f, &sock, NULL);
	/* The recording does not say that it looked at them. */
	compare_sides(&a, &b);
	ck_assert_uint_eq(d.n, 0);
	tr_diff_release(&d);
	f.recordings[0].ended = TR_ENDED_EXITED;
	tr_context_add(&f.recordings[0], "arguments", "ioctl");
	tr_context_add(&f.recordings[0], "arguments", "socket");
	compare_sides(&a, &b);
	ck_assert_uint_eq(d.n_more, 2);
	ck_assert_uint_eq(d.n_less, 0);
	c = call_of(TR_ABI_X86_64, "ioctl");
	ck_assert(c && c->more);
	ck_assert_uint_eq(c->example[0][0].args[1], 0);
	ck_assert_int_eq(c->verdict[0], TR_VERDICT_DEPENDS);
	c = call_of(TR_ABI_X86_64, "socket");
	/* Another family, another type: the protocol says nothing new of such a socket. */
	ck_assert_uint_eq(c->n_cases[0], 2);
	tr_diff_release(&d);
	tr_facts_release(&f);
	tr_seccomp_release(&p);
}
END_TEST

START_TEST(two_recordings)
{
	struct tr_facts f = { 0 }, g = { 0 };
	struct tr_diff_side a = facts_side(&f), b = facts_side(&g);

	start(&f);
	start(&g);
	compare_sides(&a, &b);
	ck_assert_uint_eq(d.n, 0);
	tr_diff_release(&d);
	saw(&f, "ioctl");
	saw(&g, "ioctl");
	saw(&g, "mount");
	saw_arg(&f, "ioctl", 1, 0x5401);
	saw_arg(&g, "ioctl", 1, 0x5401);
	saw_arg(&g, "ioctl", 1, 0x5412);
	compare_sides(&a, &b);
	ck_assert_uint_eq(d.n_more, 2);
	ck_assert_uint_eq(d.n_less, 0);
	ck_assert_uint_eq(call_of(TR_ABI_X86_64, "ioctl")->example[0][0].args[1], 0x5412);
	tr_diff_release(&d);
	compare_sides(&b, &a);
	ck_assert_uint_eq(d.n_more, 0);
	ck_assert_uint_eq(d.n_less, 2);
	tr_diff_release(&d);
	tr_facts_release(&f);
	tr_facts_release(&g);
}
END_TEST

START_TEST(capabilities)
{
	static const char *const admin[] = { "CAP_SYS_ADMIN" };
	struct tr_diff_opts opts = { .caps = admin, .n_caps = 1 };
	struct tr_seccomp p = read_profile(PROFILE(ALLOW("read"))),
			  q = read_profile("docker-default");
	struct tr_diff_side a = profile_side(&p), b = profile_side(&q);

	compare_sides(&a, &b);
	ck_assert_ptr_null(call_of(TR_ABI_X86_64, "mount"));
	tr_diff_release(&d);
	ck_assert_int_eq(tr_diff_seccomp(&d, &a, &b, &opts, &err), 0);
	ck_assert(call_of(TR_ABI_X86_64, "mount")->more);
	tr_diff_release(&d);
	tr_seccomp_release(&p);
	tr_seccomp_release(&q);
}
END_TEST

START_TEST(refused)
{
	struct tr_seccomp p = read_profile(PROFILE(ALLOW("read"))),
			  q = read_profile(PROFILE(ALLOW("read")));
	struct tr_diff_side a = profile_side(&p), b = profile_side(&q);

	tr_seccomp_add_arch(&q, "SCMP_ARCH_NATIVE");
	ck_assert_int_eq(tr_diff_seccomp(&d, &a, &b, NULL, &err), -1);
	ck_assert_int_eq(err.kind, TR_ERR_INPUT);
	ck_assert_ptr_nonnull(strstr(tr_err_msg(&err), "the second"));
	tr_err_clear(&err);
	tr_seccomp_release(&p);
	tr_seccomp_release(&q);
}
END_TEST

TR_SUITE("diff", same_is_nothing, spelling_is_nothing, a_name_more, arguments_more, otherwise,
	 numbers_without_a_name, filters, what_was_done, with_which_arguments, two_recordings,
	 capabilities, refused)
