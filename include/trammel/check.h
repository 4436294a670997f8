/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Facts against compiled policy: what would be refused, and what else is allowed.
 */
#ifndef TRAMMEL_CHECK_H
#define TRAMMEL_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "trammel/cbpf.h"
#include "trammel/err.h"
#include "trammel/facts.h"
#include "trammel/policy.h"
#include "trammel/rules.h"

enum tr_verdict {
	TR_VERDICT_ALLOWED, /* whatever the arguments are */
	TR_VERDICT_DEPENDS, /* allowed for some arguments, or for a tracer or listener to decide */
	TR_VERDICT_DENIED, /* for all of them */
	/*
	 * Refused with ENOSYS as Docker's default does, while the older call that its callers then
	 * make is allowed: a container that was recorded without that profile gets along with it.
	 */
	TR_VERDICT_ANSWERED,
	TR_VERDICT_BY_HAND, /* refused, and somebody decided so: what else was made of it is not */
};

/*
 * One recorded syscall under the profile. fact points into the facts that were given, as does
 * value. Where the profile asks for arguments and the recordings have them, the verdict is about
 * the values there were.
 */
struct tr_check_syscall {
	const struct tr_fact *fact;
	const struct tr_fact *value; /* the first argument or socket fact that is denied, or NULL */
	enum tr_verdict verdict;
	bool by_args; /* its recorded arguments decided */
	uint32_t ret; /* the refusal, SECCOMP_RET_*, if it is DENIED or BY_HAND */
	const char *why; /* the decision's, if it is BY_HAND; points into the hands given */
	/*
	 * The most instructions that are walked for it: for the arguments that were recorded where
	 * all of them were, else for any.
	 */
	unsigned steps;
	bool kept; /* none of them, on Linux 5.11 and later: see tr_filter_kept */
	unsigned
		runtimes; /* 1 << enum tr_runtime_kind: those under which the verdict is this one */
};

/* One syscall that the profile allows and nothing recorded asked for. name is static. */
struct tr_check_extra {
	enum tr_abi abi;
	uint32_t nr;
	const char *name;
	enum tr_verdict verdict; /* ALLOWED or DEPENDS */
};

struct tr_check_seccomp {
	struct tr_check_syscall *syscalls; /* in fact order; refused ones in training left out */
	size_t n_syscalls;
	size_t n_allowed, n_depends, n_denied, n_answered, n_by_hand;
	size_t n_undenied; /* denied by hand, and allowed: the profile was not made with these hands */
	struct tr_check_extra *extra; /* by abi, then name */
	size_t n_extra;
	char **unknown; /* names in the profile that the compiler does not know; NULL-terminated */
	enum tr_abi
		native; /* of the machine that was recorded on; this one's where none is known */
	size_t n_granted; /* syscalls of the native ABI that are allowed, for some arguments or all */
	size_t filter_len; /* instructions */
	/* By syscall_at(): the refusal if the native ABI's call is DENIED, else SECCOMP_RET_ALLOW. */
	uint32_t *refusal;
	size_t n_names;
};
void tr_check_seccomp_release(struct tr_check_seccomp *c);

/*
 * Compiles p as the engine would resolve it for the machine, the kernel and the capabilities that
 * each recorded container had, for this runtime, and asks it for every recorded syscall that was
 * DONE, and for every syscall we know a number of. A fact that was only ever refused is no demand.
 * Returns 0 with *ret filled whether or not something is denied. What is refused and was decided to be
 * by hands (NULL: none) is BY_HAND.
 */
int tr_check_seccomp_for(struct tr_check_seccomp *ret, const struct tr_seccomp *p,
			 const struct tr_facts *facts, enum tr_runtime_kind runtime,
			 const struct tr_policy_hands *hands, struct tr_err *err);
/* The same for runc 1.0 and 1.1, without hands. */
int tr_check_seccomp(struct tr_check_seccomp *ret, const struct tr_seccomp *p,
		     const struct tr_facts *facts, struct tr_err *err);

/* The same under several runtimes, in the order of tr_check_runtime_names. */
#define TR_CHECK_RUNTIMES 3
struct tr_check_runtime {
	enum tr_runtime_kind kind;
	const char *name; /* "runc 1.0 and 1.1" */
	char *refused; /* why it refuses to start a container with the profile; NULL: it does not */
	struct tr_check_seccomp c; /* if it does not */
};
struct tr_check_runtimes {
	struct tr_check_runtime v[TR_CHECK_RUNTIMES];
	size_t n;
	/*
	 * All that take the profile together: of each recorded syscall the worst verdict, of all
	 * others the best, and the first one's numbers.
	 */
	struct tr_check_seccomp all;
};
void tr_check_runtimes_release(struct tr_check_runtimes *r);
/* runtimes: 1 << enum tr_runtime_kind. Fails if all of them refuse it, with what the first one says. */
int tr_check_runtimes(struct tr_check_runtimes *ret, const struct tr_seccomp *p,
		      const struct tr_facts *facts, unsigned runtimes, struct tr_err *err);
int tr_check_runtimes_by_hand(struct tr_check_runtimes *ret, const struct tr_seccomp *p,
			      const struct tr_facts *facts, unsigned runtimes,
			      const struct tr_policy_hands *hands, struct tr_err *err);

/* What some versions of a runtime or an engine make of something that the profile uses. */
struct tr_check_version {
	char *uses; /* what it is: the word of profiles/versions.csv */
	char *who, *versions; /* "runc", "before 1.2.0" */
	char *effect; /* "refused", "ignored", "stale" */
	char *what;
};
struct tr_check_versions {
	struct tr_check_version *v; /* the gravest first */
	size_t n, cap;
};
/* Whether a word of profiles/versions.csv's first column is one that is asked for. */
bool tr_check_version_word(const char *word);
void tr_check_versions_release(struct tr_check_versions *l);
/* has_unknown: the compiler does not know some of the profile's names. */
void tr_check_versions(struct tr_check_versions *ret, const struct tr_seccomp *p, bool has_unknown);

#endif
