// SPDX-License-Identifier: Apache-2.0
/* The differences as they are shown: by name, with the ABIs together; and the sentences about them. */
#include <seccomp.h>
#include <stdio.h>
#include <string.h>

#include "cli/answers.h"
#include "cli/diff.h"
#include "util/mem.h"
#include "util/strbuf.h"

static bool same_name(const struct tr_diff_call *a, const struct tr_diff_call *b)
{
	if (!a->name || !b->name)
		return a == b;
	return !strcmp(a->name, b->name);
}

static bool same_example(const struct tr_diff_call *a, const struct tr_diff_call *b, int kind)
{
	const struct tr_diff_example *x = &a->example[kind][0], *y = &b->example[kind][0];

	return a->n_cases[kind] == b->n_cases[kind] && x->matter == y->matter &&
	       x->ret[0] == y->ret[0] && x->ret[1] == y->ret[1] &&
	       !memcmp(x->args, y->args, sizeof(x->args));
}

/* The row of this name with the same difference, or a new one. Calls come sorted by name. */
static struct diff_row *row_for(struct diff_rows *rows, const struct tr_diff_call *call, int kind)
{
	bool known = false;

	for (size_t i = rows->n; i-- > 0 && same_name(rows->v[i].call, call);) {
		const struct tr_diff_call *o = rows->v[i].call;

		known = true;
		if (!memcmp(o->verdict, call->verdict, sizeof(o->verdict)) &&
		    same_example(o, call, kind))
			return &rows->v[i];
	}
	rows->n_names += !known;
	rows->v = tr_grow(rows->v, &rows->cap, rows->n, sizeof(*rows->v));
	rows->v[rows->n] = (struct diff_row){ call, 0 };
	return &rows->v[rows->n++];
}

void diff_make_rows(struct diff_report *r)
{
	for (int kind = 0; kind < ROW_KINDS; kind++)
		for (size_t i = 0; i < r->d.n; i++)
			if (r->d.v[i].n_cases[kind])
				row_for(&r->rows[kind], &r->d.v[i], kind)->abis |= 1u
										   << r->d.v[i].abi;
}

const char *row_name(const struct diff_row *row, char *buf, size_t size)
{
	const struct tr_diff_call *c = row->call;

	if (c->name)
		return c->name;
	snprintf(buf, size, "%zu number%s without a name, from %u", c->n_unnamed,
		 c->n_unnamed == 1 ? "" : "s", c->nr);
	return buf;
}

bool row_whole(const struct diff_row *row, int kind)
{
	return row->call->n_cases[kind] == 1 && !row->call->example[kind][0].matter;
}

void row_change(struct strbuf *sb, const struct diff_row *row, int kind)
{
	const struct tr_diff_example *e = &row->call->example[kind][0];
	char before[32], after[32];

	strbuf_addf(sb, "%s -> %s", answer_text(e->ret[0], before, sizeof(before)),
		    answer_text(e->ret[1], after, sizeof(after)));
}

/* "grants 3 syscalls that A does not", from both sides. */
static void sentence(struct strbuf *sb, const struct operand *who, const struct operand *other,
		     size_t n)
{
	bool did = who->kind == TR_DIFF_FACTS;
	char count[32] = "no";

	if (n)
		snprintf(count, sizeof(count), "%zu", n);
	strbuf_addf(sb, "%s %s %s syscall%s that %s %s", who->label, did ? "made" : "grants", count,
		    n == 1 ? "" : "s", other->label,
		    other->kind == TR_DIFF_FACTS ? "did not make" : "does not grant");
}

void diff_answer(const struct diff_report *r, struct strbuf *sb)
{
	sentence(sb, &r->b, &r->a, r->rows[ROW_MORE].n_names);
}

void diff_less(const struct diff_report *r, struct strbuf *sb)
{
	sentence(sb, &r->a, &r->b, r->rows[ROW_LESS].n_names);
}

static bool has_kind(const struct diff_report *r, enum tr_diff_kind kind)
{
	return r->a.kind == kind || r->b.kind == kind;
}

static size_t count_partial(const struct tr_diff *d)
{
	size_t n = 0;

	for (size_t i = 0; i < d->n; i++)
		n += d->v[i].partial;
	return n;
}

static void limit_profiles(const struct diff_report *r, struct strbuf *sb)
{
	const struct scmp_version *lib = seccomp_version();

	strbuf_addf(sb,
		    "profiles: compiled as runc does, by libseccomp %u.%u.%u, for a container with "
		    "Docker's default capabilities",
		    lib->major, lib->minor, lib->micro);
	capset_text(&r->caps, sb);
	strbuf_adds(sb, " (--cap-add, --cap-drop)");
}

static void limit_filters(const struct operand *o, struct strbuf *sb)
{
	strbuf_addf(sb, "%s: %zu filter%s in force on %s", o->label, o->n_filters,
		    o->n_filters == 1 ? "" : "s",
		    o->is_container ? "the container's first process" : "it");
	if (o->n_filters == 0)
		strbuf_adds(sb, ": it is unconfined");
	if (o->n_filters > 1)
		strbuf_adds(sb, o->is_container ? ", taken together: a later one is the workload's "
						  "own" :
						  ", taken together");
}

void diff_each_limit(const struct diff_report *r, void (*fn)(const char *text, void *arg),
		     void *arg)
{
	const struct operand *sides[] = { &r->a, &r->b };
	cleanup_strbuf struct strbuf sb = STRBUF_INIT;
	size_t partial = count_partial(&r->d);

	strbuf_adds(&sb, "ABIs: ");
	abis_text(&sb, r->d.abis, ", ");
	fn(strbuf_str(&sb), arg);
	if (has_kind(r, TR_DIFF_PROFILE)) {
		strbuf_clear(&sb);
		limit_profiles(r, &sb);
		fn(strbuf_str(&sb), arg);
	}
	for (size_t i = 0; i < TR_ARRAY_SIZE(sides); i++) {
		if (sides[i]->kind != TR_DIFF_FILTERS)
			continue;
		strbuf_clear(&sb);
		limit_filters(sides[i], &sb);
		fn(strbuf_str(&sb), arg);
	}
	if (r->d.n_undecided) {
		strbuf_clear(&sb);
		strbuf_addf(&sb,
			    "arguments of %zu recorded calls: they decide, and were not recorded",
			    r->d.n_undecided);
		fn(strbuf_str(&sb), arg);
	}
	if (partial) {
		strbuf_clear(&sb);
		strbuf_addf(&sb, "%zu calls have more cases than were looked at", partial);
		fn(strbuf_str(&sb), arg);
	}
	if (!r->complete)
		fn("what an incomplete recording lost", arg);
	if (r->no_aa) {
		strbuf_clear(&sb);
		strbuf_addf(&sb, "what AppArmor allows: not compared: %s", r->no_aa);
		fn(strbuf_str(&sb), arg);
	}
}
