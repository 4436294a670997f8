/* SPDX-License-Identifier: Apache-2.0 */
/* One line of a trace and the JSON object it is. Reader and writer of each side by side. */
#ifndef TRACE_FORMAT_H
#define TRACE_FORMAT_H

#include <json-c/json.h>

#include "trammel/facts.h"

/* Adds a member under a key that is a literal and not there yet. */
void put(json_object *o, const char *key, json_object *value);
/* The same with a string from a container, escaped; NULL adds nothing. */
void put_escaped(json_object *o, const char *key, const char *value);
/* An array of strings from a container. */
json_object *strset_to_json(const struct tr_strset *s);

/*
 * Typed access for the readers. `where` is "FILE:LINE: what"; every error is TR_ERR_INPUT. Those
 * that return the number or string found return -1 / NULL on error, a missing member included.
 */
int need_u64(json_object *o, const char *key, const char *where, uint64_t max, uint64_t *ret,
	     struct tr_err *err);
/* As need_u64, but a missing member leaves *ret as it is. */
int opt_u64(json_object *o, const char *key, const char *where, uint64_t max, uint64_t *ret,
	    struct tr_err *err);
const char *need_string(json_object *o, const char *key, const char *where, struct tr_err *err);
/* A string from a container, unescaped, on the heap. *ret is NULL where the member is missing. */
int opt_escaped(json_object *o, const char *key, const char *where, char **ret, struct tr_err *err);
int need_escaped(json_object *o, const char *key, const char *where, char **ret,
		 struct tr_err *err);
/* An array of escaped strings into a set. */
int read_strset(json_object *array, const char *key, const char *where, struct tr_strset *ret,
		struct tr_err *err);
/* Seconds since the epoch. */
int opt_time(json_object *o, const char *key, const char *where, int64_t *ret, struct tr_err *err);

int opt_u32(json_object *o, const char *key, const char *where, uint32_t *ret, struct tr_err *err);

/* A fact line. recordings: the numbers to write. */
json_object *fact_to_json(const struct tr_fact *fact, const struct tr_u32set *recordings);
/*
 * number[i] is the index in the set of facts of the file's recording i, of which there are
 * n_number. What *ret points to is the caller's; on error it holds nothing.
 */
int fact_from_json(json_object *o, const char *where, const uint32_t *number, size_t n_number,
		   struct tr_fact *ret, struct tr_err *err);

/* The members of a line that its kind has not: recordings, first, last, phases, ... */
void evidence_to_json(json_object *o, const struct tr_evidence *ev,
		      const struct tr_u32set *recordings);
int evidence_from_json(json_object *o, const char *where, const uint32_t *number, size_t n_number,
		       struct tr_evidence *ret, struct tr_err *err);

/* What a recording's beginning says of it (header or line of its own), and its end (footer). */
json_object *recording_to_json(const struct tr_recording *rec);
int recording_from_json(json_object *o, const char *where, struct tr_recording *ret,
			struct tr_err *err);
json_object *ending_to_json(const struct tr_recording *rec);
int ending_from_json(json_object *o, const char *where, struct tr_recording *ret,
		     struct tr_err *err);

/* The header; takes the array. */
json_object *header_to_json(json_object *recordings);

/* The text of a line, without its end; valid until o is put. */
const char *line_text(json_object *o, size_t *ret_len);

#endif
