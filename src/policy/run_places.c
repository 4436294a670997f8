// SPDX-License-Identifier: Apache-2.0
/* Whether the root can be read-only, what is mounted over it then, and the volumes that were there. */
#include "policy/run_places.h"

#include <stdlib.h>
#include <string.h>

#include "policy/run.h"
#include "util/mem.h"
#include "util/text.h"

/*
 * Empty at the start of a machine (FHS 3.0, hier(7)), so an image can count on nothing there; all other
 * directories come from the image with what is in them, and with owners that no recording tells.
 */
static const char *const volatiles[] = { "/run", "/tmp", "/var/tmp" };

struct search {
	const char *dir;
	const struct tr_fact *found;
};

static int is_run_there(const struct tr_fact *fact, void *arg)
{
	struct search *s = arg;

	if ((fact->kind == TR_FACT_EXEC ||
	     (fact->kind == TR_FACT_FILE && fact->perms & (TR_PERM_X | TR_PERM_M))) &&
	    run_was_done(fact) && path_is_in(fact->path, s->dir))
		s->found = fact;
	return s->found != NULL;
}

static int is_written_there(const struct tr_fact *fact, void *arg)
{
	struct search *s = arg;

	if (fact->kind == TR_FACT_FILE && fact->perms & (TR_PERM_W | TR_PERM_L) &&
	    run_was_done(fact) && path_is_in(fact->path, s->dir))
		s->found = fact;
	return s->found != NULL;
}

static const struct tr_fact *search(const struct tr_facts *facts, const char *dir,
				    int (*is)(const struct tr_fact *, void *))
{
	struct search s = { .dir = dir };

	tr_facts_each(facts, is, &s);
	return s.found;
}

static int gains_there(const struct tr_fact *fact, void *arg)
{
	struct search *s = arg;

	if (fact->kind == TR_FACT_EXEC && fact->ev.flags & TR_EV_GAINED &&
	    path_is_in(fact->path, s->dir))
		s->found = fact;
	return s->found != NULL;
}

static bool is_volatile(const char *dir)
{
	for (size_t i = 0; i < TR_ARRAY_SIZE(volatiles); i++)
		if (!strcmp(volatiles[i], dir))
			return true;
	return false;
}

static void add_tmpfs(struct tr_run_options *o, const struct tr_facts *facts, const char *dir,
		      const char *why)
{
	const struct tr_fact *runs = search(facts, dir, is_run_there);
	struct tr_run_option *new;

	new = tr_run_options_add(
		o, TR_RUN_TMPFS, dir,
		tr_xasprintf("%s; what is in it counts as memory%s%s", why,
			     runs ? "; exec, as this was run or mapped as code: " : "",
			     runs ? runs->path : ""));
	new->more = runs ? tr_xstrdup("exec") : NULL;
}

/* What is known of the image's files in a place that is to be empty. */
static char *what_it_hides(const struct tr_image_files *image, const char *what)
{
	if (image)
		return tr_xasprintf("%s; the image has no file there", what);
	return tr_xasprintf("%s; files that the image has there and that were not used are hidden: "
			    "--files tells whether there are any",
			    what);
}

static void add_place(struct tr_run_options *o, const struct places *p, const char *dir,
		      const struct tr_image_files *image)
{
	const struct tr_fact *written = search(p->facts, dir, is_written_there);
	tr_cleanup_free char *what = tr_xasprintf("%s was written", written ? written->path : dir);
	tr_cleanup_free char *there = NULL;
	bool empty = is_volatile(dir), hides = empty && places_hides(p, dir);
	const char *first = NULL;
	size_t n = empty && image ? places_of_image(image, dir, &first) : 0;

	if (empty && !hides && !n && !search(p->facts, dir, gains_there)) {
		tr_cleanup_free char *why = what_it_hides(image, what);

		add_tmpfs(o, p->facts, dir, why);
		return;
	}
	there = n ? tr_xasprintf(" (%zu, the first is %s)", n, first) : tr_xstrdup("");
	tr_run_options_add(o, TR_RUN_VOLUME, dir,
			   tr_xasprintf("%s; a new volume begins with the image's files%s and "
					"owners, which a tmpfs %s; docker run --rm removes it",
					what, there, hides || n ? "would hide" : "has not"));
}

static void add_root(struct tr_run_options *o, const struct tr_facts *facts,
		     const struct tr_image_files *image)
{
	struct places p;

	places_find(&p, facts);
	if (p.blocked) {
		run_leave_out(o, TR_RUN_READ_ONLY, NULL, tr_take(p.blocked));
	} else {
		tr_run_options_add(
			o, TR_RUN_READ_ONLY, NULL,
			tr_xstrdup(p.dirs.n ? "all that was written is in the places below" :
					      "nothing in the container's own file system was "
					      "written"));
		for (size_t i = 0; i < p.dirs.n; i++)
			add_place(o, &p, p.dirs.v[i], image);
	}
	places_release(&p);
}

/* "DEST:SOURCE" among the recorded; NULL where it is not known, or not one. */
static const char *source_of(const struct tr_facts *facts, const char *where)
{
	const char *found = NULL;
	size_t n = strlen(where);

	for (size_t i = 0; i < facts->n_recordings; i++) {
		const struct tr_strset *all =
			tr_context_all(&facts->recordings[i], "mounts.source");

		for (size_t k = 0; all && k < all->n; k++) {
			const char *v = all->v[k];

			if (strncmp(v, where, n) != 0 || v[n] != ':')
				continue;
			if (found && strcmp(found, v + n + 1) != 0)
				return NULL;
			found = v + n + 1;
		}
	}
	return found;
}

/* The engine makes up 64 hex digits for one that has no name. */
static bool is_anonymous(const char *name)
{
	return strlen(name) == 64 && strspn(name, "0123456789abcdef") == 64;
}

static bool is_plain(const char *s)
{
	tr_cleanup_free char *safe = text_escaped(s);

	return !strcmp(safe, s) && *s && !strpbrk(s, ":,\"'");
}

static char *why_volume(const struct mount_said *m, const struct tr_fact *written)
{
	if (written)
		return tr_xasprintf("it was mounted there, and written to: %s", written->path);
	return tr_xstrdup(m->writable ? "it was mounted there, and never written to" :
					"it was mounted there, read-only");
}

static void add_volume(struct tr_run_options *o, const struct tr_facts *facts,
		       const struct mount_said *m)
{
	const struct tr_fact *written = search(facts, m->where, is_written_there);
	const char *source = source_of(facts, m->where);
	bool is_bind = !strcmp(m->type, "bind");
	struct tr_run_option *new =
		tr_run_options_add(o, TR_RUN_VOLUME, m->where, why_volume(m, written));

	new->is_bind = is_bind;
	new->read_only = !written;
	if (source && !is_anonymous(source))
		new->more = tr_xstrdup(source);
	/* Of several recordings with volumes of their own, and of names that no option can say. */
	new->left_out = !is_plain(m->where) || (!is_bind && strcmp(m->type, "volume") != 0) ||
			!source || (new->more && !is_plain(new->more)) || (is_bind && !new->more);
}

static bool is_known(const struct tr_run_options *o, const char *where)
{
	for (size_t i = 0; i < o->n; i++)
		if ((o->v[i].kind == TR_RUN_TMPFS || o->v[i].kind == TR_RUN_VOLUME) &&
		    !strcmp(o->v[i].value, where))
			return true;
	return false;
}

static void add_mounts(struct tr_run_options *o, const struct tr_facts *facts)
{
	struct tr_strset said = { 0 };

	mounts_of_facts(&said, facts);
	for (size_t i = 0; i < said.n; i++) {
		struct mount_said m;

		if (!mount_read(&m, said.v[i]))
			continue;
		if (is_known(o, m.where))
			;
		else if (!strcmp(m.type, "tmpfs") && is_plain(m.where))
			add_tmpfs(o, facts, m.where, "it had one");
		else
			add_volume(o, facts, &m);
		mount_release(&m);
	}
	tr_strset_release(&said);
}

static int is_act(const struct tr_fact *fact, void *arg)
{
	(void)arg;
	return fact->kind == TR_FACT_FILE;
}

void run_places(struct tr_run_options *o, const struct tr_facts *facts,
		const struct tr_image_files *image)
{
	bool seen = true;

	for (size_t i = 0; i < facts->n_recordings; i++)
		seen &= tr_context_get(&facts->recordings[i], "backend") != NULL;
	add_mounts(o, facts);
	if (seen && tr_facts_each(facts, is_act, NULL))
		add_root(o, facts, image);
	else
		run_leave_out(o, TR_RUN_READ_ONLY, NULL,
			      tr_xstrdup("acts on files were not recorded"));
}
