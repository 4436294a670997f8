// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Hooks on sockets. Whoever made a socket, whoever uses it is asked for: a family and a type, the same at
 * each act. So all of them come to one fact, and one lookup is what a message costs.
 */
#include "hooks.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

SEC("?fentry/security_socket_create")
int BPF_PROG(hook_socket_create, int family, int type, int protocol, int kern)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct tr_mark *m = kern ? NULL : acting(task);

	if (m)
		network_used(m, task, (__u16)family, (__u16)type);
	return 0;
}

static __always_inline int used(struct socket *sock)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct tr_mark *m = acting(task);
	struct sock *sk;

	if (!m)
		return 0;
	sk = sock->sk;
	if (sk)
		network_used(m, task, sk->__sk_common.skc_family, sk->sk_type);
	return 0;
}

/* An address as sockaddr has it: the port is in front, in network order; a path has the rest. */
static __always_inline void fill_bound(struct bound *b, const void *address, __u32 len)
{
	__u16 port = 0;

	bpf_probe_read_kernel(&port, sizeof(port), address + 2);
	switch (b->head.family) {
	case AF_INET:
		b->head.port = __builtin_bswap16(port);
		b->head.address_len = 4;
		bpf_probe_read_kernel(b->address, 4, address + 4);
		break;
	case AF_INET6:
		b->head.port = __builtin_bswap16(port);
		b->head.address_len = 16;
		bpf_probe_read_kernel(b->address, 16, address + 8);
		break;
	case AF_UNIX:
		/* Two bytes alone ask for any name. */
		if (len <= 2 || len > 2 + TR_ADDRESS_MAX)
			return;
		b->head.address_len = (__u16)(len - 2);
		bpf_probe_read_kernel(b->address, len - 2, address + 2);
		break;
	default:
		return;
	}
	b->hash = bound_hash(b);
}

SEC("?fentry/security_socket_bind")
int BPF_PROG(hook_socket_bind, struct socket *sock, struct sockaddr *address, int addrlen)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct tr_mark *m = acting(task);
	struct bound b = { 0 };
	struct sock *sk = sock->sk;

	if (!m || !sk)
		return 0;
	network_used(m, task, sk->__sk_common.skc_family, sk->sk_type);
	b.task = address_of(task);
	b.head.family = sk->__sk_common.skc_family;
	b.head.type = sk->sk_type;
	fill_bound(&b, (const void *)address_of(address), (__u32)addrlen);
	if (b.hash)
		network(m, &b);
	return 0;
}

SEC("?fentry/security_socket_connect")
int BPF_PROG(hook_socket_connect, struct socket *sock)
{
	return used(sock);
}

SEC("?fentry/security_socket_listen")
int BPF_PROG(hook_socket_listen, struct socket *sock)
{
	return used(sock);
}

SEC("?fentry/security_socket_accept")
int BPF_PROG(hook_socket_accept, struct socket *sock)
{
	return used(sock);
}

SEC("?fentry/security_socket_sendmsg")
int BPF_PROG(hook_socket_sendmsg, struct socket *sock)
{
	return used(sock);
}

SEC("?fentry/security_socket_recvmsg")
int BPF_PROG(hook_socket_recvmsg, struct socket *sock)
{
	return used(sock);
}
