// SPDX-License-Identifier: Apache-2.0
#include "check/apparmor_risk.h"

#include <string.h>
#include <sys/mount.h>

#include "formats/apparmor_words.h"

/* Names that nobody writes into a rule: who allows these allows any. */
#define ANY_PLACE "/trammel-any-place/"
#define ANY_OTHER "/trammel-other-place/"
#define ANY_PEER  "trammel-any-profile"

static bool capability(const struct tr_aa_profile *p, const char *what)
{
	unsigned number = apparmor_capability_number(what);

	return number < APPARMOR_CAPABILITIES && tr_aa_capable(p, number);
}

bool aa_all_capabilities(const struct tr_aa_profile *p)
{
	for (unsigned i = 0; apparmor_abi_has_capability(i); i++)
		if (!tr_aa_capable(p, i))
			return false;
	return true;
}

static bool mount_allowed(const struct tr_aa_profile *p, const char *what)
{
	if (!strcmp(what, "bind"))
		return tr_aa_mount(p, ANY_PLACE, ANY_OTHER, NULL, MS_BIND, NULL);
	if (!strcmp(what, "move"))
		return tr_aa_mount(p, ANY_PLACE, ANY_OTHER, NULL, MS_MOVE, NULL);
	if (!strcmp(what, "remount"))
		return tr_aa_mount(p, ANY_PLACE, NULL, NULL, MS_REMOUNT, NULL);
	if (!strcmp(what, "new"))
		return tr_aa_mount(p, ANY_PLACE, "/dev/trammel-any", "ext4", 0, NULL);
	if (!strcmp(what, "umount"))
		return tr_aa_umount(p, ANY_PLACE);
	return !strcmp(what, "pivot_root") && tr_aa_pivot_root(p, ANY_PLACE, ANY_OTHER);
}

static bool network(const struct tr_aa_profile *p, const char *what)
{
	unsigned family = apparmor_family_number(what);

	for (unsigned type = 1; family < APPARMOR_FAMILIES && type <= 10; type++) {
		struct tr_aa_perms perms;

		/* Of what has no word, and no kernel has, rules do not speak. */
		if (!apparmor_word_type(type))
			continue;
		tr_aa_network(p, family, type, &perms);
		if (perms.allow & TR_AA_CREATE)
			return true;
	}
	return false;
}

static bool ptrace_allowed(const struct tr_aa_profile *p, const char *what)
{
	struct tr_aa_perms perms;

	tr_aa_ptrace(p, ANY_PEER, &perms);
	return perms.allow & (!strcmp(what, "trace") ? TR_AA_PTRACE_TRACE : TR_AA_PTRACE_READ);
}

static bool signal_allowed(const struct tr_aa_profile *p)
{
	struct tr_aa_perms perms;

	tr_aa_signal(p, 9, ANY_PEER, &perms);
	return perms.allow & TR_AA_SIGNAL_SEND;
}

bool aa_risk_allowed(const struct tr_aa_profile *p, const char *kind, const char *what)
{
	if (!strcmp(kind, "capability"))
		return capability(p, what);
	if (!strcmp(kind, "mount"))
		return mount_allowed(p, what);
	if (!strcmp(kind, "network"))
		return network(p, what);
	if (!strcmp(kind, "ptrace"))
		return ptrace_allowed(p, what);
	return !strcmp(kind, "signal") && signal_allowed(p);
}
