/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What is asked of the kernel's security modules without a path: capabilities, signals, ptrace, user
 * namespaces, io_uring, and sockets.
 */
#ifndef BPF_ASKED_H
#define BPF_ASKED_H

#include "output.h"

struct asked_key {
	__u64 what; /* struct tr_event_asked, or of a socket what stands in its event, folded */
	__u32 row;
	__u32 type; /* of the event */
};
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16384);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct asked_key);
	__type(value, __u8);
} asked_seen_before SEC(".maps") __weak;

/*
 * What a task that is behind its entry does is recorded, and what the runtime does before is not: the
 * profile comes into force at the entry.
 */
static __always_inline struct tr_mark *acting(struct task_struct *task)
{
	struct tr_mark *m = mark_of(task);

	return m && (m->flags & TR_MARK_ENTERED) && m->level >= TR_LEVEL_FILES ? m : NULL;
}

/*
 * Whether `cred` is the container's: who opened a file, or in whose name the kernel works. AppArmor asks the
 * label of a file system's mounter where that is made of others (overlayfs), and does not ask about a file
 * that somebody unconfined opened (aa_file_perm). A label cannot be seen here, but what a runtime changes
 * with it, and no set-id program changes back, can: the bounding set becomes smaller, and the session's
 * keyring a new one.
 */
static __always_inline bool is_own(struct task_struct *task, struct tr_mark *m,
				   const struct cred *cred)
{
	const struct cred *own = BPF_CORE_READ(task, real_cred);

	if (cred == own)
		return true;
	return !(bounding_of(cred) & ~m->bounding) &&
	       BPF_CORE_READ(cred, session_keyring) == BPF_CORE_READ(own, session_keyring);
}

/* A struct tr_event_asked as the number that a global function takes. */
static __always_inline __u64 asked_word(__u8 kind, __u8 op, __u8 peer, __u8 need, __u32 number)
{
	return kind | (__u64)op << 8 | (__u64)peer << 16 | (__u64)need << 24 | (__u64)number << 32;
}

/* Hands it over, the first time. task is an address (see address_of). */
__weak __noinline int asked(struct tr_mark *m, __u64 task, __u64 word)
{
	struct asked_key key = { .what = word, .type = TR_EVENT_ASKED };
	struct tr_event_asked *e;
	struct scratch *s;
	__u8 one = 1;

	if (!m)
		return 0;
	key.row = m->row;
	if (bpf_map_lookup_elem(&asked_seen_before, &key))
		return 0;
	s = scratch_for(m);
	if (!s)
		return 0;
	e = (struct tr_event_asked *)s->data;
	e->kind = (__u8)word;
	e->op = (__u8)(word >> 8);
	e->peer = (__u8)(word >> 16);
	e->need = (__u8)(word >> 24);
	e->number = (__u32)(word >> 32);
	event_head(&s->head, TR_EVENT_ASKED, (struct task_struct *)task, m);
	if (!event_send(s, sizeof(*e), false))
		remember(&asked_seen_before, TR_TABLE_ASKED, &key, &one, m->recording);
	scratch_give_back(s);
	return 0;
}

/* What one task does to another: each is on its side of it, if it is recorded. */
static __always_inline void asked_of_other(struct task_struct *task, struct task_struct *other,
					   __u8 kind, __u8 op, __u8 op_of_other, __u32 number)
{
	struct tr_mark *mine = acting(task), *its = acting(other);
	__u8 peer = mine && its && mine->recording == its->recording ? TR_EVENT_PEER_SELF :
								       TR_EVENT_PEER_OTHER;

	if (mine)
		asked(mine, address_of(task), asked_word(kind, op, peer, 0, number));
	if (its)
		asked(its, address_of(other), asked_word(kind, op_of_other, peer, 0, number));
}

/* An address that a socket is bound to, as struct tr_event_network has it. */
struct bound {
	__u64 task;
	__u64 hash; /* of what follows; 0: not bound */
	struct tr_event_network head;
	__u8 address[TR_ADDRESS_MAX];
	__u8 pad[4];
};

static __always_inline __u64 bound_hash(struct bound *b)
{
	__u64 h = 0xcbf29ce484222325ULL ^ b->head.port;

	for (int i = 0; i < TR_ADDRESS_MAX; i++)
		h = (h ^ b->address[i]) * 0x100000001b3ULL;
	return h | 1;
}

/* Hands over that such a socket is used, or what it is bound to, the first time. */
__weak __noinline int network(struct tr_mark *m, struct bound *b)
{
	struct asked_key key = { .type = TR_EVENT_NETWORK };
	struct scratch *s;
	__u32 len = sizeof(b->head);
	__u8 one = 1;

	if (!m || !b)
		return 0;
	key.row = m->row;
	key.what = ((__u64)b->head.family << 32 | (__u64)b->head.type << 48) ^ b->hash;
	if (bpf_map_lookup_elem(&asked_seen_before, &key))
		return 0;
	s = scratch_for(m);
	if (!s)
		return 0;
	__builtin_memcpy(s->data, &b->head, sizeof(b->head));
	if (b->hash) {
		__builtin_memcpy(s->data + sizeof(b->head), b->address, sizeof(b->address));
		len += b->head.address_len <= TR_ADDRESS_MAX ? b->head.address_len : 0;
	}
	event_head(&s->head, TR_EVENT_NETWORK, (struct task_struct *)b->task, m);
	if (!event_send(s, len, false))
		remember(&asked_seen_before, TR_TABLE_ASKED, &key, &one, m->recording);
	scratch_give_back(s);
	return 0;
}

/* Apart from what calls it, for the stack is short. */
__weak __noinline int network_first_used(struct tr_mark *m, __u64 task, __u32 family, __u32 type)
{
	struct bound b = { .task = task };

	b.head.family = (__u16)family;
	b.head.type = (__u16)type;
	return m ? network(m, &b) : 0;
}

/* A socket of this kind is used. */
static __always_inline void network_used(struct tr_mark *m, struct task_struct *task, __u16 family,
					 __u16 type)
{
	struct asked_key key = { .type = TR_EVENT_NETWORK, .row = m->row };

	key.what = (__u64)family << 32 | (__u64)type << 48;
	if (!bpf_map_lookup_elem(&asked_seen_before, &key))
		network_first_used(m, address_of(task), family, type);
}

#endif
