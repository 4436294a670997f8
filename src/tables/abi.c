// SPDX-License-Identifier: Apache-2.0
#include "trammel/abi.h"

#include <stddef.h>
#include <string.h>

static const char *const abi_names[TR_ABI_MAX] = {
	[TR_ABI_X86_64] = "x86_64",
	[TR_ABI_I386] = "i386",
	[TR_ABI_X32] = "x32",
	[TR_ABI_AARCH64] = "aarch64",
};

const char *tr_abi_name(enum tr_abi abi)
{
	return (size_t)abi < TR_ABI_MAX ? abi_names[abi] : "?";
}

int tr_abi_from_name(const char *name)
{
	for (int i = 0; i < TR_ABI_MAX; i++)
		if (!strcmp(abi_names[i], name))
			return i;
	return -1;
}
