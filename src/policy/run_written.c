// SPDX-License-Identifier: Apache-2.0
/*
 * Which directories of the image have to be writable. What was written decides, and where it failed nothing
 * is asked for; what is made in a directory that the container made itself needs that one's parent.
 */
#include <stdlib.h>
#include <string.h>

#include "policy/run.h"
#include "policy/run_places.h"
#include "util/mem.h"
#include "util/text.h"

char *path_of(const struct tr_fact *fact)
{
	size_t n = strlen(fact->path);

	while (n > 1 && fact->path[n - 1] == '/')
		n--;
	return tr_xstrndup(fact->path, n);
}

static char *parent_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash && slash > path ? tr_xstrndup(path, (size_t)(slash - path)) : tr_xstrdup("/");
}

bool path_is_in(const char *path, const char *dir)
{
	size_t n = strlen(dir);

	if (!strcmp(dir, "/"))
		return true;
	return !strncmp(path, dir, n) && (path[n] == '/' || !path[n]);
}

bool mount_read(struct mount_said *ret, const char *said)
{
	const char *where = strchr(said, ':'), *how = strrchr(said, ':');

	if (!where || how <= where + 1 || where[1] != '/')
		return false;
	*ret = (struct mount_said){
		.type = tr_xstrndup(said, (size_t)(where - said)),
		.where = tr_xstrndup(where + 1, (size_t)(how - where - 1)),
		.writable = strcmp(how + 1, "ro") != 0,
	};
	return true;
}

void mount_release(struct mount_said *m)
{
	free(m->type);
	free(m->where);
}

void mounts_of_facts(struct tr_strset *ret, const struct tr_facts *facts)
{
	for (size_t i = 0; i < facts->n_recordings; i++) {
		const struct tr_strset *all = tr_context_all(&facts->recordings[i], "mounts");

		for (size_t k = 0; all && k < all->n; k++)
			tr_strset_add(ret, all->v[k]);
	}
}

static bool is_mounted(const struct places *p, const char *path)
{
	struct tr_strset said = { 0 };
	bool yes = false;

	mounts_of_facts(&said, p->facts);
	for (size_t i = 0; i < said.n && !yes; i++) {
		struct mount_said m;

		if (!mount_read(&m, said.v[i]))
			continue;
		yes = path_is_in(path, m.where);
		mount_release(&m);
	}
	tr_strset_release(&said);
	return yes;
}

static int take_made(const struct tr_fact *fact, void *arg)
{
	static const unsigned making = 1U << TR_ACT_CREATE | 1U << TR_ACT_MKDIR |
				       1U << TR_ACT_MKNOD | 1U << TR_ACT_SYMLINK |
				       1U << TR_ACT_LINK | 1U << TR_ACT_RENAME_TO;
	struct places *p = arg;
	tr_cleanup_free char *path = NULL;

	if (fact->kind != TR_FACT_FILE || !run_was_done(fact) || !(making & 1U << fact->act))
		return 0;
	path = path_of(fact);
	tr_strset_add(&p->made, path);
	if (fact->act == TR_ACT_MKDIR)
		tr_strset_add(&p->made_dirs, path);
	return 0;
}

/* What an option can name: others would be taken for a separator, or cannot be sent to an engine. */
static bool is_sayable(const char *path)
{
	tr_cleanup_free char *safe = text_escaped(path);

	return !strcmp(safe, path) && !strpbrk(path, ":,\"'") && text_is_utf8(path, strlen(path));
}

/* The directory that a mount has to be made at for this act. */
static char *dir_for(const struct places *p, const struct tr_fact *fact)
{
	char *path = path_of(fact), *up;
	bool is_dir = fact->path[0] && fact->path[strlen(fact->path) - 1] == '/';
	bool on_itself = is_dir && (fact->act == TR_ACT_CHMOD || fact->act == TR_ACT_CHOWN);

	/* O_TMPFILE: the name is the kernel's, the directory is what was asked for. */
	while (strcmp(path, "/") != 0 &&
	       (!on_itself || tr_strset_has(&p->made_dirs, path) || !is_sayable(path))) {
		up = parent_of(path);
		free(path);
		path = up;
		on_itself = true;
	}
	return path;
}

static void block(struct places *p, char *why)
{
	if (p->blocked)
		free(why);
	else
		p->blocked = why;
}

static int take_written(const struct tr_fact *fact, void *arg)
{
	struct places *p = arg;
	tr_cleanup_free char *path = NULL, *dir = NULL;

	if (fact->kind != TR_FACT_FILE || !run_was_done(fact) ||
	    !(fact->perms & (TR_PERM_W | TR_PERM_L)))
		return 0;
	path = path_of(fact);
	if (is_mounted(p, path))
		return 0;
	/* The engine's own: /etc/hosts, /etc/hostname, /etc/resolv.conf. */
	if (fact->ev.where & TR_WHERE_VOLUME) {
		block(p, tr_xasprintf("%s was written, which the engine mounts, and mounts "
				      "read-only then",
				      path));
		return 0;
	}
	if (!(fact->ev.where & TR_WHERE_IMAGE))
		return 0;
	dir = dir_for(p, fact);
	if (!strcmp(dir, "/"))
		block(p, tr_xasprintf("%s was written, and nothing can be mounted for it alone",
				      path));
	tr_strset_add(&p->dirs, dir);
	return 0;
}

/* None below another: in byte order a directory comes before what is in it, others may stand between. */
static void reduce(struct tr_strset *dirs)
{
	struct tr_strset out = { 0 };

	for (size_t i = 0; i < dirs->n; i++) {
		bool covered = false;

		for (size_t k = 0; k < out.n && !covered; k++)
			covered = path_is_in(dirs->v[i], out.v[k]);
		if (!covered)
			tr_strset_add(&out, dirs->v[i]);
	}
	tr_strset_release(dirs);
	*dirs = out;
}

static const char *place_of(const struct places *p, const char *path)
{
	for (size_t i = 0; i < p->dirs.n; i++)
		if (path_is_in(path, p->dirs.v[i]))
			return p->dirs.v[i];
	return NULL;
}

/* Of dir and path; heap. */
static char *common(const char *dir, const char *path)
{
	char *up = tr_xstrdup(dir);

	while (!path_is_in(path, up)) {
		char *next = parent_of(up);

		free(up);
		up = next;
	}
	return up;
}

static void unite(struct places *p, char *at, const char *what)
{
	if (!strcmp(at, "/"))
		block(p, tr_xasprintf("%s in directories that have only / in common, and no two "
				      "mounts can have a part in that",
				      what));
	tr_strset_add(&p->dirs, at);
	free(at);
}

/* A hard link has both its names on one mount. */
static int take_link(const struct tr_fact *fact, void *arg)
{
	struct places *p = arg;
	const char *a, *b;

	if (fact->kind != TR_FACT_FILE || fact->act != TR_ACT_LINK || !fact->source ||
	    !run_was_done(fact) || !(fact->ev.where & TR_WHERE_IMAGE))
		return 0;
	a = place_of(p, fact->path);
	b = place_of(p, fact->source);
	if (a && a != b)
		unite(p, common(a, b ? b : fact->source), "hard links were made");
	return 0;
}

struct renames {
	struct places *p;
	struct tr_strset from, to; /* places */
};

static int take_rename(const struct tr_fact *fact, void *arg)
{
	struct renames *r = arg;
	const char *at;

	if (fact->kind != TR_FACT_FILE || !run_was_done(fact) ||
	    (fact->act != TR_ACT_RENAME_FROM && fact->act != TR_ACT_RENAME_TO))
		return 0;
	at = place_of(r->p, fact->path);
	if (at)
		tr_strset_add(fact->act == TR_ACT_RENAME_TO ? &r->to : &r->from, at);
	return 0;
}

/*
 * A rename has both its names on one mount, too, and facts do not tell which two belong together. Where each
 * place has both kinds they may, and are taken to; else all of them are made one.
 */
static void join_renames(struct places *p)
{
	struct renames r = { .p = p };
	char *at = NULL;

	tr_facts_each(p->facts, take_rename, &r);
	if (!tr_strset_equal(&r.from, &r.to)) {
		for (size_t i = 0; i < r.from.n + r.to.n; i++) {
			const char *dir = i < r.from.n ? r.from.v[i] : r.to.v[i - r.from.n];
			char *both = at ? common(at, dir) : tr_xstrdup(dir);

			free(at);
			at = both;
		}
		unite(p, at, "files were renamed");
	}
	tr_strset_release(&r.from);
	tr_strset_release(&r.to);
}

void places_find(struct places *p, const struct tr_facts *facts)
{
	*p = (struct places){ .facts = facts };
	tr_facts_each(facts, take_made, p);
	tr_facts_each(facts, take_written, p);
	reduce(&p->dirs);
	tr_facts_each(facts, take_link, p);
	reduce(&p->dirs);
	join_renames(p);
	reduce(&p->dirs);
}

void places_release(struct places *p)
{
	tr_strset_release(&p->made);
	tr_strset_release(&p->made_dirs);
	tr_strset_release(&p->dirs);
	free(p->blocked);
}

struct hiding {
	const struct places *p;
	const char *dir;
};

/*
 * Whether what stands in dir on the way to it was made by the container. What was made in a directory that was not
 * needs that one.
 */
static bool was_made(const struct places *p, const char *path, const char *dir)
{
	size_t skip = strlen(dir) + 1;
	tr_cleanup_free char *first = tr_xstrndup(path, skip + strcspn(path + skip, "/"));

	return tr_strset_has(&p->made, first);
}

static int is_hidden(const struct tr_fact *fact, void *arg)
{
	const struct hiding *h = arg;
	tr_cleanup_free char *path = NULL;

	if ((fact->kind != TR_FACT_FILE && fact->kind != TR_FACT_EXEC) || !run_was_done(fact) ||
	    !(fact->ev.where & TR_WHERE_IMAGE))
		return 0;
	path = path_of(fact);
	return path_is_in(path, h->dir) && strcmp(path, h->dir) != 0 &&
	       !was_made(h->p, path, h->dir);
}

bool places_hides(const struct places *p, const char *dir)
{
	struct hiding h = { p, dir };

	return tr_facts_each(p->facts, is_hidden, &h) != 0;
}

size_t places_of_image(const struct tr_image_files *image, const char *dir, const char **ret_first)
{
	size_t n = 0;

	for (size_t i = 0; i < image->n; i++) {
		const struct tr_image_file *f = &image->v[i];

		if (f->type == TR_FILE_DIR || !path_is_in(f->path, dir) || !strcmp(f->path, dir))
			continue;
		*ret_first = n ? *ret_first : f->path;
		n++;
	}
	return n;
}
