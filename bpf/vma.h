/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What the current task has mapped. Only where bpf_find_vma is (Linux 5.17): the caller looks.
 *
 * bpf_find_vma gives up if another thread is changing the mappings, which may hold their lock for long, and a
 * program cannot wait for it. Their tree can be read without, as the kernel's own page faults do
 * (lib/maple_tree.c, since Linux 6.1): nodes are replaced, not moved about. What is found there is looked at
 * before it is believed.
 */
#ifndef BPF_VMA_H
#define BPF_VMA_H

#include "state.h"

struct vma_walk {
	__u64 file, end;
};

#define MAPLE_LEVELS  8 /* a node has ten branches or more */
#define MAPLE_LEAF    1 /* enum maple_type */
#define MAPLE_ARANGE  3
#define MAPLE_IS_NODE 2 /* the lowest two bits of the tree's root, if it is one */

static __always_inline __u64 word_of_kernel(__u64 at)
{
	__u64 word = 0;

	bpf_probe_read_kernel(&word, sizeof(word), (void *)at);
	return word;
}

/* What a node has for `at`: a node below it, or, in a leaf, the mapping. */
__weak __noinline __u64 maple_slot(__u64 node_at, __u32 type, __u64 at)
{
	struct maple_node *node = (struct maple_node *)node_at;
	__u64 pivots = node_at + bpf_core_field_offset(node->mr64.pivot);
	__u64 slots = node_at + bpf_core_field_offset(node->mr64.slot);
	__u32 count = bpf_core_field_size(node->mr64.pivot) / 8, i;

	if (type == MAPLE_ARANGE) {
		pivots = node_at + bpf_core_field_offset(node->ma64.pivot);
		slots = node_at + bpf_core_field_offset(node->ma64.slot);
		count = bpf_core_field_size(node->ma64.pivot) / 8;
	}
	for (i = 0; i < 31; i++) {
		__u64 pivot = i < count ? word_of_kernel(pivots + i * 8) : 0;

		/* One of 0 says that there are no more. */
		if (i >= count || (i && !pivot) || at <= pivot)
			break;
	}
	return word_of_kernel(slots + i * 8);
}

/* The same as vma_at, without a lock. -EBUSY: there is no such tree, or it was being changed. */
__weak __noinline int vma_unlocked(struct vma_walk *w, __u64 mm_at, __u64 at)
{
	struct mm_struct *mm = (struct mm_struct *)mm_at;
	struct vm_area_struct *vma;
	__u32 type = 0;
	__u64 entry;

	if (!w || !bpf_core_field_exists(mm->mm_mt))
		return -EBUSY;
	entry = (__u64)BPF_CORE_READ(mm, mm_mt.ma_root);
	if ((entry & 3) != MAPLE_IS_NODE)
		return -EBUSY;
	for (int i = 0; i < MAPLE_LEVELS && type != MAPLE_LEAF; i++) {
		/* The address of a node, which has 256 bytes, and what it is. */
		type = entry >> 3 & 15;
		entry = maple_slot(entry & ~0xffULL, type, at);
	}
	vma = (struct vm_area_struct *)entry;
	if (type != MAPLE_LEAF || BPF_CORE_READ(vma, vm_mm) != mm ||
	    BPF_CORE_READ(vma, vm_start) > at || BPF_CORE_READ(vma, vm_end) <= at)
		return -EBUSY;
	w->file = (__u64)BPF_CORE_READ(vma, vm_file);
	w->end = BPF_CORE_READ(vma, vm_end);
	return 0;
}

static long vma_found(struct task_struct *task, struct vm_area_struct *vma, void *ctx)
{
	struct vma_walk *w = ctx;

	w->file = (__u64)BPF_CORE_READ(vma, vm_file);
	w->end = BPF_CORE_READ(vma, vm_end);
	return 0;
}

/* What is mapped at an address. Returns 0, or an error: a loss, where it could not be looked at. */
static __always_inline long vma_at(struct tr_mark *m, __u64 at, struct vma_walk *w)
{
	struct task_struct *task = bpf_get_current_task_btf();
	long e = -EBUSY;

	w->file = w->end = 0;
	if (!cfg_fail_mappings)
		e = bpf_find_vma(task, at, vma_found, w, 0);
	if (e == -EBUSY)
		e = vma_unlocked(w, (__u64)BPF_CORE_READ(task, mm), at);
	if (e == -EBUSY)
		count_loss(m->recording, TR_EVENT_LOSS_MISSED);
	return e;
}

#endif
