// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>
#include <string.h>

#include "trace/reading.h"
#include "trammel/trace.h"
#include "util/mem.h"

static const char *subject_of(const struct tr_recording *rec)
{
	return rec->subject ? rec->subject : "";
}

static void rename_all(struct tr_facts *f, const char *subject)
{
	for (size_t i = 0; i < f->n_recordings; i++) {
		free(f->recordings[i].subject);
		f->recordings[i].subject = tr_xstrdup(subject);
	}
}

/* Against the first recording there was, before anything is merged: a merge would hide it. */
static int check_subjects(const struct tr_facts *one, const char *path, const char **first,
			  const char **first_path, struct tr_err *err)
{
	for (size_t i = 0; i < one->n_recordings; i++) {
		const char *subject = subject_of(&one->recordings[i]);

		if (!*first) {
			*first = subject;
			*first_path = path;
		}
		if (strcmp(*first, subject))
			return tr_err_set(err, TR_ERR_INPUT,
					  "%s is of '%s', but %s is of '%s': two subjects",
					  *first_path, *first, path, subject);
	}
	return 0;
}

int tr_trace_read_stream(struct tr_facts *f, FILE *in, const char *name, struct tr_err *err)
{
	struct trace_reading t = { .f = f };
	int r = trace_read_stream(&t, in, name, err);

	repeat_release(&t.repeat);
	return r;
}

int tr_trace_read(struct tr_facts *f, const char *path, struct tr_err *err)
{
	struct trace_reading t = { .f = f };
	int r = trace_read(&t, path, err);

	repeat_release(&t.repeat);
	return r;
}

int tr_trace_read_all(struct tr_facts *f, char *const *paths, size_t n, const char *subject,
		      struct tr_err *err)
{
	tr_cleanup_free char *first_copy = NULL;
	const char *first = NULL, *first_path = NULL;
	struct trace_reading t = { .f = f };
	int r = 0;

	for (size_t i = 0; i < n && r == 0; i++) {
		struct tr_facts heads;

		tr_facts_init(&heads);
		t.heads = &heads;
		r = trace_read(&t, paths[i], err);
		if (r == 0 && !subject)
			r = check_subjects(&heads, paths[i], &first, &first_path, err);
		if (r == 0 && first && !first_copy)
			first = first_copy = tr_xstrdup(first);
		tr_facts_release(&heads);
	}
	repeat_release(&t.repeat);
	if (r == 0 && subject)
		rename_all(f, subject);
	return r;
}
