// SPDX-License-Identifier: Apache-2.0
#include "cli/image_source.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cmd.h"
#include "cli/engines.h"
#include "trammel/engine.h"
#include "util/mem.h"
#include "util/text.h"

#define IMAGE	  "image:"
#define CONTAINER "container:"

/* Signals: what was made in the engine outlives us, and is removed first. */

static const int ending[] = { SIGHUP, SIGINT, SIGTERM };
static volatile sig_atomic_t came;

static void on_signal(int sig)
{
	came = sig;
}

static void hold_signals(struct sigaction before[TR_ARRAY_SIZE(ending)])
{
	struct sigaction sa = { .sa_handler = on_signal };

	came = 0;
	for (size_t i = 0; i < TR_ARRAY_SIZE(ending); i++) {
		sigaction(ending[i], NULL, &before[i]);
		if (before[i].sa_handler != SIG_IGN)
			sigaction(ending[i], &sa, NULL);
	}
}

static void release_signals(const struct sigaction before[TR_ARRAY_SIZE(ending)])
{
	for (size_t i = 0; i < TR_ARRAY_SIZE(ending); i++)
		sigaction(ending[i], &before[i], NULL);
	if (came)
		raise(came);
}

static bool is_ended(void *arg)
{
	(void)arg;
	return came != 0;
}

static int take(const char *data, size_t len, void *arg, struct tr_err *err)
{
	return tr_image_archive_take(arg, data, len, err);
}

/* Of one engine. */
static int read_image(struct tr_engine *e, const char *image, struct tr_image_files *ret,
		      struct tr_err *err)
{
	struct tr_image_archive *archive = tr_image_archive_begin();
	struct tr_engine_sink sink = { take, is_ended, archive };
	tr_cleanup_free char *safe = text_escaped(image);
	struct sigaction before[TR_ARRAY_SIZE(ending)];
	char *digest = NULL;
	int r;

	hold_signals(before);
	r = tr_engine_image_files(e, image, &sink, &digest, err);
	release_signals(before);
	if (tr_image_archive_end(archive, r < 0 ? NULL : ret, safe, err) < 0 || r < 0) {
		free(digest);
		return -1;
	}
	free(ret->image);
	ret->image = digest;
	cli_note("%s: %zu names in the image %s", tr_engine_version(e), ret->n, digest);
	return 0;
}

static int read_container(struct tr_engine *e, const char *name, struct tr_image_files *ret,
			  struct tr_err *err)
{
	struct tr_container c = { 0 };
	int r;

	if (tr_engine_inspect(e, name, &c, err) < 0)
		return -1;
	if (c.image_digest)
		r = read_image(e, c.image_digest, ret, err);
	else
		r = tr_err_set(err, TR_ERR_INPUT,
			       "the engine tells of no image that it was made of");
	tr_container_release(&c);
	return r;
}

/* 1: there is no such engine here. */
static int read_from(enum engine_program program, const char *name, bool is_container,
		     struct tr_image_files *ret, struct tr_err *err)
{
	const struct engine_cmdline c = { .program = program };
	struct engines engines;
	int r = 1;

	if (engines_open(&engines, &c, err) < 0)
		return -1;
	if (engines.n)
		r = is_container ? read_container(engines.e[0], name, ret, err) :
				   read_image(engines.e[0], name, ret, err);
	engines_close(&engines);
	return r;
}

/* podman is asked where Docker, if it is here, does not know the name; what Docker said of it is told then. */
static int read_engine(const char *name, bool is_container, struct tr_image_files *ret,
		       struct tr_err *err)
{
	tr_cleanup_err struct tr_err second = { 0 };
	int first = read_from(PROGRAM_DOCKER, name, is_container, ret, err), r;

	if (first == 0 || (first < 0 && err->kind != TR_ERR_INPUT))
		return first;
	r = read_from(PROGRAM_PODMAN, name, is_container, ret, first < 0 ? &second : err);
	if (r == 1 && first == 1)
		return tr_err_set(err, TR_ERR_CANNOT,
				  "no container engine answers on this machine");
	if (r == 0)
		tr_err_clear(err);
	return r == 0 ? 0 : -1;
}

int image_source_read(struct tr_image_files *ret, const char *word, struct tr_err *err)
{
	bool is_container = !strncmp(word, CONTAINER, strlen(CONTAINER));
	size_t skip = is_container ? strlen(CONTAINER) : strlen(IMAGE);
	int r;

	if (!is_container && strncmp(word, IMAGE, strlen(IMAGE)) != 0)
		return tr_image_files_read(ret, word, err);
	r = read_engine(word + skip, is_container, ret, err);
	return r < 0 ? tr_err_wrap(err, "--files %s", word) : 0;
}

/* What was recorded */

const char *image_source_newest(const struct tr_facts *facts)
{
	const struct tr_recording *newest = NULL;
	const struct tr_strset *digests;

	for (size_t i = 0; i < facts->n_recordings; i++) {
		const struct tr_recording *r = &facts->recordings[i];

		digests = tr_context_all(r, "image.digest");
		if (digests && digests->n && (!newest || tr_recording_cmp(newest, r) < 0))
			newest = r;
	}
	digests = newest ? tr_context_all(newest, "image.digest") : NULL;
	return digests ? digests->v[0] : NULL;
}

bool image_source_is_of(const struct tr_image_files *f, const struct tr_facts *facts)
{
	if (!f->image || !image_source_newest(facts))
		return true;
	for (size_t i = 0; i < facts->n_recordings; i++) {
		const struct tr_strset *v = tr_context_all(&facts->recordings[i], "image.digest");

		if (v && tr_strset_has(v, f->image))
			return true;
	}
	return false;
}

void image_source_hold(const struct tr_image_files *f, const struct tr_facts *facts)
{
	tr_cleanup_free char *newest = NULL;

	if (image_source_is_of(f, facts))
		return;
	newest = text_escaped(image_source_newest(facts));
	cli_warn("--files: these are the files of the image %.80s, and %.80s is what was recorded",
		 f->image, newest);
}

/* Of a trace: it is to be pasted. */
static bool is_plain(const char *s)
{
	return strlen(s) <= 256 && tr_engine_is_image_name(s);
}

char *image_source_hint(const struct tr_facts *facts)
{
	const char *digest = image_source_newest(facts), *name = NULL;

	for (size_t i = 0; digest && i < facts->n_recordings; i++) {
		const struct tr_strset *v = tr_context_all(&facts->recordings[i], "image.digest");

		if (v && tr_strset_has(v, digest))
			name = tr_context_get(&facts->recordings[i], "image");
	}
	if (!name || !is_plain(name))
		name = digest;
	return name && is_plain(name) && tr_engine_is_near() ? tr_xasprintf(IMAGE "%s", name) :
							       NULL;
}
