// SPDX-License-Identifier: Apache-2.0
#include "formats/apparmor_words.h"

#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>

#include "tables/families.h"
#include "util/mem.h"

_Static_assert(APPARMOR_FAMILY_SIZE >= FAMILY_SIZE, "a family's name fits");

static void lower(char *s)
{
	for (; *s; s++)
		if (*s >= 'A' && *s <= 'Z')
			*s = (char)(*s - 'A' + 'a');
}

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

/* The parser has the kernel's words, in small letters, but none for DECnet. */
const char *apparmor_word_family(unsigned family, char buf[APPARMOR_FAMILY_SIZE])
{
	char name[FAMILY_SIZE];

	family_name(family, name);
	if (strncmp(name, "AF_", 3) != 0 || !strcmp(name, "AF_DECnet"))
		return NULL;
	snprintf(buf, APPARMOR_FAMILY_SIZE, "%s", name + 3);
	lower(buf);
	return buf;
}

const char *apparmor_word_type(unsigned type)
{
	static const char *const types[] = { NULL,   "stream", "dgram", "raw", "rdm",	"seqpacket",
					     "dccp", NULL,     NULL,	NULL,  "packet" };

	return type < TR_ARRAY_SIZE(types) ? types[type] : NULL;
}

/* security/apparmor/include/sig_names.h: those that the kernel calls otherwise than signal(7) does. */
const char *apparmor_word_signal(unsigned number, char buf[APPARMOR_SIGNAL_SIZE])
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
	lower(buf);
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
