// SPDX-License-Identifier: Apache-2.0
/* A need as the rule that would meet it: apparmor.d(5). Names are quoted byte by byte. */
#include <stdlib.h>
#include <string.h>
#include <sys/capability.h>

#include "formats/apparmor_words.h"
#include "policy/needs.h"

static void add_file(struct strbuf *sb, const struct need *n)
{
	if (n->who == NEED_OWNER)
		strbuf_adds(sb, "owner ");
	apparmor_quote(sb, n->path);
	strbuf_addc(sb, ' ');
	if (n->perms & TR_PERM_R)
		strbuf_addc(sb, 'r');
	if (n->perms & TR_PERM_W)
		strbuf_addc(sb, 'w');
	if (n->perms & TR_PERM_K)
		strbuf_addc(sb, 'k');
	if (n->perms & TR_PERM_L)
		strbuf_addc(sb, 'l');
	if (n->perms & TR_PERM_M)
		strbuf_addc(sb, 'm');
	if (n->perms & TR_PERM_X)
		strbuf_adds(sb, "ix");
}

static void add_link(struct strbuf *sb, const struct need *n)
{
	strbuf_adds(sb, n->who == NEED_OWNER ? "owner link " : "link ");
	apparmor_quote(sb, n->path);
	strbuf_adds(sb, " -> ");
	apparmor_quote(sb, n->source);
}

static void add_capability(struct strbuf *sb, const struct need *n)
{
	char *name = n->number <= CAP_LAST_CAP ? cap_to_name((cap_value_t)n->number) : NULL;

	/* "cap_" in front, or a bare number that is none of this libcap's. */
	if (name && !strncmp(name, "cap_", 4))
		strbuf_addf(sb, "capability %s", name + 4);
	else
		strbuf_adds(sb, "capability");
	cap_free(name);
}

static void add_network(struct strbuf *sb, const struct need *n)
{
	char buf[APPARMOR_FAMILY_SIZE];
	const char *family = apparmor_word_family(n->family, buf),
		   *type = apparmor_word_type(n->type);

	strbuf_adds(sb, "network");
	if (family)
		strbuf_addf(sb, " %s", family);
	if (family && type)
		strbuf_addf(sb, " %s", type);
}

static const char *access_word(unsigned access)
{
	static const char *const words[TR_ACCESS_MAX] = { "send",     "receive", "trace",
							  "tracedby", "read",	 "readby" };

	return access < TR_ACCESS_MAX ? words[access] : "";
}

static void add_peer(struct strbuf *sb, const struct need *n, const char *profile)
{
	strbuf_adds(sb, " peer=");
	apparmor_quote(sb, n->peer ? n->peer : profile);
}

static void add_mount(struct strbuf *sb, const struct need *n)
{
	strbuf_adds(sb, "mount options=(");
	apparmor_mount_options(sb, n->flags);
	strbuf_addc(sb, ')');
	if (n->fstype) {
		strbuf_adds(sb, " fstype=");
		apparmor_quote(sb, n->fstype);
	}
	if (n->source) {
		strbuf_addc(sb, ' ');
		apparmor_quote(sb, n->source);
	}
	strbuf_adds(sb, " -> ");
	apparmor_quote(sb, n->path);
}

void need_rule(struct strbuf *sb, const struct need *n, const char *profile)
{
	char signal[APPARMOR_SIGNAL_SIZE];

	switch (n->kind) {
	case NEED_FILE:
		add_file(sb, n);
		break;
	case NEED_LINK:
		add_link(sb, n);
		break;
	case NEED_CAPABILITY:
		add_capability(sb, n);
		break;
	case NEED_NETWORK:
		add_network(sb, n);
		break;
	case NEED_SIGNAL:
		strbuf_addf(sb, "signal (%s) set=(%s)", access_word(n->access),
			    apparmor_word_signal(n->number, signal));
		add_peer(sb, n, profile);
		break;
	case NEED_PTRACE:
		strbuf_addf(sb, "ptrace (%s)", access_word(n->access));
		add_peer(sb, n, profile);
		break;
	case NEED_MOUNT:
		add_mount(sb, n);
		break;
	case NEED_UMOUNT:
		strbuf_adds(sb, "umount ");
		apparmor_quote(sb, n->path);
		break;
	case NEED_PIVOT_ROOT:
		strbuf_adds(sb, "pivot_root oldroot=");
		apparmor_quote(sb, n->source);
		strbuf_addc(sb, ' ');
		apparmor_quote(sb, n->path);
		break;
	case NEED_USERNS:
		strbuf_adds(sb, "userns");
		break;
	case NEED_IO_URING:
		strbuf_adds(sb, n->access == TR_URING_SQPOLL ? "io_uring (sqpoll)" :
							       "io_uring (override_creds)");
		break;
	}
	strbuf_addc(sb, ',');
}
