// SPDX-License-Identifier: Apache-2.0
#include "record/named.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "record/decode.h"
#include "record/place.h"
#include "util/mem.h"

static bool is_name(const char *name, size_t len)
{
	return !memchr(name, '\0', len);
}

static const char *take_string(const char **at, size_t len, char **ret)
{
	const char *start = *at;

	*ret = tr_xstrndup(start, len);
	*at += len;
	return start;
}

bool named_decode(const void *data, size_t len, struct named *ret)
{
	const struct tr_event_named *e = data;
	const char *at = (const char *)(e + 1);
	size_t names;

	memset(ret, 0, sizeof(*ret));
	if (len < sizeof(*e) || e->act >= TR_ACT_MAX || (e->dir_flags & TR_PATH_TRUNCATED) ||
	    (e->other_dir_flags & TR_PATH_TRUNCATED))
		return false;
	names = (size_t)e->name_len + e->other_name_len;
	if (names + e->dir_len + e->other_dir_len + e->root_len > len - sizeof(*e) ||
	    !is_name(at, names) || !decode_is_path(at + names, e->dir_len) ||
	    (e->other_dir_len && !decode_is_path(at + names + e->dir_len, e->other_dir_len)) ||
	    (e->root_len &&
	     !decode_is_path(at + names + e->dir_len + e->other_dir_len, e->root_len)))
		return false;
	ret->e = *e;
	take_string(&at, e->name_len, &ret->name);
	if (e->other_dir_len)
		take_string(&at, e->other_name_len, &ret->other_name);
	else
		at += e->other_name_len;
	take_string(&at, e->dir_len, &ret->dir);
	if (e->other_dir_len)
		take_string(&at, e->other_dir_len, &ret->other_dir);
	if (e->root_len)
		take_string(&at, e->root_len, &ret->root);
	else
		ret->root = tr_xstrdup("/");
	return true;
}

void named_release(struct named *n)
{
	free(n->name);
	free(n->dir);
	free(n->other_name);
	free(n->other_dir);
	free(n->root);
	memset(n, 0, sizeof(*n));
}

/* Who may search the directory and not write to it is refused behind the question. */
static bool only_searches_parent(const struct named *n, const struct place *p)
{
	uint32_t bits = p->parent_uid == n->e.fsuid ? p->parent_mode >> 6 :
			p->parent_gid == n->e.fsgid ? p->parent_mode >> 3 :
						      p->parent_mode;

	return (bits & S_IXOTH) && !(bits & S_IWOTH);
}

static bool ends_in_slash(const char *name)
{
	size_t n = strlen(name);

	return n > 1 && name[n - 1] == '/';
}

static bool is_prefix(const char *dir, const char *path)
{
	size_t n = strlen(dir);

	return !strncmp(dir, path, n) && path[n] == '/';
}

/* Of a rename that failed: what is there decides, as it did in do_renameat2 and vfs_rename. */
static bool rename_had_asked(const struct named *n, const struct place *a, const struct place *b)
{
	if (!a->has_parent || !b->has_parent || a->parent_mnt != b->parent_mnt)
		return false;
	switch (n->e.error) {
	case EACCES:
		return only_searches_parent(n, a) || only_searches_parent(n, b);
	case ENOTDIR:
		return place_is_dir(a) && !place_is_dir(b);
	case EISDIR:
		return !place_is_dir(a);
	case ENOTEMPTY:
		return !is_prefix(b->path, a->path);
	}
	return !ends_in_slash(n->name) || place_is_dir(a);
}

/* What is gone by now was there: its absence has an error of its own (ENOENT). */
static bool removal_had_asked(const struct named *n, const struct place *p)
{
	if (!p->has_parent)
		return false;
	switch (n->e.error) {
	case EACCES:
		return only_searches_parent(n, p);
	case ENOTDIR:
		return !place_is_dir(p);
	case EISDIR:
		return !ends_in_slash(n->name);
	}
	return true;
}

/*
 * Somebody's own descriptor, as /dev/stderr leads to one. Such a name is in memory only once it was looked at,
 * and is asked for like a new file's until then (may_o_create), though it is there: by each process once.
 */
static bool is_own_descriptor(const struct named *n, const char *path)
{
	tr_cleanup_free char *own = tr_xasprintf("/proc/%u/", n->e.root.own_tgid);
	tr_cleanup_free char *task = tr_xasprintf("task/%u/", n->e.root.own_tid);

	if (strncmp(path, own, strlen(own)) != 0)
		return false;
	path += strlen(own);
	if (!strncmp(path, task, strlen(task)))
		path += strlen(task);
	return !strncmp(path, "fd/", 3);
}

/*
 * Whether a call that failed had asked for permission by then: security_path_* comes behind the lookup and
 * before what the file system has to say (fs/namei.c, fs/open.c). What is there now tells which of the two
 * it was, for errors that both may give.
 */
static bool had_asked(const struct named *n, const struct place *a, const struct place *b)
{
	const char *slash = strrchr(n->name, '/');

	if (place_ends_in_dots(slash ? slash + 1 : n->name))
		return n->e.act == TR_ACT_CHMOD || n->e.act == TR_ACT_CHOWN;
	switch (n->e.act) {
	case TR_ACT_RENAME_FROM:
		return rename_had_asked(n, a, b);
	case TR_ACT_UNLINK:
	case TR_ACT_RMDIR:
		return removal_had_asked(n, a);
	case TR_ACT_LINK:
		/* A link that nobody may make of another's file is refused first (may_linkat). */
		if (!b->found || (n->e.error == EPERM && !place_is_dir(b)) || n->e.error == EXDEV)
			return false;
		/* fall through */
	case TR_ACT_MKDIR:
	case TR_ACT_SYMLINK:
	case TR_ACT_MKNOD:
	case TR_ACT_CREATE:
		if (n->e.act == TR_ACT_CREATE && is_own_descriptor(n, a->path))
			return true;
		return a->has_parent && !a->found &&
		       (n->e.error != EACCES || only_searches_parent(n, a));
	default:
		return a->found;
	}
}

static void make_fact(const struct named *n, struct place *p, uint16_t act, uint16_t perms,
		      bool directory, struct tr_fact *ret)
{
	*ret = (struct tr_fact){ .kind = TR_FACT_FILE, .act = act, .perms = perms };
	ret->path = decode_path(p->path, strlen(p->path), directory ? TR_PATH_DIRECTORY : 0);
	ret->ev.flags = n->e.error ? TR_EV_FAILED : TR_EV_DONE;
	if (!p->is_exact)
		ret->ev.flags |= TR_EV_STRING;
	if (p->found && p->uid != UINT32_MAX)
		ret->ev.flags |= p->uid == n->e.fsuid ? TR_EV_OWNER : TR_EV_NOT_OWNER;
	ret->ev.where = p->where;
}

/*
 * AppArmor writes a directory with a slash at its end. Of what is gone by now it is not known whether
 * it was one: then both ways are facts, rather than the wrong one.
 */
static size_t make_facts(const struct named *n, struct place *p, uint16_t act, uint16_t perms,
			 const struct place *now, struct tr_fact *ret)
{
	make_fact(n, p, act, perms, place_is_dir(now), ret);
	if (now->found)
		return 1;
	ret->ev.flags |= TR_EV_STRING;
	make_fact(n, p, act, perms, true, ret + 1);
	ret[1].ev.flags |= TR_EV_STRING;
	return 2;
}

static size_t one_rename(const struct named *n, struct place *from, struct place *to,
			 const struct place *now, struct tr_fact *ret)
{
	size_t count = make_facts(n, from, TR_ACT_RENAME_FROM, n->e.perms, now, ret);

	return count + make_facts(n, to, TR_ACT_RENAME_TO, TR_PERM_W, now, ret + count);
}

/* Of a rename that was done, what is at the other end now tells what it was; an exchange is two of them. */
static size_t rename_facts(const struct named *n, struct place *a, struct place *b,
			   struct tr_fact ret[NAMED_FACTS])
{
	bool done = !n->e.error;
	size_t count = one_rename(n, a, b, done ? b : a, ret);

	if (n->e.flags & TR_NAMED_EXCHANGE)
		count += one_rename(n, b, a, done ? a : b, ret + count);
	return count;
}

static size_t link_facts(const struct named *n, struct place *a, struct place *b,
			 struct tr_fact ret[NAMED_FACTS])
{
	/* Without a slash even where it failed because it is a directory (apparmor_path_link). */
	make_fact(n, a, TR_ACT_LINK, n->e.perms, false, ret);
	ret->source = decode_path(b->path, strlen(b->path), 0);
	if (!b->is_exact)
		ret->ev.flags |= TR_EV_STRING;
	return 1;
}

static size_t place_facts(const struct named *n, struct place *a, struct place *b,
			  struct tr_fact ret[NAMED_FACTS])
{
	switch (n->e.act) {
	case TR_ACT_RENAME_FROM:
		return b->path ? rename_facts(n, a, b, ret) : 0;
	case TR_ACT_LINK:
		return b->path ? link_facts(n, a, b, ret) : 0;
	case TR_ACT_UNLINK:
	case TR_ACT_RMDIR:
		/* Each may fail for what only the other removes. */
		if (n->e.error && n->e.error != EISDIR && n->e.error != ENOTEMPTY)
			return make_facts(n, a, n->e.act, n->e.perms, a, ret);
		make_fact(n, a, n->e.act, n->e.perms,
			  n->e.act == TR_ACT_RMDIR || n->e.error == EISDIR, ret);
		return 1;
	case TR_ACT_CHMOD:
	case TR_ACT_CHOWN:
		return make_facts(n, a, n->e.act, n->e.perms, a, ret);
	default:
		make_fact(n, a, n->e.act, n->e.perms, n->e.act == TR_ACT_MKDIR, ret);
		return 1;
	}
}

/* One component, in a directory that was walked, that nothing has to be known of but its name. */
static bool is_plain(const struct named *n)
{
	if (n->e.error || n->e.flags || n->other_dir || !*n->name || strchr(n->name, '/'))
		return false;
	return n->e.act == TR_ACT_UNLINK || n->e.act == TR_ACT_MKDIR || n->e.act == TR_ACT_RMDIR ||
	       n->e.act == TR_ACT_SYMLINK || n->e.act == TR_ACT_MKNOD;
}

static size_t plain_facts(const struct named *n, struct tr_fact ret[NAMED_FACTS])
{
	struct place p = { .path = place_join(n->dir, n->name), .is_exact = true };

	p.where = decode_where(n->e.magic, n->e.dir_flags, p.path);
	make_fact(n, &p, n->e.act, n->e.perms, n->e.act == TR_ACT_MKDIR || n->e.act == TR_ACT_RMDIR,
		  ret);
	free(p.path);
	return 1;
}

size_t named_facts(const struct named *n, struct roots *roots, uint16_t recording,
		   struct tr_fact ret[NAMED_FACTS])
{
	const struct spot spot = { n->dir, n->e.dir_flags, n->e.magic };
	const struct spot other = { n->other_dir, n->e.other_dir_flags, n->e.magic };
	struct namer namer = { .e = &n->e.root, .root = n->root };
	struct place a = { 0 }, b = { 0 };
	size_t count = 0;

	if (is_plain(n))
		return plain_facts(n, ret);
	roots_open(roots, recording, &n->e.root, n->root, &namer.held);
	place_find(&namer, &a, &spot, n->name, n->e.flags & TR_NAMED_FOLLOW);
	if (n->other_dir)
		place_find(&namer, &b, &other, n->other_name, n->e.flags & TR_NAMED_OTHER_FOLLOW);
	if (!n->e.error || had_asked(n, &a, &b))
		count = place_facts(n, &a, &b, ret);
	free(a.path);
	free(b.path);
	roots_close(&namer.held);
	return count;
}
