// SPDX-License-Identifier: Apache-2.0
/* The same acts without their system calls: io_uring, spoken to directly. */
#include <linux/io_uring.h>
#include <linux/openat2.h>
#include <netinet/in.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include "oracle.h"

struct ring {
	int fd;
	char *sq, *cq;
	struct io_uring_sqe *sqes;
	struct io_uring_params p;
};

static int ring_try(struct ring *r, unsigned int flags)
{
	memset(r, 0, sizeof(*r));
	r->p.flags = flags;
	r->p.sq_thread_idle = 100;
	r->fd = (int)syscall(SYS_io_uring_setup, 4, &r->p);
	return r->fd;
}

static void *ring_part(const struct ring *r, size_t size, off_t offset)
{
	void *p =
		mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, r->fd, offset);

	mapped(p);
	return p;
}

static void ring_open(struct ring *r, unsigned int flags)
{
	if (ring_try(r, flags) < 0)
		skip("io_uring_setup: %s", strerror(errno));
	r->sq = ring_part(r, r->p.sq_off.array + r->p.sq_entries * sizeof(uint32_t),
			  IORING_OFF_SQ_RING);
	r->cq = ring_part(r, r->p.cq_off.cqes + r->p.cq_entries * sizeof(struct io_uring_cqe),
			  IORING_OFF_CQ_RING);
	r->sqes = ring_part(r, r->p.sq_entries * sizeof(struct io_uring_sqe), IORING_OFF_SQES);
}

static unsigned int *at_offset(char *base, unsigned int offset)
{
	return (unsigned int *)(void *)(base + offset);
}

/* Submits one and waits; its result. */
static int ring_do(struct ring *r, const struct io_uring_sqe *sqe)
{
	unsigned int *tail = at_offset(r->sq, r->p.sq_off.tail),
		     *head = at_offset(r->cq, r->p.cq_off.head);
	unsigned int mask = *at_offset(r->sq, r->p.sq_off.ring_mask),
		     flags = IORING_ENTER_GETEVENTS;
	struct io_uring_cqe *cqe;
	int result;

	r->sqes[*tail & mask] = *sqe;
	at_offset(r->sq, r->p.sq_off.array)[*tail & mask] = *tail & mask;
	__atomic_store_n(tail, *tail + 1, __ATOMIC_RELEASE);
	if (r->p.flags & IORING_SETUP_SQPOLL)
		flags |= IORING_ENTER_SQ_WAKEUP;
	must((int)syscall(SYS_io_uring_enter, r->fd, 1, 1, flags, NULL, 0));
	cqe = (struct io_uring_cqe *)(void *)(r->cq + r->p.cq_off.cqes) +
	      (*head & *at_offset(r->cq, r->p.cq_off.ring_mask));
	result = cqe->res;
	__atomic_store_n(head, *head + 1, __ATOMIC_RELEASE);
	return result;
}

static int ring_must(struct ring *r, const struct io_uring_sqe *sqe, const char *what)
{
	int result = ring_do(r, sqe);

	if (result == -EINVAL || result == -EOPNOTSUPP)
		skip("io_uring %s: %s", what, strerror(-result));
	if (result < 0)
		broken("io_uring %s: %s", what, strerror(-result));
	return result;
}

static int one(const struct io_uring_sqe *sqe, const char *what)
{
	struct ring r;

	ring_open(&r, 0);
	return ring_must(&r, sqe, what);
}

static uint64_t pointer(const void *p)
{
	return (uint64_t)(uintptr_t)p;
}

CASE(uring_openat, "uring-openat")
{
	struct io_uring_sqe sqe = { .opcode = IORING_OP_OPENAT,
				    .fd = AT_FDCWD,
				    .addr = pointer(at("file")),
				    .open_flags = O_RDWR };

	one(&sqe, "openat");
}

CASE(uring_openat_creates, "uring-openat-creates")
{
	struct io_uring_sqe sqe = { .opcode = IORING_OP_OPENAT,
				    .addr = pointer("new"),
				    .len = 0644,
				    .open_flags = O_WRONLY | O_CREAT };

	sqe.fd = must(open(at("dir"), O_PATH | O_DIRECTORY));
	one(&sqe, "openat");
}

/* By a worker: another task. */
CASE(uring_openat_async, "uring-openat-async")
{
	struct io_uring_sqe sqe = { .opcode = IORING_OP_OPENAT,
				    .fd = AT_FDCWD,
				    .addr = pointer(at("file")),
				    .open_flags = O_WRONLY,
				    .flags = IOSQE_ASYNC };

	one(&sqe, "openat");
}

CASE(uring_openat2, "uring-openat2")
{
	struct open_how how = { .flags = O_RDONLY, .resolve = RESOLVE_NO_MAGICLINKS };
	struct io_uring_sqe sqe = { .opcode = IORING_OP_OPENAT2,
				    .fd = AT_FDCWD,
				    .addr = pointer(at("sym")),
				    .len = sizeof(how),
				    .off = pointer(&how) };

	one(&sqe, "openat2");
}

CASE(uring_sqpoll, "uring-sqpoll")
{
	struct io_uring_sqe sqe = { .opcode = IORING_OP_OPENAT,
				    .fd = AT_FDCWD,
				    .addr = pointer(at("file")),
				    .open_flags = O_RDONLY };
	struct ring r;

	ring_open(&r, IORING_SETUP_SQPOLL);
	ring_must(&r, &sqe, "openat");
	declare("io_uring sqpoll");
}

CASE(uring_personality, "uring-personality")
{
	struct io_uring_sqe sqe = { .opcode = IORING_OP_OPENAT,
				    .fd = AT_FDCWD,
				    .addr = pointer(at("file")),
				    .open_flags = O_RDONLY };
	struct ring r;

	ring_open(&r, 0);
	sqe.personality = (uint16_t)must(
		(int)syscall(SYS_io_uring_register, r.fd, IORING_REGISTER_PERSONALITY, NULL, 0));
	ring_must(&r, &sqe, "openat with a personality");
	declare("io_uring override_creds");
}

CASE(uring_unlinkat, "uring-unlinkat")
{
	struct io_uring_sqe sqe = { .opcode = IORING_OP_UNLINKAT,
				    .fd = AT_FDCWD,
				    .addr = pointer(at("file")) };

	one(&sqe, "unlinkat");
}

CASE(uring_rmdir, "uring-rmdir")
{
	struct io_uring_sqe sqe = { .opcode = IORING_OP_UNLINKAT,
				    .fd = AT_FDCWD,
				    .addr = pointer(at("dir")),
				    .unlink_flags = AT_REMOVEDIR };

	one(&sqe, "unlinkat");
}

CASE(uring_renameat, "uring-renameat")
{
	struct io_uring_sqe sqe = { .opcode = IORING_OP_RENAMEAT,
				    .fd = AT_FDCWD,
				    .addr = pointer(at("file")),
				    .len = (uint32_t)AT_FDCWD,
				    .off = pointer(at("new")) };

	one(&sqe, "renameat");
}

CASE(uring_mkdirat, "uring-mkdirat")
{
	struct io_uring_sqe sqe = {
		.opcode = IORING_OP_MKDIRAT, .fd = AT_FDCWD, .addr = pointer(at("new")), .len = 0755
	};

	one(&sqe, "mkdirat");
}

CASE(uring_symlinkat, "uring-symlinkat")
{
	struct io_uring_sqe sqe = { .opcode = IORING_OP_SYMLINKAT,
				    .fd = AT_FDCWD,
				    .addr = pointer("x"),
				    .off = pointer(at("new")) };

	one(&sqe, "symlinkat");
}

CASE(uring_linkat, "uring-linkat")
{
	struct io_uring_sqe sqe = { .opcode = IORING_OP_LINKAT,
				    .fd = AT_FDCWD,
				    .addr = pointer(vol("file")),
				    .len = (uint32_t)AT_FDCWD,
				    .off = pointer(vol("new")) };

	one(&sqe, "linkat");
}

CASE(uring_fallocate, "uring-fallocate")
{
	struct io_uring_sqe sqe = { .opcode = IORING_OP_FALLOCATE, .addr = 4096 };

	sqe.fd = must(open(vol("file"), O_WRONLY));
	one(&sqe, "fallocate");
}

NOTHING(uring_statx, "uring-statx")
{
	struct statx stx;
	struct io_uring_sqe sqe = { .opcode = IORING_OP_STATX,
				    .fd = AT_FDCWD,
				    .addr = pointer(at("file")),
				    .len = STATX_ALL,
				    .off = pointer(&stx) };

	one(&sqe, "statx");
}

CASE(uring_socket, "uring-socket")
{
	struct io_uring_sqe sqe = { .opcode = IORING_OP_SOCKET,
				    .fd = AF_INET6,
				    .off = SOCK_SEQPACKET,
				    .len = IPPROTO_TCP };
	struct ring r;

	/* No such socket: asked for, and then refused, so that nobody else's is taken for it. */
	ring_open(&r, 0);
	if (ring_do(&r, &sqe) == -EINVAL)
		skip("io_uring socket");
}

CASE(uring_connect, "uring-connect")
{
	struct sockaddr_in to = { .sin_family = AF_INET,
				  .sin_port = htons(9),
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct io_uring_sqe sqe = { .opcode = IORING_OP_CONNECT,
				    .addr = pointer(&to),
				    .off = sizeof(to) };
	struct ring r;

	ring_open(&r, 0);
	sqe.fd = must(socket(AF_INET, SOCK_STREAM, 0));
	want(ring_do(&r, &sqe) == -ECONNREFUSED);
}
