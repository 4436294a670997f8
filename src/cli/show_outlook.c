// SPDX-License-Identifier: Apache-2.0
/* How complete does it look? When new facts came, and what the recordings say about the next one. */
#include <inttypes.h>
#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cmd.h"
#include "cli/show.h"
#include "facts/estimate.h"
#include "util/mem.h"

#define ALL_KINDS UINT32_MAX

/* Where a recording lies when all of them are laid end to end, in the order in which they were made. */
struct lane {
	const struct tr_recording *rec;
	int64_t at, seconds;
};

static int lane_cmp(const void *a, const void *b)
{
	return tr_recording_cmp(((const struct lane *)a)->rec, ((const struct lane *)b)->rec);
}

/* Of a recording that was killed nothing is known: it has no length. */
static int64_t length(const struct tr_recording *rec)
{
	if (rec->started && rec->stopped >= rec->started)
		return rec->stopped - rec->started + 1;
	return rec->seconds;
}

/* As many as there are recordings. *ret_seconds: the length of them all. */
static struct lane *lanes(const struct tr_facts *f, int64_t *ret_seconds)
{
	struct lane *v = tr_xcalloc(f->n_recordings + 1, sizeof(*v));
	int64_t at = 0;

	for (size_t i = 0; i < f->n_recordings; i++)
		v[i] = (struct lane){ &f->recordings[i], 0, length(&f->recordings[i]) };
	qsort(v, f->n_recordings, sizeof(*v), lane_cmp);
	for (size_t i = 0; i < f->n_recordings; i++) {
		v[i].at = at;
		at += v[i].seconds;
	}
	*ret_seconds = at;
	return v;
}

struct placing {
	const struct tr_facts *f;
	const struct lane *lanes;
	struct show_growth *g;
};

/* By the clock; false where times are not known. */
static bool by_time(const struct placing *p, const struct tr_evidence *ev, int64_t *ret)
{
	for (size_t i = 0; i < p->f->n_recordings && ev->first; i++) {
		const struct lane *lane = &p->lanes[i];
		int64_t started = lane->rec->started;

		if (started && lane->seconds && started <= ev->first &&
		    ev->first < started + lane->seconds) {
			*ret = lane->at + (ev->first - started);
			return true;
		}
	}
	return false;
}

/* Of a bundle: the first of the recordings that saw it, at the second that `after` says. */
static int64_t by_order(const struct placing *p, const struct tr_evidence *ev)
{
	for (size_t i = 0; i < p->f->n_recordings; i++) {
		const struct lane *lane = &p->lanes[i];
		int64_t at = ev->after ? ev->after - 1 : 0;

		if (!tr_u32set_has(&ev->recordings, (uint32_t)(lane->rec - p->f->recordings)))
			continue;
		if (at >= lane->seconds)
			at = lane->seconds ? lane->seconds - 1 : 0;
		return lane->at + at;
	}
	return 0;
}

/* A fact counts from the span it was first seen in; one of unknown time as early as it can be. */
static int place(const struct tr_fact *fact, void *arg)
{
	struct placing *p = arg;
	int64_t at;

	if (!by_time(p, &fact->ev, &at))
		at = by_order(p, &fact->ev);
	if (at >= p->g->seconds)
		at = p->g->seconds - 1;
	if (at > p->g->last_new)
		p->g->last_new = at;
	p->g->known[at * SHOW_SPANS / p->g->seconds]++;
	return 0;
}

void show_growth(const struct show *s, struct show_growth *ret)
{
	int64_t seconds;
	tr_cleanup_free struct lane *v = lanes(&s->facts, &seconds);
	struct placing p = { &s->facts, v, ret };

	*ret = (struct show_growth){ .seconds = seconds };
	if (!seconds)
		return;
	tr_facts_each(&s->facts, place, &p);
	for (size_t i = 1; i < SHOW_SPANS; i++)
		ret->known[i] += ret->known[i - 1];
}

/* Of the environment's locale; the process itself stays in C's. */
static bool is_utf8(void)
{
	locale_t l = newlocale(LC_CTYPE_MASK, "", (locale_t)0);
	bool ret = l && !strcmp(nl_langinfo_l(CODESET, l), "UTF-8");

	if (l)
		freelocale(l);
	return ret;
}

/* One character a span, as high as what was known by then. Nothing to see in a second or two. */
static void print_saturation(const struct show *s)
{
	static const char *const blocks[] = { "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█" };
	static const char *const ascii[] = { "_", "_", ".", ".", "-", "-", "=", "#" };
	const char *const *step = is_utf8() ? blocks : ascii;
	struct show_growth g;
	size_t all;

	show_growth(s, &g);
	all = g.known[SHOW_SPANS - 1];
	if (g.seconds < 3 || !all)
		return;
	printf("  ");
	for (size_t i = 0; i < SHOW_SPANS; i++)
		fputs(step[g.known[i] * 7 / all], stdout);
	printf("  %sfacts known, over ", c_dim());
	show_span(g.seconds);
	printf("%s%s\n", s->facts.n_recordings > 1 ? " of all recordings" : "", c_reset());
}

/* In a bundle no times are kept, but how far into the recordings it was. */
static void print_last_new_of_spans(const struct show *s)
{
	struct show_growth g;

	show_growth(s, &g);
	if (!g.seconds)
		return;
	printf("  The last new fact came ");
	show_span(g.last_new);
	printf(" into ");
	show_span(g.seconds);
	printf(" of recording.\n");
}

static void print_last_new(const struct show *s)
{
	size_t n = s->facts.n_recordings;

	if (!s->last_new || !s->started || s->last_new < s->started) {
		print_last_new_of_spans(s);
		return;
	}
	printf("  The last new fact came ");
	show_span(s->last_new - s->started);
	printf(" after the%s start", n > 1 ? " first" : "");
	if (s->stopped > s->last_new) {
		printf(", ");
		show_span(s->stopped - s->last_new);
		printf(" before the%s end", n > 1 ? " last" : "");
	}
	printf(".\n");
}

/* "0", "12", "0.4": of what is counted, but estimated. */
static void print_about(double v, int width)
{
	printf("%*.*f", width, v > 0 && v < 9.95 ? 1 : 0, v);
}

static void print_unseen(const struct show *s)
{
	printf("  %s%-18s %8s %8s %8s   %s%s\n", c_dim(), "", "seen", "by one", "by two",
	       "unseen, about", c_reset());
	for (int k = 0; k < TR_FACT_MAX; k++) {
		struct estimate_counts c = estimate_count(&s->facts, 1u << k);
		struct estimate_unseen unseen;

		if (!c.seen || !estimate_unseen(&c, &unseen))
			continue;
		printf("  %-18s %8zu %8zu %8zu   ", show_kind((enum tr_fact_kind)k), c.seen, c.once,
		       c.twice);
		print_about(unseen.about, 0);
		printf(" %s(at 95 %%: ", c_dim());
		print_about(unseen.low, 0);
		printf(" to ");
		print_about(unseen.high, 0);
		printf(")%s\n", c_reset());
	}
}

static void print_next(const struct show *s)
{
	struct estimate_next next;
	size_t own;

	if (!estimate_next(&s->facts, ALL_KINDS, &next, &own))
		return;
	printf("  Of %zu recordings, %zu showed something that no other did: the chance that the "
	       "next\n  one shows something new is about %.0f %% (at 95 %%: %.0f to %.0f %%).\n",
	       s->facts.n_recordings, own, 100 * next.chance, 100 * next.low, 100 * next.high);
	print_unseen(s);
	printf("  %sThis takes the recordings for a sample of what the workload does. Repeating one "
	       "test\n  suite measures that suite, and nothing that it leaves out.%s\n",
	       c_dim(), c_reset());
}

void show_print_outlook(const struct show *s)
{
	if (!s->facts.n)
		return;
	show_heading("How complete");
	print_saturation(s);
	print_last_new(s);
	if (s->facts.n_recordings < 2)
		printf("  One recording says nothing about what the next will show: record again, "
		       "and show both.\n");
	print_next(s);
}
