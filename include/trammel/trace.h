/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Trace files: JSON Lines. A header, one fact a line, a footer; docs/trammel-trace.5.md has every
 * member. Strings that came from a container are written escaped (text_escape), so that a trace
 * can be shown on a terminal. A finished trace is sorted and canonical: the same facts and
 * recordings give the same bytes. A journal is the same, unsorted and without a footer.
 */
#ifndef TRAMMEL_TRACE_H
#define TRAMMEL_TRACE_H

#include <stdio.h>

#include "trammel/err.h"
#include "trammel/facts.h"

#define TR_TRACE_VERSION 1

/*
 * Reads a trace or a journal ("-" is stdin) and merges it into f, line by line: memory goes with
 * the facts, not with the file. What is a journal (no footer) leaves its recordings with
 * TR_ENDED_UNKNOWN, and a last line that was cut short is left out. Everything else that is not as
 * it should be is an error "FILE:LINE: what was expected", kind TR_ERR_INPUT, and f must then be
 * released and not used. A version higher than ours is refused by name.
 */
int tr_trace_read(struct tr_facts *f, const char *path, struct tr_err *err);

/* The same from an open stream, `name` for messages. */
int tr_trace_read_stream(struct tr_facts *f, FILE *in, const char *name, struct tr_err *err);

/* Writes the finished form. Sorts f's recordings. Checks no ferror: fs_out_commit does. */
void tr_trace_write_stream(struct tr_facts *f, FILE *out);

/* Writes the finished form to path ("-" is stdout), mode 0600, whole or not at all. */
int tr_trace_write(struct tr_facts *f, const char *path, struct tr_err *err);

/*
 * The journal: opened when the first recording begins, appended to, synced by the caller's clock,
 * then replaced by the finished trace, which takes its name. A crash leaves it as it is.
 */
struct tr_journal;

/*
 * Makes path the journal of a new trace (mode 0600, given to the sudo caller). What stood there
 * is replaced only now, by rename, with a file that already has its header.
 */
int tr_journal_open(struct tr_journal **ret, const char *path, struct tr_err *err);
/* Appends a recording (its index in f) or a fact. Buffered; an error shows at the next sync. */
void tr_journal_recording(struct tr_journal *j, const struct tr_facts *f, uint32_t index);
void tr_journal_fact(struct tr_journal *j, const struct tr_fact *fact);
/* Flushes and fdatasyncs. */
int tr_journal_sync(struct tr_journal *j, struct tr_err *err);
/* Writes f, finished, in the journal's place, and closes. On failure the journal stays. */
int tr_journal_finish(struct tr_journal *j, struct tr_facts *f, struct tr_err *err);
/* Closes without finishing (the file stays a journal). NULL is fine. */
void tr_journal_close(struct tr_journal *j);

#endif
