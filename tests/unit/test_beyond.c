// SPDX-License-Identifier: Apache-2.0
/* What a profile allows beyond what was recorded: of a list of files, and of all names there can be. */
#include <string.h>

#include "eval/apparmor_compile.h"
#include "lib/suite.h"
#include "trammel/check_apparmor.h"
#include "util/mem.h"
#include "util/strbuf.h"

static void compile(struct tr_aa_policy *p, const char *rules)
{
	struct strbuf text = STRBUF_INIT;
	struct tr_err err = { 0 };
	char *blob;
	size_t len;

	strbuf_addf(&text, "abi <abi/3.0>,\nprofile t {\n%s\n}\n", rules);
	ck_assert_msg(apparmor_compile_text(text.s, text.len, "test", APPARMOR_FOR_ABI_3, &blob,
					    &len, &err) == 0,
		      "%s: %s", rules, tr_err_msg(&err));
	ck_assert_msg(tr_aa_policy_read(p, blob, len, &err) == 0, "%s", tr_err_msg(&err));
	free(blob);
	strbuf_release(&text);
}

static void add_fact(struct tr_facts *facts, enum tr_fact_kind kind, const char *path,
		     unsigned perms)
{
	struct tr_fact f = { .kind = kind, .path = tr_xstrdup(path), .perms = (uint16_t)perms };

	f.ev.flags = TR_EV_DONE;
	f.ev.phases = TR_PHASE_MAIN;
	tr_facts_add(facts, &f, NULL);
}

START_TEST(test_beyond)
{
	static const char list[] = "etc/\netc/a\netc/b\nbin/a\nbin/b\nbin/\nvar/x\nvar/y\nopt/z\n";
	struct tr_check_beyond b;
	struct tr_image_files files;
	struct tr_err err = { 0 };
	struct tr_aa_policy p;
	struct tr_facts facts;

	tr_facts_init(&facts);
	add_fact(&facts, TR_FACT_FILE, "/etc/a", TR_PERM_R);
	add_fact(&facts, TR_FACT_FILE, "/var/x", TR_PERM_R);
	add_fact(&facts, TR_FACT_FILE, "/var/x", TR_PERM_W);
	add_fact(&facts, TR_FACT_EXEC, "/bin/a", 0);
	ck_assert_int_eq(tr_image_files_parse(&files, list, strlen(list), "test", &err), 0);
	compile(&p, "/etc/** r, owner /var/* rw, /bin/** ix, /opt/* wm, deny /var/y w,");
	tr_check_beyond(&b, &p.profiles[0], &facts, &files);
	ck_assert_uint_eq(b.n_files, 9);
	ck_assert_uint_eq(b.n_read, 4);
	ck_assert_uint_eq(b.read.n, 2);
	ck_assert_str_eq(b.read.v[0], "/etc/b");
	ck_assert_str_eq(b.read.v[1], "/var/y");
	ck_assert_uint_eq(b.n_write, 2);
	ck_assert_uint_eq(b.write.n, 1);
	ck_assert_str_eq(b.write.v[0], "/opt/z");
	ck_assert_uint_eq(b.n_exec, 3);
	ck_assert_uint_eq(b.exec.n, 2);
	ck_assert_str_eq(b.exec.v[0], "/bin/b");
	ck_assert_str_eq(b.exec.v[1], "/opt/z");
	ck_assert_uint_eq(b.both.n, 1);
	ck_assert_str_eq(b.both.v[0], "/opt/z");
	tr_check_beyond_release(&b);
	tr_aa_policy_release(&p);
	tr_image_files_release(&files);
	tr_facts_release(&facts);
}
END_TEST

/* The name that is found may be written and run; NULL is a proof. */
static void code_is(const char *rules, bool there)
{
	struct tr_aa_perms owner, other;
	struct tr_aa_policy p;
	char *name;

	compile(&p, rules);
	name = tr_check_writable_code(&p.profiles[0]);
	ck_assert_msg(there == (name != NULL), "%s: %s", rules, name ? name : "none");
	if (name) {
		tr_aa_file(&p.profiles[0], name, strlen(name), true, &owner);
		tr_aa_file(&p.profiles[0], name, strlen(name), false, &other);
		ck_assert(((owner.allow & TR_AA_WRITE) &&
			   (owner.allow & (TR_AA_EXEC | TR_AA_MMAP_EXEC))) ||
			  ((other.allow & TR_AA_WRITE) &&
			   (other.allow & (TR_AA_EXEC | TR_AA_MMAP_EXEC))));
	}
	free(name);
	tr_aa_policy_release(&p);
}

START_TEST(test_writable_code)
{
	code_is("/bin/* ix, /var/** rw,", false);
	code_is("/bin/* ix, /** w,", true);
	code_is("/bin/* ix, /** w, deny /bin/** w,", false);
	code_is("/lib/*.so mr, owner /lib/x* w,", true);
	code_is("/lib/a*.so mr, /lib/b*.so w,", false);
	code_is("/lib/[^a]/very/deep/and/long/*.so mr, /lib/b/very/deep/and/long/x.so w,", true);
	code_is("", false);
	code_is("/ rw, / ix,", true);
	/* One is the owner's, the other anybody's: together they are the owner's. */
	code_is("owner /x w, /x m,", true);
	/* What stands behind the NUL of a pair of links is no name. */
	code_is("link /a -> /b, /c rw,", false);
}
END_TEST

static bool lets(const char *rules, const char *path, unsigned perms)
{
	struct tr_check_floor f;
	struct tr_aa_policy p;
	bool found = false;

	compile(&p, rules);
	tr_check_floor(&f, &p.profiles[0]);
	ck_assert_uint_gt(f.of, 10);
	for (size_t i = 0; i < f.n; i++)
		found |= !strcmp(f.v[i].path, path) && f.v[i].perms == perms;
	tr_check_floor_release(&f);
	tr_aa_policy_release(&p);
	return found;
}

START_TEST(test_floor)
{
	static const char *const holes[] = { "/proc/bus/pci/00/00.0",
					     "/proc/sys/kernel/numa_balancing",
					     "/proc/sys/kernel/sysrq",
					     "/proc/sys/kernel/yama/ptrace_scope" };
	struct tr_check_floor f;
	struct tr_aa_policy p;
	struct tr_err err = { 0 };

	ck_assert(!lets("/x r,", "/proc/kcore", TR_PERM_R));
	ck_assert(lets("/proc/** r,", "/proc/kcore", TR_PERM_R));
	ck_assert(lets("/proc/** r,", "/proc/sysrq-trigger", TR_PERM_R));
	ck_assert(lets("owner /proc/** rw,", "/proc/sysrq-trigger", TR_PERM_R | TR_PERM_W));
	ck_assert(!lets("/proc/** r,", "/proc/bus/pci/00/00.0", TR_PERM_R));
	ck_assert(lets("/proc/** a,", "/proc/bus/pci/00/00.0", TR_PERM_W));
	ck_assert_msg(tr_apparmor_compile(&p, "docker-default", &err) == 0, "%s", tr_err_msg(&err));
	tr_check_floor(&f, &p.profiles[0]);
	ck_assert_uint_eq(f.n, TR_ARRAY_SIZE(holes));
	for (size_t i = 0; i < f.n; i++) {
		ck_assert_str_eq(f.v[i].path, holes[i]);
		ck_assert_uint_eq(f.v[i].perms, TR_PERM_W);
	}
	tr_check_floor_release(&f);
	tr_aa_policy_release(&p);
}
END_TEST

TR_SUITE("beyond", test_beyond, test_writable_code, test_floor)
