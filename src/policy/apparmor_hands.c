// SPDX-License-Identifier: Apache-2.0
/* What the tune file allows and denies of AppArmor, put into a profile that is made of facts. */
#include <stdlib.h>
#include <string.h>

#include "policy/apparmor.h"
#include "policy/floor.h"
#include "policy/hand_rules.h"
#include "util/mem.h"

struct hearing {
	const struct hand_rules *h;
	const struct tr_facts *facts;
	const char *profile;
	struct tr_policy_apparmor_report *report;
};

static bool is_noted(const struct tr_policy_apparmor_notes *notes, const char *what)
{
	for (size_t i = 0; i < notes->n; i++)
		if (!strcmp(notes->v[i].what, what))
			return true;
	return false;
}

/* Recorded, and to be refused: whoever did it will fail there. */
static int note_broken(const struct tr_fact *fact, void *arg)
{
	const struct hearing *a = arg;
	struct need needs[NEEDS_MAX];
	size_t n = needs_of(a->facts, fact, needs);

	for (size_t i = 0; i < n; i++) {
		const struct tr_policy_rule *by = hand_rules_deny(a->h, &needs[i], a->profile);
		cleanup_strbuf struct strbuf rule = STRBUF_INIT;

		if (!by || needs[i].perhaps)
			continue;
		need_rule(&rule, &needs[i], a->profile);
		if (!is_noted(&a->report->broken, strbuf_str(&rule)))
			note_add(&a->report->broken, strbuf_str(&rule), by->why);
	}
	return 0;
}

/* Why a rule that allows changes nothing, or NULL. Of patterns only the floor is looked at. */
static const char *why_idle(const struct tr_apparmor *p, const struct tr_apparmor_file *f)
{
	tr_cleanup_free char *path = tr_apparmor_pattern_sample(&f->path);

	for (size_t i = 0; i < p->n_denies; i++)
		if (!p->denies[i].out && (p->denies[i].perms & f->perms) &&
		    floor_matches(p->denies[i].rule, path))
			return "Docker's default denies it, and that wins (--floor none)";
	for (size_t i = 0; i < p->n_files && tr_apparmor_pattern_is_literal(&f->path); i++)
		if (!p->files[i].is_link && !p->files[i].owner &&
		    !(f->perms & ~p->files[i].perms) &&
		    tr_apparmor_pattern_matches(&p->files[i].path, path, strlen(path)))
			return "it is allowed anyway";
	return NULL;
}

static void note_idle(const struct tr_apparmor *p, const struct tr_apparmor *allowed,
		      const char *rule, struct tr_policy_apparmor_report *report)
{
	for (size_t i = 0; i < allowed->n_files; i++) {
		const char *why =
			allowed->files[i].is_link ? NULL : why_idle(p, &allowed->files[i]);

		if (why && !is_noted(&report->idle, rule))
			note_add(&report->idle, rule, why);
	}
}

int apparmor_hands(struct tr_apparmor *p, const struct tr_facts *facts,
		   const struct tr_policy_rules *rules, struct tr_policy_apparmor_report *report,
		   struct tr_err *err)
{
	struct hand_rules h;
	struct hearing a = { &h, facts, p->name, report };

	if (hand_rules_parse(&h, rules, err) < 0)
		return -1;
	if (hand_rules_contradict(&h, err) < 0) {
		hand_rules_release(&h);
		return -1;
	}
	tr_facts_each(facts, note_broken, &a);
	for (size_t i = 0; i < h.n; i++) {
		struct tr_apparmor_hand *hand = tr_apparmor_add_hand(p);

		hand->rule = hand_rule_text(&h.docs[i]);
		hand->deny = rules->v[i].kind == TR_HAND_DENY;
		hand->comment = tr_xasprintf("%s by hand: %s", hand->deny ? "denied" : "allowed",
					     rules->v[i].why);
		if (!hand->deny)
			note_idle(p, &h.docs[i].v[0].rules, hand->rule, report);
	}
	hand_rules_release(&h);
	return 0;
}
