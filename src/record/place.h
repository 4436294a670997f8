/* SPDX-License-Identifier: Apache-2.0 */
/* Where a name leads to that a process of a container gave, and what is there now. */
#ifndef RECORD_PLACE_H
#define RECORD_PLACE_H

#include <stdbool.h>
#include <stdint.h>

#include "record/roots.h"
#include "trammel/event.h"

/* Who gave the name. */
struct namer {
	const struct tr_event_root *e;
	const char *root; /* of the process; "/" is the namespace's */
	struct root_held held; /* below which it is looked up; fd -1: there is none */
};

/* What a name is relative to, if it is: as it was walked at that moment. */
struct spot {
	const char *dir;
	uint32_t flags; /* TR_PATH_* */
	uint32_t magic; /* of its super block */
};

struct place {
	char *path; /* from the root of the mount namespace, without a slash at its end; heap */
	bool has_parent; /* its directory is there, and so are the next four */
	uint64_t parent_mnt;
	uint32_t parent_uid, parent_gid, parent_mode;
	bool found; /* it is there itself, and so are the next two */
	uint32_t uid, mode;
	bool is_exact; /* no name had to be followed */
	uint32_t where;
};

/* `follow`: a symbolic link at its end, too. Without a root to look below, by text. */
void place_find(const struct namer *n, struct place *p, const struct spot *spot, const char *name,
		bool follow);
/*
 * The same of what was mounted, or is mounted on, of which no more than path, found and mode are told: without
 * holding what is mounted there.
 */
void place_find_mounted(const struct namer *n, struct place *p, const struct spot *spot,
			const char *name, bool follow);
/* Of the last component. */
bool place_ends_in_dots(const char *last);
/* `last` in the directory `dir`; heap. */
char *place_join(const char *dir, const char *last);
bool place_is_dir(const struct place *p);

#endif
