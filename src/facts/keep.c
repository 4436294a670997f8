// SPDX-License-Identifier: Apache-2.0
#include "facts/keep.h"

#include <stdlib.h>
#include <string.h>

#include "facts/recording.h"
#include "facts/sets.h"
#include "util/mem.h"

#define DIGEST	   "image.digest"
#define ALGORITHM  "sha256:"
#define DIGEST_MIN 6 /* digits; fewer would be a guess */

static int age_cmp(const void *a, const void *b, void *recordings)
{
	const struct tr_recording *r = recordings;

	return tr_recording_cmp(&r[*(const uint32_t *)a], &r[*(const uint32_t *)b]);
}

uint32_t *facts_by_age(const struct tr_facts *f)
{
	uint32_t *v = tr_xcalloc(f->n_recordings + 1, sizeof(*v));

	for (uint32_t i = 0; i < f->n_recordings; i++)
		v[i] = i;
	qsort_r(v, f->n_recordings, sizeof(*v), age_cmp, f->recordings);
	return v;
}

/* Whether two recordings are of one build. */
static bool same_build(const struct tr_recording *a, const struct tr_recording *b)
{
	const struct tr_strset *x = tr_context_all(a, DIGEST), *y = tr_context_all(b, DIGEST);

	for (size_t i = 0; x && y && i < x->n; i++)
		if (tr_strset_has(y, x->v[i]))
			return true;
	return false;
}

void facts_keep_builds(const struct tr_facts *f, size_t n, bool *keep)
{
	tr_cleanup_free uint32_t *age = facts_by_age(f);
	size_t builds = 0;

	for (size_t i = f->n_recordings; i-- > 0;) {
		if (keep[age[i]])
			continue;
		if (builds++ == n)
			return;
		keep[age[i]] = true;
		for (size_t k = 0; k < f->n_recordings; k++)
			keep[k] |= same_build(&f->recordings[k], &f->recordings[age[i]]);
	}
}

static const char *digits(const char *digest)
{
	size_t n = sizeof(ALGORITHM) - 1;

	return strncmp(digest, ALGORITHM, n) ? digest : digest + n;
}

/* The recording's digest that begins with `digest`, or NULL. */
static const char *match(const struct tr_recording *rec, const char *digest)
{
	const struct tr_strset *v = tr_context_all(rec, DIGEST);

	for (size_t i = 0; v && i < v->n; i++)
		if (!strncmp(digits(v->v[i]), digits(digest), strlen(digits(digest))))
			return v->v[i];
	return NULL;
}

int facts_keep_since(const struct tr_facts *f, const char *digest, bool *keep, struct tr_err *err)
{
	tr_cleanup_free uint32_t *age = facts_by_age(f);
	const char *found = NULL;

	if (strlen(digits(digest)) < DIGEST_MIN)
		return tr_err_set(err, TR_ERR_INPUT,
				  "'%.80s': expected an image digest, or at least its first %d "
				  "digits",
				  digest, DIGEST_MIN);
	for (size_t i = 0; i < f->n_recordings; i++) {
		const char *m = match(&f->recordings[age[i]], digest);

		if (m && found && strcmp(m, found))
			return tr_err_set(err, TR_ERR_INPUT,
					  "'%.80s': two digests begin like this, %s and %s", digest,
					  found, m);
		found = m ? m : found;
		keep[age[i]] = found != NULL;
	}
	if (!found)
		return tr_err_set(err, TR_ERR_INPUT,
				  "no recording is of an image with the digest '%.80s'", digest);
	return 0;
}

struct dropping {
	struct tr_facts *to;
	const uint32_t *number; /* in `to`; UINT32_MAX: dropped */
};

static int copy_kept(const struct tr_fact *fact, void *arg)
{
	struct dropping *d = arg;
	struct tr_u32set recordings = { 0 };
	struct tr_fact copy;

	for (size_t i = 0; i < fact->ev.recordings.n; i++) {
		uint32_t n = d->number[fact->ev.recordings.v[i]];

		if (n != UINT32_MAX)
			tr_u32set_add(&recordings, n);
	}
	if (!recordings.n)
		return 0;
	copy = tr_fact_copy(fact);
	tr_u32set_release(&copy.ev.recordings);
	copy.ev.recordings = recordings;
	tr_facts_add(d->to, &copy, NULL);
	return 0;
}

void facts_drop(struct tr_facts *f, const bool *keep)
{
	tr_cleanup_free uint32_t *number = tr_xcalloc(f->n_recordings + 1, sizeof(*number));
	struct tr_facts to;
	struct dropping d = { &to, number };

	tr_facts_init(&to);
	for (size_t i = 0; i < f->n_recordings; i++) {
		struct tr_recording copy;

		number[i] = UINT32_MAX;
		if (!keep[i])
			continue;
		copy = recording_copy(&f->recordings[i]);
		number[i] = tr_facts_add_recording(&to, &copy);
	}
	tr_facts_each(f, copy_kept, &d);
	tr_facts_release(f);
	*f = to;
}
