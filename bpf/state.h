/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What the programs share: maps, settings, counters and the mark. Each object file has these as
 * weak symbols; the linker makes them one.
 */
#ifndef BPF_STATE_H
#define BPF_STATE_H

#include "compat.h"

#include <bpf/bpf_tracing.h>

/* Settings, fixed at load. */
const volatile __u32 cfg_host_mnt_ns __weak = 0; /* entry without a filter: not in this one */
const volatile __u32 cfg_host_pid_ns __weak = 0;
const volatile __u8 cfg_auto __weak = 0; /* record every container that appears */
const volatile __u8 cfg_level __weak = TR_LEVEL_FILES;
/* The address of AppArmor's: where in the room that modules have in credentials its part is. 0: none. */
const volatile __u64 cfg_apparmor_blob_sizes __weak = 0;
const volatile __u8 cfg_names __weak =
	0; /* the key of a file has the names of the directories above */
const volatile __u32 cfg_max_events __weak = 0; /* first-seen events a recording may hand over */
const volatile __u32 cfg_table_sizes[TR_TABLES] __weak = { 0 };

/* For tests: every so-manyth mark is refused as if the kernel had no memory; 0: none. */
const volatile __u32 cfg_fail_marks __weak = 0;
const volatile __u8 cfg_fail_seats __weak = 0; /* nobody gets a seat */
const volatile __u8 cfg_fail_late __weak = 0; /* nor waits a mark that was refused */
const volatile __u32 cfg_fail_scratch __weak = 0; /* as cfg_fail_marks, for struct scratch */
const volatile __u32 cfg_fail_storage __weak = 0; /* so often, a mark cannot be looked at, twice */

const volatile __u8 cfg_fail_mappings __weak = 0; /* somebody is always changing them */

/* Task storage may refuse to be looked at (mark_not_got). */
const volatile __u8 cfg_storage_refuses __weak = 0;

/* Written by the recorder while it runs: 1..255, one further each second. */
volatile __u8 now_epoch __weak = 1;

/* Counters that belong to no recording. */
__u32 n_recordings __weak = 0;
__u32 n_rows __weak = TR_FIRST_FREE_ROW; /* that were given out */
__u64 lost_recordings __weak = 0; /* containers met when all slots were taken */
__u32 n_late __weak = 0; /* marks that wait in late_marks */
__u32 n_marks __weak = 0; /* for cfg_fail_marks */
__u32 n_scratches __weak = 0; /* for cfg_fail_scratch */
__u32 n_storage __weak = 0; /* for cfg_fail_storage */
__u32 n_kept[TR_TABLES] __weak = { 0 }; /* entries, of all recordings */
__u32 seeded __weak = 0; /* tasks the last seeding pass marked */
__u32 seeding __weak = 0; /* TR_SEED_*: what a seeding pass does */

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct tr_mark);
} marks SEC(".maps") __weak;

/*
 * Marks that task storage did not take: it allocates, and in the middle of a fork the kernel may
 * refuse that for a moment. They wait here, by thread, until the task itself is met. Preallocated:
 * it must not fail for the same reason.
 */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4096);
	__type(key, __u32);
	__type(value, struct tr_mark);
} late_marks SEC(".maps") __weak;

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, TR_MAX_ROWS);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, struct tr_row);
} rows SEC(".maps") __weak;

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, TR_MAX_RECORDINGS);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, struct tr_recording_state);
} recordings SEC(".maps") __weak;

/*
 * A cgroup component, NUL-padded, to the recording it means. Preallocated: without memory for the moment, a
 * container would be missed.
 */
struct cgroup_name {
	char s[TR_CGROUP_NAME_MAX];
};
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4096);
	__type(key, struct cgroup_name);
	__type(value, __u16);
} names SEC(".maps") __weak;

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 8 << 20);
} events SEC(".maps") __weak;

/*
 * Numbers, of recordings and of rows, are taken before it is known whether they are needed: another CPU may
 * meet the same at the same moment, and be first. Those that nobody needed are the next to be taken.
 */
#define SPARES 4
__u32 spare_recordings[SPARES] __weak = { 0 }; /* number + 1; 0: none */
__u32 spare_rows[SPARES] __weak = { 0 };

static __always_inline __u32 spare_take(__u32 *spare)
{
	__u32 n = *spare;

	return n && __sync_val_compare_and_swap(spare, n, 0) == n ? n : 0;
}

static __always_inline bool spare_put(__u32 *spare, __u32 n)
{
	return !*spare && !__sync_val_compare_and_swap(spare, 0, n);
}

/* `max` or more: there is none left. Loops as clang lays them out here, Linux 6.1 refuses. */
static __always_inline __u32 number_take(__u32 *next, __u32 *spares, __u32 max)
{
	__u32 n = spare_take(&spares[0]);

	n = n ?: spare_take(&spares[1]);
	n = n ?: spare_take(&spares[2]);
	n = n ?: spare_take(&spares[3]);
	if (n)
		return n - 1;
	/* It would begin anew some day. */
	return *next < max ? __sync_fetch_and_add(next, 1) : max;
}

static __always_inline void number_give_back(__u32 *spares, __u32 number)
{
	__u32 n = number + 1;

	if (!spare_put(&spares[0], n) && !spare_put(&spares[1], n) && !spare_put(&spares[2], n))
		spare_put(&spares[3], n);
}

static __always_inline struct tr_recording_state *recording_state(__u32 index)
{
	return bpf_map_lookup_elem(&recordings, &index);
}

/* Every loss is counted where it belongs; `by` is never 0. */
static __always_inline void count_loss(__u32 recording, __u32 cause)
{
	struct tr_recording_state *r = recording_state(recording);

	if (r && cause < TR_EVENT_LOSSES)
		__sync_fetch_and_add(&r->losses[cause], 1);
}

static __always_inline bool fails_storage(void)
{
	return cfg_fail_storage &&
	       __sync_fetch_and_add(&n_storage, 1) % cfg_fail_storage >= cfg_fail_storage - 2;
}

static __always_inline struct tr_mark *storage_mark(struct task_struct *task)
{
	return fails_storage() ? NULL : bpf_task_storage_get(&marks, task, 0, 0);
}

/* More maps than anybody has that keep something of a task. */
#define MAX_STORAGE 64

/* Whether a task has a mark, where it cannot be looked at: its recording has lost what the task does now. */
__weak __noinline int count_refused(__u64 storage_at)
{
	struct bpf_local_storage *storage = (struct bpf_local_storage *)storage_at;
	struct bpf_local_storage_elem *e = NULL;
	struct tr_mark *m;
	__u16 recording;

	if (!bpf_core_field_exists(storage->list) || !bpf_core_field_exists(e->sdata))
		return 0;
	e = (struct bpf_local_storage_elem *)BPF_CORE_READ(storage, list.first);
	for (int i = 0; i < MAX_STORAGE && e; i++) {
		e = (void *)e - bpf_core_field_offset(e->snode);
		if ((__u64)BPF_CORE_READ(e, sdata.smap) == address_of(&marks)) {
			m = (void *)e + bpf_core_field_offset(e->sdata.data);
			if (!bpf_probe_read_kernel(&recording, sizeof(recording), &m->recording))
				count_loss(recording, TR_EVENT_LOSS_MISSED);
			return 0;
		}
		e = (struct bpf_local_storage_elem *)BPF_CORE_READ(e, snode.next);
	}
	return 0;
}

/*
 * Task storage has nothing. Nearly always there is none; or a mark waits. But before Linux 6.2
 * (e8b02296a6b8, "bpf: Avoid taking spinlock in bpf_task_storage_get if potential deadlock is detected") that
 * is also the answer while another task has been preempted on this CPU in the middle of asking. So it is asked again,
 * and if it is no better, what the task does now is lost.
 *
 * Out of the way of every call of every task.
 */
static __noinline struct tr_mark *mark_not_got(struct task_struct *task)
{
	struct tr_mark *late, *m;
	__u32 tid = (__u32)task->pid;

	late = n_late ? bpf_map_lookup_elem(&late_marks, &tid) : NULL;
	if (late) {
		m = bpf_task_storage_get(&marks, task, late, BPF_LOCAL_STORAGE_GET_F_CREATE);
		if (!m)
			return late;
		if (!bpf_map_delete_elem(&late_marks, &tid))
			__sync_fetch_and_sub(&n_late, 1);
		return m;
	}
	if (!cfg_storage_refuses || !task->bpf_storage)
		return NULL;
	m = storage_mark(task);
	if (!m)
		count_refused((__u64)BPF_CORE_READ(task, bpf_storage));
	return m;
}

/*
 * Most tasks of a machine have no mark, and nothing else in task storage either: a load tells that, and
 * each of their syscalls is spared two calls of the helper.
 */
static __always_inline bool may_have_mark(struct task_struct *task)
{
	return task->bpf_storage || n_late;
}

/* The task's mark, or NULL: every program begins with this. */
static __always_inline struct tr_mark *mark_of(struct task_struct *task)
{
	struct tr_mark *m;

	if (!may_have_mark(task))
		return NULL;
	m = storage_mark(task);
	if (likely(m))
		return m;
	return n_late || cfg_storage_refuses ? mark_not_got(task) : NULL;
}

/* Gives a task that has none a mark, a copy of `value`. NULL if there is no way to keep one. */
static __always_inline struct tr_mark *mark_task(struct task_struct *task, struct tr_mark *value)
{
	__u32 tid = (__u32)task->pid;
	struct tr_mark *m = NULL;

	if (!cfg_fail_marks || __sync_fetch_and_add(&n_marks, 1) % cfg_fail_marks)
		m = bpf_task_storage_get(&marks, task, value, BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (m)
		return m;
	if (cfg_fail_late || bpf_map_update_elem(&late_marks, &tid, value, BPF_ANY))
		return NULL;
	__sync_fetch_and_add(&n_late, 1);
	return bpf_map_lookup_elem(&late_marks, &tid);
}

/*
 * What each call of a task needs of its mark, where a load finds it: task storage takes longer than all
 * the rest of a call. A task that has entered takes the seat of its number, if it is free, at its
 * first call, and keeps it until it ends or executes something else. Only the task itself looks at
 * its seat, and while it has one, `in_call` of its mark does not count.
 */
struct tr_seat seats[TR_SEATS] __weak __attribute__((aligned(sizeof(struct tr_seat)))) = { 0 };

static __always_inline struct tr_seat *seat_of_number(__u32 tid)
{
	return &seats[tid & (TR_SEATS - 1)];
}

static __always_inline struct tr_seat *seat_of(struct task_struct *task)
{
	return seat_of_number((__u32)task->pid);
}

/* Which part of a byte of cfg_calls counts. */
static __always_inline __u8 exits_at(__u8 level)
{
	return level >= TR_LEVEL_FILES ? TR_CALL_EXIT : 0;
}

static __always_inline bool seat_take(struct tr_seat *seat, struct task_struct *task,
				      struct tr_mark *m)
{
	if (!(m->flags & TR_MARK_ENTERED) || cfg_fail_seats || seat->task ||
	    __sync_val_compare_and_swap(&seat->task, 0, (__u64)task))
		return false;
	/* Whose rows may be others' by now. */
	__builtin_memset(seat->files, 0, sizeof(seat->files));
	seat->row = m->row;
	seat->exits = exits_at(m->level);
	seat->in_call = m->in_call;
	return true;
}

/* `tid`: the number that the task had when it took its seat. */
static __always_inline void seat_leave(__u32 tid, struct task_struct *task, struct tr_mark *m)
{
	struct tr_seat *seat = seat_of_number(tid);

	if (seat->task != (__u64)task)
		return;
	m->in_call = seat->in_call;
	__sync_lock_test_and_set(&seat->task, 0);
}

static __always_inline __u8 seat_in_call(struct task_struct *task, struct tr_mark *m)
{
	struct tr_seat *seat = seat_of(task);

	return seat->task == (__u64)task ? seat->in_call : m->in_call;
}

/* Thread numbers are used again: what waits for one that has ended must not mark another. */
static __always_inline void forget_late_mark(struct task_struct *task)
{
	__u32 tid = (__u32)task->pid;

	if (n_late && !bpf_map_delete_elem(&late_marks, &tid))
		__sync_fetch_and_sub(&n_late, 1);
}

static __always_inline __u64 bounding_of(const struct cred *cred)
{
	__u64 set = 0;

	/* Two halves before Linux 6.3, and one number since: as long either way. */
	bpf_core_read(&set, sizeof(set), &cred->cap_bset);
	return set;
}

static __always_inline __u64 bounding_set(struct task_struct *task)
{
	return bounding_of(BPF_CORE_READ(task, real_cred));
}

/* Filters on this task that it did not have when it was marked: the container's, and inner ones. */
static __always_inline bool is_filtered(struct task_struct *task, struct tr_mark *m)
{
	return (__u32)task->seccomp.filter_count.counter > m->base_filters;
}

/* Whether what this task does now is the container's business. */
static __always_inline bool counts(struct task_struct *task, struct tr_mark *m)
{
	return likely(m->flags & TR_MARK_ENTERED) || is_filtered(task, m);
}

/* Notes a call in a row. Numbers that no row has a cell for are not noted. */
static __always_inline void note_call(__u32 number, struct call c)
{
	struct tr_row *row = bpf_map_lookup_elem(&rows, &number);
	__u32 index = c.abi * TR_ROW_NRS + c.nr;
	__u8 epoch = now_epoch;

	if (unlikely(!row || c.nr >= TR_ROW_NRS || index >= TR_ROW_CELLS))
		return;
	/* Read before write: an unchanged cache line is shared, a written one moves between CPUs. */
	if (unlikely(row->cell[index] != epoch))
		row->cell[index] = epoch;
}

#endif
