/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What AppArmor is asked for when a fact is done again: the one place that says which permission an act
 * needs, for what writes profiles and for what verifies them. (What the kernel's hooks ask was recorded as
 * they ask it; here is what a rule must then say.)
 */
#ifndef POLICY_NEEDS_H
#define POLICY_NEEDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "trammel/facts.h"
#include "util/strbuf.h"

enum need_kind {
	NEED_FILE = 0, /* path, perms, who */
	NEED_LINK, /* path, a new name for source; who */
	NEED_CAPABILITY, /* number */
	NEED_NETWORK, /* family, type */
	NEED_SIGNAL, /* number, access, peer */
	NEED_PTRACE, /* access, peer */
	NEED_MOUNT, /* path, source, fstype (NULL where this kind of mount has none), flags as asked */
	NEED_UMOUNT, /* path */
	NEED_PIVOT_ROOT, /* path, the new root; source, where the old one goes */
	NEED_USERNS, /* nothing more; not asked by features of abi 3.0, nor is the next */
	NEED_IO_URING, /* access, of enum tr_uring_op */
};

/* Whose files they were. */
enum {
	NEED_OWNER = 1 << 0,
	NEED_OTHER = 1 << 1,
};

/* Strings are the fact's, or constants. */
struct need {
	enum need_kind kind;
	/*
	 * Only in some surroundings, of which the recording tells nothing: descriptors that came over a
	 * socket need it if the sender is under another profile, for instance.
	 */
	bool perhaps;
	unsigned who;
	unsigned perms; /* TR_PERM_R, W, K, M, X */
	const char *path, *source, *fstype;
	unsigned number, family, type;
	unsigned access; /* enum tr_access */
	const char *peer; /* the name of the other side's profile; NULL: this very profile's */
	uint64_t flags; /* MS_* */
};

/*
 * What the fact needs, into ret; returns how many. None for what was only refused, was done before the
 * profile is in force, or is not asked about (system calls, say). The first program is started by the
 * runtime, whom the profile does not bind; only the hooks tell it from others, so with another backend
 * it is among the needs, too. facts are those that fact is of.
 */
#define NEEDS_MAX 4
size_t needs_of(const struct tr_facts *facts, const struct tr_fact *fact,
		struct need ret[NEEDS_MAX]);

/* The rule that would allow it, on one line, the comma with it. profile: the name of this one. */
void need_rule(struct strbuf *sb, const struct need *n, const char *profile);

#endif
