// SPDX-License-Identifier: Apache-2.0
/* `trammel explain` for people. Whatever came from a container or a file is escaped. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "cli/answers.h"
#include "cli/cmd.h"
#include "cli/explain.h"
#include "cli/wrap.h"
#include "tables/syscalls.h"
#include "util/mem.h"
#include "util/strbuf.h"
#include "util/text.h"

#define LABEL 16
#define SHOWN 8 /* of a list, without --all */

struct explain_seen explain_seen(const struct tr_facts *facts, const struct tr_evidence *ev)
{
	const struct tr_recording *rec =
		ev->recordings.n == 1 ? &facts->recordings[ev->recordings.v[0]] : NULL;
	struct explain_seen s = { .first = ev->after };

	if (!rec || !rec->started)
		return s;
	if (!s.first && ev->first >= rec->started)
		s.first = ev->first - rec->started + 1;
	if (ev->last >= rec->started)
		s.last = ev->last - rec->started + 1;
	return s;
}

/* "  label         ", once for a list. */
static void label(const char *text)
{
	printf("  %s%-*s%s", c_dim(), LABEL, text, c_reset());
}

static void print_facts(const struct explaining *e, const char *name,
			const struct explain_facts *list)
{
	size_t n = e->all || list->n <= SHOWN ? list->n : SHOWN;

	for (size_t i = 0; i < n; i++) {
		tr_cleanup_free char *text = explain_fact_text(list->v[i]);

		label(i ? "" : name);
		printf("%s\n", text);
	}
	if (n < list->n) {
		label("");
		printf("%s... and %zu more: --all%s\n", c_dim(), list->n - n, c_reset());
	}
}

static void print_set(const struct explaining *e, const char *name, const struct tr_strset *set)
{
	size_t n = e->all || set->n <= SHOWN ? set->n : SHOWN;

	for (size_t i = 0; i < n; i++) {
		tr_cleanup_free char *safe = text_escaped(set->v[i]);

		label(i ? "" : name);
		printf("%s\n", safe);
	}
	if (n < set->n) {
		label("");
		printf("%s... and %zu more: --all%s\n", c_dim(), set->n - n, c_reset());
	}
}

static void print_phases(uint32_t phases)
{
	static const char *const texts[] = {
		"while the runtime started the workload",
		"by the workload itself",
		"in docker exec or a health check",
	};
	const char *before = "";

	if (!phases)
		return;
	label("when");
	for (size_t i = 0; i < TR_ARRAY_SIZE(texts); i++) {
		if (!(phases >> i & 1))
			continue;
		printf("%s%s", before, texts[i]);
		before = "; ";
	}
	putchar('\n');
}

static void print_time(const char *name, int64_t second, int64_t clock)
{
	time_t when = (time_t)clock;
	char buf[40];
	struct tm tm;

	if (!second && !clock)
		return;
	label(name);
	if (second)
		printf("in second %" PRId64 " of a recording", second);
	if (clock && gmtime_r(&when, &tm) && strftime(buf, sizeof(buf), "%Y-%m-%d %H:%M:%S", &tm))
		printf("%s%s UTC%s", second ? " (" : "", buf, second ? ")" : "");
	putchar('\n');
}

static void print_flags(uint32_t flags)
{
	if (!(flags & (TR_EV_DENIED | TR_EV_INNER_DENIED)) && flags & TR_EV_DONE)
		return;
	label("outcome");
	if (!(flags & TR_EV_DONE))
		printf("%s\n", flags & TR_EV_FAILED ?
				       "it only ever failed" :
				       "only ever refused by the profile in force then");
	else
		printf("done, and at other times refused by the profile in force then\n");
}

static void print_evidence(const struct explaining *e, const struct explain *x)
{
	struct explain_seen seen = explain_seen(&e->facts, &x->ev);

	label("recorded");
	if (!x->facts.n) {
		printf("never, in %zu recording%s\n", e->facts.n_recordings,
		       cli_plural(e->facts.n_recordings));
		return;
	}
	printf("in %zu of %zu recording%s\n", x->ev.recordings.n, e->facts.n_recordings,
	       cli_plural(e->facts.n_recordings));
	print_set(e, "by", &x->ev.exes);
	print_phases(x->ev.phases);
	print_flags(x->ev.flags);
	print_time("first seen", seen.first, x->ev.first);
	print_time("last seen", seen.last, x->ev.last);
	print_set(e, "images", &x->digests);
	if (x->facts.n > 1 || x->what->kind >= TR_FACT_FILE)
		print_facts(e, "as", &x->facts);
	print_facts(e, "the same act", &x->same_act);
}

/* Text of ours or of a tune file's, broken at the right edge. */
static void print_wrapped(const char *name, const char *text)
{
	tr_cleanup_free char *safe = text_escaped(text);
	struct wrap w = { .indent = LABEL + 2 };
	char *save = NULL;
	size_t width = term_width();

	label(name);
	w.col = w.indent;
	for (char *word = strtok_r(safe, " ", &save); word; word = strtok_r(NULL, " ", &save)) {
		size_t len = strlen(word);

		if (w.col > w.indent && w.col + 1 + len > width) {
			printf("\n%*s", (int)w.indent, "");
			w.col = w.indent;
		}
		w.col += (size_t)printf("%s%s", w.col > w.indent ? " " : "", word);
	}
	putchar('\n');
}

static bool same_comment(const struct tr_rule *a, const struct tr_rule *b)
{
	return a->comment && b->comment && !strcmp(a->comment, b->comment);
}

static void print_rules(const struct explain *x)
{
	if (x->need)
		print_wrapped("not accepted", x->need->why);
	for (size_t i = 0; i < x->n_rules && !x->need; i++) {
		const struct tr_rule *r = x->rules[i];

		if (i && same_comment(r, x->rules[i - 1]))
			continue;
		print_wrapped(i		 ? "" :
			      r->n_conds ? "allowed, partly" :
					   "allowed",
			      r->comment ? r->comment : "");
	}
}

static void print_refused(const struct explain *x)
{
	char code[32];

	label("refused");
	printf("it gets %s%s\n", answer_text(x->answer, code, sizeof(code)),
	       x->refusal ? "" : ", as what no rule allows does");
	if (x->refusal && x->refusal->comment)
		print_wrapped("", x->refusal->comment);
}

static void print_break(const struct explain *x, const struct explain_break *b)
{
	tr_cleanup_free char *text = explain_fact_text(b->value ? b->value : b->fact);
	char code[32];

	(void)x;
	printf("%s gets %s", text, answer_text(b->ret, code, sizeof(code)));
	if (b->fact->ev.phases & TR_PHASE_RUNTIME)
		printf(": the container may not start");
	putchar('\n');
}

static void print_without(const struct explaining *e, const struct explain *x)
{
	size_t n = e->all || x->n_breaks <= SHOWN ? x->n_breaks : SHOWN;
	char code[32];

	if (!x->n_rules)
		return;
	if (!n) {
		label("without it");
		printf("nothing that was recorded fails; who makes it gets %s\n",
		       answer_text(x->without, code, sizeof(code)));
	}
	for (size_t i = 0; i < n; i++) {
		label(i ? "" : "without it");
		print_break(x, &x->breaks[i]);
	}
	if (n < x->n_breaks) {
		label("");
		printf("%s... and %zu more: --all%s\n", c_dim(), x->n_breaks - n, c_reset());
	}
	if (x->no_start) {
		label("");
		printf("runtimes are known to make it to start a container: it may not start\n");
	}
}

void explain_print_text(const struct explaining *e, const struct explain *x)
{
	tr_cleanup_free char *name = explain_label(x->what);
	tr_cleanup_free char *safe = text_escaped(name);

	printf("%s%s%s\n", c_bold(), safe, c_reset());
	print_evidence(e, x);
	print_facts(e, "is recorded", &x->like);
	if (x->n_rules)
		print_rules(x);
	else if (x->refused)
		print_refused(x);
	else if (!x->refused && x->facts.n && e->profile)
		print_wrapped("seccomp",
			      "no rule of its own: it decides by syscalls, such as those "
			      "of the same act");
	print_without(e, x);
	if (x->fallback)
		print_wrapped("fallback", x->fallback);
	explain_print_apparmor(e, x);
}
