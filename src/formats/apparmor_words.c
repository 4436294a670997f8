// SPDX-License-Identifier: Apache-2.0
#include "formats/apparmor_words.h"

#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>

#include "util/mem.h"

void apparmor_quote(struct strbuf *sb, const char *name)
{
	strbuf_addc(sb, '"');
	for (const unsigned char *p = (const unsigned char *)name; *p; p++) {
		bool plain = (*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') ||
			     (*p >= '0' && *p <= '9') || strchr("/._+-", *p);

		if (plain)
			strbuf_addc(sb, (char)*p);
		else
			strbuf_addf(sb, "\\%03o", *p);
	}
	strbuf_addc(sb, '"');
}

/* sys/socket.h's AF_*, as the parser spells them. */
static const char *const families[] = {
	"unspec",   "unix",	  "inet",    "ax25",	  "ipx",     "appletalk", "netrom",
	"bridge",   "atmpvc",	  "x25",     "inet6",	  "rose",    NULL,	  "netbeui",
	"security", "key",	  "netlink", "packet",	  "ash",     "econet",	  "atmsvc",
	"rds",	    "sna",	  "irda",    "pppox",	  "wanpipe", "llc",	  "ib",
	"mpls",	    "can",	  "tipc",    "bluetooth", "iucv",    "rxrpc",	  "isdn",
	"phonet",   "ieee802154", "caif",    "alg",	  "nfc",     "vsock",	  "kcm",
	"qipcrtr",  "smc",	  "xdp",
};

const char *apparmor_family(unsigned family)
{
	return family < TR_ARRAY_SIZE(families) ? families[family] : NULL;
}

const char *apparmor_socket_type(unsigned type)
{
	static const char *const types[] = { NULL,   "stream", "dgram", "raw", "rdm",	"seqpacket",
					     "dccp", NULL,     NULL,	NULL,  "packet" };

	return type < TR_ARRAY_SIZE(types) ? types[type] : NULL;
}

/* security/apparmor/include/sig_names.h: those that the kernel calls otherwise than signal(7) does. */
const char *apparmor_signal(unsigned number, char buf[APPARMOR_SIGNAL_SIZE])
{
	const char *name;

	if (number == 0)
		return "exists";
	if (number == SIGTSTP)
		return "stp";
	if (number == SIGIO)
		return "io";
	if (number >= 32) {
		snprintf(buf, APPARMOR_SIGNAL_SIZE, "rtmin+%u", number - 32);
		return buf;
	}
	name = sigabbrev_np((int)number);
	snprintf(buf, APPARMOR_SIGNAL_SIZE, "%s", name ? name : "exists");
	for (char *p = buf; *p; p++)
		if (*p >= 'A' && *p <= 'Z')
			*p += 'a' - 'A';
	return buf;
}

void apparmor_mount_options(struct strbuf *sb, uint64_t flags)
{
	static const struct {
		uint32_t bit;
		const char *word, *recursive;
	} words[] = {
		{ MS_NOSUID, "nosuid", NULL },
		{ MS_NODEV, "nodev", NULL },
		{ MS_NOEXEC, "noexec", NULL },
		{ MS_SYNCHRONOUS, "sync", NULL },
		{ MS_REMOUNT, "remount", NULL },
		{ MS_MANDLOCK, "mand", NULL },
		{ MS_DIRSYNC, "dirsync", NULL },
		{ MS_NOATIME, "noatime", NULL },
		{ MS_NODIRATIME, "nodiratime", NULL },
		{ MS_BIND, "bind", "rbind" },
		{ MS_MOVE, "move", NULL },
		{ MS_SILENT, "silent", NULL },
		{ MS_POSIXACL, "acl", NULL },
		{ MS_UNBINDABLE, "unbindable", "runbindable" },
		{ MS_PRIVATE, "private", "rprivate" },
		{ MS_SLAVE, "slave", "rslave" },
		{ MS_SHARED, "shared", "rshared" },
		{ MS_RELATIME, "relatime", NULL },
		{ MS_I_VERSION, "iversion", NULL },
		{ MS_STRICTATIME, "strictatime", NULL },
	};

	strbuf_adds(sb, flags & MS_RDONLY ? "ro" : "rw");
	for (size_t i = 0; i < TR_ARRAY_SIZE(words); i++)
		if (flags & words[i].bit)
			strbuf_addf(sb, ",%s",
				    (flags & MS_REC) && words[i].recursive ? words[i].recursive :
									     words[i].word);
}
