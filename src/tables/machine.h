/* SPDX-License-Identifier: Apache-2.0 */
/* The kinds of machines that containers run on. */
#ifndef TABLES_MACHINE_H
#define TABLES_MACHINE_H

#include <stddef.h>

#include "trammel/abi.h"

struct machine {
	const char *arch; /* Docker's name of it */
	enum tr_abi native;
	unsigned abis; /* 1 << enum tr_abi: what its kernels can be called through */
};
extern const struct machine machines[];
extern const size_t n_machines;

/* The machine that this is. */
const struct machine *machine_here(void);
/* The one whose kernels can be called through this ABI. */
const struct machine *machine_with(enum tr_abi abi);

#endif
