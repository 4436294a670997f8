/* SPDX-License-Identifier: Apache-2.0 */
/* A set of rules of a profile: its automaton, and what its states permit. */
#ifndef EVAL_APPARMOR_DB_H
#define EVAL_APPARMOR_DB_H

#include <stddef.h>
#include <stdint.h>

#include "eval/apparmor_dfa.h"
#include "eval/apparmor_stream.h"
#include "trammel/apparmor_policy.h"

/* How a program that may be executed goes on (Linux, security/apparmor/include/file.h). */
#define AA_X_INDEX_MASK 0x00ffffffu
#define AA_X_TYPE_MASK	0x0c000000u
#define AA_X_NAME	0x04000000u /* by its own name */
#define AA_X_TABLE	0x08000000u /* by one of the names */
#define AA_X_UNSAFE	0x10000000u
#define AA_X_CHILD	0x20000000u
#define AA_X_INHERIT	0x40000000u
#define AA_X_UNCONFINED 0x80000000u

struct aa_perms {
	uint32_t allow, deny, audit, quiet, xindex;
};

/* What a state's words in the accept tables mean. */
enum aa_packing {
	AA_PACKED_FILE, /* two times permissions on files, the owner's and another's */
	AA_PACKED_RULES, /* permissions of another kind, spread over both */
	AA_INDEXED, /* the number of an entry of perms */
	AA_INDEXED_PAIRS, /* the same, and the entry behind it is another's, if the state says so */
	AA_INDEXED_ALL_PAIRS, /* each does (parser 4.1) */
};

struct tr_aa_db {
	struct aa_dfa dfa;
	enum aa_packing packing;
	uint32_t version; /* of the policy: what packed permissions mean */
	uint32_t start, file_start;
	struct aa_perms *perms;
	uint32_t n_perms;
	char **names; /* what AA_X_TABLE counts */
	uint32_t n_names;
};

/* Whether it is the set of rules on files, or of everything else. */
enum aa_db_use {
	AA_DB_FILE,
	AA_DB_RULES,
	AA_DB_ATTACH, /* which programs the profile is put on */
};

/*
 * Takes a set of rules off the stream, *ret NULL if there is none. On an error *ret is freed and NULL.
 */
int aa_db_read(struct tr_aa_db **ret, struct aa_stream *s, enum aa_db_use use, uint32_t version,
	       struct tr_err *err);
void aa_db_free(struct tr_aa_db *db);

/* What the state permits; owner matters to files only. */
struct aa_perms aa_db_perms(const struct tr_aa_db *db, uint32_t state, bool owner);

#endif
