/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A resolved profile to classic BPF, through libseccomp, as runc does it
 * (libcontainer/seccomp/seccomp_linux.go: InitSeccomp; patchbpf/enosys_linux.go: the stub that
 * answers ENOSYS to numbers above the highest one a profile mentions). crun leaves the stub out.
 * runc 1.2 and later have libseccomp look numbers up in a binary tree where a profile has more than
 * 32 of them, and make the stub for the machine's own architecture, named or not.
 */
#ifndef EVAL_COMPILE_H
#define EVAL_COMPILE_H

#include "trammel/cbpf.h"
#include "trammel/err.h"
#include "trammel/rules.h"

/*
 * p must be resolved (tr_seccomp_resolve). Names libseccomp does not know are left out, as runc
 * does; *ret_unknown (may be NULL) gets them, NULL-terminated, to free with tr_strv_free. Errors
 * that a runtime would stop the container for are errors here, kind TR_ERR_INPUT.
 */
int tr_compile(struct tr_filter *ret, const struct tr_seccomp *p, enum tr_runtime_kind runtime,
	       char ***ret_unknown, struct tr_err *err);
/*
 * The same for another machine than this: `native` is its own architecture ("SCMP_ARCH_AARCH64"),
 * which is in the filter whether or not p names it. NULL: this machine's.
 */
int tr_compile_for(struct tr_filter *ret, const struct tr_seccomp *p, enum tr_runtime_kind runtime,
		   const char *native, char ***ret_unknown, struct tr_err *err);
void tr_strv_free(char **v);

/* AUDIT_ARCH_* of an ABI, and the number as a filter sees it (x32 carries bit 30). */
uint32_t tr_audit_arch(enum tr_abi abi);
int32_t tr_filter_nr(enum tr_abi abi, uint32_t nr);

#endif
