/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ENGINE_ENGINE_H
#define ENGINE_ENGINE_H

#include "engine/backend.h"

#define MAX_BACKENDS 2

struct tr_engine {
	struct backend backends[MAX_BACKENDS];
	size_t n;
};

#endif
