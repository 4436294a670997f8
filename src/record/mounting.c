// SPDX-License-Identifier: Apache-2.0
#include "record/mounting.h"

#include <stdlib.h>
#include <string.h>

#include "record/decode.h"
#include "record/place.h"
#include "util/mem.h"

/* include/linux/fs.h: what umount2 was given may be a symbolic link itself */
#define NOT_FOLLOWED 8

/* Of what was mounted, the source is a name of a file only in these cases. */
static bool has_source_path(const struct tr_fact *f)
{
	return f->op == TR_MOUNT_BIND || f->op == TR_MOUNT_MOVE || f->op == TR_MOUNT_PIVOT_ROOT;
}

static void follow(const struct namer *n, const char *cwd, const struct tr_fact *f, char **name,
		   struct place *ret)
{
	const struct spot spot = { .dir = cwd, .flags = TR_PATH_DIRECTORY };

	place_find_mounted(n, ret, &spot, *name,
			   f->op != TR_MOUNT_UMOUNT || !(f->mount_flags & NOT_FOLLOWED));
	free(*name);
	*name = tr_take(ret->path);
}

static void end_in_slash(char **path)
{
	tr_cleanup_free char *given = *path;
	size_t n = strlen(given);

	*path = tr_xasprintf("%s%s", given, n && given[n - 1] == '/' ? "" : "/");
}

/* A file is mounted on a file, and a directory on a directory. */
static void all_are_directories(struct tr_fact *f, bool named, bool followed)
{
	if (named)
		end_in_slash(&f->path);
	if (followed)
		end_in_slash(&f->source);
}

size_t mounting_facts(const void *data, size_t len, struct roots *roots, uint16_t recording,
		      struct tr_fact ret[MOUNTING_FACTS])
{
	const struct tr_event_mount *e = data;
	struct mount_names names;
	struct place at = { 0 }, from = { 0 };
	struct namer namer = { 0 };
	struct tr_fact *f = &ret[0];
	bool named, followed, is_dir;

	if (!decode_mount(data, len, f, &names))
		return 0;
	named = e->named;
	followed = names.cwd && f->source && has_source_path(f);
	if (named || followed) {
		namer.e = &e->root;
		namer.root = names.root;
		roots_open(roots, recording, &e->root, names.root, &namer.held);
		if (followed)
			follow(&namer, names.cwd, f, &f->source, &from);
		if (named)
			follow(&namer, names.cwd, f, &f->path, &at);
		roots_close(&namer.held);
		f->ev.flags |= TR_EV_STRING;
	}
	mount_names_release(&names);
	is_dir = named ? place_is_dir(at.found ? &at : &from) : f->path[strlen(f->path) - 1] == '/';
	if (is_dir || f->op == TR_MOUNT_NEW || f->op == TR_MOUNT_PIVOT_ROOT) {
		all_are_directories(f, named, followed);
		return 1;
	}
	if (!named || at.found || from.found)
		return 1;
	ret[1] = tr_fact_copy(f);
	all_are_directories(&ret[1], named, followed);
	return 2;
}
