// SPDX-License-Identifier: Apache-2.0
/*
 * Names that are different each time. A family of names in one directory becomes a pattern where the
 * container made all of them itself, they come and go or are not in all recordings, and together they are
 * in two or more. Never below directories where a pattern could reach what matters, and never to run or map code.
 *
 * It goes component by component, from the root on: what is below directories that have become a pattern
 * comes together, and may become one itself. What is decided for a family depends on nothing that another
 * recording could take away: so a recording more never allows less.
 */
#include <stdlib.h>
#include <string.h>

#include "policy/evidence.h"
#include "util/mem.h"
#include "util/strbuf.h"

/* Where a name more or less is worth an attack, or is the kernel's to give. */
static bool is_kept_exact(const char *path)
{
	static const char *const below[] = {
		"/etc/",
		"/root/",
		"/home/",
		"/run/secrets/",
		"/var/run/secrets/",
		"/var/spool/cron/",
		"/proc/",
		"/sys/",
		"/dev/",
	};

	for (size_t i = 0; i < TR_ARRAY_SIZE(below); i++)
		if (!strncmp(path, below[i], strlen(below[i])))
			return true;
	return false;
}

static void add_item(struct items *items, struct item item)
{
	item.len = strcspn(item.rest, "/");
	items->v = tr_grow(items->v, &items->cap, items->n, sizeof(*items->v));
	items->v[items->n++] = item;
}

static void copy_pattern(struct tr_apparmor_pattern *dst, const struct tr_apparmor_pattern *src)
{
	for (size_t i = 0; i < src->n; i++)
		tr_apparmor_pattern_add(dst, src->v[i]);
}

static struct item copy_item(const struct item *it)
{
	struct item copy = *it;

	copy.name.pattern = (struct tr_apparmor_pattern){ 0 };
	copy.name.target_pattern = (struct tr_apparmor_pattern){ 0 };
	copy.name.recordings = (struct tr_u32set){ 0 };
	copy.name.exes = (struct tr_strset){ 0 };
	copy_pattern(&copy.name.pattern, &it->name.pattern);
	for (size_t i = 0; i < it->name.recordings.n; i++)
		tr_u32set_add(&copy.name.recordings, it->name.recordings.v[i]);
	for (size_t i = 0; i < it->name.exes.n; i++)
		tr_strset_add(&copy.name.exes, it->name.exes.v[i]);
	return copy;
}

static int cmp_component(const struct item *x, const struct item *y)
{
	size_t n = x->len < y->len ? x->len : y->len;
	int r = memcmp(x->rest, y->rest, n);

	return r ? r : (x->len > y->len) - (x->len < y->len);
}

static int cmp_item(const void *a, const void *b)
{
	const struct item *x = a, *y = b;
	int r = tr_apparmor_pattern_cmp(&x->name.pattern, &y->name.pattern);

	r = r ? r : cmp_component(x, y);
	return r ? r : strcmp(x->name.path, y->name.path);
}

/* The container made it: open(2) with O_CREAT alone does not tell, but is all that some backends see. */
static bool is_made(const struct item *it)
{
	const uint32_t made = 1U << TR_ACT_CREATE | 1U << TR_ACT_MKDIR | 1U << TR_ACT_MKNOD |
			      1U << TR_ACT_SYMLINK | 1U << TR_ACT_RENAME_TO;
	const char *end = it->rest + it->len;

	return it->name.acts & made && (!*end || !strcmp(end, "/"));
}

static void look(struct part *p, const struct item *it)
{
	const uint32_t gone = 1U << TR_ACT_UNLINK | 1U << TR_ACT_RMDIR | 1U << TR_ACT_RENAME_FROM;

	for (size_t i = 0; i < it->name.recordings.n; i++)
		tr_u32set_add(&p->recordings, it->name.recordings.v[i]);
	p->where |= it->name.where;
	p->made |= is_made(it);
	p->gone |= is_made(it) && it->name.acts & gone;
}

/* In the container's own file system, on a volume or in memory. */
static bool is_own(const struct part *p)
{
	const uint32_t where = TR_WHERE_IMAGE | TR_WHERE_VOLUME | TR_WHERE_TMPFS;

	return p->made && p->where & where && !(p->where & ~where);
}

struct keyed {
	char *key;
	struct part *part;
};

static int cmp_keyed(const void *a, const void *b)
{
	const struct keyed *x = a, *y = b;
	int r = strcmp(x->key, y->key);
	size_t n;

	if (r)
		return r;
	n = x->part->name.len < y->part->name.len ? x->part->name.len : y->part->name.len;
	r = memcmp(x->part->name.s, y->part->name.s, n);
	return r ? r :
		   (x->part->name.len > y->part->name.len) -
			       (x->part->name.len < y->part->name.len);
}

static struct tr_u32set all_recordings(struct part *const *v, size_t n)
{
	struct tr_u32set all = { 0 };

	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < v[i]->recordings.n; k++)
			tr_u32set_add(&all, v[i]->recordings.v[k]);
	return all;
}

size_t recordings_of_parts(struct part *const *v, size_t n)
{
	struct tr_u32set all = all_recordings(v, n);
	const size_t ret = all.n;

	tr_u32set_release(&all);
	return ret;
}

void note_parts(struct tr_policy_apparmor_note *note, struct part *const *v, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		tr_cleanup_free char *name = tr_xstrndup(v[i]->name.s, v[i]->name.len);

		note_add_name(note, name);
	}
	note->recordings = recordings_of_parts(v, n);
}

static const char *const whys[SHAPES] = {
	[SHAPE_NUMBERS] = "other numbers each time",
	[SHAPE_RANDOM] = "other letters and digits each time",
};

char *text_below(const struct tr_apparmor_pattern *dir, const struct tr_apparmor_pattern *p)
{
	struct tr_apparmor_pattern whole = { 0 };
	char *text;

	copy_pattern(&whole, dir);
	copy_pattern(&whole, p);
	text = name_text(&whole);
	tr_apparmor_pattern_release(&whole);
	return text;
}

struct tr_apparmor_pattern *new_pattern(struct widening *w)
{
	w->patterns = tr_grow(w->patterns, &w->cap_patterns, w->n_patterns, sizeof(*w->patterns));
	w->patterns[w->n_patterns] = tr_xcalloc(1, sizeof(**w->patterns));
	return w->patterns[w->n_patterns++];
}

/* One that came and went. With two of them in two recordings it would be a family. */
static void doubt(struct widening *w, const struct tr_apparmor_pattern *dir, const struct keyed *k)
{
	struct tr_apparmor_pattern name = { 0 };
	tr_cleanup_free char *text = NULL;

	if (!k->part->gone)
		return;
	for (size_t i = 0; i < WAYS; i++)
		if (k->part->varied[i].pattern)
			return;
	tr_apparmor_pattern_add_bytes(&name, k->part->name.s, k->part->name.len);
	text = text_below(dir, &name);
	note_add(&w->report->doubts, text, "made and gone again, with a number in its name");
	tr_apparmor_pattern_release(&name);
}

/*
 * Two names that are not in all recordings; or one that goes again, beside another: a container counts from the
 * same number at each start, so that what comes and goes under different names may come under the same
 * ones in all recordings. Data that stays (db0, db1) is no such family.
 */
static bool is_varying(const struct widening *w, const struct keyed *v, size_t n)
{
	size_t gone = 0, absent = 0;

	for (size_t i = 0; i < n; i++) {
		gone += v[i].part->gone;
		absent += v[i].part->recordings.n < w->n_recordings;
	}
	return n > 1 && (gone || absent > 1 || w->n_recordings == 1);
}

/* Names that are nearly the same: with evidence they become a pattern, without they are in doubt. */
static void family(struct widening *w, enum shape shape, unsigned which,
		   const struct tr_apparmor_pattern *dir, const struct keyed *v, size_t n)
{
	tr_cleanup_free struct shape_name *samples = tr_xcalloc(n, sizeof(*samples));
	tr_cleanup_free struct part **parts = tr_xcalloc(n, sizeof(*parts));
	tr_cleanup_free char *text = NULL;
	struct tr_apparmor_pattern *p;
	const unsigned way = shape == SHAPE_NUMBERS ? WAY_NUMBERS : WAY_RANDOM + which;
	struct tr_policy_apparmor_note *note;

	if (n < 2 && shape == SHAPE_NUMBERS)
		doubt(w, dir, v);
	if (!is_varying(w, v, n))
		return;
	for (size_t i = 0; i < n; i++) {
		parts[i] = v[i].part;
		samples[i] = v[i].part->name;
	}
	p = new_pattern(w);
	if (!shape_pattern(shape, samples, n, which, p))
		return;
	text = text_below(dir, p);
	if (!w->widen || recordings_of_parts(parts, n) < 2) {
		note_parts(note_add(&w->report->doubts, text, "names like these"), parts, n);
		return;
	}
	note = note_add(&w->report->widened, text, whys[shape]);
	note_parts(note, parts, n);
	for (size_t i = 0; i < n; i++)
		v[i].part->varied[way] = (struct varied){ p, whys[shape] };
}

static void families_of(struct widening *w, enum shape shape, unsigned which,
			const struct tr_apparmor_pattern *dir, struct part *parts, size_t n)
{
	struct keyed *v = tr_xcalloc(n, sizeof(*v));
	size_t n_keyed = 0;

	for (size_t i = 0; i < n; i++) {
		struct strbuf key = STRBUF_INIT;

		if (is_own(&parts[i]) && shape_key(shape, parts[i].name, which, &key))
			v[n_keyed++] = (struct keyed){ strbuf_detach(&key), &parts[i] };
		strbuf_release(&key);
	}
	qsort(v, n_keyed, sizeof(*v), cmp_keyed);
	for (size_t i = 0, end; i < n_keyed; i = end) {
		for (end = i + 1; end < n_keyed && !strcmp(v[end].key, v[i].key);)
			end++;
		family(w, shape, which, dir, v + i, end - i);
	}
	for (size_t i = 0; i < n_keyed; i++)
		free(v[i].key);
	free(v);
}

static void families(struct widening *w, const struct tr_apparmor_pattern *dir, struct part *parts,
		     size_t n)
{
	for (unsigned which = 0; which < SHAPE_FAMILIES; which++)
		families_of(w, SHAPE_RANDOM, which, dir, parts, n);
	families_of(w, SHAPE_NUMBERS, 0, dir, parts, n);
}

/* The component is done: so is the slash behind it. */
static void advance(struct widening *w, struct item it)
{
	it.rest += it.len;
	while (*it.rest == '/')
		tr_apparmor_pattern_add_bytes(&it.name.pattern, it.rest++, 1);
	add_item(*it.rest ? &w->next : &w->done, it);
}

/* Under each pattern of its component; and as it is where there is none, or where it is code. */
static void take_item(struct widening *w, const struct item *it, const struct part *p)
{
	bool varied = false;

	for (size_t i = 0; i < TR_ARRAY_SIZE(p->varied); i++) {
		struct item copy;

		if (!p->varied[i].pattern || it->varied == MOST_VARIED)
			continue;
		varied = true;
		if (!(it->name.perms & ~CODE))
			continue;
		copy = copy_item(it);
		copy.varied++;
		copy_pattern(&copy.name.pattern, p->varied[i].pattern);
		copy.name.perms &= ~CODE;
		copy.name.others &= ~CODE;
		copy.name.why = p->varied[i].why;
		advance(w, copy);
	}
	if (!varied || it->name.perms & CODE) {
		struct item copy = copy_item(it);

		name_add_component(&copy.name.pattern, it->rest, it->len,
				   !it->rest[it->len] && it->name.perms & TR_PERM_W);
		advance(w, copy);
	}
}

/* All that is in one directory. */
static void take_directory(struct widening *w, const struct item *v, size_t n)
{
	struct part *parts = tr_xcalloc(n, sizeof(*parts));
	tr_cleanup_free size_t *part_of = tr_xcalloc(n, sizeof(*part_of));
	size_t n_parts = 0;

	for (size_t i = 0; i < n; i++) {
		if (!i || cmp_component(&v[i], &v[i - 1]))
			parts[n_parts++].name = (struct shape_name){ v[i].rest, v[i].len };
		part_of[i] = n_parts - 1;
		look(&parts[n_parts - 1], &v[i]);
	}
	/* In the root itself a pattern would be one for directories of the system. */
	if (v[0].name.pattern.n > 1) {
		families(w, &v[0].name.pattern, parts, n_parts);
		growing(w, &v[0].name.pattern, parts, n_parts);
	}
	for (size_t i = 0; i < n; i++)
		take_item(w, &v[i], &parts[part_of[i]]);
	for (size_t i = 0; i < n_parts; i++)
		tr_u32set_release(&parts[i].recordings);
	free(parts);
}

static void items_release(struct items *items)
{
	for (size_t i = 0; i < items->n; i++) {
		tr_apparmor_pattern_release(&items->v[i].name.pattern);
		tr_u32set_release(&items->v[i].name.recordings);
		tr_strset_release(&items->v[i].name.exes);
	}
	free(items->v);
	*items = (struct items){ 0 };
}

static void take_level(struct widening *w)
{
	struct items level = w->items;

	qsort(level.v, level.n, sizeof(*level.v), cmp_item);
	for (size_t i = 0, end; i < level.n; i = end) {
		for (end = i + 1;
		     end < level.n && !tr_apparmor_pattern_cmp(&level.v[i].name.pattern,
							       &level.v[end].name.pattern);)
			end++;
		take_directory(w, level.v + i, end - i);
	}
	items_release(&level);
	w->items = w->next;
	w->next = (struct items){ 0 };
}

/* The names of a link are made elsewhere: where what they were there is a pattern now, so are they. */
static void follow(struct tr_apparmor_pattern *p, const char *path, const struct items *done)
{
	for (size_t i = 0; i < done->n; i++) {
		const struct name *n = &done->v[i].name;

		if (!n->why || strcmp(n->path, path) != 0)
			continue;
		tr_apparmor_pattern_release(p);
		copy_pattern(p, &n->pattern);
		return;
	}
}

/* Back into names, which lose those that went in. */
static void put_back(struct names *names, struct widening *w)
{
	for (size_t i = 0; i < names->n; i++) {
		struct name *n = &names->v[i];

		if (!n->target || !w->n_patterns)
			continue;
		follow(&n->pattern, n->path, &w->done);
		follow(&n->target_pattern, n->target, &w->done);
	}
	for (size_t i = 0; i < w->done.n; i++) {
		names->v = tr_grow(names->v, &names->cap, names->n, sizeof(*names->v));
		names->v[names->n++] = w->done.v[i].name;
	}
	free(w->done.v);
}

void names_widen(struct names *names, size_t n_recordings, bool widen,
		 struct tr_policy_apparmor_report *report)
{
	struct widening w = { .n_recordings = n_recordings, .widen = widen, .report = report };
	size_t kept = 0;

	for (size_t i = 0; i < names->n; i++) {
		struct name *n = &names->v[i];
		struct item it = { .name = *n, .rest = n->path + 1 };

		if (n->target || is_kept_exact(n->path) || !n->path[1]) {
			names->v[kept++] = *n;
			continue;
		}
		/* It is made anew, component by component. */
		tr_apparmor_pattern_release(&it.name.pattern);
		tr_apparmor_pattern_add_bytes(&it.name.pattern, "/", 1);
		add_item(&w.items, it);
	}
	names->n = kept;
	while (w.items.n)
		take_level(&w);
	put_back(names, &w);
	for (size_t i = 0; i < w.n_patterns; i++) {
		tr_apparmor_pattern_release(w.patterns[i]);
		free(w.patterns[i]);
	}
	free(w.patterns);
}
