// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "facts/recording.h"
#include "facts/sets.h"
#include "trace/format.h"
#include "trace/lines.h"
#include "trace/reading.h"
#include "trammel/trace.h"
#include "util/json.h"
#include "util/mem.h"

struct reader {
	struct tr_facts *f;
	struct tr_facts *heads; /* the file's recordings alone; may be NULL */
	struct repeat *repeat;
	const char *name;
	unsigned line;
	char *where; /* "NAME:LINE:" */
	uint32_t *number; /* the file's index of a recording to f's */
	size_t n_number, cap_number;
	char **ids; /* of the file's recordings, as long as number */
	size_t cap_ids;
	uint64_t n_facts, n_of_kind[TR_FACT_MAX];
	bool ended; /* the footer was there */
	struct tr_err *err;
};

static int bad(struct reader *r, const char *what)
{
	return tr_err_set(r->err, TR_ERR_INPUT, "%s %s", r->where, what);
}

static int add_recording(struct reader *r, json_object *o, const char *where)
{
	struct tr_recording rec;

	if (!json_object_is_type(o, json_type_object))
		return tr_err_set(r->err, TR_ERR_INPUT, "%s: expected an object, found %s", where,
				  json_kind(o));
	if (recording_from_json(o, where, &rec, r->err) < 0)
		return -1;
	r->ids = tr_grow(r->ids, &r->cap_ids, r->n_number, sizeof(*r->ids));
	r->ids[r->n_number] = tr_xstrdup(rec.id);
	if (r->heads) {
		struct tr_recording copy = recording_copy(&rec);

		tr_facts_add_recording(r->heads, &copy);
	}
	r->number = tr_grow(r->number, &r->cap_number, r->n_number, sizeof(*r->number));
	r->number[r->n_number++] = tr_facts_add_recording(r->f, &rec);
	/* A journal may name a recording often, as it learns of it: bound both. */
	if (r->f->n_recordings > TR_TRACE_RECORDINGS_MAX ||
	    r->n_number > 4 * TR_TRACE_RECORDINGS_MAX)
		return tr_err_set(r->err, TR_ERR_INPUT, "%s: more than %d recordings", where,
				  TR_TRACE_RECORDINGS_MAX);
	return 0;
}

/* In one header a recording stands once: facts would else have two numbers for it. */
static int check_twice(struct reader *r)
{
	struct tr_u32set seen = { 0 };
	int ret = 0;

	for (size_t i = 0; i < r->n_number; i++)
		u32set_append(&seen, r->number[i]);
	u32set_settle(&seen);
	if (seen.n != r->n_number)
		ret = bad(r, "header.recordings: one id stands there twice");
	tr_u32set_release(&seen);
	return ret;
}

static int read_header(struct reader *r, json_object *o)
{
	tr_cleanup_free char *where = tr_xasprintf("%s header", r->where);
	json_object *recordings = NULL;
	const char *what = NULL;
	uint64_t version = 0;

	if (!json_object_is_type(o, json_type_object) ||
	    json_member_string(o, "trammel", where, &what, r->err) <= 0)
		return bad(r, "not a trace: expected {\"trammel\":\"trace\",...}");
	if (strcmp(what, "trace"))
		return tr_err_set(r->err, TR_ERR_INPUT, "%s not a trace: it says '%.64s' of itself",
				  r->where, what);
	if (need_u64(o, "version", where, INT64_MAX, &version, r->err) < 0)
		return -1;
	if (version > TR_TRACE_VERSION)
		return tr_err_set(r->err, TR_ERR_INPUT,
				  "%s a trace of version %" PRIu64
				  ": this trammel reads up to version %d, a newer one is needed",
				  r->where, version, TR_TRACE_VERSION);
	if (!version)
		return bad(r, "header.version: there is no version 0");
	if (json_member_array(o, "recordings", where, &recordings, r->err) < 0)
		return -1;
	for (size_t i = 0; recordings && i < json_object_array_length(recordings); i++) {
		tr_cleanup_free char *inner = tr_xasprintf("%s.recordings[%zu]", where, i);

		if (add_recording(r, json_object_array_get_idx(recordings, i), inner) < 0)
			return -1;
	}
	return check_twice(r);
}

/* The footer has the recordings in the header's order. *ret_complete: what it says of them all. */
static int read_endings(struct reader *r, json_object *endings, const char *where,
			bool *ret_complete)
{
	size_t n = json_object_array_length(endings);

	if (n != r->n_number)
		return tr_err_set(r->err, TR_ERR_INPUT,
				  "%s.recordings: expected the header's %zu, found %zu", where,
				  r->n_number, n);
	*ret_complete = true;
	for (size_t i = 0; i < n; i++) {
		tr_cleanup_free char *inner = tr_xasprintf("%s.recordings[%zu]", where, i);
		json_object *o = json_object_array_get_idx(endings, i);
		struct tr_recording rec;

		if (!json_object_is_type(o, json_type_object))
			return tr_err_set(r->err, TR_ERR_INPUT, "%s: expected an object, found %s",
					  inner, json_kind(o));
		if (ending_from_json(o, inner, &rec, r->err) < 0)
			return -1;
		if (strcmp(rec.id, r->ids[i])) {
			tr_err_set(r->err, TR_ERR_INPUT, "%s.id: expected %s as in the header",
				   inner, r->ids[i]);
			tr_recording_release(&rec);
			return -1;
		}
		*ret_complete &= tr_recording_complete(&rec);
		tr_facts_add_recording(r->f, &rec);
	}
	return 0;
}

static int check_kinds(struct reader *r, json_object *kinds, const char *where)
{
	for (size_t i = 0; i < TR_FACT_MAX; i++) {
		tr_cleanup_free char *inner = tr_xasprintf("%s.kinds", where);
		uint64_t n = 0;

		if (opt_u64(kinds, tr_fact_kind_name(i), inner, UINT64_MAX, &n, r->err) < 0)
			return -1;
		if (n != r->n_of_kind[i])
			return tr_err_set(r->err, TR_ERR_INPUT,
					  "%s.%s: says %" PRIu64 ", found %" PRIu64, inner,
					  tr_fact_kind_name(i), n, r->n_of_kind[i]);
	}
	return 0;
}

static int read_footer(struct reader *r, json_object *o)
{
	tr_cleanup_free char *where = tr_xasprintf("%s footer", r->where);
	json_object *endings = NULL, *kinds = NULL;
	bool end = false, complete = false, says_complete = false;
	uint64_t n = 0;
	int has_complete;

	if (json_member_bool(o, "end", where, &end, r->err) < 0 ||
	    need_u64(o, "facts", where, UINT64_MAX, &n, r->err) < 0)
		return -1;
	if (!end)
		return bad(r, "footer.end: expected true");
	if (n != r->n_facts)
		return tr_err_set(r->err, TR_ERR_INPUT,
				  "%s.facts: says %" PRIu64 ", found %" PRIu64, where, n,
				  r->n_facts);
	has_complete = json_member_bool(o, "complete", where, &says_complete, r->err);
	if (has_complete < 0 || json_member_object(o, "kinds", where, &kinds, r->err) < 0 ||
	    (kinds && check_kinds(r, kinds, where) < 0) ||
	    json_member_array(o, "recordings", where, &endings, r->err) < 0)
		return -1;
	if (!endings)
		return bad(r, "footer.recordings: is missing");
	if (read_endings(r, endings, where, &complete) < 0)
		return -1;
	if (has_complete && says_complete != complete)
		return bad(r, says_complete ? "footer.complete: true, but a recording lost events "
					      "or has no known end" :
					      "footer.complete: false, but no recording lost any");
	r->ended = true;
	return 0;
}

static int read_fact(struct reader *r, const struct lines *in, json_object *o)
{
	struct repeat_parts parts;
	struct tr_fact fact, *kept;

	if (fact_from_json(o, r->where, r->number, r->n_number, &fact, r->err) < 0)
		return -1;
	r->n_facts++;
	r->n_of_kind[fact.kind]++;
	kept = tr_facts_add(r->f, &fact, NULL);
	if (repeat_split(in->text, in->len, &parts))
		repeat_keep(r->repeat, &parts, kept);
	return 0;
}

/* Whether the line says of a fact what another has said before; it is then merged. */
static bool read_repeated(struct reader *r, const struct lines *in)
{
	struct repeat_parts parts;
	struct tr_fact *fact;

	if (r->line == 1 || r->ended || !in->whole || !repeat_split(in->text, in->len, &parts))
		return false;
	fact = repeat_merge(r->repeat, &parts, r->number, r->n_number);
	if (!fact)
		return false;
	r->n_facts++;
	r->n_of_kind[fact->kind]++;
	return true;
}

static int read_object(struct reader *r, const struct lines *in, json_object *o)
{
	tr_cleanup_free char *where = NULL;
	json_object *m;

	if (r->line == 1)
		return read_header(r, o);
	if (r->ended)
		return bad(r, "a line behind the footer");
	if (json_object_object_get_ex(o, "fact", NULL))
		return read_fact(r, in, o);
	if (json_object_object_get_ex(o, "end", NULL))
		return read_footer(r, o);
	if (!json_object_object_get_ex(o, "recording", &m))
		return bad(r, "expected a fact, a recording or the footer");
	where = tr_xasprintf("%s recording", r->where);
	return add_recording(r, m, where);
}

/* One line. Only the last can lack its end: then it was cut, unless it is whole all the same. */
static int read_line(struct reader *r, const struct lines *in)
{
	json_object *o = NULL;
	int ret;

	if (read_repeated(r, in))
		return 0;
	free(r->where);
	r->where = tr_xasprintf("%s:%u:", r->name, r->line);
	if (json_parse(in->text, in->len, r->name, r->line, &o, r->err) < 0) {
		if (r->line == 1)
			return bad(r, "not a trace: expected {\"trammel\":\"trace\",...}");
		if (in->whole || r->ended)
			return -1;
		tr_err_clear(r->err);
		return 0;
	}
	ret = read_object(r, in, o);
	json_object_put(o);
	return ret;
}

static void reader_release(struct reader *r)
{
	for (size_t i = 0; i < r->n_number; i++)
		free(r->ids[i]);
	free(r->ids);
	free(r->number);
	free(r->where);
}

int trace_read_stream(struct trace_reading *t, FILE *in, const char *name, struct tr_err *err)
{
	struct reader r = {
		.f = t->f, .heads = t->heads, .repeat = &t->repeat, .name = name, .err = err
	};
	struct lines lines = { .in = in };
	int got, ret = 0;

	while ((got = lines_next(&lines, r.line == 0)) > 0 && ret == 0) {
		r.line++;
		ret = read_line(&r, &lines);
	}
	if (got < 0 && lines.error)
		ret = tr_err_errno(err, TR_ERR_INPUT, lines.error, "%s", name);
	else if (got < 0)
		ret = tr_err_set(err, TR_ERR_INPUT, "%s:%u: a line longer than %zu bytes", name,
				 r.line + 1, lines.max);
	else if (ret == 0 && r.line == 0)
		ret = tr_err_set(err, TR_ERR_INPUT, "%s: not a trace: it is empty", name);
	lines_release(&lines);
	reader_release(&r);
	return ret;
}

static bool is_bundle(const char *path)
{
	tr_cleanup_free char *json = tr_xasprintf("%s/bundle.json", path);
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode) && stat(json, &st) == 0;
}

int trace_read(struct trace_reading *t, const char *path, struct tr_err *err)
{
	tr_cleanup_free char *inside = NULL;
	tr_cleanup_fclose FILE *in = NULL;
	struct stat st;

	if (!strcmp(path, "-"))
		return trace_read_stream(t, stdin, "standard input", err);
	if (is_bundle(path))
		path = inside = tr_xasprintf("%s/" TR_TRACE_OF_BUNDLE, path);
	in = fopen(path, "re");
	if (!in)
		return tr_err_errno(err, TR_ERR_INPUT, errno, "%s", path);
	if (fstat(fileno(in), &st) == 0 && S_ISDIR(st.st_mode))
		return tr_err_set(err, TR_ERR_INPUT,
				  "%s: not a trace: it is a directory, and no bundle", path);
	return trace_read_stream(t, in, path, err);
}
