/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Syscall names and numbers, from src/tables/syscalls.csv (its header names the sources). Ours
 * and not libseccomp's, because Debian 12's stops at Linux 6.7 and a number without a name is a
 * hole in a report.
 */
#ifndef TABLES_SYSCALLS_H
#define TABLES_SYSCALLS_H

#include <stddef.h>
#include <stdint.h>

#include "trammel/abi.h"

/* The name, or NULL where no kernel we know of has one. x32 numbers come without their bit 30. */
const char *syscall_name(enum tr_abi abi, uint32_t nr);
/* The number, or -1. */
int syscall_number(enum tr_abi abi, const char *name);
/* "NAME", or "ABI:NR" for a number without a name, into buf. Returns buf. */
const char *syscall_label(enum tr_abi abi, uint32_t nr, char *buf, size_t size);

/* All names of the table, in byte order. */
size_t syscall_count(void);
const char *syscall_at(size_t i);
/* The place of a name among them, or -1. */
int syscall_index(const char *name);

/* The ABI this program was compiled for. */
enum tr_abi syscall_native_abi(void);

/* errno by name ("ENOSYS") and back; -1 / NULL where unknown. */
int errno_from_name(const char *name);
const char *errno_name(int errnum);

#endif
