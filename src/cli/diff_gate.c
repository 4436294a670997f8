// SPDX-License-Identifier: Apache-2.0
/* `trammel diff` where it decides about a change: who made the new calls, and telling the CI system. */
#include <stdio.h>
#include <string.h>

#include "cli/answers.h"
#include "cli/ci.h"
#include "cli/diff.h"
#include "util/text.h"

void diff_add_who(const struct diff_report *r, const struct diff_row *row, struct strbuf *sb)
{
	struct tr_fact key = { .kind = TR_FACT_SYSCALL, .nr = row->call->nr };
	const struct tr_fact *fact;

	if (r->b.kind != TR_DIFF_FACTS)
		return;
	key.abi = (uint16_t)row->call->abi;
	fact = tr_facts_find(&r->b.facts, &key);
	if (!fact)
		return;
	for (size_t i = 0; i < fact->ev.exes.n; i++) {
		strbuf_adds(sb, i ? ", " : "");
		text_escape(sb, fact->ev.exes.v[i], strlen(fact->ev.exes.v[i]));
	}
	strbuf_adds(sb, fact->ev.exes.n ? ", " : "");
	if (fact->ev.recordings.n == 1)
		strbuf_addf(sb, "recording %.12s",
			    r->b.facts.recordings[fact->ev.recordings.v[0]].id);
	else
		strbuf_addf(sb, "%zu of %zu recordings", fact->ev.recordings.n,
			    r->b.facts.n_recordings);
}

void diff_add_reason(const struct diff_report *r, const struct diff_row *row, struct strbuf *sb)
{
	cleanup_strbuf struct strbuf who = STRBUF_INIT;

	diff_add_who(r, row, &who);
	if (who.len)
		strbuf_addf(sb, "; made by %s", strbuf_str(&who));
	if (r->accept.len)
		strbuf_addf(sb, ". To accept it: %s", strbuf_str(&r->accept));
}

/* What is more: at the rule of the committed profile that it is beyond. */
static void tell_row(const struct diff_report *r, const struct operand *where,
		     const struct diff_row *row)
{
	cleanup_strbuf struct strbuf text = STRBUF_INIT;
	char buf[64];

	strbuf_addf(&text, "%s (", row_name(row, buf, sizeof(buf)));
	abis_text(&text, row->abis, ", ");
	strbuf_adds(&text, "): ");
	row_change(&text, row, ROW_MORE);
	diff_add_reason(r, row, &text);
	ci_error(where->word, ci_line_of(&where->profile, row->call->name), "trammel",
		 strbuf_str(&text));
}

static bool has_lines(const struct operand *o)
{
	return o->is_file && o->kind == TR_DIFF_PROFILE;
}

void diff_tell_ci(const struct diff_report *r)
{
	const struct operand *where = has_lines(&r->b) ? &r->b : &r->a;
	cleanup_strbuf struct strbuf sb = STRBUF_INIT;

	if (ci_wants_summary()) {
		diff_markdown(r, &sb);
		strbuf_addc(&sb, '\n');
		ci_summary(strbuf_str(&sb));
	}
	if (ci_wants_errors() && r->has_aa)
		aa_diff_tell_errors(&r->aa);
	if (!ci_wants_errors() || !has_lines(where))
		return;
	for (size_t i = 0; i < r->rows[ROW_MORE].n; i++)
		tell_row(r, where, &r->rows[ROW_MORE].v[i]);
}
