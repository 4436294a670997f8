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
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, TR_MAX_ROWS);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct row_key);
	__type(value, __u32);
} row_ids SEC(".maps") __weak;

/*
 * The row for a key, given out if it has none yet. *ret_is_new tells the caller to announce it
 * (TR_EVENT_ROW). Returns 0 if there is none left.
 */
static __always_inline __u32 row_for(struct row_key *key, bool *ret_is_new)
{
	struct tr_recording_state *r;
	__u32 *known = bpf_map_lookup_elem(&row_ids, key), row;

	*ret_is_new = false;
	if (known)
		return *known;
	r = recording_state(key->recording);
	if (!r || __sync_fetch_and_add(&r->rows, 1) >= TR_ROWS_PER_RECORDING)
		return 0;
	row = __sync_fetch_and_add(&n_rows, 1);
	if (row >= TR_MAX_ROWS)
		return 0;
	if (bpf_map_update_elem(&row_ids, key, &row, BPF_NOEXIST)) {
		known = bpf_map_lookup_elem(&row_ids, key);
		return known ? *known : 0;
	}
	*ret_is_new = true;
	return row;
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
 */
__weak __noinline int row_of_file(struct tr_mark *m, __u64 task, __u64 file_at)
{
	struct file *file = (struct file *)file_at;
	struct inode *inode = BPF_CORE_READ(file, f_inode);
	struct row_key key = { 0 };
	bool is_new;
	__u32 row;

	if (!m)
		return 0;
	key.recording = m->recording;
	key.phase = m->phase;
	key.dev = BPF_CORE_READ(inode, i_sb, s_dev);
	key.ino = BPF_CORE_READ(inode, i_ino);
	key.generation = BPF_CORE_READ(inode, i_generation);
	row = row_for(&key, &is_new);
	if (!row) {
		row_of_phase(m);
		return 0;
	}
	m->row = row;
	if (is_new && !row_announce(m, task, file)) {
		/* Nobody would read a row that the recorder has not heard of. */
		bpf_map_delete_elem(&row_ids, &key);
		row_of_phase(m);
	}
	return 0;
}

#endif
