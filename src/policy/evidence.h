/* SPDX-License-Identifier: Apache-2.0 */
/* What finding patterns in names is made of: evidence.c for names with a shape, growing.c for those without. */
#ifndef POLICY_EVIDENCE_H
#define POLICY_EVIDENCE_H

#include "policy/paths.h"
#include "policy/shapes.h"

#define CODE (TR_PERM_X | TR_PERM_M)

/* A name on its way: what of its path is a pattern already, and what is left. */
struct item {
	struct name name; /* pattern: as far as it is done */
	const char *rest;
	size_t len; /* of the next component */
	unsigned varied; /* so many components are patterns */
};

/* A name in which more than that changes would be copied without end for each way to see it. */
#define MOST_VARIED 3

struct items {
	struct item *v;
	size_t n, cap;
};

/* One pattern for numbers, one of each run of letters and digits, and one of a directory whose names are data. */
enum {
	WAY_NUMBERS = 0,
	WAY_RANDOM,
	WAY_GROWING = WAY_RANDOM + SHAPE_FAMILIES,
	WAYS,
};

/* A component of the path, and everything that is below it in one directory. */
struct part {
	struct shape_name name;
	struct tr_u32set recordings;
	uint32_t where;
	bool made, gone; /* by the container itself */
	struct varied {
		const struct tr_apparmor_pattern *pattern; /* NULL: no family */
		const char *why;
	} varied[WAYS];
};

struct widening {
	struct items items, next, done;
	size_t n_recordings;
	bool widen;
	struct tr_policy_apparmor_report *report;
	struct tr_apparmor_pattern **patterns; /* owned */
	size_t n_patterns, cap_patterns;
};

/* Appends to the note the names of parts, and in how many recordings they were. */
void note_parts(struct tr_policy_apparmor_note *note, struct part *const *v, size_t n);

/* In how many recordings any of them was. */
size_t recordings_of_parts(struct part *const *v, size_t n);

/* One that lives as long as w. */
struct tr_apparmor_pattern *new_pattern(struct widening *w);
/* The whole of both, for a note. */
char *text_below(const struct tr_apparmor_pattern *dir, const struct tr_apparmor_pattern *p);

/*
 * A directory on a volume or in memory in which names come that have nothing in common, of customers for
 * instance: where there are enough of them, over several recordings, it becomes a pattern of one component.
 */
void growing(struct widening *w, const struct tr_apparmor_pattern *dir, struct part *parts,
	     size_t n);

#endif
