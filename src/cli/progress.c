// SPDX-License-Identifier: Apache-2.0
#include "cli/progress.h"

#include <stdio.h>

#include "cli/cmd.h"

#define PLAIN_EVERY 30 /* seconds */

static void wipe(struct progress *p)
{
	if (p->line)
		fputs("\r\033[K", stderr);
	p->line = false;
}

void progress_show(void *arg, const struct run_progress *p)
{
	struct progress *pr = arg;
	char since[48] = "", lost[48] = "";

	if (cli.progress == PROGRESS_NONE || cli.verbosity < 0)
		return;
	if (cli.progress == PROGRESS_PLAIN) {
		if (p->elapsed - pr->last_plain < PLAIN_EVERY)
			return;
		pr->last_plain = p->elapsed;
	}
	if (p->since_new >= 0)
		snprintf(since, sizeof(since), ", last new %lld s ago", (long long)p->since_new);
	if (p->n_lost)
		snprintf(lost, sizeof(lost), ", %s%llu lost%s", cli.color_err ? "\033[31m" : "",
			 (unsigned long long)p->n_lost, cli.color_err ? "\033[0m" : "");
	wipe(pr);
	if (p->waiting_for)
		fprintf(stderr, "%lld s: waiting for %s", (long long)p->elapsed, p->waiting_for);
	else
		fprintf(stderr, "%lld s: %u %s, %zu facts (%zu in %d s)%s%s", (long long)p->elapsed,
			p->n_recordings, p->n_recordings == 1 ? "recording" : "recordings",
			p->n_facts, p->n_new, RUN_RECENT, since, lost);
	if (cli.progress == PROGRESS_PLAIN)
		fputc('\n', stderr);
	else
		pr->line = true;
	fflush(stderr);
}

void progress_note(void *arg, const char *line)
{
	wipe(arg);
	cli_say("%s", line);
}

void progress_end(struct progress *p)
{
	wipe(p);
	fflush(stderr);
}

static int count(const struct tr_fact *fact, void *arg)
{
	struct fact_counts *c = arg;

	if (fact->kind == TR_FACT_SYSCALL) {
		c->syscalls += !!(fact->ev.flags & TR_EV_DONE);
		c->denied += !!(fact->ev.flags & TR_EV_DENIED);
	}
	c->acts += fact->kind == TR_FACT_FILE;
	c->programs += fact->kind == TR_FACT_EXEC;
	return 0;
}

void count_facts(const struct tr_facts *f, struct fact_counts *ret)
{
	*ret = (struct fact_counts){ 0 };
	tr_facts_each(f, count, ret);
}
