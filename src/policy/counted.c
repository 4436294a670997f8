// SPDX-License-Identifier: Apache-2.0
#include "policy/counted.h"

#include <stdlib.h>
#include <string.h>

#include "tables/csv.h"
#include "tables/data.h"
#include "util/mem.h"
#include "util/strbuf.h"

#define LONGEST 10 /* digits, of 32 bits */

static size_t digits_before(const char *s, size_t len)
{
	size_t n = 0;

	while (n < len && tr_apparmor_set_has(TR_APPARMOR_DIGIT, (unsigned char)s[len - n - 1]))
		n++;
	return n;
}

/* Places */

struct place {
	char *path, *what;
	struct tr_strset numbers; /* that were seen there, with the words before them */
};

struct places {
	struct place *v;
	size_t n, cap;
};

static void places_init(struct places *p)
{
	const struct data_file *file = data_find("kernel-numbers.csv");
	struct csv c;

	*p = (struct places){ 0 };
	if (!file)
		return;
	csv_init(&c, file->text);
	while (csv_next(&c)) {
		if (c.n < 3)
			continue;
		p->v = tr_grow(p->v, &p->cap, p->n, sizeof(*p->v));
		p->v[p->n++] = (struct place){ .path = tr_xstrdup(c.field[0]),
					       .what = tr_xstrdup(c.field[1]) };
	}
	csv_release(&c);
}

static void places_release(struct places *p)
{
	for (size_t i = 0; i < p->n; i++) {
		free(p->v[i].path);
		free(p->v[i].what);
		tr_strset_release(&p->v[i].numbers);
	}
	free(p->v);
}

static struct place *find(const struct places *p, const char *path)
{
	for (size_t i = 0; i < p->n; i++)
		if (!strcmp(p->v[i].path, path))
			return &p->v[i];
	return NULL;
}

/*
 * Goes down the path. fn gets each component, with its place where it is of one: then its last `digits` bytes
 * are the number.
 */
static void walk(const struct places *p, const char *path,
		 void (*fn)(const char *s, size_t len, size_t digits, struct place *place,
			    void *arg),
		 void *arg)
{
	cleanup_strbuf struct strbuf so_far = STRBUF_INIT, counted = STRBUF_INIT;

	for (const char *s = path; *s;) {
		const size_t len = strcspn(++s, "/"), digits = digits_before(s, len);
		struct place *place = NULL;

		strbuf_clear(&counted);
		strbuf_addf(&counted, "%s/%.*s#", strbuf_str(&so_far), (int)(len - digits), s);
		if (digits && digits <= LONGEST)
			place = find(p, strbuf_str(&counted));
		if (place)
			strbuf_addf(&so_far, "/%.*s#", (int)(len - digits), s);
		else
			strbuf_addf(&so_far, "/%.*s", (int)len, s);
		fn(s, len, digits, place, arg);
		s += len;
	}
}

static void collect(const char *s, size_t len, size_t digits, struct place *place, void *arg)
{
	tr_cleanup_free char *word = NULL;

	(void)digits;
	(void)arg;
	if (!place)
		return;
	word = tr_xstrndup(s, len);
	tr_strset_add(&place->numbers, word);
}

struct making {
	struct tr_apparmor_pattern pattern;
	bool widened;
};

static void add_number(struct tr_apparmor_pattern *p)
{
	tr_apparmor_pattern_add(p, (struct tr_apparmor_part){ TR_APPARMOR_DIGIT, 0, 1, LONGEST });
}

static void append(const char *s, size_t len, size_t digits, struct place *place, void *arg)
{
	struct making *m = arg;

	tr_apparmor_pattern_add_bytes(&m->pattern, "/", 1);
	if (!place || place->numbers.n < 2) {
		tr_apparmor_pattern_add_bytes(&m->pattern, s, len);
		return;
	}
	tr_apparmor_pattern_add_bytes(&m->pattern, s, len - digits);
	add_number(&m->pattern);
	m->widened = true;
}

/* To read alone: what is written there is the host's. */
static bool may_be_counted(const struct name *n)
{
	return !n->target && n->perms & TR_PERM_R &&
	       (!strncmp(n->path, "/sys/", 5) || !strncmp(n->path, "/proc/irq/", 10));
}

/* The name under its pattern, for perms; and as it was, where it was used otherwise, too. */
static void put_pattern(struct names *names, size_t at, struct tr_apparmor_pattern pattern,
			uint16_t perms, const char *why)
{
	const struct name *from;
	struct name *n;

	if (!(names->v[at].perms & ~perms)) {
		tr_apparmor_pattern_release(&names->v[at].pattern);
		names->v[at].pattern = pattern;
		names->v[at].why = why;
		return;
	}
	names->v = tr_grow(names->v, &names->cap, names->n, sizeof(*names->v));
	from = &names->v[at];
	n = &names->v[names->n++];
	*n = *from;
	n->pattern = pattern;
	n->target_pattern = (struct tr_apparmor_pattern){ 0 };
	n->recordings = (struct tr_u32set){ 0 };
	n->exes = (struct tr_strset){ 0 };
	n->perms &= perms;
	n->others &= perms;
	n->why = why;
	for (size_t i = 0; i < from->recordings.n; i++)
		tr_u32set_add(&n->recordings, from->recordings.v[i]);
	for (size_t i = 0; i < from->exes.n; i++)
		tr_strset_add(&n->exes, from->exes.v[i]);
}

static void note_place(const struct place *place, struct tr_policy_apparmor_report *report)
{
	tr_cleanup_free char *what =
		tr_xasprintf("%.*s[0-9]{1,%d}", (int)strlen(place->path) - 1, place->path, LONGEST);
	struct tr_policy_apparmor_note *note =
		note_add(&report->widened, what, "as many as the machine has");

	note->perms = TR_APPARMOR_R;
	for (size_t i = 0; i < place->numbers.n; i++)
		note_add_name(note, place->numbers.v[i]);
}

void names_counted(struct names *names, struct tr_policy_apparmor_report *report)
{
	const size_t n = names->n;
	struct places p;

	places_init(&p);
	for (size_t i = 0; i < n; i++)
		if (may_be_counted(&names->v[i]))
			walk(&p, names->v[i].path, collect, NULL);
	for (size_t i = 0; i < n; i++) {
		struct making m = { 0 };

		if (!may_be_counted(&names->v[i]))
			continue;
		walk(&p, names->v[i].path, append, &m);
		if (m.widened)
			put_pattern(names, i, m.pattern, TR_PERM_R, "as many as the machine has");
		else
			tr_apparmor_pattern_release(&m.pattern);
	}
	for (size_t i = 0; i < p.n; i++)
		if (p.v[i].numbers.n > 1)
			note_place(&p.v[i], report);
	places_release(&p);
}

/* Libraries */

/* Behind "libfoo.so.6"; NULL where nothing but numbers follows that, or nothing does. */
static const char *behind_interface(const char *path)
{
	const char *base = strrchr(path, '/') + 1, *so = strstr(base, ".so."), *more;

	if (!so || so == base)
		return NULL;
	so += 4;
	more = so + strspn(so, "0123456789");
	if (more == so || *more != '.' || strspn(more, ".0123456789") != strlen(more) ||
	    strstr(more, "..") || more[strlen(more) - 1] == '.')
		return NULL;
	return more;
}

void names_upgrades(struct names *names, struct tr_policy_apparmor_report *report)
{
	static const char why[] = "a library's next version";
	const uint16_t perms = TR_PERM_R | TR_PERM_M;
	const size_t n = names->n;

	for (size_t i = 0; i < n; i++) {
		const struct name *name = &names->v[i];
		const char *rest = behind_interface(name->path);
		struct tr_apparmor_pattern p = { 0 };
		tr_cleanup_free char *text = NULL;
		struct tr_policy_apparmor_note *note;

		if (!rest || name->target || !(name->where & TR_WHERE_IMAGE) ||
		    !(name->perms & perms))
			continue;
		tr_apparmor_pattern_add_bytes(&p, name->path, (size_t)(rest - name->path));
		for (; *rest; rest += 1 + strspn(rest + 1, "0123456789")) {
			tr_apparmor_pattern_add_bytes(&p, rest, 1);
			add_number(&p);
		}
		text = name_text(&p);
		note = note_add(&report->widened, text, why);
		note->perms = name->perms & perms;
		note_add_name(note, strrchr(name->path, '/') + 1);
		put_pattern(names, i, p, perms, why);
	}
}
