// SPDX-License-Identifier: Apache-2.0
#include "check/explain_apparmor.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "eval/apparmor_compile.h"
#include "facts/sets.h"
#include "policy/needs.h"
#include "trammel/policy_apparmor.h"
#include "util/mem.h"
#include "util/strbuf.h"

#define NAME "trammel-explain"

int explain_aa_profile_make(struct explain_aa_profile *ret, const struct tr_facts *facts,
			    struct tr_err *err)
{
	const struct tr_policy_apparmor_opts opts = { .name = NAME,
						      .floor = TR_FLOOR_NONE,
						      .allow_incomplete = true,
						      .allow_no_start = true };
	struct explain_aa_profile p = { .facts = facts };
	struct tr_apparmor rules;
	FILE *out;
	int rc;

	if (tr_policy_apparmor(&rules, facts, &opts, NULL, err) < 0)
		return -1;
	out = open_memstream(&p.text, &p.len);
	rc = tr_apparmor_write(&rules, out, err);
	fclose(out);
	tr_apparmor_release(&rules);
	if (rc == 0)
		rc = tr_apparmor_parse(&p.d, p.text, p.len, NAME, NULL, err);
	if (rc < 0) {
		free(p.text);
		return -1;
	}
	*ret = p;
	return 0;
}

void explain_aa_profile_release(struct explain_aa_profile *p)
{
	tr_apparmor_document_release(&p->d);
	free(p->text);
	memset(p, 0, sizeof(*p));
}

/* Which rules meet a need */

static bool takes(const struct tr_apparmor_pattern *p, const char *name)
{
	return name && tr_apparmor_pattern_matches(p, name, strlen(name));
}

static bool meets_file(const struct tr_apparmor_file *f, const struct need *n)
{
	static const struct {
		unsigned fact;
		uint16_t rule;
	} perms[] = {
		{ TR_PERM_R, TR_APPARMOR_R }, { TR_PERM_W, TR_APPARMOR_W },
		{ TR_PERM_K, TR_APPARMOR_K }, { TR_PERM_L, TR_APPARMOR_L },
		{ TR_PERM_M, TR_APPARMOR_M }, { TR_PERM_X, TR_APPARMOR_X },
	};

	if (f->read.deny || (f->owner && n->who == NEED_OTHER) || !takes(&f->path, n->path))
		return false;
	if (n->kind == NEED_LINK)
		return f->is_link && takes(&f->target, n->source);
	for (size_t i = 0; i < TR_ARRAY_SIZE(perms); i++)
		if (!f->is_link && (n->perms & perms[i].fact) && (f->perms & perms[i].rule))
			return true;
	return false;
}

/* Whether a rule's peer is that of the need. */
static bool is_peer(enum tr_apparmor_peer peer, const char *name, const struct need *n)
{
	if (!n->peer)
		return peer == TR_APPARMOR_SELF;
	return !strcmp(peer == TR_APPARMOR_UNCONFINED ? "unconfined" : name ? name : "", n->peer);
}

static bool meets_signal(const struct tr_apparmor_signal *s, const struct need *n)
{
	unsigned access = n->access == TR_ACCESS_SEND ? TR_APPARMOR_SEND : TR_APPARMOR_RECEIVE;
	bool all = !s->signals[0] && !s->signals[1];

	return !s->read.deny && (s->access & access) && n->number < TR_APPARMOR_SIGNALS &&
	       (all || (s->signals[n->number / 64] >> n->number % 64 & 1)) &&
	       is_peer(s->peer, s->name, n);
}

static bool meets_ptrace(const struct tr_apparmor_ptrace *p, const struct need *n)
{
	unsigned access = n->access == TR_ACCESS_TRACE	  ? TR_APPARMOR_TRACE :
			  n->access == TR_ACCESS_TRACEDBY ? TR_APPARMOR_TRACEDBY :
			  n->access == TR_ACCESS_READ	  ? TR_APPARMOR_READ :
							    TR_APPARMOR_READBY;

	return !p->read.deny && (p->access & access) && is_peer(p->peer, p->name, n);
}

static bool meets_mount(const struct tr_apparmor_mount *m, const struct need *n)
{
	enum tr_apparmor_mount_op op = n->kind == NEED_UMOUNT	  ? TR_APPARMOR_UMOUNT :
				       n->kind == NEED_PIVOT_ROOT ? TR_APPARMOR_PIVOT_ROOT :
								    TR_APPARMOR_MOUNT;

	return !m->read.deny && m->op == op && m->path && n->path && !strcmp(m->path, n->path) &&
	       (op != TR_APPARMOR_MOUNT || m->flags == n->flags);
}

static bool meets_network(const struct tr_apparmor_network *w, const struct need *n)
{
	return !w->read.deny && w->family == n->family &&
	       (w->type == n->type || w->type == TR_APPARMOR_ALL);
}

/* The lines, counted from 1, that are there for a need. */
static void lines_of(struct tr_u32set *lines, const struct tr_apparmor *p, const struct need *n)
{
	bool file = n->kind == NEED_FILE || n->kind == NEED_LINK;
	bool mount = n->kind == NEED_MOUNT || n->kind == NEED_UMOUNT || n->kind == NEED_PIVOT_ROOT;

	for (size_t i = 0; file && i < p->n_files; i++)
		if (meets_file(&p->files[i], n))
			tr_u32set_add(lines, p->files[i].read.at);
	for (size_t i = 0; n->kind == NEED_CAPABILITY && i < p->n_caps; i++)
		if (!p->caps[i].read.deny && p->caps[i].number == n->number)
			tr_u32set_add(lines, p->caps[i].read.at);
	for (size_t i = 0; n->kind == NEED_NETWORK && i < p->n_networks; i++)
		if (meets_network(&p->networks[i], n))
			tr_u32set_add(lines, p->networks[i].read.at);
	for (size_t i = 0; n->kind == NEED_SIGNAL && i < p->n_signals; i++)
		if (meets_signal(&p->signals[i], n))
			tr_u32set_add(lines, p->signals[i].read.at);
	for (size_t i = 0; n->kind == NEED_PTRACE && i < p->n_ptraces; i++)
		if (meets_ptrace(&p->ptraces[i], n))
			tr_u32set_add(lines, p->ptraces[i].read.at);
	for (size_t i = 0; mount && i < p->n_mounts; i++)
		if (meets_mount(&p->mounts[i], n))
			tr_u32set_add(lines, p->mounts[i].read.at);
}

/* The profile without them */

static bool has_line(const struct explain_aa *a, unsigned line)
{
	for (size_t i = 0; i < a->n_rules; i++)
		if (a->rules[i].line == line)
			return true;
	return false;
}

/* The writer puts a rule on a line of its own. */
static void without_lines(const struct explain_aa *a, const struct explain_aa_profile *p,
			  struct strbuf *sb)
{
	unsigned line = 1;

	for (const char *at = p->text; *at; line++) {
		size_t len = strcspn(at, "\n");

		len += at[len] == '\n';
		if (!has_line(a, line))
			strbuf_add(sb, at, len);
		at += len;
	}
}

static void check_without(struct explain_aa *a, const struct explain_aa_profile *p)
{
	cleanup_strbuf struct strbuf text = STRBUF_INIT;
	tr_cleanup_free char *blob = NULL;
	const struct tr_aa_profile *profile;
	struct tr_err err = { 0 };
	size_t len;

	without_lines(a, p, &text);
	if (apparmor_compile_text(strbuf_str(&text), text.len, NAME, APPARMOR_FOR_ABI_3, &blob,
				  &len, &err) == 0 &&
	    tr_aa_policy_read(&a->policy, blob, len, &err) == 0) {
		profile = tr_aa_policy_find(&a->policy, NAME);
		if (profile)
			tr_check_apparmor(&a->without, profile, p->facts);
	}
	tr_err_clear(&err);
}

static char *line_text(const struct explain_aa_profile *p, unsigned line)
{
	const char *at = p->text;

	for (unsigned i = 1; i < line; i++) {
		at += strcspn(at, "\n");
		at += *at == '\n';
	}
	at += strspn(at, " ");
	return tr_xstrndup(at, strcspn(at, "\n"));
}

static void add_rules(struct explain_aa *a, const struct explain_aa_profile *p,
		      const struct tr_u32set *lines)
{
	for (size_t i = 0; i < lines->n; i++) {
		unsigned line = p->d.v[0].lines[lines->v[i] - 1].line;

		a->rules = tr_grow(a->rules, &a->cap_rules, a->n_rules, sizeof(*a->rules));
		a->rules[a->n_rules++] = (struct explain_aa_rule){ line, line_text(p, line) };
	}
}

void explain_aa(struct explain_aa *ret, const struct explain *x, const struct explain_aa_profile *p)
{
	struct tr_u32set lines = { 0 };

	memset(ret, 0, sizeof(*ret));
	for (size_t i = 0; i < x->facts.n; i++) {
		struct need needs[NEEDS_MAX];
		size_t n = needs_of(p->facts, x->facts.v[i], needs);

		for (size_t k = 0; k < n; k++) {
			cleanup_strbuf struct strbuf rule = STRBUF_INIT;

			need_rule(&rule, &needs[k], NAME);
			tr_strset_add(&ret->needs, strbuf_str(&rule));
			lines_of(&lines, &p->d.v[0].rules, &needs[k]);
			ret->asked = true;
		}
	}
	add_rules(ret, p, &lines);
	tr_u32set_release(&lines);
	if (ret->n_rules)
		check_without(ret, p);
}

void explain_aa_release(struct explain_aa *a)
{
	for (size_t i = 0; i < a->n_rules; i++)
		free(a->rules[i].text);
	free(a->rules);
	tr_strset_release(&a->needs);
	tr_check_apparmor_release(&a->without);
	tr_aa_policy_release(&a->policy);
	memset(a, 0, sizeof(*a));
}
