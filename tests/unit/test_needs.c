// SPDX-License-Identifier: Apache-2.0
/*
 * What facts need of AppArmor: a profile of nothing but the rule that a need is written as allows it,
 * as the compiled policy says, and one of no rule refuses it.
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>

#include "check/apparmor.h"
#include "eval/apparmor_compile.h"
#include "lib/suite.h"
#include "trammel/check_apparmor.h"
#include "util/mem.h"

#define PROFILE "odd \"name\"\x01"

static void compile(struct tr_aa_policy *p, const char *rules)
{
	struct strbuf text = STRBUF_INIT;
	struct tr_err err = { 0 };
	char *blob;
	size_t len;

	strbuf_addf(&text, "abi <abi/3.0>,\nprofile \"odd \\042name\\042\\001\" {\n%s\n/x r,\n}\n",
		    rules);
	ck_assert_msg(apparmor_compile_text(text.s, text.len, "test", APPARMOR_FOR_ABI_3, &blob,
					    &len, &err) == 0,
		      "%s: %s", rules, tr_err_msg(&err));
	ck_assert_msg(tr_aa_policy_read(p, blob, len, &err) == 0, "%s", tr_err_msg(&err));
	ck_assert_uint_eq(p->n, 1);
	ck_assert_str_eq(p->profiles[0].name, PROFILE);
	free(blob);
	strbuf_release(&text);
}

static struct tr_fact fact_of(enum tr_fact_kind kind)
{
	struct tr_fact f = { .kind = kind };

	f.ev.flags = TR_EV_DONE;
	f.ev.phases = TR_PHASE_MAIN;
	return f;
}

static size_t needs(const struct tr_fact *f, struct need *ret)
{
	struct tr_facts none;
	size_t n;

	tr_facts_init(&none);
	n = needs_of(&none, f, ret);
	tr_facts_release(&none);
	return n;
}

/* The rule that is asked for is this one, is enough, and is needed. */
static void need_is(const struct tr_fact *f, const char *want)
{
	struct need n[NEEDS_MAX], missing;
	struct strbuf rule = STRBUF_INIT;
	struct tr_aa_policy without, with;

	ck_assert_uint_eq(needs(f, n), 1);
	compile(&without, "");
	ck_assert_msg(!check_need(&without.profiles[0], &n[0], &missing), "%s", want);
	need_rule(&rule, &missing, PROFILE);
	ck_assert_str_eq(rule.s, want);
	compile(&with, rule.s);
	ck_assert_msg(check_need(&with.profiles[0], &n[0], NULL), "%s", want);
	tr_aa_policy_release(&without);
	tr_aa_policy_release(&with);
	strbuf_release(&rule);
}

static struct tr_fact file_of(char *path, unsigned act, unsigned perms)
{
	struct tr_fact f = fact_of(TR_FACT_FILE);

	f.path = path;
	f.act = (uint16_t)act;
	f.perms = (uint16_t)perms;
	return f;
}

START_TEST(test_files)
{
	char odd[] = "/a b\"\\*?[]{}\n\x01\xff@{x},#", plain[] = "/plain", root[] = "/";
	struct tr_fact f = file_of(plain, TR_ACT_OPEN, TR_PERM_R);

	need_is(&f, "\"/plain\" r,");
	f.ev.flags |= TR_EV_OWNER;
	need_is(&f, "owner \"/plain\" r,");
	f.ev.flags |= TR_EV_NOT_OWNER;
	need_is(&f, "\"/plain\" r,");
	f = file_of(odd, TR_ACT_CREATE, TR_PERM_W);
	need_is(&f,
		"\"/a\\040b\\042\\134\\052\\077\\133\\135\\173\\175\\012\\001\\377\\100\\173x\\175"
		"\\054\\043\" w,");
	f = file_of(plain, TR_ACT_RENAME_FROM, TR_PERM_R | TR_PERM_W);
	need_is(&f, "\"/plain\" rw,");
	f = file_of(plain, TR_ACT_LOCK, TR_PERM_W | TR_PERM_K);
	need_is(&f, "\"/plain\" wk,");
	f = file_of(plain, TR_ACT_MMAP, TR_PERM_R | TR_PERM_M);
	need_is(&f, "\"/plain\" rm,");
	f = file_of(plain, TR_ACT_EXEC, TR_PERM_X);
	need_is(&f, "\"/plain\" ix,");
	f = file_of(root, TR_ACT_EXEC, TR_PERM_X);
	need_is(&f, "\"/\" ix,");
	f = file_of(plain, TR_ACT_LINK, TR_PERM_L);
	f.source = odd;
	need_is(&f,
		"link \"/plain\" -> \"/a\\040b\\042\\134\\052\\077\\133\\135\\173\\175\\012\\001\\377"
		"\\100\\173x\\175\\054\\043\",");
}
END_TEST

START_TEST(test_not_asked)
{
	char path[] = "/plain";
	struct tr_fact f = file_of(path, TR_ACT_OPEN, TR_PERM_R);
	struct need n[NEEDS_MAX];

	f.ev.flags = TR_EV_DENIED;
	ck_assert_uint_eq(needs(&f, n), 0);
	f.ev.flags = TR_EV_FAILED;
	ck_assert_uint_eq(needs(&f, n), 1);
	f.ev.phases = TR_PHASE_RUNTIME;
	ck_assert_uint_eq(needs(&f, n), 0);
	f.ev.phases = TR_PHASE_EXEC;
	ck_assert_uint_eq(needs(&f, n), 1);
	f.act = TR_ACT_RECEIVE;
	ck_assert_uint_eq(needs(&f, n), 1);
	ck_assert(n[0].perhaps);
	f = file_of(path, TR_ACT_INTERPRETER, 0);
	ck_assert_uint_eq(needs(&f, n), 0);
	f = fact_of(TR_FACT_SYSCALL);
	ck_assert_uint_eq(needs(&f, n), 0);
	f = fact_of(TR_FACT_CAPABILITY);
	f.need = TR_NEED_PROBED;
	ck_assert_uint_eq(needs(&f, n), 0);
	f.need = TR_NEED_UNKNOWN;
	ck_assert_uint_eq(needs(&f, n), 1);
	ck_assert(n[0].perhaps);
}
END_TEST

static size_t exec_needs(const char *backend, const char *missing)
{
	struct tr_recording rec = { 0 };
	struct need n[NEEDS_MAX];
	struct tr_facts facts;
	struct tr_fact f;
	size_t ret;

	tr_facts_init(&facts);
	tr_recording_new_id(&rec);
	tr_context_add(&rec, "backend", backend);
	if (missing)
		tr_context_add(&rec, "hooks.missing", missing);
	f = fact_of(TR_FACT_EXEC);
	f.path = tr_xstrdup("/bin/sh");
	tr_u32set_add(&f.ev.recordings, tr_facts_add_recording(&facts, &rec));
	ret = needs_of(&facts, tr_facts_add(&facts, &f, NULL), n);
	if (ret)
		ck_assert_uint_eq(n[0].perms, TR_PERM_X);
	tr_facts_release(&facts);
	return ret;
}

/* The hooks tell the first program, which nobody asks about, from those that are. */
START_TEST(test_exec)
{
	ck_assert_uint_eq(exec_needs("hooks", NULL), 0);
	ck_assert_uint_eq(exec_needs("hooks", "hook.file_truncate"), 0);
	ck_assert_uint_eq(exec_needs("hooks", "hook.bprm_creds_for_exec"), 1);
	ck_assert_uint_eq(exec_needs("tracepoints", NULL), 1);
}
END_TEST

START_TEST(test_others)
{
	struct tr_fact f = fact_of(TR_FACT_CAPABILITY);

	f.need = TR_NEED_NEEDED;
	f.cap = 12;
	need_is(&f, "capability net_admin,");
	f.cap = 39;
	need_is(&f, "capability bpf,");
	f = fact_of(TR_FACT_NETWORK);
	f.sock.family = AF_INET6;
	f.sock.type = SOCK_DGRAM;
	need_is(&f, "network inet6 dgram,");
	f.sock.family = AF_NETLINK;
	f.sock.type = SOCK_RAW;
	need_is(&f, "network netlink raw,");
	f.sock.family = AF_UNIX;
	f.sock.type = SOCK_SEQPACKET;
	need_is(&f, "network unix seqpacket,");
	f = fact_of(TR_FACT_PTRACE);
	f.op = TR_ACCESS_READBY;
	need_is(&f, "ptrace (readby) peer=\"odd\\040\\042name\\042\\001\",");
	f.op = TR_ACCESS_TRACE;
	f.peer = TR_PEER_OTHER;
	need_is(&f, "ptrace (trace) peer=\"unconfined\",");
}
END_TEST

/* All but the two that glibc keeps for itself; with AppArmor's own words. */
START_TEST(test_signals)
{
	struct tr_fact f = fact_of(TR_FACT_SIGNAL);
	struct need n[NEEDS_MAX];

	f.op = TR_ACCESS_SEND;
	need_is(&f, "signal (send) set=(exists) peer=\"odd\\040\\042name\\042\\001\",");
	f.nr = SIGTSTP;
	need_is(&f, "signal (send) set=(stp) peer=\"odd\\040\\042name\\042\\001\",");
	f.nr = 34;
	f.peer = TR_PEER_OTHER;
	need_is(&f, "signal (send) set=(rtmin+2) peer=\"unconfined\",");
	for (f.nr = 1; f.nr < 64; f.nr++) {
		struct strbuf rule = STRBUF_INIT;
		struct tr_aa_policy p;

		if (f.nr % 5 && f.nr > 31)
			continue;
		needs(&f, n);
		need_rule(&rule, &n[0], PROFILE);
		compile(&p, rule.s);
		ck_assert_msg(check_need(&p.profiles[0], &n[0], NULL), "%s", rule.s);
		n[0].number ^= 1;
		ck_assert_msg(!check_need(&p.profiles[0], &n[0], NULL), "%s", rule.s);
		tr_aa_policy_release(&p);
		strbuf_release(&rule);
	}
	f.nr = SIGTERM;
	f.op = TR_ACCESS_RECEIVE;
	ck_assert_uint_eq(needs(&f, n), 3);
	ck_assert_str_eq(n[0].peer, "unconfined");
	ck_assert(!n[0].perhaps);
	ck_assert_str_eq(n[1].peer, "runc");
	ck_assert(n[1].perhaps && n[2].perhaps);
}
END_TEST

static struct tr_fact mount_of(unsigned op, uint64_t flags, char *path, char *from, char *fstype)
{
	struct tr_fact f = fact_of(TR_FACT_MOUNT);

	f.op = (uint16_t)op;
	f.path = path;
	f.source = from;
	f.fstype = fstype;
	f.mount_flags = flags;
	return f;
}

START_TEST(test_mounts)
{
	char to[] = "/to/", from[] = "/from/", none[] = "none", tmpfs[] = "tmpfs";
	struct tr_fact f = mount_of(TR_MOUNT_NEW, MS_NOSUID | MS_NOEXEC, to, none, tmpfs);

	need_is(&f, "mount options=(rw,nosuid,noexec) fstype=\"tmpfs\" \"none\" -> \"/to/\",");
	f.mount_flags = 0;
	need_is(&f, "mount options=(rw) fstype=\"tmpfs\" \"none\" -> \"/to/\",");
	f = mount_of(TR_MOUNT_BIND, MS_BIND | MS_REC | MS_RDONLY, to, from, NULL);
	need_is(&f, "mount options=(rw,rbind) \"/from/\" -> \"/to/\",");
	f = mount_of(TR_MOUNT_REMOUNT, MS_REMOUNT | MS_BIND | MS_RDONLY, to, from, NULL);
	need_is(&f, "mount options=(ro,remount,bind) -> \"/to/\",");
	f = mount_of(TR_MOUNT_MOVE, 0, to, from, NULL);
	need_is(&f, "mount options=(rw,move) \"/from/\" -> \"/to/\",");
	f = mount_of(TR_MOUNT_PROPAGATION, MS_SLAVE | MS_REC | MS_NOSUID, to, NULL, NULL);
	need_is(&f, "mount options=(rw,rslave) -> \"/to/\",");
	f = mount_of(TR_MOUNT_UMOUNT, MNT_DETACH, to, NULL, NULL);
	need_is(&f, "umount \"/to/\",");
	f = mount_of(TR_MOUNT_PIVOT_ROOT, 0, to, from, NULL);
	need_is(&f, "pivot_root oldroot=\"/from/\" \"/to/\",");
}
END_TEST

/* Each flag by itself, and all words of the table that a remount may have. */
START_TEST(test_mount_flags)
{
	static const uint64_t flags[] = { MS_RDONLY,	  MS_NOSUID,   MS_NODEV,    MS_NOEXEC,
					  MS_SYNCHRONOUS, MS_MANDLOCK, MS_DIRSYNC,  MS_NOATIME,
					  MS_NODIRATIME,  MS_SILENT,   MS_RELATIME, MS_I_VERSION,
					  MS_STRICTATIME };
	char to[] = "/to/";

	for (size_t i = 0; i < TR_ARRAY_SIZE(flags); i++) {
		struct tr_fact f =
			mount_of(TR_MOUNT_REMOUNT, MS_REMOUNT | flags[i], to, NULL, NULL);
		struct need n[NEEDS_MAX];
		struct strbuf rule = STRBUF_INIT;
		struct tr_aa_policy p;

		ck_assert_uint_eq(needs(&f, n), 1);
		need_rule(&rule, n, PROFILE);
		compile(&p, rule.s);
		ck_assert_msg(check_need(&p.profiles[0], n, NULL), "%s", rule.s);
		n[0].flags ^= MS_NODEV;
		ck_assert_msg(!check_need(&p.profiles[0], n, NULL), "%s", rule.s);
		tr_aa_policy_release(&p);
		strbuf_release(&rule);
	}
}
END_TEST

static void add(struct tr_facts *facts, struct tr_fact f)
{
	f.path = f.path ? tr_xstrdup(f.path) : NULL;
	f.source = f.source ? tr_xstrdup(f.source) : NULL;
	tr_facts_add(facts, &f, NULL);
}

START_TEST(test_check)
{
	char read[] = "/x", denied[] = "/denied", gone[] = "/gone";
	struct tr_check_apparmor c;
	struct tr_aa_policy p;
	struct tr_facts facts;
	struct tr_fact f;

	tr_facts_init(&facts);
	add(&facts, file_of(read, TR_ACT_OPEN, TR_PERM_R));
	add(&facts, file_of(gone, TR_ACT_UNLINK, TR_PERM_W));
	add(&facts, file_of(denied, TR_ACT_OPEN, TR_PERM_R | TR_PERM_W));
	f = fact_of(TR_FACT_CAPABILITY);
	f.cap = 21;
	f.need = TR_NEED_UNKNOWN;
	add(&facts, f);
	add(&facts, fact_of(TR_FACT_SYSCALL));
	compile(&p, "/denied rw, deny /denied w,");
	tr_check_apparmor(&c, &p.profiles[0], &facts);
	ck_assert_uint_eq(c.n_facts, 4);
	ck_assert_uint_eq(c.n_allowed, 2);
	ck_assert_uint_eq(c.n_refused, 2);
	ck_assert_uint_eq(c.n_perhaps, 1);
	ck_assert_uint_eq(c.n_refusals, 3);
	ck_assert_str_eq(c.refusals[0].rule, "\"/denied\" w,");
	ck_assert(c.refusals[0].by_rule);
	ck_assert_str_eq(c.refusals[1].rule, "\"/gone\" w,");
	ck_assert(!c.refusals[1].by_rule);
	ck_assert_str_eq(c.refusals[2].rule, "capability sys_admin,");
	ck_assert(c.refusals[2].perhaps);
	tr_check_apparmor_release(&c);
	tr_aa_policy_release(&p);
	tr_facts_release(&facts);
}
END_TEST

START_TEST(test_docker_default)
{
	const struct tr_aa_profile *p;
	struct tr_aa_policy policy;
	struct tr_err err = { 0 };
	struct tr_aa_perms perms;

	ck_assert_msg(tr_apparmor_compile(&policy, "docker-default", &err) == 0, "%s",
		      tr_err_msg(&err));
	ck_assert_int_eq(tr_apparmor_choose(&p, &policy, NULL, &err), 0);
	ck_assert_str_eq(p->name, "docker-default");
	tr_aa_file(p, "/proc/sysrq-trigger", 19, true, &perms);
	ck_assert(!(perms.allow & TR_AA_WRITE));
	/* Which is not what its author meant. */
	tr_aa_file(p, "/proc/bus/pci/00", 16, true, &perms);
	ck_assert(perms.allow & TR_AA_WRITE);
	ck_assert_int_lt(tr_apparmor_choose(&p, &policy, "other", &err), 0);
	ck_assert_str_eq(tr_err_msg(&err), "there is no profile 'other', but 'docker-default'");
	tr_err_clear(&err);
	tr_aa_policy_release(&policy);
}
END_TEST

TR_SUITE("needs", test_files, test_not_asked, test_exec, test_others, test_signals, test_mounts,
	 test_mount_flags, test_check, test_docker_default)
