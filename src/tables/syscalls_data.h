/* SPDX-License-Identifier: Apache-2.0 */
/* What gen-syscalls.py writes; only syscalls.c reads it. */
#ifndef TABLES_SYSCALLS_DATA_H
#define TABLES_SYSCALLS_DATA_H

#include <stddef.h>

#include "trammel/abi.h"

/* -1: the ABI has no such call. */
struct syscall_row {
	const char *name;
	short nr[TR_ABI_MAX];
};
extern const struct syscall_row syscall_rows[]; /* in byte order of names */
extern const size_t syscall_n_rows;

/* Number to row, -1 for a hole. Indexed by enum tr_abi. */
struct syscall_numbers {
	const short *row;
	size_t n;
};
extern const struct syscall_numbers syscall_by_number[];

#endif
