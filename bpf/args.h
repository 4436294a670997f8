/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Selector arguments: the few that decide what a call is (an ioctl's command, a socket's family).
 * Which ones is the recorder's table; here are bounded sets of the values that came.
 */
#ifndef BPF_ARGS_H
#define BPF_ARGS_H

#include "output.h"

/* By cell of a row: the arguments to record (TR_ARGS_TUPLE, and a bit each). */
const volatile __u8 cfg_args[TR_ROW_CELLS] __weak = { 0 };

struct arg_key {
	__u32 row;
	__u16 cell;
	__u8 index;
	__u8 counter : 1; /* the number of values this argument showed; value is 0 */
	__u8 how : 7; /* enum tr_arg_how: each has values of its own */
	__u64 value;
};
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 65536);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct arg_key);
	__type(value, __u32);
} args_seen SEC(".maps") __weak;

static __always_inline void send_arg(struct tr_mark *m, struct task_struct *task,
				     struct arg_key *key, bool overflow, __u32 *ret_sent)
{
	struct scratch *s = scratch_for(m);
	struct tr_event_arg *e;

	*ret_sent = 0;
	if (!s)
		return;
	e = (struct tr_event_arg *)s->data;
	e->abi = key->cell / TR_ROW_NRS;
	e->nr = key->cell % TR_ROW_NRS;
	e->index = key->index;
	e->how = key->how;
	e->pad = 0;
	e->overflow = overflow;
	e->value = overflow ? 0 : key->value;
	event_head(&s->head, TR_EVENT_ARG, task, m);
	*ret_sent = !event_send(s, sizeof(*e), false);
	scratch_give_back(s);
}

/*
 * A value of one argument. The first TR_ARG_VALUES are handed over, then, once, that there are
 * more: a call with ever-new values costs two look-ups each time and no more memory.
 *
 * Tasks on several CPUs may meet a value at once: who enters its key tells of it. The counter is taken
 * before the event is sent, so that exactly one finds it at its end.
 */
static __always_inline void arg_value(struct tr_mark *m, struct task_struct *task, __u32 cell,
				      __u8 index, __u8 how, __u64 value)
{
	struct arg_key key = {
		.row = m->row, .cell = (__u16)cell, .index = index, .how = how, .value = value
	};
	struct arg_key counter = {
		.row = m->row, .cell = (__u16)cell, .index = index, .counter = 1, .how = how
	};
	__u32 *n, before = 0, sent = 0, none = 0;
	bool counted;
	long err = 0;

	if (bpf_map_lookup_elem(&args_seen, &key))
		return;
	n = bpf_map_lookup_elem(&args_seen, &counter);
	if (!n) {
		err = remember(&args_seen, TR_TABLE_ARGS, &counter, &none, m->recording);
		n = bpf_map_lookup_elem(&args_seen, &counter);
	}
	if (n && *n > TR_ARG_VALUES)
		return;
	if (n)
		err = remember(&args_seen, TR_TABLE_ARGS, &key, &none, m->recording);
	if (err == -EEXIST)
		return;
	/* In a full table it could not be counted, and would come again each time. */
	if (err == -E2BIG) {
		count_loss(m->recording, TR_EVENT_LOSS_MAP);
		return;
	}
	/* Nor is it counted if there was no memory for the moment, but then it may come again. */
	counted = n && !err;
	if (counted)
		before = __sync_fetch_and_add(n, 1);
	if (before <= TR_ARG_VALUES)
		send_arg(m, task, &key, before == TR_ARG_VALUES, &sent);
	if (counted && (!sent || before >= TR_ARG_VALUES))
		forget(&args_seen, TR_TABLE_ARGS, &key, m->recording);
	if (counted && !sent)
		__sync_fetch_and_sub(n, 1);
}

/* The recorded arguments of a call that is being entered, or was refused; `cell` is its place in a row. */
__weak __noinline int args_seen_of(struct tr_mark *m, __u64 task_at, __u64 regs_at, __u32 cell,
				   __u32 how)
{
	struct task_struct *task = (struct task_struct *)task_at;
	__u32 abi = cell / TR_ROW_NRS;
	__u8 wanted;

	if (!m || cell >= TR_ROW_CELLS)
		return 0;
	wanted = cfg_args[cell];
	if (wanted & TR_ARGS_TUPLE) {
		__u64 v = (call_arg_at(regs_at, abi, 0) & 0xffff) |
			  (call_arg_at(regs_at, abi, 1) & 0xffff) << 16 |
			  call_arg_at(regs_at, abi, 2) << 32;

		arg_value(m, task, cell, TR_ARG_TUPLE, (__u8)how, v);
	}
	for (int i = 0; i < 5; i++)
		if (wanted & (1 << i))
			arg_value(m, task, cell, (__u8)i, (__u8)how, call_arg_at(regs_at, abi, i));
	return 0;
}

/* Looks whether there is anything to note of a call, first: mostly there is not. */
static __always_inline void args_of_call(struct tr_mark *m, __u64 task, __u64 regs, struct call c,
					 enum tr_arg_how how)
{
	__u32 cell = c.abi * TR_ROW_NRS + c.nr;

	if (c.nr < TR_ROW_NRS && cell < TR_ROW_CELLS && cfg_args[cell])
		args_seen_of(m, task, regs, cell, how);
}

#endif
