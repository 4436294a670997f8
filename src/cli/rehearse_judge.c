// SPDX-License-Identifier: Apache-2.0
/* Whether a run of a rehearsal came through. */
#include <string.h>

#include "cli/compare.h"
#include "cli/rehearse.h"
#include "tables/syscalls.h"

/*
 * Whether the profile names this call in a rule that answers with an errno: then its refusal is
 * what the profile wants (clone3 with ENOSYS), and the caller has a way round.
 */
static bool is_planned(const struct tr_seccomp *p, const struct tr_fact *f)
{
	const char *name = syscall_name((enum tr_abi)f->abi, f->nr);

	if (!name || (f->ev.flags & TR_EV_SIGNALLED))
		return false;
	for (size_t i = 0; i < p->n_rules; i++) {
		const struct tr_rule *rule = &p->rules[i];

		if (rule->action != TR_ACTION_ERRNO)
			continue;
		for (size_t k = 0; k < rule->n_names; k++)
			if (!strcmp(rule->names[k], name))
				return true;
	}
	return false;
}

bool rehearse_is_refusal(const struct rehearsal *h, const struct tr_fact *f)
{
	return f->kind == TR_FACT_SYSCALL && (f->ev.flags & TR_EV_DENIED) &&
	       !is_planned(&h->rules, f);
}

struct refusals {
	const struct rehearsal *h;
	size_t n;
};

static int count_refusal(const struct tr_fact *f, void *arg)
{
	struct refusals *r = arg;

	r->n += rehearse_is_refusal(r->h, f);
	return 0;
}

size_t rehearse_refusals(const struct rehearsal *h, const struct tr_facts *facts)
{
	struct refusals r = { h, 0 };

	tr_facts_each(facts, count_refusal, &r);
	return r.n;
}

bool rehearse_command_is_fine(const struct rehearsal *h, const struct outcome *o)
{
	if (o->exercised && o->command_status == REHEARSE_RUNS)
		return false;
	if (o->exercised && o->command_status != REHEARSE_KILLED)
		return o->status < 125 || o->status > 127;
	return compare_status(&h->recorded, "status.command",
			      o->exercised ? o->command_status : o->status);
}

bool rehearse_exercise_is_fine(const struct rehearsal *h, const struct outcome *o)
{
	return compare_status(&h->recorded, "status.exercise", o->exercise_status);
}

void rehearse_judge(const struct rehearsal *h, struct outcome *o)
{
	o->passed = !o->error && o->started && !o->unfiltered && !o->incomplete &&
		    rehearse_refusals(h, &o->facts) == 0 && rehearse_command_is_fine(h, o) &&
		    (!h->exercise || (o->exercised && rehearse_exercise_is_fine(h, o)));
}
