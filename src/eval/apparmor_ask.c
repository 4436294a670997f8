// SPDX-License-Identifier: Apache-2.0
/*
 * What is asked of a profile, as the kernel's hooks ask it: security/apparmor/file.c, domain.c, net.c,
 * task.c, ipc.c, mount.c, capability.c.
 */
#include <string.h>

#include "eval/apparmor_ask.h"
#include "trammel/apparmor_policy.h"

/* capability.c: from Linux 6.17, capabilities may be rules like others. */
#define CLASS_CAP 3

/* net.c of the same: what parsers >= 5.0 write for features of abi 5.0, beside the older class. */
#define CLASS_NET_V9 15

/* ipc.c, include/sig_names.h: signals by the numbers of the rules. */
#define SIGNAL_EXISTS 35
#define SIGNAL_RT     128
#define SIGNAL_RT_MIN 32
#define SIGNAL_MAX    64

#define MOUNT_CONTINUES 0x40 /* include/mount.h: the options decide */
#define USERNS_CREATE	8

static uint32_t class_start(const struct tr_aa_db *db, unsigned class)
{
	return aa_dfa_next(&db->dfa, db->start, (uint8_t) class);
}

/* Where the rules of a class begin; AA_NOMATCH where there are none. */
static uint32_t rules_of(const struct tr_aa_profile *p, unsigned class)
{
	return p->rules ? class_start(p->rules, class) : AA_NOMATCH;
}

bool tr_aa_mediates(const struct tr_aa_profile *p, enum tr_aa_class class)
{
	return class == TR_AA_CLASS_FILE || rules_of(p, class) != AA_NOMATCH;
}

size_t tr_aa_file_states(const struct tr_aa_profile *p)
{
	return p->file ? p->file->dfa.n_states : 0;
}

size_t tr_aa_rule_states(const struct tr_aa_profile *p)
{
	return p->rules ? p->rules->dfa.n_states : 0;
}

uint32_t aa_file_start(const struct tr_aa_profile *p)
{
	return p->file_is_rules ? class_start(p->file, TR_AA_CLASS_FILE) : p->file->file_start;
}

/* domain.c: x_to_label. */
static void tell_exec(const struct tr_aa_db *db, uint32_t xindex, struct tr_aa_perms *ret)
{
	uint32_t name = xindex & AA_X_INDEX_MASK;

	ret->exec_unsafe = (xindex & AA_X_UNSAFE) != 0;
	switch (xindex & AA_X_TYPE_MASK) {
	case AA_X_NAME:
		ret->exec = xindex & AA_X_CHILD ? TR_AA_EXEC_CHILD : TR_AA_EXEC_PROFILE;
		break;
	case AA_X_TABLE:
		ret->exec = TR_AA_EXEC_NAMED;
		ret->exec_name = name < db->n_names ? db->names[name] : NULL;
		break;
	default:
		if (xindex & AA_X_INHERIT)
			ret->exec = TR_AA_EXEC_INHERIT;
		else if (xindex & AA_X_UNCONFINED)
			ret->exec = TR_AA_EXEC_UNCONFINED;
		else /* there is nothing that it could become */
			ret->allow &= ~(uint32_t)TR_AA_EXEC;
		return;
	}
	ret->exec_fallback = (xindex & (AA_X_INHERIT | AA_X_UNCONFINED)) != 0;
}

static struct tr_aa_perms answer(struct aa_perms p)
{
	return (struct tr_aa_perms){ .allow = p.allow & ~p.deny,
				     .audit = p.audit,
				     .quiet = p.quiet | p.deny };
}

void aa_file_perms(const struct tr_aa_profile *p, uint32_t state, bool owner,
		   struct tr_aa_perms *ret)
{
	struct aa_perms perms = aa_db_perms(p->file, state, owner);

	*ret = answer(perms);
	if (ret->allow & TR_AA_EXEC)
		tell_exec(p->file, perms.xindex, ret);
}

void tr_aa_file(const struct tr_aa_profile *p, const char *path, size_t len, bool owner,
		struct tr_aa_perms *ret)
{
	memset(ret, 0, sizeof(*ret));
	if (p->file)
		aa_file_perms(p, aa_dfa_match(&p->file->dfa, aa_file_start(p), path, len), owner,
			      ret);
}

/* file.c: xindex_is_subset. */
static bool exec_within(uint32_t link, uint32_t target)
{
	return (link & ~AA_X_UNSAFE) == (target & ~AA_X_UNSAFE) &&
	       (!(link & AA_X_UNSAFE) || (target & AA_X_UNSAFE));
}

bool tr_aa_link(const struct tr_aa_profile *p, const char *path, const char *target, bool owner)
{
	const struct tr_aa_db *db = p->file;
	struct aa_perms of_link, of_pair, of_target;
	uint32_t state;

	if (!db)
		return false;
	state = aa_dfa_match(&db->dfa, aa_file_start(p), path, strlen(path));
	of_link = aa_db_perms(db, state, owner);
	if (!(of_link.allow & TR_AA_LINK))
		return false;
	/* The pair is the name, a NUL, and the target. */
	state = aa_dfa_next(&db->dfa, state, 0);
	of_pair = aa_db_perms(db, aa_dfa_match(&db->dfa, state, target, strlen(target)), owner);
	if (!(of_pair.allow & TR_AA_LINK))
		return false;
	/* The bit of LOCK says here: nothing through the link that the target does not allow. */
	if (!(of_pair.allow & TR_AA_LOCK))
		return true;
	state = aa_dfa_match(&db->dfa, aa_file_start(p), target, strlen(target));
	of_target = aa_db_perms(db, state, owner);
	if (of_link.allow & ~(uint32_t)TR_AA_LINK & ~of_target.allow)
		return false;
	return !(of_link.allow & TR_AA_EXEC) || exec_within(of_link.xindex, of_target.xindex);
}

static uint32_t allowed(const struct tr_aa_db *db, uint32_t state)
{
	struct aa_perms p = aa_db_perms(db, state, true);

	return p.allow & ~p.deny;
}

bool tr_aa_capable(const struct tr_aa_profile *p, unsigned cap)
{
	uint32_t state = rules_of(p, CLASS_CAP);

	if (cap >= 64)
		return false;
	if (!state)
		return p->cap_allow >> cap & 1;
	state = aa_dfa_next(&p->rules->dfa, state, (uint8_t)(cap >> 5));
	return allowed(p->rules, state) >> (cap & 31) & 1;
}

/* What is not mediated is allowed. */
static void everything(struct tr_aa_perms *ret)
{
	*ret = (struct tr_aa_perms){ .allow = UINT32_MAX };
}

void tr_aa_network(const struct tr_aa_profile *p, unsigned family, unsigned type,
		   struct tr_aa_perms *ret)
{
	const char key[4] = { (char)(family >> 8), (char)family, (char)(type >> 8), (char)type };
	uint32_t state = rules_of(p, TR_AA_CLASS_NET);

	if (!state)
		state = rules_of(p, CLASS_NET_V9);
	everything(ret);
	if (state)
		*ret = answer(aa_db_perms(
			p->rules, aa_dfa_match(&p->rules->dfa, state, key, sizeof(key)), true));
}

static void match_peer(const struct tr_aa_db *db, uint32_t state, const char *peer,
		       struct tr_aa_perms *ret)
{
	*ret = answer(aa_db_perms(db, aa_dfa_match(&db->dfa, state, peer, strlen(peer)), true));
}

static unsigned signal_number(unsigned signal)
{
	if (signal == 0)
		return SIGNAL_EXISTS;
	if (signal < SIGNAL_RT_MIN)
		return signal;
	return signal <= SIGNAL_MAX ? SIGNAL_RT + signal - SIGNAL_RT_MIN : 0;
}

void tr_aa_signal(const struct tr_aa_profile *p, unsigned signal, const char *peer,
		  struct tr_aa_perms *ret)
{
	uint32_t state = rules_of(p, TR_AA_CLASS_SIGNAL);

	everything(ret);
	if (state)
		match_peer(p->rules,
			   aa_dfa_next(&p->rules->dfa, state, (uint8_t)signal_number(signal)), peer,
			   ret);
}

/* The rules are on labels, of which ptrace is one of the kinds. */
void tr_aa_ptrace(const struct tr_aa_profile *p, const char *peer, struct tr_aa_perms *ret)
{
	everything(ret);
	if (!rules_of(p, TR_AA_CLASS_PTRACE))
		return;
	match_peer(p->rules,
		   aa_dfa_next(&p->rules->dfa, rules_of(p, TR_AA_CLASS_LABEL), TR_AA_CLASS_PTRACE),
		   peer, ret);
}

/* A part that may be missing, and the NUL behind it. */
static uint32_t match_part(const struct aa_dfa *d, uint32_t state, const char *part)
{
	if (part)
		state = aa_dfa_match(d, state, part, strlen(part));
	return aa_dfa_next(d, state, 0);
}

bool tr_aa_mount(const struct tr_aa_profile *p, const char *path, const char *source,
		 const char *fstype, uint64_t flags, const char *data)
{
	uint32_t state = rules_of(p, TR_AA_CLASS_MOUNT), perms;
	const struct aa_dfa *d;

	if (!state)
		return true;
	d = &p->rules->dfa;
	if (!(state = match_part(d, state, path)) || !(state = match_part(d, state, source)) ||
	    !(state = match_part(d, state, fstype)))
		return false;
	for (unsigned bit = 0; bit < 32; bit++)
		if (flags >> bit & 1)
			state = aa_dfa_next(d, state, (uint8_t)(bit + 1));
	if (!state)
		return false;
	perms = allowed(p->rules, state);
	if (!(perms & TR_AA_MOUNT) && data && (perms & MOUNT_CONTINUES)) {
		state = aa_dfa_next(d, state, 0);
		state = aa_dfa_match(d, state, data, strlen(data));
		perms = allowed(p->rules, state);
	}
	return perms & TR_AA_MOUNT;
}

bool tr_aa_umount(const struct tr_aa_profile *p, const char *path)
{
	uint32_t state = rules_of(p, TR_AA_CLASS_MOUNT);

	if (!state)
		return true;
	state = aa_dfa_match(&p->rules->dfa, state, path, strlen(path));
	return allowed(p->rules, state) & TR_AA_UMOUNT;
}

bool tr_aa_pivot_root(const struct tr_aa_profile *p, const char *new_root, const char *put_old)
{
	uint32_t state = rules_of(p, TR_AA_CLASS_MOUNT);

	if (!state)
		return true;
	state = match_part(&p->rules->dfa, state, new_root);
	state = aa_dfa_match(&p->rules->dfa, state, put_old, strlen(put_old));
	return allowed(p->rules, state) & TR_AA_PIVOTROOT;
}

bool tr_aa_userns(const struct tr_aa_profile *p)
{
	uint32_t state = rules_of(p, TR_AA_CLASS_USERNS);

	return !state || (allowed(p->rules, state) & USERNS_CREATE);
}

bool tr_aa_io_uring(const struct tr_aa_profile *p, unsigned op)
{
	uint32_t state = rules_of(p, TR_AA_CLASS_IO_URING);

	/* enum tr_uring_op: SQPOLL is asked for as CREATE, the other as APPEND. */
	return !state || (allowed(p->rules, state) & (op ? TR_AA_APPEND : TR_AA_CREATE));
}
