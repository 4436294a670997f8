// SPDX-License-Identifier: Apache-2.0
#include "record/decode.h"

#include <linux/magic.h>
#include <stdlib.h>
#include <string.h>

#include "tables/args.h"
#include "util/mem.h"
#include "util/strbuf.h"

#ifndef MQUEUE_MAGIC
#define MQUEUE_MAGIC 0x19800202 /* ipc/mqueue.c */
#endif
#define PROC_MAGIC 0x9fa0 /* include/uapi/linux/magic.h: PROC_SUPER_MAGIC */

/* What the programs write is what facts.h means. */
#define SAME(ours, theirs) _Static_assert((int)(ours) == (int)(theirs), #ours)
SAME(TR_ABI_X86_64, TR_EVENT_ABI_X86_64);
SAME(TR_ABI_I386, TR_EVENT_ABI_I386);
SAME(TR_ABI_X32, TR_EVENT_ABI_X32);
SAME(TR_PHASE_RUNTIME, TR_EVENT_PHASE_RUNTIME);
SAME(TR_PHASE_MAIN, TR_EVENT_PHASE_MAIN);
SAME(TR_PHASE_EXEC, TR_EVENT_PHASE_EXEC);
SAME(TR_PERM_R, TR_EVENT_PERM_R);
SAME(TR_PERM_W, TR_EVENT_PERM_W);
SAME(TR_PERM_K, TR_EVENT_PERM_K);
SAME(TR_PERM_L, TR_EVENT_PERM_L);
SAME(TR_PERM_M, TR_EVENT_PERM_M);
SAME(TR_PERM_X, TR_EVENT_PERM_X);
SAME(TR_ACT_OPEN, TR_EVENT_ACT_OPEN);
SAME(TR_ACT_CREATE, TR_EVENT_ACT_CREATE);
SAME(TR_ACT_TRUNCATE, TR_EVENT_ACT_TRUNCATE);
SAME(TR_ACT_MMAP, TR_EVENT_ACT_MMAP);
SAME(TR_ACT_EXEC, TR_EVENT_ACT_EXEC);
SAME(TR_ACT_INTERPRETER, TR_EVENT_ACT_INTERPRETER);
SAME(TR_ACT_RENAME_FROM, TR_EVENT_ACT_RENAME_FROM);
SAME(TR_ACT_RENAME_TO, TR_EVENT_ACT_RENAME_TO);
SAME(TR_ACT_UNLINK, TR_EVENT_ACT_UNLINK);
SAME(TR_ACT_MKDIR, TR_EVENT_ACT_MKDIR);
SAME(TR_ACT_RMDIR, TR_EVENT_ACT_RMDIR);
SAME(TR_ACT_LINK, TR_EVENT_ACT_LINK);
SAME(TR_ACT_SYMLINK, TR_EVENT_ACT_SYMLINK);
SAME(TR_ACT_MKNOD, TR_EVENT_ACT_MKNOD);
SAME(TR_ACT_CHMOD, TR_EVENT_ACT_CHMOD);
SAME(TR_ACT_CHOWN, TR_EVENT_ACT_CHOWN);
SAME(TR_ACT_LOCK, TR_EVENT_ACT_LOCK);
SAME(TR_ACT_MPROTECT, TR_EVENT_ACT_MPROTECT);
SAME(TR_ACT_RECEIVE, TR_EVENT_ACT_RECEIVE);
SAME(TR_ACT_MAX, TR_EVENT_ACTS);
SAME(TR_ACCESS_SEND, TR_EVENT_ACCESS_SEND);
SAME(TR_ACCESS_RECEIVE, TR_EVENT_ACCESS_RECEIVE);
SAME(TR_ACCESS_TRACE, TR_EVENT_ACCESS_TRACE);
SAME(TR_ACCESS_TRACEDBY, TR_EVENT_ACCESS_TRACEDBY);
SAME(TR_ACCESS_READ, TR_EVENT_ACCESS_READ);
SAME(TR_ACCESS_READBY, TR_EVENT_ACCESS_READBY);
SAME(TR_NEED_PROBED, TR_EVENT_NEED_PROBED);
SAME(TR_NEED_NEEDED, TR_EVENT_NEED_NEEDED);
SAME(TR_NEED_UNKNOWN, TR_EVENT_NEED_UNKNOWN);
SAME(TR_PEER_SELF, TR_EVENT_PEER_SELF);
SAME(TR_PEER_OTHER, TR_EVENT_PEER_OTHER);
SAME(TR_MOUNT_NEW, TR_EVENT_MOUNT_NEW);
SAME(TR_MOUNT_BIND, TR_EVENT_MOUNT_BIND);
SAME(TR_MOUNT_REMOUNT, TR_EVENT_MOUNT_REMOUNT);
SAME(TR_MOUNT_MOVE, TR_EVENT_MOUNT_MOVE);
SAME(TR_MOUNT_PROPAGATION, TR_EVENT_MOUNT_PROPAGATION);
SAME(TR_MOUNT_UMOUNT, TR_EVENT_MOUNT_UMOUNT);
SAME(TR_MOUNT_PIVOT_ROOT, TR_EVENT_MOUNT_PIVOT_ROOT);
SAME(TR_URING_SQPOLL, TR_EVENT_URING_SQPOLL);
SAME(TR_URING_OVERRIDE_CREDS, TR_EVENT_URING_OVERRIDE_CREDS);
SAME(TR_LOSS_RING, TR_EVENT_LOSS_RING);
SAME(TR_LOSS_MAP, TR_EVENT_LOSS_MAP);
SAME(TR_LOSS_PATH_DEEP, TR_EVENT_LOSS_PATH_DEEP);
SAME(TR_LOSS_PATH_LONG, TR_EVENT_LOSS_PATH_LONG);
SAME(TR_LOSS_STRING, TR_EVENT_LOSS_STRING);
SAME(TR_LOSS_MARK, TR_EVENT_LOSS_MARK);
SAME(TR_LOSS_RECORDING, TR_EVENT_LOSS_RECORDING);
SAME(TR_LOSS_MISSED, TR_EVENT_LOSS_MISSED);
SAME(TR_LOSS_MAX, TR_EVENT_LOSSES);

const struct tr_event *decode_event(const void *bytes, size_t size, const void **ret_data,
				    size_t *ret_len)
{
	const struct tr_event *e = bytes;

	if (size < sizeof(*e) || e->len < sizeof(*e) || e->len > size ||
	    e->recording >= TR_MAX_RECORDINGS || e->row >= TR_MAX_ROWS)
		return NULL;
	*ret_data = e + 1;
	*ret_len = e->len - sizeof(*e);
	return e;
}

static bool below(const char *path, const char *dir)
{
	size_t n = strlen(dir);

	return !strncmp(path, dir, n) && (path[n] == '/' || path[n] == '\0');
}

/* What kind of place a file lives in; the super block's magic tells most of it. */
uint32_t decode_where(uint32_t magic, uint32_t flags, const char *path)
{
	switch (magic) {
	case PROC_MAGIC:
		return TR_WHERE_PROC;
	case SYSFS_MAGIC:
	case CGROUP_SUPER_MAGIC:
	case CGROUP2_SUPER_MAGIC:
		return TR_WHERE_SYS;
	case DEVPTS_SUPER_MAGIC:
	case MQUEUE_MAGIC:
		return TR_WHERE_DEV;
	case TMPFS_MAGIC:
		return below(path, "/dev") ? TR_WHERE_DEV : TR_WHERE_TMPFS;
	case SOCKFS_MAGIC:
	case PIPEFS_MAGIC:
	case ANON_INODE_FS_MAGIC:
	case NSFS_MAGIC:
		return TR_WHERE_OTHER;
	}
	return flags & TR_PATH_CROSSED ? TR_WHERE_VOLUME : TR_WHERE_IMAGE;
}

/* AppArmor writes a directory with a slash at its end. */
char *decode_path(const char *path, size_t len, uint32_t flags)
{
	if ((flags & TR_PATH_DIRECTORY) && len > 1)
		return tr_xasprintf("%.*s/", (int)len, path);
	return tr_xstrndup(path, len);
}

bool decode_is_path(const char *path, size_t len)
{
	return len && path[0] == '/' && !memchr(path, '\0', len);
}

static void file_evidence(const struct tr_event_file *e, const char *path, struct tr_evidence *ev)
{
	ev->flags = (e->flags & TR_PATH_REFUSED ? TR_EV_FAILED : TR_EV_DONE) |
		    (e->owner ? TR_EV_OWNER : TR_EV_NOT_OWNER);
	ev->where = decode_where(e->magic, e->flags, path);
}

bool decode_file(const void *data, size_t len, struct tr_fact *ret)
{
	const struct tr_event_file *e = data;
	const char *path = (const char *)(e + 1), *target;

	if (len < sizeof(*e) || (size_t)e->path_len + e->target_len > len - sizeof(*e) ||
	    e->act >= TR_ACT_MAX || (e->flags & TR_PATH_TRUNCATED) ||
	    !decode_is_path(path, e->path_len))
		return false;
	target = path + e->path_len;
	if (e->target_len && !decode_is_path(target, e->target_len))
		return false;
	*ret = (struct tr_fact){ .kind = TR_FACT_FILE, .act = e->act };
	ret->perms =
		e->perms & (TR_PERM_R | TR_PERM_W | TR_PERM_K | TR_PERM_L | TR_PERM_M | TR_PERM_X);
	ret->path = decode_path(path, e->path_len, e->flags);
	ret->source = e->target_len ? tr_xstrndup(target, e->target_len) : NULL;
	file_evidence(e, ret->path, &ret->ev);
	return true;
}

/* Appends the components of path to sb, each with its slash in front. */
static void join_components(struct strbuf *sb, const char *path)
{
	while (*path) {
		size_t n = strcspn(path, "/");

		if (n == 2 && path[0] == '.' && path[1] == '.') {
			const char *slash = strrchr(strbuf_str(sb), '/');

			if (slash) {
				sb->len = (size_t)(slash - sb->s);
				sb->s[sb->len] = '\0';
			}
		} else if (n && !(n == 1 && path[0] == '.')) {
			strbuf_addc(sb, '/');
			strbuf_add(sb, path, n);
		}
		path += n + (path[n] == '/');
	}
}

char *decode_join(const char *dir, const char *name)
{
	struct strbuf sb = STRBUF_INIT;

	if (*name != '/')
		join_components(&sb, dir);
	join_components(&sb, name);
	if (!sb.len)
		strbuf_addc(&sb, '/');
	return strbuf_detach(&sb);
}

bool decode_exec(const void *data, size_t len, struct tr_fact *ret, char **ret_binary)
{
	const struct tr_event_exec *e = data;
	const char *binary = (const char *)(e + 1), *name, *interp, *cwd;

	if (len < sizeof(*e) || (e->file.flags & TR_PATH_TRUNCATED) ||
	    (size_t)e->file.path_len + e->name_len + e->interp_len + e->cwd_len > len - sizeof(*e))
		return false;
	name = binary + e->file.path_len;
	interp = name + e->name_len;
	cwd = interp + e->interp_len;
	if (!decode_is_path(binary, e->file.path_len))
		return false;
	*ret = (struct tr_fact){ .kind = TR_FACT_EXEC };
	file_evidence(&e->file, binary, &ret->ev);
	ret->ev.flags |= e->gains ? TR_EV_GAINED : 0;
	*ret_binary = decode_path(binary, e->file.path_len, e->file.flags);
	if (e->name_len == e->interp_len && !memcmp(name, interp, e->name_len)) {
		ret->path = tr_xstrdup(*ret_binary);
		return true;
	}
	tr_cleanup_free char *n = tr_xstrndup(name, e->name_len);
	tr_cleanup_free char *d = tr_xstrndup(cwd, e->cwd_len);

	ret->path = decode_join(d, n);
	ret->interp = tr_xstrdup(*ret_binary);
	/* The owner and the place are the interpreter's; the script's are not known. */
	ret->ev.flags = TR_EV_DONE | TR_EV_STRING | (ret->ev.flags & TR_EV_GAINED);
	ret->ev.where = 0;
	return true;
}

bool decode_call(const struct tr_event *e, const void *data, size_t len, struct tr_fact *ret)
{
	const struct tr_event_denied *d = data;

	if (len < sizeof(*d) || d->abi >= TR_ABI_MAX)
		return false;
	*ret = (struct tr_fact){ .kind = TR_FACT_SYSCALL, .abi = d->abi, .nr = d->nr };
	if (e->type == TR_EVENT_ODD_CALL) {
		ret->ev.flags = TR_EV_DONE;
		return true;
	}
	ret->ev.flags = d->inner ? TR_EV_INNER_DENIED : TR_EV_DENIED;
	if (d->ret < 0 && d->ret >= -4095)
		tr_u32set_add(&ret->ev.errnos, (uint32_t)-d->ret);
	else
		ret->ev.flags |= TR_EV_SIGNALLED;
	return true;
}

bool decode_arg(const void *data, size_t len, struct tr_fact *ret)
{
	const struct tr_event_arg *a = data;

	if (len < sizeof(*a) || a->abi >= TR_ABI_MAX || (a->index > 5 && a->index != TR_ARG_TUPLE))
		return false;
	if (a->index == TR_ARG_TUPLE && !a->overflow) {
		*ret = (struct tr_fact){ .kind = TR_FACT_SOCKET };
		ret->sock.family = (uint16_t)a->value;
		ret->sock.type = (uint16_t)(a->value >> 16) & SOCK_TYPE_BITS;
		ret->sock.protocol = (uint32_t)(a->value >> 32);
	} else {
		*ret = (struct tr_fact){ .kind = TR_FACT_ARG, .abi = a->abi, .nr = a->nr };
		/* Too many sockets of ever new kinds: the first argument stands for all three. */
		ret->arg.index = a->index == TR_ARG_TUPLE ? 0 : a->index;
		ret->arg.overflow = a->overflow;
		ret->arg.value = a->overflow ? 0 : a->value;
	}
	ret->ev.flags = a->how == TR_ARG_LET_IN ? TR_EV_DONE :
			a->how == TR_ARG_DENIED ? TR_EV_DENIED :
						  TR_EV_INNER_DENIED;
	return true;
}
