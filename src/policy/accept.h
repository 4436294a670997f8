/* SPDX-License-Identifier: Apache-2.0 */
/* The acts that somebody took responsibility for: --accept, and the tune file's "accept". */
#ifndef POLICY_ACCEPT_H
#define POLICY_ACCEPT_H

#include "policy/conds.h"
#include "trammel/policy.h"

/* "syscall:NAME", or "arg:NAME:INDEX:VALUE": one value of one argument, the others as they may be. */
struct accept {
	const struct tr_policy_accept *from;
	size_t call; /* place in the syscall table */
	bool arg;
	unsigned index;
	uint64_t value;
	bool used;
};

struct accepts {
	struct accept *v; /* in the order given */
	size_t n;
};

int accepts_parse(struct accepts *ret, const struct tr_policy_accept *v, size_t n,
		  struct tr_err *err);
void accepts_release(struct accepts *a);
/* Reads one fact into call, arg, index and value; the text is not kept. */
int accept_parse(struct accept *ret, const char *fact, struct tr_err *err);
/* "file:/PATH", "mount:/PATH", "network:alg": of AppArmor profiles. A seccomp profile passes them over. */
bool accept_is_apparmor(const char *fact);
/* Whether one fact of either is well-formed; -1 and an error of kind TR_ERR_INPUT where it is not. */
int accept_check(const char *fact, struct tr_err *err);

/* The acceptance of a call whatever its arguments, or NULL; marks it used. */
const struct accept *accepts_call(struct accepts *a, size_t call);
/* The same of one value. */
const struct accept *accepts_arg(struct accepts *a, size_t call, unsigned index, uint64_t value);
/* How the fact is spelled; on the heap. */
char *accept_fact_call(size_t call);
char *accept_fact_arg(size_t call, unsigned index, uint64_t value);

/* Enters what somebody has to accept, sorted by fact, each once. Takes ownership of fact and why. */
void accept_need(struct tr_policy_need **needs, size_t *n, char *fact, char *why, const char *exe);

#endif
