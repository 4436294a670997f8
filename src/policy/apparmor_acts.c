// SPDX-License-Identifier: Apache-2.0
/* Sockets, signals, ptrace and mounts. */
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>

#include "formats/apparmor_words.h"
#include "policy/apparmor.h"
#include "policy/floor.h"
#include "policy/needs.h"
#include "policy/paths.h"
#include "util/mem.h"

struct acts {
	struct tr_apparmor *p;
	const struct tr_facts *facts;
	size_t n_recordings;
	struct tr_policy_apparmor_report *report;
	struct floor *floor;
	struct tr_apparmor_signal sent; /* to others */
	struct tr_apparmor_ptrace inside, outside;
};

static char *comment_of(const char *what, const struct tr_fact *fact, size_t n_recordings)
{
	struct strbuf sb = STRBUF_INIT;

	strbuf_adds(&sb, what);
	reasons_add(&sb, &fact->ev.exes, &fact->ev.recordings, n_recordings);
	return strbuf_detach(&sb);
}

/* What a socket was bound to is a fact of its own, and needs no other rule. */
static bool has_network(const struct tr_apparmor *p, unsigned family, unsigned type)
{
	for (size_t i = 0; i < p->n_networks; i++)
		if (p->networks[i].family == family && p->networks[i].type == type)
			return true;
	return false;
}

static void take_network(struct acts *a, const struct tr_fact *fact)
{
	char word[APPARMOR_FAMILY_SIZE];
	struct tr_apparmor_network *n;
	unsigned type = apparmor_word_type(fact->sock.type) ? fact->sock.type : 0;

	if (!apparmor_word_family(fact->sock.family, word)) {
		tr_cleanup_free char *what =
			tr_xasprintf("sockets of family %u", fact->sock.family);

		note_add(&a->report->unsaid, what, "AppArmor 3.0 has no word for it");
		return;
	}
	if (has_network(a->p, fact->sock.family, type))
		return;
	n = tr_apparmor_add_network(a->p);
	n->family = fact->sock.family;
	n->type = type;
	n->comment = comment_of(type ? "used" : "used, with a type that has no word", fact,
				a->n_recordings);
}

static void take_signal(struct acts *a, const struct tr_fact *fact)
{
	if (fact->peer != TR_PEER_OTHER || fact->op != TR_ACCESS_SEND ||
	    fact->nr >= TR_APPARMOR_SIGNALS)
		return;
	a->sent.signals[fact->nr / 64] |= UINT64_C(1) << fact->nr % 64;
	if (!a->sent.comment)
		a->sent.comment = comment_of("sent to processes outside", fact, a->n_recordings);
}

/* Both sides are in this profile: one that traces and one that is traced. */
static void take_ptrace(struct acts *a, const struct tr_fact *fact)
{
	const bool traces = fact->op == TR_ACCESS_TRACE || fact->op == TR_ACCESS_TRACEDBY;
	struct tr_apparmor_ptrace *t = fact->peer == TR_PEER_SELF ? &a->inside : &a->outside;

	if (fact->peer == TR_PEER_SELF)
		t->access |= traces ? TR_APPARMOR_TRACE | TR_APPARMOR_TRACEDBY :
				      TR_APPARMOR_READ | TR_APPARMOR_READBY;
	else if (fact->op == TR_ACCESS_TRACE)
		t->access |= TR_APPARMOR_TRACE;
	else if (fact->op == TR_ACCESS_READ)
		t->access |= TR_APPARMOR_READ;
	else /* an unconfined process that looks in asks for nothing here */
		return;
	if (!t->comment)
		t->comment = comment_of(fact->peer == TR_PEER_SELF ? "each other" : "outside", fact,
					a->n_recordings);
}

static enum tr_apparmor_mount_op mount_op(const struct need *n)
{
	return n->kind == NEED_UMOUNT	  ? TR_APPARMOR_UMOUNT :
	       n->kind == NEED_PIVOT_ROOT ? TR_APPARMOR_PIVOT_ROOT :
					    TR_APPARMOR_MOUNT;
}

static char *copy_or_null(const char *s)
{
	return s ? tr_xstrdup(s) : NULL;
}

/* No kernel records it so; by a rule for it, parsers from 4.1 on refuse the whole profile. */
static bool is_contradiction(const struct tr_fact *fact)
{
	const uint64_t others =
		MS_REMOUNT | MS_BIND | MS_MOVE | MS_SHARED | MS_PRIVATE | MS_SLAVE | MS_UNBINDABLE;

	return fact->op == TR_MOUNT_NEW && fact->mount_flags & others;
}

/* Where there is no source the kernel looks for an empty one, but for a change of what is there. */
static void take_mount(struct acts *a, const struct tr_fact *fact)
{
	cleanup_strbuf struct strbuf words = STRBUF_INIT;
	struct tr_apparmor_mount *m;
	struct need needs[NEEDS_MAX];

	if (!fact->path || fact->path[0] != '/' || !needs_of(a->facts, fact, needs))
		return;
	if (needs->kind == NEED_MOUNT)
		floor_mount(a->floor, fact);
	if (is_contradiction(fact) || !apparmor_mount_options(&words, needs->flags)) {
		tr_cleanup_free char *what = tr_xasprintf("mount at %s", fact->path);

		note_add(&a->report->unsaid, what,
			 is_contradiction(fact) ? "its flags are those of another act" :
						  "AppArmor 3.0 has no word for its flags");
		return;
	}
	m = tr_apparmor_add_mount(a->p);
	m->op = mount_op(needs);
	m->flags = needs->flags;
	m->path = tr_xstrdup(needs->path);
	m->source = copy_or_null(needs->source);
	m->fstype = copy_or_null(needs->fstype);
	if (!m->source && (fact->op == TR_MOUNT_NEW || fact->op == TR_MOUNT_MOVE))
		m->source = tr_xstrdup("");
	m->comment = comment_of(tr_op_name(TR_FACT_MOUNT, fact->op), fact, a->n_recordings);
}

static int take(const struct tr_fact *fact, void *arg)
{
	struct acts *a = arg;
	struct need needs[NEEDS_MAX];

	if (!needs_of(a->facts, fact, needs))
		return 0;
	if (fact->kind == TR_FACT_NETWORK) {
		floor_network(a->floor, fact);
		take_network(a, fact);
	} else if (fact->kind == TR_FACT_SIGNAL) {
		take_signal(a, fact);
	} else if (fact->kind == TR_FACT_PTRACE) {
		take_ptrace(a, fact);
	} else if (fact->kind == TR_FACT_MOUNT) {
		take_mount(a, fact);
	}
	return 0;
}

/*
 * Any signal may come from the engine (docker stop, docker kill), and who gets it may have to pass it on: so
 * these two rules are there whatever was seen.
 */
static void add_signals(struct acts *a)
{
	struct tr_apparmor_signal *s = tr_apparmor_add_signal(a->p);

	s->access = TR_APPARMOR_RECEIVE;
	s->peer = TR_APPARMOR_ENGINE;
	s->comment = tr_xstrdup("docker stop and kill, whoever asks for them");
	s = tr_apparmor_add_signal(a->p);
	s->access = TR_APPARMOR_SEND | TR_APPARMOR_RECEIVE;
	s->peer = TR_APPARMOR_SELF;
	s->comment = tr_xstrdup("among the container's own processes");
	if (!a->sent.signals[0] && !a->sent.signals[1])
		return;
	s = tr_apparmor_add_signal(a->p);
	*s = a->sent;
	s->access = TR_APPARMOR_SEND;
	s->peer = TR_APPARMOR_UNCONFINED;
}

static void add_ptrace(struct acts *a, struct tr_apparmor_ptrace *t, enum tr_apparmor_peer peer)
{
	if (!t->access)
		return;
	t->peer = peer;
	*tr_apparmor_add_ptrace(a->p) = *t;
}

void apparmor_acts(struct tr_apparmor *p, const struct tr_facts *facts,
		   struct tr_policy_apparmor_report *report, struct floor *floor)
{
	struct acts a = { .p = p,
			  .facts = facts,
			  .n_recordings = facts->n_recordings,
			  .report = report,
			  .floor = floor };

	tr_facts_each(facts, take, &a);
	add_signals(&a);
	add_ptrace(&a, &a.inside, TR_APPARMOR_SELF);
	add_ptrace(&a, &a.outside, TR_APPARMOR_UNCONFINED);
}
