// SPDX-License-Identifier: Apache-2.0
/* Which capabilities an AppArmor profile has to allow. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/apparmor_words.h"
#include "policy/apparmor.h"
#include "policy/caps.h"
#include "policy/paths.h"
#include "util/mem.h"

#define CAPS 64

struct seen {
	const struct tr_fact *needed, *unknown;
};

static int take(const struct tr_fact *fact, void *arg)
{
	struct seen *seen = arg;

	if (fact->kind != TR_FACT_CAPABILITY || fact->cap >= CAPS ||
	    fact->ev.phases == TR_PHASE_RUNTIME)
		return 0;
	if (fact->need == TR_NEED_NEEDED)
		seen[fact->cap].needed = fact;
	else if (fact->need == TR_NEED_UNKNOWN)
		seen[fact->cap].unknown = fact;
	return 0;
}

/* "CAP_CHOWN"; false where AppArmor has no word for it. */
static bool engine_name(unsigned cap, char *buf, size_t size)
{
	const char *word = apparmor_word_capability(cap);
	size_t n;

	if (!word)
		return false;
	n = (size_t)snprintf(buf, size, "CAP_%s", word);
	for (size_t i = 0; i < n && i < size; i++)
		buf[i] = (char)toupper((unsigned char)buf[i]);
	return true;
}

static bool had(const struct tr_recording *rec, unsigned cap)
{
	struct tr_strset asked = { 0 }, ret = { 0 };
	char name[32];
	bool yes;

	if (!engine_name(cap, name, sizeof(name)))
		return false;
	tr_strset_add(&asked, name);
	caps_of_recording(&ret, rec, &asked);
	yes = ret.n > 0;
	tr_strset_release(&asked);
	tr_strset_release(&ret);
	return yes;
}

static bool any_had(const struct tr_facts *facts, const struct tr_fact *fact, unsigned cap)
{
	for (size_t i = 0; i < fact->ev.recordings.n; i++)
		if (had(&facts->recordings[fact->ev.recordings.v[i]], cap))
			return true;
	return false;
}

/* A recording that was told of no capability, and whose container had this one. */
static bool blind(const struct tr_facts *facts, unsigned cap)
{
	for (size_t i = 0; i < facts->n_recordings; i++) {
		const struct tr_recording *rec = &facts->recordings[i];
		const struct tr_strset *misses = tr_context_all(rec, "backend.misses");

		if (misses && tr_strset_has(misses, "capability") && had(rec, cap))
			return true;
	}
	return false;
}

static void add(struct tr_apparmor *p, unsigned cap, const char *what, const struct tr_fact *fact,
		size_t n_recordings)
{
	struct tr_apparmor_capability *c = tr_apparmor_add_capability(p);
	cleanup_strbuf struct strbuf sb = STRBUF_INIT;

	strbuf_adds(&sb, what);
	if (fact)
		reasons_add(&sb, &fact->ev.exes, &fact->ev.recordings, n_recordings);
	c->number = cap;
	c->comment = strbuf_detach(&sb);
}

static void add_unsaid(struct tr_policy_apparmor_report *report, unsigned cap)
{
	const char *word = apparmor_word_capability(cap);
	tr_cleanup_free char *what =
		word ? tr_xasprintf("capability %s", word) : tr_xasprintf("capability %u", cap);

	note_add(&report->unsaid, what,
		 word ? "abi 3.0 does not have it: by a rule for it parsers would give sys_admin" :
			"AppArmor has no word for it");
}

void apparmor_capabilities(struct tr_apparmor *p, const struct tr_facts *facts,
			   struct tr_policy_apparmor_report *report)
{
	struct seen seen[CAPS] = { 0 };

	tr_facts_each(facts, take, seen);
	for (unsigned cap = 0; cap < CAPS; cap++) {
		const struct seen *s = &seen[cap];
		const char *word = apparmor_word_capability(cap);
		const bool can = apparmor_abi_has_capability(cap);

		if (!can && (s->needed || (s->unknown && any_had(facts, s->unknown, cap)))) {
			add_unsaid(report, cap);
		} else if (!can) {
			continue;
		} else if (s->needed) {
			add(p, cap, "needed", s->needed, facts->n_recordings);
		} else if (s->unknown && any_had(facts, s->unknown, cap)) {
			add(p, cap, "asked for, perhaps not needed", s->unknown,
			    facts->n_recordings);
			note_add(&report->unknown, word, "asked for, perhaps not needed");
		} else if (blind(facts, cap)) {
			add(p, cap, "not recorded: the container had it, and may have used it",
			    NULL, facts->n_recordings);
			note_add(&report->unknown, word, "a recording could not see its use");
		}
	}
}
