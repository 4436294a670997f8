// SPDX-License-Identifier: Apache-2.0
#include "check/machine.h"

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
	/* Of a machine that is not at hand the question is what a profile means there today. */
	if (m != machine_here() &&
	    !tr_strings_has(resolved.arches, resolved.n_arches, tr_arch_of_abi(m->native)))
		tr_seccomp_add_arch(&resolved, tr_arch_of_abi(m->native));
	rc = tr_compile_for(ret, &resolved, runtime, tr_arch_of_abi(m->native), ret_unknown, err);
	tr_seccomp_release(&resolved);
	return rc < 0 ? tr_err_wrap(err, "for %s", m->arch) : 0;
}
