// SPDX-License-Identifier: Apache-2.0
#include "record/denials.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/netlink.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "util/mem.h"

/* Room for what comes while nobody reads: a container may be refused much. */
#define RECEIVE_BYTES (16 << 20)
/* kernel/audit.c: MAX_AUDIT_MESSAGE_LENGTH, and the header. */
#define MESSAGE_BYTES (8970 + NLMSG_HDRLEN)
/* The kernel's thread hands records on as soon as it runs; on a busy machine that may take a while. */
#define QUIET_MS 300
#define AVC_RECORD \
	1400 /* linux/audit.h: AUDIT_AVC; AppArmor's are 1500 to 1507 where it is asked to */
#define AA_FIRST 1500
#define AA_LAST	 1507

struct denials {
	int fd;
	char *profile;
};

int denials_open(struct denials **ret, const char *profile, struct tr_err *err)
{
	struct sockaddr_nl addr = { .nl_family = AF_NETLINK,
				    .nl_groups = 1U << (AUDIT_NLGRP_READLOG - 1) };
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_AUDIT);
	int bytes = RECEIVE_BYTES, e;

	if (fd < 0)
		return tr_err_errno(
			err, TR_ERR_CANNOT, errno,
			"what AppArmor refuses cannot be heard: no audit in this kernel");
	/* Fails without CAP_NET_ADMIN; then there is less room, and a loss would be told. */
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof(bytes)) < 0)
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes));
	if (bind(fd, (struct sockaddr *)&addr, sizeof(addr)) < 0) {
		e = errno;
		close(fd);
		return tr_err_errno(err, TR_ERR_CANNOT, e,
				    "what AppArmor refuses cannot be heard (CAP_AUDIT_READ)");
	}
	*ret = tr_xmalloc(sizeof(**ret));
	(*ret)->fd = fd;
	(*ret)->profile = tr_xstrdup(profile);
	return 0;
}

void denials_close(struct denials *d)
{
	if (!d)
		return;
	close(d->fd);
	free(d->profile);
	free(d);
}

static void take(const struct denials *d, const char *message, size_t len, struct denial_list *l)
{
	struct nlmsghdr h;

	if (len < NLMSG_HDRLEN)
		return;
	memcpy(&h, message, sizeof(h));
	if (h.nlmsg_type != AVC_RECORD && (h.nlmsg_type < AA_FIRST || h.nlmsg_type > AA_LAST))
		return;
	/* nlmsg_len of audit's messages is not always the whole length (audit_log_end). */
	denial_parse(l, message + NLMSG_HDRLEN, len - NLMSG_HDRLEN, d->profile);
}

void denials_collect(struct denials *d, struct denial_list *ret, bool *ret_lost)
{
	tr_cleanup_free char *message = tr_xmalloc(MESSAGE_BYTES);
	struct pollfd p = { .fd = d->fd, .events = POLLIN };

	memset(ret, 0, sizeof(*ret));
	*ret_lost = false;
	while (poll(&p, 1, QUIET_MS) > 0) {
		ssize_t n;
		struct sockaddr_nl from;
		socklen_t from_len = sizeof(from);

		n = recvfrom(d->fd, message, MESSAGE_BYTES, 0, (struct sockaddr *)&from, &from_len);
		if (n < 0 && errno == ENOBUFS)
			*ret_lost = true;
		else if (n < 0 && errno != EAGAIN && errno != EINTR)
			return;
		/* Only the kernel is believed. */
		if (n > 0 && from_len == sizeof(from) && from.nl_pid == 0)
			take(d, message, (size_t)n, ret);
	}
}
