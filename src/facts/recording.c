// SPDX-License-Identifier: Apache-2.0
#include "facts/recording.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "facts/context.h"
#include "util/mem.h"

static int64_t earlier(int64_t a, int64_t b)
{
	return !a || (b && b < a) ? b : a;
}

static int64_t later(int64_t a, int64_t b)
{
	return b > a ? b : a;
}

void span_merge(int64_t *first, int64_t *last, int64_t other_first, int64_t other_last)
{
	*first = earlier(*first, other_first);
	*last = later(*last, other_last);
}

/*
 * One id with two subjects is a file that somebody renamed: the names are compared where traces
 * are put together (tr_trace_read_all); here the result must only not depend on the order.
 */
static void merge_subject(struct tr_recording *dst, const struct tr_recording *src)
{
	if (!src->subject || (dst->subject && strcmp(dst->subject, src->subject) <= 0))
		return;
	free(dst->subject);
	dst->subject = tr_xstrdup(src->subject);
}

void recording_merge(struct tr_recording *dst, const struct tr_recording *src)
{
	merge_subject(dst, src);
	for (size_t i = 0; i < TR_LOSS_MAX; i++)
		if (src->losses[i] > dst->losses[i])
			dst->losses[i] = src->losses[i];
	if (src->ended > dst->ended)
		dst->ended = src->ended;
	dst->start_seen |= src->start_seen;
	span_merge(&dst->started, &dst->stopped, src->started, src->stopped);
	if (src->seconds > dst->seconds)
		dst->seconds = src->seconds;
	if (src->order > dst->order)
		dst->order = src->order;
	context_merge(dst, src);
}

struct tr_recording recording_copy(const struct tr_recording *rec)
{
	struct tr_recording c = { .id = rec->id ? tr_xstrdup(rec->id) : NULL };

	recording_merge(&c, rec);
	return c;
}

int tr_recording_cmp(const struct tr_recording *a, const struct tr_recording *b)
{
	if (!a->order != !b->order)
		return a->order ? -1 : 1;
	if (a->order != b->order)
		return a->order < b->order ? -1 : 1;
	if (a->started != b->started)
		return a->started < b->started ? -1 : 1;
	return strcmp(a->id, b->id);
}

bool tr_recording_complete(const struct tr_recording *rec)
{
	for (size_t i = 0; i < TR_LOSS_MAX; i++)
		if (rec->losses[i])
			return false;
	return rec->ended != TR_ENDED_UNKNOWN;
}

void tr_recording_release(struct tr_recording *rec)
{
	free(rec->id);
	free(rec->subject);
	context_free(rec->context);
	memset(rec, 0, sizeof(*rec));
}

void tr_recording_new_id(struct tr_recording *rec)
{
	unsigned char raw[16];
	char hex[2 * sizeof(raw) + 1];

	/* Up to 256 bytes come whole or, before the pool is ready, not yet: getrandom(2). */
	while (getrandom(raw, sizeof(raw), 0) != (ssize_t)sizeof(raw))
		;
	for (size_t i = 0; i < sizeof(raw); i++) {
		hex[2 * i] = "0123456789abcdef"[raw[i] >> 4];
		hex[2 * i + 1] = "0123456789abcdef"[raw[i] & 15];
	}
	hex[sizeof(hex) - 1] = '\0';
	free(rec->id);
	rec->id = tr_xstrdup(hex);
}
