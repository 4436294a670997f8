/* SPDX-License-Identifier: Apache-2.0 */
/* The seccomp filters that a process runs under. */
#ifndef RECORD_INSTALLED_H
#define RECORD_INSTALLED_H

#include <stddef.h>
#include <sys/types.h>

#include "trammel/cbpf.h"

/*
 * Reads them with PTRACE_SECCOMP_GET_FILTER, for which the process is stopped for a moment; oldest
 * first, each checked. *ret is NULL where there is none. Errors are of kind TR_ERR_CANNOT, and say
 * what is in the way: a kernel without CONFIG_CHECKPOINT_RESTORE, a missing CAP_SYS_ADMIN, a
 * filter on ourselves.
 */
int installed_filters(struct tr_filter **ret, size_t *ret_n, pid_t pid, struct tr_err *err);
void installed_filters_free(struct tr_filter *f, size_t n);

#endif
