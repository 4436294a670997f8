/* SPDX-License-Identifier: Apache-2.0 */
/* What load, unload and loaded share: compiled files, which profiles are ours, who is under one. */
#ifndef CLI_CONFINE_H
#define CLI_CONFINE_H

#include <json-c/json.h>
#include <stdbool.h>

#include "engine/apparmor.h"
#include "trammel/facts.h"

/* A text with profiles, compiled for this kernel. */
struct compiled {
	char *blob; /* owned */
	size_t len;
	struct tr_strset names; /* of its profiles, without hats and children */
};
/* path: "-" for standard input. */
int compiled_open(struct compiled *ret, const char *path, struct tr_err *err);
void compiled_release(struct compiled *c);

/*
 * The profiles that trammel loaded since the machine started: a file of names. A name that begins as emit
 * names a profile is taken for ours, too.
 */
bool is_ours(const struct tr_strset *noted, const char *name);
int ours_read(struct tr_strset *ret, struct tr_err *err);
int ours_note(const struct tr_strset *names, bool loaded, struct tr_err *err);

/*
 * Whether the kernel's profile of that name, if there is one, is ours to replace: one that somebody else put there is
 * somebody's, whose containers it would break. Kind TR_ERR_NO, with more behind the message.
 */
int ours_to_replace(const struct apparmor_list *kernel, const struct tr_strset *noted,
		    const char *name, const char *more, struct tr_err *err);

/* "3 processes (12 redis-server, 14 sh, 17 sh)", at most five of them by name; safe to show; heap. */
char *users_text(const struct apparmor_users *u);
json_object *users_json(const struct apparmor_users *u);

#endif
