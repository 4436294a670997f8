// SPDX-License-Identifier: Apache-2.0
#include "policy/hand_rules.h"

#include <stdlib.h>
#include <string.h>

#include "util/mem.h"
#include "util/strbuf.h"

#define MAX_RULE 8000 /* no parser takes a word of 16 KiB */

/* A brace, a comma or a line in it could be the end of the rule, and the beginning of one that nobody checked. */
static int check_text(const char *text, struct tr_err *err)
{
	if (strlen(text) > MAX_RULE)
		return tr_err_set(err, TR_ERR_INPUT, "expected a rule of at most %d bytes",
				  MAX_RULE);
	for (const char *p = text; *p; p++)
		if (*p < ' ' || *p > '~')
			return tr_err_set(
				err, TR_ERR_INPUT,
				"expected printable ASCII: other bytes of a name are \\ooo "
				"in quotes");
	if (strchr(text, '#'))
		return tr_err_set(err, TR_ERR_INPUT,
				  "expected no '#': in the name of a file it is \\043, in quotes");
	return 0;
}

/* The reader's ":LINE: " is of a text that nobody wrote. */
static const char *behind_place(const char *msg)
{
	msg += *msg == ':';
	msg += strspn(msg, "0123456789");
	return msg + strspn(msg, ": ");
}

int hand_rule_parse(struct tr_apparmor_document *ret, const char *text, struct tr_err *err)
{
	tr_cleanup_free char *whole = NULL;
	struct tr_err why tr_cleanup_err = { 0 };
	const struct tr_apparmor_section *s;
	struct tr_apparmor_document d;
	const char *what = NULL;
	size_t n = strlen(text);

	if (check_text(text, err) < 0)
		return -1;
	while (n && (text[n - 1] == ',' || text[n - 1] == ' '))
		n--;
	whole = tr_xasprintf("profile x {\n%.*s,\n}\n", (int)n, text);
	if (tr_apparmor_parse(&d, whole, strlen(whole), "", NULL, &why) < 0)
		return tr_err_set(err, TR_ERR_INPUT, "expected one rule of AppArmor's: %s",
				  behind_place(tr_err_msg(&why)));
	s = &d.v[0];
	if (d.n != 1 || s->n_lines != 1 || d.n_left)
		what = "expected one rule, and nothing but rules";
	else if (s->lines[0].left)
		what = s->lines[0].left;
	else if (s->lines[0].deny)
		what = "expected the rule without 'deny': \"deny\" is where it stands in this file";
	if (!what) {
		*ret = d;
		return 0;
	}
	if (d.n == 1 && s->n_lines == 1 && s->lines[0].left)
		tr_err_set(err, TR_ERR_INPUT, "expected a rule that can be checked, found %s",
			   what);
	else
		tr_err_set(err, TR_ERR_INPUT, "%s", what);
	tr_apparmor_document_release(&d);
	return -1;
}

char *hand_rule_text(const struct tr_apparmor_document *d)
{
	const char *text = d->v[0].lines[0].text;
	size_t n = strlen(text);

	while (n && (text[n - 1] == ',' || text[n - 1] == ' ' || text[n - 1] == '\n'))
		n--;
	return tr_xstrndup(text, n);
}

int hand_rules_parse(struct hand_rules *ret, const struct tr_policy_rules *from, struct tr_err *err)
{
	struct hand_rules h = { .docs = tr_xcalloc(from->n + 1, sizeof(*h.docs)), .from = from->v };

	for (; h.n < from->n; h.n++) {
		if (hand_rule_parse(&h.docs[h.n], from->v[h.n].rule, err) < 0) {
			hand_rules_release(&h);
			return tr_err_wrap(err, "'%.200s'", from->v[h.n].rule);
		}
	}
	*ret = h;
	return 0;
}

void hand_rules_release(struct hand_rules *h)
{
	for (size_t i = 0; i < h->n; i++)
		tr_apparmor_document_release(&h->docs[i]);
	free(h->docs);
	memset(h, 0, sizeof(*h));
}

/* What a rule is asked */

static unsigned letters_of(unsigned perms)
{
	static const struct {
		unsigned perm, bit;
	} both[] = {
		{ TR_PERM_R, TR_APPARMOR_R }, { TR_PERM_W, TR_APPARMOR_W },
		{ TR_PERM_K, TR_APPARMOR_K }, { TR_PERM_L, TR_APPARMOR_L },
		{ TR_PERM_M, TR_APPARMOR_M }, { TR_PERM_X, TR_APPARMOR_X },
	};
	unsigned ret = 0;

	for (size_t i = 0; i < TR_ARRAY_SIZE(both); i++)
		ret |= perms & both[i].perm ? both[i].bit : 0;
	return ret;
}

static bool takes(const struct tr_apparmor_pattern *p, const char *path)
{
	return tr_apparmor_pattern_matches(p, path, strlen(path));
}

static bool has_file(const struct tr_apparmor *r, const struct need *n)
{
	for (size_t i = 0; i < r->n_files; i++) {
		const struct tr_apparmor_file *f = &r->files[i];
		unsigned perms = n->kind == NEED_LINK ? TR_APPARMOR_L : letters_of(n->perms);

		if (!(f->perms & perms) || (f->owner && !(n->who & NEED_OWNER)) ||
		    !takes(&f->path, n->path))
			continue;
		if (!f->is_link || (n->kind == NEED_LINK && takes(&f->target, n->source)))
			return true;
	}
	return false;
}

static bool is_peer(enum tr_apparmor_peer peer, const char *name, const struct need *n,
		    const char *profile)
{
	const char *asked = n->peer ? n->peer : profile;

	switch (peer) {
	case TR_APPARMOR_ANYONE:
		return true;
	case TR_APPARMOR_SELF:
		return !strcmp(asked, profile);
	case TR_APPARMOR_UNCONFINED:
		return !strcmp(asked, "unconfined");
	case TR_APPARMOR_ENGINE:
		return !strcmp(asked, "unconfined") || !strcmp(asked, "runc") ||
		       !strcmp(asked, "crun");
	case TR_APPARMOR_NAMED:
		return name && !strcmp(asked, name);
	}
	return false;
}

static bool has_signal(const struct tr_apparmor *r, const struct need *n, const char *profile)
{
	unsigned access = n->access == TR_ACCESS_SEND ? TR_APPARMOR_SEND : TR_APPARMOR_RECEIVE;

	for (size_t i = 0; i < r->n_signals; i++) {
		const struct tr_apparmor_signal *s = &r->signals[i];
		bool all = !s->signals[0] && !s->signals[1];

		if ((s->access & access) && n->number < TR_APPARMOR_SIGNALS &&
		    (all || s->signals[n->number / 64] >> n->number % 64 & 1) &&
		    is_peer(s->peer, s->name, n, profile))
			return true;
	}
	return false;
}

static bool has_ptrace(const struct tr_apparmor *r, const struct need *n, const char *profile)
{
	static const unsigned bits[TR_ACCESS_MAX] = {
		[TR_ACCESS_TRACE] = TR_APPARMOR_TRACE,
		[TR_ACCESS_TRACEDBY] = TR_APPARMOR_TRACEDBY,
		[TR_ACCESS_READ] = TR_APPARMOR_READ,
		[TR_ACCESS_READBY] = TR_APPARMOR_READBY,
	};

	for (size_t i = 0; i < r->n_ptraces; i++)
		if (n->access < TR_ACCESS_MAX && (r->ptraces[i].access & bits[n->access]) &&
		    is_peer(r->ptraces[i].peer, r->ptraces[i].name, n, profile))
			return true;
	return false;
}

static bool is_or_any(const char *said, const char *asked)
{
	return !said || (asked && !strcmp(said, asked));
}

static bool has_mount(const struct tr_apparmor *r, const struct need *n)
{
	static const enum tr_apparmor_mount_op ops[] = {
		[NEED_MOUNT] = TR_APPARMOR_MOUNT,
		[NEED_UMOUNT] = TR_APPARMOR_UMOUNT,
		[NEED_PIVOT_ROOT] = TR_APPARMOR_PIVOT_ROOT,
	};

	for (size_t i = 0; i < r->n_mounts; i++) {
		const struct tr_apparmor_mount *m = &r->mounts[i];

		if (m->op == ops[n->kind] && is_or_any(m->path, n->path) &&
		    is_or_any(m->source, n->source) && is_or_any(m->fstype, n->fstype) &&
		    (n->kind != NEED_MOUNT || m->flags == TR_APPARMOR_ANY_FLAGS ||
		     m->flags == n->flags))
			return true;
	}
	return false;
}

static bool has_other(const struct tr_apparmor *r, const struct need *n)
{
	for (size_t i = 0; n->kind == NEED_CAPABILITY && i < r->n_caps; i++)
		if (r->caps[i].number == TR_APPARMOR_ALL || r->caps[i].number == n->number)
			return true;
	for (size_t i = 0; n->kind == NEED_NETWORK && i < r->n_networks; i++)
		if ((r->networks[i].family == TR_APPARMOR_ALL ||
		     r->networks[i].family == n->family) &&
		    (r->networks[i].type == TR_APPARMOR_ALL || r->networks[i].type == n->type))
			return true;
	return false;
}

/* Whether the rule is about what is needed, or a part of it. */
static bool is_about(const struct tr_apparmor *r, const struct need *n, const char *profile)
{
	switch (n->kind) {
	case NEED_FILE:
	case NEED_LINK:
		return has_file(r, n);
	case NEED_SIGNAL:
		return has_signal(r, n, profile);
	case NEED_PTRACE:
		return has_ptrace(r, n, profile);
	case NEED_MOUNT:
	case NEED_UMOUNT:
	case NEED_PIVOT_ROOT:
		return has_mount(r, n);
	case NEED_CAPABILITY:
	case NEED_NETWORK:
	case NEED_USERNS:
	case NEED_IO_URING:
		break;
	}
	return has_other(r, n);
}

const struct tr_policy_rule *hand_rules_deny(const struct hand_rules *h, const struct need *n,
					     const char *profile)
{
	for (size_t i = 0; i < h->n; i++)
		if (h->from[i].kind == TR_HAND_DENY && is_about(&h->docs[i].v[0].rules, n, profile))
			return &h->from[i];
	return NULL;
}

static unsigned perms_of(uint16_t letters)
{
	unsigned ret = 0;

	for (unsigned perm = 1; perm <= TR_PERM_X; perm <<= 1)
		ret |= letters_of(perm) & letters ? perm : 0;
	return ret;
}

/* Of files by a name that the allowed pattern takes: one that is denied within it is how both are meant. */
static bool undone(const struct hand_rules *h, const struct tr_apparmor *allowed)
{
	for (size_t i = 0; i < allowed->n_files; i++) {
		const struct tr_apparmor_file *f = &allowed->files[i];
		tr_cleanup_free char *path = tr_apparmor_pattern_sample(&f->path);
		tr_cleanup_free char *target =
			f->is_link ? tr_apparmor_pattern_sample(&f->target) : NULL;
		const struct need n = { .kind = f->is_link ? NEED_LINK : NEED_FILE,
					.who = NEED_OWNER | (f->owner ? 0 : NEED_OTHER),
					.perms = perms_of(f->perms),
					.path = path,
					.source = target };

		if (hand_rules_deny(h, &n, ""))
			return true;
	}
	for (size_t i = 0; i < allowed->n_caps; i++) {
		const struct need n = { .kind = NEED_CAPABILITY,
					.number = allowed->caps[i].number };

		if (hand_rules_deny(h, &n, ""))
			return true;
	}
	for (size_t i = 0; i < allowed->n_networks; i++) {
		const struct need n = { .kind = NEED_NETWORK,
					.family = allowed->networks[i].family,
					.type = allowed->networks[i].type };

		if (hand_rules_deny(h, &n, ""))
			return true;
	}
	return false;
}

int hand_rules_contradict(const struct hand_rules *h, struct tr_err *err)
{
	for (size_t i = 0; i < h->n; i++)
		if (h->from[i].kind == TR_HAND_ALLOW && undone(h, &h->docs[i].v[0].rules))
			return tr_err_set(err, TR_ERR_INPUT, "'%.200s' is denied, too",
					  h->from[i].rule);
	return 0;
}
