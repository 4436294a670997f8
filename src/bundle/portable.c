// SPDX-License-Identifier: Apache-2.0
/* Facts without the machine and the hour they come from. */
#include <stdlib.h>
#include <string.h>

#include "facts/context.h"
#include "trammel/bundle.h"
#include "util/mem.h"

/*
 * A list of what stays and not of what goes: a key that somebody adds to the recorder must not end up in a
 * repository because nobody thought of this place.
 */
static const char *const kept[] = {
	"apparmor",
	"arch",
	"arguments",
	"backend",
	"backend.misses",
	"caps.add",
	"caps.drop",
	"clocksource",
	"command",
	"compose.service",
	"cpus",
	"engine",
	"gains",
	"hooks.missing",
	"host.network",
	"host.pid",
	"image",
	"image.digest",
	"kernel",
	"memory.peak",
	"mounts",
	"no-new-privileges",
	"pids.peak",
	"privileged",
	"runtime",
	"runtime.version",
	"seccomp",
	"status.command",
	"status.exercise",
	"trammel",
	"user",
};

static void keep_context(struct tr_recording *rec)
{
	struct tr_recording out = { 0 };

	for (size_t i = 0; i < TR_ARRAY_SIZE(kept); i++) {
		const struct tr_strset *values = tr_context_all(rec, kept[i]);

		for (size_t k = 0; values && k < values->n; k++)
			tr_context_add(&out, kept[i], values->v[k]);
	}
	context_free(rec->context);
	rec->context = out.context;
}

static int by_age(const void *a, const void *b)
{
	return tr_recording_cmp(*(struct tr_recording *const *)a, *(struct tr_recording *const *)b);
}

struct settling {
	const struct tr_facts *f;
	struct tr_fact **v;
	size_t n;
};

/* Evidence is no part of the order that the facts stand in: it can change where they stand. */
static int settle_fact(const struct tr_fact *fact, void *arg)
{
	struct settling *s = arg;

	s->v[s->n++] = tr_facts_find(s->f, fact);
	return 0;
}

static void settle_recordings(struct tr_facts *f)
{
	tr_cleanup_free struct tr_recording **v = tr_xcalloc(f->n_recordings + 1, sizeof(*v));

	for (size_t i = 0; i < f->n_recordings; i++)
		v[i] = &f->recordings[i];
	qsort(v, f->n_recordings, sizeof(struct tr_recording *), by_age);
	for (size_t i = 0; i < f->n_recordings; i++) {
		v[i]->order = (uint32_t)i + 1;
		v[i]->started = v[i]->stopped = 0;
		keep_context(v[i]);
	}
}

void tr_bundle_settle_facts(struct tr_facts *f)
{
	tr_cleanup_free struct tr_fact **v = tr_xcalloc(f->n + 1, sizeof(*v));
	struct settling s = { f, v, 0 };

	tr_facts_each(f, settle_fact, &s);
	for (size_t i = 0; i < s.n; i++)
		v[i]->ev.first = v[i]->ev.last = 0;
	settle_recordings(f);
}
