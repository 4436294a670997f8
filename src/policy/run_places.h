/* SPDX-License-Identifier: Apache-2.0 */
/* Where a container writes that has its image for its root. */
#ifndef POLICY_RUN_PLACES_H
#define POLICY_RUN_PLACES_H

#include "trammel/facts.h"
#include "trammel/image_files.h"

/* Of what was recorded, what decides about places. Paths have no slash at their end, but for "/". */
struct places {
	const struct tr_facts *facts;
	struct tr_strset made; /* what the container made itself */
	struct tr_strset made_dirs;
	struct tr_strset dirs; /* that have to be writable; none is below another */
	char *blocked; /* why nothing helps but a writable root; NULL: nothing */
};

/* The options that speak of a mount: "tmpfs", "volume" or "bind"; where; how. */
struct mount_said {
	char *type, *where;
	bool writable;
};
/* Takes apart "volume:/data:rw"; false where it is nothing of the kind. */
bool mount_read(struct mount_said *ret, const char *said);
void mount_release(struct mount_said *m);
/* Of all recordings, each once, sorted. */
void mounts_of_facts(struct tr_strset *ret, const struct tr_facts *facts);

/* Whether path is dir, or below it. */
bool path_is_in(const char *path, const char *dir);
/* Its path, without a slash at the end; heap. */
char *path_of(const struct tr_fact *fact);

void places_find(struct places *p, const struct tr_facts *facts);
void places_release(struct places *p);
/* Whether the image has something there that the container used: an empty directory in its place would not do. */
bool places_hides(const struct places *p, const char *dir);
/*
 * How many of the image's files are there, used or not, and the first of them. Directories are none: an empty one that
 * was used is what places_hides tells.
 */
size_t places_of_image(const struct tr_image_files *image, const char *dir, const char **ret_first);

#endif
