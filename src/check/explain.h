/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Why a rule is there: who did it, when, in how many recordings, what else comes of the same act, and
 * what would fail without it. Everything is taken from facts and from the profile that they make.
 */
#ifndef CHECK_EXPLAIN_H
#define CHECK_EXPLAIN_H

#include "trammel/check.h"
#include "trammel/facts.h"
#include "trammel/policy.h"
#include "trammel/rules.h"

/* One thing that can be asked about. */
struct explain_what {
	enum tr_fact_kind kind;
	int abi; /* SYSCALL: enum tr_abi, or -1: any */
	const char *name; /* SYSCALL, ARG: static; NULL: a number without a name, of one ABI */
	uint32_t nr; /* then */
	unsigned index; /* ARG */
	uint64_t value;
	char *path; /* FILE, EXEC, MOUNT: owned */
	unsigned number; /* CAPABILITY; SOCKET: the family; SIGNAL; PTRACE, IO_URING: the op */
};

struct explain_whats {
	struct explain_what *v;
	size_t n, cap;
};

/*
 * What a word can mean: "syscall:NAME", "ABI:NAME" and "ABI:NUMBER", "arg:NAME:INDEX:VALUE", "file:PATH",
 * "exec:PATH", "cap:NAME", "socket:FAMILY", "signal:NAME", "ptrace:ACCESS", "mount:PATH", "userns:",
 * "io_uring:OP"; without a prefix a path, a number or a name is everything that it
 * can be. A word that is nothing is an error with the names most like it, of kind TR_ERR_INPUT.
 */
int explain_parse(struct explain_whats *ret, const char *word, const struct tr_facts *facts,
		  struct tr_err *err);
void explain_whats_release(struct explain_whats *w);
/* "syscall openat", "argument 1 of ioctl = 0x5401", "file /etc/passwd": heap; any byte. */
char *explain_label(const struct explain_what *what);
/* The word that means this and nothing else: heap; any byte. */
char *explain_word(const struct explain_what *what);

/* The profile that the facts make, however much of it would have to be accepted first. */
struct explain_profile {
	const struct tr_facts *facts;
	struct tr_policy_opts opts; /* points to what it was made from */
	struct tr_policy_accept *accepts; /* those given, and the ones below */
	struct tr_policy_report needs; /* what nobody has accepted yet */
	struct tr_seccomp p;
	struct tr_check_seccomp check;
};
int explain_profile_make(struct explain_profile *ret, const struct tr_facts *facts,
			 const struct tr_policy_opts *opts, struct tr_err *err);
void explain_profile_release(struct explain_profile *e);

struct explain_facts {
	const struct tr_fact **v;
	size_t n, cap;
};

/* Something recorded that would be refused. */
struct explain_break {
	const struct tr_fact *fact;
	const struct tr_fact *value; /* the argument or socket that is; NULL: whatever they are */
	uint32_t ret; /* SECCOMP_RET_* */
};

struct explain {
	const struct explain_what *what;
	struct explain_facts facts; /* that are it */
	struct tr_evidence ev; /* of all of them */
	struct tr_strset digests; /* of the images of the recordings it was seen in */
	struct explain_facts same_act; /* what else comes of the same act */
	/* Of calls, arguments and sockets: a seccomp profile knows no files. */
	const struct tr_rule **rules; /* that allow it, for some arguments or all */
	size_t n_rules;
	const struct tr_rule *refusal; /* that gives it an errno of its own, or NULL */
	bool refused; /* nothing allows it: it gets answer */
	uint32_t answer; /* SECCOMP_RET_* */
	const struct tr_policy_need
		*need; /* it would have to be accepted first; NULL: it need not */
	/* Without it, where it is allowed: */
	struct explain_break *breaks;
	size_t n_breaks;
	bool no_start; /* runtimes make it to start a container */
	uint32_t without; /* what it gets then, SECCOMP_RET_* */
	char *fallback; /* who has another way, and which; NULL: nobody we know of */
	/* Recorded paths that look like it, where nothing is known of it. */
	struct explain_facts like;
};

/* e: NULL where there is no profile. Returns 0 with *ret filled whether or not anything is known. */
int explain(struct explain *ret, const struct explain_what *what, const struct tr_facts *facts,
	    const struct explain_profile *e, struct tr_err *err);
void explain_release(struct explain *x);
/* Recorded, or a rule of the profile's. */
bool explain_found(const struct explain *x);

#endif
