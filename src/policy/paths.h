/* SPDX-License-Identifier: Apache-2.0 */
/* The names of files that a profile needs, from facts to patterns. */
#ifndef POLICY_PATHS_H
#define POLICY_PATHS_H

#include "trammel/apparmor.h"
#include "trammel/facts.h"
#include "trammel/policy_apparmor.h"

/* Everything that is known of one name, or in the end of one pattern. */
struct name {
	const char *path; /* of the facts, or of the list's own */
	const char *target; /* of a link; NULL: no link */
	struct tr_apparmor_pattern pattern, target_pattern;
	uint16_t perms;
	uint16_t others; /* of perms, what was asked of a file that may be another user's */
	uint32_t acts; /* 1 << enum tr_act */
	uint32_t flags, where; /* of the evidence */
	struct tr_u32set recordings;
	struct tr_strset exes;
	const char *why; /* that it is a pattern; static, or NULL */
};

struct names {
	struct name *v;
	size_t n, cap;
	char **own; /* strings that are in no fact */
	size_t n_own, cap_own;
};

void names_release(struct names *names);

/* What facts ask for, by name, sorted; each name once, and each pair of names of a link. */
void names_of_facts(struct names *names, const struct tr_facts *facts);

/* Gives each its pattern: the very name, but for parts that the kernel counts. */
void names_canonical(struct names *names);

/* Makes one of those with the same pattern, and sorts by it. */
void names_unite(struct names *names);

/*
 * evidence.c: patterns where names are different in each recording (widen is set), and in any case which
 * names look as if they were; into the report.
 */
void names_widen(struct names *names, size_t n_recordings, bool widen,
		 struct tr_policy_apparmor_report *report);

/*
 * Appends a component of a path as it is, or, where it is written to and the kernel's name for a file without
 * one, as that.
 */
void name_add_component(struct tr_apparmor_pattern *p, const char *s, size_t len, bool written);

/* The pattern as the profile has it, without quotes. */
char *name_text(const struct tr_apparmor_pattern *p);

/* Appends a note; takes nothing over. */
struct tr_policy_apparmor_note *note_add(struct tr_policy_apparmor_notes *notes, const char *what,
					 const char *why);
/* Of names, the first few are kept; or each. */
void note_add_name(struct tr_policy_apparmor_note *note, const char *name);
void note_add_every_name(struct tr_policy_apparmor_note *note, const char *name);

#endif
