// SPDX-License-Identifier: Apache-2.0
/* Docker's default denies, under profiles of ours: what they are, and that nothing gets past them silently. */
#include <sys/socket.h>

#include "lib/apparmor.h"
#include "lib/random_facts.h"
#include "policy/floor.h"
#include "tables/csv.h"
#include "tables/data.h"

#define RULES 32

struct rule {
	char text[160], letters[8];
};

static size_t rules_of(struct rule *v)
{
	struct csv c;
	size_t n = 0;

	csv_init(&c, data_find("apparmor-denies.csv")->text);
	while (csv_next(&c)) {
		snprintf(v[n].text, sizeof(v[n].text), "%s", c.field[0]);
		snprintf(v[n++].letters, sizeof(v->letters), "%s", c.field[1]);
	}
	csv_release(&c);
	return n;
}

/* Each deny of the engine's file is a row, and the other way round. */
START_TEST(as_docker_has_them)
{
	const char *text = data_find("engine/docker-default.apparmor")->text;
	struct rule rules[RULES];
	size_t n = rules_of(rules), found = 0;

	for (const char *p = text; (p = strstr(p, "\n  deny ")); p++) {
		char line[200];
		char *at;

		snprintf(line, sizeof(line), "%.*s", (int)(strstr(p + 8, ",\n") - p - 8), p + 8);
		if ((at = strstr(line, ",  ")))
			*at = '\0';
		at = strstr(line, "@{PROC}");
		if (at) {
			memcpy(at, "/proc", 5);
			memmove(at + 5, at + 7, strlen(at + 7) + 1);
		}
		for (size_t i = 0; i <= n; i++) {
			tr_cleanup_free char *one = NULL;

			ck_assert_msg(i < n, "%s is no row", line);
			one = tr_xasprintf("%s%s%s", rules[i].text, *rules[i].letters ? " " : "",
					   rules[i].letters);
			if (strncmp(line, one, strlen(one)) != 0)
				continue;
			found++;
			break;
		}
	}
	ck_assert_uint_eq(found, n);
}
END_TEST

static const struct tr_aa_profile *compile(struct tr_aa_policy *policy, const char *text,
					   const char *name)
{
	struct tr_err err tr_cleanup_err = { 0 };
	tr_cleanup_free char *blob = NULL;
	size_t len;

	ck_assert_msg(apparmor_compile_text(text, strlen(text), "test", APPARMOR_FOR_ABI_3, &blob,
					    &len, &err) == 0,
		      "%s", tr_err_msg(&err));
	ck_assert_int_eq(tr_aa_policy_read(policy, blob, len, &err), 0);
	return tr_aa_policy_find(policy, name);
}

/* Paths that are nearly what a rule is about. */
static void near(struct rng *r, char *buf, size_t size)
{
	static const char *const heads[] = { "/proc",
					     "/proc/sys",
					     "/proc/sys/kernel",
					     "/sys",
					     "/sys/fs",
					     "/sys/fs/c",
					     "/p",
					     "",
					     "/sys/devices/virtual/powercap",
					     "/sys/firmware",
					     "/sys/kernel/security" };
	static const char *const tails[] = {
		"/",	  "/a",	     "/1",     "/12",  "/123",
		"/sys",	  "/shmmax", "/kcore", "s",    "k",
		"kernel", "/f",	     "/fs",    "/c",   "g",
		"r",	  "group",   "/ab",    "/bus", "x",
		"/irq/",  "/sys/",   "ky",     "//",   "/sysrq-trigger",
		"/s"
	};
	size_t n = rng_below(r, 4);

	snprintf(buf, size, "%s", heads[rng_below(r, TR_ARRAY_SIZE(heads))]);
	for (size_t i = 0; i < n; i++)
		strncat(buf, tails[rng_below(r, TR_ARRAY_SIZE(tails))], size - strlen(buf) - 1);
	if (!*buf)
		snprintf(buf, size, "/");
}

START_TEST(globs_are_the_compilers)
{
	struct rule rules[RULES];
	size_t n = rules_of(rules), hits = 0;
	struct rng r = { 5 };

	for (size_t i = 0; i < n; i++) {
		tr_cleanup_free char *text = tr_xasprintf(
			"abi <abi/3.0>,\nprofile x {\n / rwk,\n /** rwk,\n deny %s w,\n}\n",
			rules[i].text);
		struct tr_aa_policy policy;
		const struct tr_aa_profile *p;

		if (*rules[i].text != '/')
			continue;
		p = compile(&policy, text, "x");
		for (int k = 0; k < 4000; k++) {
			struct tr_aa_perms perms;
			char path[256];
			bool has;

			near(&r, path, sizeof(path));
			/* The kernel has no such names. */
			if (*path != '/' || strstr(path, "//"))
				continue;
			has = floor_matches(rules[i].text, path);
			tr_aa_file(p, path, strlen(path), true, &perms);
			ck_assert_msg(has == !(perms.allow & TR_AA_WRITE), "%s: %s", rules[i].text,
				      path);
			hits += has;
		}
		tr_aa_policy_release(&policy);
	}
	ck_assert_uint_gt(hits, 500);
}
END_TEST

static struct tr_facts facts;
static struct made m;

static void begin(void)
{
	struct tr_recording rec = { .start_seen = true, .ended = TR_ENDED_EXITED };

	tr_facts_init(&facts);
	rec.id = tr_xasprintf("%032x", 1);
	rec.subject = tr_xstrdup("web");
	tr_facts_add_recording(&facts, &rec);
}

static void saw(struct tr_fact f, const char *path)
{
	f.path = path ? tr_xstrdup(path) : NULL;
	f.fstype = f.fstype ? tr_xstrdup(f.fstype) : NULL;
	f.ev.flags = TR_EV_DONE;
	f.ev.phases = TR_PHASE_MAIN;
	tr_u32set_add(&f.ev.recordings, 0);
	tr_strset_add(&f.ev.exes, "/bin/app");
	tr_facts_add(&facts, &f, NULL);
}

static void saw_file(const char *path, uint16_t perms)
{
	saw((struct tr_fact){ .kind = TR_FACT_FILE, .act = TR_ACT_OPEN, .perms = perms }, path);
}

static int make_floor(enum tr_floor floor, const char *const *accepts, size_t n, struct tr_err *err)
{
	struct tr_policy_accept v[8] = { 0 };
	const struct tr_policy_apparmor_opts opts = {
		.name = "mine", .floor = floor, .accepts = v, .n_accepts = n
	};
	struct tr_err more tr_cleanup_err = { 0 };
	FILE *out;

	for (size_t i = 0; i < n; i++)
		v[i] = (struct tr_policy_accept){ accepts[i], i ? NULL : "so it is" };
	memset(&m, 0, sizeof(m));
	if (tr_policy_apparmor(&m.rules, &facts, &opts, &m.report, err) < 0)
		return -1;
	out = open_memstream(&m.text, &m.len);
	ck_assert_int_eq(tr_apparmor_write(&m.rules, out, &more), 0);
	fclose(out);
	make_policy(&m);
	return 0;
}

static uint32_t allowed(const struct tr_aa_profile *p, const char *path)
{
	struct tr_aa_perms perms;

	tr_aa_file(p, path, strlen(path), true, &perms);
	return perms.allow & (TR_AA_READ | TR_AA_WRITE);
}

START_TEST(what_is_against_it)
{
	static const char *const accepts[] = { "file:/proc/kcore", "file:/proc/sys/vm/a\\x2cb",
					       "mount:/mnt",	   "network:alg",
					       "file:/srv/x",	   "syscall:mount" };
	struct tr_err err tr_cleanup_err = { 0 };

	begin();
	saw_file("/etc/passwd", TR_PERM_R);
	saw_file("/sys/kernel/mm/x", TR_PERM_R);
	saw_file("/proc/7/oom_score_adj", TR_PERM_W);
	ck_assert_int_eq(make_floor(TR_FLOOR_DOCKER_DEFAULT, NULL, 0, &err), 0);
	ck_assert_uint_eq(m.rules.n_denies, 16);
	made_release(&m);
	saw_file("/proc/kcore", TR_PERM_R);
	saw_file("/proc/sys/vm/a,b", TR_PERM_R | TR_PERM_W);
	saw((struct tr_fact){ .kind = TR_FACT_MOUNT,
			      .op = TR_MOUNT_NEW,
			      .fstype = (char *)(uintptr_t) "tmpfs" },
	    "/mnt");
	saw((struct tr_fact){ .kind = TR_FACT_NETWORK,
			      .sock = { .family = AF_ALG, .type = SOCK_SEQPACKET } },
	    NULL);
	ck_assert_int_eq(make_floor(TR_FLOOR_DOCKER_DEFAULT, NULL, 0, &err), -1);
	ck_assert_int_eq(err.kind, TR_ERR_NO);
	ck_assert_uint_eq(m.report.n_needs, 4);
	for (size_t i = 0; i < 4; i++) {
		ck_assert_str_eq(m.report.needs[i].fact, accepts[i]);
		ck_assert_str_eq(m.report.needs[i].exe, "/bin/app");
		ck_assert_ptr_nonnull(strstr(tr_err_msg(&err), accepts[i]));
	}
	ck_assert_ptr_nonnull(strstr(m.report.needs[0].why, "deny /proc/kcore rwklx"));
	made_release(&m);
	/* One that is not accepted is enough. */
	ck_assert_int_eq(make_floor(TR_FLOOR_DOCKER_DEFAULT, accepts, 3, &err), -1);
	ck_assert_uint_eq(m.report.n_needs, 1);
	made_release(&m);
	ck_assert_int_eq(make_floor(TR_FLOOR_DOCKER_DEFAULT, accepts, 6, &err), 0);
	ck_assert_uint_eq(m.report.needless.n, 1);
	ck_assert_str_eq(m.report.needless.v[0].what, "file:/srv/x");
	ck_assert_uint_eq(allowed(m.profile, "/proc/kcore"), TR_AA_READ);
	ck_assert_uint_eq(allowed(m.profile, "/proc/sys/vm/a,b"), TR_AA_READ | TR_AA_WRITE);
	ck_assert(tr_aa_mount(m.profile, "/mnt", "", "tmpfs", 0, NULL));
	made_release(&m);
	ck_assert_int_eq(make_floor(TR_FLOOR_NONE, NULL, 0, &err), 0);
	ck_assert_uint_eq(m.rules.n_denies, 0);
	ck_assert_uint_eq(allowed(m.profile, "/proc/kcore"), TR_AA_READ);
	made_release(&m);
	tr_facts_release(&facts);
}
END_TEST

/* Whoever adds `file,` and `mount,` by hand does not get what Docker's default keeps away. */
START_TEST(it_holds)
{
	static const char *const accepts[] = { "file:/proc/sysrq-trigger" };
	struct tr_err err tr_cleanup_err = { 0 };
	struct tr_aa_policy policy;
	const struct tr_aa_profile *p;
	char *at;

	begin();
	saw_file("/proc/sysrq-trigger", TR_PERM_R);
	ck_assert_int_eq(make_floor(TR_FLOOR_DOCKER_DEFAULT, accepts, 1, &err), 0);
	at = strstr(m.text, "include if exists");
	ck_assert_ptr_nonnull(at);
	memcpy(at, "file, mount,  \n#", 16);
	p = compile(&policy, m.text, "mine");
	ck_assert_uint_eq(allowed(p, "/tmp/x"), TR_AA_READ | TR_AA_WRITE);
	ck_assert_uint_eq(allowed(p, "/sys/power/state"), TR_AA_READ);
	ck_assert_uint_eq(allowed(p, "/proc/kcore"), 0);
	ck_assert_uint_eq(allowed(p, "/proc/sysrq-trigger"), TR_AA_READ);
	ck_assert(!tr_aa_mount(p, "/mnt", "x", "tmpfs", 0, NULL));
	tr_aa_policy_release(&policy);
	made_release(&m);
	tr_facts_release(&facts);
}
END_TEST

START_TEST(no_fact)
{
	static const char *const bad[] = { "file:x", "mount:", "network:inet", "kcore" };
	struct tr_err err tr_cleanup_err = { 0 };

	begin();
	saw_file("/etc/passwd", TR_PERM_R);
	for (size_t i = 0; i < TR_ARRAY_SIZE(bad); i++) {
		ck_assert_int_eq(make_floor(TR_FLOOR_DOCKER_DEFAULT, bad + i, 1, &err), -1);
		ck_assert_int_eq(err.kind, TR_ERR_INPUT);
	}
	tr_facts_release(&facts);
}
END_TEST

TR_APPARMOR_SUITE("apparmor_floor", as_docker_has_them, globs_are_the_compilers, what_is_against_it,
		  it_holds, no_fact)
