/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the parts of the builder share. Everything is kept by the call's place in the syscall table,
 * which is sorted: the order of rules and names comes from there and from the data files, never from the
 * order in which facts came.
 *
 * Each part says for which arguments it wants which call, and why (builder_want, builder_give); what
 * is not below the ceiling, or on the risk list, gets no further than there. Only when all have spoken
 * are rules made of it (rules.c).
 */
#ifndef POLICY_BUILDER_H
#define POLICY_BUILDER_H

#include "policy/accept.h"
#include "policy/ceiling.h"
#include "policy/conds.h"
#include "policy/hand.h"
#include "policy/risk.h"
#include "policy/runtime.h"
#include "trammel/policy.h"
#include "util/strbuf.h"

/* Why a call is allowed. A call stands under the first reason it has. */
enum reason {
	REASON_MAIN, /* the workload made it */
	REASON_EXEC, /* only docker exec and health checks did */
	REASON_START, /* only the runtime did, while it started the workload */
	REASON_ACCEPTED,
	REASON_BY_HAND,
	REASON_RUNTIME,
	REASON_SOMETIMES,
	REASON_ALWAYS,
	REASON_SIBLING,
	REASON_LOGGED, /* below the ceiling, in a trial */
	REASON_MAX,
};

/* What is known about one name. */
struct name_state {
	bool done; /* someone made it, through any ABI */
	bool denied; /* the profile in force in training refused it */
	bool answered; /* made, and answered ENOSYS all the same, as the ceiling does */
	bool accepted; /* as a whole, whatever its arguments are */
	bool narrowed; /* wanted with less than any arguments, by what was seen */
	bool bounded; /* wanted with less, by the ceiling or the risk list */
	bool by_hand; /* some of what was made of it is denied by hand */
	uint32_t phases;
	struct tr_u32set done_in, errnos;
	const char *exe; /* one that made it, of the facts; NULL: not known */
	struct conds made; /* with which arguments it was seen: any, where that is not known */
	struct conds want[REASON_MAX];
	struct strbuf why; /* of want[REASON_ACCEPTED] */
	struct strbuf hand_why; /* of want[REASON_BY_HAND] */
	struct strbuf limits; /* why hands keep arguments out */
	int plan_errno; /* of the errno plan; 0: none */
};

struct builder {
	struct tr_seccomp *p;
	struct tr_policy_report *report;
	const struct tr_facts *facts;
	const struct tr_policy_opts *opts;
	struct name_state *names; /* by place in the table */
	size_t n;
	struct ceiling ceiling;
	struct risks risks;
	struct accepts accepts;
	struct hands hands;
	bool trial; /* --default-action log: arguments are not tried, nor is the risk list */
	unsigned abis; /* 1 << enum tr_abi: made syscalls, were asked for, or a machine's own */
	unsigned machines; /* the machines' own: what kernels and runtimes there speak */
};

/* A name from our data; NULL where no ABI of `abis` has such a call. */
struct name_state *builder_name(const struct builder *b, const char *name, unsigned abis);
/* The same by its place in the table. */
bool builder_has(const struct builder *b, size_t call, unsigned abis);
/* Wants what nobody was seen to make: what is left of it below the ceiling, and of no risk. */
void builder_give(struct builder *b, enum reason reason, size_t call, const struct conds *for_args);
/* Whether anybody wants it for any arguments. */
bool builder_wanted(const struct name_state *s);

/* observe.c: notes what the facts say, and then wants it. needs are in the report. */
void observe_facts(struct builder *b);
void observe_want(struct builder *b);

/*
 * by_hand.c: notes that something recorded is denied by hand; then, when all have said what they want,
 * adds what is allowed by hand, takes away what is denied, and lists the decisions that change nothing.
 */
void by_hand_broke(struct builder *b, const struct tr_fact *fact, char *what,
		   const struct hand *hand);
void by_hand_allow(struct builder *b);
int by_hand_limit(struct builder *b, struct tr_err *err);

/* rules.c: makes the rules of what is wanted, and of what is refused in a way of its own. */
void rules_of_wants(struct builder *b, const struct policy_runtime *rt);
void rules_of_refusals(struct builder *b);

#endif
