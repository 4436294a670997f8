// SPDX-License-Identifier: Apache-2.0
#include "cli/accept_line.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/emit.h"
#include "cli/emit_opts.h"
#include "trammel/bundle.h"
#include "trammel/seccomp.h"
#include "trammel/trace.h"
#include "util/mem.h"
#include "util/text.h"

/*
 * A word is printed to be looked at and pasted. Where it holds what must not reach a terminal, bash's $'...' says
 * the same in printable letters: text_escape's \xNN and doubled backslash mean the same there.
 */
static void add_word(struct strbuf *sb, const char *word)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				    "_./:@%+=-,";
	tr_cleanup_free char *safe = text_escaped(word);
	tr_cleanup_free char *tidy = NULL;

	strbuf_addc(sb, ' ');
	/* What begins with a dash would be taken for an option. */
	if (*word == '-' && word[1])
		word = tidy = tr_xasprintf("./%s", word);
	if (*word && strspn(word, plain) == strlen(word)) {
		strbuf_adds(sb, word);
		return;
	}
	if (!strcmp(safe, tidy ? tidy + 2 : word) || !strchr(safe, '\\')) {
		text_shell_quote(sb, word);
		return;
	}
	strbuf_adds(sb, tidy ? "./$'" : "$'");
	for (const char *p = safe; *p; p++) {
		if (*p == '\'')
			strbuf_addc(sb, '\\');
		strbuf_addc(sb, *p);
	}
	strbuf_addc(sb, '\'');
}

void accept_line(struct strbuf *sb, const char *dir, char *const *traces, size_t n_traces,
		 const struct tr_policy_need *needs, size_t n_needs, const char *more)
{
	strbuf_adds(sb, "trammel emit bundle -d");
	add_word(sb, dir);
	for (size_t i = 0; i < n_traces; i++)
		if (strcmp(traces[i], dir) != 0)
			add_word(sb, traces[i]);
	for (size_t i = 0; i < n_needs; i++) {
		strbuf_adds(sb, " --accept");
		add_word(sb, needs[i].fact);
	}
	if (n_needs)
		strbuf_adds(sb, " --why 'WHY'");
	strbuf_adds(sb, more);
}

static bool start_seen(const struct tr_facts *f)
{
	for (size_t i = 0; i < f->n_recordings; i++)
		if (f->recordings[i].start_seen)
			return true;
	return false;
}

/* What the policies need, of both profiles: for as long as the reports. */
struct needs {
	struct tr_policy_report seccomp;
	struct tr_policy_apparmor_report apparmor;
	struct tr_policy_need *v;
	size_t n;
};

static void needs_release(struct needs *n)
{
	tr_policy_report_release(&n->seccomp);
	tr_policy_apparmor_report_release(&n->apparmor);
	free(n->v);
}

static void unite_needs(struct needs *n)
{
	n->v = tr_xcalloc(n->seccomp.n_needs + n->apparmor.n_needs + 1, sizeof(*n->v));
	for (size_t i = 0; i < n->seccomp.n_needs; i++)
		n->v[n->n++] = n->seccomp.needs[i];
	for (size_t i = 0; i < n->apparmor.n_needs; i++)
		n->v[n->n++] = n->apparmor.needs[i];
}

/* What a policy refuses for want of an option gets the option: whoever pastes the line sees it. */
static void ask_policy(struct emit_opts *o, const struct tr_tune *tune, const struct tr_facts *all,
		       struct needs *needs, struct strbuf *more)
{
	struct tr_seccomp p = { 0 };
	struct tr_apparmor a;

	if (!tr_facts_complete(all)) {
		o->policy.allow_incomplete = true;
		strbuf_adds(more, " --allow-incomplete");
	}
	if (!start_seen(all)) {
		o->policy.allow_no_start = true;
		strbuf_adds(more, " --allow-no-start");
	}
	/* Only what they need counts here; all else emit says when the line is run. */
	if (tr_policy_seccomp(&p, all, &o->policy, &needs->seccomp, NULL) == 0)
		tr_seccomp_release(&p);
	if (emit_apparmor_can(o, all, NULL) == 0 &&
	    emit_apparmor_make(&a, o, tune, all, &needs->apparmor, NULL) == 0)
		tr_apparmor_release(&a);
	unite_needs(needs);
}

static int read_bundle(const char *dir, struct emit_opts *o, struct tr_tune *tune,
		       struct tr_facts *all, struct tr_err *err)
{
	tr_cleanup_free char *tune_path = tr_bundle_path(dir, TR_BUNDLE_TUNE);
	tr_cleanup_free char *trace_path = tr_bundle_path(dir, TR_BUNDLE_TRACE);
	struct tr_bundle b = { 0 }, now = { 0 };
	int r = tr_bundle_read(&b, dir, err);

	if (r == 0 && access(tune_path, F_OK) == 0)
		r = tr_tune_read(tune, tune_path, err);
	if (r == 0 && access(trace_path, F_OK) == 0)
		r = tr_trace_read(all, trace_path, err);
	if (r == 0)
		r = emit_opts_of_bundle(o, &b, tune, &now, err);
	o->policy.accepts = tune->accepts;
	o->policy.n_accepts = tune->n_accepts;
	if (r == 0)
		r = tr_tune_apply(&o->policy, tune, 0, err);
	tr_bundle_release(&now);
	tr_bundle_release(&b);
	return r;
}

int accept_find(struct strbuf *sb, const char *dir, const struct tr_facts *news,
		char *const *traces, size_t n_traces, struct tr_err *err)
{
	cleanup_strbuf struct strbuf more = STRBUF_INIT;
	struct needs needs = { 0 };
	struct tr_tune tune = { 0 };
	struct emit_opts o = { .bundle = true };
	struct tr_facts all;
	int r;

	tr_facts_init(&all);
	r = read_bundle(dir, &o, &tune, &all, err);
	if (r == 0) {
		tr_facts_merge(&all, news);
		ask_policy(&o, &tune, &all, &needs, &more);
		accept_line(sb, dir, traces, n_traces, needs.v, needs.n, strbuf_str(&more));
	}
	needs_release(&needs);
	emit_opts_release(&o);
	tr_tune_release(&tune);
	tr_facts_release(&all);
	return r;
}
