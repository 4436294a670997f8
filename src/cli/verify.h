/* SPDX-License-Identifier: Apache-2.0 */
/* What `trammel verify` found, between the command and the two ways to print it. */
#ifndef CLI_VERIFY_H
#define CLI_VERIFY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "trammel/check.h"
#include "trammel/facts.h"
#include "util/strbuf.h"

struct verify {
	const char *profile;
	bool all, allow_incomplete, complete;
	struct tr_facts facts;
	struct tr_check_seccomp c;
	size_t docker_granted; /* by docker-default, of the native ABI */
	struct strbuf where; /* "Linux 6.1.0 x86_64, libseccomp 2.5.4" */
};

/* Where it came from: the bits of TR_PHASE_* by name. */
struct verify_phase {
	uint32_t bit;
	const char *name;
};
extern const struct verify_phase verify_phases[];
extern const size_t verify_n_phases;

/* Calls fn with each sentence on what the answer does not cover. */
void verify_each_limit(const struct verify *v, void (*fn)(const char *text, void *arg), void *arg);

void verify_print_text(const struct verify *v);
void verify_print_json(const struct verify *v);

#endif
