/* SPDX-License-Identifier: Apache-2.0 */
/* The buffer in which events come. */
#ifndef RECORD_RING_H
#define RECORD_RING_H

#include <stdbool.h>
#include <stddef.h>

#include "trammel/err.h"

struct ring;

typedef void (*ring_event)(void *arg, const void *bytes, size_t size);

/* `fd` is the map's, `bytes` what it holds. */
int ring_open(struct ring **ret, int fd, size_t bytes, ring_event event, void *arg,
	      struct tr_err *err);
void ring_close(struct ring *r);
/* A descriptor that is readable when there are events. */
int ring_fd(const struct ring *r);
/*
 * Takes what events there are, without waiting: at least all that were there, and at most as many as the
 * buffer holds, so that who goes on writing does not keep us here.
 */
int ring_take(struct ring *r, struct tr_err *err);
/*
 * The same for the last time: waits for events that are being written, since the others are behind them.
 * Returns false if one was not written to its end.
 */
bool ring_drain(struct ring *r);

#endif
