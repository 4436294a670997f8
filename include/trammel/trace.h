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

/* What a directory that is a bundle stands for, where a trace is wanted. */
#define TR_TRACE_OF_BUNDLE "recorded.trace"

/* What a reader takes. The header and the footer grow with the recordings, a fact must not. */
#define TR_TRACE_LINE_MAX	(1 << 20)
#define TR_TRACE_HEADER_MAX	(16 << 20)
#define TR_TRACE_RECORDINGS_MAX 16384

/*
 * Reads a trace or a journal ("-" is stdin; a bundle's directory is its trace) and merges it into f, line by line: memory goes with
 * the facts, not with the file. What is a journal (no footer) leaves its recordings with
 * TR_ENDED_UNKNOWN, and a last line that was cut short is left out. Everything else that is not as
 * it should be is an error "FILE:LINE: what was expected", kind TR_ERR_INPUT, and f must then be
 * released and not used. A version higher than ours is refused by name.
 */
int tr_trace_read(struct tr_facts *f, const char *path, struct tr_err *err);

/* The same from an open stream, `name` for messages. */
int tr_trace_read_stream(struct tr_facts *f, FILE *in, const char *name, struct tr_err *err);

/*
 * The same for n traces of one subject, recorded on one architecture. Two of either are an error that names
 * them and their files, unless `subject` is given (NULL otherwise): then every recording is renamed to it.
 */
int tr_trace_read_all(struct tr_facts *f, char *const *paths, size_t n, const char *subject,
		      struct tr_err *err);

/*
 * Writes the finished form: recordings by id, facts by key. f is not changed, so a recording that
 * goes on can be written too. Fails only where the reader would refuse the outcome as too large.
 * Checks no ferror: fs_out_commit does.
 */
int tr_trace_write_stream(const struct tr_facts *f, FILE *out, struct tr_err *err);

/* Writes the finished form to path ("-" is stdout), mode 0600, whole or not at all. */
int tr_trace_write(const struct tr_facts *f, const char *path, struct tr_err *err);

/*
 * The journal: opened when the first recording begins, appended to, synced by the caller's clock,
 * then replaced by the finished trace, which takes its name. A crash leaves it as it is.
 */
struct tr_journal;

/*
 * Makes path the journal of a new trace (mode 0600, given to the sudo caller). What stood there
 * is replaced only now, by rename, with a file that already has its header. Where path is "-" or
 * no regular file (/dev/null, a pipe) nothing is kept, and only the finished trace is written.
 */
int tr_journal_open(struct tr_journal **ret, const char *path, struct tr_err *err);
/*
 * The same for a trace that gets checkpoints: the journal is path.journal, and path stays as it is until the
 * first of them.
 */
#define TR_JOURNAL_SUFFIX ".journal"
int tr_journal_open_beside(struct tr_journal **ret, const char *path, struct tr_err *err);
/*
 * Writes f, finished, to path (of a journal beside it), and begins the journal anew: it then holds what came
 * since. Both together are everything.
 */
int tr_journal_checkpoint(struct tr_journal *j, const struct tr_facts *f, struct tr_err *err);
/*
 * Appends a recording (its index in f) or a fact (of a recording that was appended). A recording
 * may come again when more is known of it. Buffered; an error shows at the next sync, which tries
 * what could not be written again. f's recordings must not be sorted while its journal is open.
 */
void tr_journal_recording(struct tr_journal *j, const struct tr_facts *f, uint32_t index);
void tr_journal_fact(struct tr_journal *j, const struct tr_fact *fact);
/* Flushes and fdatasyncs. */
int tr_journal_sync(struct tr_journal *j, struct tr_err *err);
/*
 * Writes f, finished, in the journal's place; a journal beside it is removed. On failure the journal's file stays, with everything
 * in it. Frees j either way.
 */
int tr_journal_finish(struct tr_journal *j, const struct tr_facts *f, struct tr_err *err);
/* Closes without finishing (the file stays a journal). NULL is fine. */
void tr_journal_close(struct tr_journal *j);

#endif
