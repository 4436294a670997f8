// SPDX-License-Identifier: Apache-2.0
/*
 * Whether a directory grows is decided by what one more recording can only add to: names, and recordings that
 * lack some of them. Names of one class, numbered or by chance, count as one: a family of those has its own,
 * narrower pattern.
 */
#include <stdlib.h>
#include <string.h>

#include "policy/evidence.h"
#include "util/mem.h"

/* So many classes of names: fewer are files that a program has, more are data. */
#define ENOUGH 8

static const char why[] = "names that come with the data";

/*
 * The container made it, on a volume or in memory, where nothing of the image is beside it. That the same
 * container was also started without the volume takes nothing back.
 */
static bool is_data(const struct part *p)
{
	return p->made && p->where & (TR_WHERE_VOLUME | TR_WHERE_TMPFS);
}

static size_t classes_of(struct part *const *v, size_t n)
{
	struct tr_strset classes = { 0 };
	size_t ret;

	for (size_t i = 0; i < n; i++) {
		cleanup_strbuf struct strbuf sb = STRBUF_INIT;

		shape_class(v[i]->name, &sb);
		tr_strset_add(&classes, strbuf_str(&sb));
	}
	ret = classes.n;
	tr_strset_release(&classes);
	return ret;
}

static bool differs(const struct widening *w, struct part *const *v, size_t n)
{
	size_t absent = 0;

	for (size_t i = 0; i < n; i++)
		absent += v[i]->recordings.n < w->n_recordings;
	return absent > 1 || w->n_recordings == 1;
}

void growing(struct widening *w, const struct tr_apparmor_pattern *dir, struct part *parts,
	     size_t n)
{
	tr_cleanup_free struct part **v = tr_xcalloc(n, sizeof(*v));
	tr_cleanup_free char *text = NULL;
	struct tr_apparmor_pattern *p;
	size_t n_data = 0;

	for (size_t i = 0; i < n; i++)
		if (is_data(&parts[i]))
			v[n_data++] = &parts[i];
	if (n_data < ENOUGH || classes_of(v, n_data) < ENOUGH || !differs(w, v, n_data))
		return;
	p = new_pattern(w);
	tr_apparmor_pattern_add(
		p, (struct tr_apparmor_part){ TR_APPARMOR_NAME, 0, 1, TR_APPARMOR_MANY });
	text = text_below(dir, p);
	if (!w->widen || recordings_of_parts(v, n_data) < 2) {
		note_parts(note_add(&w->report->doubts, text, why), v, n_data);
		return;
	}
	note_parts(note_add(&w->report->widened, text, why), v, n_data);
	for (size_t i = 0; i < n_data; i++)
		v[i]->varied[WAY_GROWING] = (struct varied){ p, why };
}
