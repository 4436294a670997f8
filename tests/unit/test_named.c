// SPDX-License-Identifier: Apache-2.0
/* Acts on names: where they lead, and which of those that failed had asked. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "lib/dir.h"
#include "lib/suite.h"
#include "record/mounts.h"
#include "record/named.h"

static struct roots roots;
static struct tr_fact facts[NAMED_FACTS];
static size_t n_facts;

/* A thread that is not there. */
#define NOBODY INT_MAX

static void in(const char *cmd)
{
	char line[512];

	snprintf(line, sizeof(line), "cd %s && %s", dir, cmd);
	ck_assert_int_eq(system(line), 0);
}

static void begin(void)
{
	make_dir();
	in("mkdir -p real/sub && touch real/file real/sub/deep && ln -s real lnk && ln -s file real/tofile");
}

static void end(void)
{
	for (size_t i = 0; i < n_facts; i++)
		tr_fact_release(&facts[i]);
	n_facts = 0;
	roots_release(&roots);
	remove_dir();
}

/* As the kernel has it in a super block (include/linux/kdev_t.h). */
static uint32_t device_of_root(void)
{
	struct stat st;

	ck_assert_int_eq(stat("/", &st), 0);
	return major(st.st_dev) << 20 | minor(st.st_dev);
}

static struct tr_event_named act(uint8_t what)
{
	struct tr_event_named e = { .act = what, .perms = TR_PERM_W };
	struct stat st;

	ck_assert_int_eq(stat("/proc/self/ns/mnt", &st), 0);
	e.root.tid = e.root.own_tgid = e.root.own_tid = (uint32_t)getpid();
	e.root.mnt_ns = (uint32_t)st.st_ino;
	e.fsuid = getuid();
	e.fsgid = getgid();
	return e;
}

/* The event as the programs write it; other may be NULL. */
static size_t event(char *to, struct tr_event_named *e, const char *name, const char *other,
		    const char *root)
{
	e->name_len = (uint16_t)strlen(name);
	e->other_name_len = other ? (uint16_t)strlen(other) : 0;
	e->dir_len = (uint16_t)strlen(dir);
	e->other_dir_len = other ? e->dir_len : 0;
	e->root_len = root ? (uint16_t)strlen(root) : 0;
	memcpy(to, e, sizeof(*e));
	return sizeof(*e) + (size_t)sprintf(to + sizeof(*e), "%s%s%s%s%s", name, other ? other : "",
					    dir, other ? dir : "", root ? root : "");
}

static void facts_of(struct tr_event_named e, const char *name, const char *other, const char *root)
{
	char bytes[4096];
	struct named n;

	for (size_t i = 0; i < n_facts; i++)
		tr_fact_release(&facts[i]);
	ck_assert(named_decode(bytes, event(bytes, &e, name, other, root), &n));
	n_facts = named_facts(&n, &roots, 0, facts);
	named_release(&n);
}

static void is(size_t i, uint16_t what, const char *below)
{
	char path[256];

	snprintf(path, sizeof(path), "%s%s", dir, below);
	ck_assert_uint_lt(i, n_facts);
	ck_assert_str_eq(facts[i].path, path);
	ck_assert_uint_eq(facts[i].act, what);
}

START_TEST(one_component_needs_no_look)
{
	struct tr_event_named e = act(TR_ACT_MKDIR);

	begin();
	e.root.tid = NOBODY;
	e.dir_flags = TR_PATH_CROSSED;
	facts_of(e, "new", NULL, NULL);
	is(0, TR_ACT_MKDIR, "/new/");
	ck_assert_uint_eq(n_facts, 1);
	ck_assert(facts[0].ev.flags == TR_EV_DONE && facts[0].ev.where == TR_WHERE_VOLUME);
	e.act = TR_ACT_UNLINK;
	facts_of(e, "new", NULL, NULL);
	is(0, TR_ACT_UNLINK, "/new");
	end();
}
END_TEST

START_TEST(symbolic_links_are_followed_as_the_call_does)
{
	struct tr_event_named e = act(TR_ACT_CHMOD);

	begin();
	e.flags = TR_NAMED_FOLLOW;
	facts_of(e, "lnk/tofile", NULL, NULL);
	is(0, TR_ACT_CHMOD, "/real/file");
	ck_assert(facts[0].ev.flags == (TR_EV_DONE | TR_EV_STRING | TR_EV_OWNER));
	e.flags = 0;
	facts_of(e, "lnk/tofile", NULL, NULL);
	is(0, TR_ACT_CHMOD, "/real/tofile");
	/* ".." behind a link leads to where that points. */
	in("ln -s real/sub deep");
	facts_of(e, "deep/../tofile", NULL, NULL);
	is(0, TR_ACT_CHMOD, "/real/tofile");
	facts_of(e, "lnk/sub/", NULL, NULL);
	is(0, TR_ACT_CHMOD, "/real/sub/");
	e.flags = TR_NAMED_FOLLOW;
	facts_of(e, "lnk", NULL, NULL);
	is(0, TR_ACT_CHMOD, "/real/");
	end();
}
END_TEST

START_TEST(what_is_gone_is_followed_as_far_as_it_goes)
{
	struct tr_event_named e = act(TR_ACT_UNLINK);

	begin();
	facts_of(e, "lnk/gone/further/f", NULL, NULL);
	is(0, TR_ACT_UNLINK, "/real/gone/further/f");
	ck_assert(facts[0].ev.flags == (TR_EV_DONE | TR_EV_STRING));
	/* Neither the process nor a root of its container: by text. */
	e.root.tid = NOBODY;
	roots_drop(&roots, 0);
	facts_of(e, "lnk/x", NULL, NULL);
	is(0, TR_ACT_UNLINK, "/lnk/x");
	roots_keep(&roots, 0, getpid());
	facts_of(e, "lnk/x", NULL, NULL);
	is(0, TR_ACT_UNLINK, "/real/x");
	roots_drop(&roots, 0);
	facts_of(e, "lnk/x", NULL, NULL);
	is(0, TR_ACT_UNLINK, "/lnk/x");
	/* Of another namespace, that is gone, the container's own stands for it, if it has the same root. */
	roots_keep(&roots, 0, getpid());
	e.root.mnt_ns++;
	facts_of(e, "lnk/x", NULL, NULL);
	is(0, TR_ACT_UNLINK, "/lnk/x");
	e.root.dev = device_of_root();
	facts_of(e, "lnk/x", NULL, NULL);
	is(0, TR_ACT_UNLINK, "/real/x");
	end();
}
END_TEST

START_TEST(a_rename_has_two_sides)
{
	struct tr_event_named e = act(TR_ACT_RENAME_FROM);

	begin();
	e.perms = TR_PERM_R | TR_PERM_W;
	facts_of(e, "old", "lnk/sub", NULL);
	ck_assert_uint_eq(n_facts, 2);
	is(0, TR_ACT_RENAME_FROM, "/old/");
	is(1, TR_ACT_RENAME_TO, "/real/sub/");
	ck_assert(facts[0].perms == (TR_PERM_R | TR_PERM_W) && facts[1].perms == TR_PERM_W);
	/* Moved on by now: it may have been a directory. */
	facts_of(e, "old", "lnk/gone", NULL);
	ck_assert_uint_eq(n_facts, 4);
	is(0, TR_ACT_RENAME_FROM, "/old");
	is(1, TR_ACT_RENAME_FROM, "/old/");
	is(2, TR_ACT_RENAME_TO, "/real/gone");
	is(3, TR_ACT_RENAME_TO, "/real/gone/");
	e.flags = TR_NAMED_EXCHANGE;
	facts_of(e, "lnk/file", "lnk/sub", NULL);
	ck_assert_uint_eq(n_facts, 4);
	is(0, TR_ACT_RENAME_FROM, "/real/file/");
	is(1, TR_ACT_RENAME_TO, "/real/sub/");
	is(2, TR_ACT_RENAME_FROM, "/real/sub");
	is(3, TR_ACT_RENAME_TO, "/real/file");
	ck_assert(facts[2].perms == (TR_PERM_R | TR_PERM_W));
	end();
}
END_TEST

START_TEST(a_link_has_an_old_name)
{
	struct tr_event_named e = act(TR_ACT_LINK);
	char old[128];

	begin();
	e.perms = TR_PERM_L;
	facts_of(e, "new", "lnk/tofile", NULL);
	is(0, TR_ACT_LINK, "/new");
	snprintf(old, sizeof(old), "%s/real/tofile", dir);
	ck_assert_str_eq(facts[0].source, old);
	e.flags = TR_NAMED_OTHER_FOLLOW;
	facts_of(e, "new", "lnk/tofile", NULL);
	snprintf(old, sizeof(old), "%s/real/file", dir);
	ck_assert_str_eq(facts[0].source, old);
	end();
}
END_TEST

START_TEST(nothing_leads_out_of_a_root)
{
	struct tr_event_named e = act(TR_ACT_CHMOD);
	char jail[128];

	begin();
	in("ln -s / real/out && ln -s /../../../etc real/etc && mkdir real/sub/etc");
	snprintf(jail, sizeof(jail), "%s/real", dir);
	roots_keep(&roots, 0, getpid());
	e.root.tid = NOBODY;
	e.flags = TR_NAMED_FOLLOW;
	facts_of(e, "/out/sub", NULL, jail);
	is(0, TR_ACT_CHMOD, "/real/sub/");
	facts_of(e, "/../../sub", NULL, jail);
	is(0, TR_ACT_CHMOD, "/real/sub/");
	facts_of(e, "/etc/passwd", NULL, jail);
	ck_assert_int_eq(strncmp(facts[0].path, jail, strlen(jail)), 0);
	/* And once nothing is left to ask. */
	roots_drop(&roots, 0);
	facts_of(e, "/../../etc/passwd", NULL, jail);
	is(0, TR_ACT_CHMOD, "/real/etc/passwd");
	end();
}
END_TEST

START_TEST(own_numbers_stand_for_self)
{
	struct tr_event_named e = act(TR_ACT_CHMOD);
	char path[64];

	begin();
	e.flags = TR_NAMED_FOLLOW;
	facts_of(e, "/proc/self/comm", NULL, NULL);
	snprintf(path, sizeof(path), "/proc/%d/comm", (int)getpid());
	ck_assert_str_eq(facts[0].path, path);
	ck_assert_uint_eq(facts[0].ev.where, TR_WHERE_PROC);
	end();
}
END_TEST

/* Where a container's output goes: nobody may open it again, and that is asked for as if it were to be made. */
START_TEST(a_descriptor_by_name_was_asked_for)
{
	struct tr_event_named e = act(TR_ACT_CREATE);
	char path[64], name[160];

	begin();
	in("ln -s /proc/self/fd/2 err && ln -s ../err real/log && ln -s /proc/self/fd fds &&"
	   "ln -s loop4 loop3 && ln -s loop3 loop4");
	e.error = EACCES;
	e.flags = TR_NAMED_FOLLOW;
	snprintf(path, sizeof(path), "/proc/%d/fd/2", (int)getpid());
	/* Of links that are elsewhere nothing is asked where a process may have to answer for them. */
	for (const char **link =
		     (const char *[]){ "err", "real/log", "lnk/../real/log", "fds/2", NULL };
	     *link && !mounts_may_block(getpid()); link++) {
		snprintf(name, sizeof(name), "%s/%s", dir, *link);
		facts_of(e, name, NULL, NULL);
		ck_assert_uint_eq(n_facts, 1);
		ck_assert_str_eq(facts[0].path, path);
		ck_assert(facts[0].act == TR_ACT_CREATE && facts[0].ev.flags & TR_EV_FAILED);
	}
	facts_of(e, "/proc/thread-self/fd/1000", NULL, NULL);
	snprintf(path, sizeof(path), "/proc/%d/task/%d/fd/1000", (int)getpid(), (int)getpid());
	ck_assert_uint_eq(n_facts, 1);
	ck_assert_str_eq(facts[0].path, path);
	facts_of(e, "/proc/self/comm", NULL, NULL);
	ck_assert_uint_eq(n_facts, 0);
	facts_of(e, "/proc/1/fd/2", NULL, NULL);
	ck_assert_uint_eq(n_facts, 0);
	facts_of(e, "loop3", NULL, NULL);
	ck_assert_uint_eq(n_facts, 0);
	end();
}
END_TEST

static bool asked(uint8_t what, uint16_t error, const char *name, const char *other)
{
	struct tr_event_named e = act(what);

	e.error = error;
	facts_of(e, name, other, NULL);
	for (size_t i = 0; i < n_facts; i++)
		ck_assert(facts[i].ev.flags & TR_EV_FAILED && !(facts[i].ev.flags & TR_EV_DONE));
	return n_facts > 0;
}

START_TEST(removals_that_failed)
{
	begin();
	ck_assert(asked(TR_ACT_RMDIR, ENOTEMPTY, "lnk/sub", NULL));
	is(0, TR_ACT_RMDIR, "/real/sub/");
	ck_assert(asked(TR_ACT_RMDIR, ENOTDIR, "real/file", NULL));
	is(0, TR_ACT_RMDIR, "/real/file");
	ck_assert(!asked(TR_ACT_RMDIR, ENOTDIR, "real/file/x", NULL));
	ck_assert(!asked(TR_ACT_RMDIR, ENOTEMPTY, "real/..", NULL));
	ck_assert(asked(TR_ACT_UNLINK, EISDIR, "real", NULL));
	is(0, TR_ACT_UNLINK, "/real/");
	ck_assert(!asked(TR_ACT_UNLINK, EISDIR, "real/", NULL));
	ck_assert(asked(TR_ACT_UNLINK, EBUSY, "real/file", NULL));
	/* The directory may be written to: then it was that it may not be searched. */
	ck_assert(!asked(TR_ACT_UNLINK, EACCES, "real/file", NULL));
	in("chmod u-w real");
	ck_assert(asked(TR_ACT_UNLINK, EACCES, "real/file", NULL));
	in("chmod u+w real");
	end();
}
END_TEST

START_TEST(others_that_failed)
{
	begin();
	ck_assert(asked(TR_ACT_RENAME_FROM, EISDIR, "real/file", "real/sub"));
	ck_assert(asked(TR_ACT_RENAME_FROM, ENOTDIR, "real/sub", "real/file"));
	ck_assert(!asked(TR_ACT_RENAME_FROM, ENOTDIR, "real/file", "real/file/x"));
	ck_assert(asked(TR_ACT_RENAME_FROM, ENOTEMPTY, "new", "real"));
	ck_assert(!asked(TR_ACT_RENAME_FROM, ENOTEMPTY, "real/sub", "real"));
	ck_assert(asked(TR_ACT_RENAME_FROM, EXDEV, "real/sub", "sub"));
	ck_assert(!asked(TR_ACT_RENAME_FROM, EXDEV, "real/sub", "/proc/sub"));
	ck_assert(!asked(TR_ACT_RENAME_FROM, EBUSY, "real/.", "x"));
	ck_assert(asked(TR_ACT_MKDIR, EDQUOT, "new", NULL));
	ck_assert(!asked(TR_ACT_MKDIR, EACCES, "new", NULL));
	ck_assert(asked(TR_ACT_CHMOD, EPERM, "real/file", NULL));
	ck_assert(!asked(TR_ACT_CHMOD, EPERM, "real/gone", NULL));
	ck_assert(!asked(TR_ACT_LINK, EPERM, "new", "real/file"));
	ck_assert(asked(TR_ACT_LINK, EPERM, "new", "real/sub"));
	is(0, TR_ACT_LINK, "/new");
	ck_assert(asked(TR_ACT_OPEN, ENXIO, "real/file", NULL));
	ck_assert(!asked(TR_ACT_CREATE, EACCES, "real/file", NULL));
	end();
}
END_TEST

START_TEST(malformed_events_are_no_acts)
{
	struct tr_event_named e = act(TR_ACT_RENAME_FROM);
	char bytes[4096];
	struct named n;
	size_t len;

	make_dir();
	len = event(bytes, &e, "a", "b", "/r");
	ck_assert(named_decode(bytes, len, &n));
	ck_assert_str_eq(n.name, "a");
	ck_assert_str_eq(n.other_name, "b");
	ck_assert_str_eq(n.root, "/r");
	named_release(&n);
	ck_assert(!named_decode(bytes, len - 1, &n));
	bytes[sizeof(e)] = '\0';
	ck_assert(!named_decode(bytes, len, &n));
	bytes[sizeof(e)] = 'a';
	bytes[sizeof(e) + 2] = 'x';
	ck_assert(!named_decode(bytes, len, &n));
	bytes[sizeof(e) + 2] = '/';
	bytes[len - 2] = 'x';
	ck_assert(!named_decode(bytes, len, &n));
	e.dir_flags = TR_PATH_TRUNCATED;
	len = event(bytes, &e, "a", "b", NULL);
	ck_assert(!named_decode(bytes, len, &n));
	remove_dir();
}
END_TEST

TR_SUITE("named", one_component_needs_no_look, symbolic_links_are_followed_as_the_call_does,
	 what_is_gone_is_followed_as_far_as_it_goes, a_rename_has_two_sides, a_link_has_an_old_name,
	 nothing_leads_out_of_a_root, own_numbers_stand_for_self,
	 a_descriptor_by_name_was_asked_for, removals_that_failed, others_that_failed,
	 malformed_events_are_no_acts)
