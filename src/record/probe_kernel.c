// SPDX-License-Identifier: Apache-2.0
/* What can be read off: versions, settings, capabilities. */
#include <errno.h>
#include <linux/magic.h>
#include <mntent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/utsname.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "record/probe.h"
#include "util/fs.h"
#include "util/mem.h"
#include "util/strbuf.h"
#include "util/text.h"

#define OLDEST_MAJOR 5
#define OLDEST_MINOR 15

/* A small file of the kernel's, without the newline at its end; NULL if it cannot be read. */
static char *read_line(const char *path)
{
	char *text = NULL;
	size_t len;

	if (fs_read(path, 1 << 16, &text, &len, NULL) < 0)
		return NULL;
	text[strcspn(text, "\n")] = '\0';
	return text;
}

static void probe_version(struct tr_features *f)
{
	static const struct probe_row row = { "kernel.version", "Linux 5.15 or newer", NULL,
					      "what recording needs came by and by until 5.11, and "
					      "nothing older than 5.15 is tested",
					      true };
	struct utsname u;
	int major = 0, minor = 0;
	bool new_enough;

	if (uname(&u) < 0 || sscanf(u.release, "%d.%d", &major, &minor) != 2) {
		probe_add(f, &row, TR_FEATURE_UNKNOWN, NULL);
		return;
	}
	new_enough = major > OLDEST_MAJOR || (major == OLDEST_MAJOR && minor >= OLDEST_MINOR);
	probe_add(f, &row, new_enough ? TR_FEATURE_YES : TR_FEATURE_NO,
		  tr_xasprintf("%s %s", u.release, u.machine));
}

static void probe_btf(struct tr_features *f)
{
	static const struct probe_row row = { "kernel.btf", "the kernel's types (BTF)", "5.4",
					      "no program fits: the kernel was built without "
					      "CONFIG_DEBUG_INFO_BTF",
					      true };
	bool there = !access("/sys/kernel/btf/vmlinux", R_OK);

	probe_add(f, &row, there ? TR_FEATURE_YES : TR_FEATURE_NO,
		  there ? NULL : tr_xasprintf("/sys/kernel/btf/vmlinux: %s", strerror(errno)));
}

/* "none [integrity] confidentiality" */
static void probe_lockdown(struct tr_features *f)
{
	static const struct probe_row row = { "kernel.lockdown", "not locked down for secrecy",
					      "5.4",
					      "BPF programs may not read the kernel's memory, and "
					      "with it paths",
					      false };
	tr_cleanup_free char *text = read_line("/sys/kernel/security/lockdown");
	char *begin = text ? strchr(text, '[') : NULL, *end = begin ? strchr(begin, ']') : NULL;

	if (!end) {
		probe_add(f, &row, TR_FEATURE_UNKNOWN,
			  tr_xstrdup("/sys/kernel/security/lockdown cannot be read"));
		return;
	}
	*end = '\0';
	probe_add(f, &row, strcmp(begin + 1, "confidentiality") ? TR_FEATURE_YES : TR_FEATURE_NO,
		  tr_xstrdup(begin + 1));
}

/*
 * arch/x86/entry/vdso and drivers/clocksource: with these the vDSO tells the time itself. With any
 * other, clock_gettime and its like are system calls.
 */
static void probe_clock(struct tr_features *f)
{
	static const struct probe_row row = { "kernel.vdso-clock",
					      "clocks read without system calls", NULL,
					      "clock_gettime and its like are real system calls "
					      "here; profiles allow them on every machine",
					      false };
	static const char *const served[] = { "tsc", "kvm-clock", "hyperv_clocksource_tsc_page",
					      "arch_sys_counter" };
	char *name = read_line("/sys/devices/system/clocksource/clocksource0/current_clocksource");
	enum tr_feature_state state = name ? TR_FEATURE_NO : TR_FEATURE_UNKNOWN;

	for (size_t i = 0; name && i < TR_ARRAY_SIZE(served); i++)
		if (!strcmp(name, served[i]))
			state = TR_FEATURE_YES;
	probe_add(f, &row, state, name);
}

static void probe_seccomp(struct tr_features *f)
{
	static const struct probe_row row = { "kernel.seccomp", "seccomp filters", "4.14",
					      "profiles cannot be in force here", false };
	char *actions = read_line("/proc/sys/kernel/seccomp/actions_avail");

	probe_add(f, &row, actions ? TR_FEATURE_YES : TR_FEATURE_NO, actions);
}

static void probe_apparmor(struct tr_features *f)
{
	static const struct probe_row row = { "kernel.apparmor", "AppArmor", NULL,
					      "AppArmor profiles can be written here, but neither "
					      "loaded nor rehearsed",
					      false };
	tr_cleanup_free char *enabled = read_line("/sys/module/apparmor/parameters/enabled");

	if (enabled && *enabled == 'Y')
		probe_add(f, &row, TR_FEATURE_YES, tr_xstrdup("enabled"));
	else
		probe_add(f, &row, TR_FEATURE_NO,
			  tr_xstrdup(enabled ? "present, not enabled" : "not in this kernel"));
}

/* Sets bits: 1 a version 1 hierarchy, 2 a version 2. */
static int mounted_cgroups(void)
{
	FILE *m = setmntent("/proc/self/mounts", "re");
	struct mntent *e;
	int seen = 0;

	while (m && (e = getmntent(m))) {
		if (!strcmp(e->mnt_type, "cgroup"))
			seen |= 1;
		if (!strcmp(e->mnt_type, "cgroup2"))
			seen |= 2;
	}
	if (m)
		endmntent(m);
	return seen;
}

static void probe_cgroup(struct tr_features *f)
{
	static const struct probe_row row = { "kernel.cgroup", "control groups", NULL,
					      "containers are not recognized", false };
	static const char *const layouts[] = { "not mounted", "version 1", "version 2",
					       "hybrid: versions 1 and 2" };
	int seen = mounted_cgroups();

	probe_add(f, &row, seen ? TR_FEATURE_YES : TR_FEATURE_NO, tr_xstrdup(layouts[seen]));
}

void probe_kernel(struct tr_features *f)
{
	probe_version(f);
	probe_btf(f);
	probe_lockdown(f);
	probe_seccomp(f);
	probe_apparmor(f);
	probe_cgroup(f);
	probe_clock(f);
}

static bool has_cap(cap_value_t cap)
{
	cap_t mine = cap_get_proc();
	cap_flag_value_t on = CAP_CLEAR;

	if (mine) {
		cap_get_flag(mine, cap, CAP_EFFECTIVE, &on);
		cap_free(mine);
	}
	return on == CAP_SET;
}

/* Capabilities in a user namespace of one's own are none to the kernel's BPF. */
static bool in_user_namespace(void)
{
	unsigned long inside, outside, count;
	FILE *m = fopen("/proc/self/uid_map", "re");
	bool whole = true;

	if (m && fscanf(m, "%lu %lu %lu", &inside, &outside, &count) == 3)
		whole = inside == 0 && outside == 0 && count == 4294967295UL;
	if (m)
		fclose(m);
	return !whole;
}

/* CAP_SYS_ADMIN stands in for what was split off from it in Linux 5.8. */
static const struct {
	cap_value_t cap;
	const char *name;
	bool of_admin;
} needed[] = {
	{ CAP_BPF, "CAP_BPF", true },
	{ CAP_PERFMON, "CAP_PERFMON", true },
	{ CAP_SYS_PTRACE, "CAP_SYS_PTRACE", false },
	{ CAP_DAC_READ_SEARCH, "CAP_DAC_READ_SEARCH", false },
};

bool probe_privilege(struct tr_features *f)
{
	static const struct probe_row row = { "privilege", "root, or the capabilities for it", NULL,
					      "nothing can be recorded; what needs no recording "
					      "(show, merge, emit, verify) works",
					      true };
	cleanup_strbuf struct strbuf missing = STRBUF_INIT;

	for (size_t i = 0; i < TR_ARRAY_SIZE(needed); i++)
		if (!has_cap(needed[i].cap) && !(needed[i].of_admin && has_cap(CAP_SYS_ADMIN)))
			strbuf_addf(&missing, "%s%s", missing.len ? ", " : "no privilege: without ",
				    needed[i].name);
	if (!missing.len && in_user_namespace())
		strbuf_adds(&missing, "no privilege: in a user namespace");
	if (missing.len) {
		probe_add(f, &row, TR_FEATURE_NO, strbuf_detach(&missing));
		return false;
	}
	probe_add(f, &row, TR_FEATURE_YES, NULL);
	return true;
}
