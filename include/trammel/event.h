/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * The ABI between the BPF programs and the recorder, compiled by both sides. Fixed-width types
 * only, explicit padding, every size and offset asserted. A change here raises TR_EVENT_ABI.
 *
 * Syscalls do not travel as events: they are bytes in rows (see struct tr_row) that the kernel
 * side sets and the recorder reads. Events carry what is seen for the first time.
 */
#ifndef TRAMMEL_EVENT_H
#define TRAMMEL_EVENT_H

#include <linux/types.h>

#define TR_EVENT_ABI 4

/* How many containers can be under watch at a time; a recording is an index below this. */
#define TR_MAX_RECORDINGS 256
#define TR_NO_RECORDING	  0xffff
/* In the map of names: a container that is known and none of our business. */
#define TR_IGNORE_RECORDING 0xfffe

/*
 * A row: the syscalls made by one (recording, phase, executable). Cells are [abi][nr]; a cell
 * holds 0 or the epoch in which the call was last made. Linux 6.18's highest number is 470, x32's
 * own end at 547.
 */
#define TR_ROW_ABIS	      4
#define TR_ROW_NRS	      640
#define TR_ROW_CELLS	      (TR_ROW_ABIS * TR_ROW_NRS)
#define TR_MAX_ROWS	      2048
#define TR_ROWS_PER_RECORDING 128
/*
 * Each phase of a recording has a row of its own, for what no row was left for: they come first,
 * behind row 0, which is nobody's. `phase` is one TR_EVENT_PHASE_* (1, 2 or 4).
 */
#define TR_PHASES		       3
#define TR_PHASE_ROW(recording, phase) (1 + (recording)*TR_PHASES + ((phase) >> 1))
#define TR_FIRST_FREE_ROW	       (1 + TR_MAX_RECORDINGS * TR_PHASES)
#define TR_CGROUP_NAME_MAX	       128
#define TR_CONTAINER_ID_LEN	       64

/*
 * facts.h's values, as the programs write them: that header is C of another world. src/record
 * asserts that the two agree.
 */
enum {
	TR_EVENT_ABI_X86_64 = 0,
	TR_EVENT_ABI_I386,
	TR_EVENT_ABI_X32,
};
enum {
	TR_EVENT_PHASE_RUNTIME = 1,
	TR_EVENT_PHASE_MAIN = 2,
	TR_EVENT_PHASE_EXEC = 4,
};
enum {
	TR_EVENT_PERM_R = 1,
	TR_EVENT_PERM_W = 2,
	TR_EVENT_PERM_K = 4,
	TR_EVENT_PERM_L = 8,
	TR_EVENT_PERM_M = 16,
	TR_EVENT_PERM_X = 32,
};
enum {
	TR_EVENT_ACT_OPEN = 0,
	TR_EVENT_ACT_CREATE,
	TR_EVENT_ACT_TRUNCATE,
	TR_EVENT_ACT_MMAP,
	TR_EVENT_ACT_EXEC,
	TR_EVENT_ACT_INTERPRETER,
	TR_EVENT_ACT_RENAME_FROM,
	TR_EVENT_ACT_RENAME_TO,
	TR_EVENT_ACT_UNLINK,
	TR_EVENT_ACT_MKDIR,
	TR_EVENT_ACT_RMDIR,
	TR_EVENT_ACT_LINK,
	TR_EVENT_ACT_SYMLINK,
	TR_EVENT_ACT_MKNOD,
	TR_EVENT_ACT_CHMOD,
	TR_EVENT_ACT_CHOWN,
	TR_EVENT_ACT_LOCK,
	TR_EVENT_ACT_MPROTECT,
	TR_EVENT_ACT_RECEIVE,
	TR_EVENT_ACTS,
};
enum {
	TR_EVENT_ACCESS_SEND = 0,
	TR_EVENT_ACCESS_RECEIVE,
	TR_EVENT_ACCESS_TRACE,
	TR_EVENT_ACCESS_TRACEDBY,
	TR_EVENT_ACCESS_READ,
	TR_EVENT_ACCESS_READBY,
};
enum {
	TR_EVENT_PEER_SELF = 0,
	TR_EVENT_PEER_OTHER,
};
enum {
	TR_EVENT_NEED_PROBED = 0,
	TR_EVENT_NEED_NEEDED,
	TR_EVENT_NEED_UNKNOWN,
};
enum {
	TR_EVENT_MOUNT_NEW = 0,
	TR_EVENT_MOUNT_BIND,
	TR_EVENT_MOUNT_REMOUNT,
	TR_EVENT_MOUNT_MOVE,
	TR_EVENT_MOUNT_PROPAGATION,
	TR_EVENT_MOUNT_UMOUNT,
	TR_EVENT_MOUNT_PIVOT_ROOT,
};
enum {
	TR_EVENT_URING_SQPOLL = 0,
	TR_EVENT_URING_OVERRIDE_CREDS,
};
enum {
	TR_EVENT_LOSS_RING = 0,
	TR_EVENT_LOSS_MAP,
	TR_EVENT_LOSS_PATH_DEEP,
	TR_EVENT_LOSS_PATH_LONG,
	TR_EVENT_LOSS_STRING,
	TR_EVENT_LOSS_MARK,
	TR_EVENT_LOSS_RECORDING,
	TR_EVENT_LOSS_MISSED,
	TR_EVENT_LOSSES,
};

struct tr_row {
	__u8 cell[TR_ROW_CELLS];
};
_Static_assert(sizeof(struct tr_row) == 2560, "tr_row");

/* What is recorded of a task; each level has those below it. */
enum {
	TR_LEVEL_SYSCALLS = 1,
	TR_LEVEL_FILES = 2,
};

/* Flags of a mark. */
enum {
	TR_MARK_ENTERED = 1 << 0, /* behind the entry exec */
	TR_MARK_FILTERED = 1 << 1, /* and a filter was active there */
	TR_MARK_COMMAND = 1 << 2, /* a plain command: its first exec is the entry */
	TR_MARK_NO_START = 1 << 3, /* was running when recording began */
	TR_MARK_HELPER = 1 << 4, /* a child of the runtime before the entry: a hook */
};

/* What a pass over all tasks does. */
enum {
	TR_SEED_ALL, /* marks all tasks of a recording */
	TR_SEED_THREADS, /* marks the threads of processes that have a mark */
	TR_SEED_IGNORE, /* notes the containers of all tasks as none of our business */
};

/* Whether a task is one of its recording's live ones. */
enum {
	TR_LIFE_NEW, /* not yet */
	TR_LIFE_IN,
	TR_LIFE_OUT, /* no more */
};

/* What a task carries in task storage. Copied to each child at fork; never changes its recording. */
struct tr_mark {
	__u16 recording;
	__u8 level; /* TR_LEVEL_* */
	__u8 flags; /* TR_MARK_* */
	__u32 row; /* where its syscalls are noted */
	__u32 base_filters; /* task->seccomp.filter_count when it was marked */
	__u32 entry_filters; /* and at the entry exec */
	__u8 phase; /* TR_EVENT_PHASE_* */
	__u8 in_call; /* not 0 between sys_enter and sys_exit: 1, or more for a call that opens or maps */
	__u8 pad[2];
	__u32 life; /* TR_LIFE_* */
	__u32 runtime_mnt_ns; /* mount namespace of who started the first of this line */
	__u32 pad2;
	__u64 bounding; /* capabilities: the bounding set at the entry */
};
_Static_assert(sizeof(struct tr_mark) == 40, "tr_mark");

/*
 * Of a mark, what each syscall of a task that has entered needs, where a load finds it. Nobody but the
 * kernel side looks at it.
 */
#define TR_SEAT_FILES 2
struct tr_seat {
	__u64 task; /* whose it is: an address that nobody follows; 0: free */
	__u32 row;
	__u8 exits; /* TR_CALL_EXIT, or 0 where only syscalls are recorded */
	__u8 in_call;
	__u16 pad;
	__u64 files[TR_SEAT_FILES][3]; /* keys of files that it met and that were handed over */
};
_Static_assert(sizeof(struct tr_seat) == 64, "tr_seat is a line of the CPU's cache");
#define TR_SEATS 8192

/* What a pass over all tasks tells of a process that it found in a container. */
struct tr_seeded {
	__u32 tgid;
	__u16 recording;
	__u16 pad;
};
_Static_assert(sizeof(struct tr_seeded) == 8, "tr_seeded");

/* Of a call, by cell of a row: what its end is looked at as (0: it is not), and whether it has arguments to record. */
#define TR_CALL_EXIT 0x7f
#define TR_CALL_ARGS 0x80

/* Tables of what was handed over already: all recordings share them. */
enum {
	TR_TABLE_FILES = 0,
	TR_TABLE_CALLS,
	TR_TABLE_ARGS,
	TR_TABLE_ASKED,
	TR_TABLES,
};

/* State of a recording, shared by map. The kernel side owns all but `level` and `want`. */
struct tr_recording_state {
	__u32 live; /* marked tasks that have not ended */
	__u32 rows; /* rows in use */
	__u32 entered; /* 1 from the first entry exec on */
	__u32 starts; /* entry execs of the container's own process */
	__u32 events; /* first-seen events handed over; one with long strings counts for several */
	__u8 level;
	__u8 burst_epoch;
	__u8 pad[2];
	__u32 burst; /* events in burst_epoch */
	__u32 kept[TR_TABLES]; /* entries in the tables */
	__u32 pad2;
	__u64 losses[TR_EVENT_LOSSES];
	char name[TR_CGROUP_NAME_MAX]; /* the cgroup component it was known by */
};
_Static_assert(sizeof(struct tr_recording_state) == 240, "tr_recording_state");

enum tr_event_type {
	TR_EVENT_RECORDING = 1, /* a container was met for the first time; data: component name */
	TR_EVENT_ROW, /* a row was given out; data: path of the executable */
	TR_EVENT_ENTRY, /* the entry exec was passed; data: nothing */
	TR_EVENT_EXEC, /* an exec; data: struct tr_event_exec, then three strings */
	TR_EVENT_FILE, /* an act on a file; data: struct tr_event_file, path, target */
	TR_EVENT_DENIED, /* data: struct tr_event_denied */
	TR_EVENT_ODD_CALL, /* a number no row has a cell for; data: struct tr_event_denied */
	TR_EVENT_ENDED, /* the last task of a recording ended; data: nothing */
	TR_EVENT_ARG, /* a selector argument; data: struct tr_event_arg */
	TR_EVENT_THREADS, /* a process with more than one thread joined: seed its threads */
	TR_EVENT_ASKED, /* data: struct tr_event_asked */
	TR_EVENT_NETWORK, /* data: struct tr_event_network, address */
	TR_EVENT_MOUNT, /* data: struct tr_event_mount, five strings */
	TR_EVENT_NAMED, /* an act on what only has a name; data: struct tr_event_named, five strings */
};

/* In front of every event. `row` gives recording and phase too, where it is not 0. */
struct tr_event {
	__u16 type; /* enum tr_event_type */
	__u16 recording;
	__u32 len; /* of the whole event, header included */
	__u32 row;
	__u32 tgid; /* as the host numbers it */
	__u8 phase;
	__u8 level;
	__u8 flags; /* TR_MARK_* of the task */
	__u8 pad;
	__u32 filters; /* task->seccomp.filter_count */
};
_Static_assert(sizeof(struct tr_event) == 24, "tr_event");

/* Flags of a path. */
enum {
	TR_PATH_TRUNCATED = 1 << 0, /* the walk gave up: too deep or too long; counted as a loss */
	TR_PATH_DETACHED = 1 << 1, /* the walk ended at a mount that is not the namespace's root */
	TR_PATH_UNLINKED = 1 << 2, /* the file had been deleted */
	TR_PATH_CROSSED = 1 << 3, /* below another mount than the namespace's root */
	TR_PATH_DIRECTORY = 1 << 4,
	TR_PATH_REFUSED = 1 << 5, /* asked for, and the kernel refuses it whatever the answer */
};

struct tr_event_file {
	__u32 flags; /* TR_PATH_* */
	__u32 magic; /* of the super block */
	__u16 perms; /* TR_EVENT_PERM_* */
	__u8 act; /* TR_EVENT_ACT_* */
	__u8 owner; /* 1 if fsuid owns the file */
	__u16 path_len; /* the path follows, without a NUL */
	__u16 target_len; /* then, of a link, the path of the old name */
};
_Static_assert(sizeof(struct tr_event_file) == 16, "tr_event_file");

/* Three strings follow, none with a NUL: the binary's path, the name it was started by, #!'s. */
struct tr_event_exec {
	struct tr_event_file file; /* of the binary that runs: for a script, the interpreter */
	__u16 name_len; /* bprm->filename: relative to cwd unless it begins with '/' */
	__u16 interp_len; /* bprm->interp; the same as the name for a binary */
	__u16 cwd_len; /* the working directory's path */
	__u16 gains; /* 1: rights that the process did not have */
};
_Static_assert(sizeof(struct tr_event_exec) == 24, "tr_event_exec");

/* What is asked for without a path. */
enum tr_asked_kind {
	TR_ASKED_CAPABILITY = 0, /* number: the capability; need */
	TR_ASKED_SIGNAL, /* number: the signal; op: TR_EVENT_ACCESS_*; peer */
	TR_ASKED_PTRACE, /* op: TR_EVENT_ACCESS_*; peer */
	TR_ASKED_USERNS,
	TR_ASKED_IO_URING, /* op: TR_EVENT_URING_* */
	TR_ASKED_KINDS,
};

struct tr_event_asked {
	__u8 kind; /* enum tr_asked_kind */
	__u8 op;
	__u8 peer; /* TR_EVENT_PEER_* */
	__u8 need; /* TR_EVENT_NEED_* */
	__u32 number;
};
_Static_assert(sizeof(struct tr_event_asked) == 8, "tr_event_asked");

/* sockaddr_un's path is the longest; an IPv6 address has 16 bytes. */
#define TR_ADDRESS_MAX 108
struct tr_event_network {
	__u16 family, type;
	__u16 port; /* of IPv4 and IPv6, in this machine's byte order */
	__u16 address_len; /* 0: nothing is bound. The address follows, as sockaddr has it */
};
_Static_assert(sizeof(struct tr_event_network) == 8, "tr_event_network");

/* Whose names they are, where the recorder has to follow names below a root. */
struct tr_event_root {
	__u32 tid; /* the thread, as the host numbers it */
	__u32 mnt_ns; /* its mount namespace */
	__u32 own_tgid, own_tid; /* as its own pid namespace numbers it */
	__u32 dev; /* of the file system that its root is on, as the kernel keeps it (MKDEV) */
};
_Static_assert(sizeof(struct tr_event_root) == 20, "tr_event_root");

/*
 * Behind it: the mount point; the source; the type; the working directory; the root of the process, if that is
 * not the namespace's; none with a NUL.
 */
struct tr_event_mount {
	__u64 flags; /* MS_* or MNT_* */
	__u32 path_flags; /* TR_PATH_* of the mount point */
	__u32 source_flags; /* and of the source, where that was walked; else 0 */
	__u16 path_len, source_len, fstype_len, cwd_len;
	__u8 op; /* TR_EVENT_MOUNT_* */
	__u8 named; /* 1: the paths are names, as the call was given them */
	__u16 error; /* that the call ended with, where that is known; else 0 */
	__u16 root_len;
	__u8 pad[2];
	struct tr_event_root root;
	__u32 pad2;
};
_Static_assert(sizeof(struct tr_event_mount) == 56, "tr_event_mount");

/* Flags of struct tr_event_named. */
enum {
	TR_NAMED_FOLLOW = 1 << 0, /* a symbolic link at the end of the name is followed */
	TR_NAMED_OTHER_FOLLOW = 1 << 1, /* and at the end of the other one */
	TR_NAMED_EXCHANGE = 1 << 2, /* a rename swaps the two */
};

/*
 * An act on what has only a name: four strings follow, none with a NUL, and a fifth. First the name, as
 * the call was given it, and the path of the directory that it is relative to (of an absolute one, the
 * root of the process); a name without bytes means that very file. Then the same of the other name: where
 * a rename leads to, a link's old name. Last the root of the process, if that is not the namespace's.
 */
struct tr_event_named {
	__u16 perms; /* TR_EVENT_PERM_* of the name */
	__u8 act; /* TR_EVENT_ACT_*; of a rename TR_EVENT_ACT_RENAME_FROM */
	__u8 flags; /* TR_NAMED_* */
	__u16 error; /* that the call ended with; 0: it was done */
	__u16 name_len, dir_len, other_name_len, other_dir_len, root_len;
	__u32 dir_flags, other_dir_flags; /* TR_PATH_* */
	__u32 magic; /* of the directory's super block */
	struct tr_event_root root;
	__u32 fsuid, fsgid; /* with which it was refused */
};
_Static_assert(sizeof(struct tr_event_named) == 56, "tr_event_named");

/*
 * Which arguments of a call are recorded: a bit for each of the six, and TR_ARGS_TUPLE for the first
 * three together (socket's family, type and protocol), as one value.
 */
#define TR_ARGS_TUPLE 0x80
#define TR_ARG_TUPLE  7 /* its index in struct tr_event_arg */
/* How many values of one argument one executable may show; behind it comes one with `overflow`. */
#define TR_ARG_VALUES 48

/* What became of the call that had the value. */
enum tr_arg_how {
	TR_ARG_LET_IN,
	TR_ARG_DENIED,
	TR_ARG_DENIED_INNER, /* by a filter of the workload itself, perhaps */
};

struct tr_event_arg {
	__u16 abi; /* TR_EVENT_ABI_* */
	__u8 index;
	__u8 overflow; /* 1: more values than are kept, `value` is 0 */
	__u16 nr;
	__u8 how; /* enum tr_arg_how */
	__u8 pad;
	__u64 value; /* the tuple: family | type << 16 | protocol << 32 */
};
_Static_assert(sizeof(struct tr_event_arg) == 16, "tr_event_arg");

struct tr_event_denied {
	__u16 abi; /* TR_EVENT_ABI_* */
	__u16 inner; /* 1 if filters of the workload itself were active too */
	__u32 nr;
	__s64 ret; /* as the caller saw it */
};
_Static_assert(sizeof(struct tr_event_denied) == 16, "tr_event_denied");

#endif
