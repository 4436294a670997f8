/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The model: what containers were seen to do. A fact is a key (what was done) and evidence (who,
 * when, in which recording). Evidence only ever merges by union, minimum and maximum, so that
 * adding the same thing twice changes nothing; nothing is summed.
 *
 * Strings are bytes as the kernel had them (any byte but NUL): every writer escapes them.
 */
#ifndef TRAMMEL_FACTS_H
#define TRAMMEL_FACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "trammel/abi.h"
#include "trammel/err.h"

enum tr_fact_kind {
	TR_FACT_SYSCALL = 0, /* abi, nr */
	TR_FACT_ARG, /* abi, nr, arg.index, arg.value */
	TR_FACT_FILE, /* path, act, perms */
	TR_FACT_EXEC, /* path, interp */
	TR_FACT_CAPABILITY, /* cap, need */
	TR_FACT_SOCKET, /* sock.*: what socket(2) was asked for */
	TR_FACT_NETWORK, /* sock.family, sock.type; path and sock.port of one that was bound */
	TR_FACT_SIGNAL, /* nr, op (TR_ACCESS_SEND, _RECEIVE), peer */
	TR_FACT_PTRACE, /* op (TR_ACCESS_TRACE to _READBY), peer */
	TR_FACT_MOUNT, /* op (TR_MOUNT_*), path, source, fstype, mount_flags */
	TR_FACT_USERNS, /* nothing more */
	TR_FACT_IO_URING, /* op (TR_URING_*) */
	TR_FACT_MAX,
};

/* How long after its start, and on whose behalf, the container did it. Bits: evidence is a union. */
enum {
	TR_PHASE_RUNTIME = 1 << 0, /* between loading the filter and the entry exec */
	TR_PHASE_MAIN = 1 << 1, /* the container's own process and its children */
	TR_PHASE_EXEC = 1 << 2, /* docker exec, health checks */
};

/* Permissions of a file fact, AppArmor's letters. */
enum {
	TR_PERM_R = 1 << 0,
	TR_PERM_W = 1 << 1,
	TR_PERM_K = 1 << 2,
	TR_PERM_L = 1 << 3,
	TR_PERM_M = 1 << 4,
	TR_PERM_X = 1 << 5,
};

/* The act that asked for the permission. The values are part of the event ABI. */
enum tr_act {
	TR_ACT_OPEN = 0,
	TR_ACT_CREATE,
	TR_ACT_TRUNCATE,
	TR_ACT_MMAP,
	TR_ACT_EXEC,
	TR_ACT_INTERPRETER,
	TR_ACT_RENAME_FROM,
	TR_ACT_RENAME_TO,
	TR_ACT_UNLINK,
	TR_ACT_MKDIR,
	TR_ACT_RMDIR,
	TR_ACT_LINK,
	TR_ACT_SYMLINK,
	TR_ACT_MKNOD,
	TR_ACT_CHMOD,
	TR_ACT_CHOWN,
	TR_ACT_LOCK,
	TR_ACT_MPROTECT,
	TR_ACT_RECEIVE, /* a descriptor came over a socket */
	TR_ACT_MAX,
};

/*
 * What signals and ptrace were used for, in AppArmor's words: each act has two sides, and a
 * profile has to allow the one its task is on. The values are part of the event ABI.
 */
enum tr_access {
	TR_ACCESS_SEND = 0,
	TR_ACCESS_RECEIVE,
	TR_ACCESS_TRACE,
	TR_ACCESS_TRACEDBY,
	TR_ACCESS_READ,
	TR_ACCESS_READBY,
	TR_ACCESS_MAX,
};

/* How a capability was asked for. Part of the event ABI. */
enum tr_need {
	TR_NEED_PROBED = 0, /* whether it is there: the act goes on without it */
	TR_NEED_NEEDED,
	TR_NEED_UNKNOWN, /* the kernel could not tell */
};

/* Who is on the other side: a task of the same recording, or another's. */
enum tr_peer {
	TR_PEER_SELF = 0,
	TR_PEER_OTHER,
	TR_PEER_MAX,
};

/* What became of a mount point, by the flags that mount(2) was given. Part of the event ABI. */
enum tr_mount_op {
	TR_MOUNT_NEW = 0,
	TR_MOUNT_BIND,
	TR_MOUNT_REMOUNT,
	TR_MOUNT_MOVE,
	TR_MOUNT_PROPAGATION, /* made shared, private, slave or unbindable */
	TR_MOUNT_UMOUNT,
	TR_MOUNT_PIVOT_ROOT,
	TR_MOUNT_MAX,
};

/* Of io_uring, what can be refused by itself. Part of the event ABI. */
enum tr_uring_op {
	TR_URING_SQPOLL = 0,
	TR_URING_OVERRIDE_CREDS,
	TR_URING_MAX,
};

/* Where a file lives. */
enum {
	TR_WHERE_IMAGE = 1 << 0, /* the container's root: overlay, or whatever its root is */
	TR_WHERE_VOLUME = 1 << 1, /* another mount of a disk file system */
	TR_WHERE_TMPFS = 1 << 2,
	TR_WHERE_PROC = 1 << 3,
	TR_WHERE_SYS = 1 << 4,
	TR_WHERE_DEV = 1 << 5, /* devtmpfs, devpts, mqueue, or tmpfs below /dev */
	TR_WHERE_OTHER = 1 << 6, /* pipes, sockets, anonymous inodes, ... */
};

/* How an act went, and other yes-or-no evidence. Bits, because evidence is a union. */
enum {
	TR_EV_DONE = 1 << 0, /* it was made (a syscall was entered, a file was opened) */
	TR_EV_FAILED = 1 << 1, /* it was made and failed by itself */
	TR_EV_DENIED = 1 << 2, /* the container's own seccomp profile refused it */
	TR_EV_INNER_DENIED = 1 << 3, /* refused while a filter of the workload was active too: not
				      * known whose refusal it was */
	TR_EV_OWNER = 1 << 4, /* fsuid was the owner of the file */
	TR_EV_NOT_OWNER = 1 << 5,
	TR_EV_STRING = 1 << 6, /* the path was resolved from a string, not read off the file */
	TR_EV_SIGNALLED = 1 << 7, /* refused with a signal (trap or kill) rather than an errno */
	TR_EV_GAINED = 1 << 8, /* of an exec: set-id or file capabilities gave rights */
};

/* A sorted set of numbers without duplicates. */
struct tr_u32set {
	uint32_t *v;
	size_t n, cap;
};

/* A sorted set of strings (byte order) without duplicates; owns them. */
struct tr_strset {
	char **v;
	size_t n, cap;
};

/*
 * Of the executables that did one thing, so many are kept, the first in byte order, and so much of
 * the path of each (cut ones end in "..."): a container that starts programs without end must not
 * make a trace that nobody can read. The first k of a union merge like the union does.
 * tr_facts_add and tr_evidence_merge see to it: evidence goes into a set through them.
 */
#define TR_EVIDENCE_EXES    512
#define TR_EVIDENCE_EXE_LEN 300

struct tr_evidence {
	struct tr_u32set recordings; /* indices into tr_facts.recordings */
	int64_t first, last; /* seconds since the epoch; 0 if not known */
	/* In which second of a recording it was first seen, the earliest, from 1; 0 if not known. */
	uint32_t after;
	uint32_t phases; /* TR_PHASE_* */
	uint32_t flags; /* TR_EV_* */
	uint32_t where; /* TR_WHERE_*; files and execs */
	struct tr_strset exes; /* path of the executable that did it, as the container sees it */
	struct tr_u32set errnos; /* of refusals by the profile */
};

struct tr_fact {
	enum tr_fact_kind kind;
	/* key: only the members that the kind names are used, the others are 0 */
	uint16_t abi; /* enum tr_abi */
	uint32_t nr;
	struct {
		uint8_t index;
		uint64_t value;
		bool overflow; /* more values than were kept: value is 0 and means "any" */
	} arg;
	char *path; /* owned; of a mount its mount point, of pivot_root the new root */
	char *interp; /* owned; NULL for a binary: its #! or ELF interpreter is a fact of its own */
	char *source; /* owned; of a link the old name, of a mount its source, of pivot_root put_old */
	char *fstype; /* owned; of a new mount */
	uint64_t mount_flags; /* MS_* or MNT_* */
	uint16_t op, peer; /* see the kinds */
	uint16_t act; /* enum tr_act */
	uint16_t perms; /* TR_PERM_* */
	uint16_t cap; /* capability number */
	uint16_t need; /* enum tr_need */
	struct {
		uint16_t family, type;
		uint32_t protocol;
		uint16_t port;
	} sock;
	struct tr_evidence ev;
};

/* How a recording ended. Higher is better known; merging keeps the higher. */
enum tr_ended {
	TR_ENDED_UNKNOWN = 0, /* a journal without a footer: killed, or still running */
	TR_ENDED_CHECKPOINT, /* written while recording went on */
	TR_ENDED_INTERRUPTED, /* SIGINT or SIGTERM */
	TR_ENDED_DURATION, /* --duration or --until-quiet */
	TR_ENDED_EXERCISE, /* --exercise was done */
	TR_ENDED_EXITED, /* the command and its containers ended */
	TR_ENDED_MAX,
};

/* Everything that can get lost, by cause. A recording with any of these above 0 is incomplete. */
enum tr_loss {
	TR_LOSS_RING = 0, /* the ring buffer was full: an event was dropped */
	TR_LOSS_MAP, /* a map was full */
	TR_LOSS_PATH_DEEP, /* a path had more components than the walk takes */
	TR_LOSS_PATH_LONG, /* a path was longer than PATH_MAX */
	TR_LOSS_STRING, /* a string could not be read from user memory */
	TR_LOSS_MARK, /* a task could not be marked */
	TR_LOSS_RECORDING, /* no slot was left for another container */
	TR_LOSS_MISSED, /* the kernel skipped a program (recursion) */
	TR_LOSS_MAX,
};

struct tr_recording {
	char *id; /* 32 lower-case hex digits, random */
	char *subject; /* workload name */
	uint64_t losses[TR_LOSS_MAX];
	enum tr_ended ended;
	bool start_seen; /* false: attached to a container that was already running */
	int64_t started, stopped; /* seconds since the epoch; 0 if not known */
	/*
	 * What stays where no times are kept: its length in seconds, begun ones counted, and its place
	 * among the recordings of a bundle, from 1. 0 if not known; merging keeps the higher.
	 */
	uint32_t seconds, order;
	struct tr_context *context;
};

/*
 * What is known about a recording: a map from key to a set of strings, so that it merges by union
 * too. Keys are dotted lower-case words ("image", "image.digest", "kernel", "runtime"); the
 * list is in docs/trammel-trace.5.md.
 */
struct tr_context {
	struct {
		char *key;
		struct tr_strset values;
	} * v; /* sorted by key */
	size_t n, cap;
};

/* A set of facts, sorted by key, with the recordings it was seen in (sorted by id). */
struct tr_facts {
	struct tr_recording *recordings;
	size_t n_recordings, cap_recordings;
	void *ids; /* id to index, see facts.c; a recording keeps its id once it is added */
	void *tree; /* of struct tr_fact, see facts.c */
	size_t n;
};

void tr_facts_init(struct tr_facts *f);
void tr_facts_release(struct tr_facts *f);

/*
 * Adds a recording and returns its index, or, where one with this id is there, the index of that,
 * into which it is merged (context by union, losses by maximum, ended by rank, times by min/max,
 * start_seen by or). Takes ownership of rec's members, which are zeroed. Indices are positions in
 * order of arrival; tr_facts_sort_recordings renumbers them by id.
 */
uint32_t tr_facts_add_recording(struct tr_facts *f, struct tr_recording *rec);

/* Sorts the recordings by id and renumbers all evidence. Writers call it; it changes no meaning. */
void tr_facts_sort_recordings(struct tr_facts *f);

/* Takes any fact out of the set, with what it points to. Returns false if there is none. */
bool tr_facts_take(struct tr_facts *f, struct tr_fact *ret);

/*
 * Adds a fact, or merges its evidence into the one with the same key. Takes ownership of what the
 * fact points to and zeroes it. Returns the fact as it stands in the set, valid until release.
 * *ret_is_new (may be NULL) tells whether the key was new.
 */
struct tr_fact *tr_facts_add(struct tr_facts *f, struct tr_fact *fact, bool *ret_is_new);

/* The fact with the same key as `key`, or NULL. */
struct tr_fact *tr_facts_find(const struct tr_facts *f, const struct tr_fact *key);

/* The fact that the call was made and not refused; NULL if it was not. */
struct tr_fact *tr_facts_done(const struct tr_facts *f, enum tr_abi abi, uint32_t nr);

/* Calls fn for each fact in key order, until it returns non-zero, which is then returned. */
int tr_facts_each(const struct tr_facts *f, int (*fn)(const struct tr_fact *fact, void *arg),
		  void *arg);

/*
 * In which order recordings were made: those with an order by it, then those without, by their
 * start (not known comes first), then by id.
 */
int tr_recording_cmp(const struct tr_recording *a, const struct tr_recording *b);

/* Union of src into dst; src is not changed. Both sets of recordings are joined by id. */
void tr_facts_merge(struct tr_facts *dst, const struct tr_facts *src);

/* Total order of keys: kind first, then numbers, then bytes. Evidence plays no part. */
int tr_fact_cmp(const struct tr_fact *a, const struct tr_fact *b);
void tr_fact_release(struct tr_fact *fact);
/* Deep copy. */
struct tr_fact tr_fact_copy(const struct tr_fact *fact);
/* Union, minimum, maximum of src into dst. */
void tr_evidence_merge(struct tr_evidence *dst, const struct tr_evidence *src);

/* Whether the recording lost nothing, and ended in a way that is known. */
bool tr_recording_complete(const struct tr_recording *rec);
bool tr_facts_complete(const struct tr_facts *f);
/* Frees what it points to and zeroes it. */
void tr_recording_release(struct tr_recording *rec);
/* Gives rec a fresh random id (getrandom). */
void tr_recording_new_id(struct tr_recording *rec);

/*
 * What a value is cut to (it then ends in "..."): a command line of a megabyte must not make a
 * trace that nobody can read.
 */
#define TR_CONTEXT_VALUE_LEN 4096

/* Context. add copies; get returns the first value or NULL; the set form returns NULL if absent. */
void tr_context_add(struct tr_recording *rec, const char *key, const char *value);
const char *tr_context_get(const struct tr_recording *rec, const char *key);
const struct tr_strset *tr_context_all(const struct tr_recording *rec, const char *key);

/* Sets. add returns true if it was new. */
bool tr_u32set_add(struct tr_u32set *s, uint32_t v);
bool tr_u32set_has(const struct tr_u32set *s, uint32_t v);
void tr_u32set_release(struct tr_u32set *s);
bool tr_strset_add(struct tr_strset *s, const char *v);
bool tr_strset_has(const struct tr_strset *s, const char *v);
bool tr_strset_equal(const struct tr_strset *a, const struct tr_strset *b);
void tr_strset_release(struct tr_strset *s);

/* Names as they stand in a trace. from_name returns -1 for a name that is none. */
const char *tr_fact_kind_name(enum tr_fact_kind kind);
int tr_fact_kind_from_name(const char *name);
const char *tr_act_name(enum tr_act act);
int tr_act_from_name(const char *name);
/* Of a kind that has an op: signal, ptrace, mount, io_uring. from_name takes only the kind's own. */
const char *tr_op_name(enum tr_fact_kind kind, unsigned op);
int tr_op_from_name(enum tr_fact_kind kind, const char *name);
const char *tr_peer_name(enum tr_peer peer);
int tr_peer_from_name(const char *name);
const char *tr_ended_name(enum tr_ended ended);
int tr_ended_from_name(const char *name);
const char *tr_loss_name(enum tr_loss loss);
int tr_loss_from_name(const char *name);

#endif
