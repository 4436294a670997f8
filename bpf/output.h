/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Handing events over. The caller enters a key as seen only after its event was handed over, so
 * that a dropped one is offered again the next time it happens.
 *
 * Buffer and tables are shared, and a container may want to fill them. Each has a budget; and the last of
 * the room is for those who have used little of it, so that nobody's facts are lost for another's.
 */
#ifndef BPF_OUTPUT_H
#define BPF_OUTPUT_H

#include "state.h"

#define PATH_BYTES    4096
#define STRINGS_BYTES (4 * PATH_BYTES)

/* A path in scratch.path: `len` bytes from `off`, no NUL behind. */
struct walked {
	__u32 off, len;
	__u32 flags; /* TR_PATH_* */
};

/*
 * A path walk between two steps. It lives in scratch because the verifier forgets what is in a map:
 * on the stack it would tell every combination of these apart, a hundred steps deep.
 */
struct walk {
	__u64 dentry, mount;
	__u32 off;
	__u32 flags; /* TR_PATH_* */
	__u32 hop_off; /* off at the first hop from a mount to the one below; 0: none yet */
	__u32 pad;
};

/*
 * Room for one event and one path under construction. A CPU has one; a program that finds it
 * taken (it interrupted another here, possible since tracepoints run preemptible) counts a loss of
 * the recording's.
 */
struct scratch {
	__u32 busy;
	struct walked walked;
	struct walk walk;
	char path[2 * PATH_BYTES]; /* filled from PATH_BYTES downwards; the rest is slack */
	struct tr_event head;
	char data[STRINGS_BYTES +
		  PATH_BYTES]; /* an offset below STRINGS_BYTES has room for a path */
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct scratch);
} scratches SEC(".maps") __weak;

static __always_inline struct scratch *scratch_take(void)
{
	__u32 zero = 0;
	struct scratch *s = bpf_map_lookup_elem(&scratches, &zero);

	if (!s || (cfg_fail_scratch && __sync_fetch_and_add(&n_scratches, 1) % cfg_fail_scratch ==
					       cfg_fail_scratch - 1))
		return NULL;
	return __sync_lock_test_and_set(&s->busy, 1) ? NULL : s;
}

/* The same, and counts what cannot be told for want of it. */
static __always_inline struct scratch *scratch_for(struct tr_mark *m)
{
	struct scratch *s = scratch_take();

	if (!s)
		count_loss(m->recording, TR_EVENT_LOSS_MISSED);
	return s;
}

static __always_inline void scratch_give_back(struct scratch *s)
{
	s->busy = 0;
}

static __always_inline void event_head(struct tr_event *e, __u16 type, struct task_struct *task,
				       struct tr_mark *m)
{
	e->type = type;
	e->recording = m->recording;
	e->len = 0;
	e->row = m->row;
	e->tgid = (__u32)BPF_CORE_READ(task, tgid);
	e->phase = m->phase;
	e->level = m->level;
	e->flags = m->flags;
	e->pad = 0;
	e->filters = (__u32)BPF_CORE_READ(task, seccomp.filter_count.counter);
}

/* How many events within a second make nobody a flood. */
#define BURST_EVENTS 1024
/* What an event may be long, to count as one. */
#define BUDGET_BYTES 256

/* The recorder is woken each time so many more bytes wait for it, half a megabyte; else it looks by itself. */
#define WAKE_SHIFT 19

/* What tells of a recording itself: without it nothing else could be understood, and it is little. */
static __always_inline bool is_fact(__u16 type)
{
	return type != TR_EVENT_RECORDING && type != TR_EVENT_ROW && type != TR_EVENT_ENTRY &&
	       type != TR_EVENT_ENDED && type != TR_EVENT_THREADS;
}

static __always_inline bool may_send(struct tr_recording_state *r, __u16 type, __u64 waiting)
{
	if (r->burst_epoch != now_epoch) {
		r->burst_epoch = now_epoch;
		r->burst = 0;
	}
	r->burst++;
	if (!is_fact(type))
		return true;
	if (cfg_max_events && r->events >= cfg_max_events)
		return false;
	return r->burst < BURST_EVENTS ||
	       waiting < bpf_ringbuf_query(&events, BPF_RB_RING_SIZE) / 8 * 7;
}

/* Sends s->head with `len` bytes of s->data. Returns 0 if it was handed over. */
static __always_inline int event_send(struct scratch *s, __u32 len, bool urgent)
{
	struct tr_recording_state *r = recording_state(s->head.recording);
	__u64 waiting = bpf_ringbuf_query(&events, BPF_RB_AVAIL_DATA);
	__u64 flags = BPF_RB_NO_WAKEUP;

	if (!r)
		return -1;
	if (!may_send(r, s->head.type, waiting)) {
		__sync_fetch_and_add(&r->losses[TR_EVENT_LOSS_RING], 1);
		return -1;
	}
	/* The verifier must see the bound on the very register that is passed. */
	if (len > STRINGS_BYTES)
		len = STRINGS_BYTES;
	s->head.len = sizeof(s->head) + len;
	/* Not at every event behind the mark: a wake-up is an interrupt, and the recorder is up by then. */
	if (urgent || waiting >> WAKE_SHIFT != (waiting + sizeof(s->head) + len) >> WAKE_SHIFT)
		flags = BPF_RB_FORCE_WAKEUP;
	if (bpf_ringbuf_output(&events, &s->head, sizeof(s->head) + len, flags)) {
		__sync_fetch_and_add(&r->losses[TR_EVENT_LOSS_RING], 1);
		return -1;
	}
	__sync_fetch_and_add(&r->events, 1 + len / BUDGET_BYTES);
	return 0;
}

/*
 * Enters a key in a table that all share. Who has many there finds it full when a quarter is left.
 * Returns 0; -EEXIST if another CPU was quicker; -E2BIG if the table is full; else what the kernel could
 * not do at this moment (it allocates each entry).
 */
static __always_inline long remember(void *map, __u32 table, const void *key, const void *value,
				     __u32 recording)
{
	struct tr_recording_state *r = recording_state(recording);
	__u32 size = cfg_table_sizes[table];
	long err;

	if (!r || (r->kept[table] >= size / 64 && n_kept[table] >= size / 4 * 3))
		return -E2BIG;
	err = bpf_map_update_elem(map, key, value, BPF_NOEXIST);
	if (err)
		return err;
	__sync_fetch_and_add(&r->kept[table], 1);
	__sync_fetch_and_add(&n_kept[table], 1);
	return 0;
}

static __always_inline void forget(void *map, __u32 table, const void *key, __u32 recording)
{
	struct tr_recording_state *r = recording_state(recording);

	if (!r || bpf_map_delete_elem(map, key))
		return;
	__sync_fetch_and_sub(&r->kept[table], 1);
	__sync_fetch_and_sub(&n_kept[table], 1);
}

#endif
