// SPDX-License-Identifier: Apache-2.0
/*
 * A unit's SystemCallFilter= and what belongs to it; systemd.exec(5), src/core/load-fragment.c:
 * config_parse_syscall_filter, src/shared/seccomp-util.c: seccomp_parse_syscall_filter. A list of
 * allowed calls can have refused ones with an errno each behind it (systemd 248), and begins with
 * a set of systemd's own, which is taken out again. No list knows arguments: a call that is allowed
 * with some is allowed with all.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "formats/seccomp_write.h"
#include "tables/syscalls.h"
#include "util/mem.h"
#include "util/strbuf.h"

#define WIDTH 80 /* from where on a line ends */
#define KILL  (-1) /* in place of an errno */

/* What a profile does with one call, as libseccomp takes its rules together. */
struct call {
	const char *name;
	const struct tr_rule *plain; /* without conditions: it swallows those that have some */
	bool some_allowed, some_refused, some_logged; /* by rules with conditions */
};

struct unit {
	const struct tr_seccomp *p;
	FILE *out;
	const struct losses *losses;
	struct call *v; /* by name */
	size_t n, cap;
};

static bool allows(enum tr_action action)
{
	return action == TR_ACTION_ALLOW || action == TR_ACTION_LOG;
}

/* What comes of an action where there is neither tracer nor listener (kernel/seccomp.c). */
static int answer_of(enum tr_action action, int errno_ret)
{
	if (action == TR_ACTION_TRACE || action == TR_ACTION_NOTIFY)
		return ENOSYS;
	if (action != TR_ACTION_ERRNO)
		return KILL;
	return errno_ret < 0 ? EPERM : errno_ret;
}

/* A unit's errno for everything else cannot be 0, a success that did nothing. */
static int default_answer(const struct tr_seccomp *p)
{
	int e = answer_of(p->default_action, p->default_errno);

	return e ? e : EPERM;
}

/* Reading the rules */

static struct call *call_of(struct unit *u, const char *name)
{
	for (size_t i = 0; i < u->n; i++)
		if (!strcmp(u->v[i].name, name))
			return &u->v[i];
	u->v = tr_grow(u->v, &u->cap, u->n, sizeof(*u->v));
	u->v[u->n] = (struct call){ .name = name };
	return &u->v[u->n++];
}

static void take_rule(struct call *c, const struct tr_rule *r)
{
	if (!r->n_conds)
		c->plain = r;
	else if (allows(r->action))
		c->some_allowed = true;
	else
		c->some_refused = true;
	c->some_logged |= r->action == TR_ACTION_LOG;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct call *)a)->name, ((const struct call *)b)->name);
}

static int collect(struct unit *u, struct tr_err *err)
{
	for (size_t i = 0; i < u->p->n_rules; i++) {
		const struct tr_rule *r = &u->p->rules[i];

		for (size_t j = 0; j < r->n_names; j++) {
			if (!spelled_name(r->names[j], "a unit", err))
				return -1;
			if (!tr_rule_is_default(u->p, r))
				take_rule(call_of(u, r->names[j]), r);
		}
	}
	if (u->n)
		qsort(u->v, u->n, sizeof(*u->v), by_name);
	return 0;
}

/* Which calls a line has */

typedef bool (*which_fn)(const struct tr_seccomp *p, const struct call *c);

static bool is_allowed(const struct tr_seccomp *p, const struct call *c)
{
	if (c->plain)
		return allows(c->plain->action);
	return allows(p->default_action) || c->some_allowed;
}

static bool is_refused(const struct tr_seccomp *p, const struct call *c)
{
	return !is_allowed(p, c);
}

static bool has_own_answer(const struct tr_seccomp *p, const struct call *c)
{
	return c->plain && !allows(c->plain->action) &&
	       answer_of(c->plain->action, c->plain->errno_ret) != default_answer(p);
}

static bool is_widened(const struct tr_seccomp *p, const struct call *c)
{
	return !c->plain && !allows(p->default_action) && c->some_allowed;
}

static bool is_not_refused(const struct tr_seccomp *p, const struct call *c)
{
	return !c->plain && allows(p->default_action) && c->some_refused;
}

static bool loses_answer(const struct tr_seccomp *p, const struct call *c)
{
	return !c->plain && !allows(p->default_action) && c->some_refused && !c->some_allowed;
}

static bool is_logged(const struct tr_seccomp *p, const struct call *c)
{
	return is_allowed(p, c) && (c->plain ? c->plain->action == TR_ACTION_LOG : c->some_logged);
}

static bool is_unlogged(const struct tr_seccomp *p, const struct call *c)
{
	return is_allowed(p, c) && !is_logged(p, c);
}

/* Writing */

static void add_answer(struct strbuf *sb, int answer)
{
	const char *name = answer > 0 ? errno_name(answer) : NULL;

	if (answer == KILL)
		strbuf_adds(sb, "kill");
	else if (name)
		strbuf_adds(sb, name);
	else
		strbuf_addf(sb, "%d", answer);
}

/* Lines of calls behind the directive, each with it. Returns how many calls. */
static size_t put_calls(const struct unit *u, const char *directive, which_fn which, bool answers)
{
	cleanup_strbuf struct strbuf line = STRBUF_INIT;
	size_t n = 0;

	for (size_t i = 0; i < u->n; i++) {
		const struct call *c = &u->v[i];

		if (!which(u->p, c))
			continue;
		n++;
		if (line.len > WIDTH) {
			fprintf(u->out, "%s\n", strbuf_str(&line));
			strbuf_clear(&line);
		}
		strbuf_addf(&line, "%s%s", line.len ? " " : directive, c->name);
		if (!answers)
			continue;
		strbuf_addc(&line, ':');
		add_answer(&line, answer_of(c->plain->action, c->plain->errno_ret));
	}
	if (line.len)
		fprintf(u->out, "%s\n", strbuf_str(&line));
	return n;
}

/* "clone, socket"; on the heap, NULL if there is none. */
static char *list_of(const struct unit *u, which_fn which)
{
	struct strbuf sb = STRBUF_INIT;

	for (size_t i = 0; i < u->n; i++)
		if (which(u->p, &u->v[i]))
			strbuf_addf(&sb, "%s%s", sb.len ? ", " : "", u->v[i].name);
	return sb.len ? strbuf_detach(&sb) : NULL;
}

static void put_allowed(const struct unit *u)
{
	tr_cleanup_free char *widened = list_of(u, is_widened), *answers = list_of(u, loses_answer);

	if (widened) {
		fprintf(u->out,
			"# allowed with any arguments, because a unit cannot say which: %s\n",
			widened);
		lose(u->losses, "the arguments of %s: they are allowed with any", widened);
	}
	if (answers)
		lose(u->losses, "what %s answer with some arguments: it is the default answer",
		     answers);
	/* A first list of allowed calls brings the set along. */
	fputs("SystemCallFilter=@default\nSystemCallFilter=~@default\n", u->out);
	/* Nothing at all would be no filter. */
	if (!put_calls(u, "SystemCallFilter=", is_allowed, false)) {
		fputs("SystemCallFilter=exit_group\n", u->out);
		lose(u->losses, "that nothing is allowed: exit_group is");
	}
	put_calls(u, "SystemCallFilter=~", has_own_answer, true);
}

static void put_refused(const struct unit *u)
{
	tr_cleanup_free char *not_refused = list_of(u, is_not_refused);

	if (not_refused) {
		fprintf(u->out,
			"# not refused, because a unit cannot say with which arguments: %s\n",
			not_refused);
		lose(u->losses, "with which arguments to refuse %s: they are allowed with any",
		     not_refused);
	}
	put_calls(u, "SystemCallFilter=~", is_refused, true);
}

/* What is logged is allowed by the other list. */
static void put_logged(const struct unit *u)
{
	if (u->p->default_action != TR_ACTION_LOG)
		put_calls(u, "SystemCallLog=", is_logged, false);
	else if (!put_calls(u, "SystemCallLog=~", is_unlogged, false))
		lose(u->losses, "that every call is logged");
}

static void put_arches(const struct unit *u)
{
	static const struct {
		const char *arch, *name;
	} rows[] = {
		{ "SCMP_ARCH_X86_64", "x86-64" }, { "SCMP_ARCH_X86", "x86" },
		{ "SCMP_ARCH_X32", "x32" },	  { "SCMP_ARCH_AARCH64", "arm64" },
		{ "SCMP_ARCH_ARM", "arm" },
	};
	const char *before = "SystemCallArchitectures=";

	for (size_t i = 0; i < u->p->n_arches; i++) {
		size_t j = 0;

		while (j < TR_ARRAY_SIZE(rows) && strcmp(rows[j].arch, u->p->arches[i]) != 0)
			j++;
		if (j == TR_ARRAY_SIZE(rows)) {
			lose(u->losses, "%s", u->p->arches[i]);
			continue;
		}
		fprintf(u->out, "%s%s", before, rows[j].name);
		before = " ";
	}
	fputs(*before == ' ' ? "\n" : "SystemCallArchitectures=native\n", u->out);
}

static bool has_action(const struct tr_seccomp *p, enum tr_action action)
{
	bool has = p->default_action == action;

	for (size_t i = 0; i < p->n_rules; i++)
		has |= p->rules[i].n_names && p->rules[i].action == action;
	return has;
}

static void lose_actions(const struct unit *u)
{
	static const struct {
		enum tr_action action;
		const char *instead;
	} rows[] = {
		{ TR_ACTION_TRAP, "systemd kills the process" },
		{ TR_ACTION_KILL_THREAD, "systemd kills the process" },
		{ TR_ACTION_TRACE, "refused with ENOSYS" },
		{ TR_ACTION_NOTIFY, "refused with ENOSYS" },
	};

	for (size_t i = 0; i < TR_ARRAY_SIZE(rows); i++)
		if (has_action(u->p, rows[i].action))
			lose(u->losses, "%s: %s", tr_action_name(rows[i].action), rows[i].instead);
}

/*
 * What another file says of the same unit is forgotten first: a list of refused calls there would
 * make of ours one of calls that are no longer refused.
 */
static void put_unit(const struct unit *u)
{
	enum tr_action action = u->p->default_action;
	cleanup_strbuf struct strbuf number = STRBUF_INIT;

	if (!allows(action) && default_answer(u->p) != KILL)
		add_answer(&number, default_answer(u->p));
	lose_actions(u);
	if (action == TR_ACTION_ERRNO && !answer_of(action, u->p->default_errno))
		lose(u->losses, "refusals that look like a success: they are EPERM");
	fprintf(u->out,
		"[Service]\nSystemCallFilter=\nSystemCallLog=\nSystemCallArchitectures=\n"
		"SystemCallErrorNumber=%s\n",
		strbuf_str(&number));
	if (allows(action))
		put_refused(u);
	else
		put_allowed(u);
	put_logged(u);
	put_arches(u);
}

int seccomp_write_systemd(const struct tr_seccomp *p, FILE *out, const struct losses *l,
			  struct tr_err *err)
{
	struct unit u = { .p = p, .out = out, .losses = l };
	int rc;

	if (p->default_action == TR_ACTION_TRACE || p->default_action == TR_ACTION_NOTIFY)
		return tr_err_set(err, TR_ERR_INPUT, "a unit cannot leave calls to a tracer");
	rc = collect(&u, err);
	if (rc == 0)
		put_unit(&u);
	free(u.v);
	return rc;
}
