/* SPDX-License-Identifier: Apache-2.0 */
/* Which table a syscall number belongs to. */
#ifndef TRAMMEL_ABI_H
#define TRAMMEL_ABI_H

/* The values are part of the event ABI (event.h). */
enum tr_abi {
	TR_ABI_X86_64 = 0,
	TR_ABI_I386 = 1,
	TR_ABI_X32 = 2,
	TR_ABI_AARCH64 = 3,
	TR_ABI_MAX,
};

/* Names as they stand in a trace. from_name returns -1 for a name that is none. */
const char *tr_abi_name(enum tr_abi abi);
int tr_abi_from_name(const char *name);

#endif
