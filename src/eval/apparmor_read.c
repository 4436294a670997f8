// SPDX-License-Identifier: Apache-2.0
/*
 * Profiles off the stream, in the order of policy_unpack.c: unpack_profile. What a profile has beside
 * what is asked of it (limits, marks of packets, data for other programs) is passed over, but must be
 * well formed.
 */
#include <stdlib.h>
#include <string.h>

#include "eval/apparmor_db.h"
#include "eval/apparmor_stream.h"
#include "trammel/apparmor_policy.h"
#include "util/mem.h"

#define VERSION_MASK	 0x3ffu
#define VERSION_MIN	 5
#define VERSION_MAX	 9
#define FORCE_COMPLAIN	 0x800u
#define RLIMITS_MAX	 16
#define PROFILE_FLAG_HAT 1u

/* include/path.h; the two of deleted files have moved by one bit in Linux 5.x. */
#define PATH_CONNECT  0x4u
#define PATH_CHROOT   0x8u
#define PATH_DELEGATE 0x8000u
#define PATH_MEDIATE  0x10000u

struct unpack {
	struct aa_stream s;
	uint32_t version;
	struct tr_err *err;
};

static int bad(const struct unpack *u, const char *what)
{
	return tr_err_set(u->err, TR_ERR_INPUT, "no compiled AppArmor policy: at byte %zu: %s",
			  (size_t)(u->s.pos - u->s.start), what);
}

static void profile_release(struct tr_aa_profile *p)
{
	free(p->name);
	free(p->ns);
	if (!p->file_is_rules)
		aa_db_free(p->file);
	aa_db_free(p->rules);
	memset(p, 0, sizeof(*p));
}

void tr_aa_policy_release(struct tr_aa_policy *p)
{
	for (size_t i = 0; i < p->n; i++)
		profile_release(&p->profiles[i]);
	free(p->profiles);
	memset(p, 0, sizeof(*p));
}

static int read_db(struct unpack *u, struct tr_aa_db **ret, enum aa_db_use use, const char *what)
{
	struct tr_err err tr_cleanup_err = { 0 };

	if (aa_db_read(ret, &u->s, use, u->version, &err) == 0)
		return 0;
	return tr_err_set(u->err, TR_ERR_INPUT,
			  "no compiled AppArmor policy: at byte %zu: the rules on %s: %s",
			  (size_t)(u->s.pos - u->s.start), what, tr_err_msg(&err));
}

/* "NAME", or ":NAMESPACE:NAME" with or without slashes in between. */
static int take_name(struct unpack *u, struct tr_aa_profile *p)
{
	const char *name, *end;
	size_t len;

	if (!aa_take_string(&u->s, NULL, &name, &len))
		return bad(u, "a profile without a name");
	if (*name == ':') {
		end = strchr(name + 1, ':');
		if (!end || end == name + 1)
			return bad(u, "a profile with half a namespace");
		free(p->ns);
		p->ns = tr_xstrndup(name + 1, (size_t)(end - name - 1));
		name = strncmp(end + 1, "//", 2) == 0 ? end + 3 : end + 1;
	}
	if (!*name)
		return bad(u, "a profile with an empty name");
	p->name = tr_xstrdup(name);
	return 0;
}

static int take_header(struct unpack *u, struct tr_aa_profile *p)
{
	uint32_t version;
	const char *ns;
	size_t len;

	if (aa_take_u32(&u->s, "version", &version))
		u->version = version;
	if ((u->version & VERSION_MASK) < VERSION_MIN || (u->version & VERSION_MASK) > VERSION_MAX)
		return bad(u, "a version that is not known");
	if (aa_take_string(&u->s, "namespace", &ns, &len)) {
		if (!*ns)
			return bad(u, "an empty namespace");
		p->ns = tr_xstrdup(ns);
	}
	return 0;
}

/* What decides on which programs an unconfined task starts it. */
static int take_attachment(struct unpack *u, struct tr_aa_profile *p)
{
	struct tr_aa_db *db;
	const char *text;
	uint32_t length;
	size_t len;

	(void)aa_take_string(&u->s, "rename", &text, &len);
	(void)aa_take_string(&u->s, "attach", &text, &len);
	if (read_db(u, &db, AA_DB_ATTACH, "attachment") < 0)
		return -1;
	if (db)
		p->flags |= TR_AA_FLAG_ATTACHES;
	aa_db_free(db);
	if (db && !aa_take_u32(&u->s, NULL, &length))
		return bad(u, "an attachment without its length");
	(void)aa_take_string(&u->s, "disconnected", &text, &len);
	return 0;
}

static int take_flags(struct unpack *u, struct tr_aa_profile *p)
{
	static const enum tr_aa_mode modes[] = { TR_AA_ENFORCE, TR_AA_COMPLAIN, TR_AA_KILL,
						 TR_AA_UNCONFINED, TR_AA_USER };
	uint32_t flags, mode, audit, path = PATH_MEDIATE;

	if (!aa_take(&u->s, AA_STRUCT, "flags") || !aa_take_u32(&u->s, NULL, &flags) ||
	    !aa_take_u32(&u->s, NULL, &mode) || !aa_take_u32(&u->s, NULL, &audit) ||
	    !aa_take(&u->s, AA_STRUCTEND, NULL) || mode >= TR_ARRAY_SIZE(modes))
		return bad(u, "a profile's flags are of no known form");
	p->mode = u->version & FORCE_COMPLAIN ? TR_AA_COMPLAIN : modes[mode];
	if (flags & PROFILE_FLAG_HAT)
		p->flags |= TR_AA_FLAG_HAT;
	if (audit)
		p->flags |= TR_AA_FLAG_AUDIT;
	(void)aa_take_u32(&u->s, "path_flags", &path);
	if (path & PATH_CONNECT)
		p->flags |= TR_AA_FLAG_ATTACH_DISCONNECTED;
	if (path & PATH_CHROOT)
		p->flags |= TR_AA_FLAG_CHROOT_RELATIVE;
	if (path & PATH_MEDIATE)
		p->flags |= TR_AA_FLAG_MEDIATE_DELETED;
	if (path & PATH_DELEGATE)
		p->flags |= TR_AA_FLAG_DELEGATE_DELETED;
	return 0;
}

/* The lower or the upper 32 bits: allowed, logged, not logged, and one that is no more used. */
static bool take_cap_half(struct aa_stream *s, struct tr_aa_profile *p, unsigned shift)
{
	uint32_t word[4];

	for (size_t i = 0; i < TR_ARRAY_SIZE(word); i++)
		if (!aa_take_u32(s, NULL, &word[i]))
			return false;
	p->cap_allow |= (uint64_t)word[0] << shift;
	p->cap_audit |= (uint64_t)word[1] << shift;
	p->cap_quiet |= (uint64_t)word[2] << shift;
	return true;
}

static int take_caps(struct unpack *u, struct tr_aa_profile *p)
{
	uint32_t low, high;

	if (!take_cap_half(&u->s, p, 0))
		return bad(u, "a profile's capabilities are cut off");
	if (aa_take(&u->s, AA_STRUCT, "caps64") &&
	    (!take_cap_half(&u->s, p, 32) || !aa_take(&u->s, AA_STRUCTEND, NULL)))
		return bad(u, "a profile's capabilities are cut off");
	if (aa_take(&u->s, AA_STRUCT, "capsx") &&
	    (!aa_take_u32(&u->s, NULL, &low) || !aa_take_u32(&u->s, NULL, &high) ||
	     !aa_take(&u->s, AA_STRUCTEND, NULL)))
		return bad(u, "a profile's further capabilities are cut off");
	return 0;
}

static bool end_array(struct aa_stream *s)
{
	return aa_take(s, AA_ARRAYEND, NULL) && aa_take(s, AA_STRUCTEND, NULL);
}

static bool pass_xattrs(struct aa_stream *s)
{
	const char *text;
	size_t len;
	uint16_t n;

	if (!aa_take(s, AA_STRUCT, "xattrs"))
		return true;
	if (!aa_take_array(s, NULL, &n))
		return false;
	while (n-- > 0)
		if (!aa_take_string(s, NULL, &text, &len))
			return false;
	return end_array(s);
}

static bool pass_rlimits(struct aa_stream *s)
{
	uint64_t limit;
	uint32_t mask;
	uint16_t n;

	if (!aa_take(s, AA_STRUCT, "rlimits"))
		return true;
	if (!aa_take_u32(s, NULL, &mask) || !aa_take_array(s, NULL, &n) || n > RLIMITS_MAX)
		return false;
	while (n-- > 0)
		if (!aa_take_u64(s, NULL, &limit))
			return false;
	return end_array(s);
}

static bool pass_secmark(struct aa_stream *s)
{
	uint8_t audit, deny;
	const char *label;
	size_t len;
	uint16_t n;

	if (!aa_take(s, AA_STRUCT, "secmark"))
		return true;
	if (!aa_take_array(s, NULL, &n))
		return false;
	while (n-- > 0)
		if (!aa_take_u8(s, NULL, &audit) || !aa_take_u8(s, NULL, &deny) ||
		    !aa_take_string(s, NULL, &label, &len))
			return false;
	return end_array(s);
}

/*
 * What kernels mediated networks by before version 8 of the policy: an array without a struct around
 * it, which those that know version 8 do not look for. It stands where the parser was given features
 * without it.
 */
static bool pass_old_network(struct aa_stream *s)
{
	const uint8_t *was = s->pos;
	uint16_t n;

	if (!aa_take_array(s, "net_allowed_af", &n))
		return true;
	/* Three u16 each, of which aa_take knows the code only. */
	for (uint32_t i = 0; i < 3u * n; i++) {
		if (!aa_take(s, AA_U16, NULL) || s->end - s->pos < 2) {
			s->pos = was;
			return false;
		}
		s->pos += 2;
	}
	return aa_take(s, AA_ARRAYEND, NULL);
}

static bool pass_data(struct aa_stream *s)
{
	const uint8_t *blob;
	const char *key;
	size_t len;

	if (!aa_take(s, AA_STRUCT, "data"))
		return true;
	while (aa_take_string(s, NULL, &key, &len))
		(void)aa_take_blob(s, NULL, &blob, &len);
	return aa_take(s, AA_STRUCTEND, NULL);
}

static int take_rules(struct unpack *u, struct tr_aa_profile *p)
{
	if (aa_take(&u->s, AA_STRUCT, "policydb")) {
		if (read_db(u, &p->rules, AA_DB_RULES, "all but files") < 0)
			return -1;
		if (!p->rules)
			return bad(u, "a profile's rules without an automaton");
		if (!aa_take(&u->s, AA_STRUCTEND, NULL))
			return bad(u, "a profile's rules have no end");
	}
	if (read_db(u, &p->file, AA_DB_FILE, "files") < 0)
		return -1;
	if (p->file)
		return 0;
	/* Their class may be among the others; where it is not, nothing is allowed. */
	if (p->rules && aa_dfa_next(&p->rules->dfa, p->rules->start, TR_AA_CLASS_FILE)) {
		p->file = p->rules;
		p->file_is_rules = true;
	}
	return 0;
}

static int take_profile(struct unpack *u, struct tr_aa_profile *p)
{
	if (take_header(u, p) < 0)
		return -1;
	if (!aa_take(&u->s, AA_STRUCT, "profile"))
		return bad(u, "no profile");
	if (take_name(u, p) < 0 || take_attachment(u, p) < 0 || take_flags(u, p) < 0 ||
	    take_caps(u, p) < 0)
		return -1;
	if (!pass_xattrs(&u->s) || !pass_rlimits(&u->s) || !pass_old_network(&u->s) ||
	    !pass_secmark(&u->s))
		return bad(u, "a profile's limits or marks are of no known form");
	if (take_rules(u, p) < 0)
		return -1;
	if (!pass_data(&u->s))
		return bad(u, "a profile's data are of no known form");
	if (!aa_take(&u->s, AA_STRUCTEND, NULL))
		return bad(u, "a profile has no end, or has something that is not known");
	return 0;
}

int tr_aa_policy_read(struct tr_aa_policy *ret, const void *data, size_t len, struct tr_err *err)
{
	struct unpack u = { .s = { data, data, (const uint8_t *)data + len }, .err = err };
	struct tr_aa_policy p = { 0 };
	size_t cap = 0;

	if (len == 0)
		return tr_err_set(err, TR_ERR_INPUT, "no compiled AppArmor policy: it is empty");
	while (u.s.pos < u.s.end) {
		p.profiles = tr_grow(p.profiles, &cap, p.n, sizeof(*p.profiles));
		memset(&p.profiles[p.n], 0, sizeof(*p.profiles));
		if (take_profile(&u, &p.profiles[p.n++]) < 0) {
			tr_aa_policy_release(&p);
			return -1;
		}
	}
	p.version = u.version & VERSION_MASK;
	*ret = p;
	return 0;
}

const struct tr_aa_profile *tr_aa_policy_find(const struct tr_aa_policy *p, const char *name)
{
	for (size_t i = 0; i < p->n; i++)
		if (!strcmp(p->profiles[i].name, name))
			return &p->profiles[i];
	return NULL;
}
