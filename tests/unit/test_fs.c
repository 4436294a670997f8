// SPDX-License-Identifier: Apache-2.0
#include "util/fs.h"

#include <check.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/dir.h"
#include "lib/suite.h"
#include "util/mem.h"

static char *in_dir(const char *name)
{
	return tr_xasprintf("%s/%s", dir, name);
}

static void put(const char *name, const char *text)
{
	tr_cleanup_free char *path = in_dir(name);
	FILE *f = fopen(path, "w");

	ck_assert_ptr_nonnull(f);
	fputs(text, f);
	fclose(f);
}

static void check_text(const char *name, const char *want)
{
	tr_cleanup_free char *path = in_dir(name);
	tr_cleanup_free char *text = NULL;
	size_t len;

	if (!want) {
		ck_assert_int_lt(access(path, F_OK), 0);
		return;
	}
	ck_assert_int_eq(fs_read(path, 100, &text, &len, NULL), 0);
	ck_assert_str_eq(text, want);
}

static size_t n_files(void)
{
	DIR *d = opendir(dir);
	size_t n = 0;

	while (readdir(d))
		n++;
	closedir(d);
	return n - 2;
}

static void open_three(struct fs_out *outs)
{
	static const char *const names[] = { "a", "b", "c" };

	for (int i = 0; i < 3; i++) {
		tr_cleanup_free char *path = in_dir(names[i]);

		ck_assert_int_eq(fs_out_open(&outs[i], path, 0600, NULL), 0);
		fputs("new", outs[i].f);
	}
}

START_TEST(several_files_appear_together)
{
	struct fs_out outs[3];

	make_dir();
	put("a", "old");
	open_three(outs);
	check_text("a", "old");
	ck_assert_int_eq(fs_out_commit_all(outs, 3, NULL), 0);
	for (int i = 0; i < 3; i++)
		fs_out_release(&outs[i]);
	check_text("a", "new");
	check_text("b", "new");
	check_text("c", "new");
	ck_assert_uint_eq(n_files(), 3);
	remove_dir();
}
END_TEST

/* The third cannot get to its place: the first is what it was, and the second is not there. */
START_TEST(or_none_of_them)
{
	struct tr_err err = { 0 };
	struct fs_out outs[3];

	make_dir();
	put("a", "old");
	put("c", "old");
	open_three(outs);
	ck_assert_int_eq(unlink(outs[2].tmp), 0);
	ck_assert_int_lt(fs_out_commit_all(outs, 3, &err), 0);
	ck_assert_int_eq(err.kind, TR_ERR_CANNOT);
	tr_err_clear(&err);
	for (int i = 0; i < 3; i++)
		fs_out_release(&outs[i]);
	check_text("a", "old");
	check_text("b", NULL);
	check_text("c", "old");
	ck_assert_uint_eq(n_files(), 2);
	remove_dir();
}
END_TEST

TR_SUITE("fs", several_files_appear_together, or_none_of_them)
