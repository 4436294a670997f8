// SPDX-License-Identifier: Apache-2.0
/* `trammel show` for people. Every string of a container's is escaped before it is printed. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "cli/cmd.h"
#include "cli/explain.h"
#include "cli/show.h"
#include "cli/values.h"
#include "cli/why.h"
#include "cli/wrap.h"
#include "facts/names.h"
#include "tables/syscalls.h"
#include "util/mem.h"
#include "util/strbuf.h"
#include "util/text.h"

#define VALUES_MAX     4 /* of one list */
#define RECORDINGS_MAX 8 /* that are told of one by one */

static void print_escaped(const char *s)
{
	tr_cleanup_free char *safe = text_escaped(s);

	fputs(safe, stdout);
}

void show_heading(const char *text)
{
	printf("\n%s%s%s\n", c_bold(), text, c_reset());
}

static void print_time(int64_t t)
{
	time_t when = (time_t)t;
	char buf[40];
	struct tm tm;

	if (t && gmtime_r(&when, &tm) && strftime(buf, sizeof(buf), "%Y-%m-%d %H:%M:%S UTC", &tm))
		fputs(buf, stdout);
	else
		fputs("at an unknown time", stdout);
}

/* "42 s", "3 min 20 s", "2 h 5 min" */
void show_span(int64_t s)
{
	if (s < 0)
		s = 0;
	if (s < 60)
		printf("%" PRId64 " s", s);
	else if (s < 3600)
		printf("%" PRId64 " min %" PRId64 " s", s / 60, s % 60);
	else
		printf("%" PRId64 " h %" PRId64 " min", s / 3600, s / 60 % 60);
}

/* Of a bundle's recordings, how long they took is all that is kept. */
static void print_when(const struct tr_recording *rec, const char *between)
{
	bool timed = rec->started && rec->stopped;

	if (rec->started || !rec->seconds)
		print_time(rec->started);
	if (!timed && (rec->started || !rec->seconds))
		return;
	fputs(rec->started ? between : "for ", stdout);
	show_span(timed ? rec->stopped - rec->started : rec->seconds);
}

/* What one wants to know first. */
static void print_sum(const struct show *s)
{
	bool complete = show_complete(s);

	printf("  %s%s%s: %zu syscall%s, %zu file%s, %zu program%s", complete ? c_green() : c_red(),
	       complete ? "complete" : "incomplete", c_reset(), s->syscalls.n,
	       cli_plural(s->syscalls.n), s->n_files, cli_plural(s->n_files), s->execs.n,
	       cli_plural(s->execs.n));
	if (s->refused.n)
		printf("; %zu syscall%s refused", s->refused.n, cli_plural(s->refused.n));
	printf("\n\n");
}

static void print_subject(const struct show *s)
{
	size_t n = s->facts.n_recordings;
	const char *subject = n ? s->facts.recordings[0].subject : NULL;

	fputs(c_bold(), stdout);
	print_escaped(subject ? subject : "(no subject)");
	printf("%s  ", c_reset());
	if (n == 1) {
		printf("recorded ");
		print_when(&s->facts.recordings[0], " for ");
	} else if (n && !s->started) {
		printf("%zu recordings", n);
	} else {
		printf("%zu recordings, the first ", n);
		print_time(s->started);
	}
	if (n > 1 && s->stopped) {
		printf(", the last until ");
		print_time(s->stopped);
	}
	putchar('\n');
	print_sum(s);
	show_print_contexts(s);
}

static const char *const ended_text[TR_ENDED_MAX] = {
	[TR_ENDED_UNKNOWN] = "not known",
	[TR_ENDED_CHECKPOINT] = "a checkpoint: recording went on",
	[TR_ENDED_INTERRUPTED] = "the recorder was stopped",
	[TR_ENDED_DURATION] = "its time was up",
	[TR_ENDED_EXERCISE] = "the exercise was done",
	[TR_ENDED_EXITED] = "everything recorded had exited",
};

static void print_reason(const char *reason, void *arg)
{
	(void)arg;
	printf("    - %s\n", reason);
}

static void print_recording(const struct tr_recording *rec)
{
	printf("  %.12s  ", rec->id);
	if (!rec->started && rec->order)
		printf("number %u of its bundle%s", rec->order, rec->seconds ? ", " : "");
	if (rec->started || rec->seconds || !rec->order)
		print_when(rec, ", ");
	if (rec->ended != TR_ENDED_UNKNOWN)
		printf(", ended: %s", ended_text[rec->ended]);
	putchar('\n');
	why_incomplete(rec, print_reason, NULL);
	if (!rec->start_seen)
		print_reason("its start was not seen: the container was already running "
			     "(what a container does only once, at its start, is missing)",
			     NULL);
}

/* Those with something to tell come first, so that a cut list does not hide them. */
static void print_recordings(const struct show *s)
{
	size_t n = s->facts.n_recordings, shown = 0, bad = 0;

	for (size_t i = 0; i < n; i++)
		bad += !tr_recording_complete(&s->facts.recordings[i]);
	show_heading("Recordings");
	if (!n)
		printf("  %sIncomplete%s: none, the recorder was killed as it began\n", c_red(),
		       c_reset());
	else if (bad)
		printf("  %sIncomplete%s: %zu of %zu\n", c_red(), c_reset(), bad, n);
	else
		printf("  %sComplete%s: nothing was lost\n", c_green(), c_reset());
	for (int pass = 0; pass < 2; pass++) {
		for (size_t i = 0; i < n; i++) {
			const struct tr_recording *rec = &s->facts.recordings[i];
			bool plain = tr_recording_complete(rec) && rec->start_seen;

			if (plain == (pass == 1) && shown < RECORDINGS_MAX) {
				print_recording(rec);
				shown++;
			}
		}
	}
	if (n > shown)
		printf("  %s... and %zu more%s\n", c_dim(), n - shown, c_reset());
}

const char *show_kind(enum tr_fact_kind kind)
{
	static const char *const text[TR_FACT_MAX] = {
		[TR_FACT_SYSCALL] = "syscalls",	       [TR_FACT_ARG] = "syscall arguments",
		[TR_FACT_FILE] = "acts on files",      [TR_FACT_EXEC] = "programs run",
		[TR_FACT_CAPABILITY] = "capabilities", [TR_FACT_SOCKET] = "sockets",
		[TR_FACT_NETWORK] = "networks",	       [TR_FACT_SIGNAL] = "signals",
		[TR_FACT_PTRACE] = "ptrace",	       [TR_FACT_MOUNT] = "mounts",
		[TR_FACT_USERNS] = "user namespaces",  [TR_FACT_IO_URING] = "io_uring",
	};

	return text[kind];
}

static void print_counts(const struct show *s)
{
	show_heading("Facts");
	if (!s->facts.n) {
		printf("  none\n");
		return;
	}
	printf("  %s%-18s %8s %8s %8s %8s%s\n", c_dim(), "", "all", "runtime", "main", "exec",
	       c_reset());
	for (int k = 0; k < TR_FACT_MAX; k++) {
		const size_t *row = s->counts[k];

		if (row[COUNT_ALL])
			printf("  %-18s %8zu %8zu %8zu %8zu\n", show_kind((enum tr_fact_kind)k),
			       row[COUNT_ALL], row[COUNT_RUNTIME], row[COUNT_MAIN],
			       row[COUNT_EXEC]);
	}
}

static void print_syscalls(const struct show *s)
{
	char buf[32];

	for (int abi = 0; abi < TR_ABI_MAX; abi++) {
		struct wrap w = { .indent = 2 };
		size_t n;
		tr_cleanup_free const struct tr_fact **v =
			show_syscalls_by_name(s, (enum tr_abi)abi, &n);

		if (!n)
			continue;
		printf("\n%sSyscalls%s of %s: %zu\n", c_bold(), c_reset(),
		       tr_abi_name((enum tr_abi)abi), n);
		for (size_t i = 0; i < n; i++)
			wrap_word(&w, syscall_label((enum tr_abi)abi, v[i]->nr, buf, sizeof(buf)));
		wrap_end(&w);
	}
}

static void add_refusal(struct strbuf *sb, const struct tr_evidence *ev)
{
	for (size_t i = 0; i < ev->errnos.n; i++) {
		const char *name = errno_name((int)ev->errnos.v[i]);

		if (i)
			strbuf_adds(sb, ", ");
		if (name)
			strbuf_adds(sb, name);
		else
			strbuf_addf(sb, "errno %u", ev->errnos.v[i]);
	}
	if (ev->flags & TR_EV_SIGNALLED)
		strbuf_addf(sb, "%ssignal", sb->len ? ", " : "");
}

static void print_refused_value(const struct tr_fact *value, void *arg)
{
	struct strbuf sb cleanup_strbuf = STRBUF_INIT;

	(void)arg;
	value_text(&sb, value);
	printf("    with %s\n", strbuf_str(&sb));
}

static void print_refused(const struct show *s)
{
	if (!s->refused.n)
		return;
	printf("\n%sRefused%s by the profile they ran under: %zu\n", c_bold(), c_reset(),
	       s->refused.n);
	for (size_t i = 0; i < s->refused.n; i++) {
		const struct tr_fact *f = s->refused.v[i];
		struct strbuf how cleanup_strbuf = STRBUF_INIT;
		char buf[32];

		add_refusal(&how, &f->ev);
		printf("  %s%-22s%s %-7s %-14s", c_red(),
		       syscall_label((enum tr_abi)f->abi, f->nr, buf, sizeof(buf)), c_reset(),
		       tr_abi_name((enum tr_abi)f->abi), strbuf_str(&how));
		for (size_t k = 0; k < f->ev.exes.n && k < VALUES_MAX; k++) {
			printf("%s", k ? ", " : " ");
			print_escaped(f->ev.exes.v[k]);
		}
		if (f->ev.exes.n > VALUES_MAX)
			printf(", ... and %zu more", f->ev.exes.n - VALUES_MAX);
		if (!(f->ev.flags & TR_EV_DENIED))
			printf(" %s(or by a filter of the workload's own)%s", c_dim(), c_reset());
		putchar('\n');
		values_refused(&s->facts, f, print_refused_value, NULL);
	}
}

static void print_files(const struct show *s)
{
	size_t by_perms[64] = { 0 }, vain = 0;
	struct wrap w = { .indent = 2 };
	char perms[PERMS_SIZE];

	if (!s->n_files)
		return;
	for (size_t i = 0; i < s->n_files; i++) {
		if (show_file_in_vain(&s->files[i]))
			vain++;
		else
			by_perms[s->files[i].perms & 63]++;
	}
	printf("\n%sFiles%s: %zu, by what was done with them%s\n", c_bold(), c_reset(), s->n_files,
	       s->list_files ? "" : " (--files lists them)");
	for (uint16_t p = 0; p < 64; p++) {
		tr_cleanup_free char *word = NULL;

		if (!by_perms[p])
			continue;
		word = tr_xasprintf("%s:%zu", p ? perms_name(p, perms) : "-", by_perms[p]);
		wrap_word(&w, word);
	}
	if (w.col)
		wrap_word(&w, "  (r read, w write, m map as code, x run, k lock, l link)");
	wrap_end(&w);
	if (vain)
		printf("  and %zu that were only asked for: not there, or not allowed\n", vain);
	if (s->list_files)
		show_print_files(s);
}

static void print_execs(const struct show *s)
{
	if (!s->execs.n)
		return;
	printf("\n%sPrograms run%s: %zu\n", c_bold(), c_reset(), s->execs.n);
	for (size_t i = 0; i < s->execs.n; i++) {
		const struct tr_fact *f = s->execs.v[i];

		printf("  ");
		print_escaped(f->path ? f->path : "");
		if (f->interp) {
			printf(" %s(by ", c_dim());
			print_escaped(f->interp);
			printf(")%s", c_reset());
		}
		if (f->ev.flags & TR_EV_GAINED)
			printf("  %sgained rights%s: set-id, or capabilities of the file",
			       c_yellow(), c_reset());
		putchar('\n');
	}
}

/* Capabilities, networks, signals, mounts, ...: few, and each says itself what it is. */
static void print_others(const struct show *s)
{
	enum tr_fact_kind before = TR_FACT_MAX;

	for (size_t i = 0; i < s->others.n; i++) {
		const struct tr_fact *f = s->others.v[i];
		tr_cleanup_free char *text = NULL;

		if (f->kind == TR_FACT_ARG || f->kind == TR_FACT_SOCKET)
			continue;
		if (f->kind != before) {
			show_heading(show_kind(f->kind));
			before = f->kind;
		}
		text = explain_fact_text(f);
		printf("  %s\n", text);
	}
}

/* One executable: its stretch of by_exe is v[0] to v[n - 1]. */
static void print_exe(const struct show_exe *v, size_t n)
{
	size_t counts[TR_FACT_MAX] = { 0 };
	struct wrap w = { .indent = 4 };
	const char *sep = "";
	char buf[32];

	for (size_t i = 0; i < n; i++)
		counts[v[i].fact->kind]++;
	printf("  ");
	print_escaped(v[0].path);
	printf(" %s(", c_dim());
	for (int k = 0; k < TR_FACT_MAX; k++) {
		if (!counts[k])
			continue;
		printf("%s%s: %zu", sep, show_kind((enum tr_fact_kind)k), counts[k]);
		sep = ", ";
	}
	printf(")%s\n", c_reset());
	for (size_t i = 0; i < n; i++)
		if (v[i].fact->kind == TR_FACT_SYSCALL)
			wrap_word(&w, syscall_label((enum tr_abi)v[i].fact->abi, v[i].fact->nr, buf,
						    sizeof(buf)));
	wrap_end(&w);
}

static void print_by_exe(const struct show *s)
{
	size_t start = 0;

	if (!s->list_exes)
		return;
	show_heading("By executable");
	for (size_t i = 1; i <= s->n_by_exe; i++) {
		if (i < s->n_by_exe && !strcmp(s->by_exe[i].path, s->by_exe[start].path))
			continue;
		print_exe(&s->by_exe[start], i - start);
		start = i;
	}
	if (!s->n_by_exe)
		printf("  no fact names one\n");
}

void show_print_text(const struct show *s)
{
	print_subject(s);
	print_recordings(s);
	print_counts(s);
	show_print_outlook(s);
	show_print_risky(s);
	print_syscalls(s);
	show_print_args(s);
	print_refused(s);
	print_files(s);
	print_execs(s);
	print_others(s);
	print_by_exe(s);
}
