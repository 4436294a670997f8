/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a container is to be run with, independent of spelling: options of docker run, or lines of a compose
 * file, each with its reason. What cannot be asked for is there, too, and says why.
 *
 * Strings are of any byte but NUL; writers quote them.
 */
#ifndef TRAMMEL_RUN_OPTIONS_H
#define TRAMMEL_RUN_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

/* In the order in which they are written. */
enum tr_run_kind {
	TR_RUN_SECCOMP = 0, /* value: the profile's file */
	TR_RUN_APPARMOR, /* value: the profile's name */
	TR_RUN_CAPS, /* not an option: what is to be said of all capabilities */
	TR_RUN_CAP_DROP, /* value: ALL, or a capability without CAP_ */
	TR_RUN_CAP_ADD,
	TR_RUN_NO_NEW_PRIVILEGES,
	TR_RUN_READ_ONLY,
	TR_RUN_TMPFS, /* value: where; more: its options, or NULL */
	TR_RUN_VOLUME, /* value: where; more: its name or, with is_bind, the host's directory; NULL: a new one */
	TR_RUN_USER,
	TR_RUN_NETWORK, /* value: none */
	TR_RUN_PORT, /* value: PORT/PROTOCOL; always left out: what to publish is for a person to say */
	TR_RUN_PIDS, /* value: a number */
	TR_RUN_MEMORY, /* value: bytes */
	TR_RUN_KINDS,
};

struct tr_run_option {
	enum tr_run_kind kind;
	bool left_out; /* said, and not asked for */
	bool is_bind, read_only; /* of a volume */
	char *value, *more; /* NULL: none */
	char *why; /* never NULL */
};

struct tr_run_options {
	char *subject; /* NULL: none */
	char *service; /* of a compose file: as it is named there, or what comes closest; never NULL */
	char *image; /* as it was recorded, NULL if not known */
	size_t recordings;
	struct tr_run_option *v; /* sorted by kind; within one by value */
	size_t n, cap;
};

void tr_run_options_init(struct tr_run_options *o);
void tr_run_options_release(struct tr_run_options *o);
/* Adds one; copies value, takes why. The result is valid until the next is added. */
struct tr_run_option *tr_run_options_add(struct tr_run_options *o, enum tr_run_kind kind,
					 const char *value, char *why);
void tr_run_options_sort(struct tr_run_options *o);
/* The first of a kind that is asked for, or NULL. */
const struct tr_run_option *tr_run_options_find(const struct tr_run_options *o,
						enum tr_run_kind kind);
/* "seccomp", "cap-drop", ...: as a person names it. */
const char *tr_run_kind_name(enum tr_run_kind kind);
/* -1 for a name that is none. */
int tr_run_kind_from_name(const char *name);

#endif
