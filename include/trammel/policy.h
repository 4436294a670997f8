/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From facts to rules. Pure: the same facts and options give the same rules, whatever the machine,
 * the time or the order in which the facts came.
 */
#ifndef TRAMMEL_POLICY_H
#define TRAMMEL_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "trammel/err.h"
#include "trammel/facts.h"
#include "trammel/rules.h"

/* Which observed calls are narrowed to the argument values they were made with. */
enum tr_policy_args {
	TR_POLICY_ARGS_RISKY = 0, /* those whose other values give an attacker something */
	TR_POLICY_ARGS_NONE,
	TR_POLICY_ARGS_ALL, /* all whose arguments are recorded */
};

/* An act that is allowed although it is beyond the ceiling or on the risk list. */
struct tr_policy_accept {
	/* "syscall:NAME", "arg:NAME:INDEX:VALUE"; of AppArmor "file:PATH", "mount:PATH", "network:alg" */
	const char *fact;
	const char *why; /* goes into the rule's comment; NULL: nothing is said */
};

/* What somebody decided about one call, whatever was recorded of it. */
enum tr_hand_kind {
	TR_HAND_ALLOW, /* though nobody made it */
	TR_HAND_DENY, /* though somebody did */
	TR_HAND_PIN, /* with no other values of the argument than those that are pinned */
	TR_HAND_MAX,
};

struct tr_policy_hand {
	enum tr_hand_kind kind;
	const char *fact; /* "syscall:NAME", "arg:NAME:INDEX:VALUE"; a pin is of the latter */
	const char *why; /* goes into the rule's comment; never NULL */
	uint64_t mask; /* the bits of the argument that VALUE is about; 0: the lower 32, or all */
	int errno_ret; /* what a call that is denied as a whole answers; 0: as others do */
};

struct tr_policy_hands {
	const struct tr_policy_hand *v;
	size_t n;
};

/* The same about what AppArmor decides: a rule in its own words (apparmor.d(5)). */
struct tr_policy_rule {
	enum tr_hand_kind kind; /* ALLOW or DENY */
	const char *rule; /* one, without "deny"; a comma behind it or not */
	const char *why; /* never NULL */
};

struct tr_policy_rules {
	const struct tr_policy_rule *v;
	size_t n;
};

struct tr_policy_opts {
	/*
	 * Runtimes whose own calls are allowed: a comma-separated list of names of
	 * profiles/runtime/ sets ("runc", "crun", "runc-1.1.5"), "all" or NULL for all, "none".
	 */
	const char *runtime;
	/*
	 * What the profile never goes beyond unasked, arguments included: "docker-default" (or
	 * NULL), "docker-default@VERSION", "none".
	 */
	const char *ceiling;
	const struct tr_policy_accept *accepts;
	size_t n_accepts;
	/* Denying wins over every reason to allow; what is denied needs no accepting. */
	struct tr_policy_hands hands;
	unsigned arches; /* 1 << enum tr_abi: to be named beside those that made syscalls */
	/*
	 * For everything else. ALLOW, which would be no profile, stands for ERRNO with EPERM. With
	 * LOG the profile refuses what the ceiling does, and logs what else it would have refused.
	 */
	enum tr_action default_action;
	enum tr_policy_args args;
	bool no_siblings; /* leave out other forms of observed calls */
	bool allow_incomplete; /* a recording with losses, or a journal, is taken all the same */
	bool allow_no_start; /* no recording saw a container start */
};

/* A syscall that was made and has no name in any table of ours: no profile can speak of it. */
struct tr_policy_unnamed {
	enum tr_abi abi;
	uint32_t nr;
};

/* An act that needs to be accepted. */
struct tr_policy_need {
	char *fact; /* what to accept */
	char *why; /* "beyond docker-default", "on the risk list (high): ..." */
	char *exe; /* who did it, as the container called itself: any byte; NULL: not known */
};

/* Something that was recorded, and is denied by hand: what will fail. */
struct tr_policy_broken {
	char *fact;
	char *why; /* the decision's */
	char *exe; /* who did it: any byte; NULL: not known */
	uint32_t phases;
	struct tr_u32set recordings;
};

/* What became of the facts: for a summary, and for warnings. Names are counted once. */
struct tr_policy_report {
	/* allowed, by the first reason that has the name */
	size_t n_observed, n_accepted, n_runtime, n_always, n_siblings;
	size_t n_logged; /* allowed and logged, as a trial */
	size_t n_errno; /* names that answer ENOSYS instead of the default */
	size_t n_denied; /* names that were only ever refused in training, and stay refused */
	struct tr_policy_unnamed *unnamed; /* left out of the profile; by abi and number */
	size_t n_unnamed;
	struct tr_policy_need *needs; /* sorted by fact */
	size_t n_needs;
	char **needless; /* accepted, and nothing that was recorded needs it */
	size_t n_needless;
	size_t n_by_hand; /* names that are allowed by hand only */
	struct tr_policy_broken *broken; /* sorted by fact */
	size_t n_broken;
	const char **unstarted; /* denied by hand, and runtimes make them to start a container */
	size_t n_unstarted;
	char **idle; /* decisions that change nothing: "deny syscall:mount" */
	size_t n_idle;
	char **answered; /* made, and answered ENOSYS as the ceiling does: callers fall back */
	size_t n_answered;
	unsigned abis; /* 1 << enum tr_abi of every one that made a syscall */
	size_t n_narrowed; /* observed names that are allowed with the arguments seen only */
	/* Names that would be narrowed and could not be; static, by name. */
	const char **open; /* more values than are worth telling apart */
	size_t n_open;
	const char **unseen; /* a recording did not look at their arguments, or lost something */
	size_t n_unseen;
	unsigned guessed; /* named in the profile, never seen */
	unsigned killed; /* of the same machines, not named: the kernel kills their callers */
};
void tr_policy_report_release(struct tr_policy_report *r);

/* The options that have a spelling in words: --runtime=LIST and the like. */
enum tr_policy_option {
	TR_POLICY_RUNTIME,
	TR_POLICY_ARGS,
	TR_POLICY_SIBLINGS,
	TR_POLICY_ARCH,
	TR_POLICY_CEILING,
	TR_POLICY_DEFAULT_ACTION,
	TR_POLICY_OPTIONS,
};
/* "runtime", "default-action", ... */
const char *tr_policy_option_name(enum tr_policy_option option);
/*
 * Sets one option from its word, to which opts may point from then on. The error, of kind
 * TR_ERR_INPUT, says what was expected. Names of runtimes and ceilings are looked up when they are
 * used.
 */
int tr_policy_option_set(struct tr_policy_opts *opts, enum tr_policy_option option,
			 const char *word, struct tr_err *err);

/* "allow", "deny", "pin". */
const char *tr_hand_name(enum tr_hand_kind kind);

/*
 * Makes the seccomp rules, grouped by reason, each with its comment, names sorted: observed;
 * accepted; allowed by hand; the runtime's own; always; siblings; the errno plan. A name is in one rule, or, where it
 * is allowed for some arguments only, in one for each alternative. Refuses facts that are incomplete
 * (TR_ERR_INCOMPLETE), that saw no container start (TR_ERR_INPUT) or hold no syscalls, and those
 * with acts that need to be accepted (TR_ERR_NO): then, and only then of all failures, *ret_report is
 * filled, with needs. ret_report may be NULL. Docker's format has names and not numbers: with facts of
 * more than one ABI of a machine, a name that one of them needs is allowed for all of them.
 */
int tr_policy_seccomp(struct tr_seccomp *ret, const struct tr_facts *facts,
		      const struct tr_policy_opts *opts, struct tr_policy_report *ret_report,
		      struct tr_err *err);

#endif
