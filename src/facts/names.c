// SPDX-License-Identifier: Apache-2.0
#include "facts/names.h"

#include <string.h>

#include "trammel/facts.h"
#include "util/mem.h"

static const char *const kind_names[TR_FACT_MAX] = {
	[TR_FACT_SYSCALL] = "syscall",
	[TR_FACT_ARG] = "arg",
	[TR_FACT_FILE] = "file",
	[TR_FACT_EXEC] = "exec",
	[TR_FACT_CAPABILITY] = "capability",
	[TR_FACT_SOCKET] = "socket",
	[TR_FACT_NETWORK] = "network",
	[TR_FACT_SIGNAL] = "signal",
	[TR_FACT_PTRACE] = "ptrace",
	[TR_FACT_MOUNT] = "mount",
	[TR_FACT_USERNS] = "userns",
	[TR_FACT_IO_URING] = "io_uring",
};

static const char *const act_names[TR_ACT_MAX] = {
	[TR_ACT_OPEN] = "open",
	[TR_ACT_CREATE] = "create",
	[TR_ACT_TRUNCATE] = "truncate",
	[TR_ACT_MMAP] = "mmap",
	[TR_ACT_EXEC] = "exec",
	[TR_ACT_INTERPRETER] = "interpreter",
	[TR_ACT_RENAME_FROM] = "rename-from",
	[TR_ACT_RENAME_TO] = "rename-to",
	[TR_ACT_UNLINK] = "unlink",
	[TR_ACT_MKDIR] = "mkdir",
	[TR_ACT_RMDIR] = "rmdir",
	[TR_ACT_LINK] = "link",
	[TR_ACT_SYMLINK] = "symlink",
	[TR_ACT_MKNOD] = "mknod",
	[TR_ACT_CHMOD] = "chmod",
	[TR_ACT_CHOWN] = "chown",
	[TR_ACT_LOCK] = "lock",
	[TR_ACT_MPROTECT] = "mprotect",
	[TR_ACT_RECEIVE] = "receive",
};

static const char *const access_names[TR_ACCESS_MAX] = {
	[TR_ACCESS_SEND] = "send",   [TR_ACCESS_RECEIVE] = "receive",
	[TR_ACCESS_TRACE] = "trace", [TR_ACCESS_TRACEDBY] = "tracedby",
	[TR_ACCESS_READ] = "read",   [TR_ACCESS_READBY] = "readby",
};

static const char *const mount_names[TR_MOUNT_MAX] = {
	[TR_MOUNT_NEW] = "mount",
	[TR_MOUNT_BIND] = "bind",
	[TR_MOUNT_REMOUNT] = "remount",
	[TR_MOUNT_MOVE] = "move",
	[TR_MOUNT_PROPAGATION] = "propagation",
	[TR_MOUNT_UMOUNT] = "umount",
	[TR_MOUNT_PIVOT_ROOT] = "pivot_root",
};

static const char *const uring_names[TR_URING_MAX] = {
	[TR_URING_SQPOLL] = "sqpoll",
	[TR_URING_OVERRIDE_CREDS] = "override_creds",
};

static const char *const peer_names[TR_PEER_MAX] = { "self", "other" };

/* The ops of a kind: names[from] to names[to - 1]. */
struct op_names {
	const char *const *names;
	unsigned from, to;
};

static const struct op_names op_names[TR_FACT_MAX] = {
	[TR_FACT_SIGNAL] = { access_names, TR_ACCESS_SEND, TR_ACCESS_RECEIVE + 1 },
	[TR_FACT_PTRACE] = { access_names, TR_ACCESS_TRACE, TR_ACCESS_READBY + 1 },
	[TR_FACT_MOUNT] = { mount_names, 0, TR_MOUNT_MAX },
	[TR_FACT_IO_URING] = { uring_names, 0, TR_URING_MAX },
};

static const char *const ended_names[TR_ENDED_MAX] = {
	[TR_ENDED_UNKNOWN] = "unknown",		[TR_ENDED_CHECKPOINT] = "checkpoint",
	[TR_ENDED_INTERRUPTED] = "interrupted", [TR_ENDED_DURATION] = "duration",
	[TR_ENDED_EXERCISE] = "exercise",	[TR_ENDED_EXITED] = "exited",
};

/* Member names in the footer: no hyphens, so that jq takes them unquoted. */
static const char *const loss_names[TR_LOSS_MAX] = {
	[TR_LOSS_RING] = "ring",	   [TR_LOSS_MAP] = "map",
	[TR_LOSS_PATH_DEEP] = "path_deep", [TR_LOSS_PATH_LONG] = "path_long",
	[TR_LOSS_STRING] = "string",	   [TR_LOSS_MARK] = "mark",
	[TR_LOSS_RECORDING] = "recording", [TR_LOSS_MISSED] = "missed",
};

static const char *const phase_names[] = { "runtime", "main", "exec" };
static const char *const where_names[] = {
	"image", "volume", "tmpfs", "proc", "sys", "dev", "other"
};
static const char *const flag_names[] = { "done",	  "failed",    "denied",
					  "inner-denied", "owner",     "not-owner",
					  "string",	  "signalled", "gained" };
static const char *const need_names[] = { "probed", "needed", "unknown" };

const struct bit_names phase_bits = { phase_names, TR_ARRAY_SIZE(phase_names) };
const struct bit_names where_bits = { where_names, TR_ARRAY_SIZE(where_names) };
const struct bit_names flag_bits = { flag_names, TR_ARRAY_SIZE(flag_names) };

static const char perm_letters[] = "rwklmx";

static const char *name_of(const char *const *names, size_t n, size_t i)
{
	return i < n ? names[i] : "?";
}

static int find(const char *const *names, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(names[i], name))
			return (int)i;
	return -1;
}

const char *tr_fact_kind_name(enum tr_fact_kind kind)
{
	return name_of(kind_names, TR_FACT_MAX, kind);
}

int tr_fact_kind_from_name(const char *name)
{
	return find(kind_names, TR_FACT_MAX, name);
}

const char *tr_act_name(enum tr_act act)
{
	return name_of(act_names, TR_ACT_MAX, act);
}

int tr_act_from_name(const char *name)
{
	return find(act_names, TR_ACT_MAX, name);
}

const char *tr_op_name(enum tr_fact_kind kind, unsigned op)
{
	const struct op_names *ops = &op_names[kind];

	return op >= ops->from && op < ops->to ? ops->names[op] : "?";
}

int tr_op_from_name(enum tr_fact_kind kind, const char *name)
{
	const struct op_names *ops = &op_names[kind];

	for (unsigned op = ops->from; op < ops->to; op++)
		if (!strcmp(ops->names[op], name))
			return (int)op;
	return -1;
}

const char *tr_peer_name(enum tr_peer peer)
{
	return name_of(peer_names, TR_PEER_MAX, peer);
}

int tr_peer_from_name(const char *name)
{
	return find(peer_names, TR_PEER_MAX, name);
}

const char *tr_ended_name(enum tr_ended ended)
{
	return name_of(ended_names, TR_ENDED_MAX, ended);
}

int tr_ended_from_name(const char *name)
{
	return find(ended_names, TR_ENDED_MAX, name);
}

const char *tr_loss_name(enum tr_loss loss)
{
	return name_of(loss_names, TR_LOSS_MAX, loss);
}

int tr_loss_from_name(const char *name)
{
	return find(loss_names, TR_LOSS_MAX, name);
}

uint32_t bit_from_name(const struct bit_names *bits, const char *name)
{
	int i = find(bits->names, bits->n, name);

	return i < 0 ? 0 : UINT32_C(1) << i;
}

const char *perms_name(uint16_t perms, char *buf)
{
	size_t n = 0;

	for (size_t i = 0; perm_letters[i]; i++)
		if (perms & 1u << i)
			buf[n++] = perm_letters[i];
	buf[n] = '\0';
	return buf;
}

int perms_from_name(const char *name)
{
	int perms = 0;

	for (; *name; name++) {
		const char *at = strchr(perm_letters, *name);
		int bit = at ? 1 << (at - perm_letters) : 0;

		if (!bit || perms & bit)
			return -1;
		perms |= bit;
	}
	return perms;
}

const char *need_name(uint16_t need)
{
	return name_of(need_names, TR_ARRAY_SIZE(need_names), need);
}

int need_from_name(const char *name)
{
	return find(need_names, TR_ARRAY_SIZE(need_names), name);
}
