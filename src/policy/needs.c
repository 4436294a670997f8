// SPDX-License-Identifier: Apache-2.0
/* From facts to what AppArmor asks: security/apparmor/lsm.c, file.c, domain.c, task.c, mount.c. */
#include "policy/needs.h"

#include <string.h>
#include <sys/mount.h>

/* Kinds of propagation. */
#define MS_PROPAGATION (MS_SHARED | MS_PRIVATE | MS_SLAVE | MS_UNBINDABLE)

/* After its entry exec, and not only refused. */
static bool is_asked(const struct tr_fact *fact)
{
	return (fact->ev.phases & (TR_PHASE_MAIN | TR_PHASE_EXEC)) &&
	       (fact->ev.flags & (TR_EV_DONE | TR_EV_FAILED));
}

/* Where nobody looked, a rule that asks for the owner is not enough. */
static unsigned whose(const struct tr_fact *fact)
{
	bool owner = fact->ev.flags & TR_EV_OWNER, other = fact->ev.flags & TR_EV_NOT_OWNER;

	if (!owner && !other)
		return NEED_OWNER | NEED_OTHER;
	return (owner ? NEED_OWNER : 0) | (other ? NEED_OTHER : 0);
}

static size_t of_file(const struct tr_fact *fact, struct need *ret)
{
	bool is_link = fact->act == TR_ACT_LINK && fact->source && (fact->perms & TR_PERM_L);
	size_t n = 0;

	if (is_link)
		ret[n++] = (struct need){ .kind = NEED_LINK,
					  .path = fact->path,
					  .source = fact->source,
					  .who = whose(fact) };
	/* Without its target, the name alone is all that can be asked for. */
	if (fact->perms & ~(is_link ? TR_PERM_L : 0u))
		ret[n++] = (struct need){ .kind = NEED_FILE,
					  .path = fact->path,
					  .perms = fact->perms & ~(is_link ? TR_PERM_L : 0u),
					  .who = whose(fact),
					  .perhaps = fact->act == TR_ACT_RECEIVE };
	return n;
}

static bool saw_by_hooks(const struct tr_facts *facts, const struct tr_fact *fact)
{
	const struct tr_u32set *in = &fact->ev.recordings;

	for (size_t i = 0; i < in->n; i++) {
		const struct tr_strset *backends, *missing;
		const struct tr_recording *rec;

		if (in->v[i] >= facts->n_recordings)
			return false;
		rec = &facts->recordings[in->v[i]];
		backends = tr_context_all(rec, "backend");
		missing = tr_context_all(rec, "hooks.missing");
		if (!backends || backends->n != 1 || strcmp(backends->v[0], "hooks") != 0 ||
		    (missing && tr_strset_has(missing, "hook.bprm_creds_for_exec")))
			return false;
	}
	return in->n > 0;
}

/*
 * The hooks record what was asked about a program as an act on its file, and this fact for each program
 * that was run, the first one too.
 */
static size_t of_exec(const struct tr_facts *facts, const struct tr_fact *fact, struct need *ret)
{
	if (saw_by_hooks(facts, fact))
		return 0;
	*ret = (struct need){
		.kind = NEED_FILE, .path = fact->path, .perms = TR_PERM_X, .who = whose(fact)
	};
	return 1;
}

static size_t of_capability(const struct tr_fact *fact, struct need *ret)
{
	if (fact->need == TR_NEED_PROBED)
		return 0;
	*ret = (struct need){ .kind = NEED_CAPABILITY,
			      .number = fact->cap,
			      .perhaps = fact->need != TR_NEED_NEEDED };
	return 1;
}

/*
 * Signals come from unconfined engines and people, and, where the runtimes are under profiles of their
 * own (AppArmor 4.0), from these. What the container sends to others, it sends to those without one.
 */
static size_t of_signal(const struct tr_fact *fact, struct need *ret)
{
	static const char *const from[] = { "unconfined", "runc", "crun" };
	size_t n = 0;

	if (fact->peer == TR_PEER_SELF) {
		ret[n++] = (struct need){ .kind = NEED_SIGNAL };
	} else {
		size_t peers = fact->op == TR_ACCESS_RECEIVE ? 3 : 1;

		for (; n < peers; n++)
			ret[n] = (struct need){ .kind = NEED_SIGNAL,
						.peer = from[n],
						.perhaps = n > 0 };
	}
	for (size_t i = 0; i < n; i++) {
		ret[i].number = fact->nr;
		ret[i].access = fact->op;
	}
	return n;
}

/* An unconfined process may trace and read anyone: task.c, profile_tracee_perm. */
static size_t of_ptrace(const struct tr_fact *fact, struct need *ret)
{
	bool passive = fact->op == TR_ACCESS_TRACEDBY || fact->op == TR_ACCESS_READBY;
	bool self = fact->peer == TR_PEER_SELF;

	*ret = (struct need){ .kind = NEED_PTRACE,
			      .access = fact->op,
			      .peer = self ? NULL : "unconfined",
			      .perhaps = !self && passive };
	return 1;
}

/* mount.c: each kind of mount is asked about with the flags that it looks at. */
static size_t of_mount(const struct tr_fact *fact, struct need *ret)
{
	*ret = (struct need){ .kind = NEED_MOUNT, .path = fact->path };
	switch (fact->op) {
	case TR_MOUNT_NEW:
		ret->source = fact->source;
		ret->fstype = fact->fstype;
		ret->flags = fact->mount_flags;
		break;
	case TR_MOUNT_BIND:
		ret->source = fact->source;
		ret->flags = fact->mount_flags & (MS_BIND | MS_REC);
		break;
	case TR_MOUNT_REMOUNT:
		ret->flags = fact->mount_flags;
		break;
	case TR_MOUNT_MOVE:
		ret->source = fact->source;
		ret->flags = MS_MOVE;
		/* One that is nowhere yet, of fsmount(2) or open_tree(2): asked about since Linux 6.8. */
		ret->perhaps = !fact->source;
		break;
	case TR_MOUNT_PROPAGATION:
		ret->flags = fact->mount_flags & (MS_PROPAGATION | MS_REC | MS_SILENT);
		break;
	case TR_MOUNT_UMOUNT:
		ret->kind = NEED_UMOUNT;
		break;
	case TR_MOUNT_PIVOT_ROOT:
		ret->kind = NEED_PIVOT_ROOT;
		ret->source = fact->source ? fact->source : "";
		break;
	default:
		return 0;
	}
	return 1;
}

size_t needs_of(const struct tr_facts *facts, const struct tr_fact *fact,
		struct need ret[NEEDS_MAX])
{
	if (!is_asked(fact))
		return 0;
	switch (fact->kind) {
	case TR_FACT_FILE:
		return of_file(fact, ret);
	case TR_FACT_EXEC:
		return of_exec(facts, fact, ret);
	case TR_FACT_CAPABILITY:
		return of_capability(fact, ret);
	case TR_FACT_NETWORK:
		*ret = (struct need){ .kind = NEED_NETWORK,
				      .family = fact->sock.family,
				      .type = fact->sock.type };
		return 1;
	case TR_FACT_SIGNAL:
		return of_signal(fact, ret);
	case TR_FACT_PTRACE:
		return of_ptrace(fact, ret);
	case TR_FACT_MOUNT:
		return of_mount(fact, ret);
	case TR_FACT_USERNS:
		*ret = (struct need){ .kind = NEED_USERNS };
		return 1;
	case TR_FACT_IO_URING:
		*ret = (struct need){ .kind = NEED_IO_URING, .access = fact->op };
		return 1;
	case TR_FACT_SYSCALL:
	case TR_FACT_ARG:
	case TR_FACT_SOCKET:
	case TR_FACT_MAX:
		break;
	}
	return 0;
}
