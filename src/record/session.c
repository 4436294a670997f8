// SPDX-License-Identifier: Apache-2.0
#include "record/session.h"

#include <stdlib.h>
#include <string.h>

#include "util/mem.h"
#include "util/strbuf.h"

void session_init(struct session *s, const char *out, const char *dir)
{
	memset(s, 0, sizeof(*s));
	s->out = out;
	s->dir = dir;
}

static void drop_pending(struct session_recording *r)
{
	if (r->state == RECORDING_UNKNOWN)
		tr_facts_release(&r->pending);
}

void session_release(struct session *s)
{
	for (size_t i = 0; i < TR_MAX_RECORDINGS; i++)
		drop_pending(&s->recordings[i]);
	for (size_t i = 0; i < s->n_subjects; i++) {
		tr_journal_close(s->subjects[i]->journal);
		tr_facts_release(&s->subjects[i]->facts);
		free(s->subjects[i]->name);
		free(s->subjects[i]->path);
		free(s->subjects[i]);
	}
	free(s->subjects);
	memset(s, 0, sizeof(*s));
}

void session_met(struct session *s, uint16_t recording, int64_t now)
{
	struct session_recording *r = &s->recordings[recording];

	if (r->state != RECORDING_FREE)
		return;
	r->state = RECORDING_UNKNOWN;
	r->met = now;
	tr_facts_init(&r->pending);
}

/*
 * A subject's name as a file name: what a shell or a person would stumble over becomes '_', and so
 * that no two subjects share a file, a number made of the whole name (FNV-1a) is added then.
 */
static char *trace_path(const char *dir, const char *subject)
{
	struct strbuf sb = STRBUF_INIT;
	uint32_t hash = 2166136261u;
	bool changed = false;

	strbuf_addf(&sb, "%s/", dir);
	for (const char *p = subject; *p; p++) {
		bool plain = (*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') ||
			     (*p >= '0' && *p <= '9') || *p == '-' || *p == '_' ||
			     (*p == '.' && p != subject);

		strbuf_addc(&sb, plain ? *p : '_');
		changed |= !plain;
		hash = (hash ^ (unsigned char)*p) * 16777619u;
	}
	if (changed)
		strbuf_addf(&sb, "-%08x", hash);
	strbuf_adds(&sb, ".trace");
	return strbuf_detach(&sb);
}

static struct subject *find_subject(const struct session *s, const char *name)
{
	for (size_t i = 0; i < s->n_subjects; i++)
		if (!strcmp(s->subjects[i]->name, name))
			return s->subjects[i];
	return NULL;
}

static int open_journal(const struct session *s, struct subject *sub, struct tr_err *err)
{
	if (!sub->path || !strcmp(sub->path, "-"))
		return 0;
	if (s->checkpoints)
		return tr_journal_open_beside(&sub->journal, sub->path, err);
	return tr_journal_open(&sub->journal, sub->path, err);
}

static int add_subject(struct session *s, const char *name, struct subject **ret,
		       struct tr_err *err)
{
	struct subject *sub;

	if (s->out && s->n_subjects)
		return tr_err_set(err, TR_ERR_INPUT,
				  "one file cannot hold the two subjects '%s' and '%s': use -d DIR",
				  s->subjects[0]->name, name);
	sub = tr_xcalloc(1, sizeof(*sub));
	sub->name = tr_xstrdup(name);
	tr_facts_init(&sub->facts);
	if (s->out)
		sub->path = tr_xstrdup(s->out);
	else if (s->dir)
		sub->path = trace_path(s->dir, name);
	if (open_journal(s, sub, err) < 0) {
		tr_facts_release(&sub->facts);
		free(sub->name);
		free(sub->path);
		free(sub);
		return -1;
	}
	s->subjects = tr_grow(s->subjects, &s->cap_subjects, s->n_subjects, sizeof(*s->subjects));
	s->subjects[s->n_subjects++] = sub;
	*ret = sub;
	return 0;
}

/* A clock that was set back may say that it was before the recording: then it was in its first second. */
static uint32_t second_of(const struct tr_recording *rec, int64_t when)
{
	int64_t s = when - rec->started;

	if (!when || !rec->started)
		return 0;
	return s < 0 ? 1 : s >= UINT32_MAX ? UINT32_MAX : (uint32_t)s + 1;
}

/* Adds a fact to its subject, and to the journal what it adds to what is known. */
static void keep(struct session *s, struct session_recording *r, struct tr_fact *fact)
{
	struct tr_facts *facts = &r->subject->facts;
	struct tr_fact *known;
	size_t exes, errnos, recordings, redacted = tr_redact_fact(s->redact, fact);
	uint32_t phases, flags;
	bool is_new;

	tr_u32set_add(&fact->ev.recordings, r->index);
	fact->ev.after = second_of(&facts->recordings[r->index], fact->ev.first);
	known = tr_facts_find(facts, fact);
	phases = known ? known->ev.phases : 0;
	flags = known ? known->ev.flags : 0;
	exes = known ? known->ev.exes.n : 0;
	errnos = known ? known->ev.errnos.n : 0;
	recordings = known ? known->ev.recordings.n : 0;
	known = tr_facts_add(facts, fact, &is_new);
	if (is_new) {
		s->n_facts++;
		s->n_redacted += redacted;
		if (known->ev.first > s->last_new)
			s->last_new = known->ev.first;
	}
	/* When it was last seen changes each second, and goes into the finished trace only. */
	if (r->subject->journal &&
	    (is_new || phases != known->ev.phases || flags != known->ev.flags ||
	     exes != known->ev.exes.n || errnos != known->ev.errnos.n ||
	     recordings != known->ev.recordings.n))
		tr_journal_fact(r->subject->journal, known);
}

int session_want(struct session *s, uint16_t recording, struct tr_recording *rec,
		 struct tr_err *err)
{
	struct session_recording *r = &s->recordings[recording];
	struct subject *sub = find_subject(s, rec->subject);
	struct tr_fact fact;

	if (r->state != RECORDING_UNKNOWN)
		return 0;
	if (!sub && add_subject(s, rec->subject, &sub, err) < 0)
		return -1;
	if (!rec->started)
		rec->started = r->met;
	s->n_redacted += tr_redact_recording(s->redact, rec);
	r->subject = sub;
	r->index = tr_facts_add_recording(&sub->facts, rec);
	r->state = RECORDING_WANTED;
	if (sub->journal)
		tr_journal_recording(sub->journal, &sub->facts, r->index);
	/* One by one: twice all of them would be too much. */
	while (tr_facts_take(&r->pending, &fact))
		keep(s, r, &fact);
	tr_facts_release(&r->pending);
	return 0;
}

void session_note_recording(struct session *s, uint16_t recording)
{
	struct session_recording *r = &s->recordings[recording];

	if (r->state == RECORDING_WANTED && r->subject->journal)
		tr_journal_recording(r->subject->journal, &r->subject->facts, r->index);
}

void session_unwant(struct session *s, uint16_t recording)
{
	struct session_recording *r = &s->recordings[recording];

	drop_pending(r);
	r->state = RECORDING_UNWANTED;
}

void session_fact(struct session *s, uint16_t recording, struct tr_fact *fact)
{
	struct session_recording *r = &s->recordings[recording];

	switch (r->state) {
	case RECORDING_WANTED:
		keep(s, r, fact);
		return;
	case RECORDING_FREE:
		/* Another of its processes was quicker than the one that tells of it. */
		session_met(s, recording, fact->ev.first);
		/* fallthrough */
	case RECORDING_UNKNOWN:
		tr_facts_add(&r->pending, fact, NULL);
		return;
	case RECORDING_UNWANTED:
		tr_fact_release(fact);
	}
}

struct tr_recording *session_recording(struct session *s, uint16_t recording)
{
	struct session_recording *r = &s->recordings[recording];

	return r->state == RECORDING_WANTED ? &r->subject->facts.recordings[r->index] : NULL;
}

void session_stop(struct session *s, uint16_t recording, int64_t now)
{
	struct tr_recording *rec = session_recording(s, recording);

	if (!rec)
		return;
	rec->stopped = now;
	rec->seconds = second_of(rec, now);
}

int session_sync(struct session *s, struct tr_err *err)
{
	for (size_t i = 0; i < s->n_subjects; i++)
		if (s->subjects[i]->journal && tr_journal_sync(s->subjects[i]->journal, err) < 0)
			return -1;
	return 0;
}

int session_checkpoint(struct session *s, struct tr_err *err)
{
	for (size_t i = 0; i < s->n_subjects; i++)
		if (s->subjects[i]->journal &&
		    tr_journal_checkpoint(s->subjects[i]->journal, &s->subjects[i]->facts, err) < 0)
			return -1;
	return 0;
}

int session_finish(struct session *s, struct tr_err *err)
{
	int r = 0;

	for (size_t i = 0; i < s->n_subjects; i++) {
		struct subject *sub = s->subjects[i];
		struct tr_err *e = r < 0 ? NULL : err;

		if (sub->journal)
			r |= tr_journal_finish(tr_take(sub->journal), &sub->facts, e);
		else if (sub->path)
			r |= tr_trace_write(&sub->facts, sub->path, e);
	}
	return r < 0 ? -1 : 0;
}
