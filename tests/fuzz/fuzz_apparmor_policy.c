// SPDX-License-Identifier: Apache-2.0
/*
 * Any bytes as a compiled AppArmor policy: refused, or every question has an answer. Some of the bytes
 * are the questions, too: names are as hostile as policies.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "trammel/apparmor_policy.h"

/* A path that is said to permit something does. */
static bool ask_path(const char *path, size_t len, const struct tr_aa_perms *owner,
		     const struct tr_aa_perms *other, void *arg)
{
	struct tr_aa_perms perms;

	tr_aa_file(arg, path, len, true, &perms);
	if (perms.allow != owner->allow || perms.exec != owner->exec)
		abort();
	tr_aa_file(arg, path, len, false, &perms);
	if (perms.allow != other->allow || perms.quiet != other->quiet)
		abort();
	return true;
}

static void ask(const struct tr_aa_profile *p, const char *name, size_t len)
{
	struct tr_aa_perms perms;
	const char *half = name + len / 2;

	for (int owner = 0; owner < 2; owner++) {
		tr_aa_file(p, name, len, owner, &perms);
		if (!(perms.allow & TR_AA_EXEC) != (perms.exec == TR_AA_EXEC_NONE))
			abort();
		if (perms.exec_name && strlen(perms.exec_name) > 65535)
			abort();
		tr_aa_link(p, name, half, owner);
	}
	tr_aa_network(p, (unsigned)len, (unsigned)len / 3, &perms);
	for (unsigned i = 0; i < 70; i += 5) {
		tr_aa_capable(p, i);
		tr_aa_signal(p, i, half, &perms);
	}
	tr_aa_ptrace(p, name, &perms);
	tr_aa_mount(p, name, half, NULL, len, half);
	tr_aa_mount(p, half, NULL, name, ~(uint64_t)len, NULL);
	tr_aa_umount(p, name);
	tr_aa_pivot_root(p, half, name);
	tr_aa_userns(p);
	tr_aa_io_uring(p, 0);
	tr_aa_io_uring(p, 1);
	if (tr_aa_mediates(p, TR_AA_CLASS_DBUS) && !tr_aa_rule_states(p))
		abort();
	tr_aa_file_states(p);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tr_aa_policy p;
	struct tr_err err = { 0 };
	char name[257];
	size_t len = size < sizeof(name) - 1 ? size : sizeof(name) - 1;

	if (tr_aa_policy_read(&p, data, size, &err) < 0) {
		if (err.kind != TR_ERR_INPUT)
			abort();
		tr_err_clear(&err);
		return 0;
	}
	memcpy(name, data, len);
	name[len] = '\0';
	for (size_t i = 0; i < p.n; i++) {
		ask(&p.profiles[i], name, len);
		ask(&p.profiles[i], "/etc/passwd", 11);
		ask(&p.profiles[i], p.profiles[i].name, strlen(p.profiles[i].name));
		tr_aa_each_path(&p.profiles[i], ask_path, &p.profiles[i]);
		if (!tr_aa_policy_find(&p, p.profiles[i].name))
			abort();
	}
	tr_aa_policy_release(&p);
	return 0;
}
