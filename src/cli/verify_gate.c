// SPDX-License-Identifier: Apache-2.0
/* `trammel verify` where it decides about a change: how to accept it, and telling the CI system. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/accept_line.h"
#include "cli/ci.h"
#include "cli/markdown.h"
#include "cli/sarif.h"
#include "cli/verify.h"
#include "tables/syscalls.h"
#include "trammel/seccomp.h"
#include "util/mem.h"
#include "util/text.h"

int verify_find_accept(struct verify *v, struct tr_err *err)
{
	bool denied = v->c && v->c->n_denied;

	/* What a deny rule refuses stays refused, whatever is accepted. */
	for (size_t i = 0; i < v->asked.n_refusals && !denied; i++)
		denied = !v->asked.refusals[i].perhaps && !v->asked.refusals[i].by_rule &&
			 !v->asked.refusals[i].by_hand;
	if (!v->bundle || !denied)
		return 0;
	return accept_find(&v->accept, v->bundle, &v->facts, v->traces, v->n_traces, err);
}

/* Markdown */

static void add_row(const struct verify *v, const struct tr_check_syscall *s, struct strbuf *sb)
{
	cleanup_strbuf struct strbuf call = STRBUF_INIT, who = STRBUF_INIT;
	char code[32];

	verify_add_call(s, &call);
	verify_add_who(v, s, &who);
	strbuf_adds(sb, "| ");
	markdown_code(sb, strbuf_str(&call));
	strbuf_addf(sb, " | %s | %s | ", tr_abi_name((enum tr_abi)s->fact->abi),
		    verify_refusal(s->ret, code, sizeof(code)));
	markdown_code(sb, strbuf_str(&who));
	strbuf_adds(sb, " |\n");
}

/* What is left of a comment for the table: its end, and a command of some length, must fit in. */
static size_t table_room(const struct verify *v)
{
	return MARKDOWN_ROOM - 4000 - (v->accept.len < MARKDOWN_COMMAND ? v->accept.len : 0);
}

static void add_rows(const struct verify *v, struct strbuf *sb)
{
	size_t left = v->c->n_denied;

	strbuf_adds(sb, "\n| Syscall | ABI | Answered | By whom |\n| --- | --- | --- | --- |\n");
	for (size_t i = 0; i < v->c->n_syscalls && sb->len < table_room(v); i++) {
		if (v->c->syscalls[i].verdict != TR_VERDICT_DENIED)
			continue;
		add_row(v, &v->c->syscalls[i], sb);
		left--;
	}
	if (left)
		strbuf_addf(sb, "\n... and %zu more.\n", left);
}

static void add_seccomp(const struct verify *v, struct strbuf *sb)
{
	tr_cleanup_free char *profile = text_escaped(v->profile);

	strbuf_adds(sb, "### Seccomp: ");
	markdown_code(sb, profile);
	if (v->c->n_denied)
		strbuf_addf(sb, "\n\n**%zu recorded syscall%s %s denied**, of %zu.\n",
			    v->c->n_denied, v->c->n_denied == 1 ? "" : "s",
			    v->c->n_denied == 1 ? "is" : "are", v->c->n_syscalls);
	else if (verify_refused(v))
		strbuf_adds(sb, "\n\n**Not every runtime takes it.**\n");
	else
		strbuf_addf(sb, "\n\nAllows all of %zu recorded syscalls.\n", v->c->n_syscalls);
	if (v->c->n_denied)
		add_rows(v, sb);
	if (v->c->n_denied)
		markdown_accept(sb, strbuf_str(&v->accept));
}

void verify_markdown(const struct verify *v, struct strbuf *sb)
{
	if (v->c)
		add_seccomp(v, sb);
	if (v->c && v->apparmor)
		strbuf_addc(sb, '\n');
	if (v->apparmor)
		verify_apparmor_markdown(v, sb);
	if (v->unproved) {
		strbuf_adds(sb, "\n### AppArmor: not proved\n\n");
		markdown_code(sb, v->unproved);
		strbuf_addc(sb, '\n');
	}
	if (!v->complete)
		strbuf_adds(sb, "\nThe recording is incomplete: what it lost was not verified.\n");
}

void verify_print_markdown(const struct verify *v)
{
	cleanup_strbuf struct strbuf sb = STRBUF_INIT;

	verify_markdown(v, &sb);
	fputs(strbuf_str(&sb), stdout);
}

/* SARIF and workflow commands: where in the committed file */

struct finding {
	unsigned line;
	char *text, *what;
};

static void each_finding(const struct verify *v, const struct tr_seccomp *p,
			 void (*fn)(const struct verify *v, const struct finding *f, void *arg),
			 void *arg)
{
	for (size_t i = 0; i < v->c->n_syscalls; i++) {
		const struct tr_check_syscall *s = &v->c->syscalls[i];
		cleanup_strbuf struct strbuf text = STRBUF_INIT, what = STRBUF_INIT,
					     who = STRBUF_INIT;
		char code[32];

		if (s->verdict != TR_VERDICT_DENIED)
			continue;
		verify_add_call(s, &what);
		strbuf_addf(&what, " (%s)", tr_abi_name((enum tr_abi)s->fact->abi));
		strbuf_addf(&text, "%s is answered %s; made by ", strbuf_str(&what),
			    verify_refusal(s->ret, code, sizeof(code)));
		verify_add_who(v, s, &who);
		strbuf_adds(&text, strbuf_str(&who));
		if (v->accept.len)
			strbuf_addf(&text, ". To accept it: %s", strbuf_str(&v->accept));
		fn(v,
		   &(struct finding){
			   ci_line_of(p, syscall_name((enum tr_abi)s->fact->abi, s->fact->nr)),
			   strbuf_detach(&text), strbuf_detach(&what) },
		   arg);
	}
}

/* Where the profile's rules stand; one that cannot be read again has none. */
static void with_lines(const struct verify *v,
		       void (*fn)(const struct verify *v, const struct finding *f, void *arg),
		       void *arg)
{
	struct tr_seccomp p = { 0 };
	bool has = strcmp(v->profile, "-") != 0 && tr_seccomp_read(&p, v->profile, NULL) == 0;

	each_finding(v, &p, fn, arg);
	if (has)
		tr_seccomp_release(&p);
}

#define RULE	      "verify-denied"
#define RULE_APPARMOR "verify-apparmor-denied"

static void add_result(const struct verify *v, const struct finding *f, void *arg)
{
	bool is_file = strcmp(v->profile, "-") != 0;

	sarif_add_safe_result(arg, 0, RULE, SARIF_ERROR, is_file ? v->profile : NULL, f->line,
			      f->text, f->what);
	free(f->text);
	free(f->what);
}

static void add_apparmor_result(const struct verify *v, const char *text, const char *what,
				void *arg)
{
	bool is_file = strcmp(v->apparmor, "-") != 0;

	sarif_add_safe_result(arg, v->c ? 1 : 0, RULE_APPARMOR, SARIF_ERROR,
			      is_file ? v->apparmor : NULL, 0, text, what);
}

void verify_print_sarif(const struct verify *v)
{
	struct sarif s;

	sarif_init(&s);
	if (v->c)
		sarif_add_rule(&s, RULE, "The profile denies a syscall that was recorded",
			       SARIF_ERROR);
	if (v->apparmor)
		sarif_add_rule(&s, RULE_APPARMOR, "The AppArmor profile denies what was recorded",
			       SARIF_ERROR);
	if (v->c)
		with_lines(v, add_result, &s);
	if (v->apparmor)
		verify_apparmor_each(v, add_apparmor_result, &s);
	sarif_print(&s);
}

static void tell(const struct verify *v, const struct finding *f, void *arg)
{
	(void)arg;
	ci_error(v->profile, f->line, "trammel", f->text);
	free(f->text);
	free(f->what);
}

static void tell_apparmor(const struct verify *v, const char *text, const char *what, void *arg)
{
	(void)what;
	(void)arg;
	ci_error(v->apparmor, 0, "trammel", text);
}

void verify_tell_ci(const struct verify *v)
{
	cleanup_strbuf struct strbuf sb = STRBUF_INIT;

	if (ci_wants_summary()) {
		verify_markdown(v, &sb);
		strbuf_addc(&sb, '\n');
		ci_summary(strbuf_str(&sb));
	}
	if (!ci_wants_errors())
		return;
	if (v->c && strcmp(v->profile, "-") != 0)
		with_lines(v, tell, NULL);
	if (v->apparmor && strcmp(v->apparmor, "-") != 0)
		verify_apparmor_each(v, tell_apparmor, NULL);
}
