/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the current task has mapped. Only where bpf_find_vma is (Linux 5.17): the caller looks. */
#ifndef BPF_VMA_H
#define BPF_VMA_H

#include "state.h"

struct vma_walk {
	__u64 file, end;
};

static long vma_found(struct task_struct *task, struct vm_area_struct *vma, void *ctx)
{
	struct vma_walk *w = ctx;

	w->file = (__u64)BPF_CORE_READ(vma, vm_file);
	w->end = BPF_CORE_READ(vma, vm_end);
	return 0;
}

/* What is mapped at an address, or behind it. Returns 0, or an error: a loss, where it could not be looked at. */
static __always_inline long vma_at(struct tr_mark *m, __u64 at, struct vma_walk *w)
{
	long e = -1;

	w->file = w->end = 0;
	/* Another thread may be changing the mappings at this moment. */
	for (int try = 0; try < 4; try++) {
		e = bpf_find_vma(bpf_get_current_task_btf(), at, vma_found, w, 0);
		if (e != -EBUSY)
			break;
	}
	if (e == -EBUSY)
		count_loss(m->recording, TR_EVENT_LOSS_MISSED);
	return e;
}

#endif
