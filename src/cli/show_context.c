// SPDX-License-Identifier: Apache-2.0
/* What `trammel show` says for people of what was recorded, and on what: the recordings' context. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cmd.h"
#include "cli/show.h"
#include "tables/misses.h"
#include "util/mem.h"
#include "util/text.h"

#define VALUES_MAX    4 /* of one key */
#define KEY_WIDTH_MAX 24 /* a longer one stands out of its column */

static void print_escaped(const char *s)
{
	tr_cleanup_free char *safe = text_escaped(s);

	fputs(safe, stdout);
}

/* The values of a context key over all recordings, as one set. */
static void all_values(const struct show *s, const char *key, struct tr_strset *ret)
{
	for (size_t i = 0; i < s->facts.n_recordings; i++) {
		const struct tr_strset *v = tr_context_all(&s->facts.recordings[i], key);

		for (size_t k = 0; v && k < v->n; k++)
			tr_strset_add(ret, v->v[k]);
	}
}

/* The most of all recordings. The kernel counts pages, so that nobody wants to know it to the byte. */
static bool print_peak(const struct show *s, const char *key, int width)
{
	const bool is_memory = !strcmp(key, "memory.peak");
	uint64_t peak = 0;
	size_t n = 0;

	if (!is_memory && strcmp(key, "pids.peak") != 0)
		return false;
	for (size_t i = 0; i < s->facts.n_recordings; i++) {
		const char *value = tr_context_get(&s->facts.recordings[i], key);
		uint64_t v = value ? strtoull(value, NULL, 10) : 0;

		n += v > 0;
		peak = v > peak ? v : peak;
	}
	if (!peak)
		return false;
	printf("  %-*s  ", width, key);
	if (is_memory && peak >> 20)
		printf("%" PRIu64 " MiB", peak >> 20);
	else if (is_memory)
		printf("%" PRIu64 " KiB", peak >> 10);
	else
		printf("%" PRIu64, peak);
	if (s->facts.n_recordings > 1)
		printf(" %s(the most in %zu of %zu recordings)%s", c_dim(), n,
		       s->facts.n_recordings, c_reset());
	putchar('\n');
	return true;
}

static void print_context(const struct show *s, const char *key, int width)
{
	/* What the recording cannot tell of, is told in full. */
	bool is_misses = !strcmp(key, "backend.misses");
	size_t most = is_misses ? SIZE_MAX : VALUES_MAX;
	struct tr_strset v = { 0 };

	if (print_peak(s, key, width))
		return;
	all_values(s, key, &v);
	/* "false" is what one expects: only "privileged true" tells something. */
	if (v.n == 1 && !strcmp(v.v[0], "false"))
		tr_strset_release(&v);
	if (v.n)
		printf("  %-*s  ", width, key);
	for (size_t i = 0; i < v.n && i < most; i++) {
		const struct miss *m = is_misses ? miss_find(v.v[i]) : NULL;

		if (i)
			printf("\n  %-*s  ", width, "");
		print_escaped(v.v[i]);
		if (m)
			printf("%s: %s%s", c_dim(), m->act, c_reset());
	}
	if (v.n > most)
		printf("\n  %-*s  %s... and %zu more%s", width, "", c_dim(), v.n - most, c_reset());
	if (v.n)
		putchar('\n');
	tr_strset_release(&v);
}

/* The keys people look for first, in this order; the others follow in theirs. */
static const char *const first_keys[] = {
	"image",  "image.digest", "command",	     "user",	"container", "kernel", "arch",
	"engine", "runtime",	  "runtime.version", "seccomp", "apparmor",
};

void show_print_contexts(const struct show *s)
{
	struct tr_strset keys = { 0 };
	int width = 0;

	for (size_t i = 0; i < s->facts.n_recordings; i++) {
		const struct tr_context *c = s->facts.recordings[i].context;

		for (size_t k = 0; c && k < c->n; k++)
			tr_strset_add(&keys, c->v[k].key);
	}
	for (size_t i = 0; i < keys.n; i++)
		if (strlen(keys.v[i]) > (size_t)width && strlen(keys.v[i]) <= KEY_WIDTH_MAX)
			width = (int)strlen(keys.v[i]);
	for (size_t i = 0; i < TR_ARRAY_SIZE(first_keys); i++)
		print_context(s, first_keys[i], width);
	for (size_t i = 0; i < keys.n; i++) {
		bool done = false;

		for (size_t k = 0; k < TR_ARRAY_SIZE(first_keys); k++)
			done |= !strcmp(keys.v[i], first_keys[k]);
		if (!done)
			print_context(s, keys.v[i], width);
	}
	tr_strset_release(&keys);
}
