/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From recordings to traces: facts of a recording wait until it is known whose they are, then go
 * to that subject's set and its journal. Several recordings of one subject make one trace.
 */
#ifndef RECORD_SESSION_H
#define RECORD_SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "trammel/err.h"
#include "trammel/event.h"
#include "trammel/facts.h"
#include "trammel/redact.h"
#include "trammel/trace.h"

enum recording_state {
	RECORDING_FREE = 0,
	RECORDING_UNKNOWN, /* met; not yet known whose */
	RECORDING_WANTED,
	RECORDING_UNWANTED,
};

struct subject {
	char *name;
	struct tr_facts facts;
	struct tr_journal *journal; /* NULL: none (stdout, memory only) */
	char *path;
};

struct session_recording {
	enum recording_state state;
	/* While UNKNOWN. As many as it may hand over (tr_recorder_opts.max_events) are what it can be. */
	struct tr_facts pending;
	struct subject *subject; /* when WANTED */
	uint32_t index; /* in subject->facts.recordings */
	int64_t met;
};

struct session {
	const char
		*out; /* one trace, here; "-" is stdout; NULL with dir NULL: kept in memory only */
	const char *dir; /* a trace per subject */
	const struct tr_redact *redact; /* NULL: nothing; before anything is kept or journalled */
	size_t n_redacted; /* strings, of facts that were new and of recordings */
	bool checkpoints; /* session_checkpoint will be called: journals stand beside their traces */
	struct session_recording recordings[TR_MAX_RECORDINGS];
	struct subject **subjects;
	size_t n_subjects, cap_subjects;
	size_t n_facts; /* keys over all subjects, for progress */
	int64_t last_new; /* when the last of them came */
};

void session_init(struct session *s, const char *out, const char *dir);
void session_release(struct session *s);

void session_met(struct session *s, uint16_t recording, int64_t now);
/*
 * It is wanted, and is `rec` (whose members are taken; rec->subject names the subject). Opens the
 * journal of a new subject. A second subject where there is one file is an error that names both.
 */
int session_want(struct session *s, uint16_t recording, struct tr_recording *rec,
		 struct tr_err *err);
/* Notes in its journal what has become known of it since. */
void session_note_recording(struct session *s, uint16_t recording);
void session_unwant(struct session *s, uint16_t recording);
/* Takes what fact points to. Facts of unwanted recordings are dropped; one may come before session_met. */
void session_fact(struct session *s, uint16_t recording, struct tr_fact *fact);
/* The recording as it stands in its subject, or NULL. Valid until the next session_want. */
struct tr_recording *session_recording(struct session *s, uint16_t recording);
/* It ends now: `stopped` and `seconds` are set. */
void session_stop(struct session *s, uint16_t recording, int64_t now);
/* Syncs all journals. */
int session_sync(struct session *s, struct tr_err *err);
/* Writes each trace as it is now; recording goes on. */
int session_checkpoint(struct session *s, struct tr_err *err);
/* Writes each trace in its place. The first error is reported, and the others are written all the same. */
int session_finish(struct session *s, struct tr_err *err);

#endif
