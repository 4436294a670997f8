// SPDX-License-Identifier: Apache-2.0
/*
 * Two trees of <search.h> (glibc's are red-black, so that no order of arrival makes them slow):
 * facts by tr_fact_cmp, and recordings by id.
 */
#include "trammel/facts.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "facts/evidence.h"
#include "facts/order.h"
#include "facts/recording.h"
#include "facts/sets.h"
#include "util/mem.h"

/* A node of tr_facts.ids. id is the recording's own string. */
struct id_ref {
	const char *id;
	uint32_t index;
};

static int id_cmp(const void *a, const void *b)
{
	return strcmp(((const struct id_ref *)a)->id, ((const struct id_ref *)b)->id);
}

static int fact_cmp(const void *a, const void *b)
{
	return tr_fact_cmp(a, b);
}

static void free_fact(void *p)
{
	tr_fact_release(p);
	free(p);
}

void tr_facts_init(struct tr_facts *f)
{
	memset(f, 0, sizeof(*f));
}

void tr_facts_release(struct tr_facts *f)
{
	tdestroy(f->tree, free_fact);
	tdestroy(f->ids, free);
	for (size_t i = 0; i < f->n_recordings; i++)
		tr_recording_release(&f->recordings[i]);
	free(f->recordings);
	memset(f, 0, sizeof(*f));
}

uint32_t tr_facts_add_recording(struct tr_facts *f, struct tr_recording *rec)
{
	struct id_ref *ref, **at;
	uint32_t index;

	if (!rec->id)
		tr_recording_new_id(rec);
	ref = tr_xmalloc(sizeof(*ref));
	*ref = (struct id_ref){ .id = rec->id, .index = (uint32_t)f->n_recordings };
	at = tsearch(ref, &f->ids, id_cmp);
	if (!at)
		abort();
	index = (*at)->index;
	if (*at != ref) {
		free(ref);
		recording_merge(&f->recordings[index], rec);
		tr_recording_release(rec);
		return index;
	}
	f->recordings =
		tr_grow(f->recordings, &f->cap_recordings, f->n_recordings, sizeof(*f->recordings));
	/* Merged into an empty one, so that what is there is in order from the start. */
	f->recordings[f->n_recordings] = (struct tr_recording){ .id = tr_take(rec->id) };
	recording_merge(&f->recordings[f->n_recordings++], rec);
	tr_recording_release(rec);
	return index;
}

struct tr_fact *tr_facts_find(const struct tr_facts *f, const struct tr_fact *key)
{
	struct tr_fact **at = tfind(key, &f->tree, fact_cmp);

	return at ? *at : NULL;
}

struct tr_fact *tr_facts_done(const struct tr_facts *f, enum tr_abi abi, uint32_t nr)
{
	const struct tr_fact key = { .kind = TR_FACT_SYSCALL, .abi = (uint16_t)abi, .nr = nr };
	struct tr_fact *fact = tr_facts_find(f, &key);

	return fact && fact->ev.flags & TR_EV_DONE ? fact : NULL;
}

bool tr_facts_take(struct tr_facts *f, struct tr_fact *ret)
{
	struct tr_fact *node;

	if (!f->tree)
		return false;
	node = *(struct tr_fact **)f->tree;
	tdelete(node, &f->tree, fact_cmp);
	f->n--;
	*ret = *node;
	free(node);
	return true;
}

struct tr_fact *tr_facts_add(struct tr_facts *f, struct tr_fact *fact, bool *ret_is_new)
{
	struct tr_fact *node = tr_xmalloc(sizeof(*node)), **at;
	bool is_new;

	*node = *fact;
	memset(fact, 0, sizeof(*fact));
	evidence_settle(&node->ev);
	at = tsearch(node, &f->tree, fact_cmp);
	if (!at)
		abort();
	is_new = *at == node;
	if (is_new) {
		f->n++;
	} else {
		tr_evidence_merge(&(*at)->ev, &node->ev);
		free_fact(node);
	}
	if (ret_is_new)
		*ret_is_new = is_new;
	return *at;
}

struct walk {
	int (*fn)(const struct tr_fact *fact, void *arg);
	void *arg;
	int r;
};

/* twalk_r cannot be stopped: what is left is passed over. */
static void walk_node(const void *nodep, VISIT which, void *closure)
{
	struct walk *w = closure;

	if (!w->r && (which == postorder || which == leaf))
		w->r = w->fn(*(struct tr_fact *const *)nodep, w->arg);
}

int tr_facts_each(const struct tr_facts *f, int (*fn)(const struct tr_fact *fact, void *arg),
		  void *arg)
{
	struct walk w = { .fn = fn, .arg = arg };

	twalk_r(f->tree, walk_node, &w);
	return w.r;
}

bool tr_facts_complete(const struct tr_facts *f)
{
	for (size_t i = 0; i < f->n_recordings; i++)
		if (!tr_recording_complete(&f->recordings[i]))
			return false;
	return true;
}

/* Sorting of recordings: order[] is built by id, number[old] is the new index. */
static int order_cmp(const void *a, const void *b, void *recordings)
{
	const struct tr_recording *r = recordings;

	return strcmp(r[*(const uint32_t *)a].id, r[*(const uint32_t *)b].id);
}

uint32_t *facts_recording_order(const struct tr_facts *f, uint32_t **ret_number)
{
	uint32_t *order = tr_xcalloc(f->n_recordings, sizeof(*order));
	uint32_t *number = tr_xcalloc(f->n_recordings, sizeof(*number));

	for (uint32_t i = 0; i < f->n_recordings; i++)
		order[i] = i;
	qsort_r(order, f->n_recordings, sizeof(*order), order_cmp, f->recordings);
	for (uint32_t i = 0; i < f->n_recordings; i++)
		number[order[i]] = i;
	*ret_number = number;
	return order;
}

void facts_renumber(struct tr_u32set *recordings, const uint32_t *number)
{
	for (size_t i = 0; i < recordings->n; i++)
		recordings->v[i] = number[recordings->v[i]];
	u32set_settle(recordings);
}

static void renumber_fact(const void *nodep, VISIT which, void *number)
{
	if (which == postorder || which == leaf)
		facts_renumber(&(*(struct tr_fact *const *)nodep)->ev.recordings, number);
}

static void renumber_ref(const void *nodep, VISIT which, void *number)
{
	if (which == postorder || which == leaf) {
		struct id_ref *ref = *(struct id_ref *const *)nodep;

		ref->index = ((const uint32_t *)number)[ref->index];
	}
}

void tr_facts_sort_recordings(struct tr_facts *f)
{
	tr_cleanup_free uint32_t *number = NULL;
	tr_cleanup_free uint32_t *order = facts_recording_order(f, &number);
	struct tr_recording *sorted;
	bool in_order = true;

	for (uint32_t i = 0; i < f->n_recordings; i++)
		in_order &= order[i] == i;
	if (in_order)
		return;
	sorted = tr_xcalloc(f->n_recordings, sizeof(*sorted));
	for (uint32_t i = 0; i < f->n_recordings; i++)
		sorted[i] = f->recordings[order[i]];
	free(f->recordings);
	f->recordings = sorted;
	f->cap_recordings = f->n_recordings;
	twalk_r(f->tree, renumber_fact, number);
	twalk_r(f->ids, renumber_ref, number);
}
