// SPDX-License-Identifier: Apache-2.0
#include "trammel/features.h"

#include <stdlib.h>
#include <string.h>

#include "record/probe.h"
#include "tables/misses.h"
#include "trammel/record.h"
#include "util/mem.h"

#define SMALLEST_RING 4096

void probe_add(struct tr_features *f, const struct probe_row *row, enum tr_feature_state state,
	       char *detail)
{
	f->v = tr_grow(f->v, &f->cap, f->n, sizeof(*f->v));
	f->v[f->n++] = (struct tr_feature){
		.id = row->id,
		.what = row->what,
		.since = row->since,
		.lost = row->lost,
		.required = row->required,
		.state = state,
		.detail = detail,
	};
}

static void add_missed(struct tr_features *f, const struct tr_strset *ids)
{
	for (size_t i = 0; i < ids->n; i++) {
		const struct miss *m = miss_find(ids->v[i]);

		f->missed = tr_grow(f->missed, &f->cap_missed, f->n_missed, sizeof(*f->missed));
		f->missed[f->n_missed++] =
			(struct tr_missed){ .id = m->id, .act = m->act, .why = m->why };
	}
}

/*
 * The proof: rows tell what may be missing, but the programs of the recorder are larger than those that
 * were tried, and only loading them says that they pass.
 */
static void try_recorder(struct tr_features *f, bool privileged)
{
	static const struct probe_row row = { "recorder", "the recorder loads and attaches", NULL,
					      "nothing can be recorded", true };
	static const struct tr_recorder_calls calls = { 0 };
	struct tr_recorder_opts opts = { .ring_bytes = SMALLEST_RING };
	tr_cleanup_err struct tr_err err = { 0 };
	struct tr_recorder *r = NULL;

	if (!privileged) {
		probe_add(f, &row, TR_FEATURE_NO, tr_xstrdup("no privilege"));
		f->why_not = tr_xstrdup("no privilege");
		return;
	}
	if (tr_recorder_open(&r, &opts, &calls, &err) < 0) {
		probe_add(f, &row, TR_FEATURE_NO, tr_xstrdup(tr_err_msg(&err)));
		f->why_not = tr_xstrdup(tr_err_msg(&err));
		return;
	}
	f->backend = tr_recorder_backend(r);
	add_missed(f, tr_recorder_misses(r));
	tr_recorder_close(r);
	probe_add(f, &row, TR_FEATURE_YES, NULL);
	f->can_record = true;
}

void tr_features_probe(struct tr_features *ret)
{
	bool privileged;

	memset(ret, 0, sizeof(*ret));
	ret->backend = "tracepoints";
	probe_kernel(ret);
	privileged = probe_privilege(ret);
	probe_bpf(ret, privileged);
	try_recorder(ret, privileged);
	probe_engines(ret);
}

void tr_features_release(struct tr_features *f)
{
	for (size_t i = 0; i < f->n; i++)
		free(f->v[i].detail);
	free(f->v);
	free(f->why_not);
	free(f->missed);
	memset(f, 0, sizeof(*f));
}

const struct tr_feature *tr_features_find(const struct tr_features *f, const char *id)
{
	for (size_t i = 0; i < f->n; i++)
		if (!strcmp(f->v[i].id, id))
			return &f->v[i];
	return NULL;
}

const char *tr_feature_state_name(enum tr_feature_state state)
{
	switch (state) {
	case TR_FEATURE_YES:
		return "yes";
	case TR_FEATURE_NO:
		return "no";
	case TR_FEATURE_UNKNOWN:
		break;
	}
	return "unknown";
}
