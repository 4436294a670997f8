/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Compiled AppArmor policy, as `apparmor_parser -QKS` writes it and a kernel takes it, and what it
 * answers. No kernel is needed. Understood are the formats of parsers 3.0 to 5.0: permissions in the
 * accept tables (policy version 5 to 8 with kernel features up to abi 4.0) and in tables of their own
 * (permstable32). Everything in it is taken for hostile: what the kernel would refuse to load, and
 * what would walk out of a table, is an error.
 *
 * Facts about the format: Linux, security/apparmor/policy_unpack.c (the stream), match.c and
 * include/match.h (the tables, how they are verified and walked), policy_compat.c and
 * include/perms.h (permissions).
 */
#ifndef TRAMMEL_APPARMOR_POLICY_H
#define TRAMMEL_APPARMOR_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "trammel/err.h"

/* The kernel's bits of a request (include/perms.h), which all of its answers below are in. */
enum {
	TR_AA_EXEC = 0x0001,
	TR_AA_WRITE =
		0x0002, /* of the letter w, which all up to CHOWN but READ, OPEN and EXEC go with */
	TR_AA_READ = 0x0004,
	TR_AA_APPEND = 0x0008,
	TR_AA_CREATE = 0x0010,
	TR_AA_DELETE = 0x0020,
	TR_AA_OPEN = 0x0040,
	TR_AA_SETATTR = 0x0100,
	TR_AA_GETATTR = 0x0200,
	TR_AA_CHMOD = 0x1000,
	TR_AA_CHOWN = 0x2000,
	TR_AA_LOCK = 0x8000,
	TR_AA_MMAP_EXEC = 0x10000,
	TR_AA_LINK = 0x40000,
	TR_AA_ONEXEC = 0x20000000,
	TR_AA_CHANGE_PROFILE = 0x40000000,
};

/* Of signals (WRITE to send), ptrace (WRITE to trace) and mounts; the same numbers, other words. */
enum {
	TR_AA_SIGNAL_SEND = 0x0002,
	TR_AA_SIGNAL_RECEIVE = 0x0004,
	TR_AA_PTRACE_TRACE = 0x0002,
	TR_AA_PTRACE_READ = 0x0004,
	TR_AA_PTRACE_TRACEDBY = 0x0008,
	TR_AA_PTRACE_READBY = 0x0010,
	TR_AA_PIVOTROOT = 0x0001,
	TR_AA_MOUNT = 0x0002,
	TR_AA_UMOUNT = 0x0004,
};

/* What becomes of a program that may be executed. */
enum tr_aa_exec {
	TR_AA_EXEC_NONE = 0, /* it may not be */
	TR_AA_EXEC_INHERIT, /* ix */
	TR_AA_EXEC_PROFILE, /* px: the profile of that name */
	TR_AA_EXEC_CHILD, /* cx */
	TR_AA_EXEC_NAMED, /* px -> NAME and the like */
	TR_AA_EXEC_UNCONFINED, /* ux */
};

struct tr_aa_perms {
	uint32_t allow; /* what is in it is allowed, and nothing else */
	uint32_t audit; /* logged though allowed */
	/* Refused without a word in the log: what a deny rule leaves behind (`audit deny` does not). */
	uint32_t quiet;
	enum tr_aa_exec exec; /* of EXEC in allow */
	bool exec_fallback; /* pix, pux, ...: with inherit or unconfined where there is no such profile */
	bool exec_unsafe; /* the environment is kept: what a lower-case p, c or u does */
	const char *exec_name; /* of NAMED; may be NULL; lives as long as the policy */
};

/* Classes of rules: the first byte of everything in the policy other than files. */
enum tr_aa_class {
	TR_AA_CLASS_FILE = 2,
	TR_AA_CLASS_MOUNT = 7,
	TR_AA_CLASS_PTRACE = 9,
	TR_AA_CLASS_SIGNAL = 10,
	TR_AA_CLASS_NET = 14,
	TR_AA_CLASS_LABEL = 16,
	TR_AA_CLASS_POSIX_MQUEUE = 17,
	TR_AA_CLASS_IO_URING = 18,
	TR_AA_CLASS_USERNS = 21,
	TR_AA_CLASS_DBUS = 32,
};

enum tr_aa_mode {
	TR_AA_ENFORCE = 0,
	TR_AA_COMPLAIN,
	TR_AA_KILL,
	TR_AA_UNCONFINED,
	TR_AA_USER, /* refusals are put to a person */
};

/* Flags of a profile beside its mode. */
enum {
	TR_AA_FLAG_HAT = 1 << 0,
	TR_AA_FLAG_AUDIT = 1 << 1, /* everything is logged */
	TR_AA_FLAG_ATTACH_DISCONNECTED = 1 << 2,
	TR_AA_FLAG_MEDIATE_DELETED = 1 << 3,
	TR_AA_FLAG_DELEGATE_DELETED = 1 << 4,
	TR_AA_FLAG_CHROOT_RELATIVE = 1 << 5,
	TR_AA_FLAG_ATTACHES = 1 << 6, /* it is put on programs by their path */
};

struct tr_aa_db; /* a set of tables, src/eval */

struct tr_aa_profile {
	char *name; /* owned; of a hat or a child "PARENT//NAME"; any bytes but NUL */
	char *ns; /* owned; the policy namespace it is meant for, or NULL */
	enum tr_aa_mode mode;
	uint32_t flags; /* TR_AA_FLAG_* */
	uint64_t cap_allow, cap_audit, cap_quiet; /* by capability number */
	struct tr_aa_db *file, *rules; /* of paths, and of all else; owned; NULL if there is none */
	bool file_is_rules; /* parsers >= 4.1: paths are a class of the rules, file is borrowed */
};

struct tr_aa_policy {
	struct tr_aa_profile *profiles; /* in the order of the stream, hats and children too */
	size_t n;
	uint32_t version; /* of the format, the last profile's */
};

/*
 * Unpacks a whole compiled policy, of one profile or many. Errors are of kind TR_ERR_INPUT and say at
 * which offset. Nothing of data is kept.
 */
int tr_aa_policy_read(struct tr_aa_policy *ret, const void *data, size_t len, struct tr_err *err);
void tr_aa_policy_release(struct tr_aa_policy *p);
/* By its full name; NULL if there is none. */
const struct tr_aa_profile *tr_aa_policy_find(const struct tr_aa_policy *p, const char *name);

/*
 * States of the tables of paths and of those of other rules, the two that every table has apart from
 * rules (0 refuses, 1 is where it starts) counted. A parser without state32 gives up above 65,535.
 */
size_t tr_aa_file_states(const struct tr_aa_profile *p);
size_t tr_aa_rule_states(const struct tr_aa_profile *p);

/*
 * Whether the class is asked about at all. What is not mediated is allowed, and queries below say so;
 * the kernel may know the class or not: a profile compiled for fewer features mediates less.
 */
bool tr_aa_mediates(const struct tr_aa_profile *p, enum tr_aa_class class);

/*
 * The queries answer for this profile as if it were enforced (whatever its mode is), with no other one
 * stacked on it. Paths are AppArmor's, directories with a "/" behind them.
 *
 * What may be done with a path, by the owner of the file (fsuid is its uid) or by another. GETATTR is
 * always in it where there are rules on paths.
 */
void tr_aa_file(const struct tr_aa_profile *p, const char *path, size_t len, bool owner,
		struct tr_aa_perms *ret);

/*
 * Calls fn with each state that a path can end in, the nearest first, with a shortest one of the paths
 * that do (len bytes, with a NUL behind them; valid during the call), and what it permits. Until fn
 * returns false.
 */
void tr_aa_each_path(const struct tr_aa_profile *p,
		     bool (*fn)(const char *path, size_t len, const struct tr_aa_perms *owner,
				const struct tr_aa_perms *other, void *arg),
		     void *arg);

/* What may be done with a path, by the owner and by others, under each of two profiles. */
struct tr_aa_pair {
	struct tr_aa_perms owner[2], other[2];
};
/*
 * The same of two profiles: calls fn with each pair of states that a path can end in, the nearest first.
 * Returns false where there are too many pairs to look at all of them.
 */
bool tr_aa_each_pair(const struct tr_aa_profile *a, const struct tr_aa_profile *b,
		     bool (*fn)(const char *path, size_t len, const struct tr_aa_pair *pair,
				void *arg),
		     void *arg);

/*
 * Whether `by` permits all that p does, of any name, in any class; false, too, where there is too much to look
 * at. Where programs go on after exec counts, and what is logged does not.
 */
bool tr_aa_covers(const struct tr_aa_profile *by, const struct tr_aa_profile *p);
/* Whether both permit something of the same file, whatever it is; true, too, where there is too much to look at. */
bool tr_aa_files_meet(const struct tr_aa_profile *a, const struct tr_aa_profile *b);

/*
 * Whether a hard link of this name may be made to target: link() asks for `l` on the name, and unless
 * a rule names the pair, that the link may do nothing that the target may not (file.c:
 * profile_path_link). owner is that of the target.
 */
bool tr_aa_link(const struct tr_aa_profile *p, const char *path, const char *target, bool owner);

bool tr_aa_capable(const struct tr_aa_profile *p, unsigned cap);

/* What may be done with sockets of that family and type (AF_*, SOCK_*); CREATE, OPEN, ... */
void tr_aa_network(const struct tr_aa_profile *p, unsigned family, unsigned type,
		   struct tr_aa_perms *ret);

/*
 * Of a signal (its number on x86; real-time ones from 32; 0 is the question whether the process is
 * there) and the name of the other side's profile ("unconfined" if it has none).
 */
void tr_aa_signal(const struct tr_aa_profile *p, unsigned signal, const char *peer,
		  struct tr_aa_perms *ret);
void tr_aa_ptrace(const struct tr_aa_profile *p, const char *peer, struct tr_aa_perms *ret);

/*
 * Whether a mount is allowed, with the flags (MS_*) that the hook of its kind is asked with: a bind
 * mount only of MS_BIND and MS_REC, a change of propagation of those bits and MS_REC and MS_SILENT, a
 * move of MS_MOVE. source and fstype are NULL where that kind has none. data is the options' text, NULL
 * where there are none or the file system takes them as binary.
 */
bool tr_aa_mount(const struct tr_aa_profile *p, const char *path, const char *source,
		 const char *fstype, uint64_t flags, const char *data);
bool tr_aa_umount(const struct tr_aa_profile *p, const char *path);
bool tr_aa_pivot_root(const struct tr_aa_profile *p, const char *new_root, const char *put_old);

/* Whether namespaces of users may be made; io_uring's SQPOLL and OVERRIDE_CREDS (enum tr_uring_op). */
bool tr_aa_userns(const struct tr_aa_profile *p);
bool tr_aa_io_uring(const struct tr_aa_profile *p, unsigned op);

#endif
