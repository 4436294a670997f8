// SPDX-License-Identifier: Apache-2.0
/*
 * The engines' default profiles, every syscall of every ABI: what tr_filter_returns says contains
 * what any arguments lead to, and is not so wide that it says nothing.
 */
#include <check.h>
#include <linux/seccomp.h>

#include "eval/compile.h"
#include "lib/suite.h"
#include "tables/syscalls.h"
#include "trammel/seccomp.h"
#include "util/mem.h"

#define MAX_RETURNS 16

static uint64_t rnd_state = 4711;

static uint32_t rnd(uint32_t n)
{
	rnd_state = rnd_state * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(rnd_state >> 33) % n;
}

/* What profiles compare with, their neighbours, and anything. */
static uint64_t rnd_arg(void)
{
	static const uint64_t seen[] = { 0,	     1,		 8,	     38,
					 39,	     40,	 0x20000,    0x20008,
					 0xffffffff, 0x7e020000, 0x10000000, UINT64_MAX };

	if (rnd(2))
		return seen[rnd(TR_ARRAY_SIZE(seen))] + rnd(3) - 1;
	return (uint64_t)rnd(UINT32_MAX) << rnd(33) | rnd(UINT32_MAX);
}

static void check_syscall(const struct tr_filter *f, enum tr_abi abi, int32_t nr)
{
	struct tr_seccomp_data d = { .nr = nr, .arch = tr_audit_arch(abi) };
	uint32_t ret[MAX_RETURNS];
	size_t n = tr_filter_returns(f, d.arch, nr, ret, MAX_RETURNS);

	ck_assert_uint_gt(n, 0);
	ck_assert_msg(n <= 3, "%s %d: %zu answers", tr_abi_name(abi), nr, n);
	for (int round = 0; round < 20; round++) {
		uint32_t got;
		size_t at = 0;

		for (int i = 0; i < 6; i++)
			d.args[i] = rnd_arg();
		d.ip = rnd_arg();
		got = tr_filter_run(f, &d, NULL);
		while (at < n && ret[at] != got)
			at++;
		ck_assert_msg(at < n, "%s %d: %#x was not foreseen", tr_abi_name(abi), nr, got);
	}
}

static void check_profile(const char *name, enum tr_runtime_kind runtime)
{
	const struct tr_seccomp_host here = { 0 };
	struct tr_err err = { 0 };
	struct tr_seccomp p, resolved;
	struct tr_filter f;

	ck_assert_msg(tr_seccomp_read(&p, name, &err) == 0, "%s", tr_err_msg(&err));
	ck_assert_msg(tr_seccomp_resolve(&resolved, &p, &here, &err) == 0, "%s", tr_err_msg(&err));
	ck_assert_msg(tr_compile(&f, &resolved, runtime, NULL, &err) == 0, "%s", tr_err_msg(&err));
	for (int abi = 0; abi < TR_ABI_MAX; abi++) {
		for (uint32_t nr = 0; nr < 600; nr++)
			check_syscall(&f, (enum tr_abi)abi, tr_filter_nr((enum tr_abi)abi, nr));
		check_syscall(&f, (enum tr_abi)abi, -1);
		check_syscall(&f, (enum tr_abi)abi, INT32_MAX);
	}
	tr_filter_release(&f);
	tr_seccomp_release(&resolved);
	tr_seccomp_release(&p);
}

START_TEST(docker_default)
{
	check_profile("docker-default", TR_RUNTIME_RUNC);
	check_profile("docker-default@20.10", TR_RUNTIME_RUNC);
}
END_TEST

START_TEST(podman_default)
{
	check_profile("podman-default", TR_RUNTIME_CRUN);
	check_profile("podman-default@4.3", TR_RUNTIME_CRUN);
}
END_TEST

TR_SUITE("returns of the default profiles", docker_default, podman_default)
