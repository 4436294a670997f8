// SPDX-License-Identifier: Apache-2.0
/*
 * Compiled AppArmor policy: one text, compiled by the machine's parser now and by three releases' before
 * (tests/data/apparmor/make.sh), must answer the same whatever the format is.
 */
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/suite.h"
#include "trammel/apparmor_policy.h"
#include "util/fs.h"
#include "util/mem.h"

#define DATA	"/tests/data/apparmor/"
#define COMPILE "apparmor_parser -QKS --kernel-features /etc/apparmor.d/abi/3.0 "

static const char *source(void)
{
	const char *dir = getenv("TRAMMEL_SOURCE");

	return dir ? dir : ".";
}

static void parse(struct tr_aa_policy *p, const char *data, size_t len)
{
	struct tr_err err = { 0 };

	ck_assert_msg(tr_aa_policy_read(p, data, len, &err) == 0, "%s", tr_err_msg(&err));
}

/* Of a text file. */
static void compile_file(struct tr_aa_policy *p, const char *path)
{
	char *cmd = tr_xasprintf(COMPILE "'%s'", path), *data = tr_xmalloc(1 << 22);
	FILE *f = popen(cmd, "r");
	size_t n;

	ck_assert_ptr_nonnull(f);
	n = fread(data, 1, 1 << 22, f);
	ck_assert_int_eq(pclose(f), 0);
	parse(p, data, n);
	free(data);
	free(cmd);
}

static void compile(struct tr_aa_policy *p, const char *rules)
{
	char path[] = "/tmp/trammel-policy-XXXXXX";
	int fd = mkstemp(path);
	FILE *f = fdopen(fd, "w");

	ck_assert_ptr_nonnull(f);
	fprintf(f, "abi <abi/3.0>,\nprofile t flags=(attach_disconnected) {\n%s\n}\n", rules);
	fclose(f);
	compile_file(p, path);
	unlink(path);
}

#define R     (TR_AA_READ)
#define W     (TR_AA_WRITE | TR_AA_APPEND | TR_AA_CREATE | TR_AA_DELETE | TR_AA_SETATTR)
#define L     TR_AA_LINK
#define K     TR_AA_LOCK
#define M     TR_AA_MMAP_EXEC
#define X     TR_AA_EXEC
#define ASKED (R | W | L | K | M | X)

/* The letters of what a path may be used for. */
static uint32_t file(const struct tr_aa_profile *p, const char *path, bool owner)
{
	struct tr_aa_perms perms;

	tr_aa_file(p, path, strlen(path), owner, &perms);
	return perms.allow & ASKED;
}

#define FILE_IS(path, other, own)                                                        \
	do {                                                                             \
		ck_assert_msg(file(p, path, false) == (other), "%s: %x", path,           \
			      file(p, path, false));                                     \
		ck_assert_msg(file(p, path, true) == (own), "%s of its owner: %x", path, \
			      file(p, path, true));                                      \
	} while (0)
#define FILE_ALL(path, perms) FILE_IS(path, perms, perms)

static void check_files(const struct tr_aa_profile *p)
{
	FILE_ALL("/etc/passwd", R);
	FILE_ALL("/etc/passwd2", 0);
	FILE_ALL("/etc/passw", 0);
	FILE_ALL("/etc/", R);
	FILE_ALL("/etc", 0);
	FILE_ALL("", 0);
	FILE_ALL("/srv/a.conf", R | K);
	FILE_ALL("/srv/.conf", R | K);
	FILE_ALL("/srv/b/a.conf", K);
	FILE_ALL("/srv/", 0);
	FILE_ALL("/srv/deep/x/", R | K);
	FILE_ALL("/srv/deep/x/y/", R | K);
	FILE_ALL("/srv/deep/x/y", K);
	FILE_ALL("/one/a.x", R);
	FILE_ALL("/one/b\xffyy", R);
	FILE_ALL("/one/c.x", 0);
	FILE_ALL("/one/a/x", 0);
	FILE_ALL("/quoted name", R);
	FILE_ALL("/quoted name and more", R);
	FILE_ALL("/all * bytes \xff", R | W);
	FILE_ALL("/all x bytes \xff", 0);
	FILE_IS("/home/a/b", 0, R | W);
	FILE_IS("/home/shared", R, R | W);
	FILE_ALL("/log", TR_AA_APPEND);
	FILE_ALL("/lib/libc.so.6", R | M);
	FILE_ALL("/secret/a", R);
	FILE_ALL("/secret/key", 0);
	FILE_ALL("/secret/loud", 0);
	FILE_ALL("/audited", W);
}

static void check_marks(const struct tr_aa_profile *p)
{
	struct tr_aa_perms perms;

	tr_aa_file(p, "/secret/key", 11, true, &perms);
	ck_assert_uint_eq(perms.quiet & ASKED, R);
	tr_aa_file(p, "/secret/loud", 12, true, &perms);
	ck_assert_uint_eq(perms.quiet & ASKED, 0);
	tr_aa_file(p, "/audited", 8, false, &perms);
	ck_assert_uint_eq(perms.audit & TR_AA_WRITE, TR_AA_WRITE);
	tr_aa_file(p, "/etc/passwd", 11, false, &perms);
	ck_assert_uint_eq(perms.audit, 0);
	ck_assert_uint_eq(perms.allow & TR_AA_GETATTR, TR_AA_GETATTR);
	tr_aa_file(p, "/nowhere", 8, false, &perms);
	ck_assert_uint_eq(perms.allow, TR_AA_GETATTR);
}

static void exec_is(const struct tr_aa_profile *p, const char *path, enum tr_aa_exec exec,
		    bool fallback, bool unsafe, const char *name)
{
	struct tr_aa_perms perms;

	tr_aa_file(p, path, strlen(path), false, &perms);
	ck_assert_msg(perms.exec == exec, "%s: %d", path, perms.exec);
	ck_assert_int_eq((perms.allow & X) != 0, exec != TR_AA_EXEC_NONE);
	ck_assert_msg(perms.exec_fallback == fallback, "%s", path);
	if (exec != TR_AA_EXEC_NONE && exec != TR_AA_EXEC_INHERIT)
		ck_assert_msg(perms.exec_unsafe == unsafe, "%s", path);
	if (name)
		ck_assert_str_eq(perms.exec_name, name);
}

static void check_execs(const struct tr_aa_profile *p)
{
	exec_is(p, "/bin/in", TR_AA_EXEC_INHERIT, false, true, NULL);
	exec_is(p, "/bin/own", TR_AA_EXEC_PROFILE, false, true, NULL);
	exec_is(p, "/bin/child", TR_AA_EXEC_CHILD, false, true, NULL);
	exec_is(p, "/bin/named", TR_AA_EXEC_NAMED, false, true, "battery//sub");
	exec_is(p, "/bin/free", TR_AA_EXEC_UNCONFINED, false, true, NULL);
	exec_is(p, "/bin/Scrub", TR_AA_EXEC_UNCONFINED, false, false, NULL);
	exec_is(p, "/bin/either", TR_AA_EXEC_PROFILE, true, true, NULL);
	exec_is(p, "/etc/passwd", TR_AA_EXEC_NONE, false, false, NULL);
	/* The parser gives m to what is inherited, and not to others. */
	FILE_ALL("/bin/in", X | M);
}

static void check_links(const struct tr_aa_profile *p)
{
	ck_assert(tr_aa_link(p, "/links/pair", "/target/pair", true));
	ck_assert(tr_aa_link(p, "/links/pair", "/target/pair", false));
	ck_assert(!tr_aa_link(p, "/links/pair", "/target/free", true));
	ck_assert(!tr_aa_link(p, "/links/none", "/target/pair", true));
	ck_assert(tr_aa_link(p, "/links/free", "/target/free", true));
	ck_assert(!tr_aa_link(p, "/links/free", "/target/none", true));
	ck_assert(!tr_aa_link(p, "/links/wide", "/target/free", true));
	ck_assert(tr_aa_link(p, "/links/exec", "/target/exec", true));
	ck_assert(!tr_aa_link(p, "/links/exec", "/target/other", true));
	ck_assert(!tr_aa_link(p, "/links/exec", "/target/free", true));
	ck_assert(tr_aa_link(p, "/links/sub", "/target/sub", true));
	ck_assert(!tr_aa_link(p, "/links/sub", "/target/unknown", true));
}

static uint32_t network(const struct tr_aa_profile *p, unsigned family, unsigned type)
{
	struct tr_aa_perms perms;

	tr_aa_network(p, family, type, &perms);
	return perms.allow & (TR_AA_CREATE | TR_AA_READ | TR_AA_WRITE);
}

static void check_network(const struct tr_aa_profile *p)
{
	const uint32_t all = TR_AA_CREATE | TR_AA_READ | TR_AA_WRITE;

	ck_assert_uint_eq(network(p, AF_INET, SOCK_STREAM), all);
	ck_assert_uint_eq(network(p, AF_INET, SOCK_DGRAM), 0);
	ck_assert_uint_eq(network(p, AF_INET6, SOCK_STREAM), 0);
	ck_assert_uint_eq(network(p, AF_UNIX, SOCK_STREAM), all);
	ck_assert_uint_eq(network(p, AF_UNIX, SOCK_DGRAM), all);
	ck_assert_uint_eq(network(p, AF_NETLINK, SOCK_RAW), all);
	ck_assert_uint_eq(network(p, AF_ALG, SOCK_SEQPACKET), 0);
	ck_assert(tr_aa_capable(p, 0)); /* chown */
	ck_assert(tr_aa_capable(p, 5)); /* kill */
	ck_assert(tr_aa_capable(p, 39)); /* bpf: of the upper half */
	ck_assert(!tr_aa_capable(p, 21)); /* sys_admin */
	ck_assert(!tr_aa_capable(p, 1));
	ck_assert(!tr_aa_capable(p, 400));
}

static uint32_t signal_is(const struct tr_aa_profile *p, unsigned nr, const char *peer)
{
	struct tr_aa_perms perms;

	tr_aa_signal(p, nr, peer, &perms);
	return perms.allow & (TR_AA_SIGNAL_SEND | TR_AA_SIGNAL_RECEIVE);
}

static uint32_t ptrace_is(const struct tr_aa_profile *p, const char *peer)
{
	struct tr_aa_perms perms;

	tr_aa_ptrace(p, peer, &perms);
	return perms.allow & (TR_AA_PTRACE_TRACE | TR_AA_PTRACE_READ | TR_AA_PTRACE_TRACEDBY |
			      TR_AA_PTRACE_READBY);
}

static void check_tasks(const struct tr_aa_profile *p)
{
	const uint32_t both = TR_AA_SIGNAL_SEND | TR_AA_SIGNAL_RECEIVE;

	ck_assert_uint_eq(signal_is(p, 15, "battery"), both);
	ck_assert_uint_eq(signal_is(p, 9, "battery"), both);
	ck_assert_uint_eq(signal_is(p, 1, "battery"), 0);
	ck_assert_uint_eq(signal_is(p, 15, "other"), 0);
	ck_assert_uint_eq(signal_is(p, 15, "runc"), TR_AA_SIGNAL_RECEIVE);
	ck_assert_uint_eq(signal_is(p, 1, "runc"), TR_AA_SIGNAL_RECEIVE);
	ck_assert_uint_eq(signal_is(p, 40, "runc"), TR_AA_SIGNAL_RECEIVE);
	ck_assert_uint_eq(signal_is(p, 34, "battery//sub"), TR_AA_SIGNAL_SEND);
	ck_assert_uint_eq(signal_is(p, 33, "battery//sub"), 0);
	ck_assert_uint_eq(signal_is(p, 15, "unconfined"), 0);
	ck_assert_uint_eq(ptrace_is(p, "battery"), TR_AA_PTRACE_TRACE | TR_AA_PTRACE_READ);
	ck_assert_uint_eq(ptrace_is(p, "other"), TR_AA_PTRACE_READBY);
	ck_assert_uint_eq(ptrace_is(p, "others"), TR_AA_PTRACE_READBY);
	ck_assert_uint_eq(ptrace_is(p, "unconfined"), 0);
}

static void check_mounts(const struct tr_aa_profile *p)
{
	ck_assert(tr_aa_mount(p, "/mnt/", "tmpfs", "tmpfs", MS_NOSUID | MS_NODEV, NULL));
	ck_assert(tr_aa_mount(p, "/mnt/", "tmpfs", "tmpfs", MS_NOSUID | MS_NODEV, "size=1m"));
	ck_assert(!tr_aa_mount(p, "/mnt/", "tmpfs", "tmpfs", MS_NOSUID, NULL));
	ck_assert(!tr_aa_mount(p, "/mnt/", "tmpfs", "proc", MS_NOSUID | MS_NODEV, NULL));
	ck_assert(!tr_aa_mount(p, "/mnt", "tmpfs", "tmpfs", MS_NOSUID | MS_NODEV, NULL));
	ck_assert(!tr_aa_mount(p, "/mnt/", "other", "tmpfs", MS_NOSUID | MS_NODEV, NULL));
	ck_assert(tr_aa_mount(p, "/to/", "/from/", NULL, MS_BIND, NULL));
	ck_assert(!tr_aa_mount(p, "/to/", "/from/", NULL, MS_BIND | MS_REC, NULL));
	ck_assert(!tr_aa_mount(p, "/from/", "/to/", NULL, MS_BIND, NULL));
	ck_assert(tr_aa_mount(p, "/to/", NULL, NULL, MS_REMOUNT | MS_RDONLY, NULL));
	ck_assert(!tr_aa_mount(p, "/to/", NULL, NULL, MS_REMOUNT, NULL));
	ck_assert(tr_aa_mount(p, "/", NULL, NULL, MS_PRIVATE, NULL));
	ck_assert(!tr_aa_mount(p, "/", NULL, NULL, MS_PRIVATE | MS_REC, NULL));
	ck_assert(tr_aa_mount(p, "/b/", "/a/", NULL, MS_MOVE, NULL));
	ck_assert(!tr_aa_mount(p, "/a/", "/b/", NULL, MS_MOVE, NULL));
	ck_assert(tr_aa_mount(p, "/disk/", "/dev/sdb1", "xfs", 0, NULL));
	ck_assert(!tr_aa_mount(p, "/disk/", "/dev/sdc1", "xfs", 0, NULL));
	ck_assert(tr_aa_umount(p, "/mnt/"));
	ck_assert(!tr_aa_umount(p, "/to/"));
	ck_assert(tr_aa_pivot_root(p, "/new/", "/old/"));
	ck_assert(!tr_aa_pivot_root(p, "/old/", "/new/"));
}

static void check_open_profile(const struct tr_aa_profile *p)
{
	FILE_ALL("/anything", ASKED);
	FILE_ALL("/proc/sys", ASKED & ~(uint32_t)(W));
	ck_assert(tr_aa_capable(p, 21));
	ck_assert(network(p, AF_INET, SOCK_RAW));
	ck_assert(signal_is(p, 9, "unconfined"));
	ck_assert(ptrace_is(p, "unconfined"));
	ck_assert(tr_aa_mount(p, "/x", "y", "z", MS_BIND, "data"));
	ck_assert(tr_aa_umount(p, "/x"));
	ck_assert(tr_aa_pivot_root(p, "/x", "/y"));
}

static void check_battery(const struct tr_aa_policy *policy)
{
	const struct tr_aa_profile *p = tr_aa_policy_find(policy, "battery");

	ck_assert_uint_eq(policy->n, 5);
	ck_assert_ptr_null(tr_aa_policy_find(policy, "batter"));
	ck_assert_ptr_nonnull(p);
	ck_assert_int_eq(p->mode, TR_AA_ENFORCE);
	ck_assert_uint_eq(p->flags, TR_AA_FLAG_ATTACH_DISCONNECTED | TR_AA_FLAG_MEDIATE_DELETED);
	ck_assert_uint_gt(tr_aa_file_states(p), 100);
	ck_assert_uint_gt(tr_aa_rule_states(p), 50);
	check_files(p);
	check_marks(p);
	check_execs(p);
	check_links(p);
	check_network(p);
	check_tasks(p);
	check_mounts(p);
	ck_assert_int_eq(tr_aa_policy_find(policy, "battery//sub")->mode, TR_AA_COMPLAIN);
	ck_assert(tr_aa_policy_find(policy, "battery//hat")->flags & TR_AA_FLAG_HAT);
	check_open_profile(tr_aa_policy_find(policy, "second"));
	p = tr_aa_policy_find(policy, "battery//child");
	FILE_ALL("/bin/child", R);
	ck_assert(!tr_aa_umount(p, "/mnt/"));
}

START_TEST(test_machine)
{
	char *path = tr_xasprintf("%s" DATA "battery.aa", source());
	struct tr_aa_policy p;

	compile_file(&p, path);
	check_battery(&p);
	tr_aa_policy_release(&p);
	free(path);
}
END_TEST

static void check_kept(const char *name)
{
	char *path = tr_xasprintf("%s" DATA "%s.bin", source(), name), *data;
	struct tr_err err = { 0 };
	struct tr_aa_policy p;
	size_t len;

	ck_assert_msg(fs_read(path, 1 << 22, &data, &len, &err) == 0, "%s", tr_err_msg(&err));
	parse(&p, data, len);
	check_battery(&p);
	tr_aa_policy_release(&p);
	free(data);
	free(path);
}

START_TEST(test_3_0)
{
	check_kept("parser-3.0");
}
END_TEST

START_TEST(test_4_1)
{
	check_kept("parser-4.1");
}
END_TEST

START_TEST(test_4_1_table)
{
	check_kept("parser-4.1-table");
}
END_TEST

START_TEST(test_5_0)
{
	check_kept("parser-5.0");
}
END_TEST

START_TEST(test_5_0_table)
{
	check_kept("parser-5.0-table");
}
END_TEST

START_TEST(test_empty_profile)
{
	const struct tr_aa_profile *t;
	struct tr_aa_policy p;

	compile(&p, "");
	t = tr_aa_policy_find(&p, "t");
	ck_assert_uint_eq(file(t, "/etc/passwd", true), 0);
	ck_assert_uint_eq(network(t, AF_INET, SOCK_STREAM), 0);
	ck_assert_uint_eq(signal_is(t, 9, "t"), 0);
	ck_assert(!tr_aa_link(t, "/a", "/b", true));
	ck_assert(!tr_aa_umount(t, "/"));
	/* abi 3.0 knows nothing of them. */
	ck_assert(!tr_aa_mediates(t, TR_AA_CLASS_USERNS));
	ck_assert(tr_aa_userns(t));
	ck_assert(tr_aa_io_uring(t, 0));
	ck_assert(tr_aa_mediates(t, TR_AA_CLASS_MOUNT));
	tr_aa_policy_release(&p);
}
END_TEST

TR_SUITE("apparmor_policy", test_machine, test_3_0, test_4_1, test_4_1_table, test_5_0,
	 test_5_0_table, test_empty_profile)
