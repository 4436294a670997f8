// SPDX-License-Identifier: Apache-2.0
/* Compiling AppArmor text: what comes out means what went in, and errors say where. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "eval/apparmor_compile.h"
#include "lib/suite.h"
#include "trammel/apparmor_policy.h"
#include "util/mem.h"

static int compile(const char *text, char **ret_blob, size_t *ret_len, struct tr_err *err)
{
	return apparmor_compile_text(text, strlen(text), "mine", APPARMOR_FOR_ABI_3, ret_blob,
				     ret_len, err);
}

START_TEST(compiles)
{
	struct tr_err err tr_cleanup_err = { 0 };
	tr_cleanup_free char *blob = NULL;
	struct tr_aa_policy p;
	struct tr_aa_perms perms;
	size_t len;

	ck_assert_msg(
		compile("abi <abi/3.0>,\nprofile one { /a r, }\nprofile two { network inet stream, }\n",
			&blob, &len, &err) == 0,
		"%s", tr_err_msg(&err));
	ck_assert_int_eq(tr_aa_policy_read(&p, blob, len, &err), 0);
	ck_assert_uint_eq(p.n, 2);
	tr_aa_file(tr_aa_policy_find(&p, "one"), "/a", 2, true, &perms);
	ck_assert(perms.allow & TR_AA_READ);
	/* Without features it would say that networks are not mediated. */
	tr_aa_network(tr_aa_policy_find(&p, "one"), 2, 1, &perms);
	ck_assert(!(perms.allow & TR_AA_CREATE));
	tr_aa_network(tr_aa_policy_find(&p, "two"), 2, 1, &perms);
	ck_assert(perms.allow & TR_AA_CREATE);
	tr_aa_policy_release(&p);
}
END_TEST

static void refused(const char *text, const char *message)
{
	struct tr_err err tr_cleanup_err = { 0 };
	char *blob = NULL;
	size_t len;

	ck_assert_int_eq(compile(text, &blob, &len, &err), -1);
	ck_assert_int_eq(err.kind, TR_ERR_INPUT);
	ck_assert_msg(!strncmp(tr_err_msg(&err), message, strlen(message)), "%s", tr_err_msg(&err));
	ck_assert_ptr_null(blob);
}

START_TEST(errors_say_where)
{
	refused("profile one {\n /a r,\n /b bogus,\n}\n", "mine:3: ");
	refused("profile one {\n /a r,\n", "mine:3: ");
	refused("profile one {\n include <nowhere/at-all>\n}\n", "mine:2: ");
	refused("profile one {\n /a[ r,\n}\n", "mine: apparmor_parser refuses it: ");
	refused("# nothing\n", "mine: there is no profile in it");
}
END_TEST

START_TEST(takes_files)
{
	char dir[] = "/tmp/trammel-test-XXXXXX";
	struct tr_err err tr_cleanup_err = { 0 };
	tr_cleanup_free char *blob = NULL, *nothing = NULL;
	size_t len;
	FILE *f;

	ck_assert_ptr_nonnull(mkdtemp(dir));
	ck_assert_int_eq(chdir(dir), 0);
	f = fopen("--names", "w");
	ck_assert_ptr_nonnull(f);
	fputs("profile one { /a r, }\n", f);
	fclose(f);
	ck_assert_msg(apparmor_compile("--names", APPARMOR_FOR_ABI_3, &blob, &len, &err) == 0, "%s",
		      tr_err_msg(&err));
	ck_assert_int_eq(apparmor_compile("missing", APPARMOR_FOR_ABI_3, &nothing, &len, &err), -1);
	ck_assert_int_eq(err.kind, TR_ERR_INPUT);
	ck_assert_ptr_nonnull(strstr(tr_err_msg(&err), "missing: No such file"));
	unlink("--names");
	rmdir(dir);
}
END_TEST

TR_SUITE("apparmor_compile", compiles, errors_say_where, takes_files)
