// SPDX-License-Identifier: Apache-2.0
/* `trammel verify` for people. */
#include <linux/seccomp.h>
#include <stdio.h>
#include <string.h>

#include "cli/cmd.h"
#include "cli/values.h"
#include "cli/verify.h"
#include "tables/syscalls.h"
#include "util/mem.h"
#include "util/text.h"

#define WIDTH	    96
#define SHOWN_EXTRA 48 /* names of what else is allowed, without --all */
#define SHOWN_DEAD  10

/* "EPERM", "kill the process", ... what the caller gets. */
const char *verify_refusal(uint32_t ret, char *buf, size_t size)
{
	const char *name;

	switch (ret & SECCOMP_RET_ACTION_FULL) {
	case SECCOMP_RET_ERRNO:
		name = errno_name((int)(ret & SECCOMP_RET_DATA));
		if (name)
			return name;
		snprintf(buf, size, "errno %u", ret & SECCOMP_RET_DATA);
		return buf;
	case SECCOMP_RET_TRAP:
		return "SIGSYS";
	case SECCOMP_RET_KILL_THREAD:
		return "kill the thread";
	default:
		return "kill the process";
	}
}

static void add_phases(struct strbuf *sb, uint32_t bits)
{
	const char *sep = "";

	for (size_t i = 0; i < verify_n_phases; i++) {
		if (!(bits & verify_phases[i].bit))
			continue;
		strbuf_addf(sb, "%s%s", sep, verify_phases[i].name);
		sep = ",";
	}
}

/* Executables are named by the container: nothing of them is printed as it is. */
static void add_exes(struct strbuf *sb, const struct tr_strset *exes)
{
	for (size_t i = 0; i < exes->n; i++) {
		if (i)
			strbuf_adds(sb, ", ");
		text_escape(sb, exes->v[i], strlen(exes->v[i]));
	}
}

void verify_add_call(const struct tr_check_syscall *s, struct strbuf *sb)
{
	char nr[32];

	strbuf_adds(sb, syscall_label((enum tr_abi)s->fact->abi, s->fact->nr, nr, sizeof(nr)));
	/* The arguments that are refused, where the call is allowed with others. */
	if (s->value) {
		strbuf_adds(sb, " with ");
		value_text(sb, s->value);
	}
}

/* Ids are shortened as git does: enough to find it. */
static void add_recordings(struct strbuf *sb, const struct tr_facts *f,
			   const struct tr_evidence *ev)
{
	if (ev->recordings.n == 1)
		strbuf_addf(sb, "recording %.12s", f->recordings[ev->recordings.v[0]].id);
	else
		strbuf_addf(sb, "%zu of %zu recordings", ev->recordings.n, f->n_recordings);
}

void verify_add_evidence(const struct verify *v, const struct tr_evidence *ev, struct strbuf *sb)
{
	add_exes(sb, &ev->exes);
	strbuf_adds(sb, sb->len ? ", " : "");
	if (ev->phases) {
		strbuf_adds(sb, "phase ");
		add_phases(sb, ev->phases);
		strbuf_adds(sb, ", ");
	}
	add_recordings(sb, &v->facts, ev);
}

void verify_add_who(const struct verify *v, const struct tr_check_syscall *s, struct strbuf *sb)
{
	/* Of a value, by whom it was given. */
	verify_add_evidence(v, s->value && s->value->ev.exes.n ? &s->value->ev : &s->fact->ev, sb);
}

/* Under which runtimes, where not under all. */
static void print_only(const struct verify *v, const struct tr_check_syscall *s)
{
	const char *sep = "  (under ";
	unsigned all = 0;

	for (size_t i = 0; i < v->r.n; i++)
		all |= v->r.v[i].refused ? 0 : 1U << v->r.v[i].kind;
	if (s->runtimes == all)
		return;
	for (size_t i = 0; i < v->r.n; i++) {
		if (!(s->runtimes >> v->r.v[i].kind & 1))
			continue;
		printf("%s%s", sep, v->r.v[i].name);
		sep = ", ";
	}
	printf(" only)");
}

static void print_refused(const struct verify *v, enum tr_verdict verdict, const char *color)
{
	char nr[32], code[32];

	for (size_t i = 0; i < v->c->n_syscalls; i++) {
		const struct tr_check_syscall *s = &v->c->syscalls[i];
		const struct tr_fact *fact = s->fact;
		struct strbuf exes cleanup_strbuf = STRBUF_INIT;
		struct strbuf when cleanup_strbuf = STRBUF_INIT;
		struct strbuf in cleanup_strbuf = STRBUF_INIT;

		if (s->verdict != verdict)
			continue;
		add_exes(&exes, &fact->ev.exes);
		add_phases(&when, fact->ev.phases);
		printf("  %s%-22s%s %-7s %-16s %s", color,
		       syscall_label((enum tr_abi)fact->abi, fact->nr, nr, sizeof(nr)), c_reset(),
		       tr_abi_name((enum tr_abi)fact->abi),
		       verify_refusal(s->ret, code, sizeof(code)), strbuf_str(&when));
		if (exes.len)
			printf(": %s", strbuf_str(&exes));
		print_only(v, s);
		putchar('\n');
		if (s->value) {
			struct strbuf value cleanup_strbuf = STRBUF_INIT;

			value_text(&value, s->value);
			printf("    with %s\n", strbuf_str(&value));
		}
		if (v->bundle || v->facts.n_recordings > 1) {
			add_recordings(&in, &v->facts, &fact->ev);
			printf("    %sin %s%s\n", c_dim(), strbuf_str(&in), c_reset());
		}
		if (s->why) {
			tr_cleanup_free char *why = text_escaped(s->why);

			printf("    decided by hand: %s\n", why);
		}
	}
}

static void print_denied(const struct verify *v)
{
	if (v->c->n_denied)
		printf("\n%sDenied%s\n", c_bold(), c_reset());
	print_refused(v, TR_VERDICT_DENIED, c_red());
	if (v->c->n_by_hand)
		printf("\n%sDenied by hand%s (no failure: the tune file has the reasons)\n",
		       c_bold(), c_reset());
	print_refused(v, TR_VERDICT_BY_HAND, c_yellow());
}

/* A wrapped list of words, two columns in; what follows the first line `hang` more. */
struct wrap {
	size_t col;
	int hang;
};

static void wrap_word(struct wrap *w, const char *word)
{
	if (w->col && w->col + 1 + strlen(word) > WIDTH) {
		w->col = (size_t)printf("\n  %*s%s", w->hang, "", word) - 1;
		return;
	}
	w->col += (size_t)printf("%s%s", w->col ? " " : "  ", word);
}

static void wrap_end(const struct wrap *w)
{
	if (w->col)
		putchar('\n');
}

/* "name", and where it is not the native ABI's "name(i386)"; "name*" where arguments decide. */
static void wrap_syscall(struct wrap *w, enum tr_abi native, enum tr_abi abi, uint32_t nr,
			 bool depends)
{
	struct strbuf sb cleanup_strbuf = STRBUF_INIT;
	char buf[32];

	strbuf_adds(&sb, syscall_label(abi, nr, buf, sizeof(buf)));
	if (abi != native)
		strbuf_addf(&sb, "(%s)", tr_abi_name(abi));
	if (depends)
		strbuf_addc(&sb, '*');
	wrap_word(w, strbuf_str(&sb));
}

static void print_answered(const struct verify *v)
{
	struct wrap w = { 0 };

	if (!v->c->n_answered)
		return;
	printf("\n%sAnswered ENOSYS%s, as Docker's default does (callers go on with an older call, which "
	       "is allowed)\n",
	       c_bold(), c_reset());
	for (size_t i = 0; i < v->c->n_syscalls; i++)
		if (v->c->syscalls[i].verdict == TR_VERDICT_ANSWERED)
			wrap_syscall(&w, v->c->native, (enum tr_abi)v->c->syscalls[i].fact->abi,
				     v->c->syscalls[i].fact->nr, false);
	wrap_end(&w);
}

static void print_depends(const struct verify *v)
{
	struct wrap w = { 0 };

	if (!v->c->n_depends)
		return;
	printf("\n%sAllowed for some arguments%s (those it was made with are not recorded: not proved)\n",
	       c_bold(), c_reset());
	for (size_t i = 0; i < v->c->n_syscalls; i++)
		if (v->c->syscalls[i].verdict == TR_VERDICT_DEPENDS)
			wrap_syscall(&w, v->c->native, (enum tr_abi)v->c->syscalls[i].fact->abi,
				     v->c->syscalls[i].fact->nr, false);
	wrap_end(&w);
}

/* "295 of x86_64, 304 of i386", or "nothing". */
static void print_extra_counts(const struct verify *v)
{
	size_t n[TR_ABI_MAX] = { 0 };
	const char *sep = "";

	for (size_t i = 0; i < v->c->n_extra; i++)
		n[v->c->extra[i].abi]++;
	printf("\n%sAllowed, and by nothing recorded%s: ", c_bold(), c_reset());
	for (int abi = 0; abi < TR_ABI_MAX; abi++) {
		if (!n[abi])
			continue;
		printf("%s%zu of %s", sep, n[abi], tr_abi_name((enum tr_abi)abi));
		sep = ", ";
	}
	puts(v->c->n_extra ? "" : "nothing");
}

static void print_extra(const struct verify *v)
{
	size_t n = v->all || v->c->n_extra <= SHOWN_EXTRA ? v->c->n_extra : SHOWN_EXTRA;
	struct wrap w = { 0 };
	bool star = false;

	print_extra_counts(v);
	for (size_t i = 0; i < n; i++) {
		const struct tr_check_extra *e = &v->c->extra[i];

		wrap_syscall(&w, v->c->native, e->abi, e->nr, e->verdict == TR_VERDICT_DEPENDS);
		star |= e->verdict == TR_VERDICT_DEPENDS;
	}
	wrap_end(&w);
	if (star)
		printf("  %s* for some arguments%s\n", c_dim(), c_reset());
	if (n < v->c->n_extra)
		printf("  %s... and %zu more: --all%s\n", c_dim(), v->c->n_extra - n, c_reset());
}

static void print_unknown(const struct verify *v)
{
	struct wrap w = { 0 };

	if (!v->c->unknown || !v->c->unknown[0])
		return;
	printf("\n%sLeft out%s: names that libseccomp here does not know\n", c_bold(), c_reset());
	for (char **name = v->c->unknown; *name; name++) {
		tr_cleanup_free char *safe = text_escaped(*name);

		wrap_word(&w, safe);
	}
	wrap_end(&w);
}

/* "syscalls[3] (line 12: mount, umount2): why" */
static void print_dead(const struct verify *v)
{
	size_t n = v->all || v->dead.n <= SHOWN_DEAD ? v->dead.n : SHOWN_DEAD;

	if (!v->dead.n)
		return;
	printf("\n%sWithout effect%s, on all that the profile names: %zu rule%s or names\n",
	       c_bold(), c_reset(), v->dead.n, cli_plural(v->dead.n));
	for (size_t i = 0; i < n; i++) {
		const struct tr_dead *d = &v->dead.v[i];
		tr_cleanup_free char *names = text_escaped(d->names), *why = text_escaped(d->why);

		printf("  %s", d->path);
		if (d->line)
			printf(" %s(line %u)%s", c_dim(), d->line, c_reset());
		printf(" %s: %s\n", names, why);
	}
	if (n < v->dead.n)
		printf("  %s... and %zu more: --all%s\n", c_dim(), v->dead.n - n, c_reset());
}

static void print_limit(const char *text, void *arg)
{
	struct wrap w = { .hang = 2 };
	tr_cleanup_free char *copy = tr_xstrdup(text);
	char *save = NULL;

	(void)arg;
	wrap_word(&w, "-");
	for (char *word = strtok_r(copy, " ", &save); word; word = strtok_r(NULL, " ", &save))
		wrap_word(&w, word);
	wrap_end(&w);
}

static void print_answer(const struct verify *v)
{
	tr_cleanup_free char *profile = text_escaped(v->profile);

	if (verify_refused(v))
		printf("%sNo%s: not every runtime takes %s\n", c_red(), c_reset(), profile);
	else if (v->c->n_denied)
		printf("%sNo%s: %s denies %zu of %zu recorded syscalls\n", c_red(), c_reset(),
		       profile, v->c->n_denied, v->c->n_syscalls);
	else if (v->c->n_by_hand)
		printf("%sYes%s: %s denies none of %zu recorded syscalls but for %zu that are denied by "
		       "hand\n",
		       c_green(), c_reset(), profile, v->c->n_syscalls, v->c->n_by_hand);
	else if (v->c->n_depends)
		printf("%sYes%s: %s denies none of %zu recorded syscalls; %zu of them it allows for "
		       "some arguments only\n",
		       c_green(), c_reset(), profile, v->c->n_syscalls, v->c->n_depends);
	else if (v->c->n_answered)
		printf("%sYes%s: %s denies none of %zu recorded syscalls; %zu of them it answers as "
		       "Docker's default does\n",
		       c_green(), c_reset(), profile, v->c->n_syscalls, v->c->n_answered);
	else
		printf("%sYes%s: %s allows all %zu recorded syscalls\n", c_green(), c_reset(),
		       profile, v->c->n_syscalls);
}

/* On a line of its own, to be copied whole. */
void verify_print_accept(const struct verify *v)
{
	if (v->accept.len)
		printf("\n%sTo accept it%s, if it is meant to be:\n  %s\n", c_bold(), c_reset(),
		       strbuf_str(&v->accept));
}

static void print_seccomp(const struct verify *v)
{
	print_answer(v);
	print_denied(v);
	if (v->c->n_denied)
		verify_print_accept(v);
	print_answered(v);
	print_depends(v);
	print_extra(v);
	print_unknown(v);
	print_dead(v);
	printf("\n%sSize%s: %zu syscalls of %s are granted (docker-default: %zu)\n", c_bold(),
	       c_reset(), v->c->n_granted, tr_abi_name(v->c->native), v->docker_granted);
	verify_print_filter(v);
}

void verify_print_text(const struct verify *v)
{
	if (v->c)
		print_seccomp(v);
	if (v->c && v->apparmor)
		putchar('\n');
	if (v->apparmor)
		verify_apparmor_text(v);
	printf("\n%sNot covered%s\n", c_bold(), c_reset());
	verify_each_limit(v, print_limit, NULL);
}
