// SPDX-License-Identifier: Apache-2.0
#include "tables/machine.h"

#include "tables/syscalls.h"
#include "util/mem.h"

const struct machine machines[] = {
	{ "amd64", TR_ABI_X86_64, 1u << TR_ABI_X86_64 | 1u << TR_ABI_I386 | 1u << TR_ABI_X32 },
	{ "arm64", TR_ABI_AARCH64, 1u << TR_ABI_AARCH64 },
};
const size_t n_machines = TR_ARRAY_SIZE(machines);

const struct machine *machine_with(enum tr_abi abi)
{
	for (size_t i = 0; i < n_machines; i++)
		if (machines[i].abis >> abi & 1)
			return &machines[i];
	return NULL;
}

const struct machine *machine_here(void)
{
	const struct machine *m = machine_with(syscall_native_abi());

	return m ? m : &machines[0];
}
