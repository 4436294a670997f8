// SPDX-License-Identifier: Apache-2.0
/* What a rehearsal prints. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cmd.h"
#include "cli/compare.h"
#include "cli/rehearse.h"
#include "cli/values.h"
#include "cli/why.h"
#include "tables/syscalls.h"
#include "util/mem.h"
#include "util/strbuf.h"
#include "util/text.h"

struct each_refusal {
	const struct rehearsal *h;
	const struct tr_facts *facts;
	size_t n;
	json_object *list; /* NULL: print */
};

/* Whether the profile allows the call with other arguments than these. */
static bool allowed_otherwise(const struct tr_seccomp *p, const char *name)
{
	for (size_t i = 0; i < p->n_rules; i++) {
		const struct tr_rule *rule = &p->rules[i];

		for (size_t k = 0; rule->action == TR_ACTION_ALLOW && k < rule->n_names; k++)
			if (rule->n_conds && !strcmp(rule->names[k], name))
				return true;
	}
	return false;
}

static void print_value(const struct tr_fact *value, void *arg)
{
	cleanup_strbuf struct strbuf sb = STRBUF_INIT;

	(void)arg;
	value_text(&sb, value);
	printf("      with %s\n", strbuf_str(&sb));
}

static void print_refusal(const struct each_refusal *e, const struct tr_fact *f)
{
	char label[64];
	tr_cleanup_free char *exe = text_escaped(f->ev.exes.n ? f->ev.exes.v[0] : "the runtime");
	const char *how = f->ev.flags & TR_EV_SIGNALLED ? "a signal" :
			  f->ev.errnos.n		? errno_name((int)f->ev.errnos.v[0]) :
							  "an error";

	syscall_label((enum tr_abi)f->abi, f->nr, label, sizeof(label));
	printf("    refused: %s%s%s (%s) with %s, asked by %s\n", c_bold(), label, c_reset(),
	       tr_abi_name((enum tr_abi)f->abi), how ? how : "an error", exe);
	values_refused(e->facts, f, print_value, NULL);
	if (allowed_otherwise(&e->h->rules, label))
		printf("      missing: arguments of \"%s\" beside those that the profile allows\n",
		       label);
	else
		printf("      missing: \"%s\" in a rule with SCMP_ACT_ALLOW\n", label);
}

static void add_value(const struct tr_fact *value, void *arg)
{
	json_object *o = json_object_new_object();

	if (value->kind == TR_FACT_SOCKET) {
		json_object_object_add(o, "family", json_object_new_int64(value->sock.family));
		json_object_object_add(o, "type", json_object_new_int64(value->sock.type));
		json_object_object_add(o, "protocol", json_object_new_int64(value->sock.protocol));
	} else {
		char text[24];

		snprintf(text, sizeof(text), "0x%llx", (unsigned long long)value->arg.value);
		json_object_object_add(o, "index", json_object_new_int64(value->arg.index));
		if (!value->arg.overflow)
			json_add_string(o, "value", text);
	}
	json_object_array_add(arg, o);
}

static json_object *refusal_json(const struct each_refusal *e, const struct tr_fact *f)
{
	json_object *o = json_object_new_object(), *exes = json_object_new_array();
	json_object *values = json_object_new_array();
	char label[64];

	json_add_string(o, "syscall",
			syscall_label((enum tr_abi)f->abi, f->nr, label, sizeof(label)));
	json_add_string(o, "abi", tr_abi_name((enum tr_abi)f->abi));
	json_object_object_add(o, "nr", json_object_new_int64(f->nr));
	if (f->ev.errnos.n)
		json_add_string(o, "errno", errno_name((int)f->ev.errnos.v[0]));
	json_object_object_add(o, "signalled",
			       json_object_new_boolean(!!(f->ev.flags & TR_EV_SIGNALLED)));
	for (size_t i = 0; i < f->ev.exes.n; i++) {
		tr_cleanup_free char *exe = text_escaped(f->ev.exes.v[i]);

		json_object_array_add(exes, json_object_new_string(exe));
	}
	json_object_object_add(o, "exes", exes);
	values_refused(e->facts, f, add_value, values);
	json_object_object_add(o, "arguments", values);
	return o;
}

static int on_refusal(const struct tr_fact *f, void *arg)
{
	struct each_refusal *e = arg;

	if (!rehearse_is_refusal(e->h, e->facts, f))
		return 0;
	e->n++;
	if (e->list)
		json_object_array_add(e->list, refusal_json(e, f));
	else if (!cli.json)
		print_refusal(e, f);
	return 0;
}

/* Everything that was wrong with it, in the order a person would ask. */
static void reasons(const struct rehearsal *h, const struct outcome *o, struct strbuf *sb)
{
	if (o->error)
		strbuf_addf(sb, ", %s", o->error);
	else if (!o->started)
		strbuf_adds(sb, ", no container started");
	if (o->unfiltered)
		strbuf_addf(sb, ", the %sprofile was not in force", h->apparmor ? "seccomp " : "");
	if (o->unconfined)
		strbuf_adds(sb, ", the AppArmor profile was not in force");
	if (o->unheard)
		strbuf_adds(sb, ", the kernel could not tell all that AppArmor refused");
	if (o->incomplete)
		strbuf_adds(sb, ", not all of it could be watched");
	if (o->unhealthy)
		strbuf_adds(sb, ", it became unhealthy and was not exercised");
	else if (h->exercise && !o->exercised && o->started)
		strbuf_adds(sb, ", the exercise did not come to its end");
	else if (o->exercised && !rehearse_exercise_is_fine(h, o))
		strbuf_addf(sb, ", the exercise ended with status %d", o->exercise_status);
	if (rehearse_command_is_fine(h, o))
		return;
	if (o->exercised && o->command_status == REHEARSE_KILLED)
		strbuf_adds(sb, ", it did not stop in its grace period and was killed");
	else if (o->exercised && o->command_status == REHEARSE_RUNS)
		strbuf_adds(sb, ", it did not stop in its grace period and still runs");
	else
		strbuf_addf(sb, ", the command ended with status %d", o->status);
}

static void print_lost(const char *reason, void *arg)
{
	(void)arg;
	printf("    lost: %s\n", reason);
}

void rehearse_say_run(const struct rehearsal *h, const struct outcome *o, unsigned i)
{
	struct each_refusal e = { h, &o->facts, 0, NULL };
	cleanup_strbuf struct strbuf why = STRBUF_INIT;

	if (cli.json)
		return;
	reasons(h, o, &why);
	if (o->passed) {
		printf("run %u of %u: %scame through%s (%.1f s)\n", i, h->n, c_green(), c_reset(),
		       o->seconds);
	} else {
		tr_cleanup_free char *safe = text_escaped(why.len ? strbuf_str(&why) + 2 : "");

		printf("run %u of %u: %sfailed%s%s%s (%.1f s)\n", i, h->n, c_red(), c_reset(),
		       *safe ? ": " : "", safe, o->seconds);
	}
	tr_facts_each(&o->facts, on_refusal, &e);
	rehearse_print_denials(h, &o->denied);
	for (size_t k = 0; k < o->facts.n_recordings; k++)
		why_incomplete(&o->facts.recordings[k], print_lost, NULL);
	fflush(stdout);
}

json_object *rehearse_json_run(const struct rehearsal *h, const struct outcome *o)
{
	json_object *j = json_object_new_object(), *refused = json_object_new_array();
	struct each_refusal e = { h, &o->facts, 0, refused };
	cleanup_strbuf struct strbuf why = STRBUF_INIT;

	reasons(h, o, &why);
	json_object_object_add(j, "passed", json_object_new_boolean(o->passed));
	json_object_object_add(j, "status", json_object_new_int(o->status));
	if (h->exercise)
		json_object_object_add(j, "exercise_status",
				       json_object_new_int(o->exercise_status));
	json_object_object_add(j, "in_force",
			       json_object_new_boolean(o->started && !o->unfiltered &&
						       !o->unconfined &&
						       (o->confined || !h->apparmor)));
	json_object_object_add(j, "seconds", json_object_new_double(round(o->seconds * 10) / 10));
	tr_facts_each(&o->facts, on_refusal, &e);
	rehearse_add_denials(h, &o->denied, refused);
	json_object_object_add(j, "refused", refused);
	if (why.len) {
		tr_cleanup_free char *safe = text_escaped(strbuf_str(&why) + 2);

		json_add_string(j, "why", safe);
	}
	return j;
}

/*
 * What N runs without a failure promise: the failure rate p at which they would still happen one
 * time in twenty, (1 - p)^N = 0.05. With failures in them they promise nothing.
 */
static double bound95(unsigned n)
{
	return 1 - pow(0.05, 1.0 / n);
}

static void print_difference(const char *key, const char *then, const char *now, void *arg)
{
	tr_cleanup_free char *a = text_escaped(then), *b = text_escaped(now);

	(void)arg;
	printf("  %s: recorded with %s, rehearsed with %s\n", key, a, b);
}

static void add_difference(const char *key, const char *then, const char *now, void *arg)
{
	json_object *o = json_object_new_object();
	tr_cleanup_free char *a = text_escaped(then), *b = text_escaped(now);

	json_add_string(o, "recorded", a);
	json_add_string(o, "rehearsed", b);
	json_object_object_add(arg, key, o);
}

void rehearse_say_sum(const struct rehearsal *h, unsigned passed, unsigned runs, json_object *all)
{
	if (cli.json) {
		json_object *o = json_object_new_object(), *machines = json_object_new_object();

		json_object_object_add(o, "passed", json_object_new_int64(passed));
		json_object_object_add(o, "runs", json_object_new_int64(runs));
		if (h->left_out) {
			tr_cleanup_free char *why = text_escaped(h->left_out);

			json_add_string(o, "apparmor_left_out", why);
		}
		if (passed == runs && runs)
			json_object_object_add(
				o, "failure_rate_below_95",
				json_object_new_double(round(bound95(runs) * 1000) / 1000));
		json_object_object_add(o, "each", all);
		compare_machines(&h->recorded, &h->seen, add_difference, machines);
		json_object_object_add(o, "machines", machines);
		printf("%s\n", json_object_to_json_string_ext(o, JSON_PRETTY));
		json_object_put(o);
		return;
	}
	if (h->apparmor && !h->confined && passed)
		printf("Whether the AppArmor profile was in force could not be seen: the container "
		       "ends too soon.\n");
	if (h->left_out) {
		tr_cleanup_free char *why = text_escaped(h->left_out);

		printf("Only under the seccomp profile, not under AppArmor: %s\n", why);
	}
	printf("%s%u of %u came through.%s\n", passed == runs ? c_green() : c_red(), passed, runs,
	       c_reset());
	if (passed == runs && runs)
		printf("The failure rate is below %.0f %% (at 95 %% confidence), for this exercise on "
		       "this machine:\nits kernel, engine, clock source and CPUs.\n",
		       ceil(bound95(runs) * 100));
	/* Another machine is no failure: what came through there holds for more. */
	compare_machines(&h->recorded, &h->seen, print_difference, NULL);
	if (rehearse_refusals(h, &h->seen))
		printf("If the container is meant to do this, record it once more with this "
		       "exercise, and emit\nfrom both traces.%s\n",
		       h->recorded.n_recordings ?
			       "" :
			       " What was refused while recording, too, is no fault of the\n"
			       "profile: --trace TRACE tells it apart.");
}
