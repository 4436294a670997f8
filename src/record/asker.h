/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Asking engines beside the recorder: an engine may take seconds to answer, and the ring buffer
 * must be read meanwhile. One thread, questions in order, answers through a descriptor.
 */
#ifndef RECORD_ASKER_H
#define RECORD_ASKER_H

#include <stdbool.h>
#include <stdint.h>

#include "trammel/engine.h"

enum ask_kind {
	ASK_WHO, /* inspect, to learn who a recording is */
	ASK_STATE, /* inspect, to learn how it is */
	ASK_STOP,
};

struct answer {
	enum ask_kind kind;
	uint16_t recording;
	bool ok; /* container is filled (WHO, STATE) or it was stopped */
	bool foreign; /* WHO: no engine has, or had, such a container */
	struct tr_container container;
	struct tr_err err; /* why not */
	struct answer *next;
};

struct asker;

/* Takes the engines (an array of n, closed at the end). n may be 0: then everything fails fast. */
struct asker *asker_new(struct tr_engine **engines, unsigned n);
/* Waits for the question under way, forgets the others, closes the engines. */
void asker_free(struct asker *a);
/* Puts a question. id is copied. after_ms: not before that time has passed. */
void asker_ask(struct asker *a, enum ask_kind kind, uint16_t recording, const char *id,
	       int after_ms);
/* Readable when there is an answer. */
int asker_fd(const struct asker *a);
/* The next answer or NULL. To be freed with answer_free. */
struct answer *asker_answer(struct asker *a);
void answer_free(struct answer *ans);
/* Questions that have no answer yet. */
unsigned asker_open(struct asker *a);

#endif
