/* SPDX-License-Identifier: Apache-2.0 */
/* `trammel explain`, between the command and the two ways to print what it found. */
#ifndef CLI_EXPLAIN_H
#define CLI_EXPLAIN_H

#include <json-c/json.h>
#include <stdbool.h>

#include "check/explain.h"

struct explain_aa_profile; /* check/explain_apparmor.h */

struct explaining {
	struct tr_facts facts;
	const struct explain_profile *profile; /* NULL: the facts make none */
	const struct explain_aa_profile *apparmor; /* the same */
	bool all; /* whole lists */
};

/*
 * In which second of a recording it was first and last seen, from 1; 0 where it is not known, or
 * where several recordings make it mean nothing.
 */
struct explain_seen {
	int64_t first, last;
};
struct explain_seen explain_seen(const struct tr_facts *facts, const struct tr_evidence *ev);

/* A fact in one line, safe to show: "open /etc/passwd for r", "syscall openat of i386"; heap. */
char *explain_fact_text(const struct tr_fact *fact);

void explain_print_text(const struct explaining *e, const struct explain *x);
/* The rules of an AppArmor profile that are there for it; nothing where there is no profile. */
void explain_print_apparmor(const struct explaining *e, const struct explain *x);
json_object *explain_apparmor_json(const struct explaining *e, const struct explain *x);
json_object *explain_json(const struct explaining *e, const struct explain *x);

#endif
