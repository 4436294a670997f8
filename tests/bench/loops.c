// SPDX-License-Identifier: Apache-2.0
/*
 * The loops. A round has three stages, in an order that changes from round to round: nothing
 * attached, the empty programs, the recorder. Each stage has processes of its own. Values of
 * one round are compared with each other, so what changes slowly on the machine cancels out.
 *
 * Programs are loaded anew each time: a loop of eighty nanoseconds feels where the kernel has put
 * them, and this draws that lot again for every round.
 */
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include <trammel/event.h>
#include <trammel/record.h>

/* What is waited for somebody else on the machine to stop tracing. */
#define PATIENCE_MS 60000

enum stage {
	STAGE_NOTHING,
	STAGE_EMPTY,
	STAGE_TRAMMEL,
	STAGES,
};
enum variant {
	VARIANT_NOTHING,
	VARIANT_EMPTY,
	VARIANT_RECORDED,
	VARIANT_UNRECORDED,
	VARIANTS,
};

static const char *const loop_names[LOOPS] = { "getppid", "open+close", "getppid, filtered" };
static const char *const variant_names[VARIANTS] = { "nothing", "empty", "recorded", "unrecorded" };

struct round {
	double ns[LOOPS][VARIANTS];
	bool disturbed;
};

/* How often what is recorded was seen to begin; containers of other people may come and go. */
struct entries {
	uint16_t recording;
	unsigned n;
};

static void on_met(void *arg, uint16_t recording, const char *name)
{
	(void)arg;
	(void)recording;
	(void)name;
}

static void on_entered(void *arg, const struct tr_moment *m)
{
	struct entries *e = arg;

	if (m->recording == e->recording)
		e->n++;
}

static void on_fact(void *arg, uint16_t recording, struct tr_fact *fact)
{
	(void)arg;
	(void)recording;
	tr_fact_release(fact);
}

static void on_ended(void *arg, uint16_t recording)
{
	(void)arg;
	(void)recording;
}

static void measure(struct worker *w, const struct loop_opts *o, struct round *r, enum variant v)
{
	for (int loop = 0; loop < LOOPS; loop++)
		r->ns[loop][v] = worker_measure(w, (enum loop)loop, o->slices);
}

/* One worker, that nobody records. */
static void measure_plain(const struct loop_opts *o, struct round *r, enum variant v)
{
	struct worker w;

	worker_fork(&w, o->cpu, o->file);
	worker_release(&w);
	measure(&w, o, r, v);
	worker_end(&w);
}

static void must(int result, const struct tr_err *err)
{
	if (result < 0)
		die("%s", tr_err_msg(err));
}

static void measure_recorded(const struct loop_opts *o, struct round *r, struct tr_recorder *rec,
			     struct entries *entered)
{
	struct tr_err err = { 0 };
	struct worker w;

	worker_fork(&w, o->cpu, o->file);
	must(tr_recorder_follow_process(rec, w.pid, &entered->recording, &err), &err);
	worker_release(&w);
	for (int loop = 0; loop < LOOPS; loop++) {
		r->ns[loop][VARIANT_RECORDED] = worker_measure(&w, (enum loop)loop, o->slices);
		must(tr_recorder_poll(rec, &err), &err);
		tr_recorder_harvest(rec, true);
	}
	worker_end(&w);
	if (entered->n != 1)
		die("the worker was not recorded: %u entries", entered->n);
}

static void stage_trammel(const struct loop_opts *o, struct round *r, bool recorded_first)
{
	struct entries entered = { 0 };
	struct tr_recorder_calls calls = { on_met, on_entered, on_fact, on_ended, &entered };
	struct tr_recorder_opts opts = { .auto_containers = true };
	struct tr_recorder *rec;
	struct tr_err err = { 0 };

	must(tr_recorder_open(&rec, &opts, &calls, &err), &err);
	if (recorded_first)
		measure_recorded(o, r, rec, &entered);
	measure_plain(o, r, VARIANT_UNRECORDED);
	if (!recorded_first)
		measure_recorded(o, r, rec, &entered);
	tr_recorder_close(rec);
}

static bool same(struct programs a, struct programs b)
{
	return a.n == b.n && a.sum == b.sum;
}

/* Programs end a little after their last descriptor is closed. */
static struct programs wait_for_none(unsigned ms)
{
	struct programs p;

	for (unsigned waited = 0; (p = programs_now()).n && waited < ms; waited += 20)
		usleep(20000);
	return p;
}

static void stage(const struct loop_opts *o, struct round *r, enum stage s, unsigned number)
{
	struct programs before = wait_for_none(o->any ? 0 : PATIENCE_MS), after;
	struct empty_bpf *e;

	if (before.n)
		r->disturbed = true;
	switch (s) {
	case STAGE_NOTHING:
		measure_plain(o, r, VARIANT_NOTHING);
		break;
	case STAGE_EMPTY:
		e = empty_attach();
		measure_plain(o, r, VARIANT_EMPTY);
		empty_detach(e);
		break;
	case STAGE_TRAMMEL:
		stage_trammel(o, r, number & 1);
		break;
	case STAGES:
		break;
	}
	after = wait_for_none(o->any ? 0 : 500);
	if (!same(before, after))
		r->disturbed = true;
}

static void run_round(const struct loop_opts *o, struct round *r, unsigned number)
{
	static const unsigned char orders[6][STAGES] = {
		{ 0, 1, 2 }, { 2, 1, 0 }, { 1, 2, 0 }, { 0, 2, 1 }, { 2, 0, 1 }, { 1, 0, 2 },
	};

	memset(r, 0, sizeof(*r));
	for (int i = 0; i < STAGES; i++)
		stage(o, r, (enum stage)orders[number % 6][i], number);
}

int loops_main(const struct loop_opts *o)
{
	unsigned tries = 0, disturbed = 0;

	for (unsigned n = 0; n < o->rounds && tries < 3 * o->rounds; tries++) {
		struct round r;

		run_round(o, &r, n);
		disturbed += r.disturbed;
		if (r.disturbed && !o->any)
			continue;
		for (int l = 0; l < LOOPS; l++)
			for (int v = 0; v < VARIANTS; v++)
				printf("%s\t%s\t%u\t%.3f\n", loop_names[l], variant_names[v], n,
				       r.ns[l][v]);
		fflush(stdout);
		n++;
	}
	if (disturbed)
		fprintf(stderr, "bench: somebody else was tracing in %u of %u rounds%s\n",
			disturbed, tries, o->any ? "" : ": thrown away");
	return o->any || tries > disturbed ? 0 : 1;
}
