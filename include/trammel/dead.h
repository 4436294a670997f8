/* SPDX-License-Identifier: Apache-2.0 */
/* Rules of a profile that no call of any container can match, and why. */
#ifndef TRAMMEL_DEAD_H
#define TRAMMEL_DEAD_H

#include <stdbool.h>
#include <stddef.h>

#include "trammel/err.h"
#include "trammel/rules.h"

enum tr_dead_kind {
	TR_DEAD_NEVER, /* it cannot match, whatever else there is */
	TR_DEAD_NO_CALL, /* there is no call of this name where it holds */
	TR_DEAD_TWICE, /* another one says the same of the same */
	TR_DEAD_COVERED, /* others decide everything that it could */
};

struct tr_dead {
	enum tr_dead_kind kind;
	bool otherwise; /* COVERED: some of them do something else than it */
	char *path; /* "syscalls[3]", or "syscalls[3].names[1]" where its other names do match */
	unsigned line; /* of the rule; 0: not known */
	char *names; /* what it is about, separated by commas: may hold any byte */
	char *why; /* may quote the profile, too */
};

struct tr_dead_list {
	struct tr_dead *v; /* in the profile's order */
	size_t n, cap;
};
void tr_dead_release(struct tr_dead_list *l);

/*
 * A rule is dead if it changes no answer of the filter: on no machine that the profile names, on no
 * kernel, with no capabilities. Where two rules stand in for each other, the later one is dead. What
 * takes too long to find out is not said to be dead. A rule that says what the default action says is
 * so by intent, and dead only where another one gives its calls a different answer.
 */
void tr_dead_rules(struct tr_dead_list *ret, const struct tr_seccomp *p);

#endif
