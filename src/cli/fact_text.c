// SPDX-License-Identifier: Apache-2.0
/* A fact in a few words. Whatever came from a container is escaped. */
#include <inttypes.h>
#include <string.h>
#include <sys/capability.h>

#include "cli/answers.h"
#include "cli/explain.h"
#include "facts/names.h"
#include "tables/families.h"
#include "tables/signals.h"
#include "tables/syscalls.h"
#include "util/strbuf.h"
#include "util/text.h"

static void add_text(struct strbuf *sb, const char *s)
{
	text_escape(sb, s, strlen(s));
}

static void add_file(struct strbuf *sb, const struct tr_fact *fact)
{
	char perms[PERMS_SIZE];

	strbuf_addf(sb, "%s ", tr_act_name((enum tr_act)fact->act));
	add_text(sb, fact->path);
	if (fact->source) {
		strbuf_adds(sb, " to ");
		add_text(sb, fact->source);
	}
	if (fact->perms)
		strbuf_addf(sb, " for %s", perms_name(fact->perms, perms));
	if (!(fact->ev.flags & TR_EV_DONE))
		strbuf_adds(sb, " (failed)");
}

static void add_call(struct strbuf *sb, const struct tr_fact *fact)
{
	char nr[32];

	strbuf_addf(sb, "%s", syscall_label((enum tr_abi)fact->abi, fact->nr, nr, sizeof(nr)));
	if (fact->abi != syscall_native_abi())
		strbuf_addf(sb, " of %s", tr_abi_name((enum tr_abi)fact->abi));
}

static void add_network(struct strbuf *sb, const struct tr_fact *fact)
{
	char family[FAMILY_SIZE];

	strbuf_addf(sb, "network %s, type %u", family_name(fact->sock.family, family),
		    fact->sock.type);
	if (!fact->path)
		return;
	strbuf_adds(sb, ", bound to ");
	add_text(sb, fact->path);
	if (fact->sock.port)
		strbuf_addf(sb, " port %u", fact->sock.port);
}

/* Signals and ptrace: what, on which side, and with whom. */
static void add_peer(struct strbuf *sb, const struct tr_fact *fact)
{
	char buf[SIGNAL_NAME_SIZE];
	const char *name = signal_name((int)fact->nr, buf);

	if (fact->kind == TR_FACT_PTRACE)
		strbuf_adds(sb, "ptrace");
	else if (name)
		strbuf_addf(sb, "signal %s", name);
	else
		strbuf_addf(sb, "signal %u", fact->nr);
	strbuf_addf(sb, " %s, peer %s", tr_op_name(fact->kind, fact->op),
		    fact->peer == TR_PEER_SELF ? "in the container" : "outside");
}

static void add_mount(struct strbuf *sb, const struct tr_fact *fact)
{
	strbuf_addf(sb, "%s ", tr_op_name(fact->kind, fact->op));
	add_text(sb, fact->path);
	if (fact->fstype) {
		strbuf_adds(sb, ", type ");
		add_text(sb, fact->fstype);
	}
	if (fact->source) {
		strbuf_adds(sb, fact->op == TR_MOUNT_PIVOT_ROOT ? ", old root at " : ", from ");
		add_text(sb, fact->source);
	}
	if (fact->mount_flags)
		strbuf_addf(sb, ", flags 0x%" PRIx64, fact->mount_flags);
}

char *explain_fact_text(const struct tr_fact *fact)
{
	struct strbuf sb = STRBUF_INIT;
	char family[FAMILY_SIZE];
	char *cap;

	switch (fact->kind) {
	case TR_FACT_SYSCALL:
		strbuf_adds(&sb, "syscall ");
		add_call(&sb, fact);
		break;
	case TR_FACT_ARG:
		add_call(&sb, fact);
		if (fact->arg.overflow)
			strbuf_addf(&sb, " with many values of argument %u", fact->arg.index);
		else
			strbuf_addf(&sb, " with argument %u = 0x%" PRIx64, fact->arg.index,
				    fact->arg.value);
		break;
	case TR_FACT_FILE:
		add_file(&sb, fact);
		break;
	case TR_FACT_EXEC:
		strbuf_adds(&sb, "run ");
		add_text(&sb, fact->path);
		if (fact->interp) {
			strbuf_adds(&sb, " by ");
			add_text(&sb, fact->interp);
		}
		if (fact->ev.flags & TR_EV_GAINED)
			strbuf_adds(&sb,
				    ", which gained rights: set-id, or capabilities of the file");
		break;
	case TR_FACT_CAPABILITY:
		cap = cap_to_name(fact->cap);
		strbuf_addf(&sb, "%s, %s", cap ? cap : "a capability", need_name(fact->need));
		cap_free(cap);
		break;
	case TR_FACT_SOCKET:
		strbuf_addf(&sb, "socket %s, type %u, protocol %u",
			    family_name(fact->sock.family, family), fact->sock.type,
			    fact->sock.protocol);
		break;
	case TR_FACT_NETWORK:
		add_network(&sb, fact);
		break;
	case TR_FACT_SIGNAL:
	case TR_FACT_PTRACE:
		add_peer(&sb, fact);
		break;
	case TR_FACT_MOUNT:
		add_mount(&sb, fact);
		break;
	case TR_FACT_USERNS:
		strbuf_adds(&sb, "create a user namespace");
		break;
	case TR_FACT_IO_URING:
		strbuf_addf(&sb, "io_uring %s", tr_op_name(fact->kind, fact->op));
		break;
	case TR_FACT_MAX:
		break;
	}
	return strbuf_detach(&sb);
}
