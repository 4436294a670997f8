// SPDX-License-Identifier: Apache-2.0
#include "policy/floor.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "formats/apparmor_words.h"
#include "policy/accept.h"
#include "tables/csv.h"
#include "tables/data.h"
#include "util/mem.h"
#include "util/text.h"

static const char *const floor_names[] = {
	[TR_FLOOR_DOCKER_DEFAULT] = "docker-default",
	[TR_FLOOR_NONE] = "none",
};

int tr_floor_from_name(const char *name)
{
	for (int i = 0; i < (int)TR_ARRAY_SIZE(floor_names); i++)
		if (!strcmp(floor_names[i], name))
			return i;
	return -1;
}

const char *tr_floor_name(enum tr_floor floor)
{
	return floor_names[floor];
}

static uint16_t perms_of(const char *letters)
{
	static const char all[] = "rwklmx"; /* in the order of TR_PERM_* */
	uint16_t perms = 0;

	for (; *letters; letters++) {
		const char *at = strchr(all, *letters);

		perms |= at ? (uint16_t)(1U << (at - all)) : 0;
	}
	return perms;
}

_Static_assert(TR_PERM_R == 1 << 0 && TR_PERM_W == 1 << 1 && TR_PERM_K == 1 << 2 &&
		       TR_PERM_L == 1 << 3 && TR_PERM_M == 1 << 4 && TR_PERM_X == 1 << 5,
	       "the letters stand in this order");

void floor_init(struct floor *f, const struct tr_policy_apparmor_opts *opts,
		struct tr_policy_apparmor_report *report)
{
	const struct data_file *file = data_find("apparmor-denies.csv");
	struct csv c;

	*f = (struct floor){ .accepts = opts->accepts,
			     .n_accepts = opts->n_accepts,
			     .report = report };
	report->floor = opts->floor;
	if (!file || opts->floor == TR_FLOOR_NONE)
		return;
	csv_init(&c, file->text);
	while (csv_next(&c)) {
		uint16_t perms;

		if (c.n < 4)
			continue;
		perms = perms_of(c.field[1]);
		f->v = tr_grow(f->v, &f->cap, f->n, sizeof(*f->v));
		f->v[f->n++] = (struct floor_deny){ .rule = tr_xstrdup(c.field[0]),
						    .perms = perms,
						    .all = perms,
						    .why = tr_xstrdup(c.field[2]) };
	}
	csv_release(&c);
}

void floor_release(struct floor *f)
{
	for (size_t i = 0; i < f->n; i++) {
		free(f->v[i].rule);
		free(f->v[i].why);
		free(f->v[i].accepted);
	}
	free(f->v);
	*f = (struct floor){ 0 };
}

/* Globs */

/* Behind the bracket; *ret_has: whether c is in it. */
static const char *match_class(const char *g, unsigned char c, bool *ret_has)
{
	bool not = *g == '^', has = false;

	for (g += not ; *g && *g != ']'; g++) {
		unsigned char from = (unsigned char)*g, to = from;

		if (g[1] == '-' && g[2] && g[2] != ']') {
			to = (unsigned char)g[2];
			g += 2;
		}
		has |= c >= from && c <= to;
	}
	*ret_has = has != not ;
	return *g ? g + 1 : g;
}

/* Without braces. Stars behind a slash, at the end of a component, take at least one byte. */
static bool match(const char *first, const char *g, const char *s)
{
	for (; *g; s++) {
		bool has = true;

		if (*g == '*') {
			bool deep = g[1] == '*', some = g > first && g[-1] == '/';

			g += deep ? 2 : 1;
			some &= !*g || *g == '/';
			if (some && (!*s || *s == '/'))
				return false;
			for (s += some;; s++) {
				if (match(first, g, s))
					return true;
				if (!*s || (*s == '/' && !deep))
					return false;
			}
		}
		if (!*s)
			return false;
		if (*g == '[')
			g = match_class(g + 1, (unsigned char)*s, &has);
		else if (*g == '?')
			has = *s != '/', g++;
		else
			has = *g++ == *s;
		if (!has)
			return false;
	}
	return !*s;
}

/* The brace that closes the one behind which g stands; of our own data, where each is closed. */
static const char *closing(const char *g)
{
	for (unsigned depth = 1; *g; g++) {
		depth += *g == '{';
		if (*g == '}' && --depth == 0)
			break;
	}
	return g;
}

bool floor_matches(const char *glob, const char *path)
{
	const char *open = strchr(glob, '{'), *close, *from;
	unsigned depth = 0;

	if (!open)
		return match(glob, glob, path);
	close = closing(open + 1);
	from = open + 1;
	for (const char *p = from; p <= close && *p; p++) {
		if (p == close || (*p == ',' && !depth)) {
			tr_cleanup_free char *one =
				tr_xasprintf("%.*s%.*s%s", (int)(open - glob), glob,
					     (int)(p - from), from, close + 1);

			if (floor_matches(one, path))
				return true;
			from = p + 1;
		}
		depth += *p == '{';
		depth -= *p == '}' && p != close;
	}
	return false;
}

/* Acts */

/* As it is given to --accept, whose facts are separated by commas. */
static char *fact_text(const char *kind, const char *what)
{
	tr_cleanup_free char *safe = text_escaped(what);
	struct strbuf sb = STRBUF_INIT;

	strbuf_addf(&sb, "%s:", kind);
	for (const char *p = safe; *p; p++) {
		if (*p == ',')
			strbuf_adds(&sb, "\\x2c");
		else
			strbuf_addc(&sb, *p);
	}
	return strbuf_detach(&sb);
}

static const struct tr_policy_accept *acceptance(const struct floor *f, const char *fact)
{
	for (size_t i = 0; i < f->n_accepts; i++)
		if (!strcmp(f->accepts[i].fact, fact))
			return &f->accepts[i];
	return NULL;
}

static void note_accepted(struct floor_deny *d, const struct tr_policy_accept *a)
{
	cleanup_strbuf struct strbuf sb = STRBUF_INIT;

	if (d->accepted)
		strbuf_addf(&sb, "%s, ", d->accepted);
	strbuf_adds(&sb, a->fact);
	if (a->why)
		strbuf_addf(&sb, " (%s)", a->why);
	free(d->accepted);
	d->accepted = strbuf_detach(&sb);
}

/* perms: of those that it denies, the ones that were asked for. */
static void denied(struct floor *f, struct floor_deny *d, uint16_t perms, const char *kind,
		   const char *what, const char *exe)
{
	char *fact = fact_text(kind, what), letters[APPARMOR_LETTERS_SIZE];
	const struct tr_policy_accept *a = acceptance(f, fact);

	if (a) {
		note_accepted(d, a);
		d->perms &= (uint16_t)~perms;
		free(fact);
		return;
	}
	apparmor_letters(d->all, letters);
	accept_need(&f->report->needs, &f->report->n_needs, fact,
		    tr_xasprintf("docker-default denies it (deny %s%s%s): %s", d->rule,
				 d->all ? " " : "", letters, d->why),
		    exe);
}

void floor_name(struct floor *f, const struct name *name)
{
	for (size_t i = 0; i < f->n; i++) {
		struct floor_deny *d = &f->v[i];
		const uint16_t perms = d->all & name->perms;

		if (perms && floor_matches(d->rule, name->path))
			denied(f, d, perms, "file", name->path,
			       name->exes.n ? name->exes.v[0] : NULL);
	}
}

static void other(struct floor *f, const char *rule, const char *kind, const char *what,
		  const struct tr_fact *fact)
{
	for (size_t i = 0; i < f->n; i++)
		if (!strcmp(f->v[i].rule, rule))
			denied(f, &f->v[i], 0, kind, what,
			       fact->ev.exes.n ? fact->ev.exes.v[0] : NULL);
}

void floor_mount(struct floor *f, const struct tr_fact *fact)
{
	other(f, "mount", "mount", fact->path, fact);
}

void floor_network(struct floor *f, const struct tr_fact *fact)
{
	if (fact->sock.family == AF_ALG)
		other(f, "network alg", "network", "alg", fact);
}

/* What is accepted for nothing: of the facts that are of this profile alone. */
static void find_needless(struct floor *f)
{
	for (size_t i = 0; i < f->n_accepts; i++) {
		const struct tr_policy_accept *a = &f->accepts[i];
		bool used = !accept_is_apparmor(a->fact);

		for (size_t k = 0; k < f->n && !used; k++)
			used = f->v[k].accepted && strstr(f->v[k].accepted, a->fact);
		if (!used)
			note_add(&f->report->needless, a->fact, "nothing recorded needs it");
	}
}

int floor_finish(struct floor *f, struct tr_apparmor *p, struct tr_err *err)
{
	cleanup_strbuf struct strbuf facts = STRBUF_INIT;
	const size_t n = f->report->n_needs;

	for (size_t i = 0; i < n; i++)
		strbuf_addf(&facts, "%s%s", i ? "," : "", f->report->needs[i].fact);
	if (n) {
		cleanup_strbuf struct strbuf word = STRBUF_INIT;

		text_shell_quote(&word, strbuf_str(&facts));
		return tr_err_set(err, TR_ERR_NO,
				  "no profile: %zu recorded act%s against what Docker's default "
				  "denies, and must be accepted first: --accept %s (or --floor "
				  "none)",
				  n, n == 1 ? " is" : "s are", strbuf_str(&word));
	}
	find_needless(f);
	for (size_t i = 0; i < f->n; i++) {
		const struct floor_deny *d = &f->v[i];
		struct tr_apparmor_deny *deny = tr_apparmor_add_deny(p);

		deny->rule = tr_xstrdup(d->rule);
		deny->perms = d->perms;
		deny->out = d->all ? !d->perms : d->accepted != NULL;
		deny->comment = d->accepted ?
					tr_xasprintf("%s; accepted: %s", d->why, d->accepted) :
					tr_xstrdup(d->why);
	}
	return 0;
}
