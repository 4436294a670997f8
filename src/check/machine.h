/* SPDX-License-Identifier: Apache-2.0 */
/* A profile as it is compiled on one kind of machine. */
#ifndef CHECK_MACHINE_H
#define CHECK_MACHINE_H

#include "eval/compile.h"
#include "tables/machine.h"
#include "trammel/seccomp.h"

/*
 * Resolves and compiles p for a container on such a machine, wherever this runs: a runtime adds the
 * machine's own architecture to those that a profile names. *ret_unknown as tr_compile's.
 */
int machine_compile(struct tr_filter *ret, const struct machine *m, const struct tr_seccomp *p,
		    const struct tr_seccomp_host *host, enum tr_runtime_kind runtime,
		    char ***ret_unknown, struct tr_err *err);

#endif
