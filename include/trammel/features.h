/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What this kernel, its engines and this machine can record, found by trying it: programs are loaded and
 * attached, engines are asked. What is missing says what is lost without it.
 */
#ifndef TRAMMEL_FEATURES_H
#define TRAMMEL_FEATURES_H

#include <stdbool.h>
#include <stddef.h>

enum tr_feature_state {
	TR_FEATURE_UNKNOWN = 0, /* could not be tried; the detail says why */
	TR_FEATURE_NO,
	TR_FEATURE_YES,
};

struct tr_feature {
	const char *id; /* "bpf.ringbuf": what scripts know it by */
	const char *what; /* a few words */
	const char *since; /* the kernel that has it, "5.8"; NULL where that does not apply */
	const char *lost; /* what is missing without it, a sentence without its full stop */
	bool required; /* without it nothing is recorded */
	enum tr_feature_state state;
	char *detail; /* what was found: a version, an error. May hold any bytes. NULL: nothing */
};

struct tr_missed {
	const char *id; /* as a trace's context has it */
	const char *act, *why; /* a few words each */
};

struct tr_features {
	struct tr_feature *v; /* grouped by the first word of the id */
	size_t n, cap;
	bool can_record; /* the recorder itself was loaded and attached, and taken down again */
	char *why_not; /* if it was not */
	const char *backend; /* where file facts come from: "hooks" or "tracepoints" */
	struct tr_missed *missed; /* what that backend does not see */
	size_t n_missed, cap_missed;
};

/* Tries everything; takes a second or so. It never fails: what cannot be tried is unknown. */
void tr_features_probe(struct tr_features *ret);
void tr_features_release(struct tr_features *f);
/* By id; NULL if there is none. */
const struct tr_feature *tr_features_find(const struct tr_features *f, const char *id);
/* "yes", "no", "unknown" */
const char *tr_feature_state_name(enum tr_feature_state state);

#endif
