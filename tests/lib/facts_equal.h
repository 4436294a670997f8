/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether two sets of facts say the same, recordings compared by id and not by index. Apart from
 * the trace writer, so that a writer that leaves something out is seen.
 */
#ifndef TESTS_LIB_FACTS_EQUAL_H
#define TESTS_LIB_FACTS_EQUAL_H

#include <stdlib.h>
#include <string.h>

#include "trammel/facts.h"

static inline bool strings_equal(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

static inline bool strsets_equal(const struct tr_strset *a, const struct tr_strset *b)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++)
		if (strcmp(a->v[i], b->v[i]))
			return false;
	return true;
}

static inline bool contexts_equal(const struct tr_context *a, const struct tr_context *b)
{
	size_t n = a ? a->n : 0;

	if (n != (b ? b->n : 0))
		return false;
	for (size_t i = 0; i < n; i++)
		if (strcmp(a->v[i].key, b->v[i].key) ||
		    !strsets_equal(&a->v[i].values, &b->v[i].values))
			return false;
	return true;
}

static inline bool recordings_equal(const struct tr_recording *a, const struct tr_recording *b)
{
	return !strcmp(a->id, b->id) && strings_equal(a->subject, b->subject) &&
	       !memcmp(a->losses, b->losses, sizeof(a->losses)) && a->ended == b->ended &&
	       a->start_seen == b->start_seen && a->started == b->started &&
	       a->stopped == b->stopped && a->seconds == b->seconds && a->order == b->order &&
	       contexts_equal(a->context, b->context);
}

static inline const struct tr_recording *recording_by_id(const struct tr_facts *f, const char *id)
{
	for (size_t i = 0; i < f->n_recordings; i++)
		if (!strcmp(f->recordings[i].id, id))
			return &f->recordings[i];
	return NULL;
}

struct equal_walk {
	const struct tr_facts *a, *b;
};

static inline int fact_differs(const struct tr_fact *x, void *arg)
{
	const struct equal_walk *w = arg;
	const struct tr_fact *y = tr_facts_find(w->b, x);

	if (!y || x->ev.first != y->ev.first || x->ev.last != y->ev.last ||
	    x->ev.after != y->ev.after || x->ev.phases != y->ev.phases ||
	    x->ev.flags != y->ev.flags || x->ev.where != y->ev.where ||
	    !strsets_equal(&x->ev.exes, &y->ev.exes) || x->ev.errnos.n != y->ev.errnos.n ||
	    x->ev.recordings.n != y->ev.recordings.n)
		return 1;
	for (size_t i = 0; i < x->ev.errnos.n; i++)
		if (x->ev.errnos.v[i] != y->ev.errnos.v[i])
			return 1;
	for (size_t i = 0; i < x->ev.recordings.n; i++) {
		const char *id = w->a->recordings[x->ev.recordings.v[i]].id;
		bool found = false;

		for (size_t k = 0; k < y->ev.recordings.n; k++)
			found |= !strcmp(id, w->b->recordings[y->ev.recordings.v[k]].id);
		if (!found)
			return 1;
	}
	return 0;
}

static inline bool facts_equal(const struct tr_facts *a, const struct tr_facts *b)
{
	struct equal_walk w = { a, b };

	if (a->n != b->n || a->n_recordings != b->n_recordings)
		return false;
	for (size_t i = 0; i < a->n_recordings; i++) {
		const struct tr_recording *other = recording_by_id(b, a->recordings[i].id);

		if (!other || !recordings_equal(&a->recordings[i], other))
			return false;
	}
	return !tr_facts_each(a, fact_differs, &w);
}

#endif
