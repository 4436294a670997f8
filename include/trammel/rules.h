/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a seccomp profile says, independent of its spelling: the common form between policy (which
 * makes rules from facts), formats (which read and write them) and eval (which compiles them).
 */
#ifndef TRAMMEL_RULES_H
#define TRAMMEL_RULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "trammel/abi.h"
#include "trammel/err.h"

enum tr_action {
	TR_ACTION_ALLOW = 0,
	TR_ACTION_LOG,
	TR_ACTION_NOTIFY,
	TR_ACTION_TRACE,
	TR_ACTION_ERRNO,
	TR_ACTION_TRAP,
	TR_ACTION_KILL_THREAD,
	TR_ACTION_KILL_PROCESS,
	TR_ACTION_MAX,
};

enum tr_cmp {
	TR_CMP_EQ,
	TR_CMP_NE,
	TR_CMP_LT,
	TR_CMP_LE,
	TR_CMP_GT,
	TR_CMP_GE,
	TR_CMP_MASKED_EQ
};

/* One condition. For MASKED_EQ, as libseccomp has it: (arg & value) == value2. */
struct tr_cond {
	uint32_t index; /* 0..5 */
	enum tr_cmp op;
	uint64_t value, value2;
};

/*
 * A rule: these names, under these conditions (all of them), get this action. Several rules of one
 * name are alternatives.
 */
struct tr_rule {
	char **names; /* owned, as is each name */
	size_t n_names;
	enum tr_action action;
	int errno_ret; /* -1: not given; the runtime takes EPERM */
	struct tr_cond *conds;
	size_t n_conds;
	char *comment; /* why; NULL if none */
	unsigned line; /* where it was read from, 0 if nowhere */
	/* Docker's conditions on the rule itself; see seccomp.h for how they are resolved. */
	char **inc_caps, **inc_arches, **exc_caps, **exc_arches;
	size_t n_inc_caps, n_inc_arches, n_exc_caps, n_exc_arches;
	unsigned inc_min_kernel, exc_min_kernel; /* major << 16 | minor; 0 is none */
};

/* An architecture and those that go with it, by libseccomp's upper-case name (SCMP_ARCH_X86). */
struct tr_arch_map {
	char *arch;
	char **sub;
	size_t n_sub;
};

struct tr_seccomp {
	enum tr_action default_action;
	int default_errno; /* -1: not given */
	char **arches; /* "SCMP_ARCH_X86_64", ...; either these or arch_map */
	size_t n_arches;
	struct tr_arch_map *arch_map;
	size_t n_arch_map;
	char **flags; /* "SECCOMP_FILTER_FLAG_LOG", ... */
	size_t n_flags;
	bool has_flags; /* `"flags": []` is not the same as none, on runc >= 1.2 */
	char *listener_path, *listener_metadata;
	struct tr_rule *rules;
	size_t n_rules, cap_rules;
	const char *inside; /* "linux.seccomp": it is a part of its file; static, or NULL */
};

/* Sets it to: errno by default, EPERM, no rules. */
void tr_seccomp_init(struct tr_seccomp *p);
void tr_seccomp_release(struct tr_seccomp *p);
/* Appends an empty rule (ALLOW, no errno) and returns it; valid until the next append. */
struct tr_rule *tr_seccomp_add_rule(struct tr_seccomp *p);
/* Copies the name into the rule. */
void tr_rule_add_name(struct tr_rule *r, const char *name);
void tr_rule_add_cond(struct tr_rule *r, struct tr_cond c);
void tr_seccomp_add_arch(struct tr_seccomp *p, const char *arch);
/* Whether it says what the default says, errno and all: runtimes leave such a rule out. */
bool tr_rule_is_default(const struct tr_seccomp *p, const struct tr_rule *r);
/* Whether both do the same with a call. */
bool tr_rule_same_action(const struct tr_rule *a, const struct tr_rule *b);
/* Appends a deep copy of a rule of another profile; valid until the next append. */
struct tr_rule *tr_seccomp_add_rule_copy(struct tr_seccomp *p, const struct tr_rule *src);
/* Copies an architecture and its companions into the map. */
void tr_arch_map_add(struct tr_seccomp *p, const char *arch, char *const *sub, size_t n_sub);
/* Appends a copy of s to a list of strings (names, flags, a rule's inc_caps, ...). */
void tr_strings_add(char ***v, size_t *n, const char *s);
bool tr_strings_has(char *const *v, size_t n, const char *s);
/* Deep copy. dst need not be initialised. */
void tr_seccomp_copy(struct tr_seccomp *dst, const struct tr_seccomp *src);

/* "SCMP_ACT_ALLOW" and back (-1 where unknown; SCMP_ACT_KILL is kill-thread). */
const char *tr_action_name(enum tr_action a);
int tr_action_from_name(const char *name);
/* Whether an errno with it means something. */
bool tr_action_has_errno(enum tr_action a);
const char *tr_cmp_name(enum tr_cmp c);
int tr_cmp_from_name(const char *name);
/* "SCMP_ARCH_X86_64" of an ABI and back. */
const char *tr_arch_of_abi(enum tr_abi abi);
int tr_abi_of_arch(const char *arch);

#endif
