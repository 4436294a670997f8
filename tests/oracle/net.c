// SPDX-License-Identifier: Apache-2.0
/* Sockets of each family and type, and what is done with them. */
#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "oracle.h"

CASE(socket_inet_stream, "socket-inet-stream")
{
	must(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
}

CASE(socket_inet_dgram, "socket-inet-dgram")
{
	must(socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0));
}

CASE(socket_inet_raw, "socket-inet-raw")
{
	must(socket(AF_INET, SOCK_RAW, IPPROTO_ICMP));
}

CASE(socket_inet6_stream, "socket-inet6-stream")
{
	need(socket(AF_INET6, SOCK_STREAM, 0));
}

CASE(socket_inet6_dgram, "socket-inet6-dgram")
{
	need(socket(AF_INET6, SOCK_DGRAM, 0));
}

CASE(socket_inet6_raw, "socket-inet6-raw")
{
	need(socket(AF_INET6, SOCK_RAW, IPPROTO_ICMPV6));
}

CASE(socket_unix_stream, "socket-unix-stream")
{
	must(socket(AF_UNIX, SOCK_STREAM, 0));
}

CASE(socket_unix_dgram, "socket-unix-dgram")
{
	must(socket(AF_UNIX, SOCK_DGRAM, 0));
}

CASE(socket_unix_seqpacket, "socket-unix-seqpacket")
{
	must(socket(AF_UNIX, SOCK_SEQPACKET, 0));
}

/* The kernel makes a datagram socket of it, after it has asked. */
CASE(socket_unix_raw, "socket-unix-raw")
{
	must(socket(AF_UNIX, SOCK_RAW, 0));
}

CASE(socket_netlink_raw, "socket-netlink-raw")
{
	must(socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE));
}

CASE(socket_netlink_dgram, "socket-netlink-dgram")
{
	must(socket(AF_NETLINK, SOCK_DGRAM, NETLINK_KOBJECT_UEVENT));
}

CASE(socket_packet_raw, "socket-packet-raw")
{
	need(socket(AF_PACKET, SOCK_RAW, htons(ETH_P_ALL)));
}

CASE(socket_packet_dgram, "socket-packet-dgram")
{
	need(socket(AF_PACKET, SOCK_DGRAM, htons(ETH_P_IP)));
}

/* What the kernel lacks is asked for before it is looked for. */
CASE(socket_alg, "socket-alg")
{
	if (socket(AF_ALG, SOCK_SEQPACKET, 0) < 0)
		fails(-1, EAFNOSUPPORT);
}

CASE(socket_vsock, "socket-vsock")
{
	if (socket(AF_VSOCK, SOCK_STREAM, 0) < 0)
		fails(-1, EAFNOSUPPORT);
}

CASE(socket_bluetooth, "socket-bluetooth")
{
	if (socket(AF_BLUETOOTH, SOCK_RAW, 0) < 0)
		fails(-1, EAFNOSUPPORT);
}

CASE(socket_no_such_type, "socket-no-such-type")
{
	fails(socket(AF_INET, SOCK_RDM, 0), ESOCKTNOSUPPORT);
}

NOTHING(socket_no_such_family, "socket-no-such-family")
{
	fails(socket(AF_MAX + 3, SOCK_STREAM, 0), EAFNOSUPPORT);
}

NOTHING(socket_no_such_flag, "socket-no-such-flag")
{
	fails(socket(AF_INET, SOCK_STREAM | 0x100000, 0), EINVAL);
}

CASE(socket_mptcp, "socket-mptcp")
{
	if (socket(AF_INET, SOCK_STREAM, 262) < 0)
		skip("mptcp: %s", strerror(errno));
}

CASE(socketpair_stream, "socketpair-stream")
{
	int pair[2];

	must(socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
	must((int)write(pair[0], "x", 1));
}

CASE(socketpair_seqpacket, "socketpair-seqpacket")
{
	int pair[2];

	must(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair));
}

CASE(socketpair_refused, "socketpair-refused")
{
	int pair[2];

	fails(socketpair(AF_INET, SOCK_STREAM, 0, pair), EOPNOTSUPP);
}

static struct sockaddr_in loopback(uint16_t port)
{
	return (struct sockaddr_in){ .sin_family = AF_INET,
				     .sin_port = htons(port),
				     .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
}

static int bound(int type, uint16_t port)
{
	struct sockaddr_in here = loopback(port);
	int fd = must(socket(AF_INET, type, 0));

	must(bind(fd, (struct sockaddr *)&here, sizeof(here)));
	return fd;
}

CASE(bind_inet, "bind-inet")
{
	bound(SOCK_STREAM, 7001);
	declare("bound inet stream 127.0.0.1 7001");
}

CASE(bind_inet_dgram, "bind-inet-dgram")
{
	bound(SOCK_DGRAM, 7002);
	declare("bound inet dgram 127.0.0.1 7002");
}

CASE(bind_inet_low, "bind-inet-low")
{
	bound(SOCK_STREAM, 7);
	declare("bound inet stream 127.0.0.1 7");
}

CASE(bind_inet_any, "bind-inet-any")
{
	struct sockaddr_in here = { .sin_family = AF_INET };
	int fd = must(socket(AF_INET, SOCK_STREAM, 0));

	must(bind(fd, (struct sockaddr *)&here, sizeof(here)));
	must(listen(fd, 1));
	declare("bound inet stream 0.0.0.0 0");
}

CASE(bind_inet6, "bind-inet6")
{
	struct sockaddr_in6 here = { .sin6_family = AF_INET6,
				     .sin6_port = htons(7003),
				     .sin6_addr = IN6ADDR_ANY_INIT };
	int fd = need(socket(AF_INET6, SOCK_STREAM, 0));

	must(bind(fd, (struct sockaddr *)&here, sizeof(here)));
	declare("bound inet6 stream :: 7003");
}

CASE(bind_unix_abstract, "bind-unix-abstract")
{
	struct sockaddr_un un = { .sun_family = AF_UNIX, .sun_path = "\0oracle-abstract" };

	must(bind(must(socket(AF_UNIX, SOCK_STREAM, 0)), (struct sockaddr *)&un,
		  (socklen_t)(offsetof(struct sockaddr_un, sun_path) + sizeof("@oracle-abstract") -
			      1)));
	declare("bound unix stream @oracle-abstract 0");
}

CASE(bind_unix_autobind, "bind-unix-autobind")
{
	sa_family_t family = AF_UNIX;

	must(bind(must(socket(AF_UNIX, SOCK_DGRAM, 0)), (struct sockaddr *)(void *)&family,
		  sizeof(family)));
}

static uint16_t served;

static void connect_and_speak(void)
{
	struct sockaddr_in to = loopback(served);
	int fd = must(socket(AF_INET, SOCK_STREAM, 0));
	char byte;

	must(connect(fd, (struct sockaddr *)&to, sizeof(to)));
	must((int)send(fd, "x", 1, 0));
	must((int)recv(fd, &byte, 1, 0));
}

CASE(accept_and_speak, "accept-and-speak")
{
	int fd, lfd = bound(SOCK_STREAM, 7004), one = 1;
	socklen_t len = sizeof(one);
	char byte;
	pid_t pid;

	served = 7004;
	must(setsockopt(lfd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)));
	must(listen(lfd, 4));
	pid = must(fork());
	if (pid == 0) {
		connect_and_speak();
		_exit(0);
	}
	fd = must(accept4(lfd, NULL, NULL, SOCK_CLOEXEC));
	must((int)recv(fd, &byte, 1, 0));
	must(getsockopt(fd, SOL_SOCKET, SO_ERROR, &one, &len));
	must((int)send(fd, "y", 1, 0));
	must(shutdown(fd, SHUT_RDWR));
	must(waitpid(pid, NULL, 0));
	declare("bound inet stream 127.0.0.1 7004");
}

CASE(connect_refused, "connect-refused")
{
	struct sockaddr_in to = loopback(9);

	fails(connect(must(socket(AF_INET, SOCK_STREAM, 0)), (struct sockaddr *)&to, sizeof(to)),
	      ECONNREFUSED);
}

CASE(sendto_recvfrom, "sendto-recvfrom")
{
	struct sockaddr_in to = loopback(7005);
	int fd = bound(SOCK_DGRAM, 7005);
	char byte;

	must((int)sendto(must(socket(AF_INET, SOCK_DGRAM, 0)), "x", 1, 0, (struct sockaddr *)&to,
			 sizeof(to)));
	must((int)recvfrom(fd, &byte, 1, 0, NULL, NULL));
	declare("bound inet dgram 127.0.0.1 7005");
}

CASE(sendmsg_mapped, "sendmsg-mapped")
{
	struct sockaddr_in6 to = { .sin6_family = AF_INET6, .sin6_port = htons(7006) };
	struct iovec iov = { .iov_base = (char[]){ 'x' }, .iov_len = 1 };
	struct msghdr msg = {
		.msg_name = &to, .msg_namelen = sizeof(to), .msg_iov = &iov, .msg_iovlen = 1
	};

	want(inet_pton(AF_INET6, "::ffff:127.0.0.1", &to.sin6_addr) == 1);
	must((int)sendmsg(need(socket(AF_INET6, SOCK_DGRAM, 0)), &msg, 0));
}

CASE(netlink_asks, "netlink-asks")
{
	struct {
		struct nlmsghdr header;
		struct rtgenmsg body;
	} ask = { .header = { .nlmsg_len = NLMSG_LENGTH(sizeof(struct rtgenmsg)),
			      .nlmsg_type = RTM_GETLINK,
			      .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP } };
	int fd = must(socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE));
	char answer[4096];

	must((int)send(fd, &ask, ask.header.nlmsg_len, 0));
	must((int)recv(fd, answer, sizeof(answer), 0));
}

CASE(connect_unix_path, "connect-unix-path")
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	int fd = must(socket(AF_UNIX, SOCK_STREAM, 0));

	snprintf(un.sun_path, sizeof(un.sun_path), "%s", vol("new"));
	must(bind(fd, (struct sockaddr *)&un, sizeof(un)));
	must(listen(fd, 1));
	must(connect(must(socket(AF_UNIX, SOCK_STREAM, 0)), (struct sockaddr *)&un, sizeof(un)));
	declare("bound unix stream %s 0", un.sun_path);
}

CASE(sendto_unix_path, "sendto-unix-path")
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };

	snprintf(un.sun_path, sizeof(un.sun_path), "%s", vol("new"));
	must(bind(must(socket(AF_UNIX, SOCK_DGRAM, 0)), (struct sockaddr *)&un, sizeof(un)));
	must((int)sendto(must(socket(AF_UNIX, SOCK_DGRAM, 0)), "x", 1, 0, (struct sockaddr *)&un,
			 sizeof(un)));
	declare("bound unix dgram %s 0", un.sun_path);
}

CASE(interface_ioctl, "interface-ioctl")
{
	struct ifreq ifr = { .ifr_name = "lo" };
	int fd = must(socket(AF_INET, SOCK_DGRAM, 0));

	must(ioctl(fd, SIOCGIFFLAGS, &ifr));
	must(ioctl(fd, SIOCSIFFLAGS, &ifr));
}
