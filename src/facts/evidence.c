// SPDX-License-Identifier: Apache-2.0
#include "facts/evidence.h"

#include <stdlib.h>
#include <string.h>

#include "facts/recording.h"
#include "facts/sets.h"
#include "util/mem.h"

void evidence_merge_times(struct tr_evidence *dst, int64_t first, int64_t last, uint32_t after)
{
	span_merge(&dst->first, &dst->last, first, last);
	if (!dst->after || (after && after < dst->after))
		dst->after = after;
}

void tr_evidence_merge(struct tr_evidence *dst, const struct tr_evidence *src)
{
	u32set_union(&dst->recordings, &src->recordings);
	evidence_merge_times(dst, src->first, src->last, src->after);
	dst->phases |= src->phases;
	dst->flags |= src->flags;
	dst->where |= src->where;
	strset_union(&dst->exes, &src->exes);
	u32set_union(&dst->errnos, &src->errnos);
	strset_cut(&dst->exes, TR_EVIDENCE_EXES);
}

struct tr_evidence evidence_copy(const struct tr_evidence *ev)
{
	struct tr_evidence c = *ev;

	c.recordings = u32set_copy(&ev->recordings);
	c.exes = strset_copy(&ev->exes);
	c.errnos = u32set_copy(&ev->errnos);
	return c;
}

void evidence_settle(struct tr_evidence *ev)
{
	bool cut = false;

	for (size_t i = 0; i < ev->exes.n; i++) {
		char *exe = ev->exes.v[i];

		if (strlen(exe) <= TR_EVIDENCE_EXE_LEN)
			continue;
		memcpy(exe + TR_EVIDENCE_EXE_LEN - 3, "...", 4);
		cut = true;
	}
	if (cut)
		strset_settle(&ev->exes);
	strset_cut(&ev->exes, TR_EVIDENCE_EXES);
}

void evidence_release(struct tr_evidence *ev)
{
	tr_u32set_release(&ev->recordings);
	tr_strset_release(&ev->exes);
	tr_u32set_release(&ev->errnos);
}
