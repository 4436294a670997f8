/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What AppArmor refuses, as the kernel's audit tells it: heard in its multicast group, beside whatever audit
 * daemon there is or is not (Linux, kernel/audit.c: AUDIT_NLGRP_READLOG). A `deny` rule says nothing there.
 */
#ifndef RECORD_DENIALS_H
#define RECORD_DENIALS_H

#include <stdbool.h>
#include <stddef.h>

#include "policy/needs.h"
#include "trammel/err.h"

/* One kind of refusal. All strings owned. */
struct denial {
	char *operation; /* "open", "capable", "signal", ... */
	char *comm; /* of the first who was refused */
	char *path, *source, *fstype, *peer; /* what `need` points to */
	struct need need;
	bool understood; /* need says what a rule would have to allow */
	char *said; /* the record itself, from its operation on; any bytes of printable ASCII */
	unsigned n; /* how often */
};

struct denial_list {
	struct denial *v;
	size_t n;
	size_t more; /* refusals of other kinds, behind the first thousand */
};
void denial_list_release(struct denial_list *l);

/*
 * Reads one record, without a NUL behind it. Returns whether it is a refusal by that profile, or a hat or
 * child of it, and then adds it to the list.
 */
bool denial_parse(struct denial_list *l, const char *record, size_t len, const char *profile);

struct denials;
/* Listens from now on. Kind TR_ERR_CANNOT where the kernel has no audit, or CAP_AUDIT_READ is missing. */
int denials_open(struct denials **ret, const char *profile, struct tr_err *err);
void denials_close(struct denials *d);
/*
 * What was refused since the last call: the records come a moment after the act, and this waits until none
 * has come for a while. *ret_lost is set if the kernel had to leave some out.
 */
void denials_collect(struct denials *d, struct denial_list *ret, bool *ret_lost);

#endif
