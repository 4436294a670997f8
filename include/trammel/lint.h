/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is dangerous in a profile, against an engine's default, and what is useless: what it says and the
 * runtimes make something else of, or nothing.
 */
#ifndef TRAMMEL_LINT_H
#define TRAMMEL_LINT_H

#include <stddef.h>

#include "trammel/apparmor_policy.h"
#include "trammel/apparmor_text.h"
#include "trammel/cbpf.h"
#include "trammel/err.h"
#include "trammel/rules.h"

enum tr_lint_level {
	TR_LINT_LOW,
	TR_LINT_MEDIUM,
	TR_LINT_HIGH,
	TR_LINT_LEVELS
};

/* Every kind of finding. The ids (tr_lint_rules) never change their meaning. */
enum tr_lint_rule {
	TR_LINT_REFUSED,
	TR_LINT_DEFAULT_ALLOWS,
	TR_LINT_RISKY,
	TR_LINT_BEYOND,
	TR_LINT_HIGH_BITS,
	TR_LINT_SPLIT,
	TR_LINT_SWALLOWED,
	TR_LINT_CLONE3,
	TR_LINT_ORDER,
	TR_LINT_WIDE,
	TR_LINT_STRAY_BITS,
	TR_LINT_VERSIONS,
	TR_LINT_FLAGS,
	TR_LINT_NATIVE,
	TR_LINT_UNKNOWN_NAME,
	TR_LINT_NEVER,
	TR_LINT_NO_EFFECT,
	TR_LINT_DUPLICATE,
	/* Of AppArmor profiles, from here on. */
	TR_LINT_AA_MODE,
	TR_LINT_AA_EXEC_UNCONFINED,
	TR_LINT_AA_EXEC_PROFILE,
	TR_LINT_AA_CHANGE_PROFILE,
	TR_LINT_AA_CAPABILITY,
	TR_LINT_AA_ALL_CAPABILITIES,
	TR_LINT_AA_MOUNT,
	TR_LINT_AA_NETWORK,
	TR_LINT_AA_PTRACE,
	TR_LINT_AA_SIGNAL,
	TR_LINT_AA_FLOOR,
	TR_LINT_AA_WRITABLE_CODE,
	TR_LINT_AA_DENIED,
	TR_LINT_AA_SWALLOWED,
	TR_LINT_AA_NO_ABI,
	TR_LINT_AA_LEFT,
	TR_LINT_RULES,
	TR_LINT_SECCOMP_RULES = TR_LINT_AA_MODE
};

struct tr_lint_rule_info {
	const char *id; /* "seccomp-risky", "apparmor-mode" */
	const char *summary;
	enum tr_lint_level level; /* of most of its findings */
};
extern const struct tr_lint_rule_info tr_lint_rules[TR_LINT_RULES];

struct tr_finding {
	enum tr_lint_rule rule;
	enum tr_lint_level level;
	unsigned line; /* of the profile's file; 0: of none in particular, or no file */
	char *subject; /* what it is about, the same whatever line that is on: "mount" */
	char *text; /* a sentence without a full stop; may quote the profile: not safe to show */
};

struct tr_lint {
	struct tr_finding *v; /* the gravest first, then by line */
	size_t n, cap;
};
void tr_lint_release(struct tr_lint *l);

/*
 * p is held against `engine`, an engine's default profile, for containers with its default
 * capabilities. What that allows too is low, whatever it is. Fails only where `engine` does not
 * compile: that p does not is a finding.
 */
int tr_lint_seccomp(struct tr_lint *ret, const struct tr_seccomp *p,
		    const struct tr_seccomp *engine, struct tr_err *err);

/*
 * The same of filters that are in force together on this machine, whatever they were made of: what
 * they allow. n is 0 where there is none.
 */
int tr_lint_filters(struct tr_lint *ret, const struct tr_filter *f, size_t n,
		    const struct tr_seccomp *engine, struct tr_err *err);

/*
 * The same of AppArmor profiles: of all in the document. policy is what it was compiled to; engine is the engine's default. What that allows too is low, apart from capabilities and kinds
 * of exec that a rule names. How rules come to be of no effect is found by compiling each by itself; where
 * that fails nothing is said of it.
 */
void tr_lint_apparmor(struct tr_lint *ret, const struct tr_apparmor_document *d,
		      const struct tr_aa_policy *policy, const struct tr_aa_profile *engine);

/* "low", "medium", "high"; -1 for a name that is none. */
const char *tr_lint_level_name(enum tr_lint_level level);
int tr_lint_level_from_name(const char *name);

/*
 * Why a rule can match no call that any container makes, or NULL: nothing is both included and
 * excluded, no argument is below 0, ... Static.
 */
const char *tr_rule_never(const struct tr_rule *r);

#endif
