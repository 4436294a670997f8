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

void apparmor_quote_byte(struct strbuf *sb, unsigned char c)
{
	bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		     (c && strchr("/._+-", c));

	if (plain)
		strbuf_addc(sb, (char)c);
	else
		strbuf_addf(sb, "\\%03o", c);
}

void apparmor_quote(struct strbuf *sb, const char *name)
{
	strbuf_addc(sb, '"');
	for (; *name; name++)
		apparmor_quote_byte(sb, (unsigned char)*name);
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
	/* Number 6, dccp, has no word there (apparmor, parser/network.cc: sock_types). */
	static const char *const types[] = { NULL, "stream", "dgram", "raw", "rdm",   "seqpacket",
					     NULL, NULL,     NULL,    NULL,  "packet" };

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

void apparmor_letters(uint16_t perms, char buf[APPARMOR_LETTERS_SIZE])
{
	static const char all[] = "rwklmx";

	for (size_t i = 0; all[i]; i++)
		if (perms & 1U << i)
			*buf++ = all[i];
	*buf = '\0';
}

/* uapi/linux/capability.h. */
static const char *const capabilities[] = {
	"chown",
	"dac_override",
	"dac_read_search",
	"fowner",
	"fsetid",
	"kill",
	"setgid",
	"setuid",
	"setpcap",
	"linux_immutable",
	"net_bind_service",
	"net_broadcast",
	"net_admin",
	"net_raw",
	"ipc_lock",
	"ipc_owner",
	"sys_module",
	"sys_rawio",
	"sys_chroot",
	"sys_ptrace",
	"sys_pacct",
	"sys_admin",
	"sys_boot",
	"sys_nice",
	"sys_resource",
	"sys_time",
	"sys_tty_config",
	"mknod",
	"lease",
	"audit_write",
	"audit_control",
	"setfcap",
	"mac_override",
	"mac_admin",
	"syslog",
	"wake_alarm",
	"block_suspend",
	"audit_read",
	"perfmon",
	"bpf",
	"checkpoint_restore",
};

const char *apparmor_word_capability(unsigned number)
{
	return number < TR_ARRAY_SIZE(capabilities) ? capabilities[number] : NULL;
}

bool apparmor_abi_has_capability(unsigned number)
{
	return number <= 39; /* bpf: the last of the words in /etc/apparmor.d/abi/3.0 */
}

unsigned apparmor_capability_number(const char *word)
{
	for (unsigned i = 0; i < TR_ARRAY_SIZE(capabilities); i++)
		if (!strcmp(capabilities[i], word))
			return i;
	return APPARMOR_CAPABILITIES;
}

unsigned apparmor_family_number(const char *word)
{
	char buf[APPARMOR_FAMILY_SIZE];
	unsigned i;

	for (i = 0; i < APPARMOR_FAMILIES; i++) {
		const char *name = apparmor_word_family(i, buf);

		if (name && !strcmp(name, word))
			break;
	}
	return i;
}

unsigned apparmor_type_number(const char *word)
{
	unsigned i;

	for (i = 0; i < APPARMOR_TYPES; i++) {
		const char *name = apparmor_word_type(i);

		if (name && !strcmp(name, word))
			break;
	}
	return i;
}

unsigned apparmor_signal_number(const char *word)
{
	char buf[APPARMOR_SIGNAL_SIZE];
	unsigned i;

	for (i = 0; i < APPARMOR_SIGNALS; i++) {
		const char *name = apparmor_word_signal(i, buf);

		if (name && !strcmp(name, word))
			break;
	}
	return i;
}

static const struct {
	uint32_t bit;
	const char *word, *recursive;
} mount_words[] = {
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

bool apparmor_mount_options(struct strbuf *sb, uint64_t flags)
{
	uint64_t left = flags & ~(uint64_t)MS_RDONLY;

	strbuf_adds(sb, flags & MS_RDONLY ? "ro" : "rw");
	for (size_t i = 0; i < TR_ARRAY_SIZE(mount_words); i++) {
		bool recursive = (flags & MS_REC) && mount_words[i].recursive;

		if (!(flags & mount_words[i].bit))
			continue;
		strbuf_addf(sb, ",%s", recursive ? mount_words[i].recursive : mount_words[i].word);
		left &= ~((uint64_t)mount_words[i].bit | (recursive ? MS_REC : 0));
	}
	return !left;
}

bool apparmor_mount_flag(const char *word, uint64_t *ret)
{
	if (!strcmp(word, "rw") || !strcmp(word, "ro")) {
		*ret = word[1] == 'o' ? MS_RDONLY : 0;
		return true;
	}
	for (size_t i = 0; i < TR_ARRAY_SIZE(mount_words); i++) {
		bool plain = !strcmp(mount_words[i].word, word);

		if (!plain &&
		    (!mount_words[i].recursive || strcmp(mount_words[i].recursive, word) != 0))
			continue;
		*ret = mount_words[i].bit | (plain ? 0 : MS_REC);
		return true;
	}
	return false;
}
