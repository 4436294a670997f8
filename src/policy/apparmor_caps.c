// SPDX-License-Identifier: Apache-2.0
/* Which capabilities an AppArmor profile has to allow. */
#include <stdlib.h>
#include <string.h>

#include "formats/apparmor_words.h"
#include "policy/apparmor.h"
#include "policy/caps.h"
#include "policy/paths.h"
#include "util/mem.h"

/* A recording that was not told which capabilities were used, and whose container had this one. */
static bool perhaps_used(const struct tr_facts *facts, unsigned cap)
{
	for (size_t i = 0; i < facts->n_recordings; i++)
		if (caps_unseen(&facts->recordings[i]) && caps_had(&facts->recordings[i], cap))
			return true;
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
	struct caps_seen seen[CAPS];

	caps_seen(seen, facts);
	for (unsigned cap = 0; cap < CAPS; cap++) {
		const struct caps_seen *s = &seen[cap];
		const char *word = apparmor_word_capability(cap);
		const bool can = apparmor_abi_has_capability(cap);

		if (!can && (s->needed || (s->unknown && caps_any_had(facts, s->unknown, cap)))) {
			add_unsaid(report, cap);
		} else if (!can) {
			continue;
		} else if (s->needed) {
			add(p, cap, "needed", s->needed, facts->n_recordings);
		} else if (s->unknown && caps_any_had(facts, s->unknown, cap)) {
			add(p, cap, "asked for, perhaps not needed", s->unknown,
			    facts->n_recordings);
			note_add(&report->unknown, word, "asked for, perhaps not needed");
		} else if (perhaps_used(facts, cap)) {
			add(p, cap, "not recorded: the container had it, and may have used it",
			    NULL, facts->n_recordings);
			note_add(&report->unknown, word, "a recording could not see its use");
		}
	}
}
