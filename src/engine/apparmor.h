/* SPDX-License-Identifier: Apache-2.0 */
/*
 * This kernel's AppArmor: which profiles it has, and who is under them. The interface is that of
 * securityfs (Linux, security/apparmor/apparmorfs.c: profiles, .replace, .remove) and of
 * /proc/PID/attr (fs/proc/base.c).
 */
#ifndef ENGINE_APPARMOR_H
#define ENGINE_APPARMOR_H

#include <stddef.h>
#include <sys/types.h>

#include "trammel/err.h"

struct apparmor_profile {
	char *name; /* owned; any bytes but NUL and newline */
	char *mode; /* owned: "enforce", "complain", "kill", "unconfined" */
};

struct apparmor_list {
	struct apparmor_profile *v; /* sorted by name; hats and children too */
	size_t n;
};

/* A thread group with at least one thread that a profile confines. */
struct apparmor_user {
	pid_t pid;
	char *comm; /* owned */
};

struct apparmor_users {
	struct apparmor_user *v; /* by pid */
	size_t n;
};

/* All need an AppArmor that is enabled, and the right to ask it: kind TR_ERR_CANNOT. */
int apparmor_list(struct apparmor_list *ret, struct tr_err *err);
void apparmor_list_release(struct apparmor_list *l);
/* NULL if there is none of that name. */
const struct apparmor_profile *apparmor_list_find(const struct apparmor_list *l, const char *name);

/* Takes compiled policy in, in place of what has the same names. */
int apparmor_replace(const char *blob, size_t len, struct tr_err *err);
/* Processes under it go on unconfined. */
int apparmor_remove(const char *name, struct tr_err *err);

enum apparmor_under {
	APPARMOR_UNDER, /* it is confined by the profile, or by a hat or child of it */
	APPARMOR_NOT_UNDER, /* it is not, or the profile only complains */
	APPARMOR_GONE, /* it has ended, or the kernel does not tell */
};
enum apparmor_under apparmor_is_under(pid_t pid, const char *name);

/*
 * The name of what confines a process, and in which mode, both on the heap; both NULL where nothing does. A stack of several
 * has a name, too, "A//&B", which is no profile's.
 */
int apparmor_label(pid_t pid, char **ret_name, char **ret_mode, struct tr_err *err);
/* What a profile (no hat or child of one) was loaded as, kept by the kernel: CONFIG_SECURITY_APPARMOR_EXPORT_BINARY. */
int apparmor_loaded_policy(const char *name, char **ret_blob, size_t *ret_len, struct tr_err *err);

/* Who is confined by the profile, or by a hat or child of it. What ends meanwhile is left out. */
int apparmor_users(struct apparmor_users *ret, const char *name, struct tr_err *err);
void apparmor_users_release(struct apparmor_users *u);

#endif
