// SPDX-License-Identifier: Apache-2.0
/* What an AppArmor profile allows beyond what was recorded: of an image's files, and of any. */
#include <stdlib.h>
#include <string.h>

#include "check/apparmor_risk.h"
#include "tables/csv.h"
#include "tables/data.h"
#include "trammel/check_apparmor.h"
#include "util/mem.h"

/* A path, and what was recorded to be done with it. */
struct used {
	const char *path;
	unsigned perms;
};

struct used_list {
	struct used *v;
	size_t n, cap;
};

static int cmp_used(const void *a, const void *b)
{
	return strcmp(((const struct used *)a)->path, ((const struct used *)b)->path);
}

static int take_used(const struct tr_fact *fact, void *arg)
{
	struct used_list *l = arg;
	unsigned perms = fact->kind == TR_FACT_EXEC ? TR_PERM_X : fact->perms;

	if ((fact->kind != TR_FACT_FILE && fact->kind != TR_FACT_EXEC) ||
	    !(fact->ev.flags & (TR_EV_DONE | TR_EV_FAILED)))
		return 0;
	l->v = tr_grow(l->v, &l->cap, l->n, sizeof(*l->v));
	l->v[l->n++] = (struct used){ fact->path, perms };
	return 0;
}

/* Sorted, one of each path. */
static void used_of(struct used_list *l, const struct tr_facts *facts)
{
	size_t n = 0;

	tr_facts_each(facts, take_used, l);
	if (l->n)
		qsort(l->v, l->n, sizeof(*l->v), cmp_used);
	for (size_t i = 0; i < l->n; i++) {
		if (n && !strcmp(l->v[n - 1].path, l->v[i].path))
			l->v[n - 1].perms |= l->v[i].perms;
		else
			l->v[n++] = l->v[i];
	}
	l->n = n;
}

static unsigned used_for(const struct used_list *l, const char *path)
{
	const struct used key = { path, 0 };
	const struct used *u = l->n ? bsearch(&key, l->v, l->n, sizeof(*l->v), cmp_used) : NULL;

	return u ? u->perms : 0;
}

static void add_name(struct tr_names *l, const char *name)
{
	l->v = tr_grow(l->v, &l->cap, l->n, sizeof(*l->v));
	l->v[l->n++] = name;
}

static bool may_write(const struct tr_aa_perms *p)
{
	return p->allow & (TR_AA_WRITE | TR_AA_APPEND);
}

static bool may_run(const struct tr_aa_perms *p)
{
	return p->allow & (TR_AA_EXEC | TR_AA_MMAP_EXEC);
}

static void add_file(struct tr_check_beyond *b, const struct tr_aa_profile *p,
		     const struct tr_image_file *file, unsigned used)
{
	bool is_link = file->type == TR_FILE_LINK;
	const char *path = file->path;
	struct tr_aa_perms perms;
	bool read, write, run;

	/* An owner may do whatever others may, but for rules that are there to tell them apart. */
	tr_aa_file(p, path, strlen(path), true, &perms);
	read = (perms.allow & TR_AA_READ) && !is_link;
	write = may_write(&perms);
	/* A directory is neither run nor mapped, whatever its name matches. */
	run = may_run(&perms) && !is_link && path[strlen(path) - 1] != '/';
	b->n_read += read;
	b->n_write += write;
	b->n_exec += run;
	if (read && !(used & TR_PERM_R))
		add_name(&b->read, path);
	if (write && !(used & TR_PERM_W))
		add_name(&b->write, path);
	if (run && !(used & (TR_PERM_X | TR_PERM_M)))
		add_name(&b->exec, path);
	if (write && run)
		add_name(&b->both, path);
}

void tr_check_beyond(struct tr_check_beyond *ret, const struct tr_aa_profile *p,
		     const struct tr_facts *facts, const struct tr_image_files *files)
{
	struct used_list used = { 0 };

	memset(ret, 0, sizeof(*ret));
	used_of(&used, facts);
	ret->n_files = files->n;
	for (size_t i = 0; i < files->n; i++)
		add_file(ret, p, &files->v[i], used_for(&used, files->v[i].path));
	free(used.v);
}

void tr_check_beyond_release(struct tr_check_beyond *b)
{
	free(b->read.v);
	free(b->write.v);
	free(b->exec.v);
	free(b->both.v);
	memset(b, 0, sizeof(*b));
}

/* "/" itself is what a program without a name is run by (memfd_create): said if there is nothing else. */
static bool find_code(const char *path, size_t len, const struct tr_aa_perms *owner,
		      const struct tr_aa_perms *other, void *arg)
{
	char **found = arg;

	if (*path != '/' || (len > 1 && path[len - 1] == '/') ||
	    ((!may_write(owner) || !may_run(owner)) && (!may_write(other) || !may_run(other))))
		return true;
	free(*found);
	*found = tr_xstrndup(path, len);
	return len == 1;
}

char *tr_check_writable_code(const struct tr_aa_profile *p)
{
	char *found = NULL;

	tr_aa_each_path(p, find_code, &found);
	return found;
}

static unsigned letters(const char *text)
{
	unsigned perms = 0;

	for (; *text; text++)
		perms |= *text == 'r' ? TR_PERM_R : *text == 'w' ? TR_PERM_W : 0;
	return perms;
}

/* Of these letters, those that somebody may. */
static unsigned allowed_of(const struct tr_aa_profile *p, const char *path, unsigned perms)
{
	unsigned ret = 0;

	for (int owner = 0; owner < 2; owner++) {
		struct tr_aa_perms a;

		tr_aa_file(p, path, strlen(path), owner, &a);
		if (a.allow & TR_AA_READ)
			ret |= TR_PERM_R;
		if (may_write(&a))
			ret |= TR_PERM_W;
	}
	return ret & perms;
}

/* What "deny mount" and "deny network alg" are against; umount and pivot_root are not theirs. */
static bool is_denied_act(const char *kind, const char *what)
{
	return !strcmp(kind, "mount") ? strcmp(what, "umount") && strcmp(what, "pivot_root") :
					!strcmp(kind, "network") && !strcmp(what, "alg");
}

static void check_acts(struct tr_check_floor *ret, const struct tr_aa_profile *p)
{
	const struct data_file *file = data_find("apparmor-risk.csv");
	struct csv c;

	if (!file)
		return;
	csv_init(&c, file->text);
	while (csv_next(&c)) {
		if (c.n < 4 || !is_denied_act(c.field[0], c.field[1]))
			continue;
		ret->of_acts++;
		if (!aa_risk_allowed(p, c.field[0], c.field[1]))
			continue;
		ret->acts = tr_grow(ret->acts, &ret->acts_cap, ret->n_acts, sizeof(*ret->acts));
		ret->acts[ret->n_acts++] =
			(struct tr_check_let){ tr_xasprintf("%s %s", c.field[0], c.field[1]),
					       tr_xstrdup(c.field[3]), 0 };
	}
	csv_release(&c);
}

void tr_check_floor(struct tr_check_floor *ret, const struct tr_aa_profile *p)
{
	const struct data_file *file = data_find("apparmor-floor.csv");
	struct csv c;

	memset(ret, 0, sizeof(*ret));
	check_acts(ret, p);
	if (!file)
		return;
	csv_init(&c, file->text);
	while (csv_next(&c)) {
		unsigned perms;

		if (c.n < 4)
			continue;
		ret->of++;
		perms = allowed_of(p, c.field[0], letters(c.field[1]));
		if (!perms)
			continue;
		ret->v = tr_grow(ret->v, &ret->cap, ret->n, sizeof(*ret->v));
		ret->v[ret->n++] = (struct tr_check_let){ tr_xstrdup(c.field[0]),
							  tr_xstrdup(c.field[2]), perms };
	}
	csv_release(&c);
}

static void release_lets(struct tr_check_let *v, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		free(v[i].path);
		free(v[i].why);
	}
	free(v);
}

void tr_check_floor_release(struct tr_check_floor *f)
{
	release_lets(f->v, f->n);
	release_lets(f->acts, f->n_acts);
	memset(f, 0, sizeof(*f));
}
