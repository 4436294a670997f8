// SPDX-License-Identifier: Apache-2.0
/* Mounts: where the names of a process led that may have ended, with its mount namespace, before we looked. */
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/dir.h"
#include "lib/suite.h"
#include "record/mounting.h"
#include "record/place.h"
#include "record/resolve.h"

static struct roots roots;
static struct tr_fact facts[MOUNTING_FACTS];
static size_t n_facts;

/* A thread that is not there. */
#define NOBODY INT_MAX

static void in(const char *cmd)
{
	char line[512];

	snprintf(line, sizeof(line), "cd %s && %s", dir, cmd);
	ck_assert_int_eq(system(line), 0);
}

static void forget(void)
{
	while (n_facts)
		tr_fact_release(&facts[--n_facts]);
}

static void begin(void)
{
	make_dir();
	in("mkdir -p real/sub && touch real/file && ln -s real lnk");
}

static void end(void)
{
	forget();
	roots_release(&roots);
	remove_dir();
}

static struct tr_event_root root_of(pid_t pid)
{
	struct tr_event_root e = { .tid = (uint32_t)pid, .own_tgid = 1, .own_tid = 1 };
	char path[64];
	struct stat st;

	snprintf(path, sizeof(path), "/proc/%d/ns/mnt", (int)pid);
	ck_assert_int_eq(stat(path, &st), 0);
	e.mnt_ns = (uint32_t)st.st_ino;
	ck_assert_int_eq(stat("/", &st), 0);
	e.dev = major(st.st_dev) << 20 | minor(st.st_dev);
	return e;
}

static void facts_of(uint8_t op, struct tr_event_root root, const char *name, const char *source)
{
	struct tr_event_mount e = { .op = op, .named = 1, .root = root };
	char bytes[4096];

	forget();
	e.path_len = (uint16_t)strlen(name);
	e.source_len = source ? (uint16_t)strlen(source) : 0;
	e.cwd_len = (uint16_t)strlen(dir);
	memcpy(bytes, &e, sizeof(e));
	n_facts = mounting_facts(bytes,
				 sizeof(e) + (size_t)sprintf(bytes + sizeof(e), "%s%s%s", name,
							     source ? source : "", dir),
				 &roots, 0, facts);
}

static void is(size_t i, const char *below, const char *source)
{
	char path[256];

	snprintf(path, sizeof(path), "%s%s", dir, below);
	ck_assert_uint_lt(i, n_facts);
	ck_assert_str_eq(facts[i].path, path);
	if (!source)
		return;
	snprintf(path, sizeof(path), "%s%s", dir, source);
	ck_assert_str_eq(facts[i].source, path);
}

START_TEST(names_are_followed)
{
	struct tr_event_root root = root_of(getpid());

	begin();
	facts_of(TR_MOUNT_NEW, root, "lnk/sub", "none");
	is(0, "/real/sub/", NULL);
	ck_assert_str_eq(facts[0].source, "none");
	ck_assert(n_facts == 1 && facts[0].ev.flags == (TR_EV_DONE | TR_EV_STRING));
	facts_of(TR_MOUNT_BIND, root, "lnk/file", "lnk/../real/file");
	is(0, "/real/file", "/real/file");
	facts_of(TR_MOUNT_BIND, root, "lnk/sub", "lnk");
	is(0, "/real/sub/", "/real/");
	ck_assert_uint_eq(n_facts, 1);
	end();
}
END_TEST

START_TEST(what_nobody_can_tell_is_both)
{
	struct tr_event_root root = root_of(getpid());

	begin();
	root.tid = NOBODY;
	facts_of(TR_MOUNT_NEW, root, "lnk/sub", "none");
	is(0, "/lnk/sub/", NULL);
	ck_assert_uint_eq(n_facts, 1);
	facts_of(TR_MOUNT_BIND, root, "lnk/sub", "lnk");
	ck_assert_uint_eq(n_facts, 2);
	is(0, "/lnk/sub", "/lnk");
	is(1, "/lnk/sub/", "/lnk/");
	/* One end tells what the other was. */
	roots_keep(&roots, 0, getpid());
	facts_of(TR_MOUNT_MOVE, root, "lnk/sub", "gone");
	ck_assert_uint_eq(n_facts, 1);
	is(0, "/real/sub/", "/gone/");
	facts_of(TR_MOUNT_MOVE, root, "gone", "lnk/file");
	ck_assert_uint_eq(n_facts, 1);
	is(0, "/gone", "/real/file");
	facts_of(TR_MOUNT_UMOUNT, root, "gone", NULL);
	ck_assert_uint_eq(n_facts, 2);
	end();
}
END_TEST

START_TEST(links_are_followed_to_their_end)
{
	struct tr_event_root root = root_of(getpid());

	begin();
	in("ln -s lnk/sub one && ln -s ../one real/two && ln -s $PWD/real/two three && ln -s loop loop");
	facts_of(TR_MOUNT_NEW, root, "three", "none");
	is(0, "/real/sub/", NULL);
	facts_of(TR_MOUNT_BIND, root, "real/two/../sub/.", "real/two");
	is(0, "/real/sub/", "/real/sub/");
	facts_of(TR_MOUNT_NEW, root, "loop", "none");
	is(0, "/loop/", NULL);
	facts_of(TR_MOUNT_NEW, root, "three/gone", "none");
	is(0, "/real/sub/gone/", NULL);
	end();
}
END_TEST

/* A process in a mount namespace of its own, with something mounted on real/sub; -1 where that may not be. */
static pid_t apart(void)
{
	int ready[2];
	char at[256], c;
	pid_t pid;

	snprintf(at, sizeof(at), "%s/real/sub", dir);
	ck_assert_int_eq(pipe(ready), 0);
	pid = fork();
	if (pid == 0) {
		if (unshare(CLONE_NEWNS) < 0 ||
		    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
		    mount("none", at, "tmpfs", 0, NULL) < 0 || write(ready[1], "r", 1) != 1)
			_exit(1);
		pause();
		_exit(0);
	}
	close(ready[1]);
	if (read(ready[0], &c, 1) != 1) {
		waitpid(pid, NULL, 0);
		pid = -1;
	}
	close(ready[0]);
	return pid;
}

static void stop(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

START_TEST(a_namespace_may_end)
{
	struct tr_event_root root;
	pid_t pid;

	begin();
	roots_keep(&roots, 0, getpid());
	pid = apart();
	if (pid > 0) {
		root = root_of(pid);
		facts_of(TR_MOUNT_NEW, root, "lnk/sub", "none");
		is(0, "/real/sub/", NULL);
		stop(pid);
		/* Held until all that waited is looked up. */
		facts_of(TR_MOUNT_NEW, root, "lnk/sub", "none");
		is(0, "/real/sub/", NULL);
		ck_assert_uint_eq(roots.passing, 1);
		roots_settle(&roots);
		ck_assert_uint_eq(roots.passing, 0);
		facts_of(TR_MOUNT_NEW, root, "lnk/sub", "none");
		is(0, "/real/sub/", NULL);
		/* Of another tree the container's own tells nothing. */
		root.dev++;
		facts_of(TR_MOUNT_NEW, root, "lnk/sub", "none");
		is(0, "/lnk/sub/", NULL);
	}
	end();
}
END_TEST

/* Who unmounts at once what it has mounted finds it busy if somebody else has a handle there. */
START_TEST(what_is_mounted_is_not_held)
{
	struct tr_event_root root;
	struct namer namer = { .root = "/" };
	struct spot spot = { .dir = "/" };
	struct place p;
	int status = 0, fd;
	char at[256];
	pid_t pid;

	begin();
	snprintf(at, sizeof(at), "%s/real/sub", dir);
	pid = fork();
	if (pid == 0) {
		if (unshare(CLONE_NEWNS) < 0 ||
		    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
		    mount("none", at, "tmpfs", 0, NULL) < 0)
			_exit(77);
		root = root_of(getpid());
		namer.e = &root;
		roots_open(&roots, 0, &root, "/", &namer.held);
		snprintf(at, sizeof(at), "%s/real", dir);
		fd = open(at, O_PATH | O_DIRECTORY);
		if (resolve_here(fd, "sub") >= 0)
			_exit(1);
		snprintf(at, sizeof(at), "%s/lnk/sub", dir);
		place_find_mounted(&namer, &p, &spot, at, true);
		snprintf(at, sizeof(at), "%s/real/sub", dir);
		_exit(strcmp(p.path, at) || !place_is_dir(&p) || umount2(at, 0) < 0);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFEXITED(status) && (WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == 77));
	end();
}
END_TEST

START_TEST(a_held_namespace_does_not_come_apart)
{
	struct spot spot;
	struct tr_event_root root;
	struct namer namer = { .root = "/" };
	struct place p;
	char path[256];
	pid_t pid;

	begin();
	pid = apart();
	if (pid > 0) {
		root = root_of(pid);
		namer.e = &root;
		roots_open(&roots, 0, &root, "/", &namer.held);
		stop(pid);
		/* The namespace's mounts come apart when its last process has ended. */
		spot = (struct spot){ .dir = dir };
		place_find(&namer, &p, &spot, "lnk/sub", true);
		snprintf(path, sizeof(path), "%s/real/sub", dir);
		ck_assert(p.found && p.where == TR_WHERE_VOLUME);
		ck_assert_str_eq(p.path, path);
		free(p.path);
		roots_close(&namer.held);
	}
	end();
}
END_TEST

TR_SUITE("mounting", names_are_followed, what_nobody_can_tell_is_both,
	 links_are_followed_to_their_end, what_is_mounted_is_not_held, a_namespace_may_end,
	 a_held_namespace_does_not_come_apart)
