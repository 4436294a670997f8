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

/* What the first recording of all was of, and where: the others must be of the same. */
struct first {
	char *subject, *arch;
	char *subject_path, *arch_path;
};

static void first_release(struct first *f)
{
	free(f->subject);
	free(f->arch);
	free(f->subject_path);
	free(f->arch_path);
}

/* Keeps what is the first of its kind. False if it is another than the first. */
static bool same_as_first(char **first, char **first_path, const char *what, const char *path)
{
	if (!*first) {
		*first = tr_xstrdup(what);
		*first_path = tr_xstrdup(path);
	}
	return !strcmp(*first, what);
}

static int check_arch(const struct tr_recording *rec, const char *path, struct first *first,
		      struct tr_err *err)
{
	const struct tr_strset *arch = tr_context_all(rec, "arch");

	for (size_t i = 0; arch && i < arch->n; i++)
		if (!same_as_first(&first->arch, &first->arch_path, arch->v[i], path))
			return tr_err_set(err, TR_ERR_INPUT,
					  "%s was recorded on %s, but %s on %s: two architectures",
					  first->arch_path, first->arch, path, arch->v[i]);
	return 0;
}

/* Before anything is merged: a merge would hide it. With any_subject the subjects may differ. */
static int check_recordings(const struct tr_facts *one, const char *path, bool any_subject,
			    struct first *first, struct tr_err *err)
{
	for (size_t i = 0; i < one->n_recordings; i++) {
		const struct tr_recording *rec = &one->recordings[i];
		const char *subject = subject_of(rec);

		if (!any_subject &&
		    !same_as_first(&first->subject, &first->subject_path, subject, path))
			return tr_err_set(err, TR_ERR_INPUT,
					  "%s is of '%s', but %s is of '%s': two subjects",
					  first->subject_path, first->subject, path, subject);
		if (check_arch(rec, path, first, err) < 0)
			return -1;
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
	struct first first = { 0 };
	struct trace_reading t = { .f = f };
	int r = 0;

	for (size_t i = 0; i < n && r == 0; i++) {
		struct tr_facts heads;

		tr_facts_init(&heads);
		t.heads = &heads;
		r = trace_read(&t, paths[i], err);
		if (r == 0)
			r = check_recordings(&heads, paths[i], subject != NULL, &first, err);
		tr_facts_release(&heads);
	}
	repeat_release(&t.repeat);
	first_release(&first);
	if (r == 0 && subject)
		rename_all(f, subject);
	return r;
}
