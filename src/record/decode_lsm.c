// SPDX-License-Identifier: Apache-2.0
/* What the kernel's security modules are asked beyond files. */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "record/decode.h"
#include "util/mem.h"

_Static_assert(TR_ADDRESS_MAX == sizeof(((struct sockaddr_un *)0)->sun_path), "TR_ADDRESS_MAX");

static const enum tr_fact_kind kinds[TR_ASKED_KINDS] = {
	[TR_ASKED_CAPABILITY] = TR_FACT_CAPABILITY, [TR_ASKED_SIGNAL] = TR_FACT_SIGNAL,
	[TR_ASKED_PTRACE] = TR_FACT_PTRACE,	    [TR_ASKED_USERNS] = TR_FACT_USERNS,
	[TR_ASKED_IO_URING] = TR_FACT_IO_URING,
};

bool decode_asked(const void *data, size_t len, struct tr_fact *ret)
{
	const struct tr_event_asked *e = data;

	if (len < sizeof(*e) || e->kind >= TR_ASKED_KINDS || e->peer >= TR_PEER_MAX ||
	    e->need > TR_NEED_UNKNOWN || e->number > 64)
		return false;
	*ret = (struct tr_fact){ .kind = kinds[e->kind] };
	ret->ev.flags = TR_EV_DONE;
	switch (e->kind) {
	case TR_ASKED_CAPABILITY:
		ret->cap = (uint16_t)e->number;
		ret->need = e->need;
		return e->number < 64;
	case TR_ASKED_USERNS:
		return true;
	case TR_ASKED_SIGNAL:
		ret->nr = e->number;
		break;
	}
	ret->op = e->op;
	ret->peer = e->peer;
	return tr_op_name(ret->kind, ret->op)[0] != '?';
}

/* sun_path: a path may lack its NUL; a name in the abstract namespace begins with one. */
static char *unix_address(const char *path, size_t len)
{
	char *text;

	if (path[0])
		return tr_xstrndup(path, strnlen(path, len));
	text = tr_xmalloc(len + 1);
	memcpy(text, path, len);
	/* What stands for bytes that no string can hold. */
	for (size_t i = 0; i < len; i++)
		if (!text[i])
			text[i] = '@';
	text[len] = '\0';
	return text;
}

static char *address_text(const struct tr_event_network *e, const void *address)
{
	char text[INET6_ADDRSTRLEN];

	if (e->family == AF_UNIX)
		return unix_address(address, e->address_len);
	if (e->family == AF_INET && e->address_len == sizeof(struct in_addr) &&
	    inet_ntop(AF_INET, address, text, sizeof(text)))
		return tr_xstrdup(text);
	if (e->family == AF_INET6 && e->address_len == sizeof(struct in6_addr) &&
	    inet_ntop(AF_INET6, address, text, sizeof(text)))
		return tr_xstrdup(text);
	return NULL;
}

bool decode_network(const void *data, size_t len, struct tr_fact *ret)
{
	const struct tr_event_network *e = data;

	if (len < sizeof(*e) || e->address_len > len - sizeof(*e) ||
	    e->address_len > TR_ADDRESS_MAX)
		return false;
	*ret = (struct tr_fact){ .kind = TR_FACT_NETWORK };
	ret->ev.flags = TR_EV_DONE;
	ret->sock.family = e->family;
	ret->sock.type = e->type;
	if (!e->address_len)
		return true;
	ret->path = address_text(e, e + 1);
	ret->sock.port = e->port;
	return ret->path != NULL;
}

bool decode_mount(const void *data, size_t len, struct tr_fact *ret, struct mount_names *names)
{
	const struct tr_event_mount *e = data;
	const char *path = (const char *)(e + 1), *source, *fstype, *cwd, *root;

	if (len < sizeof(*e) || e->op >= TR_MOUNT_MAX || (e->path_flags & TR_PATH_TRUNCATED) ||
	    (size_t)e->path_len + e->source_len + e->fstype_len + e->cwd_len + e->root_len >
		    len - sizeof(*e))
		return false;
	source = path + e->path_len;
	fstype = source + e->source_len;
	cwd = fstype + e->fstype_len;
	root = cwd + e->cwd_len;
	if (e->named ? !e->path_len || memchr(path, '\0', e->path_len) || !e->cwd_len :
		       !decode_is_path(path, e->path_len))
		return false;
	if ((e->cwd_len && !decode_is_path(cwd, e->cwd_len)) ||
	    (e->root_len && !decode_is_path(root, e->root_len)))
		return false;
	*ret = (struct tr_fact){ .kind = TR_FACT_MOUNT, .op = e->op, .mount_flags = e->flags };
	ret->ev.flags = e->error ? TR_EV_FAILED : TR_EV_DONE;
	ret->path = decode_path(path, e->path_len, e->path_flags);
	ret->source = e->source_len ? decode_path(source, e->source_len, e->source_flags) : NULL;
	ret->fstype = e->fstype_len ? tr_xstrndup(fstype, e->fstype_len) : NULL;
	names->cwd = e->cwd_len ? tr_xstrndup(cwd, e->cwd_len) : NULL;
	names->root = e->root_len ? tr_xstrndup(root, e->root_len) : tr_xstrdup("/");
	return true;
}

void mount_names_release(struct mount_names *names)
{
	free(names->cwd);
	free(names->root);
}
