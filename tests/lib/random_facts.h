/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Facts by chance, the same for the same seed. Small pools of paths, numbers and recording ids, so
 * that two models overlap and merging has something to do.
 */
#ifndef TESTS_LIB_RANDOM_FACTS_H
#define TESTS_LIB_RANDOM_FACTS_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tables/syscalls.h"
#include "trammel/facts.h"
#include "util/mem.h"

struct rng {
	uint64_t state;
};

/* splitmix64 */
static inline uint64_t rng_u64(struct rng *r)
{
	uint64_t z = r->state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

/* 0 to n - 1 */
static inline uint32_t rng_below(struct rng *r, uint32_t n)
{
	return (uint32_t)(rng_u64(r) % n);
}

static inline bool rng_one_in(struct rng *r, uint32_t n)
{
	return rng_below(r, n) == 0;
}

struct random_opts {
	uint32_t kinds; /* bits 1 << TR_FACT_*; 0 is all */
	uint32_t max_facts, max_recordings; /* at most so many; at least one recording */
	const char *subject; /* NULL is "subject" */
	bool hostile; /* names may hold any byte */
	bool known_only; /* syscalls of the native ABI that have a name, and were DONE */
	bool complete; /* recordings that lost nothing, ended and saw their start */
};

/* A path from a pool of about 200, or any bytes. Heap. */
static inline char *random_path(struct rng *r, const struct random_opts *o)
{
	static const char *const dirs[] = { "/etc", "/usr/lib/x86_64-linux-gnu", "/",
					    "/var/lib/a b", "/proc/self" };
	char buf[64];
	size_t n;

	if (!o->hostile || !rng_one_in(r, 3))
		return tr_xasprintf("%s/%u.so", dirs[rng_below(r, TR_ARRAY_SIZE(dirs))],
				    rng_below(r, 40));
	n = rng_below(r, sizeof(buf) - 1);
	for (size_t i = 0; i < n; i++)
		buf[i] = (char)(1 + rng_below(r, 255));
	buf[n] = '\0';
	return tr_xstrdup(buf);
}

static inline void random_evidence(struct rng *r, const struct random_opts *o,
				   uint32_t n_recordings, struct tr_evidence *ev)
{
	static const uint32_t refusals[] = { 1, 13, 38, 517 };

	do
		tr_u32set_add(&ev->recordings, rng_below(r, n_recordings));
	while (rng_one_in(r, 2));
	ev->first = rng_one_in(r, 5) ? 0 : 1700000000 + rng_below(r, 1000);
	ev->last = rng_one_in(r, 5) ? 0 : 1700001000 + rng_below(r, 1000);
	ev->after = rng_one_in(r, 5) ? 0 : 1 + rng_below(r, 900);
	ev->phases = 1 + rng_below(r, 7);
	ev->flags = o->known_only ? TR_EV_DONE : rng_below(r, 512);
	ev->where = rng_below(r, 128);
	while (rng_one_in(r, 2)) {
		char *exe = random_path(r, o);

		tr_strset_add(&ev->exes, exe);
		free(exe);
	}
	while (ev->flags & TR_EV_DENIED && rng_one_in(r, 2))
		tr_u32set_add(&ev->errnos, refusals[rng_below(r, 4)]);
}

static inline void random_syscall(struct rng *r, const struct random_opts *o, struct tr_fact *f)
{
	f->abi = o->known_only ? syscall_native_abi() : rng_below(r, TR_ABI_MAX);
	do
		f->nr = rng_one_in(r, 50) ? (uint32_t)rng_u64(r) : rng_below(r, 460);
	while (o->known_only && !syscall_name(f->abi, f->nr));
}

static inline struct tr_fact random_fact(struct rng *r, const struct random_opts *o,
					 uint32_t n_recordings)
{
	struct tr_fact f = { 0 };

	do
		f.kind = rng_below(r, TR_FACT_MAX);
	while (o->kinds && !(o->kinds & 1u << f.kind));
	switch (f.kind) {
	case TR_FACT_ARG:
		f.arg.index = (uint8_t)rng_below(r, 6);
		f.arg.overflow = rng_one_in(r, 8);
		if (!f.arg.overflow)
			f.arg.value = rng_one_in(r, 4) ? rng_u64(r) : rng_below(r, 8);
		random_syscall(r, o, &f);
		break;
	case TR_FACT_SYSCALL:
		random_syscall(r, o, &f);
		break;
	case TR_FACT_FILE:
		f.act = (uint16_t)rng_below(r, TR_ACT_MAX);
		f.perms = (uint16_t)rng_below(r, 64);
		f.path = random_path(r, o);
		f.source = f.act == TR_ACT_LINK ? random_path(r, o) : NULL;
		break;
	case TR_FACT_EXEC:
		f.path = random_path(r, o);
		f.interp = rng_one_in(r, 2) ? random_path(r, o) : NULL;
		break;
	case TR_FACT_CAPABILITY:
		f.cap = (uint16_t)rng_below(r, 41);
		f.need = (uint16_t)rng_below(r, 3);
		break;
	case TR_FACT_SOCKET:
		f.sock.family = (uint16_t)rng_below(r, 46);
		f.sock.type = (uint16_t)(1 + rng_below(r, 5));
		f.sock.protocol = rng_below(r, 3);
		break;
	case TR_FACT_NETWORK:
		f.sock.family = (uint16_t)rng_below(r, 46);
		f.sock.type = (uint16_t)(1 + rng_below(r, 5));
		if (rng_one_in(r, 2)) {
			f.path = random_path(r, o);
			f.sock.port = (uint16_t)rng_below(r, 65536);
		}
		break;
	case TR_FACT_SIGNAL:
		f.nr = rng_below(r, 65);
		f.op = (uint16_t)(TR_ACCESS_SEND + rng_below(r, 2));
		f.peer = (uint16_t)rng_below(r, TR_PEER_MAX);
		break;
	case TR_FACT_PTRACE:
		f.op = (uint16_t)(TR_ACCESS_TRACE + rng_below(r, 4));
		f.peer = (uint16_t)rng_below(r, TR_PEER_MAX);
		break;
	case TR_FACT_MOUNT:
		f.op = (uint16_t)rng_below(r, TR_MOUNT_MAX);
		f.path = random_path(r, o);
		f.source = rng_one_in(r, 2) ? random_path(r, o) : NULL;
		f.fstype = rng_one_in(r, 2) ? random_path(r, o) : NULL;
		f.mount_flags = rng_one_in(r, 4) ? rng_u64(r) : rng_below(r, 64);
		break;
	case TR_FACT_IO_URING:
		f.op = (uint16_t)rng_below(r, TR_URING_MAX);
		break;
	case TR_FACT_USERNS:
	case TR_FACT_MAX:
		break;
	}
	random_evidence(r, o, n_recordings, &f.ev);
	return f;
}

/* One of 16 ids, so that two models share some. Everything but the id is by chance. */
static inline struct tr_recording random_recording(struct rng *r, const struct random_opts *o)
{
	static const char *const keys[] = { "image", "image.digest", "kernel", "mount" };
	struct tr_recording rec = { .start_seen = o->complete || rng_one_in(r, 2),
				    .ended = TR_ENDED_EXITED };

	rec.id = tr_xasprintf("%032x", rng_below(r, 16) * 0x01234567u);
	rec.subject = tr_xstrdup(o->subject ? o->subject : "subject");
	rec.started = rng_one_in(r, 8) ? 0 : 1700000000 + rng_below(r, 100);
	rec.stopped = rng_one_in(r, 8) ? 0 : 1700002000 + rng_below(r, 100);
	rec.seconds = rng_one_in(r, 8) ? 0 : 1 + rng_below(r, 900);
	rec.order = rng_one_in(r, 2) ? 0 : 1 + rng_below(r, 9);
	if (!o->complete) {
		rec.ended = (enum tr_ended)rng_below(r, TR_ENDED_MAX);
		while (rng_one_in(r, 2))
			rec.losses[rng_below(r, TR_LOSS_MAX)] = rng_u64(r) >> 1;
	}
	while (!rng_one_in(r, 3)) {
		char *value = random_path(r, o);

		tr_context_add(&rec, keys[rng_below(r, TR_ARRAY_SIZE(keys))], value);
		free(value);
	}
	return rec;
}

/* Initialises f and fills it. */
static inline void random_facts(struct rng *r, const struct random_opts *o, struct tr_facts *f)
{
	uint32_t n_recordings = 1 + rng_below(r, o->max_recordings ? o->max_recordings : 1);
	uint32_t n_facts = o->max_facts ? rng_below(r, o->max_facts + 1) : 0;

	tr_facts_init(f);
	while (n_recordings--) {
		struct tr_recording rec = random_recording(r, o);

		tr_facts_add_recording(f, &rec);
	}
	while (n_facts--) {
		struct tr_fact fact = random_fact(r, o, (uint32_t)f->n_recordings);

		tr_facts_add(f, &fact, NULL);
	}
}

#endif
