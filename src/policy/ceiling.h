/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an engine's default profile allows a container: for which arguments, by call, under the
 * capabilities that each recorded container had. No emitted profile allows more unasked.
 */
#ifndef POLICY_CEILING_H
#define POLICY_CEILING_H

#include "policy/conds.h"
#include "trammel/err.h"
#include "trammel/facts.h"

struct ceiling_variant; /* one set of capabilities, one kernel */

struct ceiling {
	const char *name; /* "docker-default"; NULL: there is none, everything is below it */
	struct ceiling_variant *variants;
	size_t n_variants, cap_variants;
	size_t *of_recording; /* index into variants */
	size_t n_recordings;
};

/*
 * name: "docker-default", "docker-default@VERSION" as profiles/engine/index.csv has them, NULL for the
 * first, or "none". machines: 1 << enum tr_abi of the machines' own ABIs; a call is below where it is
 * on every machine that has it.
 */
int ceiling_load(struct ceiling *ret, const char *name, const struct tr_facts *facts,
		 unsigned natives, struct tr_err *err);
void ceiling_release(struct ceiling *c);

/*
 * For which arguments the default lets these recordings' containers make the call, by its place in the
 * syscall table: what one of them may, is below. NULL or an empty set: all recordings. To release.
 */
struct conds ceiling_of(const struct ceiling *c, size_t call, const struct tr_u32set *recordings);
/* Whether it answers the call with an ENOSYS of its own, in all of these recordings. */
bool ceiling_answers_enosys(const struct ceiling *c, size_t call,
			    const struct tr_u32set *recordings);

/*
 * The conditions of one call's ALLOW rules in forms of ours. A range is cut into aligned blocks; one
 * without an end stops at the next power of two (of address families, say, there are no more).
 * Never more than the rules allow, and less only there.
 */
struct conds ceiling_conds(const struct tr_rule *const *rules, size_t n);

#endif
