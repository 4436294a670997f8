// SPDX-License-Identifier: Apache-2.0
/*
 * Every row of profiles/args.csv, with random values seen: the compiled filters of all runtimes let in
 * those, and of their neighbours none that the row's form keeps out, whatever is in the half of the
 * register that the kernel does not look at. And what stands in a profile has the forms that every
 * libseccomp compiles right.
 */
#include <linux/seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "eval/compile.h"
#include "lib/random_facts.h"
#include "lib/suite.h"
#include "policy/args.h"
#include "tables/args.h"
#include "tables/syscalls.h"
#include "trammel/policy.h"
#include "util/mem.h"

#define ROUNDS	 TR_ROUNDS(12)
#define MAX_SEEN 40

static struct rng chance;

static uint32_t rng(uint32_t below)
{
	return rng_below(&chance, below);
}

/* What the calls of the table are made with, and the ends of the numbers. */
static const uint32_t pool[] = {
	0,	    1,		2,	    3,		4,	    5,		7,
	8,	    15,		16,	    17,		38,	    40,		0x11,
	0x80,	    0x20000,	0x20008,    0x5401,	0x5412,	    0x5413,	0x541c,
	0x541b,	    0x3d0f00,	0x10000000, 0x20000000, 0x40000000, 0x7e020000, 0x7fffffff,
	0x80000000, 0xfffffff6, 0xffffffff, 0x53564d41, 0x1002,	    0x4200,	1030,
};
static const uint16_t families[] = { 0, 1, 2, 9, 10, 16, 17, 30, 38, 40, 255 };
static const uint16_t types[] = { 1, 2, 3, 5, 10 };
static const uint32_t protocols[] = { 0, 1, 6, 9, 12, 15, 17, 0x300, 0xffffffff };

struct seen {
	const struct arg_spec *spec;
	enum tr_abi abi;
	uint32_t v[MAX_SEEN][3]; /* a value, or family, type and protocol */
	size_t n;
};

static void random_value(const struct arg_spec *spec, uint32_t v[3])
{
	v[0] = rng(3) ? pool[rng(TR_ARRAY_SIZE(pool))] : (uint32_t)rng_u64(&chance);
	v[1] = v[2] = 0;
	if (spec->form != ARG_SOCKET)
		return;
	v[0] = families[rng(TR_ARRAY_SIZE(families))];
	/* socketpair knows two families, and what others it was made with stays out of its rules */
	if (!strcmp(spec->name, "socketpair"))
		v[0] = rng(2) ? AF_UNIX : AF_TIPC;
	v[1] = types[rng(TR_ARRAY_SIZE(types))];
	v[2] = protocols[rng(TR_ARRAY_SIZE(protocols))];
}

static void add_fact(struct tr_facts *f, struct tr_fact fact)
{
	fact.ev.flags = TR_EV_DONE;
	fact.ev.phases = TR_PHASE_MAIN;
	tr_u32set_add(&fact.ev.recordings, 0);
	tr_facts_add(f, &fact, NULL);
}

static struct tr_facts facts_of(const struct seen *s)
{
	struct tr_recording rec = { .id = tr_xstrdup("0123456789abcdef0123456789abcdef"),
				    .ended = TR_ENDED_EXITED,
				    .start_seen = true };
	uint32_t nr = (uint32_t)syscall_number(s->abi, s->spec->name);
	struct tr_facts f;

	tr_facts_init(&f);
	tr_context_add(&rec, "arguments", s->spec->name);
	tr_facts_add_recording(&f, &rec);
	add_fact(&f, (struct tr_fact){ .kind = TR_FACT_SYSCALL, .abi = s->abi, .nr = nr });
	for (size_t i = 0; i < s->n; i++) {
		struct tr_fact fact = { .kind = TR_FACT_ARG, .abi = s->abi, .nr = nr };

		if (s->spec->form == ARG_SOCKET) {
			fact = (struct tr_fact){ .kind = TR_FACT_SOCKET };
			fact.sock.family = (uint16_t)s->v[i][0];
			fact.sock.type = (uint16_t)s->v[i][1];
			fact.sock.protocol = s->v[i][2];
		} else {
			fact.arg.index = (uint8_t)s->spec->index;
			fact.arg.value = s->v[i][0];
			/* what a 64-bit caller leaves above an int */
			if (s->abi == TR_ABI_X86_64 && !rng(3))
				fact.arg.value |= (uint64_t)(uint32_t)rng_u64(&chance) << 32;
		}
		add_fact(&f, fact);
	}
	return f;
}

/* More values than are told apart let everything in. */
static bool is_open(const struct seen *s)
{
	size_t distinct = 0;

	for (size_t i = 0; i < s->n; i++) {
		size_t k = 0;

		while (k < i && memcmp(s->v[i], s->v[k], sizeof(s->v[i])) != 0)
			k++;
		distinct += k == i;
	}
	return distinct > POLICY_MAX_ALTERNATIVES;
}

static bool same_socket(const uint32_t seen[3], const uint32_t v[3])
{
	bool inet = seen[0] == AF_INET || seen[0] == AF_INET6;
	bool exact = seen[0] == AF_NETLINK || seen[0] == AF_PACKET || seen[1] == SOCK_RAW;

	return v[0] == seen[0] && (!(inet || exact) || (v[1] & 0xf) == seen[1]) &&
	       (!exact || v[2] == seen[2]);
}

static bool wanted(const struct seen *s, const uint32_t v[3])
{
	uint32_t bits = 0;

	if (is_open(s))
		return true;
	for (size_t i = 0; i < s->n; i++) {
		if (s->spec->form == ARG_SOCKET && same_socket(s->v[i], v))
			return true;
		if (s->spec->form == ARG_EQUAL && s->v[i][0] == v[0])
			return true;
		bits |= s->v[i][0];
	}
	return s->spec->form == ARG_BITS && !(v[0] & s->spec->mask & ~bits);
}

static void check_value(const struct seen *s, const struct tr_filter *f, const uint32_t v[3])
{
	struct tr_seccomp_data d = { .arch = tr_audit_arch(s->abi) };
	uint32_t nr = (uint32_t)syscall_number(s->abi, s->spec->name);
	unsigned first = s->spec->form == ARG_SOCKET ? 0 : (unsigned)s->spec->index;
	bool allowed;

	d.nr = tr_filter_nr(s->abi, nr);
	for (unsigned i = 0; i < 6; i++)
		d.args[i] = (uint32_t)rng_u64(&chance);
	for (unsigned i = 0; i < (s->spec->form == ARG_SOCKET ? 3 : 1); i++) {
		d.args[first + i] = v[i];
		if (s->abi == TR_ABI_X86_64 && !rng(3))
			d.args[first + i] |= (uint64_t)(uint32_t)rng_u64(&chance) << 32;
	}
	allowed = tr_filter_run(f, &d, NULL) == SECCOMP_RET_ALLOW;
	ck_assert_msg(allowed == wanted(s, v), "%s %x %x %x: %s, and %zu values seen",
		      s->spec->name, v[0], v[1], v[2], allowed ? "allowed" : "refused", s->n);
}

/* Those seen, one bit beside and one number beside; and others. */
static void check_values(const struct seen *s, const struct tr_filter *f)
{
	for (size_t i = 0; i < s->n; i++) {
		for (unsigned bit = 0; bit < 34; bit++) {
			uint32_t v[3] = { s->v[i][0], s->v[i][1], s->v[i][2] };
			unsigned at = s->spec->form == ARG_SOCKET ? rng(3) : 0;

			v[at] = bit < 32 ? v[at] ^ 1U << bit : v[at] + (bit == 32 ? 1 : -1U);
			/* flags ride on a socket's type */
			if (at == 1 && s->spec->form == ARG_SOCKET)
				v[1] = (v[1] & 0xf) | (rng(2) ? SOCK_CLOEXEC : SOCK_NONBLOCK);
			check_value(s, f, v);
		}
		check_value(s, f, s->v[i]);
	}
	for (int i = 0; i < 100; i++) {
		uint32_t v[3];

		random_value(s->spec, v);
		check_value(s, f, v);
	}
}

/* Equal or masked-equal, within 32 bits; one argument once; one action for all rules of the call. */
static void check_forms(const struct tr_seccomp *p, const char *name)
{
	const struct tr_rule *before = NULL;

	for (size_t i = 0; i < p->n_rules; i++) {
		const struct tr_rule *r = &p->rules[i];
		unsigned indices = 0;

		for (size_t k = 0; k < r->n_conds; k++) {
			ck_assert(r->conds[k].op == TR_CMP_EQ ||
				  r->conds[k].op == TR_CMP_MASKED_EQ);
			ck_assert_uint_le(r->conds[k].value, UINT32_MAX);
			ck_assert_uint_le(r->conds[k].value2, UINT32_MAX);
			ck_assert(!(indices >> r->conds[k].index & 1));
			indices |= 1U << r->conds[k].index;
		}
		for (size_t k = 0; k < r->n_names; k++) {
			if (strcmp(r->names[k], name) != 0)
				continue;
			ck_assert_msg(!before || (before->n_conds && r->n_conds),
				      "%s: a rule beside one without conditions", name);
			ck_assert(!before || before->action == r->action);
			before = r;
		}
	}
	ck_assert_ptr_nonnull(before);
}

static void check_row(const struct seen *s)
{
	static const enum tr_runtime_kind kinds[] = { TR_RUNTIME_RUNC, TR_RUNTIME_RUNC_12,
						      TR_RUNTIME_CRUN };
	tr_cleanup_free char *fact = tr_xasprintf("syscall:%s", s->spec->name);
	const struct tr_policy_accept accept = { fact, NULL };
	const struct tr_policy_opts opts = { .runtime = "none",
					     .ceiling = "none",
					     .args = TR_POLICY_ARGS_ALL,
					     .accepts = &accept,
					     .n_accepts = 1,
					     .no_siblings = true };
	struct tr_facts f = facts_of(s);
	struct tr_err err = { 0 };
	struct tr_seccomp p;

	ck_assert_msg(tr_policy_seccomp(&p, &f, &opts, NULL, &err) == 0, "%s: %s", s->spec->name,
		      tr_err_msg(&err));
	check_forms(&p, s->spec->name);
	for (size_t i = 0; i < TR_ARRAY_SIZE(kinds); i++) {
		struct tr_filter filter;

		ck_assert_msg(tr_compile(&filter, &p, kinds[i], NULL, &err) == 0, "%s: %s",
			      s->spec->name, tr_err_msg(&err));
		check_values(s, &filter);
		tr_filter_release(&filter);
	}
	tr_seccomp_release(&p);
	tr_facts_release(&f);
}

START_TEST(every_row)
{
	const struct arg_spec *specs;
	size_t n = arg_specs(&specs);

	chance = (struct rng){ 8 };
	for (size_t i = 0; i < n; i++) {
		struct seen s = { .spec = &specs[i], .abi = TR_ABI_X86_64 };

		if (syscall_number(s.abi, s.spec->name) < 0)
			s.abi = TR_ABI_I386;
		for (int round = 0; round < ROUNDS; round++) {
			s.n = 1 + rng(round ? MAX_SEEN : 2);
			for (size_t k = 0; k < s.n; k++)
				random_value(s.spec, s.v[k]);
			check_row(&s);
		}
	}
}
END_TEST

#define TIOCSTI_   0x5412
#define TIOCLINUX_ 0x541c

static bool ioctl_allowed(const struct tr_seccomp *p, uint32_t command)
{
	bool all = true, any = false;

	for (int kind = TR_RUNTIME_RUNC; kind <= TR_RUNTIME_RUNC_12; kind++) {
		struct tr_seccomp_data d = { .arch = tr_audit_arch(TR_ABI_X86_64), .nr = 16 };
		struct tr_filter f;

		ck_assert_int_eq(tr_compile(&f, p, (enum tr_runtime_kind)kind, NULL, NULL), 0);
		d.args[1] = command | (uint64_t)rng(3) << 32;
		if (tr_filter_run(&f, &d, NULL) == SECCOMP_RET_ALLOW)
			any = true;
		else
			all = false;
		tr_filter_release(&f);
	}
	ck_assert(all == any);
	return all;
}

/* With so many commands seen that they are not told apart, and with none looked at, too. */
START_TEST(no_typing_into_terminals_unasked)
{
	static const size_t counts[] = { 1, 5, POLICY_MAX_ALTERNATIVES,
					 POLICY_MAX_ALTERNATIVES + 4 };
	static const enum tr_policy_args levels[] = { TR_POLICY_ARGS_NONE, TR_POLICY_ARGS_RISKY,
						      TR_POLICY_ARGS_ALL };
	struct seen s = { .spec = arg_spec_of("ioctl"), .abi = TR_ABI_X86_64 };

	chance = (struct rng){ 9 };
	for (size_t i = 0; i < TR_ARRAY_SIZE(counts) * TR_ARRAY_SIZE(levels) * 2; i++) {
		bool accepted = i & 1;
		struct tr_policy_accept accept = { "arg:ioctl:1:0x5412", NULL };
		const struct tr_policy_opts opts = { .runtime = "none",
						     .args = levels[i / 2 % 3],
						     .accepts = &accept,
						     .n_accepts = accepted,
						     .no_siblings = true };
		struct tr_err err = { 0 };
		struct tr_facts f;
		struct tr_seccomp p;

		s.n = counts[i / 6];
		for (size_t k = 0; k < s.n; k++)
			s.v[k][0] = 0x6000 + (uint32_t)k;
		/* seen, or not: then nothing accepted makes up for it */
		for (int typed = 0; typed < 2; typed++) {
			if (typed)
				s.v[0][0] = TIOCSTI_;
			f = facts_of(&s);
			if (typed && !accepted) {
				ck_assert_int_lt(tr_policy_seccomp(&p, &f, &opts, NULL, NULL), 0);
				tr_facts_release(&f);
				continue;
			}
			ck_assert_msg(tr_policy_seccomp(&p, &f, &opts, NULL, &err) == 0,
				      "%zu seen: %s", s.n, tr_err_msg(&err));
			ck_assert_int_eq(ioctl_allowed(&p, TIOCSTI_), typed);
			ck_assert(!ioctl_allowed(&p, TIOCLINUX_));
			ck_assert(s.n == 1 || ioctl_allowed(&p, 0x6001 + (s.n - 2)));
			ck_assert_int_eq(ioctl_allowed(&p, 0x7000),
					 opts.args == TR_POLICY_ARGS_NONE ||
						 s.n > POLICY_MAX_ALTERNATIVES);
			tr_seccomp_release(&p);
			tr_facts_release(&f);
		}
	}
}
END_TEST

TR_SUITE("prop_args", every_row, no_typing_into_terminals_unasked)
