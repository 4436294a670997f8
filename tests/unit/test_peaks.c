// SPDX-License-Identifier: Apache-2.0
/* Which cgroup is a container's, in both versions of them, and what it is asked. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "lib/dir.h"
#include "lib/suite.h"
#include "record/peaks.h"
#include "util/mem.h"

#define ID "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static const char mounts[] =
	"24 1 0:22 / /sys rw - sysfs sysfs rw\n"
	"30 24 0:26 / /sys/fs/cgroup ro - tmpfs tmpfs ro\n"
	"31 30 0:27 / /sys/fs/cgroup/unified rw,relatime shared:1 - cgroup2 cgroup2 rw\n"
	"32 30 0:28 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"
	"33 30 0:29 /below /sys/fs/cgroup/pids rw - cgroup cgroup rw,pids,cpu\n";

START_TEST(finds_the_directory)
{
	static const struct {
		const char *cgroup, *memory, *pids;
	} rows[] = {
		/* Version 2 alone; what the container makes below is its own. */
		{ "0::/system.slice/docker-" ID ".scope\n",
		  "/sys/fs/cgroup/unified/system.slice/docker-" ID ".scope",
		  "/sys/fs/cgroup/unified/system.slice/docker-" ID ".scope" },
		{ "0::/a/libpod-" ID ".scope/container/x\n",
		  "/sys/fs/cgroup/unified/a/libpod-" ID ".scope",
		  "/sys/fs/cgroup/unified/a/libpod-" ID ".scope" },
		/* Version 1 has its controllers in hierarchies of their own, one of them not mounted whole. */
		{ "9:memory:/docker/" ID "\n8:pids,cpu:/below/docker/" ID "\n0::/docker/" ID "\n",
		  "/sys/fs/cgroup/memory/docker/" ID, "/sys/fs/cgroup/pids/docker/" ID },
		{ "0::/docker/" ID "\n9:memory:/docker/" ID "\n",
		  "/sys/fs/cgroup/memory/docker/" ID, "/sys/fs/cgroup/unified/docker/" ID },
		{ "8:pids,cpu:/elsewhere/" ID "\n", NULL, NULL },
		/* Not the container's, and not below what we see. */
		{ "0::/user.slice\n", NULL, NULL },
		{ "0::/../" ID "\n", NULL, NULL },
		{ "nonsense\n0:\n::\n\n", NULL, NULL },
		{ "", NULL, NULL },
	};

	for (size_t i = 0; i < TR_ARRAY_SIZE(rows); i++) {
		struct peaks p = { 0 };

		peaks_find_in(&p, rows[i].cgroup, mounts, ID);
		if (rows[i].memory)
			ck_assert_str_eq(p.memory, rows[i].memory);
		else
			ck_assert_ptr_null(p.memory);
		if (rows[i].pids)
			ck_assert_str_eq(p.pids, rows[i].pids);
		else
			ck_assert_ptr_null(p.pids);
		peaks_release(&p);
	}
}
END_TEST

static void put(const char *name, const char *text)
{
	tr_cleanup_free char *path = tr_xasprintf("%s/%s", dir, name);
	FILE *f = fopen(path, "w");

	ck_assert_ptr_nonnull(f);
	fputs(text, f);
	fclose(f);
}

START_TEST(keeps_the_most)
{
	struct peaks p = { 0 };

	make_dir();
	p.memory = tr_xstrdup(dir);
	p.pids = tr_xstrdup(dir);
	peaks_look(&p);
	ck_assert(!p.most_memory && !p.most_pids && !peaks_grew(&p));
	put("memory.current", "100\n");
	put("pids.current", "7\n");
	peaks_look(&p);
	ck_assert_uint_eq(p.most_memory, 100);
	ck_assert_uint_eq(p.most_pids, 7);
	ck_assert(peaks_grew(&p) && !peaks_grew(&p));
	/* What the kernel itself kept is better. */
	put("memory.max_usage_in_bytes", "120\n");
	put("pids.current", "3\n");
	peaks_look(&p);
	ck_assert_uint_eq(p.most_memory, 120);
	ck_assert_uint_eq(p.most_pids, 7);
	ck_assert(!peaks_grew(&p));
	put("memory.peak", "18446744073709551615\n");
	put("pids.peak", "9\n");
	peaks_look(&p);
	ck_assert_uint_eq(p.most_memory, UINT64_MAX);
	ck_assert_uint_eq(p.most_pids, 9);
	ck_assert(peaks_grew(&p));
	remove_dir();
	/* It is gone. */
	peaks_look(&p);
	ck_assert_uint_eq(p.most_pids, 9);
	peaks_release(&p);
}
END_TEST

TR_SUITE("peaks", finds_the_directory, keeps_the_most)
