// SPDX-License-Identifier: Apache-2.0
#include "tables/syscalls.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tables/syscalls_data.h"

const char *syscall_name(enum tr_abi abi, uint32_t nr)
{
	const struct syscall_numbers *table;

	if (abi >= TR_ABI_MAX)
		return NULL;
	table = &syscall_by_number[abi];
	if (nr >= table->n || table->row[nr] < 0)
		return NULL;
	return syscall_rows[table->row[nr]].name;
}

static int by_name(const void *key, const void *row)
{
	return strcmp(key, ((const struct syscall_row *)row)->name);
}

int syscall_number(enum tr_abi abi, const char *name)
{
	const struct syscall_row *row;

	row = bsearch(name, syscall_rows, syscall_n_rows, sizeof(syscall_rows[0]), by_name);
	return row && abi < TR_ABI_MAX ? row->nr[abi] : -1;
}

const char *syscall_label(enum tr_abi abi, uint32_t nr, char *buf, size_t size)
{
	const char *name = syscall_name(abi, nr);

	if (name)
		snprintf(buf, size, "%s", name);
	else
		snprintf(buf, size, "%s:%u", tr_abi_name(abi), nr);
	return buf;
}

size_t syscall_count(void)
{
	return syscall_n_rows;
}

const char *syscall_at(size_t i)
{
	return i < syscall_n_rows ? syscall_rows[i].name : NULL;
}

int syscall_index(const char *name)
{
	const struct syscall_row *row;

	row = bsearch(name, syscall_rows, syscall_n_rows, sizeof(syscall_rows[0]), by_name);
	return row ? (int)(row - syscall_rows) : -1;
}

enum tr_abi syscall_native_abi(void)
{
#if defined(__x86_64__) && defined(__ILP32__)
	return TR_ABI_X32;
#elif defined(__x86_64__)
	return TR_ABI_X86_64;
#elif defined(__i386__)
	return TR_ABI_I386;
#elif defined(__aarch64__)
	return TR_ABI_AARCH64;
#else
#error "this architecture is not known yet"
#endif
}

/* strerrorname_np is glibc's own table of names; 4095 is the largest errno a filter can return. */
const char *errno_name(int errnum)
{
	return errnum > 0 ? strerrorname_np(errnum) : NULL;
}

int errno_from_name(const char *name)
{
	for (int e = 1; e <= 4095; e++) {
		const char *known = strerrorname_np(e);

		if (known && !strcmp(known, name))
			return e;
	}
	return -1;
}
