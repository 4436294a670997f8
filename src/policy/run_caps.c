// SPDX-License-Identifier: Apache-2.0
/* What the processes of a container may do beyond their user: capabilities, gains by an exec, and the user. */
#include <stdlib.h>
#include <string.h>

#include "policy/caps.h"
#include "policy/run.h"
#include "trammel/seccomp.h"
#include "util/mem.h"

static bool is_default(const char *name)
{
	for (size_t i = 0; i < tr_docker_n_default_caps; i++)
		if (!strcmp(tr_docker_default_caps[i], name))
			return true;
	return false;
}

static char *by_whom(const char *what, const struct tr_fact *fact, size_t n_recordings)
{
	struct strbuf sb = STRBUF_INIT;

	strbuf_adds(&sb, what);
	if (fact->ev.exes.n)
		strbuf_addf(&sb, " by %s%s", fact->ev.exes.v[0],
			    fact->ev.exes.n > 1 ? " and others" : "");
	if (n_recordings > 1)
		strbuf_addf(&sb, ", in %zu of %zu recordings", fact->ev.recordings.n, n_recordings);
	return strbuf_detach(&sb);
}

static size_t count_blind(const struct tr_facts *facts)
{
	size_t n = 0;

	for (size_t i = 0; i < facts->n_recordings; i++)
		n += caps_unseen(&facts->recordings[i]);
	return n;
}

/* What is not known to be needed is never given; but it is not taken away either, where the engine gives it. */
static void add_unknown(struct tr_run_options *o, const struct tr_fact *fact, const char *name,
			size_t n_recordings)
{
	tr_cleanup_free char *who = by_whom("asked for", fact, n_recordings);

	if (is_default(name))
		run_leave_out(o, TR_RUN_CAP_DROP, name + 4,
			      tr_xasprintf("%s, and not known to be needed: try to drop it", who));
	else
		run_leave_out(
			o, TR_RUN_CAP_ADD, name + 4,
			tr_xasprintf("%s, and not known to be needed: the container had it", who));
}

/* Returns whether there is one of which it is not known if it is needed. */
static bool add_asked(struct tr_run_options *o, const struct tr_facts *facts,
		      const struct caps_seen *seen, bool unknown_too)
{
	bool any = false;

	for (unsigned cap = 0; cap < CAPS; cap++) {
		const struct caps_seen *s = &seen[cap];
		char name[CAPS_NAME];

		if (!caps_name(cap, name))
			continue;
		if (s->needed && !unknown_too) {
			tr_run_options_add(o, TR_RUN_CAP_ADD, name + 4,
					   by_whom("needed", s->needed, facts->n_recordings));
		} else if (!s->needed && s->unknown && caps_any_had(facts, s->unknown, cap)) {
			any = true;
			if (unknown_too)
				add_unknown(o, s->unknown, name, facts->n_recordings);
		}
	}
	return any;
}

static bool was_asked(const struct caps_seen *seen, const char *name)
{
	for (unsigned cap = 0; cap < CAPS; cap++) {
		char other[CAPS_NAME];

		if (caps_name(cap, other) && !strcmp(other, name))
			return seen[cap].needed || seen[cap].unknown;
	}
	return true;
}

/* One by one, as dropping all would take away what may be needed. */
static void drop_unasked(struct tr_run_options *o, const struct caps_seen *seen)
{
	for (size_t i = 0; i < tr_docker_n_default_caps; i++)
		if (!was_asked(seen, tr_docker_default_caps[i]))
			tr_run_options_add(o, TR_RUN_CAP_DROP, tr_docker_default_caps[i] + 4,
					   tr_xstrdup("never asked for"));
}

void run_caps(struct tr_run_options *o, const struct tr_facts *facts)
{
	struct caps_seen seen[CAPS];
	size_t blind = count_blind(facts);

	caps_seen(seen, facts);
	if (run_any_has(facts, "privileged", "true"))
		run_leave_out(o, TR_RUN_CAPS, NULL,
			      tr_xstrdup("it was recorded with --privileged: devices and mounts "
					 "that it used for that are not in these options"));
	if (blind) {
		run_leave_out(o, TR_RUN_CAPS, NULL,
			      tr_xasprintf("%zu of %zu recordings could not see which "
					   "capabilities were used: none is dropped",
					   blind, facts->n_recordings));
		return;
	}
	if (add_asked(o, facts, seen, false)) {
		run_leave_out(
			o, TR_RUN_CAPS, NULL,
			tr_xstrdup("of some capabilities the kernel did not tell whether they "
				   "were needed: those stay as the engine has them, and the "
				   "others are dropped one by one instead of ALL"));
		add_asked(o, facts, seen, true);
		drop_unasked(o, seen);
		return;
	}
	tr_run_options_add(o, TR_RUN_CAP_DROP, "ALL",
			   tr_xstrdup(tr_run_options_find(o, TR_RUN_CAP_ADD) ?
					      "but those that were needed" :
					      "none was needed"));
}

static int has_gained(const struct tr_fact *fact, void *arg)
{
	const struct tr_fact **found = arg;

	if (fact->kind == TR_FACT_EXEC && fact->ev.flags & TR_EV_GAINED &&
	    fact->ev.phases != TR_PHASE_RUNTIME)
		*found = fact;
	return *found != NULL;
}

/* What the image has of programs that gain rights as they start; heap. */
static char *set_id_of(const struct tr_image_files *image)
{
	const char *first = NULL;
	size_t n = 0;

	for (size_t i = 0; image && i < image->n; i++) {
		const struct tr_image_file *f = &image->v[i];

		if (f->type != TR_FILE_REGULAR || !(f->mode & 06000) || !(f->mode & 0111))
			continue;
		first = first ? first : f->path;
		n++;
	}
	if (!n)
		return tr_xstrdup(image ? "; the image has no set-id program" : "");
	return tr_xasprintf("; the image has %zu set-id program%s (%s), which gain nothing then", n,
			    n == 1 ? "" : "s", first);
}

/* What was gained by starting a program is the one thing that this option takes away. */
void run_no_new_privileges(struct tr_run_options *o, const struct tr_facts *facts,
			   const struct tr_image_files *image)
{
	tr_cleanup_free char *set_id = set_id_of(image);
	const struct tr_fact *gained = NULL;
	size_t without = 0;

	if (tr_facts_each(facts, has_gained, &gained)) {
		run_leave_out(
			o, TR_RUN_NO_NEW_PRIVILEGES, NULL,
			tr_xasprintf("%s gave its process more rights than it had (set-id, or "
				     "capabilities of the file)",
				     gained->path));
		return;
	}
	for (size_t i = 0; i < facts->n_recordings; i++) {
		const struct tr_recording *rec = &facts->recordings[i];
		const char *nnp = tr_context_get(rec, "no-new-privileges");

		without += !(nnp && !strcmp(nnp, "true")) &&
			   !(tr_context_get(rec, "gains") && tr_context_get(rec, "backend"));
	}
	if (without)
		run_leave_out(o, TR_RUN_NO_NEW_PRIVILEGES, NULL,
			      tr_xasprintf("%zu of %zu recordings do not tell whether a program "
					   "gained rights by being set-id",
					   without, facts->n_recordings));
	else
		tr_run_options_add(o, TR_RUN_NO_NEW_PRIVILEGES, NULL,
				   tr_xasprintf("no program gained rights by being set-id, or by "
						"capabilities of its file%s",
						set_id));
}

static bool is_root(const char *user)
{
	size_t n = user ? strcspn(user, ":") : 0;

	return !n || (n == 1 && *user == '0') || (n == 4 && !strncmp(user, "root", 4));
}

/* What an engine takes for a user, and a shell and YAML for a word. */
static bool is_user(const char *user)
{
	for (const char *p = user; *p; p++)
		if (!strchr("._:-", *p) && !(*p >= '0' && *p <= '9') &&
		    !((*p | 32) >= 'a' && (*p | 32) <= 'z'))
			return false;
	return *user && *user != '-' && *user != ':';
}

struct owned {
	const struct tr_fact *fact;
};

/* A file that was changed by its owner: as root, that is root's. */
static int is_owned(const struct tr_fact *fact, void *arg)
{
	struct owned *owned = arg;

	if (fact->kind == TR_FACT_FILE && fact->perms & TR_PERM_W && run_was_done(fact) &&
	    fact->ev.flags & TR_EV_OWNER &&
	    fact->ev.where & (TR_WHERE_IMAGE | TR_WHERE_VOLUME | TR_WHERE_TMPFS))
		owned->fact = fact;
	return owned->fact != NULL;
}

static char *why_root(const struct tr_run_options *o, const struct tr_facts *facts)
{
	struct strbuf sb = STRBUF_INIT;
	struct owned owned = { 0 };

	strbuf_adds(&sb, "it ran as root");
	for (size_t i = 0, n = 0; i < o->n; i++) {
		if (o->v[i].kind != TR_RUN_CAP_ADD &&
		    !(o->v[i].kind == TR_RUN_CAP_DROP && o->v[i].left_out))
			continue;
		strbuf_addf(&sb, "%s%s%s",
			    n++ ? ", " : "; other users have no capability: ", o->v[i].value,
			    o->v[i].left_out ? " (perhaps needed)" : "");
	}
	tr_facts_each(facts, is_owned, &owned);
	if (owned.fact)
		strbuf_addf(&sb, "; it changed files of its own, %s, which another user may not",
			    owned.fact->path);
	strbuf_adds(&sb, "; whether another user can read all that it read was not recorded");
	return strbuf_detach(&sb);
}

void run_user(struct tr_run_options *o, const struct tr_facts *facts)
{
	const char *user = tr_context_get(&facts->recordings[0], "user");

	for (size_t i = 0; i < facts->n_recordings; i++) {
		const char *other = tr_context_get(&facts->recordings[i], "user");

		if (is_root(other)) {
			run_leave_out(o, TR_RUN_USER, NULL, why_root(o, facts));
			return;
		}
		if (strcmp(other, user)) {
			run_leave_out(o, TR_RUN_USER, NULL,
				      tr_xasprintf("it ran as %s, and as %s", user, other));
			return;
		}
	}
	if (!is_user(user))
		run_leave_out(o, TR_RUN_USER, NULL,
			      tr_xasprintf("the user it ran as cannot be said: %s", user));
	else
		tr_run_options_add(o, TR_RUN_USER, user, tr_xstrdup("as it was recorded"));
}
