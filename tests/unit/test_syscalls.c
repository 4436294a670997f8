// SPDX-License-Identifier: Apache-2.0
/*
 * The syscall table against who else has one: this machine's kernel headers and libseccomp. Either may
 * be older than ours; neither may contradict it.
 */
#include <check.h>
#include <ctype.h>
#include <seccomp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/suite.h"
#include "tables/syscalls.h"

#define X32_BIT	 0x40000000
#define HIGHEST	 600
#define N_HEADER 1024

/* What one header says: names by number, numbers by place in our table. */
struct header {
	char *by_number[N_HEADER];
	int by_index[N_HEADER]; /* -1: it does not have the name */
	int n;
};

/* "#define __NR_read 0" or "#define __NR_read (__X32_SYSCALL_BIT + 0)" */
static bool parse_define(const char *line, char *name, int *nr)
{
	char number[64];
	const char *p;

	if (sscanf(line, "#define __NR_%63s %63[^\n]", name, number) != 2)
		return false;
	p = strchr(number, '+');
	p = p ? p + 1 : number;
	p += strspn(p, " (");
	if (!isdigit((unsigned char)*p))
		return false;
	*nr = atoi(p);
	return true;
}

/* Through the compiler's preprocessor, which knows where the header is. n stays 0 without one. */
static void read_header(const char *file, struct header *h)
{
	const char *cc = getenv("CC");
	char command[256], line[512], name[64];
	FILE *f;
	int nr;

	memset(h, 0, sizeof(*h));
	for (int i = 0; i < N_HEADER; i++)
		h->by_index[i] = -1;
	snprintf(command, sizeof(command), "%s -E -dM -include %s -x c /dev/null 2>/dev/null",
		 cc ? cc : "cc", file);
	f = popen(command, "r");
	ck_assert_ptr_nonnull(f);
	while (fgets(line, sizeof(line), f)) {
		int i;

		if (!parse_define(line, name, &nr) || nr >= N_HEADER || !strcmp(name, "syscalls"))
			continue;
		h->by_number[nr] = strdup(name);
		h->n++;
		i = syscall_index(name);
		ck_assert_msg(i >= 0, "%s: %s (%d) is not in the table", file, name, nr);
		h->by_index[i] = nr;
	}
	pclose(f);
}

static void hold_against_header(enum tr_abi abi, const char *file)
{
	struct header h;

	read_header(file, &h);
	ck_assert_msg(h.n > 250, "%s: only %d names: is there a compiler?", file, h.n);
	for (size_t i = 0; i < syscall_count(); i++) {
		const char *name = syscall_at(i);
		int nr = syscall_number(abi, name);

		if (h.by_index[i] >= 0)
			ck_assert_msg(nr == h.by_index[i], "%s: %s is %d, not %d", file, name,
				      h.by_index[i], nr);
		else if (nr >= 0)
			ck_assert_msg(!h.by_number[nr], "%s: %d is %s, not %s", file, nr,
				      h.by_number[nr], name);
	}
	for (int i = 0; i < N_HEADER; i++)
		free(h.by_number[i]);
}

START_TEST(agrees_with_kernel_headers)
{
#ifdef __x86_64__
	hold_against_header(TR_ABI_X86_64, "asm/unistd_64.h");
	hold_against_header(TR_ABI_I386, "asm/unistd_32.h");
	hold_against_header(TR_ABI_X32, "asm/unistd_x32.h");
#else
	hold_against_header(syscall_native_abi(), "asm/unistd.h");
#endif
}
END_TEST

static const uint32_t arches[] = {
	[TR_ABI_X86_64] = SCMP_ARCH_X86_64,
	[TR_ABI_I386] = SCMP_ARCH_X86,
	[TR_ABI_X32] = SCMP_ARCH_X32,
	[TR_ABI_AARCH64] = SCMP_ARCH_AARCH64,
};

static int by_libseccomp(int abi, const char *name)
{
	int nr = seccomp_syscall_resolve_name_arch(arches[abi], name);

	return abi == TR_ABI_X32 && nr >= 0 ? nr & ~X32_BIT : nr;
}

START_TEST(agrees_with_libseccomp)
{
	for (int abi = 0; abi < TR_ABI_MAX; abi++) {
		size_t known = 0;

		for (size_t i = 0; i < syscall_count(); i++) {
			const char *name = syscall_at(i);
			int ours = syscall_number(abi, name), theirs = by_libseccomp(abi, name);

			known += theirs >= 0;
			ck_assert_msg(theirs < 0 || theirs == ours, "%s of %s: %d, not %d", name,
				      tr_abi_name(abi), theirs, ours);
		}
		ck_assert_uint_gt(known, 250);
		for (int nr = 0; nr < HIGHEST; nr++) {
			int there = abi == TR_ABI_X32 ? nr | X32_BIT : nr;
			char *theirs = seccomp_syscall_resolve_num_arch(arches[abi], there);
			const char *ours = syscall_name(abi, (uint32_t)nr);

			ck_assert_msg(!theirs || (ours && !strcmp(theirs, ours)),
				      "%d of %s: %s, not %s", nr, tr_abi_name(abi), theirs,
				      ours ? ours : "nothing");
			free(theirs);
		}
	}
}
END_TEST

START_TEST(names_and_numbers_agree)
{
	for (int abi = 0; abi < TR_ABI_MAX; abi++) {
		for (size_t i = 0; i < syscall_count(); i++) {
			int nr = syscall_number(abi, syscall_at(i));

			if (nr >= 0)
				ck_assert_str_eq(syscall_name(abi, (uint32_t)nr), syscall_at(i));
		}
	}
	for (size_t i = 0; i < syscall_count(); i++) {
		ck_assert_int_eq(syscall_index(syscall_at(i)), (int)i);
		if (i)
			ck_assert_str_lt(syscall_at(i - 1), syscall_at(i));
	}
	ck_assert_int_eq(syscall_index("no_such_call"), -1);
	ck_assert_int_eq(syscall_number(TR_ABI_X86_64, "socketcall"), -1);
	ck_assert_ptr_null(syscall_name(TR_ABI_X86_64, 100000));
	ck_assert_ptr_null(syscall_at(syscall_count()));
}
END_TEST

START_TEST(labels_what_has_no_name)
{
	char buf[32];

	ck_assert_str_eq(syscall_label(TR_ABI_X86_64, 0, buf, sizeof(buf)), "read");
	ck_assert_str_eq(syscall_label(TR_ABI_X32, 4000, buf, sizeof(buf)), "x32:4000");
}
END_TEST

START_TEST(errnos_have_names)
{
	ck_assert_int_eq(errno_from_name("ENOSYS"), 38);
	ck_assert_int_eq(errno_from_name("EPERM"), 1);
	ck_assert_int_eq(errno_from_name("ENOPE"), -1);
	ck_assert_int_eq(errno_from_name(""), -1);
	ck_assert_str_eq(errno_name(38), "ENOSYS");
	ck_assert_ptr_null(errno_name(0));
	ck_assert_ptr_null(errno_name(4000));
}
END_TEST

TR_SUITE("syscalls", agrees_with_kernel_headers, agrees_with_libseccomp, names_and_numbers_agree,
	 labels_what_has_no_name, errnos_have_names)
