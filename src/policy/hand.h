/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What somebody decided about calls by hand, in the tune file: allowed, denied, or pinned to values of an
 * argument. Both who makes a profile and who judges one need to know what is meant.
 */
#ifndef POLICY_HAND_H
#define POLICY_HAND_H

#include "policy/conds.h"
#include "trammel/policy.h"

struct hand {
	const struct tr_policy_hand *from;
	size_t call; /* place in the syscall table */
	bool arg; /* of one argument; else of the call, whatever its arguments are */
	unsigned index;
	struct conds_alt when; /* the argument has the value */
	bool used;
};

struct hands {
	struct hand *v; /* in the order given */
	size_t n;
};

int hands_parse(struct hands *ret, const struct tr_policy_hands *from, struct tr_err *err);
void hands_release(struct hands *h);
/* Whether one is well-formed; -1 and an error of kind TR_ERR_INPUT where it is not. */
int hand_check(const struct tr_policy_hand *hand, struct tr_err *err);

/* The decision that the call be denied as a whole, or NULL. */
struct hand *hands_deny_call(const struct hands *h, size_t call);
/*
 * The one that keeps this value of an argument out: denied, or not among those that are pinned; NULL.
 * Not asked: whether the call is denied as a whole.
 */
struct hand *hands_deny_value(const struct hands *h, size_t call, unsigned index, uint64_t value);
/* The same of a recorded value, an argument or socket fact of the call. */
struct hand *hands_deny_fact(const struct hands *h, size_t call, const struct tr_fact *value);
/* Whether anything is said of the values of its arguments. */
bool hands_limit_call(const struct hands *h, size_t call);

#endif
