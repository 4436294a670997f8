// SPDX-License-Identifier: Apache-2.0
/*
 * Records of refusals: security/apparmor/audit.c, file.c (file_audit_cb), net.c (audit_net_cb), ipc.c, mount.c.
 * Strings that could hold a quote or a blank are in hexadecimal (kernel/audit.c: audit_log_untrustedstring).
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/mount.h>

#include "formats/apparmor_words.h"
#include "record/denials.h"
#include "util/mem.h"

#define MAX_DENIALS 1000 /* kinds: a container may be refused ever new names */

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static char *from_hex(const char *s, size_t len)
{
	char *out = tr_xmalloc(len / 2 + 1);
	size_t n = 0;

	for (size_t i = 0; i + 1 < len; i += 2) {
		int byte = hex_digit(s[i]) * 16 + hex_digit(s[i + 1]);

		if (hex_digit(s[i]) < 0 || hex_digit(s[i + 1]) < 0 || !byte) {
			free(out);
			return NULL;
		}
		out[n++] = (char)byte;
	}
	out[n] = '\0';
	return len % 2 ? (free(out), NULL) : out;
}

/* The value of ` key="..."` or ` key=...`, on the heap; NULL if it is not there. is_name: bare is hexadecimal. */
static char *field(const char *record, const char *key, bool is_name)
{
	size_t n = strlen(key);

	for (const char *p = record; (p = strstr(p, key)); p += n) {
		const char *value = p + n + 1;
		size_t len;
		char *name;

		if ((p > record && p[-1] != ' ') || p[n] != '=')
			continue;
		if (*value == '"') {
			len = strcspn(++value, "\"");
			return tr_xasprintf("%.*s", (int)len, value);
		}
		len = strcspn(value, " ");
		name = is_name ? from_hex(value, len) : NULL;
		return name ? name : tr_xasprintf("%.*s", (int)len, value);
	}
	return NULL;
}

static unsigned file_perms(const char *mask)
{
	unsigned perms = 0;

	for (; *mask; mask++)
		switch (*mask) {
		case 'r':
			perms |= TR_PERM_R;
			break;
		case 'w':
		case 'a':
		case 'c':
		case 'd':
			perms |= TR_PERM_W;
			break;
		case 'k':
			perms |= TR_PERM_K;
			break;
		case 'l':
			perms |= TR_PERM_L;
			break;
		case 'm':
			perms |= TR_PERM_M;
			break;
		case 'x':
			perms |= TR_PERM_X;
			break;
		}
	return perms;
}

static bool need_file(struct denial *d, const char *record)
{
	tr_cleanup_free char *mask = field(record, "denied_mask", false);

	d->path = field(record, "name", true);
	d->source = field(record, "target", true);
	if (!mask || !d->path)
		return false;
	d->need.perms = file_perms(mask);
	if ((d->need.perms & TR_PERM_L) && d->source) {
		d->need.kind = NEED_LINK;
		return true;
	}
	return d->need.perms != 0;
}

static bool need_capability(struct denial *d, const char *record)
{
	tr_cleanup_free char *name = field(record, "capname", false), *full = NULL;
	cap_value_t cap;

	full = tr_xasprintf("cap_%s", name ? name : "");
	d->need.kind = NEED_CAPABILITY;
	if (!name || cap_from_name(full, &cap) < 0)
		return false;
	d->need.number = (unsigned)cap;
	return true;
}

static bool need_network(struct denial *d, const char *record)
{
	tr_cleanup_free char *family = field(record, "family", false);
	tr_cleanup_free char *type = field(record, "sock_type", false);

	d->need.kind = NEED_NETWORK;
	if (!family || !type)
		return false;
	d->need.family = apparmor_family_number(family);
	d->need.type = apparmor_type_number(type);
	return d->need.family < APPARMOR_FAMILIES;
}

static bool access_of(struct denial *d, const char *record)
{
	static const struct {
		const char *word;
		enum tr_access access;
	} words[] = {
		{ "send", TR_ACCESS_SEND },   { "receive", TR_ACCESS_RECEIVE },
		{ "trace", TR_ACCESS_TRACE }, { "tracedby", TR_ACCESS_TRACEDBY },
		{ "read", TR_ACCESS_READ },   { "readby", TR_ACCESS_READBY },
	};
	tr_cleanup_free char *mask = field(record, "denied_mask", false);

	d->peer = field(record, "peer", true);
	d->need.peer = d->peer;
	for (size_t i = 0; mask && d->peer && i < TR_ARRAY_SIZE(words); i++)
		if (!strcmp(words[i].word, mask)) {
			d->need.access = words[i].access;
			return true;
		}
	return false;
}

static bool need_signal(struct denial *d, const char *record)
{
	tr_cleanup_free char *signal = field(record, "signal", false);

	d->need.kind = NEED_SIGNAL;
	d->need.number = signal ? apparmor_signal_number(signal) : APPARMOR_SIGNALS;
	return access_of(d, record) && d->need.number < APPARMOR_SIGNALS;
}

static bool need_ptrace(struct denial *d, const char *record)
{
	d->need.kind = NEED_PTRACE;
	return access_of(d, record);
}

/* The flags of a mount are words in an order of the kernel's own: they are left to what was said. */
static bool need_mount(struct denial *d, const char *record)
{
	d->path = field(record, "name", true);
	d->source = field(record, "srcname", true);
	if (!d->path)
		return false;
	if (!strcmp(d->operation, "umount"))
		d->need.kind = NEED_UMOUNT;
	else if (!strcmp(d->operation, "pivotroot") && d->source)
		d->need.kind = NEED_PIVOT_ROOT;
	else
		return false;
	return true;
}

static bool fill_need(struct denial *d, const char *record)
{
	static const struct {
		const char *operation;
		bool (*fill)(struct denial *d, const char *record);
	} others[] = {
		{ "capable", need_capability }, { "signal", need_signal },
		{ "ptrace", need_ptrace },	{ "mount", need_mount },
		{ "umount", need_mount },	{ "pivotroot", need_mount },
	};

	for (size_t i = 0; i < TR_ARRAY_SIZE(others); i++)
		if (!strcmp(others[i].operation, d->operation))
			return others[i].fill(d, record);
	if (strstr(record, " family="))
		return need_network(d, record);
	return need_file(d, record);
}

static bool is_of(const char *record, const char *profile)
{
	tr_cleanup_free char *name = field(record, "profile", true);
	size_t n = strlen(profile);

	return name && !strncmp(name, profile, n) && (!name[n] || !strncmp(name + n, "//", 2));
}

static void denial_release(struct denial *d)
{
	free(d->operation);
	free(d->comm);
	free(d->path);
	free(d->source);
	free(d->fstype);
	free(d->peer);
	free(d->said);
}

void denial_list_release(struct denial_list *l)
{
	for (size_t i = 0; i < l->n; i++)
		denial_release(&l->v[i]);
	free(l->v);
	memset(l, 0, sizeof(*l));
}

/* From the operation to what differs from process to process. */
static char *what_was_said(const char *record)
{
	const char *from = strstr(record, "operation="), *to = strstr(record, " pid=");
	const char *more = strstr(record, " requested_mask=");
	char *said;

	from = from ? from : record;
	if (!to || to < from)
		return tr_xstrdup(from);
	said = tr_xasprintf("%.*s%s", (int)(to - from), from, more && more > to ? more : "");
	to = strstr(said, " fsuid=");
	if (to)
		said[to - said] = '\0';
	return said;
}

static void add(struct denial_list *l, const char *record, char *operation)
{
	struct denial d = { .operation = operation, .n = 1 };

	d.said = what_was_said(record);
	for (size_t i = 0; i < l->n; i++)
		if (!strcmp(l->v[i].said, d.said)) {
			l->v[i].n++;
			denial_release(&d);
			return;
		}
	if (l->n >= MAX_DENIALS) {
		l->more++;
		denial_release(&d);
		return;
	}
	d.comm = field(record, "comm", true);
	d.need.who = NEED_OWNER | NEED_OTHER;
	d.understood = fill_need(&d, record);
	d.need.path = d.path;
	d.need.source = d.source;
	if (!d.comm)
		d.comm = tr_xstrdup("?");
	l->v = tr_xrealloc(l->v, l->n + 1, sizeof(*l->v));
	l->v[l->n++] = d;
}

bool denial_parse(struct denial_list *l, const char *record, size_t len, const char *profile)
{
	tr_cleanup_free char *text = tr_xmalloc(len + 1);
	char *operation;

	/* The kernel leaves only printable bytes in a record; others would be somebody else's. */
	for (size_t i = 0; i < len; i++)
		text[i] = isprint((unsigned char)record[i]) ? record[i] : ' ';
	text[len] = '\0';
	if (!strstr(text, "apparmor=\"DENIED\"") || !is_of(text, profile))
		return false;
	operation = field(text, "operation", false);
	if (!operation)
		return false;
	add(l, text, operation);
	return true;
}
