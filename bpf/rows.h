/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Rows: where the syscalls of one (recording, phase, executable) are noted. A recording has a
 * bounded number; behind it, its executables share the row of the phase, and lose only the evidence
 * of which of them it was.
 */
#ifndef BPF_ROWS_H
#define BPF_ROWS_H

#include "path.h"

struct row_key {
	__u16 recording;
	__u8 phase;
	__u8 pad;
	__u32 dev;
	__u64 ino;
	__u32 generation;
	__u32 pad2;
};
/* Preallocated: it cannot be full, and without memory for the moment an executable would take a row each time. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, TR_MAX_ROWS);
	__type(key, struct row_key);
	__type(value, __u32);
} row_ids SEC(".maps") __weak;

/* A row that nobody has. Returns 0 if there is none left. */
static __always_inline __u32 row_take(struct tr_recording_state *r)
{
	__u32 row;

	if (__sync_fetch_and_add(&r->rows, 1) < TR_ROWS_PER_RECORDING) {
		row = number_take(&n_rows, spare_rows, TR_MAX_ROWS);
		if (row < TR_MAX_ROWS)
			return row;
	}
	__sync_fetch_and_sub(&r->rows, 1);
	return 0;
}

static __always_inline void row_give_back(struct tr_recording_state *r, __u32 row)
{
	number_give_back(spare_rows, row);
	__sync_fetch_and_sub(&r->rows, 1);
}

/* Puts a task on the row of its recording's phase, for want of an executable. */
static __always_inline void row_of_phase(struct tr_mark *m)
{
	m->row = TR_PHASE_ROW(m->recording, m->phase);
}

static __always_inline bool row_announce(struct tr_mark *m, __u64 task, struct file *file)
{
	struct scratch *s = scratch_for(m);
	struct walked w;
	bool sent;

	if (!s)
		return false;
	w = path_walk(s, m->recording, BPF_CORE_READ(file, f_path.mnt),
		      BPF_CORE_READ(file, f_path.dentry));
	event_head(&s->head, TR_EVENT_ROW, (struct task_struct *)task, m);
	sent = !event_send(s, path_append(s, &w, 0), false);
	scratch_give_back(s);
	return sent;
}

/*
 * Puts a task on the row of the file it runs. exe_file's path is walked only for a new row. The
 * phase's row stands in where there are too many executables.
 *
 * A row is entered once it was told of: who finds it may use it, and what was noted there is read. Of two
 * that run a file for the first time at once, the second takes the first's row.
 */
__weak __noinline int row_of_file(struct tr_mark *m, __u64 task, __u64 file_at)
{
	struct file *file = (struct file *)file_at;
	struct inode *inode = BPF_CORE_READ(file, f_inode);
	struct row_key key = { 0 };
	struct tr_recording_state *r;
	__u32 *known, row;

	r = m ? recording_state(m->recording) : NULL;
	if (!r)
		return 0;
	key.recording = m->recording;
	key.phase = m->phase;
	key.dev = BPF_CORE_READ(inode, i_sb, s_dev);
	key.ino = BPF_CORE_READ(inode, i_ino);
	key.generation = BPF_CORE_READ(inode, i_generation);
	known = bpf_map_lookup_elem(&row_ids, &key);
	if (known) {
		m->row = *known;
		return 0;
	}
	row = row_take(r);
	m->row = row;
	if (!row || !row_announce(m, task, file)) {
		if (row)
			row_give_back(r, row);
		row_of_phase(m);
		return 0;
	}
	if (!bpf_map_update_elem(&row_ids, &key, &row, BPF_NOEXIST))
		return 0;
	known = bpf_map_lookup_elem(&row_ids, &key);
	if (known) {
		m->row = *known;
		row_give_back(r, row);
	}
	return 0;
}

#endif
