// SPDX-License-Identifier: Apache-2.0
#include "cli/traces.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "trammel/bundle.h"
#include "trammel/trace.h"
#include "util/mem.h"

void traces_release(struct traces *t)
{
	for (size_t i = 0; i < t->n; i++)
		free(t->v[i]);
	free(t->v);
	memset(t, 0, sizeof(*t));
}

/* Takes path. */
static void add(struct traces *t, char *path)
{
	t->v = tr_grow(t->v, &t->cap, t->n, sizeof(*t->v));
	t->v[t->n++] = path;
}

static bool is_directory(const char *path)
{
	struct stat st;

	return strcmp(path, "-") != 0 && stat(path, &st) == 0 && S_ISDIR(st.st_mode) &&
	       !tr_bundle_is(path);
}

static int is_trace(const struct dirent *e)
{
	size_t n = strlen(e->d_name), end = strlen(".trace");

	return e->d_name[0] != '.' && n > end && !strcmp(e->d_name + n - end, ".trace");
}

static int by_bytes(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

/* 1 if the trace is of the subject, 0 if not. */
static int is_of(const char *path, const char *subject, struct tr_err *err)
{
	struct tr_facts f;
	int r;

	if (!subject)
		return 1;
	tr_facts_init(&f);
	r = tr_trace_read(&f, path, err);
	if (r == 0)
		r = f.n_recordings && f.recordings[0].subject &&
		    !strcmp(f.recordings[0].subject, subject);
	tr_facts_release(&f);
	return r;
}

static int add_directory(struct traces *t, const char *dir, const char *subject, struct tr_err *err)
{
	struct dirent **names = NULL;
	int n = scandir(dir, &names, is_trace, by_bytes), r = 0;
	size_t before = t->n;

	if (n < 0)
		return tr_err_errno(err, TR_ERR_INPUT, errno, "%s", dir);
	for (int i = 0; i < n; i++) {
		char *path = tr_bundle_path(dir, names[i]->d_name);

		r = r < 0 ? r : is_of(path, subject, err);
		if (r > 0)
			add(t, path);
		else
			free(path);
		free(names[i]);
	}
	free(names);
	if (r < 0)
		return -1;
	if (t->n > before)
		return 0;
	return tr_err_set(err, TR_ERR_INPUT,
			  subject ? "%s: no trace of '%s' in this directory" :
				    "%s: no trace in this directory",
			  dir, subject);
}

int traces_expand(struct traces *ret, char *const *words, size_t n, const char *subject,
		  struct tr_err *err)
{
	struct traces t = { 0 };

	for (size_t i = 0; i < n; i++) {
		if (!is_directory(words[i])) {
			add(&t, tr_xstrdup(words[i]));
		} else if (add_directory(&t, words[i], subject, err) < 0) {
			traces_release(&t);
			return -1;
		}
	}
	*ret = t;
	return 0;
}
