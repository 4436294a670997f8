// SPDX-License-Identifier: Apache-2.0
#include "formats/apparmor_rule.h"

#include <stdlib.h>
#include <string.h>

#include "formats/apparmor_words.h"
#include "util/mem.h"
#include "util/text.h"

/* What is behind the qualifiers of a rule. */
struct rule {
	const struct aa_statement *st;
	const struct aa_source *source;
	struct aa_variables *vars;
	struct tr_apparmor_section *to;
	size_t at; /* the next word */
	struct tr_apparmor_read read;
	bool owner;
	const char *left; /* why it is left to the compiler */
	struct tr_err *err;
};

static int fail(struct rule *r, const char *expected, const char *found)
{
	tr_cleanup_free char *safe = text_escaped(found ? found : "the end of the rule");

	return tr_err_set(r->err, TR_ERR_INPUT, "%s:%u: expected %s, found '%.80s'",
			  r->source->name, r->st->line, expected, safe);
}

/* Returns 0, as what is left is no error. */
static int leave(struct rule *r, const char *why)
{
	r->left = why;
	return 0;
}

static const struct aa_word *next(struct rule *r)
{
	return r->at < r->st->n ? &r->st->v[r->at] : NULL;
}

static const char *next_text(struct rule *r)
{
	return r->at < r->st->n ? r->st->v[r->at].text : NULL;
}

static bool next_is(struct rule *r, const char *word)
{
	const struct aa_word *w = next(r);

	return w && w->kind == AA_WORD_BARE && !strcmp(w->text, word);
}

static bool is_path(const struct aa_word *w)
{
	return w &&
	       (w->kind == AA_WORD_QUOTED ||
		(w->kind == AA_WORD_BARE && (w->text[0] == '/' || !strncmp(w->text, "@{", 2))));
}

/* Calls fn with each word of a list "a, b c"; false as soon as it does. */
static bool each_word(const char *list, bool (*fn)(const char *word, void *arg), void *arg)
{
	tr_cleanup_free char *copy = tr_xstrdup(list);
	char *save = NULL;

	for (char *w = strtok_r(copy, ", \t\r\n\"", &save); w;
	     w = strtok_r(NULL, ", \t\r\n\"", &save))
		if (!fn(w, arg))
			return false;
	return true;
}

/* Files */

static const char elsewhere[] = "what it runs goes on under another profile, or under none";

/* The letters; *ret_transition where x says more than that it may be run in this profile. */
static bool parse_perms(const char *word, bool deny, uint16_t *ret, bool *ret_transition)
{
	static const char letters[] = "rwklma";
	static const uint16_t bits[] = { TR_APPARMOR_R, TR_APPARMOR_W, TR_APPARMOR_K,
					 TR_APPARMOR_L, TR_APPARMOR_M, TR_APPARMOR_A };

	*ret = 0;
	*ret_transition = false;
	for (const char *p = word; *p; p++) {
		const char *known = strchr(letters, *p);

		if (known) {
			*ret |= bits[known - letters];
		} else if (*p == 'x' && deny) {
			*ret |= TR_APPARMOR_X;
		} else if (*p == 'i' && p[1] == 'x') {
			*ret |= TR_APPARMOR_X;
			p++;
		} else if (strchr("ipcuPCUx", *p)) {
			*ret_transition = true;
		} else {
			return false;
		}
	}
	return *word != '\0';
}

static const char *add_paths(struct rule *r, const char *text, uint16_t perms)
{
	struct aa_globs g;
	const char *why = aa_glob_path(&g, text, r->vars);

	for (size_t i = 0; i < g.n; i++) {
		struct tr_apparmor_file *f = tr_apparmor_add_file(&r->to->rules);

		f->path = g.v[i];
		g.v[i] = (struct tr_apparmor_pattern){ 0 };
		f->perms = perms;
		f->owner = r->owner;
		f->group = TR_APPARMOR_OTHER;
		f->read = r->read;
	}
	aa_globs_release(&g);
	return why;
}

/* "file," and what is short for it. */
static int read_any_file(struct rule *r)
{
	const uint16_t all = TR_APPARMOR_R | TR_APPARMOR_W | TR_APPARMOR_K | TR_APPARMOR_L |
			     TR_APPARMOR_M | TR_APPARMOR_X;

	add_paths(r, "/{**,}", all);
	return 0;
}

/* PATH PERMS or PERMS PATH, and -> TARGET behind it. */
static int read_file(struct rule *r)
{
	const struct aa_word *path = next(r), *perms;
	bool transition;
	uint16_t bits;

	perms = r->at + 1 < r->st->n ? &r->st->v[r->at + 1] : NULL;
	if (!is_path(path)) {
		const struct aa_word *swap = path;

		path = perms;
		perms = swap;
	}
	if (!is_path(path))
		return fail(r, "a rule", next_text(r));
	if (!perms || perms->kind != AA_WORD_BARE ||
	    !parse_perms(perms->text, r->read.deny, &bits, &transition))
		return fail(r, "permissions (of r, w, a, k, l, m and ix) beside the path",
			    perms ? perms->text : NULL);
	r->at += 2;
	if (next_is(r, "->") || transition)
		return leave(r, elsewhere);
	if (next(r))
		return fail(r, "',' behind the permissions", next_text(r));
	r->left = add_paths(r, path->text, bits);
	return 0;
}

static int read_link(struct rule *r)
{
	const struct aa_word *path, *target;
	struct aa_globs a = { 0 }, b = { 0 };

	if (next_is(r, "subset"))
		return leave(r, "a link that must be a subset");
	path = next(r);
	if (!is_path(path))
		return fail(r, "the path of a link", next_text(r));
	r->at++;
	if (!next_is(r, "->"))
		return fail(r, "'->' behind the path of a link", next_text(r));
	r->at++;
	target = next(r);
	if (!is_path(target))
		return fail(r, "what the link is of", next_text(r));
	r->left = aa_glob_path(&a, path->text, r->vars);
	if (!r->left)
		r->left = aa_glob_path(&b, target->text, r->vars);
	if (!r->left && a.n * b.n > AA_GLOB_MAX)
		r->left = "a pattern with more alternatives than are told apart here";
	for (size_t i = 0; i < a.n && !r->left; i++)
		for (size_t k = 0; k < b.n; k++) {
			struct tr_apparmor_file *f = tr_apparmor_add_file(&r->to->rules);

			tr_apparmor_pattern_copy(&f->path, &a.v[i]);
			tr_apparmor_pattern_copy(&f->target, &b.v[k]);
			f->is_link = true;
			f->perms = TR_APPARMOR_L;
			f->owner = r->owner;
			f->group = TR_APPARMOR_OTHER;
			f->read = r->read;
		}
	aa_globs_release(&a);
	aa_globs_release(&b);
	return 0;
}

static int read_file_word(struct rule *r)
{
	return next(r) ? read_file(r) : read_any_file(r);
}

/* Capabilities, sockets */

static int read_capability(struct rule *r)
{
	if (!next(r))
		*tr_apparmor_add_capability(&r->to->rules) =
			(struct tr_apparmor_capability){ .number = TR_APPARMOR_ALL,
							 .read = r->read };
	/* First that there is none too new to be known, so that a rule is whole or not there. */
	for (size_t i = r->at; i < r->st->n; i++)
		if (apparmor_capability_number(r->st->v[i].text) == APPARMOR_CAPABILITIES)
			return leave(r, "a capability that is not known here");
	for (; next(r); r->at++) {
		struct tr_apparmor_capability *c = tr_apparmor_add_capability(&r->to->rules);

		c->number = apparmor_capability_number(next_text(r));
		c->read = r->read;
	}
	return 0;
}

static int read_network(struct rule *r)
{
	unsigned family = TR_APPARMOR_ALL, type = TR_APPARMOR_ALL;
	struct tr_apparmor_network *n;

	if (next(r)) {
		family = apparmor_family_number(next_text(r));
		if (family == APPARMOR_FAMILIES || next(r)->kind != AA_WORD_BARE)
			return leave(r,
				     "sockets by protocol, address or a family that is not known "
				     "here");
		r->at++;
	}
	if (next(r)) {
		type = apparmor_type_number(next_text(r));
		if (type == APPARMOR_TYPES || next(r)->kind != AA_WORD_BARE)
			return leave(
				r, "sockets by protocol, address or a type that is not known here");
		r->at++;
	}
	if (next(r))
		return leave(r, "sockets by protocol or address");
	n = tr_apparmor_add_network(&r->to->rules);
	n->family = family;
	n->type = type;
	n->read = r->read;
	return 0;
}

/* Conditions: KEY=VALUE, KEY=(LIST), KEY in (LIST) */

struct condition {
	const char *key; /* of len bytes */
	size_t len;
	const struct aa_word *value; /* of its own; NULL: text */
	const char *text;
};

static bool next_condition(struct rule *r, struct condition *ret)
{
	const struct aa_word *w = next(r);
	const char *eq;

	if (!w || w->kind != AA_WORD_BARE || w->text[0] == '/')
		return false;
	eq = strchr(w->text, '=');
	if (!eq)
		return false;
	*ret = (struct condition){ .key = w->text, .len = (size_t)(eq - w->text) };
	r->at++;
	if (eq[1]) {
		ret->text = eq + 1;
		return true;
	}
	ret->value = next(r);
	ret->text = ret->value ? ret->value->text : "";
	r->at += ret->value != NULL;
	return true;
}

static bool is_key(const struct condition *c, const char *key)
{
	return strlen(key) == c->len && !strncmp(c->key, key, c->len);
}

static bool is_list(const struct condition *c)
{
	return c->value && c->value->kind == AA_WORD_LIST;
}

/* Signals, ptrace */

struct accesses {
	const char *const *words; /* each of the bit that it stands at */
	size_t n;
	unsigned bits;
};

static bool add_access(const char *word, void *arg)
{
	struct accesses *a = arg;
	size_t i = 0;

	while (i < a->n && strcmp(a->words[i], word) != 0)
		i++;
	if (i == a->n)
		return false;
	a->bits |= 1U << i;
	return true;
}

/* "r", "w", "read" and so on mean other things of each kind: they are left to the compiler. */
static bool read_accesses(struct rule *r, struct accesses *a)
{
	const struct aa_word *w = next(r);

	while (w && w->kind != AA_WORD_QUOTED && !strchr(w->text, '=')) {
		if (!each_word(w->text, add_access, a))
			return false;
		r->at++;
		w = next(r);
	}
	if (!a->bits)
		a->bits = (1U << a->n) - 1;
	return true;
}

struct peer {
	enum tr_apparmor_peer peer;
	char *name;
};

static bool read_peer(struct rule *r, const struct condition *c, struct peer *ret)
{
	const bool self = !is_list(c) && !strcmp(c->text, "@{profile_name}");
	char *name = self	? tr_xstrdup(r->to->rules.name) :
		     is_list(c) ? NULL :
				  aa_glob_literal(c->text);

	if (!name || ret->peer != TR_APPARMOR_ANYONE) {
		free(name);
		return false;
	}
	if (!strcmp(name, "unconfined"))
		ret->peer = TR_APPARMOR_UNCONFINED;
	else if (!strcmp(name, r->to->rules.name))
		ret->peer = TR_APPARMOR_SELF;
	else
		ret->peer = TR_APPARMOR_NAMED;
	if (ret->peer == TR_APPARMOR_NAMED)
		ret->name = name;
	else
		free(name);
	return true;
}

static bool add_signal_word(const char *word, void *arg)
{
	uint64_t *signals = arg;
	unsigned n = apparmor_signal_number(word);

	if (n == APPARMOR_SIGNALS)
		return false;
	signals[n / 64] |= UINT64_C(1) << n % 64;
	return true;
}

static const char odd_peer[] = "a peer that is a pattern";
static const char odd_condition[] = "a condition that is not known here";

static int read_signal(struct rule *r)
{
	static const char *const words[] = { "send", "receive" };
	struct accesses a = { words, TR_ARRAY_SIZE(words), 0 };
	struct peer peer = { TR_APPARMOR_ANYONE, NULL };
	struct tr_apparmor_signal s = { .read = r->read };
	struct condition c;

	if (!read_accesses(r, &a))
		return leave(r, "an access that is not known here");
	while (!r->left && next_condition(r, &c)) {
		if (is_key(&c, "peer")) {
			if (!read_peer(r, &c, &peer))
				r->left = odd_peer;
		} else if (!is_key(&c, "set") || !each_word(c.text, add_signal_word, s.signals)) {
			r->left = odd_condition;
		}
	}
	if (next(r) && !r->left)
		r->left = odd_condition;
	if (r->left) {
		free(peer.name);
		return 0;
	}
	s.access = a.bits;
	s.peer = peer.peer;
	s.name = peer.name;
	*tr_apparmor_add_signal(&r->to->rules) = s;
	return 0;
}

static int read_ptrace(struct rule *r)
{
	static const char *const words[] = { "trace", "tracedby", "read", "readby" };
	struct accesses a = { words, TR_ARRAY_SIZE(words), 0 };
	struct peer peer = { TR_APPARMOR_ANYONE, NULL };
	struct condition c;

	if (!read_accesses(r, &a))
		return leave(r, "an access that is not known here");
	while (!r->left && next_condition(r, &c))
		if (!is_key(&c, "peer") || !read_peer(r, &c, &peer))
			r->left = is_key(&c, "peer") ? odd_peer : odd_condition;
	if (next(r) && !r->left)
		r->left = odd_condition;
	if (r->left) {
		free(peer.name);
		return 0;
	}
	*tr_apparmor_add_ptrace(&r->to->rules) = (struct tr_apparmor_ptrace){
		.access = a.bits, .peer = peer.peer, .name = peer.name, .read = r->read
	};
	return 0;
}

/* Mounts */

static const char odd_mount[] = "a mount point, source or kind of file system that is a pattern";

/* A name, or NULL and the rule is left. */
static char *mount_name(struct rule *r, const char *text)
{
	struct aa_globs g;
	char *name = NULL;

	if (!aa_glob_path(&g, text, r->vars) && g.n == 1 && tr_apparmor_pattern_is_literal(&g.v[0]))
		name = tr_apparmor_pattern_sample(&g.v[0]);
	aa_globs_release(&g);
	if (!name)
		r->left = odd_mount;
	return name;
}

/* "options in (...)", "options = ..." */
static bool has_odd_words(const struct rule *r)
{
	for (size_t i = r->at; i < r->st->n; i++)
		if (r->st->v[i].kind == AA_WORD_BARE &&
		    (!strcmp(r->st->v[i].text, "in") || !strcmp(r->st->v[i].text, "=")))
			return true;
	return false;
}

static bool add_mount_flag(const char *word, void *arg)
{
	uint64_t *flags = arg, bits;

	if (!apparmor_mount_flag(word, &bits))
		return false;
	*flags |= bits;
	return true;
}

static void read_mount_conditions(struct rule *r, struct tr_apparmor_mount *m)
{
	struct condition c;

	while (!r->left && next_condition(r, &c)) {
		if ((is_key(&c, "fstype") || is_key(&c, "vfstype")) && !m->fstype && !is_list(&c)) {
			m->fstype = mount_name(r, c.text);
		} else if ((is_key(&c, "options") || is_key(&c, "option")) &&
			   m->flags == TR_APPARMOR_ANY_FLAGS) {
			m->flags = 0;
			if (!each_word(c.text, add_mount_flag, &m->flags))
				r->left = "an option of mounts that is not known here";
		} else if (is_key(&c, "oldroot") && m->op == TR_APPARMOR_PIVOT_ROOT && !m->source) {
			m->source = mount_name(r, c.text);
		} else {
			r->left = odd_condition;
		}
	}
}

static void read_mount_paths(struct rule *r, struct tr_apparmor_mount *m)
{
	const struct aa_word *w = next(r);

	/* A device's name is any word. */
	if (w && !r->left && m->op == TR_APPARMOR_MOUNT && !next_is(r, "->") &&
	    w->kind != AA_WORD_LIST) {
		m->source = mount_name(r, w->text);
		r->at++;
	}
	if (m->op == TR_APPARMOR_MOUNT && next_is(r, "->"))
		r->at++;
	else if (m->op == TR_APPARMOR_MOUNT)
		return;
	w = next(r);
	if (w && !r->left && is_path(w)) {
		m->path = mount_name(r, w->text);
		r->at++;
	}
}

static int read_mount_rule(struct rule *r, enum tr_apparmor_mount_op op)
{
	struct tr_apparmor_mount m = { .op = op, .flags = TR_APPARMOR_ANY_FLAGS, .read = r->read };

	if (has_odd_words(r))
		return leave(r, odd_condition);
	read_mount_conditions(r, &m);
	if (!r->left)
		read_mount_paths(r, &m);
	if (next(r) && !r->left)
		r->left = odd_condition;
	if (r->left) {
		free(m.path);
		free(m.source);
		free(m.fstype);
		return 0;
	}
	/* Only mounts have any. */
	if (op != TR_APPARMOR_MOUNT)
		m.flags = 0;
	*tr_apparmor_add_mount(&r->to->rules) = m;
	return 0;
}

static int read_mount(struct rule *r)
{
	return read_mount_rule(r, TR_APPARMOR_MOUNT);
}

static int read_umount(struct rule *r)
{
	return read_mount_rule(r, TR_APPARMOR_UMOUNT);
}

static int read_pivot_root(struct rule *r)
{
	return read_mount_rule(r, TR_APPARMOR_PIVOT_ROOT);
}

/* By the word in front */

/* unix rules are about sockets again, for kernels that look closer: those of abi 3.0 do not. */
static const struct {
	const char *word;
	int (*read)(struct rule *r);
	const char *left;
} kinds[] = {
	{ "capability", read_capability, NULL },
	{ "network", read_network, NULL },
	{ "signal", read_signal, NULL },
	{ "ptrace", read_ptrace, NULL },
	{ "mount", read_mount, NULL },
	{ "umount", read_umount, NULL },
	{ "unmount", read_umount, NULL },
	{ "pivot_root", read_pivot_root, NULL },
	{ "file", read_file_word, NULL },
	{ "link", read_link, NULL },
	{ "remount", NULL, "remounts" },
	{ "unix", NULL, "unix sockets by address or peer" },
	{ "dbus", NULL, "D-Bus" },
	{ "change_profile", NULL, "a change to another profile" },
	{ "change_hat", NULL, "a change to a hat" },
	{ "set", NULL, "limits on resources" },
	{ "mqueue", NULL, "message queues" },
	{ "userns", NULL, "user namespaces" },
	{ "io_uring", NULL, "io_uring" },
	{ "all", NULL, "everything at once" },
};

static int read_qualifiers(struct rule *r)
{
	for (;; r->at++) {
		if (next_is(r, "audit"))
			r->read.audit = true;
		else if (next_is(r, "deny"))
			r->read.deny = true;
		else if (next_is(r, "owner"))
			r->owner = true;
		else if (next_is(r, "other") || next_is(r, "prompt") || next_is(r, "quiet") ||
			 (next(r) && !strncmp(next(r)->text, "priority=", 9)))
			r->left = "a qualifier that is not known here";
		else if (!next_is(r, "allow"))
			break;
	}
	return next(r) ? 0 : fail(r, "a rule behind the qualifiers", NULL);
}

static int read_rule(struct rule *r)
{
	if (read_qualifiers(r) < 0)
		return -1;
	if (r->left)
		return 0;
	for (size_t i = 0; i < TR_ARRAY_SIZE(kinds); i++)
		if (next_is(r, kinds[i].word)) {
			r->at++;
			return kinds[i].read ? kinds[i].read(r) : leave(r, kinds[i].left);
		}
	return read_file(r);
}

void aa_line_left(struct tr_apparmor_line **lines, size_t *n, size_t *cap, const char *file,
		  unsigned line, const char *text, const char *why)
{
	*lines = tr_grow(*lines, cap, *n, sizeof(**lines));
	(*lines)[(*n)++] = (struct tr_apparmor_line){ .file = file,
						      .line = line,
						      .text = tr_xstrdup(text),
						      .left = why ? tr_xstrdup(why) : NULL };
}

int aa_rule_read(struct tr_apparmor_section *to, const struct aa_statement *st,
		 const struct aa_source *source, struct aa_variables *vars, struct tr_err *err)
{
	struct rule r = { .st = st, .source = source, .vars = vars, .to = to, .err = err };

	r.read.at = (unsigned)to->n_lines + 1;
	if (read_rule(&r) < 0)
		return -1;
	aa_line_left(&to->lines, &to->n_lines, &to->cap_lines, source->name, st->line,
		     strbuf_str(&st->text), r.left);
	to->lines[to->n_lines - 1].deny = r.read.deny;
	return 0;
}
