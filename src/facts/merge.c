// SPDX-License-Identifier: Apache-2.0
#include "facts/evidence.h"
#include "facts/order.h"
#include "facts/recording.h"
#include "facts/sets.h"
#include "util/mem.h"

struct merge {
	struct tr_facts *dst;
	uint32_t *number; /* src's index of a recording to dst's */
};

static int merge_fact(const struct tr_fact *fact, void *arg)
{
	const struct merge *m = arg;
	struct tr_fact *there = tr_facts_find(m->dst, fact);

	if (there) {
		struct tr_evidence ev = fact->ev;

		ev.recordings = u32set_copy(&fact->ev.recordings);
		facts_renumber(&ev.recordings, m->number);
		tr_evidence_merge(&there->ev, &ev);
		tr_u32set_release(&ev.recordings);
	} else {
		struct tr_fact copy = tr_fact_copy(fact);

		facts_renumber(&copy.ev.recordings, m->number);
		tr_facts_add(m->dst, &copy, NULL);
	}
	return 0;
}

void tr_facts_merge(struct tr_facts *dst, const struct tr_facts *src)
{
	tr_cleanup_free uint32_t *number = NULL;
	struct merge m = { .dst = dst };

	if (dst == src)
		return;
	number = tr_xcalloc(src->n_recordings, sizeof(*number));
	for (size_t i = 0; i < src->n_recordings; i++) {
		struct tr_recording copy = recording_copy(&src->recordings[i]);

		number[i] = tr_facts_add_recording(dst, &copy);
	}
	m.number = number;
	tr_facts_each(src, merge_fact, &m);
}
