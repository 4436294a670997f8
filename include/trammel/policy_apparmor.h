/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From facts to the rules of an AppArmor profile. Pure: the same facts and options give the same rules.
 *
 * Everything that the kernel was seen to ask for is allowed, and of paths only what was seen: as it was
 * named, but for what the kernel itself gives a name to (/proc/PID), and, with evidence from several
 * recordings, for names that are different each time.
 */
#ifndef TRAMMEL_POLICY_APPARMOR_H
#define TRAMMEL_POLICY_APPARMOR_H

#include <stdbool.h>
#include <stddef.h>

#include "trammel/apparmor.h"
#include "trammel/err.h"
#include "trammel/facts.h"
#include "trammel/image_files.h"
#include "trammel/policy.h"

enum tr_paths {
	TR_PATHS_AUTO = 0, /* EVIDENCE of several recordings, EXACT of one */
	TR_PATHS_EXACT,
	TR_PATHS_EVIDENCE,
};

/* "exact", "evidence"; -1 for a word that is neither. */
int tr_paths_from_name(const char *name);
const char *tr_paths_name(enum tr_paths paths);

/* Whose denies the profile has, and what it allows unasked never goes against. */
enum tr_floor {
	TR_FLOOR_DOCKER_DEFAULT = 0,
	TR_FLOOR_NONE,
};

/* "docker-default", "none"; -1 for a word that is neither. */
int tr_floor_from_name(const char *name);
const char *tr_floor_name(enum tr_floor floor);

/* How a pattern may reach files of the image that were not used so. */
enum tr_reach_kind {
	TR_REACH_R,
	TR_REACH_W,
	TR_REACH_M,
	TR_REACH_X,
	TR_REACH_KINDS
};

/* How many files may be reached by patterns alone: none, but to write as many as there are. */
struct tr_policy_reach {
	size_t most[TR_REACH_KINDS];
	bool writing; /* that of W counts, too */
};

/* "r=2,w=0": what it does not name stays. Kind TR_ERR_INPUT says what was expected. */
int tr_policy_reach_set(struct tr_policy_reach *reach, const char *text, struct tr_err *err);

struct tr_policy_apparmor_opts {
	const char *name; /* of the profile */
	enum tr_paths paths;
	enum tr_floor floor;
	/* "file:PATH", "mount:PATH", "network:alg" (escaped as in text); what else there is is not looked at. */
	const struct tr_policy_accept *accepts;
	size_t n_accepts;
	bool tolerate_upgrades; /* of libraries of the image, other versions with the same interface */
	const struct tr_image_files *image; /* NULL: what patterns reach is not looked at */
	struct tr_policy_reach reach;
	struct tr_policy_rules rules; /* allowed and denied by hand */
	bool allow_incomplete, allow_no_start; /* as in struct tr_policy_opts */
};

/* What is beyond what was seen, or could not be said. Strings are of any byte. */
struct tr_policy_apparmor_note {
	char *what; /* a path or a pattern as it stands in the profile, a fact */
	char *why;
	char **names; /* the names it was made of, the first few; sorted */
	size_t n_names, n_all; /* of all of them */
	size_t recordings; /* that had any of them */
	unsigned perms; /* TR_APPARMOR_*; 0 of what is no path */
};

struct tr_policy_apparmor_notes {
	struct tr_policy_apparmor_note *v;
	size_t n, cap;
};

struct tr_policy_apparmor_report {
	size_t n_paths; /* names of files in the facts that need a rule */
	enum tr_paths paths; /* what was done: never AUTO */
	struct tr_policy_apparmor_notes widened; /* patterns instead of names */
	struct tr_policy_apparmor_notes doubts; /* names that may be others next time */
	struct tr_policy_apparmor_notes unknown; /* capabilities that may not be needed */
	struct tr_policy_apparmor_notes unsaid; /* acts that no rule can allow */
	struct tr_policy_apparmor_notes
		both; /* files that may be written and run or mapped as code */
	bool looked; /* what patterns reach is in the next two */
	struct tr_policy_apparmor_notes
		reached; /* patterns, with all files of the image they newly reach */
	size_t n_reached[TR_REACH_KINDS]; /* files */
	enum tr_floor floor;
	struct tr_policy_need *needs; /* against the floor, and not accepted; sorted by fact */
	size_t n_needs;
	struct tr_policy_apparmor_notes broken; /* recorded, and denied by hand */
	struct tr_policy_apparmor_notes idle; /* allowed by hand, and denied or allowed anyway */
	struct tr_policy_apparmor_notes needless; /* accepted, and nothing needs it */
	size_t states; /* predicted */
};
void tr_policy_apparmor_report_release(struct tr_policy_apparmor_report *r);

/*
 * Refuses facts that are incomplete (TR_ERR_INCOMPLETE), saw no start or hold no acts on files
 * (TR_ERR_INPUT), a profile too large for the kernel (TR_ERR_CANNOT), acts that must be accepted first, and
 * patterns that reach too much (TR_ERR_NO; then the report is filled in all the same). report may be NULL.
 */
int tr_policy_apparmor(struct tr_apparmor *ret, const struct tr_facts *facts,
		       const struct tr_policy_apparmor_opts *opts,
		       struct tr_policy_apparmor_report *ret_report, struct tr_err *err);

#endif
