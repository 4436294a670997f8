// SPDX-License-Identifier: Apache-2.0
#include "record/ring.h"

#include <bpf/libbpf.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "util/mem.h"

/* Who writes an event may be preempted in the middle, where the kernel's programs can be. */
#define DRAIN_MS 10000

struct ring {
	struct ring_buffer *buffer;
	ring_event event;
	void *arg;
	size_t bytes, taken;
	/* How far it was read and written, each on a page of its own (kernel/bpf/ringbuf.c). */
	const unsigned long *read, *written;
};

/* A number below 0 ends the round. */
static int on_bytes(void *arg, void *bytes, size_t size)
{
	struct ring *r = arg;

	r->event(r->arg, bytes, size);
	r->taken += size;
	return r->taken < r->bytes ? 0 : -ECANCELED;
}

static const unsigned long *map_position(int fd, int page)
{
	long size = sysconf(_SC_PAGESIZE);
	void *p = mmap(NULL, (size_t)size, PROT_READ, MAP_SHARED, fd, page * size);

	return p == MAP_FAILED ? NULL : p;
}

int ring_open(struct ring **ret, int fd, size_t bytes, ring_event event, void *arg,
	      struct tr_err *err)
{
	struct ring *r = tr_xcalloc(1, sizeof(*r));

	r->event = event;
	r->arg = arg;
	r->bytes = bytes;
	r->buffer = ring_buffer__new(fd, on_bytes, r, NULL);
	r->read = map_position(fd, 0);
	r->written = map_position(fd, 1);
	if (r->buffer && r->read && r->written) {
		*ret = r;
		return 0;
	}
	tr_err_errno(err, TR_ERR_CANNOT, errno, "set up the ring buffer");
	ring_close(r);
	return -1;
}

static void unmap_position(const unsigned long *p)
{
	if (p)
		munmap((void *)(uintptr_t)p, (size_t)sysconf(_SC_PAGESIZE));
}

void ring_close(struct ring *r)
{
	if (!r)
		return;
	ring_buffer__free(r->buffer);
	unmap_position(r->read);
	unmap_position(r->written);
	free(r);
}

int ring_fd(const struct ring *r)
{
	return ring_buffer__epoll_fd(r->buffer);
}

int ring_take(struct ring *r, struct tr_err *err)
{
	int n;

	r->taken = 0;
	n = ring_buffer__consume(r->buffer);
	if (n < 0 && n != -EINTR && n != -ECANCELED)
		return tr_err_errno(err, TR_ERR_CANNOT, -n, "read the ring buffer");
	return 0;
}

bool ring_drain(struct ring *r)
{
	const struct timespec ms = { .tv_nsec = 1000000 };
	unsigned long end = __atomic_load_n(r->written, __ATOMIC_ACQUIRE);

	for (int i = 0; i < DRAIN_MS; i++) {
		if (i)
			nanosleep(&ms, NULL);
		ring_take(r, NULL);
		if ((long)(end - __atomic_load_n(r->read, __ATOMIC_ACQUIRE)) <= 0)
			return true;
	}
	return false;
}
