// SPDX-License-Identifier: Apache-2.0
/* The key of a fact: each kind's members, written and read by a pair of functions. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/capability.h>

#include "facts/names.h"
#include "tables/signals.h"
#include "tables/syscalls.h"
#include "trace/format.h"
#include "trammel/facts.h"
#include "util/json.h"
#include "util/mem.h"

static void put_syscall(json_object *o, const struct tr_fact *fact)
{
	const char *name = syscall_name(fact->abi, fact->nr);

	put(o, "abi", json_object_new_string(tr_abi_name(fact->abi)));
	put(o, "nr", json_object_new_int64(fact->nr));
	if (name)
		put(o, "name", json_object_new_string(name));
}

/* nr is the key. A name is for people, but one that says something else is a forged line. */
static int check_name(json_object *o, const char *where, const struct tr_fact *fact,
		      struct tr_err *err)
{
	const char *name = NULL, *known = syscall_name(fact->abi, fact->nr);

	if (json_member_string(o, "name", where, &name, err) < 0)
		return -1;
	if (!name || (known && !strcmp(name, known)))
		return 0;
	if (known)
		return tr_err_set(err, TR_ERR_INPUT, "%s.name: %s %u is %s, not %.64s", where,
				  tr_abi_name(fact->abi), fact->nr, known, name);
	if (syscall_number(fact->abi, name) >= 0)
		return tr_err_set(err, TR_ERR_INPUT, "%s.name: %s %.64s is %d, not %u", where,
				  tr_abi_name(fact->abi), name, syscall_number(fact->abi, name),
				  fact->nr);
	return 0;
}

static int get_syscall(json_object *o, const char *where, struct tr_fact *fact, struct tr_err *err)
{
	const char *abi = need_string(o, "abi", where, err);
	uint64_t nr = 0;

	if (!abi)
		return -1;
	if (tr_abi_from_name(abi) < 0)
		return tr_err_set(err, TR_ERR_INPUT,
				  "%s.abi: expected x86_64, i386, x32 or aarch64, found '%.64s'",
				  where, abi);
	fact->abi = (uint16_t)tr_abi_from_name(abi);
	if (need_u64(o, "nr", where, UINT32_MAX, &nr, err) < 0)
		return -1;
	fact->nr = (uint32_t)nr;
	return check_name(o, where, fact, err);
}

/* In hexadecimal: these are flags and masks, and jq would round what is above 2^53. */
static void put_hex(json_object *o, const char *key, uint64_t value)
{
	char hex[24];

	snprintf(hex, sizeof(hex), "0x%llx", (unsigned long long)value);
	put(o, key, json_object_new_string(hex));
}

static void put_arg(json_object *o, const struct tr_fact *fact)
{
	put_syscall(o, fact);
	put(o, "index", json_object_new_int(fact->arg.index));
	if (fact->arg.overflow) {
		put(o, "overflow", json_object_new_boolean(true));
		return;
	}
	put_hex(o, "value", fact->arg.value);
}

static int parse_hex(const char *s, uint64_t *ret)
{
	static const char digits[] = "0123456789abcdef";
	uint64_t v = 0;
	size_t n;

	if (strncmp(s, "0x", 2))
		return -1;
	s += 2;
	n = strlen(s);
	if (!n || n > 16 || strspn(s, digits) != n || (n > 1 && *s == '0'))
		return -1;
	for (; *s; s++)
		v = v << 4 | (uint64_t)(strchr(digits, *s) - digits);
	*ret = v;
	return 0;
}

static int read_hex(const char *text, const char *key, const char *where, uint64_t *ret,
		    struct tr_err *err)
{
	if (parse_hex(text, ret) == 0)
		return 0;
	return tr_err_set(err, TR_ERR_INPUT,
			  "%s.%s: expected a number like \"0x1f\", found '%.64s'", where, key,
			  text);
}

static int get_arg(json_object *o, const char *where, struct tr_fact *fact, struct tr_err *err)
{
	const char *value = NULL;
	uint64_t index = 0;

	if (get_syscall(o, where, fact, err) < 0 ||
	    need_u64(o, "index", where, 5, &index, err) < 0 ||
	    json_member_bool(o, "overflow", where, &fact->arg.overflow, err) < 0 ||
	    json_member_string(o, "value", where, &value, err) < 0)
		return -1;
	fact->arg.index = (uint8_t)index;
	if (!value == !fact->arg.overflow)
		return tr_err_set(err, TR_ERR_INPUT,
				  "%s: expected either a value or \"overflow\":true", where);
	return value ? read_hex(value, "value", where, &fact->arg.value, err) : 0;
}

static void put_file(json_object *o, const struct tr_fact *fact)
{
	char perms[PERMS_SIZE];

	put_escaped(o, "path", fact->path);
	put(o, "act", json_object_new_string(tr_act_name(fact->act)));
	put(o, "perms", json_object_new_string(perms_name(fact->perms, perms)));
	put_escaped(o, "target", fact->source);
}

static int get_file(json_object *o, const char *where, struct tr_fact *fact, struct tr_err *err)
{
	const char *act = need_string(o, "act", where, err), *perms;
	int mask;

	if (!act || !(perms = need_string(o, "perms", where, err)))
		return -1;
	if (tr_act_from_name(act) < 0)
		return tr_err_set(err, TR_ERR_INPUT, "%s.act: '%.64s' is no act", where, act);
	mask = perms_from_name(perms);
	if (mask < 0)
		return tr_err_set(err, TR_ERR_INPUT,
				  "%s.perms: expected letters of rwklmx, each once, found '%.64s'",
				  where, perms);
	fact->act = (uint16_t)tr_act_from_name(act);
	fact->perms = (uint16_t)mask;
	if (opt_escaped(o, "target", where, &fact->source, err) < 0)
		return -1;
	return need_escaped(o, "path", where, &fact->path, err);
}

static void put_exec(json_object *o, const struct tr_fact *fact)
{
	put_escaped(o, "path", fact->path);
	put_escaped(o, "interp", fact->interp);
}

static int get_exec(json_object *o, const char *where, struct tr_fact *fact, struct tr_err *err)
{
	if (need_escaped(o, "path", where, &fact->path, err) < 0)
		return -1;
	return opt_escaped(o, "interp", where, &fact->interp, err);
}

static void put_capability(json_object *o, const struct tr_fact *fact)
{
	char *name = fact->cap <= CAP_LAST_CAP ? cap_to_name(fact->cap) : NULL;

	put(o, "nr", json_object_new_int(fact->cap));
	if (name)
		put(o, "name", json_object_new_string(name));
	put(o, "need", json_object_new_string(need_name(fact->need)));
	cap_free(name);
}

static int get_capability(json_object *o, const char *where, struct tr_fact *fact,
			  struct tr_err *err)
{
	const char *name = NULL, *need = need_string(o, "need", where, err);
	cap_value_t by_name;
	uint64_t nr = 0;

	if (!need || need_u64(o, "nr", where, 63, &nr, err) < 0 ||
	    json_member_string(o, "name", where, &name, err) < 0)
		return -1;
	if (name && cap_from_name(name, &by_name) == 0 && by_name != (cap_value_t)nr)
		return tr_err_set(err, TR_ERR_INPUT, "%s.name: %.64s is %d, not %d", where, name,
				  by_name, (int)nr);
	if (need_from_name(need) < 0)
		return tr_err_set(err, TR_ERR_INPUT,
				  "%s.need: expected needed, probed or unknown, found '%.64s'",
				  where, need);
	fact->cap = (uint16_t)nr;
	fact->need = (uint16_t)need_from_name(need);
	return 0;
}

static void put_socket(json_object *o, const struct tr_fact *fact)
{
	put(o, "family", json_object_new_int(fact->sock.family));
	put(o, "type", json_object_new_int(fact->sock.type));
	put(o, "protocol", json_object_new_int64(fact->sock.protocol));
}

static int get_socket(json_object *o, const char *where, struct tr_fact *fact, struct tr_err *err)
{
	uint64_t family = 0, type = 0, protocol = 0;

	if (need_u64(o, "family", where, UINT16_MAX, &family, err) < 0 ||
	    need_u64(o, "type", where, UINT16_MAX, &type, err) < 0 ||
	    need_u64(o, "protocol", where, UINT32_MAX, &protocol, err) < 0)
		return -1;
	fact->sock.family = (uint16_t)family;
	fact->sock.type = (uint16_t)type;
	fact->sock.protocol = (uint32_t)protocol;
	return 0;
}

static void put_network(json_object *o, const struct tr_fact *fact)
{
	put(o, "family", json_object_new_int(fact->sock.family));
	put(o, "type", json_object_new_int(fact->sock.type));
	if (!fact->path)
		return;
	put_escaped(o, "address", fact->path);
	put(o, "port", json_object_new_int(fact->sock.port));
}

static int get_network(json_object *o, const char *where, struct tr_fact *fact, struct tr_err *err)
{
	uint64_t family = 0, type = 0, port = 0;

	if (need_u64(o, "family", where, UINT16_MAX, &family, err) < 0 ||
	    need_u64(o, "type", where, UINT16_MAX, &type, err) < 0 ||
	    opt_escaped(o, "address", where, &fact->path, err) < 0 ||
	    (fact->path && need_u64(o, "port", where, UINT16_MAX, &port, err) < 0))
		return -1;
	fact->sock.family = (uint16_t)family;
	fact->sock.type = (uint16_t)type;
	fact->sock.port = (uint16_t)port;
	return 0;
}

static int get_op(json_object *o, const char *key, const char *where, struct tr_fact *fact,
		  struct tr_err *err)
{
	const char *name = need_string(o, key, where, err);
	int op;

	if (!name)
		return -1;
	op = tr_op_from_name(fact->kind, name);
	if (op < 0)
		return tr_err_set(err, TR_ERR_INPUT, "%s.%s: '%.64s' is none that a %s has", where,
				  key, name, tr_fact_kind_name(fact->kind));
	fact->op = (uint16_t)op;
	return 0;
}

static void put_peer(json_object *o, const struct tr_fact *fact)
{
	put(o, "access", json_object_new_string(tr_op_name(fact->kind, fact->op)));
	put(o, "peer", json_object_new_string(tr_peer_name((enum tr_peer)fact->peer)));
}

static int get_peer(json_object *o, const char *where, struct tr_fact *fact, struct tr_err *err)
{
	const char *peer = need_string(o, "peer", where, err);

	if (!peer || get_op(o, "access", where, fact, err) < 0)
		return -1;
	if (tr_peer_from_name(peer) < 0)
		return tr_err_set(err, TR_ERR_INPUT,
				  "%s.peer: expected self or other, found '%.64s'", where, peer);
	fact->peer = (uint16_t)tr_peer_from_name(peer);
	return 0;
}

static void put_signal(json_object *o, const struct tr_fact *fact)
{
	char buf[SIGNAL_NAME_SIZE];
	const char *name = signal_name((int)fact->nr, buf);

	put(o, "signal", json_object_new_int64(fact->nr));
	if (name)
		put(o, "name", json_object_new_string(name));
	put_peer(o, fact);
}

static int get_signal(json_object *o, const char *where, struct tr_fact *fact, struct tr_err *err)
{
	const char *name = NULL, *known;
	char buf[SIGNAL_NAME_SIZE];
	uint64_t nr = 0;

	if (need_u64(o, "signal", where, 64, &nr, err) < 0 ||
	    json_member_string(o, "name", where, &name, err) < 0)
		return -1;
	known = signal_name((int)nr, buf);
	if (name && (!known || strcmp(name, known) != 0))
		return tr_err_set(err, TR_ERR_INPUT, "%s.name: signal %d is not %.64s", where,
				  (int)nr, name);
	fact->nr = (uint32_t)nr;
	return get_peer(o, where, fact, err);
}

static void put_mount(json_object *o, const struct tr_fact *fact)
{
	put(o, "op", json_object_new_string(tr_op_name(fact->kind, fact->op)));
	put_escaped(o, "path", fact->path);
	put_escaped(o, "source", fact->source);
	put_escaped(o, "fstype", fact->fstype);
	put_hex(o, "mount_flags", fact->mount_flags);
}

static int get_mount(json_object *o, const char *where, struct tr_fact *fact, struct tr_err *err)
{
	const char *flags = need_string(o, "mount_flags", where, err);

	if (!flags || get_op(o, "op", where, fact, err) < 0 ||
	    need_escaped(o, "path", where, &fact->path, err) < 0 ||
	    opt_escaped(o, "source", where, &fact->source, err) < 0 ||
	    opt_escaped(o, "fstype", where, &fact->fstype, err) < 0)
		return -1;
	return read_hex(flags, "mount_flags", where, &fact->mount_flags, err);
}

/* A kind that says everything by itself. */
static void put_nothing(json_object *o, const struct tr_fact *fact)
{
	(void)o;
	(void)fact;
}

static int get_nothing(json_object *o, const char *where, struct tr_fact *fact, struct tr_err *err)
{
	(void)o;
	(void)where;
	(void)fact;
	(void)err;
	return 0;
}

static void put_io_uring(json_object *o, const struct tr_fact *fact)
{
	put(o, "op", json_object_new_string(tr_op_name(fact->kind, fact->op)));
}

static int get_io_uring(json_object *o, const char *where, struct tr_fact *fact, struct tr_err *err)
{
	return get_op(o, "op", where, fact, err);
}

static const struct {
	void (*put)(json_object *o, const struct tr_fact *fact);
	int (*get)(json_object *o, const char *where, struct tr_fact *fact, struct tr_err *err);
} kinds[TR_FACT_MAX] = {
	[TR_FACT_SYSCALL] = { put_syscall, get_syscall },
	[TR_FACT_ARG] = { put_arg, get_arg },
	[TR_FACT_FILE] = { put_file, get_file },
	[TR_FACT_EXEC] = { put_exec, get_exec },
	[TR_FACT_CAPABILITY] = { put_capability, get_capability },
	[TR_FACT_SOCKET] = { put_socket, get_socket },
	[TR_FACT_NETWORK] = { put_network, get_network },
	[TR_FACT_SIGNAL] = { put_signal, get_signal },
	[TR_FACT_PTRACE] = { put_peer, get_peer },
	[TR_FACT_MOUNT] = { put_mount, get_mount },
	[TR_FACT_USERNS] = { put_nothing, get_nothing },
	[TR_FACT_IO_URING] = { put_io_uring, get_io_uring },
};

json_object *fact_to_json(const struct tr_fact *fact, const struct tr_u32set *recordings)
{
	json_object *o = json_object_new_object();

	put(o, "fact", json_object_new_string(tr_fact_kind_name(fact->kind)));
	kinds[fact->kind].put(o, fact);
	evidence_to_json(o, &fact->ev, recordings);
	return o;
}

int fact_from_json(json_object *o, const char *where, const uint32_t *number, size_t n_number,
		   struct tr_fact *ret, struct tr_err *err)
{
	tr_cleanup_free char *inner = NULL;
	struct tr_fact fact = { 0 };
	json_object *kind_name = json_object_object_get(o, "fact");
	const char *name;
	int kind;

	if (!json_object_is_type(kind_name, json_type_string))
		return tr_err_set(err, TR_ERR_INPUT, "%s fact: expected a string, found %s", where,
				  json_kind(kind_name));
	name = json_object_get_string(kind_name);
	kind = tr_fact_kind_from_name(name);
	if (kind < 0)
		return tr_err_set(err, TR_ERR_INPUT, "%s fact: '%.64s' is no kind of fact", where,
				  name);
	fact.kind = (enum tr_fact_kind)kind;
	inner = tr_xasprintf("%s %s", where, name);
	if (kinds[kind].get(o, inner, &fact, err) < 0 ||
	    evidence_from_json(o, inner, number, n_number, &fact.ev, err) < 0) {
		tr_fact_release(&fact);
		return -1;
	}
	*ret = fact;
	return 0;
}
