// SPDX-License-Identifier: Apache-2.0
/* Patterns by hand: numbers of the kernel's, directories of data, libraries, and what of an image they reach. */
#include "lib/apparmor.h"

static struct tr_facts facts;

static void begin(size_t recordings)
{
	facts_of(&facts, recordings);
}

/* in: a bit for each recording. */
static void saw(const char *path, enum tr_act act, uint16_t perms, uint32_t where, uint32_t in)
{
	struct tr_fact f = { .kind = TR_FACT_FILE, .act = act, .perms = perms };

	f.path = tr_xstrdup(path);
	f.ev.flags = TR_EV_DONE;
	f.ev.phases = TR_PHASE_MAIN;
	f.ev.where = where;
	for (uint32_t i = 0; i < 32; i++)
		if (in & 1U << i)
			tr_u32set_add(&f.ev.recordings, i);
	tr_facts_add(&facts, &f, NULL);
}

static void read_one(const char *path, uint32_t where)
{
	saw(path, TR_ACT_OPEN, TR_PERM_R, where, 1);
}

static struct made m;
static struct tr_policy_apparmor_opts opts;

static int emit(struct tr_err *err)
{
	FILE *out;

	opts.name = "mine";
	memset(&m, 0, sizeof(m));
	if (tr_policy_apparmor(&m.rules, &facts, &opts, &m.report, err) < 0)
		return -1;
	out = open_memstream(&m.text, &m.len);
	ck_assert_int_eq(tr_apparmor_write(&m.rules, out, err), 0);
	fclose(out);
	make_policy(&m);
	return 0;
}

static void emit_or_die(void)
{
	struct tr_err err tr_cleanup_err = { 0 };

	ck_assert_msg(emit(&err) == 0, "%s", tr_err_msg(&err));
}

static void end(void)
{
	made_release(&m);
	tr_facts_release(&facts);
	opts = (struct tr_policy_apparmor_opts){ 0 };
}

static const char *given(const char *path)
{
	return made_gives(&m, path, true);
}

START_TEST(numbers_of_the_kernel)
{
	begin(1);
	read_one("/sys/devices/system/cpu/cpu0/topology/core_id", TR_WHERE_SYS);
	read_one("/sys/devices/system/cpu/cpu1/topology/core_id", TR_WHERE_SYS);
	read_one("/sys/devices/system/cpu/cpu0/cache/index0/size", TR_WHERE_SYS);
	read_one("/sys/devices/system/cpu/cpu0/cache/index2/size", TR_WHERE_SYS);
	read_one("/sys/devices/system/cpu/online", TR_WHERE_SYS);
	/* One alone says nothing; nor do places that are not known, nor what only looks like one. */
	read_one("/sys/devices/system/node/node0/meminfo", TR_WHERE_SYS);
	read_one("/sys/class/thing0/size", TR_WHERE_SYS);
	read_one("/sys/class/thing1/size", TR_WHERE_SYS);
	read_one("/srv/sys/devices/system/cpu/cpu0/x", TR_WHERE_IMAGE);
	read_one("/srv/sys/devices/system/cpu/cpu1/x", TR_WHERE_IMAGE);
	emit_or_die();
	ck_assert_str_eq(given("/sys/devices/system/cpu/cpu63/topology/core_id"), "r");
	ck_assert_str_eq(given("/sys/devices/system/cpu/cpu/topology/core_id"), "");
	ck_assert_str_eq(given("/sys/devices/system/cpu/cpu63/topology/other"), "");
	ck_assert_str_eq(given("/sys/devices/system/cpu/cpu9/cache/index3/size"), "r");
	ck_assert_str_eq(given("/sys/devices/system/cpu/cpu9/cache/index3x/size"), "");
	ck_assert_str_eq(given("/sys/devices/system/node/node0/meminfo"), "r");
	ck_assert_str_eq(given("/sys/devices/system/node/node1/meminfo"), "");
	ck_assert_str_eq(given("/sys/class/thing2/size"), "");
	ck_assert_str_eq(given("/srv/sys/devices/system/cpu/cpu2/x"), "");
	ck_assert_uint_eq(m.report.widened.n, 2);
	ck_assert_str_eq(m.report.widened.v[0].what, "/sys/devices/system/cpu/cpu[0-9]{1,10}");
	ck_assert_uint_eq(m.report.widened.v[0].n_all, 2);
	made_release(&m);
	opts.paths = TR_PATHS_EXACT;
	emit_or_die();
	ck_assert_str_eq(given("/sys/devices/system/cpu/cpu63/topology/core_id"), "");
	end();
}
END_TEST

/* What is written there stays what it was, and the rest of it is read. */
START_TEST(numbers_that_are_written)
{
	begin(1);
	opts.floor = TR_FLOOR_NONE;
	saw("/sys/devices/system/cpu/cpu0/online", TR_ACT_OPEN, TR_PERM_R | TR_PERM_W, TR_WHERE_SYS,
	    1);
	saw("/sys/devices/system/cpu/cpu1/online", TR_ACT_OPEN, TR_PERM_R | TR_PERM_W, TR_WHERE_SYS,
	    1);
	emit_or_die();
	ck_assert_str_eq(given("/sys/devices/system/cpu/cpu1/online"), "rw");
	ck_assert_str_eq(given("/sys/devices/system/cpu/cpu2/online"), "r");
	end();
}
END_TEST

static const char *const people[] = { "anna", "bert", "carl.x", "dora", "emil",
				      "f-g",  "gus",  "hal",	"ida" };

static void saw_people(const char *dir, size_t n, uint32_t where, uint32_t all)
{
	for (size_t i = 0; i < n; i++) {
		tr_cleanup_free char *path = tr_xasprintf("%s/%s", dir, people[i]);

		saw(path, i % 2 ? TR_ACT_CREATE : TR_ACT_RENAME_TO,
		    i ? TR_PERM_W : TR_PERM_R | TR_PERM_W, where, all ? all : 1U << i % 2);
	}
}

START_TEST(data_grows)
{
	begin(2);
	saw_people("/data", 9, TR_WHERE_VOLUME, 0);
	saw("/data/anna", TR_ACT_MMAP, TR_PERM_M, TR_WHERE_VOLUME, 1);
	saw("/data/there", TR_ACT_OPEN, TR_PERM_R, TR_WHERE_VOLUME, 1);
	/* Too few; the same each time; in the image; what must not be. */
	saw_people("/few", 7, TR_WHERE_VOLUME, 0);
	saw_people("/same", 9, TR_WHERE_TMPFS, 3);
	saw_people("/image", 9, TR_WHERE_IMAGE, 0);
	saw_people("/home", 9, TR_WHERE_VOLUME, 0);
	saw_people("/run/secrets", 9, TR_WHERE_TMPFS, 0);
	/* Numbers alone have their own pattern. */
	for (unsigned i = 0; i < 12; i++) {
		tr_cleanup_free char *path = tr_xasprintf("/log/access-%u", i);

		saw(path, TR_ACT_CREATE, TR_PERM_W, TR_WHERE_VOLUME, 1U << i % 2);
	}
	emit_or_die();
	ck_assert_str_eq(given("/data/zoe"), "rw");
	ck_assert_str_eq(given("/data/anna"), "rwm");
	ck_assert_str_eq(given("/data/anna/x"), "");
	ck_assert_str_eq(given("/data/"), "");
	ck_assert_str_eq(given("/few/zoe"), "");
	ck_assert_str_eq(given("/same/zoe"), "");
	ck_assert_str_eq(given("/image/zoe"), "");
	ck_assert_str_eq(given("/home/zoe"), "");
	ck_assert_str_eq(given("/run/secrets/zoe"), "");
	ck_assert_str_eq(given("/log/access-77"), "w");
	ck_assert_str_eq(given("/log/zoe"), "");
	ck_assert_uint_eq(m.report.widened.n, 2);
	ck_assert_str_eq(m.report.widened.v[0].what, "/data/*");
	ck_assert_uint_eq(m.report.widened.v[0].recordings, 2);
	end();
	/* One recording: a hint, and the names. */
	begin(1);
	saw_people("/data", 9, TR_WHERE_VOLUME, 1);
	emit_or_die();
	ck_assert_str_eq(given("/data/zoe"), "");
	ck_assert_uint_eq(m.report.widened.n, 0);
	ck_assert_uint_eq(m.report.doubts.n, 1);
	ck_assert_str_eq(m.report.doubts.v[0].what, "/data/*");
	end();
}
END_TEST

START_TEST(libraries)
{
	begin(1);
	saw("/usr/lib/libssl.so.3.0.11", TR_ACT_MMAP, TR_PERM_R | TR_PERM_M, TR_WHERE_IMAGE, 1);
	saw("/usr/lib/libc.so.6", TR_ACT_MMAP, TR_PERM_R | TR_PERM_M, TR_WHERE_IMAGE, 1);
	saw("/usr/lib/libx.so.1.2.py", TR_ACT_OPEN, TR_PERM_R, TR_WHERE_IMAGE, 1);
	saw("/data/liby.so.1.2", TR_ACT_MMAP, TR_PERM_R | TR_PERM_M, TR_WHERE_VOLUME, 1);
	saw("/usr/lib/libw.so.1.2", TR_ACT_OPEN, TR_PERM_R | TR_PERM_W, TR_WHERE_IMAGE, 1);
	emit_or_die();
	ck_assert_str_eq(given("/usr/lib/libssl.so.3.0.12"), "");
	made_release(&m);
	opts.tolerate_upgrades = true;
	emit_or_die();
	ck_assert_str_eq(given("/usr/lib/libssl.so.3.0.11"), "rm");
	ck_assert_str_eq(given("/usr/lib/libssl.so.3.1.12"), "rm");
	ck_assert_str_eq(given("/usr/lib/libssl.so.4.0.11"), "");
	ck_assert_str_eq(given("/usr/lib/libssl.so.3.0"), "");
	ck_assert_str_eq(given("/usr/lib/libc.so.7"), "");
	ck_assert_str_eq(given("/usr/lib/libx.so.1.3.py"), "");
	ck_assert_str_eq(given("/data/liby.so.1.3"), "");
	ck_assert_str_eq(given("/usr/lib/libw.so.1.2"), "rw");
	ck_assert_str_eq(given("/usr/lib/libw.so.1.3"), "r");
	ck_assert_uint_eq(m.report.widened.n, 2);
	end();
}
END_TEST

/* As many ways to write them as there are, the table has a few states for each number. */
START_TEST(many_numbers)
{
	size_t states;

	begin(2);
	for (unsigned i = 0; i < 4; i++) {
		tr_cleanup_free char *path = tr_xasprintf("/log/at-%u-%u-%u-%u-%u-%u-%u.log",
							  2020 + i, i, 7 + i, i * i, 3, 40 + i, i);

		saw(path, TR_ACT_CREATE, TR_PERM_W, TR_WHERE_VOLUME, 1U << i % 2);
	}
	emit_or_die();
	ck_assert_str_eq(given("/log/at-1-2-3-4-3-6-7.log"), "w");
	states = tr_aa_file_states(m.profile);
	ck_assert_uint_lt(states, 200);
	ck_assert_msg(m.report.states + 3 > states && m.report.states < states + 3,
		      "predicted %zu, are %zu", m.report.states, states);
	end();
}
END_TEST

static const char tar_list[] =
	"tmp/\ntmp/app-1\ntmp/app-5\ntmp/app-17\ntmp/app-x\nusr/lib/libssl.so.3.0.11\n"
	"usr/lib/libssl.so.3.0.9\nusr/lib/libssl.so.3.0.x\n";

static void reach(const char *budget)
{
	struct tr_err err tr_cleanup_err = { 0 };

	opts.reach = (struct tr_policy_reach){ 0 };
	ck_assert_msg(tr_policy_reach_set(&opts.reach, budget, &err) == 0, "%s", tr_err_msg(&err));
}

START_TEST(what_is_reached)
{
	struct tr_err err tr_cleanup_err = { 0 };
	struct tr_image_files image;

	ck_assert_int_eq(tr_image_files_parse(&image, tar_list, strlen(tar_list), "list", &err), 0);
	begin(2);
	saw("/tmp/app-17", TR_ACT_CREATE, TR_PERM_W, TR_WHERE_TMPFS, 1);
	saw("/tmp/app-23", TR_ACT_CREATE, TR_PERM_W, TR_WHERE_TMPFS, 2);
	saw("/tmp/app-1", TR_ACT_OPEN, TR_PERM_W, TR_WHERE_IMAGE, 3);
	saw("/usr/lib/libssl.so.3.0.11", TR_ACT_MMAP, TR_PERM_R | TR_PERM_M, TR_WHERE_IMAGE, 3);
	emit_or_die();
	ck_assert(!m.report.looked);
	made_release(&m);
	opts.image = &image;
	/* To write is listed and allowed. */
	emit_or_die();
	ck_assert(m.report.looked);
	ck_assert_uint_eq(m.report.n_reached[TR_REACH_W], 1);
	ck_assert_uint_eq(m.report.reached.n, 1);
	ck_assert_str_eq(m.report.reached.v[0].what, "/tmp/app-[0-9]{1,10}");
	ck_assert_str_eq(m.report.reached.v[0].names[0], "/tmp/app-5");
	ck_assert_uint_eq(m.report.reached.v[0].perms, TR_APPARMOR_W);
	made_release(&m);
	reach("w=0");
	ck_assert_int_eq(emit(&err), -1);
	ck_assert_int_eq(err.kind, TR_ERR_NO);
	ck_assert_ptr_nonnull(strstr(tr_err_msg(&err), "--reach-budget w=1"));
	ck_assert_uint_eq(m.report.reached.n, 1);
	made_release(&m);
	/* To read and to map is not, unless it is named. */
	opts.tolerate_upgrades = true;
	reach("w=1");
	ck_assert_int_eq(emit(&err), -1);
	ck_assert_ptr_nonnull(strstr(tr_err_msg(&err), "--reach-budget r=1,m=1"));
	made_release(&m);
	reach("w=1,m=1,r=1");
	emit_or_die();
	ck_assert_str_eq(given("/usr/lib/libssl.so.3.0.9"), "rm");
	ck_assert_uint_eq(m.report.n_reached[TR_REACH_M], 1);
	tr_image_files_release(&image);
	end();
}
END_TEST

START_TEST(no_budget)
{
	static const char *const bad[] = { "",	  "r",	     "r=",   "r=x", "r=1,",
					   "z=1", "r=1;w=1", "r=-1", "rw=1" };
	struct tr_policy_reach r = { 0 };

	for (size_t i = 0; i < TR_ARRAY_SIZE(bad); i++) {
		struct tr_err err tr_cleanup_err = { 0 };

		ck_assert_msg(tr_policy_reach_set(&r, bad[i], &err) < 0, "%s", bad[i]);
		ck_assert_int_eq(err.kind, TR_ERR_INPUT);
	}
}
END_TEST

TR_APPARMOR_SUITE("apparmor_paths", numbers_of_the_kernel, numbers_that_are_written, data_grows,
		  libraries, many_numbers, what_is_reached, no_budget)
