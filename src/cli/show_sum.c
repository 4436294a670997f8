// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>
#include <string.h>

#include "cli/show.h"
#include "tables/syscalls.h"
#include "util/mem.h"

#define REFUSED (TR_EV_DENIED | TR_EV_INNER_DENIED)

static void list_add(struct fact_list *l, const struct tr_fact *fact)
{
	l->v = tr_grow(l->v, &l->cap, l->n, sizeof(*l->v));
	l->v[l->n++] = fact;
}

static void add_file(struct show *s, const struct tr_fact *fact)
{
	s->files = tr_grow(s->files, &s->cap_files, s->n_files, sizeof(*s->files));
	s->files[s->n_files++] = (struct show_file){ .path = fact->path,
						     .perms = fact->perms,
						     .acts = UINT32_C(1) << fact->act,
						     .flags = fact->ev.flags,
						     .where = fact->ev.where };
}

/* A call that was only ever refused was not made. */
static void add_syscall(struct show *s, const struct tr_fact *fact)
{
	if (fact->ev.flags & REFUSED)
		list_add(&s->refused, fact);
	if (fact->ev.flags & TR_EV_DONE || !(fact->ev.flags & REFUSED))
		list_add(&s->syscalls, fact);
}

static void count(struct show *s, const struct tr_fact *fact)
{
	static const uint32_t phase[COUNT_MAX] = {
		[COUNT_RUNTIME] = TR_PHASE_RUNTIME,
		[COUNT_MAIN] = TR_PHASE_MAIN,
		[COUNT_EXEC] = TR_PHASE_EXEC,
	};
	size_t *row = s->counts[fact->kind];

	row[COUNT_ALL]++;
	for (int i = COUNT_RUNTIME; i < COUNT_MAX; i++)
		row[i] += (fact->ev.phases & phase[i]) != 0;
	if (fact->ev.first > s->last_new)
		s->last_new = fact->ev.first;
}

static int add_fact(const struct tr_fact *fact, void *arg)
{
	struct show *s = arg;

	count(s, fact);
	if (fact->kind == TR_FACT_SYSCALL)
		add_syscall(s, fact);
	else if (fact->kind == TR_FACT_FILE)
		add_file(s, fact);
	else if (fact->kind == TR_FACT_EXEC)
		list_add(&s->execs, fact);
	else
		list_add(&s->others, fact);
	for (size_t i = 0; i < fact->ev.exes.n; i++) {
		s->by_exe = tr_grow(s->by_exe, &s->cap_by_exe, s->n_by_exe, sizeof(*s->by_exe));
		s->by_exe[s->n_by_exe++] = (struct show_exe){ fact->ev.exes.v[i], fact };
	}
	return 0;
}

static int file_cmp(const void *a, const void *b)
{
	return strcmp(((const struct show_file *)a)->path, ((const struct show_file *)b)->path);
}

static int exe_cmp(const void *a, const void *b)
{
	const struct show_exe *x = a, *y = b;
	int c = strcmp(x->path, y->path);

	return c ? c : tr_fact_cmp(x->fact, y->fact);
}

/* One row a path: reading and writing a file are two facts. */
static void join_files(struct show *s)
{
	size_t n = 0;

	if (s->n_files)
		qsort(s->files, s->n_files, sizeof(*s->files), file_cmp);
	for (size_t i = 0; i < s->n_files; i++) {
		struct show_file *row = n ? &s->files[n - 1] : NULL;

		if (!row || strcmp(row->path, s->files[i].path)) {
			s->files[n++] = s->files[i];
			continue;
		}
		row->perms |= s->files[i].perms;
		row->acts |= s->files[i].acts;
		row->flags |= s->files[i].flags;
		row->where |= s->files[i].where;
	}
	s->n_files = n;
}

void show_sum(struct show *s)
{
	for (size_t i = 0; i < s->facts.n_recordings; i++) {
		const struct tr_recording *rec = &s->facts.recordings[i];

		if (rec->started && (!s->started || rec->started < s->started))
			s->started = rec->started;
		if (rec->stopped > s->stopped)
			s->stopped = rec->stopped;
	}
	tr_facts_each(&s->facts, add_fact, s);
	join_files(s);
	if (s->n_by_exe)
		qsort(s->by_exe, s->n_by_exe, sizeof(*s->by_exe), exe_cmp);
}

bool show_complete(const struct show *s)
{
	return s->facts.n_recordings && tr_facts_complete(&s->facts);
}

void show_release(struct show *s)
{
	free(s->syscalls.v);
	free(s->refused.v);
	free(s->execs.v);
	free(s->others.v);
	free(s->files);
	free(s->by_exe);
	tr_facts_release(&s->facts);
	memset(s, 0, sizeof(*s));
}

static int name_cmp(const void *a, const void *b)
{
	const struct tr_fact *x = *(const struct tr_fact *const *)a;
	const struct tr_fact *y = *(const struct tr_fact *const *)b;
	char bx[32], by[32];

	return strcmp(syscall_label((enum tr_abi)x->abi, x->nr, bx, sizeof(bx)),
		      syscall_label((enum tr_abi)y->abi, y->nr, by, sizeof(by)));
}

const struct tr_fact **show_syscalls_by_name(const struct show *s, enum tr_abi abi, size_t *ret_n)
{
	const struct tr_fact **v = tr_xcalloc(s->syscalls.n, sizeof(struct tr_fact *));
	size_t n = 0;

	for (size_t i = 0; i < s->syscalls.n; i++)
		if (s->syscalls.v[i]->abi == abi)
			v[n++] = s->syscalls.v[i];
	qsort(v, n, sizeof(struct tr_fact *), name_cmp);
	*ret_n = n;
	return v;
}
