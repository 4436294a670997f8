/* SPDX-License-Identifier: Apache-2.0 */
/* The instructions that runc puts before a filter so that new syscalls get ENOSYS. */
#ifndef EVAL_ENOSYS_H
#define EVAL_ENOSYS_H

#include <linux/filter.h>
#include <stddef.h>
#include <stdint.h>

#include "trammel/rules.h"

/* Room for any stub: four instructions and at most seven for each architecture. */
#define ENOSYS_MAX 256

/*
 * Writes the stub that runc makes for p into stub[ENOSYS_MAX] and returns its length, 0 if it makes
 * none. tokens are the SCMP_ARCH_* numbers of the architectures it is for, all little-endian.
 */
size_t enosys_stub(struct sock_filter *stub, const struct tr_seccomp *p, const uint32_t *tokens,
		   size_t n_tokens);

#endif
