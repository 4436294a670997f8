// SPDX-License-Identifier: Apache-2.0
#include <linux/magic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "lib/suite.h"
#include "record/decode.h"

/* An event as the programs write it, its strings one behind the other. */
struct bytes {
	char b[8192];
	size_t len;
};

static void put(struct bytes *e, const void *data, size_t len)
{
	memcpy(e->b + e->len, data, len);
	e->len += len;
}

static struct bytes file_event(const char *path, uint32_t flags, uint32_t magic, uint16_t perms,
			       uint8_t act)
{
	struct tr_event_file f = { .flags = flags, .magic = magic, .perms = perms, .act = act };
	struct bytes e = { .len = 0 };

	f.path_len = (uint16_t)strlen(path);
	f.owner = 1;
	put(&e, &f, sizeof(f));
	put(&e, path, strlen(path));
	return e;
}

static struct bytes exec_event(const char *binary, const char *name, const char *interp,
			       const char *cwd)
{
	struct tr_event_exec x = { 0 };
	struct bytes e = { .len = 0 };

	x.file.perms = TR_PERM_X;
	x.file.act = TR_ACT_EXEC;
	x.file.path_len = (uint16_t)strlen(binary);
	x.name_len = (uint16_t)strlen(name);
	x.interp_len = (uint16_t)strlen(interp);
	x.cwd_len = (uint16_t)strlen(cwd);
	put(&e, &x, sizeof(x));
	put(&e, binary, strlen(binary));
	put(&e, name, strlen(name));
	put(&e, interp, strlen(interp));
	put(&e, cwd, strlen(cwd));
	return e;
}

START_TEST(a_link_has_a_target)
{
	struct tr_event_file head = { .perms = TR_PERM_L, .act = TR_ACT_LINK };
	struct bytes e = { .len = 0 };
	struct tr_fact f;

	head.path_len = 4;
	head.target_len = 4;
	put(&e, &head, sizeof(head));
	put(&e, "/new/old", 8);
	ck_assert(decode_file(e.b, e.len, &f));
	ck_assert_str_eq(f.path, "/new");
	ck_assert_str_eq(f.source, "/old");
	tr_fact_release(&f);
	ck_assert(!decode_file(e.b, e.len - 1, &f));
	e.b[sizeof(head) + 4] = 'o';
	ck_assert(!decode_file(e.b, e.len, &f));
}
END_TEST

START_TEST(what_was_asked_becomes_a_fact)
{
	struct tr_event_asked a = { .kind = TR_ASKED_CAPABILITY, .need = TR_NEED_NEEDED };
	struct tr_fact f;

	a.number = 21;
	ck_assert(decode_asked(&a, sizeof(a), &f));
	ck_assert(f.kind == TR_FACT_CAPABILITY && f.cap == 21 && f.need == TR_NEED_NEEDED);
	a = (struct tr_event_asked){ .kind = TR_ASKED_SIGNAL, .op = TR_ACCESS_RECEIVE };
	a.peer = TR_PEER_OTHER;
	a.number = 15;
	ck_assert(decode_asked(&a, sizeof(a), &f));
	ck_assert(f.kind == TR_FACT_SIGNAL && f.nr == 15 && f.op == TR_ACCESS_RECEIVE &&
		  f.peer == TR_PEER_OTHER);
	/* A signal is not traced. */
	a.op = TR_ACCESS_TRACE;
	ck_assert(!decode_asked(&a, sizeof(a), &f));
	a.kind = TR_ASKED_PTRACE;
	ck_assert(decode_asked(&a, sizeof(a), &f));
	ck_assert(f.kind == TR_FACT_PTRACE && f.op == TR_ACCESS_TRACE);
	ck_assert(!decode_asked(&a, sizeof(a) - 1, &f));
	a.kind = TR_ASKED_KINDS;
	ck_assert(!decode_asked(&a, sizeof(a), &f));
}
END_TEST

static bool network(uint16_t family, uint16_t port, const void *address, uint16_t len,
		    struct tr_fact *f)
{
	struct tr_event_network n = { family, SOCK_STREAM, port, len };
	struct bytes e = { .len = 0 };

	put(&e, &n, sizeof(n));
	put(&e, address, len);
	return decode_network(e.b, e.len, f);
}

START_TEST(addresses_become_text)
{
	static const unsigned char loopback[16] = { [15] = 1 };
	struct tr_fact f;

	ck_assert(network(AF_INET, 0, "", 0, &f));
	ck_assert(f.kind == TR_FACT_NETWORK && !f.path && f.sock.family == AF_INET);
	ck_assert(network(AF_INET, 80, "\x7f\0\0\1", 4, &f));
	ck_assert_str_eq(f.path, "127.0.0.1");
	ck_assert_int_eq(f.sock.port, 80);
	tr_fact_release(&f);
	ck_assert(network(AF_INET6, 443, loopback, 16, &f));
	ck_assert_str_eq(f.path, "::1");
	tr_fact_release(&f);
	ck_assert(network(AF_UNIX, 0, "/run/s\0rest", 11, &f));
	ck_assert_str_eq(f.path, "/run/s");
	tr_fact_release(&f);
	/* A name in the abstract namespace may hold any byte. */
	ck_assert(network(AF_UNIX, 0, "\0a\0b", 4, &f));
	ck_assert_str_eq(f.path, "@a@b");
	tr_fact_release(&f);
	ck_assert(!network(AF_INET, 80, "\x7f\0\0", 3, &f));
}
END_TEST

START_TEST(a_mount_has_five_strings)
{
	struct tr_event_mount m = { .flags = 0x1000, .op = TR_MOUNT_BIND };
	struct bytes e = { .len = 0 };
	struct mount_names names;
	struct tr_fact f;

	m.path_flags = TR_PATH_DIRECTORY;
	m.path_len = 4;
	m.source_len = 3;
	m.cwd_len = m.root_len = 2;
	put(&e, &m, sizeof(m));
	put(&e, "/mntsrc/w/r", 11);
	ck_assert(decode_mount(e.b, e.len, &f, &names));
	ck_assert_str_eq(f.path, "/mnt/");
	ck_assert_str_eq(f.source, "src");
	ck_assert_str_eq(names.cwd, "/w");
	ck_assert_str_eq(names.root, "/r");
	ck_assert(!f.fstype && f.mount_flags == 0x1000 && f.op == TR_MOUNT_BIND);
	tr_fact_release(&f);
	mount_names_release(&names);
	ck_assert(!decode_mount(e.b, e.len - 1, &f, &names));
	/* Of names alone, the first may be relative, too, and what it is relative to is there. */
	e.b[sizeof(m)] = 'm';
	ck_assert(!decode_mount(e.b, e.len, &f, &names));
	((struct tr_event_mount *)e.b)->named = 1;
	((struct tr_event_mount *)e.b)->error = 1;
	ck_assert(decode_mount(e.b, e.len, &f, &names));
	ck_assert_str_eq(f.path, "mmnt/");
	ck_assert(f.ev.flags == TR_EV_FAILED);
	tr_fact_release(&f);
	mount_names_release(&names);
	e.b[e.len - 2] = 'r';
	ck_assert(!decode_mount(e.b, e.len, &f, &names));
	e.b[e.len - 2] = '/';
	e.b[e.len - 4] = 'w';
	ck_assert(!decode_mount(e.b, e.len, &f, &names));
}
END_TEST

START_TEST(file_becomes_a_fact)
{
	struct bytes e =
		file_event("/etc/passwd", 0, OVERLAYFS_SUPER_MAGIC, TR_PERM_R, TR_ACT_OPEN);
	struct tr_fact f;

	ck_assert(decode_file(e.b, e.len, &f));
	ck_assert_int_eq(f.kind, TR_FACT_FILE);
	ck_assert_str_eq(f.path, "/etc/passwd");
	ck_assert_int_eq(f.perms, TR_PERM_R);
	ck_assert_int_eq(f.ev.where, TR_WHERE_IMAGE);
	ck_assert_int_eq(f.ev.flags, TR_EV_DONE | TR_EV_OWNER);
	tr_fact_release(&f);
}
END_TEST

START_TEST(directory_ends_in_a_slash)
{
	struct bytes e = file_event("/tmp", TR_PATH_DIRECTORY, TMPFS_MAGIC, TR_PERM_R, 0);
	struct bytes root = file_event("/", TR_PATH_DIRECTORY, TMPFS_MAGIC, TR_PERM_R, 0);
	struct tr_fact f;

	ck_assert(decode_file(e.b, e.len, &f));
	ck_assert_str_eq(f.path, "/tmp/");
	tr_fact_release(&f);
	ck_assert(decode_file(root.b, root.len, &f));
	ck_assert_str_eq(f.path, "/");
	tr_fact_release(&f);
}
END_TEST

START_TEST(place_follows_from_the_file_system)
{
	static const struct {
		const char *path;
		uint32_t magic, flags, where;
	} rows[] = {
		{ "/x", OVERLAYFS_SUPER_MAGIC, 0, TR_WHERE_IMAGE },
		{ "/data/x", 0xef53, TR_PATH_CROSSED, TR_WHERE_VOLUME },
		{ "/run/x", TMPFS_MAGIC, TR_PATH_CROSSED, TR_WHERE_TMPFS },
		{ "/dev/null", TMPFS_MAGIC, TR_PATH_CROSSED, TR_WHERE_DEV },
		{ "/device", TMPFS_MAGIC, TR_PATH_CROSSED, TR_WHERE_TMPFS },
		{ "/dev/pts/0", DEVPTS_SUPER_MAGIC, TR_PATH_CROSSED, TR_WHERE_DEV },
		{ "/proc/1/maps", 0x9fa0, TR_PATH_CROSSED, TR_WHERE_PROC },
		{ "/sys/x", SYSFS_MAGIC, TR_PATH_CROSSED, TR_WHERE_SYS },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct bytes e = file_event(rows[i].path, rows[i].flags, rows[i].magic, 1, 0);
		struct tr_fact f;

		ck_assert(decode_file(e.b, e.len, &f));
		ck_assert_msg(f.ev.where == rows[i].where, "%s: %u", rows[i].path, f.ev.where);
		tr_fact_release(&f);
	}
}
END_TEST

START_TEST(malformed_events_are_no_facts)
{
	struct bytes e = file_event("/etc/passwd", 0, 0, 1, 0), x;
	struct bytes cut = file_event("/a", TR_PATH_TRUNCATED, 0, 1, 0);
	struct bytes relative = file_event("a", 0, 0, 1, 0), act = file_event("/a", 0, 0, 1, 99);
	struct tr_fact f;
	char *binary;

	for (size_t n = 0; n < e.len; n++)
		ck_assert_msg(!decode_file(e.b, n, &f), "%zu bytes", n);
	ck_assert(!decode_file(cut.b, cut.len, &f));
	ck_assert(!decode_file(relative.b, relative.len, &f));
	ck_assert(!decode_file(act.b, act.len, &f));
	x = exec_event("/bin/sh", "/bin/sh", "/bin/sh", "/");
	for (size_t n = 0; n < x.len; n++)
		ck_assert_msg(!decode_exec(x.b, n, &f, &binary), "%zu bytes", n);
}
END_TEST

START_TEST(exec_of_a_binary)
{
	struct bytes e = exec_event("/usr/bin/dash", "/bin/sh", "/bin/sh", "/");
	struct tr_fact f;
	char *binary;

	ck_assert(decode_exec(e.b, e.len, &f, &binary));
	ck_assert_int_eq(f.kind, TR_FACT_EXEC);
	ck_assert_str_eq(f.path, "/usr/bin/dash");
	ck_assert_ptr_null(f.interp);
	ck_assert_str_eq(binary, "/usr/bin/dash");
	ck_assert(!(f.ev.flags & TR_EV_GAINED));
	free(binary);
	tr_fact_release(&f);
}
END_TEST

/* Of a script it is the interpreter that gives them. */
START_TEST(exec_that_gives_rights)
{
	static const char *const names[] = { "/bin/su", "/srv/run" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		struct bytes e = exec_event("/bin/su", names[i], "/bin/su", "/");
		struct tr_event_exec *x = (struct tr_event_exec *)e.b;
		struct tr_fact f;
		char *binary;

		x->gains = 1;
		ck_assert(decode_exec(e.b, e.len, &f, &binary));
		ck_assert(f.ev.flags & TR_EV_GAINED);
		free(binary);
		tr_fact_release(&f);
	}
}
END_TEST

START_TEST(exec_of_a_script)
{
	struct bytes e = exec_event("/usr/bin/dash", "./run.sh", "/bin/sh", "/srv/app");
	struct tr_fact f;
	char *binary;

	ck_assert(decode_exec(e.b, e.len, &f, &binary));
	ck_assert_str_eq(f.path, "/srv/app/run.sh");
	ck_assert_str_eq(f.interp, "/usr/bin/dash");
	ck_assert(f.ev.flags & TR_EV_STRING);
	free(binary);
	tr_fact_release(&f);
}
END_TEST

START_TEST(joins_names)
{
	static const struct {
		const char *dir, *name, *want;
	} rows[] = {
		{ "/a/b", "c", "/a/b/c" },
		{ "/a/b", "../c", "/a/c" },
		{ "/a", "/x//y/./z", "/x/y/z" },
		{ "/", "../../..", "/" },
		{ "/a", ".", "/a" },
		{ "", "x", "/x" },
		{ "/a", "...", "/a/..." },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *got = decode_join(rows[i].dir, rows[i].name);

		ck_assert_str_eq(got, rows[i].want);
		free(got);
	}
}
END_TEST

START_TEST(refusals)
{
	struct tr_event e = { .type = TR_EVENT_DENIED };
	struct tr_event_denied d = { .abi = TR_ABI_X86_64, .nr = 165, .ret = -1 };
	struct tr_fact f;

	ck_assert(decode_call(&e, &d, sizeof(d), &f));
	ck_assert_int_eq(f.ev.flags, TR_EV_DENIED);
	ck_assert(tr_u32set_has(&f.ev.errnos, 1));
	tr_fact_release(&f);
	d.ret = 165; /* rolled back: killed or trapped */
	d.inner = 1;
	ck_assert(decode_call(&e, &d, sizeof(d), &f));
	ck_assert_int_eq(f.ev.flags, TR_EV_INNER_DENIED | TR_EV_SIGNALLED);
	ck_assert_uint_eq(f.ev.errnos.n, 0);
	tr_fact_release(&f);
	e.type = TR_EVENT_ODD_CALL;
	d.nr = 9999;
	ck_assert(decode_call(&e, &d, sizeof(d), &f));
	ck_assert_int_eq(f.ev.flags, TR_EV_DONE);
	tr_fact_release(&f);
	d.abi = 99;
	ck_assert(!decode_call(&e, &d, sizeof(d), &f));
	ck_assert(!decode_call(&e, &d, sizeof(d) - 1, &f));
}
END_TEST

START_TEST(arguments)
{
	struct tr_event_arg a = { .abi = TR_ABI_X86_64, .index = TR_ARG_TUPLE, .nr = 41 };
	struct tr_fact f;

	a.value = 40 | 1 << 16 | UINT64_C(7) << 32;
	ck_assert(decode_arg(&a, sizeof(a), &f));
	ck_assert(f.kind == TR_FACT_SOCKET && f.ev.flags == TR_EV_DONE);
	ck_assert(f.sock.family == 40 && f.sock.type == 1 && f.sock.protocol == 7);
	a.how = TR_ARG_DENIED;
	ck_assert(decode_arg(&a, sizeof(a), &f));
	ck_assert(f.kind == TR_FACT_SOCKET && f.ev.flags == TR_EV_DENIED);
	a.how = TR_ARG_DENIED_INNER;
	a.index = 1;
	ck_assert(decode_arg(&a, sizeof(a), &f));
	ck_assert(f.kind == TR_FACT_ARG && f.ev.flags == TR_EV_INNER_DENIED);
	ck_assert(f.nr == 41 && f.arg.index == 1 && f.arg.value == a.value && !f.arg.overflow);
	a.index = 6;
	ck_assert(!decode_arg(&a, sizeof(a), &f));
}
END_TEST

START_TEST(headers_are_checked)
{
	struct tr_event e = { .type = TR_EVENT_ENDED, .len = sizeof(e) };
	const void *data;
	size_t len;

	ck_assert_ptr_nonnull(decode_event(&e, sizeof(e), &data, &len));
	ck_assert_uint_eq(len, 0);
	ck_assert_ptr_null(decode_event(&e, sizeof(e) - 1, &data, &len));
	e.len = sizeof(e) + 1;
	ck_assert_ptr_null(decode_event(&e, sizeof(e), &data, &len));
	e.len = sizeof(e);
	e.recording = TR_MAX_RECORDINGS;
	ck_assert_ptr_null(decode_event(&e, sizeof(e), &data, &len));
	e.recording = 0;
	e.row = TR_MAX_ROWS;
	ck_assert_ptr_null(decode_event(&e, sizeof(e), &data, &len));
}
END_TEST

TR_SUITE("decode", file_becomes_a_fact, directory_ends_in_a_slash,
	 place_follows_from_the_file_system, malformed_events_are_no_facts, exec_of_a_binary,
	 exec_of_a_script, exec_that_gives_rights, joins_names, refusals, arguments,
	 headers_are_checked, a_link_has_a_target, what_was_asked_becomes_a_fact,
	 addresses_become_text, a_mount_has_five_strings)
