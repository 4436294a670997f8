/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Events of the ring buffer to facts. Pure. The buffer is written by our own programs, but what is
 * in it comes from containers: every length is checked.
 */
#ifndef RECORD_DECODE_H
#define RECORD_DECODE_H

#include <stdbool.h>
#include <stddef.h>

#include "trammel/event.h"
#include "trammel/facts.h"

/* A header whose length fits. data is what follows it. NULL if the event is malformed. */
const struct tr_event *decode_event(const void *bytes, size_t size, const void **ret_data,
				    size_t *ret_len);

/*
 * A file event as a fact (path, act, perms, where, owner). Returns false where there is none: the
 * walk was cut short (a loss that is counted already), or the event is malformed.
 */
bool decode_file(const void *data, size_t len, struct tr_fact *ret);

/*
 * An exec event as a fact: the binary's path, or for a script the script's path and its interpreter.
 * A relative script name is joined with the working directory, "." and ".." resolved by text
 * (TR_EV_STRING says so). *ret_binary gets the path of what really runs, on the heap.
 */
bool decode_exec(const void *data, size_t len, struct tr_fact *ret, char **ret_binary);

/* A refusal, or a call without a cell, as a syscall fact. */
bool decode_call(const struct tr_event *e, const void *data, size_t len, struct tr_fact *ret);

/* A selector argument as an argument fact, or, for the tuple, as a socket fact. */
bool decode_arg(const void *data, size_t len, struct tr_fact *ret);

/* A capability, a signal, ptrace, a user namespace or io_uring. */
bool decode_asked(const void *data, size_t len, struct tr_fact *ret);

/* A family and type of sockets, or what one was bound to: the address as text. */
bool decode_network(const void *data, size_t len, struct tr_fact *ret);

/*
 * A mount. The source of a bind and a move is as the caller named it, and of an event that has only names,
 * the path, too.
 */
struct mount_names {
	char *cwd; /* what names are relative to; heap; NULL: there are none */
	char *root; /* of the process; heap */
};
bool decode_mount(const void *data, size_t len, struct tr_fact *ret, struct mount_names *names);
void mount_names_release(struct mount_names *names);

/* A path of an event, on the heap, with a slash at its end if TR_PATH_DIRECTORY is set. */
char *decode_path(const char *path, size_t len, uint32_t flags);
/* TR_WHERE_*: what kind of place, by the super block's magic (0: none that says more) and TR_PATH_*. */
uint32_t decode_where(uint32_t magic, uint32_t flags, const char *path);
/* Absolute, and without a NUL. */
bool decode_is_path(const char *path, size_t len);

/* Joins dir and name and resolves "." and "..": an absolute path on the heap. */
char *decode_join(const char *dir, const char *name);

#endif
