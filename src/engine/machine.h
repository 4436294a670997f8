/* SPDX-License-Identifier: Apache-2.0 */
/* Is the engine's machine this one? */
#ifndef ENGINE_MACHINE_H
#define ENGINE_MACHINE_H

#include <stdint.h>

#include "engine/inspect.h"

struct machine {
	char kernel[65]; /* uname -r */
	char host[65];
	uint64_t memory; /* bytes */
};

void machine_this(struct machine *ret);
/* NULL if the engine may well run on m; else why it does not, on the heap. */
char *machine_why_not(const struct machine *m, const struct engine_desc *d);

#endif
