// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>

#include "facts/order.h"
#include "facts/sets.h"
#include "trace/format.h"
#include "trammel/trace.h"
#include "util/fs.h"
#include "util/mem.h"

struct writer {
	const struct tr_facts *f;
	FILE *out;
	const uint32_t *number; /* f's index of a recording to its place in the file */
	uint64_t n_of_kind[TR_FACT_MAX];
	struct tr_err *err;
};

/* Frees o. max is what the reader takes: a trace that cannot be read back is never written. */
static int write_line(struct writer *w, json_object *o, size_t max)
{
	size_t len = 0;
	const char *text = line_text(o, &len);
	int r = 0;

	if (len > max) {
		r = tr_err_set(
			w->err, TR_ERR_CANNOT,
			"a trace of %zu recordings would have a line of %zu bytes, more than "
			"the %zu a reader takes",
			w->f->n_recordings, len, max);
	} else {
		fwrite(text, 1, len, w->out);
		fputc('\n', w->out);
	}
	json_object_put(o);
	return r;
}

static int write_fact(const struct tr_fact *fact, void *arg)
{
	struct writer *w = arg;
	struct tr_u32set recordings = u32set_copy(&fact->ev.recordings);
	json_object *o;

	facts_renumber(&recordings, w->number);
	o = fact_to_json(fact, &recordings);
	tr_u32set_release(&recordings);
	w->n_of_kind[fact->kind]++;
	return write_line(w, o, TR_TRACE_LINE_MAX);
}

static json_object *footer(const struct writer *w, const uint32_t *order)
{
	json_object *o = json_object_new_object(), *kinds = json_object_new_object();
	json_object *recordings = json_object_new_array();

	put(o, "end", json_object_new_boolean(true));
	put(o, "facts", json_object_new_uint64(w->f->n));
	put(o, "complete", json_object_new_boolean(tr_facts_complete(w->f)));
	for (size_t i = 0; i < w->f->n_recordings; i++)
		json_object_array_add(recordings, ending_to_json(&w->f->recordings[order[i]]));
	put(o, "recordings", recordings);
	for (size_t i = 0; i < TR_FACT_MAX; i++)
		if (w->n_of_kind[i])
			put(kinds, tr_fact_kind_name(i), json_object_new_uint64(w->n_of_kind[i]));
	put(o, "kinds", kinds);
	return o;
}

int tr_trace_write_stream(const struct tr_facts *f, FILE *out, struct tr_err *err)
{
	tr_cleanup_free uint32_t *number = NULL;
	tr_cleanup_free uint32_t *order = facts_recording_order(f, &number);
	struct writer w = { .f = f, .out = out, .number = number, .err = err };
	json_object *recordings;

	if (f->n_recordings > TR_TRACE_RECORDINGS_MAX)
		return tr_err_set(err, TR_ERR_CANNOT, "%zu recordings: a trace holds up to %d",
				  f->n_recordings, TR_TRACE_RECORDINGS_MAX);
	recordings = json_object_new_array();
	for (size_t i = 0; i < f->n_recordings; i++)
		json_object_array_add(recordings, recording_to_json(&f->recordings[order[i]]));
	if (write_line(&w, header_to_json(recordings), TR_TRACE_HEADER_MAX) < 0 ||
	    tr_facts_each(f, write_fact, &w) < 0)
		return -1;
	return write_line(&w, footer(&w, order), TR_TRACE_HEADER_MAX);
}

int tr_trace_write(const struct tr_facts *f, const char *path, struct tr_err *err)
{
	struct fs_out out;
	int r;

	if (fs_out_open(&out, path, 0600, err) < 0)
		return -1;
	r = tr_trace_write_stream(f, out.f, err);
	if (r < 0)
		tr_err_wrap(err, "%s", path);
	else
		r = fs_out_commit(&out, err);
	fs_out_release(&out);
	return r;
}
