/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an AppArmor profile says, independent of its spelling: the common form between policy (which
 * makes rules from facts) and formats (which write and read them). A profile refuses what it does not
 * name. Rules of ours that deny only hold against what a person adds; those of others are like any rule.
 *
 * Names are bytes as the kernel has them: any but NUL, and no writer may let them mean anything.
 */
#ifndef TRAMMEL_APPARMOR_H
#define TRAMMEL_APPARMOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The bytes that one place in a pattern takes. */
enum tr_apparmor_set {
	TR_APPARMOR_BYTE = 0, /* that one and no other */
	TR_APPARMOR_DIGIT, /* 0-9 */
	TR_APPARMOR_NONZERO, /* 1-9 */
	TR_APPARMOR_HEX, /* 0-9a-f */
	TR_APPARMOR_HEX_UPPER, /* 0-9A-F */
	TR_APPARMOR_WORD, /* 0-9A-Za-z_: what mkstemp and Python's tempfile make names of */
	TR_APPARMOR_NAME, /* any but a slash */
	/* Of what is read; we write none of these. */
	TR_APPARMOR_ANY, /* a slash, too */
	TR_APPARMOR_CLASS, /* those of the pattern's class number `byte` */
	TR_APPARMOR_SETS
};

#define TR_APPARMOR_MANY UINT16_MAX

/* min to max bytes of the set, one after the other; MANY is without end (of NAME and ANY). */
struct tr_apparmor_part {
	uint8_t set; /* enum tr_apparmor_set */
	uint8_t byte; /* of BYTE and CLASS */
	uint16_t min, max; /* 1 and 1 of BYTE */
};

/* A bit for each byte that is in it. */
struct tr_apparmor_class {
	uint64_t bits[4];
};

struct tr_apparmor_pattern {
	struct tr_apparmor_part *v;
	size_t n, cap;
	struct tr_apparmor_class *classes;
	size_t n_classes, cap_classes; /* at most 256 */
};

/* Permissions of paths: the letters, in the order in which they are written. */
enum {
	TR_APPARMOR_R = 1 << 0,
	TR_APPARMOR_W = 1 << 1,
	TR_APPARMOR_K = 1 << 2,
	TR_APPARMOR_L = 1 << 3,
	TR_APPARMOR_M = 1 << 4,
	TR_APPARMOR_X = 1 << 5, /* ix: what is run stays in the profile; denied: run in any way */
	TR_APPARMOR_A = 1 << 6, /* only appended to; never ours */
};

/* Of a rule that was read: which of the text's lines it is from, and how it is meant. */
struct tr_apparmor_read {
	unsigned at; /* counted from 1; 0: it was not read */
	bool deny; /* takes away, whatever else allows it */
	bool audit;
};

/* What a rule on a path is for: they are grouped by it, in this order. */
enum tr_apparmor_group {
	TR_APPARMOR_PROGRAMS = 0, /* run */
	TR_APPARMOR_LIBRARIES, /* mapped as executable */
	TR_APPARMOR_IMAGE, /* read in the image */
	TR_APPARMOR_IMAGE_WRITTEN, /* changed in the image's own file system */
	TR_APPARMOR_VOLUMES,
	TR_APPARMOR_TMPFS,
	TR_APPARMOR_PROC,
	TR_APPARMOR_SYS,
	TR_APPARMOR_DEV,
	TR_APPARMOR_OTHER,
	TR_APPARMOR_GROUPS
};

struct tr_apparmor_file {
	struct tr_apparmor_pattern path;
	uint16_t perms; /* TR_APPARMOR_*; of a link L */
	bool owner; /* only where the file is the process's own */
	bool is_link; /* path is a new name for target, and of nothing else */
	struct tr_apparmor_pattern target;
	enum tr_apparmor_group group;
	char *comment; /* why; NULL if nothing is known */
	struct tr_apparmor_read read;
};

#define TR_APPARMOR_ALL UINT32_MAX /* capabilities, families, types; of what is read */

struct tr_apparmor_capability {
	unsigned number;
	char *comment;
	struct tr_apparmor_read read;
};

struct tr_apparmor_network {
	unsigned family, type; /* AF_*, SOCK_* */
	char *comment;
	struct tr_apparmor_read read;
};

/* Who is on the other side. A profile talks of others by the names of theirs. */
enum tr_apparmor_peer {
	TR_APPARMOR_SELF = 0, /* whoever runs under this very profile */
	TR_APPARMOR_ENGINE, /* the container's engine and runtimes, confined or not */
	TR_APPARMOR_UNCONFINED,
	TR_APPARMOR_ANYONE, /* this and the next only of what is read */
	TR_APPARMOR_NAMED,
};

enum {
	TR_APPARMOR_SEND = 1 << 0,
	TR_APPARMOR_RECEIVE = 1 << 1,
};

#define TR_APPARMOR_SIGNALS 65 /* 0 (is it there?) to 64 */

struct tr_apparmor_signal {
	unsigned access; /* TR_APPARMOR_SEND, _RECEIVE */
	uint64_t signals[2]; /* a bit for each; none: all of them */
	enum tr_apparmor_peer peer;
	char *name; /* of NAMED: its profile */
	char *comment;
	struct tr_apparmor_read read;
};

enum {
	TR_APPARMOR_TRACE = 1 << 0,
	TR_APPARMOR_TRACEDBY = 1 << 1,
	TR_APPARMOR_READ = 1 << 2,
	TR_APPARMOR_READBY = 1 << 3,
};

struct tr_apparmor_ptrace {
	unsigned access;
	enum tr_apparmor_peer peer;
	char *name; /* of NAMED: its profile */
	char *comment;
	struct tr_apparmor_read read;
};

enum tr_apparmor_mount_op {
	TR_APPARMOR_MOUNT = 0, /* all of mount(2): flags say what */
	TR_APPARMOR_UMOUNT,
	TR_APPARMOR_PIVOT_ROOT,
};

struct tr_apparmor_mount {
	enum tr_apparmor_mount_op op;
	char *path; /* the mount point, the new root; NULL: any, of what is read */
	char *source; /* NULL: any; of pivot_root where the old root goes */
	char *fstype; /* NULL: any */
	uint64_t flags; /* MS_*, all of them; TR_APPARMOR_ANY_FLAGS: whatever they are */
	char *comment;
	struct tr_apparmor_read read;
};
#define TR_APPARMOR_ANY_FLAGS UINT64_MAX

/*
 * A rule that refuses, whatever else allows it, and says so in the log: in the words of the language, which
 * are data of ours.
 */
struct tr_apparmor_deny {
	char *rule; /* a glob of paths, or what is no path: "mount" */
	uint16_t perms; /* of paths; 0: of what is none */
	bool out; /* left out, and only the comment stands there */
	char *comment;
};

/* A rule that somebody decided by hand: text that was read and found to be one rule, on one line. */
struct tr_apparmor_hand {
	char *rule; /* without its comma, and without "deny" */
	bool deny;
	char *comment;
};

struct tr_apparmor {
	char *name;
	char *subject; /* whose it is, for the head; NULL: not known; any byte */
	size_t recordings; /* how many it was made of */
	struct tr_apparmor_file *files;
	size_t n_files, cap_files;
	struct tr_apparmor_capability *caps;
	size_t n_caps, cap_caps;
	struct tr_apparmor_network *networks;
	size_t n_networks, cap_networks;
	struct tr_apparmor_signal *signals;
	size_t n_signals, cap_signals;
	struct tr_apparmor_ptrace *ptraces;
	size_t n_ptraces, cap_ptraces;
	struct tr_apparmor_mount *mounts;
	size_t n_mounts, cap_mounts;
	struct tr_apparmor_hand *hands;
	size_t n_hands, cap_hands;
	struct tr_apparmor_deny *denies;
	size_t n_denies, cap_denies; /* of ours: what is read has its denials among the others */
};

void tr_apparmor_init(struct tr_apparmor *p);
void tr_apparmor_release(struct tr_apparmor *p);

/* Each appends an empty rule and returns it; valid until the next of its kind. */
struct tr_apparmor_file *tr_apparmor_add_file(struct tr_apparmor *p);
struct tr_apparmor_capability *tr_apparmor_add_capability(struct tr_apparmor *p);
struct tr_apparmor_network *tr_apparmor_add_network(struct tr_apparmor *p);
struct tr_apparmor_signal *tr_apparmor_add_signal(struct tr_apparmor *p);
struct tr_apparmor_ptrace *tr_apparmor_add_ptrace(struct tr_apparmor *p);
struct tr_apparmor_mount *tr_apparmor_add_mount(struct tr_apparmor *p);
struct tr_apparmor_deny *tr_apparmor_add_deny(struct tr_apparmor *p);
struct tr_apparmor_hand *tr_apparmor_add_hand(struct tr_apparmor *p);

void tr_apparmor_pattern_release(struct tr_apparmor_pattern *p);
void tr_apparmor_pattern_add(struct tr_apparmor_pattern *p, struct tr_apparmor_part part);
/* Appends one byte of the class: as the set that it is, where it is one. */
void tr_apparmor_pattern_add_class(struct tr_apparmor_pattern *p,
				   const struct tr_apparmor_class *class);
void tr_apparmor_pattern_copy(struct tr_apparmor_pattern *ret, const struct tr_apparmor_pattern *p);
/* A shortest name that it takes, in bytes that are easy to read where there is a choice; heap. */
char *tr_apparmor_pattern_sample(const struct tr_apparmor_pattern *p);
/* Appends the bytes as they are. */
void tr_apparmor_pattern_add_bytes(struct tr_apparmor_pattern *p, const char *s, size_t len);
/* A total order: by parts, literal bytes by their value and before sets. */
int tr_apparmor_pattern_cmp(const struct tr_apparmor_pattern *a,
			    const struct tr_apparmor_pattern *b);
bool tr_apparmor_pattern_is_literal(const struct tr_apparmor_pattern *p);
/* Whether it takes the whole of these bytes. */
bool tr_apparmor_pattern_matches(const struct tr_apparmor_pattern *p, const char *s, size_t len);
bool tr_apparmor_set_has(enum tr_apparmor_set set, unsigned char byte);

/*
 * How many states the kernel's table for the paths will have, at most a few in a hundred from what
 * apparmor_parser makes of names; of patterns that take each other's names it may make up to twice as many.
 * SIZE_MAX where counting would take longer than compiling may.
 */
size_t tr_apparmor_predict_states(const struct tr_apparmor *p);
/* Above this many a parser gives up ("Too many states"): 16 bits, without kernels' state32. */
#define TR_APPARMOR_STATES_MAX 65535

/*
 * Whether it can be a profile's name in `docker run --security-opt apparmor=NAME` and on an apparmor_parser
 * command line alike: letters, digits, '.', '_', '-', at most 200 of them, the first no punctuation.
 */
bool tr_apparmor_is_name(const char *name);

#endif
