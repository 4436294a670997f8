// SPDX-License-Identifier: Apache-2.0
/*
 * Every recorded act that AppArmor is asked about, asked of the compiled profile. Nothing is concluded
 * from the profile's text.
 */
#include "check/apparmor.h"

#include <stdlib.h>
#include <string.h>

#include "policy/hand_rules.h"
#include "trammel/check_apparmor.h"
#include "util/mem.h"

/*
 * The bits of each letter. w and a differ in the last one, and what writes may open with O_APPEND, too:
 * both have to be there.
 */
static const struct {
	unsigned perm;
	uint32_t bits;
} letters[] = {
	{ TR_PERM_R, TR_AA_READ },	{ TR_PERM_W, TR_AA_WRITE | TR_AA_APPEND },
	{ TR_PERM_K, TR_AA_LOCK },	{ TR_PERM_L, TR_AA_LINK },
	{ TR_PERM_M, TR_AA_MMAP_EXEC }, { TR_PERM_X, TR_AA_EXEC },
};

/* The letters of perms that one of the bits lacks (or has). */
static unsigned letters_of(unsigned perms, uint32_t bits, bool lacks)
{
	unsigned ret = 0;

	for (size_t i = 0; i < TR_ARRAY_SIZE(letters); i++)
		if ((perms & letters[i].perm) && ((lacks ? ~bits : bits) & letters[i].bits))
			ret |= letters[i].perm;
	return ret;
}

static struct tr_aa_perms of_file(const struct tr_aa_profile *p, const struct need *n, bool owner)
{
	struct tr_aa_perms perms;

	tr_aa_file(p, n->path, strlen(n->path), owner, &perms);
	return perms;
}

static bool check_file(const struct tr_aa_profile *p, const struct need *n, struct need *missing)
{
	missing->perms = missing->who = 0;
	for (int owner = 0; owner < 2; owner++) {
		unsigned who = owner ? NEED_OWNER : NEED_OTHER, lacks;

		if (!(n->who & who))
			continue;
		lacks = letters_of(n->perms, of_file(p, n, owner).allow, true);
		missing->perms |= lacks;
		if (lacks)
			missing->who |= who;
	}
	return !missing->perms;
}

static bool check_link(const struct tr_aa_profile *p, const struct need *n, struct need *missing)
{
	missing->who = 0;
	if ((n->who & NEED_OWNER) && !tr_aa_link(p, n->path, n->source, true))
		missing->who |= NEED_OWNER;
	if ((n->who & NEED_OTHER) && !tr_aa_link(p, n->path, n->source, false))
		missing->who |= NEED_OTHER;
	return !missing->who;
}

static bool check_network(const struct tr_aa_profile *p, const struct need *n)
{
	struct tr_aa_perms perms;

	/* One rule gives all that is done with a socket. */
	tr_aa_network(p, n->family, n->type, &perms);
	return perms.allow & TR_AA_CREATE;
}

/* A process under the profile is its own peer by this name. */
static const char *peer_of(const struct tr_aa_profile *p, const struct need *n)
{
	return n->peer ? n->peer : p->name;
}

static bool check_signal(const struct tr_aa_profile *p, const struct need *n)
{
	struct tr_aa_perms perms;

	tr_aa_signal(p, n->number, peer_of(p, n), &perms);
	return perms.allow &
	       (n->access == TR_ACCESS_SEND ? TR_AA_SIGNAL_SEND : TR_AA_SIGNAL_RECEIVE);
}

static bool check_ptrace(const struct tr_aa_profile *p, const struct need *n)
{
	static const uint32_t bits[TR_ACCESS_MAX] = {
		[TR_ACCESS_TRACE] = TR_AA_PTRACE_TRACE,
		[TR_ACCESS_TRACEDBY] = TR_AA_PTRACE_TRACEDBY,
		[TR_ACCESS_READ] = TR_AA_PTRACE_READ,
		[TR_ACCESS_READBY] = TR_AA_PTRACE_READBY,
	};
	struct tr_aa_perms perms;

	tr_aa_ptrace(p, peer_of(p, n), &perms);
	return n->access < TR_ACCESS_MAX && (perms.allow & bits[n->access]);
}

bool check_need(const struct tr_aa_profile *p, const struct need *n, struct need *ret_missing)
{
	struct need missing = *n;
	bool met = false;

	switch (n->kind) {
	case NEED_FILE:
		met = check_file(p, n, &missing);
		break;
	case NEED_LINK:
		met = check_link(p, n, &missing);
		break;
	case NEED_CAPABILITY:
		met = tr_aa_capable(p, n->number);
		break;
	case NEED_NETWORK:
		met = check_network(p, n);
		break;
	case NEED_SIGNAL:
		met = check_signal(p, n);
		break;
	case NEED_PTRACE:
		met = check_ptrace(p, n);
		break;
	case NEED_MOUNT:
		met = tr_aa_mount(p, n->path, n->source, n->fstype, n->flags, NULL);
		break;
	case NEED_UMOUNT:
		met = tr_aa_umount(p, n->path);
		break;
	case NEED_PIVOT_ROOT:
		met = tr_aa_pivot_root(p, n->path, n->source);
		break;
	case NEED_USERNS:
		met = tr_aa_userns(p);
		break;
	case NEED_IO_URING:
		met = tr_aa_io_uring(p, n->access);
		break;
	}
	if (ret_missing)
		*ret_missing = missing;
	return met;
}

/* Denying leaves behind that nothing is logged, unless `audit` is in front of it. */
bool check_need_denied(const struct tr_aa_profile *p, const struct need *n)
{
	struct tr_aa_perms perms;

	if (n->kind == NEED_CAPABILITY)
		return n->number < 64 && (p->cap_quiet >> n->number & 1);
	if (n->kind == NEED_NETWORK) {
		tr_aa_network(p, n->family, n->type, &perms);
		return perms.quiet & TR_AA_CREATE;
	}
	if (n->kind != NEED_FILE)
		return false;
	return ((n->who & NEED_OWNER) && letters_of(n->perms, of_file(p, n, true).quiet, false)) ||
	       ((n->who & NEED_OTHER) && letters_of(n->perms, of_file(p, n, false).quiet, false));
}

void tr_check_apparmor_release(struct tr_check_apparmor *c)
{
	for (size_t i = 0; i < c->n_refusals; i++)
		free(c->refusals[i].rule);
	free(c->refusals);
	memset(c, 0, sizeof(*c));
}

struct asking {
	struct tr_check_apparmor *c;
	const struct tr_aa_profile *p;
	const struct tr_facts *facts;
	const struct hand_rules *hands;
};

static void add_refusal(const struct asking *a, const struct tr_fact *fact,
			const struct need *missing, const struct tr_policy_rule *by)
{
	struct tr_check_apparmor *c = a->c;
	struct strbuf rule = STRBUF_INIT;

	need_rule(&rule, missing, a->p->name);
	c->refusals = tr_grow(c->refusals, &c->cap_refusals, c->n_refusals, sizeof(*c->refusals));
	c->refusals[c->n_refusals++] =
		(struct tr_check_refusal){ .fact = fact,
					   .rule = strbuf_detach(&rule),
					   .perhaps = missing->perhaps,
					   .by_hand = by ? by->why : NULL,
					   .by_rule = check_need_denied(a->p, missing) };
}

static bool goes_elsewhere(const struct tr_aa_profile *p, const struct need *n)
{
	enum tr_aa_exec exec;

	if (n->kind != NEED_FILE || !(n->perms & TR_PERM_X))
		return false;
	exec = of_file(p, n, n->who & NEED_OWNER).exec;
	return exec != TR_AA_EXEC_NONE && exec != TR_AA_EXEC_INHERIT;
}

/* How the needs of a fact came out. */
struct came_out {
	bool refused, perhaps, by_hand, undenied;
};

static void ask_need(const struct asking *a, const struct tr_fact *fact, const struct need *n,
		     struct came_out *out)
{
	const struct tr_policy_rule *by = hand_rules_deny(a->hands, n, a->p->name);
	struct need missing;

	if (check_need(a->p, n, &missing)) {
		out->undenied |= by && !n->perhaps;
		return;
	}
	/* Of several permissions another one may be missing than the one that is denied. */
	by = hand_rules_deny(a->hands, &missing, a->p->name);
	add_refusal(a, fact, &missing, by);
	*(n->perhaps ? &out->perhaps : by ? &out->by_hand : &out->refused) = true;
}

static int ask(const struct tr_fact *fact, void *arg)
{
	const struct asking *a = arg;
	struct need needs[NEEDS_MAX];
	size_t n = needs_of(a->facts, fact, needs);
	struct came_out out = { 0 };

	for (size_t i = 0; i < n; i++) {
		ask_need(a, fact, &needs[i], &out);
		a->c->n_elsewhere += goes_elsewhere(a->p, &needs[i]);
	}
	a->c->n_facts += n > 0;
	a->c->n_refused += out.refused;
	a->c->n_by_hand += out.by_hand && !out.refused;
	a->c->n_allowed += n > 0 && !out.refused && !out.by_hand;
	a->c->n_perhaps += out.perhaps && !out.refused && !out.by_hand;
	a->c->n_undenied += out.undenied;
	return 0;
}

int tr_check_apparmor_by_hand(struct tr_check_apparmor *ret, const struct tr_aa_profile *p,
			      const struct tr_facts *facts, const struct tr_policy_rules *rules,
			      struct tr_err *err)
{
	struct hand_rules h;
	struct asking a = { ret, p, facts, &h };

	memset(ret, 0, sizeof(*ret));
	if (hand_rules_parse(&h, rules, err) < 0)
		return -1;
	tr_facts_each(facts, ask, &a);
	hand_rules_release(&h);
	return 0;
}

void tr_check_apparmor(struct tr_check_apparmor *ret, const struct tr_aa_profile *p,
		       const struct tr_facts *facts)
{
	const struct tr_policy_rules none = { 0 };

	/* Without rules there is none that could be bad. */
	tr_check_apparmor_by_hand(ret, p, facts, &none, NULL);
}
