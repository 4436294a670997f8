// SPDX-License-Identifier: Apache-2.0
/* AppArmor profiles by hand: what facts come to, and names that want to be something else. */
#include "lib/apparmor.h"

#include <sys/socket.h>

static struct tr_facts facts;

static void begin(size_t recordings)
{
	facts_of(&facts, recordings);
}

static void saw(struct tr_fact f, const char *path, uint32_t in)
{
	f.path = path ? tr_xstrdup(path) : NULL;
	f.source = f.source ? tr_xstrdup(f.source) : NULL;
	f.ev.flags |= TR_EV_DONE;
	f.ev.phases = f.ev.phases ? f.ev.phases : TR_PHASE_MAIN;
	for (uint32_t i = 0; i < 32; i++)
		if (in & 1U << i)
			tr_u32set_add(&f.ev.recordings, i);
	tr_strset_add(&f.ev.exes, "/bin/app");
	tr_facts_add(&facts, &f, NULL);
}

#define FILE_FACT(a, p, ...) \
	((struct tr_fact){ .kind = TR_FACT_FILE, .act = (a), .perms = (p), ##__VA_ARGS__ })

static void saw_file(const char *path, enum tr_act act, uint16_t perms, uint32_t where)
{
	saw(FILE_FACT(act, perms, .ev.where = where), path, 1);
}

static struct made m;

static void end(void)
{
	made_release(&m);
	tr_facts_release(&facts);
}

static const char *given(const char *path, bool owner)
{
	return made_gives(&m, path, owner);
}

START_TEST(exact)
{
	begin(1);
	saw_file("/etc/passwd", TR_ACT_OPEN, TR_PERM_R, TR_WHERE_IMAGE);
	saw_file("/lib/libc.so", TR_ACT_OPEN, TR_PERM_R, TR_WHERE_IMAGE);
	saw_file("/lib/libc.so", TR_ACT_MMAP, TR_PERM_M, TR_WHERE_IMAGE);
	saw_file("/data/a", TR_ACT_RENAME_FROM, TR_PERM_W, TR_WHERE_VOLUME);
	saw_file("/data/b", TR_ACT_RENAME_TO, TR_PERM_W, TR_WHERE_VOLUME);
	saw_file("/data/d/", TR_ACT_OPEN, TR_PERM_R, TR_WHERE_VOLUME);
	saw_file("/bin/sh", TR_ACT_EXEC, TR_PERM_X, TR_WHERE_IMAGE);
	saw_file("/script", TR_ACT_INTERPRETER, 0, TR_WHERE_IMAGE);
	saw(FILE_FACT(TR_ACT_LINK, TR_PERM_L, .source = (char *)(uintptr_t) "/data/a"), "/data/l",
	    1);
	/* Before the profile is in force; of a pipe; and what the seccomp profile refused. */
	saw(FILE_FACT(TR_ACT_OPEN, TR_PERM_R, .ev.phases = TR_PHASE_RUNTIME), "/early", 1);
	saw_file("/pipe:[1]", TR_ACT_OPEN, TR_PERM_R, TR_WHERE_OTHER);
	make(&m, &facts, TR_PATHS_AUTO);
	ck_assert_int_eq(m.report.paths, TR_PATHS_EXACT);
	ck_assert_str_eq(given("/etc/passwd", false), "r");
	ck_assert_str_eq(given("/etc/passwd-", false), "");
	ck_assert_str_eq(given("/lib/libc.so", false), "rm");
	ck_assert_str_eq(given("/data/a", false), "rw");
	ck_assert_str_eq(given("/data/b", false), "w");
	ck_assert_str_eq(given("/data/d/", false), "r");
	ck_assert_str_eq(given("/data/d", false), "");
	ck_assert_str_eq(given("/bin/sh", false), "mx");
	ck_assert_str_eq(given("/script", false), "");
	ck_assert_str_eq(given("/early", false), "");
	ck_assert_str_eq(given("/pipe:[1]", false), "");
	ck_assert(tr_aa_link(m.profile, "/data/l", "/data/a", true));
	ck_assert(!tr_aa_link(m.profile, "/data/l", "/data/b", true));
	ck_assert(m.profile->flags & TR_AA_FLAG_ATTACH_DISCONNECTED);
	ck_assert(m.profile->flags & TR_AA_FLAG_MEDIATE_DELETED);
	ck_assert(!(m.profile->flags & TR_AA_FLAG_ATTACHES));
	ck_assert_uint_eq(m.profile->cap_allow, 0);
	end();
}
END_TEST

START_TEST(what_the_kernel_counts)
{
	begin(1);
	saw_file("/proc/17/status", TR_ACT_OPEN, TR_PERM_R, TR_WHERE_PROC);
	saw_file("/proc/1/task/21/comm", TR_ACT_OPEN, TR_PERM_W, TR_WHERE_PROC);
	saw_file("/proc/1/fd/3", TR_ACT_OPEN, TR_PERM_R, TR_WHERE_PROC);
	saw_file("/proc/sys/vm/1", TR_ACT_OPEN, TR_PERM_R, TR_WHERE_PROC);
	saw_file("/dev/pts/0", TR_ACT_OPEN, TR_PERM_R | TR_PERM_W, TR_WHERE_DEV);
	saw_file("/tmp/#4711", TR_ACT_OPEN, TR_PERM_R | TR_PERM_W, TR_WHERE_TMPFS);
	saw_file("/srv/#4711", TR_ACT_OPEN, TR_PERM_R, TR_WHERE_IMAGE);
	saw_file("/srv/proc/17/status", TR_ACT_OPEN, TR_PERM_R, TR_WHERE_IMAGE);
	make(&m, &facts, TR_PATHS_EXACT);
	ck_assert_str_eq(given("/proc/1/status", false), "r");
	ck_assert_str_eq(given("/proc/4194304/status", false), "r");
	ck_assert_str_eq(given("/proc/41943040/status", false), "");
	ck_assert_str_eq(given("/proc/0/status", false), "");
	ck_assert_str_eq(given("/proc/1x/status", false), "");
	ck_assert_str_eq(given("/proc/sys/status", false), "");
	ck_assert_str_eq(given("/proc/3/task/4/comm", false), "w");
	ck_assert_str_eq(given("/proc/3/fd/0", false), "r");
	ck_assert_str_eq(given("/proc/3/fd/12345", false), "r");
	ck_assert_str_eq(given("/proc/sys/vm/2", false), "");
	ck_assert_str_eq(given("/dev/pts/12", false), "rw");
	ck_assert_str_eq(given("/dev/pts/ptmx", false), "");
	ck_assert_str_eq(given("/tmp/#1", false), "rw");
	ck_assert_str_eq(given("/tmp/#1x", false), "");
	ck_assert_str_eq(given("/srv/#4712", false), "");
	ck_assert_str_eq(given("/srv/proc/18/status", false), "");
	end();
}
END_TEST

START_TEST(owner)
{
	const struct tr_fact mine = FILE_FACT(TR_ACT_CREATE, TR_PERM_W, .ev.flags = TR_EV_OWNER,
					      .ev.where = TR_WHERE_TMPFS);
	struct tr_fact f = mine;

	begin(1);
	saw(f, "/tmp/made", 1);
	f.act = TR_ACT_OPEN;
	saw(f, "/tmp/there", 1);
	f.perms = TR_PERM_R;
	saw(f, "/tmp/there", 1);
	f.perms = TR_PERM_W;
	f.ev.where = TR_WHERE_VOLUME;
	f.act = TR_ACT_CREATE;
	saw(f, "/data/made", 1);
	f = mine;
	saw(f, "/tmp/given", 1);
	f.act = TR_ACT_CHOWN;
	saw(f, "/tmp/given", 1);
	f = mine;
	f.ev.flags |= TR_EV_NOT_OWNER;
	saw(f, "/tmp/both", 1);
	f = mine;
	saw(f, "/tmp/unseen", 1);
	f.act = TR_ACT_RENAME_FROM;
	f.ev.flags = 0;
	saw(f, "/tmp/unseen", 1);
	make(&m, &facts, TR_PATHS_EXACT);
	ck_assert_str_eq(given("/tmp/made", true), "w");
	ck_assert_str_eq(given("/tmp/made", false), "");
	ck_assert_str_eq(given("/tmp/there", true), "rw");
	ck_assert_str_eq(given("/tmp/there", false), "r");
	ck_assert_str_eq(given("/data/made", false), "w");
	ck_assert_str_eq(given("/tmp/given", false), "w");
	ck_assert_str_eq(given("/tmp/both", false), "w");
	ck_assert_str_eq(given("/tmp/unseen", false), "rw");
	end();
}
END_TEST

static void made(const char *path, uint32_t in)
{
	saw(FILE_FACT(TR_ACT_CREATE, TR_PERM_R | TR_PERM_W, .ev.where = TR_WHERE_TMPFS), path, in);
}

static void gone(const char *path, uint32_t in)
{
	saw(FILE_FACT(TR_ACT_UNLINK, TR_PERM_W, .ev.where = TR_WHERE_TMPFS), path, in);
}

START_TEST(two_recordings_tell)
{
	begin(2);
	made("/tmp/app-17.pid", 1);
	made("/tmp/app-23.pid", 2);
	made("/tmp/log-20261122", 1);
	made("/tmp/log-20261123", 2);
	made("/tmp/tmpk3_x9dqa", 1);
	made("/tmp/tmpk0aa7zzq", 2);
	made("/tmp/x.Xa3Bd9", 1);
	made("/tmp/x.9sKd21", 2);
	made("/tmp/0d9a1b7e-1111-4222-8333-0123456789ab", 1);
	made("/tmp/ffeeddcc-2222-4333-9444-abcdef012345", 2);
	/* The same each time, but it comes and goes under two numbers. */
	made("/tmp/temp-1.rdb", 3);
	gone("/tmp/temp-1.rdb", 3);
	made("/tmp/temp-48.rdb", 3);
	gone("/tmp/temp-48.rdb", 3);
	/* A directory, and what is in it. */
	saw(FILE_FACT(TR_ACT_MKDIR, TR_PERM_W, .ev.where = TR_WHERE_TMPFS), "/tmp/work-7/", 1);
	saw(FILE_FACT(TR_ACT_MKDIR, TR_PERM_W, .ev.where = TR_WHERE_TMPFS), "/tmp/work-9/", 2);
	made("/tmp/work-7/out", 1);
	made("/tmp/work-9/out", 2);
	saw(FILE_FACT(TR_ACT_LINK, TR_PERM_L, .source = (char *)(uintptr_t) "/tmp/app-17.pid"),
	    "/tmp/lock", 1);
	make(&m, &facts, TR_PATHS_AUTO);
	ck_assert_int_eq(m.report.paths, TR_PATHS_EVIDENCE);
	ck_assert_str_eq(given("/tmp/app-4711.pid", false), "rw");
	ck_assert_str_eq(given("/tmp/app-.pid", false), "");
	ck_assert_str_eq(given("/tmp/app-1x.pid", false), "");
	ck_assert_str_eq(given("/tmp/log-20270101", false), "rw");
	ck_assert_str_eq(given("/tmp/log-2027010", false), "");
	/* The one byte that both have by chance is no part of the name. */
	ck_assert_str_eq(given("/tmp/tmpABCD_123", false), "rw");
	ck_assert_str_eq(given("/tmp/tmqk3_x9dqa", false), "");
	ck_assert_str_eq(given("/tmp/tmpk3_x9dq", false), "");
	ck_assert_str_eq(given("/tmp/tmpk3_x9dq.", false), "");
	ck_assert_str_eq(given("/tmp/x.zZ0000", false), "rw");
	ck_assert_str_eq(given("/tmp/x.zZ00000", false), "");
	ck_assert_str_eq(given("/tmp/00000000-0000-0000-0000-000000000000", false), "rw");
	ck_assert_str_eq(given("/tmp/0000000000000-0000-0000-0000-00000000000", false), "");
	ck_assert_str_eq(given("/tmp/temp-512.rdb", false), "rw");
	ck_assert_str_eq(given("/tmp/work-8/", false), "w");
	ck_assert_str_eq(given("/tmp/work-8/out", false), "rw");
	ck_assert_str_eq(given("/tmp/work-8/in", false), "");
	ck_assert(tr_aa_link(m.profile, "/tmp/lock", "/tmp/app-99.pid", true));
	ck_assert_uint_eq(m.report.widened.n, 7);
	ck_assert_uint_eq(m.report.widened.v[0].recordings, 2);
	end();
}
END_TEST

/* No evidence, or none that counts. */
START_TEST(what_stays)
{
	static const char *const kept[] = { "/etc/",	     "/root/",	  "/home/u/",
					    "/run/secrets/", "/dev/shm/", "/" };

	begin(2);
	for (size_t i = 0; i < TR_ARRAY_SIZE(kept); i++) {
		tr_cleanup_free char *a = tr_xasprintf("%sfile-17", kept[i]),
				     *b = tr_xasprintf("%sfile-23", kept[i]);

		made(a, 1);
		made(b, 2);
	}
	/* Data that stays; words; what was not made; what was seen in one recording only. */
	made("/tmp/db0", 3);
	made("/tmp/db1", 3);
	made("/tmp/report-monday", 1);
	made("/tmp/report-friday", 2);
	saw_file("/tmp/read-1", TR_ACT_OPEN, TR_PERM_R, TR_WHERE_TMPFS);
	saw(FILE_FACT(TR_ACT_OPEN, TR_PERM_R, .ev.where = TR_WHERE_TMPFS), "/tmp/read-2", 2);
	made("/tmp/once-1", 1);
	made("/tmp/once-2", 1);
	/* Code is never a pattern: the rest of it is. */
	made("/tmp/jit-1", 1);
	made("/tmp/jit-2", 2);
	saw(FILE_FACT(TR_ACT_MMAP, TR_PERM_M, .ev.where = TR_WHERE_TMPFS), "/tmp/jit-2", 2);
	make(&m, &facts, TR_PATHS_EVIDENCE);
	for (size_t i = 0; i < TR_ARRAY_SIZE(kept); i++) {
		tr_cleanup_free char *a = tr_xasprintf("%sfile-17", kept[i]),
				     *c = tr_xasprintf("%sfile-18", kept[i]);

		ck_assert_str_eq(given(a, false), "rw");
		ck_assert_str_eq(given(c, false), "");
	}
	ck_assert_str_eq(given("/tmp/db2", false), "");
	ck_assert_str_eq(given("/tmp/report-sunday", false), "");
	ck_assert_str_eq(given("/tmp/read-3", false), "");
	ck_assert_str_eq(given("/tmp/once-3", false), "");
	ck_assert_str_eq(given("/tmp/jit-2", false), "rwm");
	ck_assert_str_eq(given("/tmp/jit-3", false), "rw");
	ck_assert_uint_eq(m.report.widened.n, 1);
	ck_assert_uint_eq(m.report.doubts.n, 1);
	ck_assert_str_eq(m.report.doubts.v[0].what, "/tmp/once-[0-9]{1,10}");
	end();
}
END_TEST

START_TEST(one_recording_doubts)
{
	begin(1);
	made("/tmp/app-17.pid", 1);
	made("/tmp/app-23.pid", 1);
	made("/tmp/one-5", 1);
	gone("/tmp/one-5", 1);
	make(&m, &facts, TR_PATHS_AUTO);
	ck_assert_int_eq(m.report.paths, TR_PATHS_EXACT);
	ck_assert_str_eq(given("/tmp/app-18.pid", false), "");
	ck_assert_uint_eq(m.report.widened.n, 0);
	ck_assert_uint_eq(m.report.doubts.n, 2);
	end();
}
END_TEST

/* Each byte that can be in a name, alone, in front of a digit and of a letter, and as an odd whole. */
START_TEST(every_byte_is_itself)
{
	begin(1);
	for (unsigned c = 1; c < 256; c++) {
		char path[] = { '/', (char)c, '\0' }, digit[] = { '/', 'd', (char)c, '1', '\0' },
		     letter[] = { '/', 'l', (char)c, 'n', (char)c, (char)c, '\0' };

		saw_file(path, TR_ACT_OPEN, TR_PERM_R, TR_WHERE_IMAGE);
		saw_file(digit, TR_ACT_OPEN, TR_PERM_W, TR_WHERE_IMAGE);
		saw_file(letter, TR_ACT_OPEN, TR_PERM_K, TR_WHERE_IMAGE);
	}
	make(&m, &facts, TR_PATHS_EXACT);
	for (unsigned c = 1; c < 256; c++) {
		char path[] = { '/', (char)c, '\0' }, digit[] = { '/', 'd', (char)c, '1', '\0' },
		     letter[] = { '/', 'l', (char)c, 'n', (char)c, (char)c, '\0' },
		     longer[] = { '/', (char)c, (char)c, '\0' };

		ck_assert_msg(!strcmp(given(path, false), "r"), "%u: %s", c, given(path, false));
		ck_assert_str_eq(given(digit, false), "w");
		/* Of two slashes one is left: no name of the kernel's has them. */
		ck_assert(c == '/' || !strcmp(given(letter, false), "k"));
		ck_assert_msg(c == '/' || !strcmp(given(longer, false), ""), "%u twice", c);
	}
	end();
}
END_TEST

static const char *const hostile[] = {
	"/a\n  capability sys_admin,\n",
	"/a\" r,\n capability sys_admin, \"",
	"/a r,\n}\nprofile evil { file, }\n#",
	"/**",
	"/{a,b}",
	"/[a-z]*",
	"/@{pid}",
	"/@{evil}",
	"/a\\",
	"/a\\\"",
	"/a\\052",
	"/a#include <abstractions/base>",
	"/#include <abstractions/base>",
	"/a,\r\n file,",
	"/\033[2J\033]0;evil\007",
	"/\xc3\x28\xff\xfe",
	"/^a",
	"/a -> /b",
	"/ ",
	"/!",
};

START_TEST(hostile_names_mean_themselves)
{
	char *huge = tr_xmalloc(4097);
	struct tr_fact f = { 0 };

	memset(huge, '*', 4096);
	huge[0] = '/';
	huge[4096] = '\0';
	begin(1);
	for (size_t i = 0; i < TR_ARRAY_SIZE(hostile); i++) {
		saw_file(hostile[i], TR_ACT_OPEN, TR_PERM_R, TR_WHERE_IMAGE);
		saw(FILE_FACT(TR_ACT_LINK, TR_PERM_L, .source = (char *)(uintptr_t)hostile[i]),
		    "/link", 1);
		f = (struct tr_fact){ .kind = TR_FACT_MOUNT, .op = TR_MOUNT_BIND };
		f.mount_flags = 4096;
		f.source = (char *)(uintptr_t)hostile[i];
		saw(f, hostile[i], 1);
	}
	saw_file(huge, TR_ACT_OPEN, TR_PERM_R, TR_WHERE_IMAGE);
	f = (struct tr_fact){ .kind = TR_FACT_MOUNT, .op = TR_MOUNT_NEW, .source = huge + 1 };
	f.fstype = tr_xstrdup("tm\npfs");
	saw(f, huge, 1);
	make(&m, &facts, TR_PATHS_EXACT);
	ck_assert_uint_eq(m.profile->cap_allow, 0);
	for (size_t i = 0; i < TR_ARRAY_SIZE(hostile); i++) {
		ck_assert_msg(!strcmp(given(hostile[i], false), "r"), "%zu: %s", i,
			      given(hostile[i], false));
		ck_assert(tr_aa_link(m.profile, "/link", hostile[i], true));
		ck_assert(tr_aa_mount(m.profile, hostile[i], hostile[i], NULL, 4096, NULL));
	}
	ck_assert_str_eq(given(huge, false), "r");
	ck_assert(tr_aa_mount(m.profile, huge, huge + 1, "tm\npfs", 0, NULL));
	ck_assert(!tr_aa_mount(m.profile, huge, huge + 2, "tm\npfs", 0, NULL));
	huge[4095] = 'x';
	ck_assert_str_eq(given(huge, false), "");
	ck_assert_str_eq(given("/a", false), "");
	ck_assert_str_eq(given("/etc/passwd", false), "");
	/* Whoever looks at the text sees no escape of a terminal, and no line that a name began. */
	for (size_t i = 0; i < m.len; i++)
		ck_assert_msg(m.text[i] == '\n' || (m.text[i] >= ' ' && m.text[i] < 127),
			      "byte %#x", (unsigned char)m.text[i]);
	free(huge);
	end();
}
END_TEST

static void saw_cap(uint16_t cap, uint16_t need)
{
	saw((struct tr_fact){ .kind = TR_FACT_CAPABILITY, .cap = cap, .need = need }, NULL, 1);
}

START_TEST(capabilities)
{
	begin(1);
	saw_file("/a", TR_ACT_OPEN, TR_PERM_R, TR_WHERE_IMAGE);
	saw_cap(0, TR_NEED_NEEDED);
	saw_cap(21, TR_NEED_NEEDED); /* sys_admin, and not of the engine's: it was there */
	saw_cap(1, TR_NEED_PROBED);
	saw_cap(7, TR_NEED_UNKNOWN); /* setuid, one of the engine's */
	saw_cap(12, TR_NEED_UNKNOWN); /* net_admin, none of it */
	make(&m, &facts, TR_PATHS_EXACT);
	ck_assert_uint_eq(m.profile->cap_allow, 1U << 0 | 1U << 21 | 1U << 7);
	ck_assert_uint_eq(m.report.unknown.n, 1);
	ck_assert_str_eq(m.report.unknown.v[0].what, "setuid");
	end();
}
END_TEST

/* What a profile gives whose recording says this of itself, and whose container had net_admin alone. */
static uint64_t not_told(const char *backend, const char *key, const char *value)
{
	struct tr_recording rec = { .start_seen = true, .ended = TR_ENDED_EXITED };
	uint64_t ret;

	rec.id = tr_xasprintf("%032x", 1);
	rec.subject = tr_xstrdup("web");
	if (backend)
		tr_context_add(&rec, "backend", backend);
	if (key)
		tr_context_add(&rec, key, value);
	tr_context_add(&rec, "caps.drop", "ALL");
	tr_context_add(&rec, "caps.add", "CAP_NET_ADMIN");
	tr_facts_init(&facts);
	tr_facts_add_recording(&facts, &rec);
	saw_file("/a", TR_ACT_OPEN, TR_PERM_R, TR_WHERE_IMAGE);
	make(&m, &facts, TR_PATHS_EXACT);
	ret = m.profile->cap_allow;
	end();
	return ret;
}

START_TEST(capabilities_not_seen)
{
	ck_assert_uint_eq(not_told("tracepoints", "backend.misses", "capability"), 1U << 12);
	ck_assert_uint_eq(not_told("hooks", "hooks.missing", "hook.capable"), 1U << 12);
	ck_assert_uint_eq(not_told(NULL, NULL, NULL), 1U << 12);
	ck_assert_uint_eq(not_told("tracepoints", "backend.misses", "fd-receive"), 0);
	ck_assert_uint_eq(not_told("hooks", "hooks.missing", "hook.file_truncate"), 0);
}
END_TEST

/* A parser would take sys_admin for it. */
START_TEST(capability_after_the_abi)
{
	begin(1);
	saw_file("/a", TR_ACT_OPEN, TR_PERM_R, TR_WHERE_IMAGE);
	for (uint16_t cap = 38; cap <= 40; cap++) /* perfmon, bpf, checkpoint_restore */
		saw_cap(cap, TR_NEED_NEEDED);
	make(&m, &facts, TR_PATHS_EXACT);
	ck_assert_uint_eq(m.profile->cap_allow, UINT64_C(3) << 38);
	ck_assert_uint_eq(m.report.unsaid.n, 1);
	ck_assert_str_eq(m.report.unsaid.v[0].what, "capability checkpoint_restore");
	end();

	begin(1);
	tr_context_add(&facts.recordings[0], "caps.add", "CAP_CHECKPOINT_RESTORE");
	saw_file("/a", TR_ACT_OPEN, TR_PERM_R, TR_WHERE_IMAGE);
	saw_cap(40, TR_NEED_UNKNOWN);
	make(&m, &facts, TR_PATHS_EXACT);
	ck_assert_uint_eq(m.profile->cap_allow, 0);
	ck_assert_uint_eq(m.report.unsaid.n, 1);
	end();
}
END_TEST

START_TEST(acts)
{
	struct tr_aa_perms perms;

	begin(1);
	saw_file("/a", TR_ACT_OPEN, TR_PERM_R, TR_WHERE_IMAGE);
	/* Every family that may be asked about, by its word or not at all. */
	for (uint16_t family = 0; family < 60; family++)
		for (uint16_t type = 1; type < 11; type++)
			saw((struct tr_fact){ .kind = TR_FACT_NETWORK,
					      .sock = { .family = family, .type = type } },
			    NULL, family == AF_INET6 ? 0 : 1);
	saw((struct tr_fact){ .kind = TR_FACT_SIGNAL,
			      .nr = 15,
			      .op = TR_ACCESS_SEND,
			      .peer = TR_PEER_OTHER },
	    NULL, 1);
	saw((struct tr_fact){ .kind = TR_FACT_PTRACE, .op = TR_ACCESS_READ }, NULL, 1);
	make(&m, &facts, TR_PATHS_EXACT);
	tr_aa_network(m.profile, AF_NETLINK, SOCK_RAW, &perms);
	ck_assert(perms.allow & TR_AA_CREATE);
	tr_aa_signal(m.profile, 15, "unconfined", &perms);
	ck_assert_uint_eq(perms.allow & 6, TR_AA_SIGNAL_SEND | TR_AA_SIGNAL_RECEIVE);
	tr_aa_signal(m.profile, 9, "unconfined", &perms);
	ck_assert_uint_eq(perms.allow & 6, TR_AA_SIGNAL_RECEIVE);
	tr_aa_signal(m.profile, 64, "mine", &perms);
	ck_assert_uint_eq(perms.allow & 6, TR_AA_SIGNAL_SEND | TR_AA_SIGNAL_RECEIVE);
	tr_aa_signal(m.profile, 9, "crun", &perms);
	ck_assert_uint_eq(perms.allow & 6, TR_AA_SIGNAL_RECEIVE);
	tr_aa_signal(m.profile, 9, "other", &perms);
	ck_assert_uint_eq(perms.allow & 6, 0);
	tr_aa_ptrace(m.profile, "mine", &perms);
	ck_assert_uint_eq(perms.allow & 0x1e, TR_AA_PTRACE_READ | TR_AA_PTRACE_READBY);
	tr_aa_ptrace(m.profile, "unconfined", &perms);
	ck_assert_uint_eq(perms.allow & 0x1e, 0);
	end();
}
END_TEST

/* Without a rule on files newer kernels refuse what needs none. */
START_TEST(one_rule_at_least)
{
	begin(1);
	saw(FILE_FACT(TR_ACT_OPEN, TR_PERM_R, .ev.phases = TR_PHASE_RUNTIME), "/early", 1);
	make(&m, &facts, TR_PATHS_EXACT);
	ck_assert_uint_eq(m.rules.n_files, 0);
	ck_assert(tr_aa_mediates(m.profile, TR_AA_CLASS_FILE));
	ck_assert_str_eq(given("/etc/passwd", false), "");
	end();
}
END_TEST

/* About right, and refused before the compiler has to. */
START_TEST(how_large)
{
	struct tr_policy_apparmor_opts opts = { .name = "mine" };
	struct tr_err err tr_cleanup_err = { 0 };
	struct tr_apparmor p;
	size_t states;

	begin(1);
	for (unsigned i = 0; i < 400; i++) {
		tr_cleanup_free char *path =
			tr_xasprintf("/usr/lib/%x/%u/name", i * 7919 % 1009, i);
		tr_cleanup_free char *proc = tr_xasprintf("/proc/%u/task/7/fd/f%u", i + 1, i % 50);

		saw_file(path, TR_ACT_OPEN, i % 3 ? TR_PERM_R : TR_PERM_W, TR_WHERE_IMAGE);
		saw_file(proc, TR_ACT_OPEN, TR_PERM_R, TR_WHERE_PROC);
	}
	make(&m, &facts, TR_PATHS_EXACT);
	states = tr_aa_file_states(m.profile);
	ck_assert_msg(m.report.states <= states + states / 50 &&
			      m.report.states >= states - states / 50,
		      "predicted %zu, are %zu", m.report.states, states);
	made_release(&m);
	for (unsigned i = 0; i < 20000; i++) {
		tr_cleanup_free char *path =
			tr_xasprintf("/usr/%x/%x", i * 2654435761U, i * 40503U * 2654435761U);

		saw_file(path, TR_ACT_OPEN, TR_PERM_R, TR_WHERE_IMAGE);
	}
	ck_assert_int_eq(tr_policy_apparmor(&p, &facts, &opts, NULL, &err), -1);
	ck_assert_int_eq(err.kind, TR_ERR_CANNOT);
	ck_assert_ptr_nonnull(strstr(tr_err_msg(&err), "too many states"));
	tr_facts_release(&facts);
}
END_TEST

START_TEST(refused)
{
	struct tr_policy_apparmor_opts opts = { .name = "mine" };
	struct tr_err err tr_cleanup_err = { 0 };
	static const char *const names[] = { "",   "a b", "a\nb", "/bin/sh", "a//b",
					     "-a", "a\"", "@{x}", "a,",	     "unconfined" };
	struct tr_apparmor p;

	begin(1);
	ck_assert_int_eq(tr_policy_apparmor(&p, &facts, &opts, NULL, &err), -1);
	ck_assert_ptr_nonnull(strstr(tr_err_msg(&err), "no acts on files"));
	saw_file("/a", TR_ACT_OPEN, TR_PERM_R, TR_WHERE_IMAGE);
	for (size_t i = 0; i < TR_ARRAY_SIZE(names); i++) {
		opts.name = names[i];
		ck_assert_int_eq(tr_policy_apparmor(&p, &facts, &opts, NULL, &err), -1);
		ck_assert_int_eq(err.kind, TR_ERR_INPUT);
	}
	opts.name = "mine";
	facts.recordings[0].losses[TR_LOSS_RING] = 1;
	ck_assert_int_eq(tr_policy_apparmor(&p, &facts, &opts, NULL, &err), -1);
	ck_assert_int_eq(err.kind, TR_ERR_INCOMPLETE);
	tr_facts_release(&facts);
}
END_TEST

TR_APPARMOR_SUITE("apparmor_emit", exact, what_the_kernel_counts, owner, two_recordings_tell,
		  what_stays, one_recording_doubts, every_byte_is_itself,
		  hostile_names_mean_themselves, capabilities, capabilities_not_seen,
		  capability_after_the_abi, acts, one_rule_at_least, how_large, refused)
