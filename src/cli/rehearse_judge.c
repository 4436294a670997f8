// SPDX-License-Identifier: Apache-2.0
/* Whether a run of a rehearsal came through. */
#include <errno.h>
#include <string.h>

#include "cli/compare.h"
#include "cli/rehearse.h"
#include "cli/values.h"
#include "tables/csv.h"
#include "tables/data.h"
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

struct familiar {
	const struct tr_facts *recorded;
	size_t n, known;
};

static void is_familiar(const struct tr_fact *value, void *arg)
{
	struct familiar *fam = arg;
	const struct tr_fact *then = tr_facts_find(fam->recorded, value);

	fam->n++;
	fam->known += then && !value->arg.overflow &&
		      (then->ev.flags & (TR_EV_DENIED | TR_EV_DONE)) == TR_EV_DENIED;
}

/*
 * Training had it refused in the same way, and the container got along with that: the call, or, if it
 * was let in with other arguments, the call with these.
 */
static bool was_refused(const struct tr_facts *recorded, const struct tr_facts *facts,
			const struct tr_fact *f)
{
	const struct tr_fact *then = tr_facts_find(recorded, f);
	struct familiar fam = { recorded, 0, 0 };

	if (!then || !(then->ev.flags & TR_EV_DENIED) ||
	    (f->ev.flags & ~then->ev.flags & TR_EV_SIGNALLED))
		return false;
	for (size_t i = 0; i < f->ev.errnos.n; i++)
		if (!tr_u32set_has(&then->ev.errnos, f->ev.errnos.v[i]))
			return false;
	if (!(then->ev.flags & TR_EV_DONE))
		return true;
	values_refused(facts, f, is_familiar, &fam);
	return fam.n && fam.known == fam.n;
}

/* What a runtime tries and goes on without, by profiles/errno.csv. */
static bool runtime_goes_on(const struct tr_fact *f)
{
	const char *name = syscall_name((enum tr_abi)f->abi, f->nr);
	const struct data_file *file = data_find("errno.csv");
	struct csv csv;
	bool found = false;

	if (!name || !file || f->ev.phases != TR_PHASE_RUNTIME || f->ev.errnos.n != 1 ||
	    f->ev.errnos.v[0] != EPERM)
		return false;
	csv_init(&csv, file->text);
	while (csv_next(&csv))
		found |= csv.n > 1 && !strcmp(csv.field[0], name) && !strcmp(csv.field[1], "EPERM");
	csv_release(&csv);
	return found;
}

bool rehearse_is_refusal(const struct rehearsal *h, const struct tr_facts *facts,
			 const struct tr_fact *f)
{
	return h->seccomp && f->kind == TR_FACT_SYSCALL && (f->ev.flags & TR_EV_DENIED) &&
	       !is_planned(&h->rules, f) && !was_refused(&h->recorded, facts, f) &&
	       !runtime_goes_on(f);
}

struct refusals {
	const struct rehearsal *h;
	const struct tr_facts *facts;
	size_t n;
};

static int count_refusal(const struct tr_fact *f, void *arg)
{
	struct refusals *r = arg;

	r->n += rehearse_is_refusal(r->h, r->facts, f);
	return 0;
}

size_t rehearse_refusals(const struct rehearsal *h, const struct tr_facts *facts)
{
	struct refusals r = { h, facts, 0 };

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
	o->passed = !o->error && o->started && !o->unfiltered && !o->unconfined && !o->incomplete &&
		    !o->unheard && !o->denied.n && rehearse_refusals(h, &o->facts) == 0 &&
		    rehearse_command_is_fine(h, o) &&
		    (!h->exercise || (o->exercised && rehearse_exercise_is_fine(h, o)));
}
