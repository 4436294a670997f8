// SPDX-License-Identifier: Apache-2.0
/* Whether a container needs a network, and where it can be reached. */
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "policy/run.h"
#include "util/mem.h"

/* These work the same without any interface but the loopback. */
static bool is_local(unsigned family)
{
	return family == AF_UNIX || family == AF_NETLINK || family == AF_ALG;
}

static const char *family_name(unsigned family)
{
	switch (family) {
	case AF_INET:
		return "IPv4";
	case AF_INET6:
		return "IPv6";
	case AF_PACKET:
		return "packet";
	default:
		return "another";
	}
}

static int is_outward(const struct tr_fact *fact, void *arg)
{
	const struct tr_fact **first = arg;

	if ((fact->kind == TR_FACT_NETWORK || fact->kind == TR_FACT_SOCKET) && run_was_done(fact) &&
	    !is_local(fact->sock.family))
		*first = fact;
	return *first != NULL;
}

static bool is_loopback(const char *address)
{
	return address && (!strncmp(address, "127.", 4) || !strcmp(address, "::1"));
}

static bool is_inet(const struct tr_fact *fact)
{
	return fact->sock.family == AF_INET || fact->sock.family == AF_INET6;
}

static int take_port(const struct tr_fact *fact, void *arg)
{
	struct tr_run_options *o = arg;
	tr_cleanup_free char *value = NULL;
	const char *protocol = fact->sock.type == SOCK_STREAM ? "tcp" :
			       fact->sock.type == SOCK_DGRAM  ? "udp" :
								NULL;

	if (fact->kind != TR_FACT_NETWORK || !run_was_done(fact) || !is_inet(fact) ||
	    !fact->sock.port || !protocol || is_loopback(fact->path))
		return 0;
	value = tr_xasprintf("%u/%s", (unsigned)fact->sock.port, protocol);
	for (size_t i = 0; i < o->n; i++)
		if (o->v[i].kind == TR_RUN_PORT && !strcmp(o->v[i].value, value))
			return 0;
	run_leave_out(o, TR_RUN_PORT, value,
		      tr_xasprintf("bound%s%s; to be published where others are to reach it",
				   fact->ev.exes.n ? " by " : "",
				   fact->ev.exes.n ? fact->ev.exes.v[0] : ""));
	return 0;
}

/* Sockets are told by their calls' arguments, and by what the kernel was asked. */
static bool is_blind(const struct tr_recording *rec)
{
	const struct tr_strset *arguments = tr_context_all(rec, "arguments");

	return !tr_context_get(rec, "backend") &&
	       !(arguments && tr_strset_has(arguments, "socket"));
}

void run_network(struct tr_run_options *o, const struct tr_facts *facts)
{
	const struct tr_fact *first = NULL;

	for (size_t i = 0; i < facts->n_recordings; i++) {
		if (!is_blind(&facts->recordings[i]))
			continue;
		run_leave_out(o, TR_RUN_NETWORK, "none",
			      tr_xstrdup("sockets were not looked at in every recording"));
		return;
	}
	if (!tr_facts_each(facts, is_outward, &first)) {
		tr_run_options_add(
			o, TR_RUN_NETWORK, "none",
			tr_xstrdup("no socket was used that leads out of the container"));
		return;
	}
	run_leave_out(o, TR_RUN_NETWORK, "none",
		      tr_xasprintf("%s sockets were used%s%s%s", family_name(first->sock.family),
				   first->ev.exes.n ? " by " : "",
				   first->ev.exes.n ? first->ev.exes.v[0] : "",
				   run_any_has(facts, "host.network", "true") ?
					   "; it was recorded in the host's network" :
					   ""));
	tr_facts_each(facts, take_port, o);
}
