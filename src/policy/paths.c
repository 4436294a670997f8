// SPDX-License-Identifier: Apache-2.0
#include "policy/paths.h"

#include <stdlib.h>
#include <string.h>

#include "policy/needs.h"
#include "util/mem.h"

_Static_assert((int)TR_PERM_R == (int)TR_APPARMOR_R && (int)TR_PERM_W == (int)TR_APPARMOR_W &&
		       (int)TR_PERM_K == (int)TR_APPARMOR_K &&
		       (int)TR_PERM_L == (int)TR_APPARMOR_L &&
		       (int)TR_PERM_M == (int)TR_APPARMOR_M && (int)TR_PERM_X == (int)TR_APPARMOR_X,
	       "the letters are the same");

static void name_release(struct name *n)
{
	tr_apparmor_pattern_release(&n->pattern);
	tr_apparmor_pattern_release(&n->target_pattern);
	tr_u32set_release(&n->recordings);
	tr_strset_release(&n->exes);
}

void names_release(struct names *names)
{
	for (size_t i = 0; i < names->n; i++)
		name_release(&names->v[i]);
	for (size_t i = 0; i < names->n_own; i++)
		free(names->own[i]);
	free(names->own);
	free(names->v);
	*names = (struct names){ 0 };
}

static struct name *add_name(struct names *names, const struct tr_fact *fact, const char *path,
			     uint16_t perms)
{
	struct name *n;

	names->v = tr_grow(names->v, &names->cap, names->n, sizeof(*names->v));
	n = &names->v[names->n++];
	*n = (struct name){
		.path = path, .perms = perms, .flags = fact->ev.flags, .where = fact->ev.where
	};
	/* Where nobody looked whose it was, it may have been another's. */
	if ((n->flags & (TR_EV_OWNER | TR_EV_NOT_OWNER)) != TR_EV_OWNER)
		n->others = perms;
	if (fact->kind == TR_FACT_EXEC)
		n->acts = 1U << TR_ACT_EXEC;
	else if (fact->act < TR_ACT_MAX)
		n->acts = 1U << fact->act;
	for (size_t i = 0; i < fact->ev.recordings.n; i++)
		tr_u32set_add(&n->recordings, fact->ev.recordings.v[i]);
	if (fact->ev.exes.n)
		tr_strset_add(&n->exes, fact->ev.exes.v[0]);
	if (fact->ev.exes.n > 1)
		tr_strset_add(&n->exes, fact->ev.exes.v[1]);
	return n;
}

/* A name that was read off a descriptor: whether the file is gone or is called that, it does not tell. */
static void add_without_deleted(struct names *names, const struct tr_fact *fact, uint16_t perms)
{
	static const char deleted[] = " (deleted)";
	size_t len = strlen(fact->path), end = sizeof(deleted) - 1;

	if (!(fact->ev.flags & TR_EV_STRING) || len <= end + 1 ||
	    strcmp(fact->path + len - end, deleted) != 0)
		return;
	names->own = tr_grow(names->own, &names->cap_own, names->n_own, sizeof(*names->own));
	names->own[names->n_own++] = tr_xstrndup(fact->path, len - end);
	add_name(names, fact, names->own[names->n_own - 1], perms);
}

/* What an act asks for beside what stands in its fact: who is renamed is read and written. */
static uint16_t implied(const struct tr_fact *fact)
{
	if (fact->kind == TR_FACT_EXEC) /* a script is opened by its interpreter like any file */
		return fact->interp ? TR_PERM_R : 0;
	return fact->act == TR_ACT_RENAME_FROM ? TR_PERM_R | TR_PERM_W :
	       fact->act == TR_ACT_RENAME_TO   ? TR_PERM_W :
						 0;
}

struct taking {
	struct names *names;
	const struct tr_facts *facts;
};

/*
 * Pipes, sockets and the like have no place in a tree, and are not asked about. An act that failed by itself counts:
 * it was asked for first, and callers tell one error from another.
 */
static int take(const struct tr_fact *fact, void *arg)
{
	struct taking *t = arg;
	struct need needs[NEEDS_MAX];
	size_t n;

	if ((fact->kind != TR_FACT_FILE && fact->kind != TR_FACT_EXEC) ||
	    fact->ev.where == TR_WHERE_OTHER || !fact->path || fact->path[0] != '/')
		return 0;
	n = needs_of(t->facts, fact, needs);
	for (size_t i = 0; i < n; i++) {
		uint16_t perms = (uint16_t)(needs[i].perms | implied(fact));

		if (needs[i].kind == NEED_LINK) {
			add_name(t->names, fact, fact->path, TR_PERM_L)->target = needs[i].source;
			continue;
		}
		add_name(t->names, fact, fact->path, perms);
		add_without_deleted(t->names, fact, perms);
	}
	if (!n && fact->kind == TR_FACT_EXEC && implied(fact))
		add_name(t->names, fact, fact->path, implied(fact));
	return 0;
}

static int cmp_str(const char *a, const char *b)
{
	if (!a || !b)
		return a ? 1 : b ? -1 : 0;
	return strcmp(a, b);
}

static int cmp_path(const void *a, const void *b)
{
	const struct name *x = a, *y = b;
	int r = cmp_str(x->path, y->path);

	return r ? r : cmp_str(x->target, y->target);
}

static int cmp_pattern(const void *a, const void *b)
{
	const struct name *x = a, *y = b;
	int r = tr_apparmor_pattern_cmp(&x->pattern, &y->pattern);

	if (!r && (!x->target || !y->target))
		return x->target ? 1 : y->target ? -1 : cmp_str(x->path, y->path);
	if (!r)
		r = tr_apparmor_pattern_cmp(&x->target_pattern, &y->target_pattern);
	return r ? r : cmp_path(a, b);
}

/* Of the names, that of x stays. */
static void join(struct name *x, struct name *y)
{
	x->perms |= y->perms;
	x->others |= y->others;
	x->acts |= y->acts;
	x->flags |= y->flags;
	x->where |= y->where;
	x->why = x->why ? x->why : y->why;
	for (size_t i = 0; i < y->recordings.n; i++)
		tr_u32set_add(&x->recordings, y->recordings.v[i]);
	for (size_t i = 0; i < y->exes.n; i++)
		tr_strset_add(&x->exes, y->exes.v[i]);
	name_release(y);
}

static bool same_path(const struct name *x, const struct name *y)
{
	return !cmp_path(x, y);
}

static bool same_pattern(const struct name *x, const struct name *y)
{
	return !x->target == !y->target && !tr_apparmor_pattern_cmp(&x->pattern, &y->pattern) &&
	       !tr_apparmor_pattern_cmp(&x->target_pattern, &y->target_pattern);
}

static void unite(struct names *names, int (*cmp)(const void *, const void *),
		  bool (*same)(const struct name *, const struct name *))
{
	size_t kept = 0;

	if (!names->n)
		return;
	qsort(names->v, names->n, sizeof(*names->v), cmp);
	for (size_t i = 1; i < names->n; i++) {
		if (same(&names->v[kept], &names->v[i]))
			join(&names->v[kept], &names->v[i]);
		else
			names->v[++kept] = names->v[i];
	}
	names->n = kept + 1;
}

void names_of_facts(struct names *names, const struct tr_facts *facts)
{
	struct taking t = { names, facts };

	tr_facts_each(facts, take, &t);
	unite(names, cmp_path, same_path);
}

void names_unite(struct names *names)
{
	unite(names, cmp_pattern, same_pattern);
}

static bool is_digits(const char *s, size_t len)
{
	return len && strspn(s, "0123456789") >= len;
}

static void add_set(struct tr_apparmor_pattern *p, uint8_t set, uint16_t min, uint16_t max)
{
	tr_apparmor_pattern_add(p, (struct tr_apparmor_part){ set, 0, min, max });
}

/* PID_MAX_LIMIT of the kernel (linux/threads.h) has seven digits. */
static bool add_pid(struct tr_apparmor_pattern *p, const char *s, size_t len)
{
	if (!is_digits(s, len) || len > 7 || *s == '0')
		return false;
	add_set(p, TR_APPARMOR_NONZERO, 1, 1);
	add_set(p, TR_APPARMOR_DIGIT, 0, 6);
	return true;
}

static bool add_number(struct tr_apparmor_pattern *p, const char *s, size_t len, uint16_t max)
{
	if (!is_digits(s, len) || len > max)
		return false;
	add_set(p, TR_APPARMOR_DIGIT, 1, max);
	return true;
}

/* A place in a path: what the components so far make of the next. */
enum place {
	PLACE_ROOT,
	PLACE_PROC, /* next is a process */
	PLACE_PID, /* in a process */
	PLACE_TASK, /* next is a thread */
	PLACE_FD, /* next is a descriptor */
	PLACE_DEV,
	PLACE_PTS, /* next is a terminal */
	PLACE_ELSEWHERE,
};

static bool is_word(const char *s, size_t len, const char *word)
{
	return strlen(word) == len && !memcmp(s, word, len);
}

static enum place next_place(enum place at, const char *s, size_t len, bool counted)
{
	switch (at) {
	case PLACE_ROOT:
		return is_word(s, len, "proc") ? PLACE_PROC :
		       is_word(s, len, "dev")  ? PLACE_DEV :
						 PLACE_ELSEWHERE;
	case PLACE_PROC:
	case PLACE_TASK:
		return counted ? PLACE_PID : PLACE_ELSEWHERE;
	case PLACE_PID:
		return is_word(s, len, "task")				  ? PLACE_TASK :
		       is_word(s, len, "fd") || is_word(s, len, "fdinfo") ? PLACE_FD :
									    PLACE_ELSEWHERE;
	case PLACE_DEV:
		return is_word(s, len, "pts") ? PLACE_PTS : PLACE_ELSEWHERE;
	case PLACE_FD:
	case PLACE_PTS:
	case PLACE_ELSEWHERE:
		break;
	}
	return PLACE_ELSEWHERE;
}

static bool add_counted(struct tr_apparmor_pattern *p, enum place at, const char *s, size_t len)
{
	if (at == PLACE_PROC || at == PLACE_TASK)
		return add_pid(p, s, len);
	return (at == PLACE_FD || at == PLACE_PTS) && add_number(p, s, len, 10);
}

/* O_TMPFILE: "#" and the number of the inode (fs/dcache.c: d_tmpfile). It is always opened for writing. */
static bool add_tmpfile(struct tr_apparmor_pattern *p, const char *s, size_t len, bool written)
{
	if (!written || len < 2 || *s != '#' || s[len] || !is_digits(s + 1, len - 1) || len > 21)
		return false;
	tr_apparmor_pattern_add_bytes(p, s, 1);
	add_set(p, TR_APPARMOR_DIGIT, 1, 20);
	return true;
}

void name_add_component(struct tr_apparmor_pattern *p, const char *s, size_t len, bool written)
{
	if (!add_tmpfile(p, s, len, written))
		tr_apparmor_pattern_add_bytes(p, s, len);
}

static void canonical(struct tr_apparmor_pattern *p, const char *path, bool written)
{
	enum place at = PLACE_ROOT;

	for (const char *s = path; *s;) {
		size_t len = strcspn(s, "/");
		bool counted = false;

		if (*s == '/') {
			tr_apparmor_pattern_add_bytes(p, s++, 1);
			continue;
		}
		counted = add_counted(p, at, s, len);
		if (!counted)
			name_add_component(p, s, len, written);
		at = next_place(at, s, len, counted);
		s += len;
	}
}

void names_canonical(struct names *names)
{
	for (size_t i = 0; i < names->n; i++) {
		struct name *n = &names->v[i];

		canonical(&n->pattern, n->path, n->perms & TR_PERM_W);
		/* What is linked from a file without a name is written before. */
		if (n->target)
			canonical(&n->target_pattern, n->target, true);
	}
}
