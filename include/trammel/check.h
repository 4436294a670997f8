/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Facts against compiled policy: what would be refused, and what else is allowed.
 */
#ifndef TRAMMEL_CHECK_H
#define TRAMMEL_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "trammel/cbpf.h"
#include "trammel/err.h"
#include "trammel/facts.h"
#include "trammel/rules.h"

enum tr_verdict {
	TR_VERDICT_ALLOWED, /* whatever the arguments are */
	TR_VERDICT_DEPENDS, /* allowed for some arguments, or for a tracer or listener to decide */
	TR_VERDICT_DENIED, /* for all of them */
	/*
	 * Refused with ENOSYS as Docker's default does, while the older call that its callers then
	 * make is allowed: a container that was recorded without that profile gets along with it.
	 */
	TR_VERDICT_ANSWERED,
};

/*
 * One recorded syscall under the profile. fact points into the facts that were given, as does
 * value. Where the profile asks for arguments and the recordings have them, the verdict is about
 * the values there were.
 */
struct tr_check_syscall {
	const struct tr_fact *fact;
	const struct tr_fact *value; /* the first argument or socket fact that is denied, or NULL */
	enum tr_verdict verdict;
	bool by_args; /* its recorded arguments decided */
	uint32_t ret; /* the refusal, SECCOMP_RET_*, if it is DENIED */
};

/* One syscall that the profile allows and nothing recorded asked for. name is static. */
struct tr_check_extra {
	enum tr_abi abi;
	uint32_t nr;
	const char *name;
	enum tr_verdict verdict; /* ALLOWED or DEPENDS */
};

struct tr_check_seccomp {
	struct tr_check_syscall *syscalls; /* in fact order; refused ones in training left out */
	size_t n_syscalls;
	size_t n_allowed, n_depends, n_denied, n_answered;
	struct tr_check_extra *extra; /* by abi, then name */
	size_t n_extra;
	char **unknown; /* names in the profile that the compiler does not know; NULL-terminated */
	size_t n_granted; /* syscalls of the native ABI that are allowed, for some arguments or all */
	size_t filter_len; /* instructions */
};
void tr_check_seccomp_release(struct tr_check_seccomp *c);

/*
 * Compiles p (as the engine would resolve it on this host, for runc, and for the capabilities that
 * each recorded container had) and asks it for every recorded syscall that was DONE, and for every
 * syscall we know a number of. A fact that was only ever refused is no demand. Returns 0 with *ret
 * filled whether or not something is denied.
 */
int tr_check_seccomp(struct tr_check_seccomp *ret, const struct tr_seccomp *p,
		     const struct tr_facts *facts, struct tr_err *err);

#endif
