/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What names that are different each time have in common. A family is made of names with one key; its
 * pattern takes them all and, of the bytes that differ, others of the same kind. One name more in a
 * family makes the pattern no narrower.
 */
#ifndef POLICY_SHAPES_H
#define POLICY_SHAPES_H

#include <stdbool.h>
#include <stddef.h>

#include "trammel/apparmor.h"
#include "util/strbuf.h"

enum shape {
	SHAPE_NUMBERS, /* numbers in it differ: temp-48.rdb, access-2026-11-22.log */
	SHAPE_RANDOM, /* letters and digits by chance: tmpk3_x9dqa, UUIDs, digests */
	SHAPES
};

struct shape_name {
	const char *s; /* one component of a path */
	size_t len;
};

/* A name can be of so many families of one shape: of one for each run of letters and digits. */
#define SHAPE_FAMILIES 4

/* Appends the key of its family number `which`; false where it is of none. */
bool shape_key(enum shape shape, struct shape_name name, unsigned which, struct strbuf *key);

/* Appends what is left of the name without numbers and runs of letters and digits that are by chance, or may be. */
void shape_class(struct shape_name name, struct strbuf *ret);

/* Appends the pattern of different names with the same key; false where what they have in common is no shape. */
bool shape_pattern(enum shape shape, const struct shape_name *v, size_t n, unsigned which,
		   struct tr_apparmor_pattern *ret);

#endif
