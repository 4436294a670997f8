// SPDX-License-Identifier: Apache-2.0
#include "check/machine.h"

#include <string.h>

#include "tables/syscalls.h"
#include "util/mem.h"

const struct machine machines[] = {
	{ "amd64", TR_ABI_X86_64, 1u << TR_ABI_X86_64 | 1u << TR_ABI_I386 | 1u << TR_ABI_X32 },
	{ "arm64", TR_ABI_AARCH64, 1u << TR_ABI_AARCH64 },
};
const size_t n_machines = TR_ARRAY_SIZE(machines);

const struct machine *machine_here(void)
{
	for (size_t i = 0; i < n_machines; i++)
		if (machines[i].abis >> syscall_native_abi() & 1)
			return &machines[i];
	return &machines[0];
}

static bool names_arch(const struct tr_seccomp *p, const char *arch)
{
	for (size_t i = 0; i < p->n_arches; i++)
		if (!strcmp(p->arches[i], arch))
			return true;
	return false;
}

int machine_compile(struct tr_filter *ret, const struct machine *m, const struct tr_seccomp *p,
		    const struct tr_seccomp_host *host, enum tr_runtime_kind runtime,
		    char ***ret_unknown, struct tr_err *err)
{
	struct tr_seccomp_host there = host ? *host : (struct tr_seccomp_host){ 0 };
	struct tr_seccomp resolved;
	int rc;

	there.arch = m->arch;
	if (tr_seccomp_resolve(&resolved, p, &there, err) < 0)
		return -1;
	/* Here libseccomp adds this machine's own; there it would add that one's. */
	if (m != machine_here() && !names_arch(&resolved, tr_arch_of_abi(m->native)))
		tr_seccomp_add_arch(&resolved, tr_arch_of_abi(m->native));
	rc = tr_compile(ret, &resolved, runtime, ret_unknown, err);
	tr_seccomp_release(&resolved);
	return rc < 0 ? tr_err_wrap(err, "for %s", m->arch) : 0;
}
