// SPDX-License-Identifier: Apache-2.0
/* Everything but files: capabilities, sockets, signals, ptrace, mounts. */
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>

#include "check/apparmor_risk.h"
#include "check/diff_apparmor.h"
#include "formats/apparmor_words.h"
#include "util/mem.h"
#include "util/strbuf.h"

struct rules {
	const struct tr_aa_diff_side *a, *b;
	struct tr_aa_diff_rows *rows;
};

static void add(struct rules *r, enum tr_aa_diff_kind kind, unsigned at, const char *what)
{
	const struct tr_apparmor_section *s = r->b->s;

	aa_diff_row(r->rows, kind, s && at ? &s->lines[at - 1] : NULL, "", false, what);
}

static unsigned capability_at(const struct tr_apparmor_section *s, unsigned number)
{
	for (size_t i = 0; s && i < s->rules.n_caps; i++) {
		const struct tr_apparmor_capability *c = &s->rules.caps[i];

		if (!c->read.deny && (c->number == number || c->number == TR_APPARMOR_ALL))
			return c->read.at;
	}
	return 0;
}

static void capabilities(struct rules *r)
{
	for (unsigned i = 0; i < APPARMOR_CAPABILITIES; i++) {
		const char *name = apparmor_word_capability(i);
		tr_cleanup_free char *what = NULL;

		if (!name || tr_aa_capable(r->a->p, i) || !tr_aa_capable(r->b->p, i))
			continue;
		what = tr_xasprintf("capability %s", name);
		add(r, TR_AA_DIFF_CAPABILITY, capability_at(r->b->s, i), what);
	}
}

/* Sockets */

static unsigned network_at(const struct tr_apparmor_section *s, unsigned family)
{
	for (size_t i = 0; s && i < s->rules.n_networks; i++) {
		const struct tr_apparmor_network *n = &s->rules.networks[i];

		if (!n->read.deny && (n->family == family || n->family == TR_APPARMOR_ALL))
			return n->read.at;
	}
	return 0;
}

static bool may_make(const struct tr_aa_profile *p, unsigned family, unsigned type)
{
	struct tr_aa_perms perms;

	tr_aa_network(p, family, type, &perms);
	return perms.allow & TR_AA_CREATE;
}

static void networks(struct rules *r)
{
	for (unsigned family = 0; family < APPARMOR_FAMILIES; family++) {
		char buf[APPARMOR_FAMILY_SIZE];
		const char *name = apparmor_word_family(family, buf);
		cleanup_strbuf struct strbuf types = STRBUF_INIT, what = STRBUF_INIT;
		bool all = true;

		for (unsigned type = 0; name && type < APPARMOR_TYPES; type++) {
			bool more = apparmor_word_type(type) && may_make(r->b->p, family, type) &&
				    !may_make(r->a->p, family, type);

			if (more)
				strbuf_addf(&types, "%s%s", types.len ? ", " : " ",
					    apparmor_word_type(type));
			all &= more || !apparmor_word_type(type);
		}
		if (!types.len)
			continue;
		strbuf_addf(&what, "network %s%s", name, all ? "" : strbuf_str(&types));
		add(r, TR_AA_DIFF_NETWORK, network_at(r->b->s, family), strbuf_str(&what));
	}
}

/* Processes under other profiles */

#define MAX_PEERS 64

/* The names of others that either side speaks of, and one that nobody does; NULL is the profile itself. */
struct peers {
	const char *v[MAX_PEERS];
	size_t n;
};

static void add_peer(struct peers *p, const struct rules *r, const char *name)
{
	if (!name || !strcmp(name, r->a->p->name) || !strcmp(name, r->b->p->name))
		return;
	for (size_t i = 0; i < p->n; i++)
		if (p->v[i] && !strcmp(p->v[i], name))
			return;
	if (p->n < MAX_PEERS)
		p->v[p->n++] = name;
}

static void peers_of(struct peers *p, const struct rules *r)
{
	const struct tr_aa_diff_side *sides[] = { r->a, r->b };

	*p = (struct peers){ .n = 1 };
	add_peer(p, r, "any other");
	add_peer(p, r, "unconfined");
	for (size_t side = 0; side < 2; side++) {
		const struct tr_apparmor_section *s = sides[side]->s;

		for (size_t i = 0; s && i < s->rules.n_signals; i++)
			add_peer(p, r, s->rules.signals[i].name);
		for (size_t i = 0; s && i < s->rules.n_ptraces; i++)
			add_peer(p, r, s->rules.ptraces[i].name);
	}
}

/* More to any other is more to each: said once. */
static bool is_said(const struct rules *r, enum tr_aa_diff_kind kind, const char *what)
{
	for (size_t i = 0; i < r->rows->n; i++)
		if (r->rows->v[i].kind == kind && !strncmp(r->rows->v[i].what, what, strlen(what)))
			return true;
	return false;
}

static bool signal_more(const struct rules *r, unsigned signal, const char *peer, uint32_t access)
{
	struct tr_aa_perms x, y;

	tr_aa_signal(r->a->p, signal, peer ? peer : r->a->p->name, &x);
	tr_aa_signal(r->b->p, signal, peer ? peer : r->b->p->name, &y);
	return y.allow & ~x.allow & access;
}

static void signals(struct rules *r, const char *peer, uint32_t access, const char *word)
{
	cleanup_strbuf struct strbuf set = STRBUF_INIT, what = STRBUF_INIT;
	tr_cleanup_free char *any = NULL;
	char buf[APPARMOR_SIGNAL_SIZE];
	bool all = true;

	for (unsigned i = 0; i < APPARMOR_SIGNALS; i++) {
		bool more = signal_more(r, i, peer, access);

		if (more)
			strbuf_addf(&set, "%s%s", set.len ? ", " : "",
				    apparmor_word_signal(i, buf));
		all &= more;
	}
	if (!set.len)
		return;
	strbuf_addf(&what, "signal (%s)", word);
	if (!all)
		strbuf_addf(&what, " set=(%s)", strbuf_str(&set));
	any = tr_xasprintf("%s peer=any other", strbuf_str(&what));
	if (peer && is_said(r, TR_AA_DIFF_SIGNAL, any))
		return;
	strbuf_addf(&what, " peer=%s", peer ? peer : "itself");
	add(r, TR_AA_DIFF_SIGNAL, 0, strbuf_str(&what));
}

static void ptraces(struct rules *r, const char *peer)
{
	static const struct {
		uint32_t bit;
		const char *word;
	} accesses[] = {
		{ TR_AA_PTRACE_TRACE, "trace" },
		{ TR_AA_PTRACE_READ, "read" },
		{ TR_AA_PTRACE_TRACEDBY, "tracedby" },
		{ TR_AA_PTRACE_READBY, "readby" },
	};
	struct tr_aa_perms x, y;

	tr_aa_ptrace(r->a->p, peer ? peer : r->a->p->name, &x);
	tr_aa_ptrace(r->b->p, peer ? peer : r->b->p->name, &y);
	for (size_t i = 0; i < TR_ARRAY_SIZE(accesses); i++) {
		tr_cleanup_free char *what = NULL, *any = NULL;

		if (!(y.allow & ~x.allow & accesses[i].bit))
			continue;
		any = tr_xasprintf("ptrace (%s) peer=any other", accesses[i].word);
		if (peer && is_said(r, TR_AA_DIFF_PTRACE, any))
			continue;
		what = tr_xasprintf("ptrace (%s) peer=%s", accesses[i].word,
				    peer ? peer : "itself");
		add(r, TR_AA_DIFF_PTRACE, 0, what);
	}
}

/* Mounts */

static bool may_mount(const struct tr_aa_profile *p, const struct tr_apparmor_mount *m)
{
	const uint64_t flags = m->flags == TR_APPARMOR_ANY_FLAGS ? 0 : m->flags;

	switch (m->op) {
	case TR_APPARMOR_UMOUNT:
		return tr_aa_umount(p, m->path);
	case TR_APPARMOR_PIVOT_ROOT:
		return tr_aa_pivot_root(p, m->path, m->source ? m->source : m->path);
	case TR_APPARMOR_MOUNT:
		break;
	}
	return tr_aa_mount(p, m->path, m->source, m->fstype, flags, NULL);
}

/* The mounts that either side's rules speak of, and those that nobody does. */
static void mounts(struct rules *r)
{
	static const char *const any[] = {
		"bind", "move", "new", "remount", "umount", "pivot_root"
	};
	const struct tr_apparmor_section *s = r->b->s;

	for (size_t i = 0; i < TR_ARRAY_SIZE(any); i++) {
		tr_cleanup_free char *what = tr_xasprintf("mount (%s) at any place", any[i]);

		if (aa_risk_allowed(r->b->p, "mount", any[i]) &&
		    !aa_risk_allowed(r->a->p, "mount", any[i]))
			add(r, TR_AA_DIFF_MOUNT, 0, what);
	}
	for (size_t i = 0; s && i < s->rules.n_mounts; i++) {
		const struct tr_apparmor_mount *m = &s->rules.mounts[i];

		if (!m->read.deny && m->path && may_mount(r->b->p, m) && !may_mount(r->a->p, m))
			add(r, TR_AA_DIFF_MOUNT, m->read.at, s->lines[m->read.at - 1].text);
	}
}

void aa_diff_rules(struct tr_aa_diff_rows *rows, const struct tr_aa_diff_side *a,
		   const struct tr_aa_diff_side *b)
{
	struct rules r = { a, b, rows };
	struct peers peers;

	capabilities(&r);
	networks(&r);
	mounts(&r);
	peers_of(&peers, &r);
	for (size_t i = 0; i < peers.n; i++) {
		signals(&r, peers.v[i], TR_AA_SIGNAL_SEND, "send");
		signals(&r, peers.v[i], TR_AA_SIGNAL_RECEIVE, "receive");
		ptraces(&r, peers.v[i]);
	}
}
