// SPDX-License-Identifier: Apache-2.0
/*
 * Random small profiles: without the rules that are called dead a profile means what it meant, to
 * every container on every machine; and each of the others means something to one of them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check/machine.h"
#include "eval/cases.h"
#include "lib/suite.h"
#include "tables/syscalls.h"
#include "trammel/dead.h"
#include "util/mem.h"

#define ROUNDS TR_ROUNDS(250)

/* libseccomp 2.5.4 loses memory where it merges, or refuses, rules with several conditions. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
	return "leak:libseccomp.so";
}

static uint64_t rnd_state = 31;

static uint32_t rnd(uint32_t n)
{
	rnd_state = rnd_state * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(rnd_state >> 33) % n;
}

/* The last one is only on arm64's list of names by its own number, fork only on amd64's. */
static const char *const names[] = { "fcntl", "renameat2", "fork" };
static const char *const caps[] = { "CAP_BPF", "CAP_SYS_ADMIN" };
static const char *const arches[] = { "amd64", "arm64", "s390x" };
static const unsigned kernels[] = { 4 << 16 | 4, 4 << 16 | 8, 5 << 16 | 15 };

static void random_filters(struct tr_rule *r)
{
	if (!rnd(4))
		tr_strings_add(&r->inc_caps, &r->n_inc_caps, caps[rnd(2)]);
	if (!rnd(4))
		tr_strings_add(&r->exc_caps, &r->n_exc_caps, caps[rnd(2)]);
	if (!rnd(5))
		tr_strings_add(&r->inc_arches, &r->n_inc_arches, arches[rnd(3)]);
	if (!rnd(6))
		tr_strings_add(&r->exc_arches, &r->n_exc_arches, arches[rnd(3)]);
	if (!rnd(5))
		r->inc_min_kernel = kernels[1 + rnd(2)];
	if (!rnd(5))
		r->exc_min_kernel = kernels[1 + rnd(2)];
}

static void random_rule(struct tr_seccomp *p)
{
	static const uint64_t values[] = { 0, 1, 3, 0xffffffff, 0x100000001 };
	struct tr_rule *r = tr_seccomp_add_rule(p);

	for (uint32_t i = 1 + rnd(2); i; i--)
		tr_rule_add_name(r, names[rnd(3)]);
	/* One action for all of them: two for the same calls are refused by the runtimes. */
	for (uint32_t i = rnd(3); i; i--) {
		struct tr_cond c = { i, TR_CMP_EQ, values[rnd(5)], 0 };

		if (rnd(2))
			c = (struct tr_cond){ i, TR_CMP_MASKED_EQ, values[1 + rnd(4)], 0 };
		if (c.op == TR_CMP_MASKED_EQ)
			c.value2 = values[rnd(5)] & c.value;
		tr_rule_add_cond(r, c);
	}
	random_filters(r);
}

static void random_profile(struct tr_seccomp *p)
{
	static const char *const sub[] = { "SCMP_ARCH_X86" };

	tr_seccomp_init(p);
	p->default_errno = -1;
	tr_arch_map_add(p, "SCMP_ARCH_X86_64", (char *const *)(uintptr_t)sub, 1);
	tr_arch_map_add(p, "SCMP_ARCH_AARCH64", NULL, 0);
	/*
	 * libseccomp up to 2.6.1 forgets to load the number where the first of the calls, of those with
	 * the fewest conditions, is none of the architecture's (src/gen_bpf.c: _gen_bpf_syscalls).
	 */
	tr_rule_add_name(tr_seccomp_add_rule(p), "read");
	for (uint32_t i = 2 + rnd(5); i; i--)
		random_rule(p);
}

static bool is_dead(const struct tr_dead_list *l, size_t rule, size_t name)
{
	tr_cleanup_free char *whole = tr_xasprintf("syscalls[%zu]", rule);
	tr_cleanup_free char *one = tr_xasprintf("syscalls[%zu].names[%zu]", rule, name);

	for (size_t i = 0; i < l->n; i++)
		if (!strcmp(l->v[i].path, whole) || !strcmp(l->v[i].path, one))
			return true;
	return false;
}

/* A copy without what is dead, and without one more name of one more rule. */
static void without(struct tr_seccomp *ret, const struct tr_seccomp *p,
		    const struct tr_dead_list *l, size_t rule, size_t name)
{
	tr_seccomp_copy(ret, p);
	for (size_t i = 0; i < ret->n_rules; i++) {
		struct tr_rule *r = &ret->rules[i];
		size_t kept = 0;

		for (size_t k = 0; k < r->n_names; k++) {
			if (is_dead(l, i, k) || (i == rule && k == name))
				free(r->names[k]);
			else
				r->names[kept++] = r->names[k];
		}
		r->n_names = kept;
	}
}

static bool same_answer(const struct filter_case *c, void *arg)
{
	bool *same = arg;

	*same &= c->ret[0] == c->ret[1];
	return *same;
}

static bool same_filters(const struct tr_filter *a, const struct tr_filter *b, unsigned abis)
{
	bool same = true;

	for (int abi = 0; abi < TR_ABI_MAX; abi++) {
		for (size_t i = 0; i < TR_ARRAY_SIZE(names); i++) {
			int nr = syscall_number((enum tr_abi)abi, names[i]);
			const struct case_question q = {
				.set = { { a, 1 }, { b, 1 } },
				.arch = tr_audit_arch((enum tr_abi)abi),
				.nr = tr_filter_nr((enum tr_abi)abi, (uint32_t)nr),
			};

			if (abis >> abi & 1 && nr >= 0)
				ck_assert(filter_cases(&q, same_answer, &same) || !same);
		}
	}
	return same;
}

static bool same_on(const struct tr_seccomp *p, const struct tr_seccomp *q, const struct machine *m,
		    unsigned kernel, unsigned has)
{
	const char *had[2] = { "", "" };
	const struct tr_seccomp_host host = { .kernel = kernel, .caps = had, .n_caps = 2 };
	struct tr_filter a = { 0 }, b = { 0 };
	bool same;

	for (unsigned i = 0; i < 2; i++)
		had[i] = has >> i & 1 ? caps[i] : "";
	/* crun: no stub, for which a name counts that no rule has an effect of */
	ck_assert_int_eq(machine_compile(&a, m, p, &host, TR_RUNTIME_CRUN, NULL, NULL), 0);
	ck_assert_int_eq(machine_compile(&b, m, q, &host, TR_RUNTIME_CRUN, NULL, NULL), 0);
	same = same_filters(&a, &b, m->abis);
	tr_filter_release(&a);
	tr_filter_release(&b);
	return same;
}

static bool same_everywhere(const struct tr_seccomp *p, const struct tr_seccomp *q)
{
	for (size_t m = 0; m < n_machines; m++)
		for (size_t k = 0; k < TR_ARRAY_SIZE(kernels); k++)
			for (unsigned has = 0; has < 4; has++)
				if (!same_on(p, q, &machines[m], kernels[k], has))
					return false;
	return true;
}

START_TEST(dead_is_what_nothing_depends_on)
{
	size_t n_dead = 0, n_alive = 0;

	for (int round = 0; round < ROUNDS; round++) {
		struct tr_seccomp p, rest;
		struct tr_dead_list l;

		random_profile(&p);
		tr_dead_rules(&l, &p);
		n_dead += l.n;
		without(&rest, &p, &l, SIZE_MAX, 0);
		ck_assert_msg(same_everywhere(&p, &rest), "round %d: %s (%s) is not dead", round,
			      l.n ? l.v[0].path : "", l.n ? l.v[0].why : "");
		tr_seccomp_release(&rest);
		for (size_t i = 1; i < p.n_rules; i++) {
			for (size_t k = 0; k < p.rules[i].n_names; k++) {
				if (is_dead(&l, i, k))
					continue;
				without(&rest, &p, &l, i, k);
				ck_assert_msg(!same_everywhere(&p, &rest),
					      "round %d: syscalls[%zu].names[%zu] is dead", round,
					      i, k);
				tr_seccomp_release(&rest);
				n_alive++;
			}
		}
		tr_dead_release(&l);
		tr_seccomp_release(&p);
	}
	ck_assert_uint_gt(n_dead, ROUNDS);
	ck_assert_uint_gt(n_alive, ROUNDS);
}
END_TEST

TR_SUITE("prop_dead", dead_is_what_nothing_depends_on)
