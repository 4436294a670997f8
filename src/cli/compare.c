// SPDX-License-Identifier: Apache-2.0
#include "cli/compare.h"

#include <stdio.h>

#include "util/mem.h"
#include "util/strbuf.h"

/* All values of a key, over all recordings. */
static void values_of(const struct tr_facts *f, const char *key, struct tr_strset *ret)
{
	for (size_t i = 0; i < f->n_recordings; i++) {
		const struct tr_strset *values = tr_context_all(&f->recordings[i], key);

		for (size_t k = 0; values && k < values->n; k++)
			tr_strset_add(ret, values->v[k]);
	}
}

bool compare_status(const struct tr_facts *recorded, const char *key, int status)
{
	struct tr_strset values = { 0 };
	char word[16];
	bool found;

	values_of(recorded, key, &values);
	snprintf(word, sizeof(word), "%d", status);
	found = values.n ? tr_strset_has(&values, word) : status == 0;
	tr_strset_release(&values);
	return found;
}

static char *joined(const struct tr_strset *values)
{
	struct strbuf sb = STRBUF_INIT;

	for (size_t i = 0; i < values->n; i++)
		strbuf_addf(&sb, "%s%s", i ? ", " : "", values->v[i]);
	return strbuf_detach(&sb);
}

void compare_machines(const struct tr_facts *recorded, const struct tr_facts *seen,
		      void (*fn)(const char *key, const char *then, const char *now, void *arg),
		      void *arg)
{
	static const char *const keys[] = { "arch",   "kernel",	 "clocksource",	   "cpus",
					    "engine", "runtime", "runtime.version" };

	for (size_t i = 0; i < TR_ARRAY_SIZE(keys); i++) {
		struct tr_strset then = { 0 }, now = { 0 };
		bool common = false;

		values_of(recorded, keys[i], &then);
		values_of(seen, keys[i], &now);
		for (size_t k = 0; k < now.n; k++)
			common |= tr_strset_has(&then, now.v[k]);
		if (then.n && now.n && !common) {
			tr_cleanup_free char *a = joined(&then), *b = joined(&now);

			fn(keys[i], a, b, arg);
		}
		tr_strset_release(&then);
		tr_strset_release(&now);
	}
}
