/* SPDX-License-Identifier: Apache-2.0 */
/* A directory of a test's own: `dir`, between make_dir and remove_dir. */
#ifndef TESTS_LIB_DIR_H
#define TESTS_LIB_DIR_H

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

static char dir[64];

static inline void make_dir(void)
{
	snprintf(dir, sizeof(dir), "/tmp/trammel-test.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
}

static inline void remove_dir(void)
{
	char cmd[128];

	snprintf(cmd, sizeof(cmd), "rm -rf %s", dir);
	ck_assert_int_eq(system(cmd), 0);
}

#endif
