// SPDX-License-Identifier: Apache-2.0
#include "formats/seccomp_names.h"

#include <stddef.h>
#include <string.h>

#include "tables/csv.h"
#include "tables/data.h"
#include "util/mem.h"
#include "util/strbuf.h"

static bool among(const char *const *names, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(names[i], name))
			return true;
	return false;
}

bool seccomp_is_arch(const char *name)
{
	static const char *const names[] = {
		"SCMP_ARCH_X86",	 "SCMP_ARCH_X86_64",  "SCMP_ARCH_X32",
		"SCMP_ARCH_ARM",	 "SCMP_ARCH_AARCH64", "SCMP_ARCH_LOONGARCH64",
		"SCMP_ARCH_M68K",	 "SCMP_ARCH_MIPS",    "SCMP_ARCH_MIPS64",
		"SCMP_ARCH_MIPS64N32",	 "SCMP_ARCH_MIPSEL",  "SCMP_ARCH_MIPSEL64",
		"SCMP_ARCH_MIPSEL64N32", "SCMP_ARCH_PARISC",  "SCMP_ARCH_PARISC64",
		"SCMP_ARCH_PPC",	 "SCMP_ARCH_PPC64",   "SCMP_ARCH_PPC64LE",
		"SCMP_ARCH_RISCV64",	 "SCMP_ARCH_S390",    "SCMP_ARCH_S390X",
		"SCMP_ARCH_SH",		 "SCMP_ARCH_SHEB",
	};

	return among(names, TR_ARRAY_SIZE(names), name);
}

bool seccomp_is_flag(const char *name)
{
	static const char *const names[] = {
		"SECCOMP_FILTER_FLAG_TSYNC",
		"SECCOMP_FILTER_FLAG_LOG",
		"SECCOMP_FILTER_FLAG_SPEC_ALLOW",
		"SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV",
	};

	return among(names, TR_ARRAY_SIZE(names), name);
}

/* moby profiles/seccomp/seccomp_linux.go: nativeToSeccomp */
static const struct {
	const char *native, *arch;
} natives[] = {
	{ "amd64", "SCMP_ARCH_X86_64" },
	{ "arm", "SCMP_ARCH_ARM" },
	{ "arm64", "SCMP_ARCH_AARCH64" },
	{ "loong64", "SCMP_ARCH_LOONGARCH64" },
	{ "mips3l64n32", "SCMP_ARCH_MIPSEL64N32" },
	{ "mips64", "SCMP_ARCH_MIPS64" },
	{ "mips64n32", "SCMP_ARCH_MIPS64N32" },
	{ "mipsel64", "SCMP_ARCH_MIPSEL64" },
	{ "mipsle", "SCMP_ARCH_MIPSEL" },
	{ "ppc", "SCMP_ARCH_PPC" },
	{ "ppc64", "SCMP_ARCH_PPC64" },
	{ "ppc64le", "SCMP_ARCH_PPC64LE" },
	{ "riscv64", "SCMP_ARCH_RISCV64" },
	{ "s390", "SCMP_ARCH_S390" },
	{ "s390x", "SCMP_ARCH_S390X" },
	{ "x86", "SCMP_ARCH_X86" },
};

const char *seccomp_arch_of_native(const char *native)
{
	for (size_t i = 0; i < TR_ARRAY_SIZE(natives); i++)
		if (!strcmp(natives[i].native, native))
			return natives[i].arch;
	return NULL;
}

const char *seccomp_native_at(size_t i)
{
	return i < TR_ARRAY_SIZE(natives) ? natives[i].native : NULL;
}

const char *seccomp_native(void)
{
#if defined(__x86_64__)
	return "amd64"; /* x32 programs run under an amd64 engine */
#elif defined(__i386__)
	return "x86";
#elif defined(__aarch64__)
	return "arm64";
#else
#error "this architecture is not known yet"
#endif
}

const char *seccomp_builtin(const char *name)
{
	const struct data_file *index = data_find("engine/index.csv"), *file = NULL;
	struct csv csv;

	if (!index)
		return NULL;
	csv_init(&csv, index->text);
	while (!file && csv_next(&csv)) {
		cleanup_strbuf struct strbuf path = STRBUF_INIT;

		if (csv.n < 2 || strcmp(csv.field[0], name))
			continue;
		strbuf_addf(&path, "engine/%s", csv.field[1]);
		file = data_find(strbuf_str(&path));
	}
	csv_release(&csv);
	return file ? file->text : NULL;
}
