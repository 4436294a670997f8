// SPDX-License-Identifier: Apache-2.0
/* What is recorded of one thing, and what else of the same act. */
#include "check/explain.h"

#include <stdlib.h>
#include <string.h>

#include "check/explain_rules.h"
#include "facts/evidence.h"
#include "facts/sets.h"
#include "tables/csv.h"
#include "tables/data.h"
#include "tables/syscalls.h"
#include "util/mem.h"
#include "util/text.h"

#define MAX_LIKE 5

static void keep(struct explain_facts *list, const struct tr_fact *fact)
{
	list->v = tr_grow(list->v, &list->cap, list->n, sizeof(*list->v));
	list->v[list->n++] = fact;
}

static const char *call_of(const struct tr_fact *fact)
{
	return fact->abi < TR_ABI_MAX ? syscall_name((enum tr_abi)fact->abi, fact->nr) : NULL;
}

static bool is_call(const struct tr_fact *fact, const char *name)
{
	const char *call = call_of(fact);

	return call && name && !strcmp(call, name);
}

static bool is_socket_value(const struct explain_what *w, const struct tr_fact *fact)
{
	uint64_t value = w->index == 0 ? fact->sock.family :
			 w->index == 1 ? fact->sock.type :
					 fact->sock.protocol;

	return !strcmp(w->name, "socket") && w->index < 3 && value == w->value;
}

/* Whether the fact is what is asked about. An argument of too many values may be any. */
static bool matches(const struct explain_what *w, const struct tr_fact *fact)
{
	if (w->kind == TR_FACT_ARG && fact->kind == TR_FACT_SOCKET)
		return is_socket_value(w, fact);
	if (w->kind == TR_FACT_SOCKET && fact->kind == TR_FACT_NETWORK)
		return fact->sock.family == w->number;
	if (fact->kind != w->kind)
		return false;
	switch (w->kind) {
	case TR_FACT_SYSCALL:
		if (w->abi >= 0 && fact->abi != w->abi)
			return false;
		return w->name ? is_call(fact, w->name) : fact->nr == w->nr;
	case TR_FACT_ARG:
		return is_call(fact, w->name) && fact->arg.index == w->index &&
		       (fact->arg.overflow || (uint32_t)fact->arg.value == (uint32_t)w->value);
	case TR_FACT_FILE:
	case TR_FACT_EXEC:
		return fact->path && !strcmp(fact->path, w->path);
	case TR_FACT_CAPABILITY:
		return fact->cap == w->number;
	case TR_FACT_SOCKET:
	case TR_FACT_NETWORK:
		return fact->sock.family == w->number;
	case TR_FACT_SIGNAL:
		return fact->nr == w->number;
	case TR_FACT_PTRACE:
	case TR_FACT_IO_URING:
		return fact->op == w->number;
	case TR_FACT_MOUNT:
		return fact->path && !strcmp(fact->path, w->path);
	case TR_FACT_USERNS:
		return true;
	case TR_FACT_MAX:
		break;
	}
	return false;
}

/* The same act */

/* profiles/acts.csv: what one call asks for. */
struct acts {
	uint32_t acts; /* 1 << TR_ACT_* */
	bool exec, socket; /* it makes an exec fact, a socket fact */
};

static struct acts parse_acts(const char *list)
{
	tr_cleanup_free char *copy = tr_xstrdup(list);
	struct acts a = { 0 };
	char *save = NULL;

	for (char *w = strtok_r(copy, " ", &save); w; w = strtok_r(NULL, " ", &save)) {
		int act = tr_act_from_name(w);

		a.exec |= !strcmp(w, "exec-fact");
		a.socket |= !strcmp(w, "socket-fact");
		if (act >= 0)
			a.acts |= 1U << act;
	}
	return a;
}

static struct acts acts_of(const char *call)
{
	const struct data_file *file = data_find("acts.csv");
	struct acts a = { 0 };
	struct csv csv;

	csv_init(&csv, file ? file->text : "");
	while (call && csv_next(&csv))
		if (csv.n > 1 && !strcmp(csv.field[0], call))
			a = parse_acts(csv.field[1]);
	csv_release(&csv);
	return a;
}

static bool made_by(const struct acts *a, const struct tr_fact *fact)
{
	switch (fact->kind) {
	case TR_FACT_FILE:
		return a->acts >> fact->act & 1;
	case TR_FACT_EXEC:
		return a->exec;
	case TR_FACT_SOCKET:
		return a->socket;
	case TR_FACT_SYSCALL:
	case TR_FACT_ARG:
	case TR_FACT_CAPABILITY:
	case TR_FACT_NETWORK:
	case TR_FACT_SIGNAL:
	case TR_FACT_PTRACE:
	case TR_FACT_MOUNT:
	case TR_FACT_USERNS:
	case TR_FACT_IO_URING:
	case TR_FACT_MAX:
		break;
	}
	return false;
}

static bool share_recording(const struct tr_evidence *a, const struct tr_evidence *b)
{
	for (size_t i = 0; i < a->recordings.n; i++)
		if (tr_u32set_has(&b->recordings, a->recordings.v[i]))
			return true;
	return false;
}

/* What is not known of one of them keeps nothing apart; lists that were cut may miss what they share. */
static bool share_executable(const struct tr_evidence *a, const struct tr_evidence *b)
{
	if (!a->exes.n || !b->exes.n || a->exes.n >= TR_EVIDENCE_EXES ||
	    b->exes.n >= TR_EVIDENCE_EXES)
		return true;
	for (size_t i = 0; i < a->exes.n; i++)
		if (tr_strset_has(&b->exes, a->exes.v[i]))
			return true;
	return false;
}

/* A program that is started is noted as done by itself, its start by who started it. */
static bool is_start(const struct tr_fact *fact)
{
	return fact->kind == TR_FACT_EXEC ||
	       (fact->kind == TR_FACT_FILE &&
		(fact->act == TR_ACT_EXEC || fact->act == TR_ACT_INTERPRETER));
}

/* Whether one is the call and the other what it asked for, or both are of one call, or of one file. */
static bool one_act(const struct tr_fact *a, const struct tr_fact *b)
{
	const char *call = call_of(a);
	struct acts acts;

	if (a->kind == TR_FACT_SYSCALL && b->kind == TR_FACT_ARG)
		return a->abi == b->abi && a->nr == b->nr;
	if ((a->kind == TR_FACT_FILE && b->kind == TR_FACT_EXEC))
		return !strcmp(a->path, b->path);
	if (a->kind != TR_FACT_SYSCALL)
		return false;
	acts = acts_of(call);
	return made_by(&acts, b);
}

/* An argument is its call's, whoever made it. */
static bool is_value(const struct tr_fact *a, const struct tr_fact *b)
{
	return a->kind == TR_FACT_ARG || b->kind == TR_FACT_ARG;
}

struct relating {
	struct explain *x;
	const struct tr_fact *fact; /* one that is asked about */
};

static bool in_list(const struct explain_facts *list, const struct tr_fact *fact)
{
	for (size_t i = 0; i < list->n; i++)
		if (list->v[i] == fact)
			return true;
	return false;
}

static int relate(const struct tr_fact *other, void *arg)
{
	struct relating *r = arg;

	if (!one_act(r->fact, other) && !one_act(other, r->fact))
		return 0;
	if (!share_recording(&r->fact->ev, &other->ev) ||
	    (!is_start(r->fact) && !is_start(other) && !is_value(r->fact, other) &&
	     !share_executable(&r->fact->ev, &other->ev)) ||
	    in_list(&r->x->same_act, other) || in_list(&r->x->facts, other))
		return 0;
	keep(&r->x->same_act, other);
	return 0;
}

/* Evidence */

static int take(const struct tr_fact *fact, void *arg)
{
	struct explain *x = arg;

	if (!matches(x->what, fact))
		return 0;
	keep(&x->facts, fact);
	tr_evidence_merge(&x->ev, &fact->ev);
	return 0;
}

static void list_digests(struct explain *x, const struct tr_facts *facts)
{
	for (size_t i = 0; i < x->ev.recordings.n; i++) {
		uint32_t rec = x->ev.recordings.v[i];
		const struct tr_strset *digests =
			rec < facts->n_recordings ?
				tr_context_all(&facts->recordings[rec], "image.digest") :
				NULL;

		if (digests)
			strset_union(&x->digests, digests);
	}
}

static const char *last_part(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* Of the same name elsewhere, or below it. */
static int liken(const struct tr_fact *fact, void *arg)
{
	struct explain *x = arg;
	const char *path = x->what->path;
	size_t len = strlen(path);

	if (fact->kind != x->what->kind || !fact->path || x->like.n == MAX_LIKE)
		return 0;
	if (x->like.n && !strcmp(x->like.v[x->like.n - 1]->path, fact->path))
		return 0;
	if (!strcmp(last_part(fact->path), last_part(path)) ||
	    (!strncmp(fact->path, path, len) && fact->path[len] == '/'))
		keep(&x->like, fact);
	return 0;
}

int explain(struct explain *ret, const struct explain_what *what, const struct tr_facts *facts,
	    const struct explain_profile *e, struct tr_err *err)
{
	struct explain x = { .what = what };

	tr_facts_each(facts, take, &x);
	list_digests(&x, facts);
	for (size_t i = 0; i < x.facts.n; i++) {
		struct relating r = { &x, x.facts.v[i] };

		tr_facts_each(facts, relate, &r);
	}
	if (what->path && !x.facts.n)
		tr_facts_each(facts, liken, &x);
	if (e && explain_rules(&x, e, err) < 0) {
		explain_release(&x);
		return -1;
	}
	*ret = x;
	return 0;
}

void explain_release(struct explain *x)
{
	free(x->facts.v);
	free(x->same_act.v);
	free(x->like.v);
	free(x->rules);
	free(x->breaks);
	free(x->fallback);
	evidence_release(&x->ev);
	tr_strset_release(&x->digests);
	memset(x, 0, sizeof(*x));
}

bool explain_found(const struct explain *x)
{
	return x->facts.n || x->n_rules || x->refusal;
}
