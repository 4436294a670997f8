/* SPDX-License-Identifier: Apache-2.0 */
/* A profile held against facts: the filters there are, and how they are asked. */
#ifndef CHECK_SECCOMP_H
#define CHECK_SECCOMP_H

#include "check/machine.h"
#include "policy/ceiling.h"
#include "policy/hand.h"
#include "policy/siblings.h"
#include "trammel/check.h"

/* What a profile comes to for containers with these capabilities, on this machine and kernel. */
struct variant {
	const struct machine *machine;
	unsigned kernel;
	struct tr_strset caps;
	struct tr_filter f;
};

struct checker {
	struct tr_check_seccomp c;
	const struct tr_facts *facts;
	enum tr_runtime_kind runtime;
	struct variant *variants;
	size_t n_variants, cap_variants;
	size_t *of_recording; /* index into variants */
	struct tr_strset unknown;
	struct ceiling docker;
	struct siblings siblings;
	struct hands hands;
	size_t cap_syscalls, cap_extra;
};

/* Compiles p for what each recording says of itself. */
int check_variants(struct checker *k, const struct tr_seccomp *p, struct tr_err *err);
/* Whether a fact is asked of the variant: it was seen in a recording of it, or in none known. */
bool check_seen_under(const struct checker *k, const struct tr_fact *fact, size_t variant);

/* What a value fact says of the arguments; unknown apart from that. */
struct tr_known_args check_known_args(const struct tr_fact *value);

/* Fills in steps and kept. */
void check_cost(const struct checker *k, struct tr_check_syscall *s);

#endif
