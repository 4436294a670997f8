// SPDX-License-Identifier: Apache-2.0
/*
 * The text of a profile, apparmor.d(5). It is for the abi of AppArmor 3.0, so that a newer kernel or parser
 * mediates no more than what was recorded for, and it includes nothing of the machine it is loaded on
 * but what a person adds there.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "formats/apparmor_words.h"
#include "trammel/apparmor_text.h"
#include "util/mem.h"
#include "util/strbuf.h"
#include "util/text.h"

/* What stands for parts that come often; they are defined in the file itself. */
static const struct variable {
	const char *name, *what;
	struct tr_apparmor_part parts[2];
	size_t n;
} variables[] = {
	{ "pid",
	  "A process or a thread.",
	  { { TR_APPARMOR_NONZERO, 0, 1, 1 }, { TR_APPARMOR_DIGIT, 0, 0, 6 } },
	  2 },
	{ "number",
	  "A number that counts: a descriptor, a terminal, a CPU.",
	  { { TR_APPARMOR_DIGIT, 0, 1, 10 } },
	  1 },
	{ "inode",
	  "What the kernel calls a file that has no name (O_TMPFILE).",
	  { { TR_APPARMOR_DIGIT, 0, 1, 20 } },
	  1 },
};

static const struct variable *variable_at(const struct tr_apparmor_pattern *p, size_t at)
{
	for (size_t i = 0; i < TR_ARRAY_SIZE(variables); i++) {
		const struct variable *v = &variables[i];

		if (at + v->n <= p->n && !memcmp(p->v + at, v->parts, v->n * sizeof(*v->parts)))
			return v;
	}
	return NULL;
}

static const char *const set_words[TR_APPARMOR_SETS] = {
	[TR_APPARMOR_DIGIT] = "[0-9]",	     [TR_APPARMOR_NONZERO] = "[1-9]",
	[TR_APPARMOR_HEX] = "[0-9a-f]",	     [TR_APPARMOR_HEX_UPPER] = "[0-9A-F]",
	[TR_APPARMOR_WORD] = "[0-9A-Za-z_]", [TR_APPARMOR_NAME] = "?",
};

static void add_part(struct strbuf *sb, const struct tr_apparmor_part *p)
{
	const char *word = p->set < TR_APPARMOR_SETS ? set_words[p->set] : NULL;
	unsigned more = p->max == TR_APPARMOR_MANY ? 0 : (unsigned)p->max - p->min;

	if (!word) {
		apparmor_quote_byte(sb, p->byte);
		return;
	}
	for (unsigned i = 0; i < p->min; i++)
		strbuf_adds(sb, word);
	if (p->max == TR_APPARMOR_MANY)
		strbuf_addc(sb, '*');
	for (unsigned i = 0; i < more; i++)
		strbuf_addf(sb, "{,%s", word);
	for (unsigned i = 0; i < more; i++)
		strbuf_addc(sb, '}');
}

static void add_parts(struct strbuf *sb, const struct tr_apparmor_pattern *p)
{
	for (size_t i = 0; i < p->n;) {
		const struct variable *v = variable_at(p, i);

		if (v)
			strbuf_addf(sb, "@{%s}", v->name);
		else
			add_part(sb, &p->v[i]);
		i += v ? v->n : 1;
	}
}

struct text {
	struct strbuf body, /* from the brace on */
		longs; /* definitions that it uses */
	size_t n_longs;
};

/*
 * A parser's scanner takes no word of more than 16 KiB (flex: YY_BUF_SIZE, and no more where REJECT is
 * used), and a name of 4096 bytes can be as long, quoted. Of what is longer than this, the pieces are
 * variables.
 */
#define LONG 8000

static void add_long(struct text *t, const struct tr_apparmor_pattern *p)
{
	cleanup_strbuf struct strbuf piece = STRBUF_INIT;

	for (size_t i = 1; i < p->n; i++) {
		add_part(&piece, &p->v[i]);
		if (piece.len < LONG && i + 1 < p->n)
			continue;
		strbuf_addf(&t->longs, "@{long%zu}=\"%s\"\n", ++t->n_longs, strbuf_str(&piece));
		strbuf_addf(&t->body, "@{long%zu}", t->n_longs);
		strbuf_clear(&piece);
	}
}

static void add_pattern(struct text *t, const struct tr_apparmor_pattern *p)
{
	cleanup_strbuf struct strbuf whole = STRBUF_INIT;

	add_parts(&whole, p);
	strbuf_addc(&t->body, '"');
	if (whole.len <= LONG) {
		strbuf_add(&t->body, strbuf_str(&whole), whole.len);
	} else {
		add_part(&t->body, &p->v[0]);
		add_long(t, p);
	}
	strbuf_addc(&t->body, '"');
}

static void add_string(struct text *t, const char *s)
{
	struct tr_apparmor_pattern p = { 0 };

	tr_apparmor_pattern_add_bytes(&p, s, strlen(s));
	add_pattern(t, &p);
	tr_apparmor_pattern_release(&p);
}

/* Behind a rule: a fixed word comes first where it is made, so that it is never taken for an #include. */
static void end_rule(struct strbuf *sb, const char *comment)
{
	strbuf_addc(sb, ',');
	if (comment) {
		strbuf_adds(sb, "  # ");
		text_escape(sb, comment, strlen(comment));
	}
	strbuf_addc(sb, '\n');
}

static void head(struct strbuf *sb, const char *line)
{
	strbuf_addf(sb, "\n  # %s\n", line);
}

static void add_perms(struct strbuf *sb, uint16_t perms)
{
	static const struct {
		uint16_t bit;
		const char *word;
	} words[] = {
		{ TR_APPARMOR_M, "m" }, { TR_APPARMOR_R, "r" }, { TR_APPARMOR_W, "w" },
		{ TR_APPARMOR_K, "k" }, { TR_APPARMOR_L, "l" }, { TR_APPARMOR_X, "ix" },
	};

	for (size_t i = 0; i < TR_ARRAY_SIZE(words); i++)
		if (perms & words[i].bit)
			strbuf_adds(sb, words[i].word);
}

static void add_file(struct text *t, const struct tr_apparmor_file *f)
{
	struct strbuf *sb = &t->body;
	strbuf_adds(sb, f->owner ? "  owner " : "  ");
	if (f->is_link)
		strbuf_adds(sb, "link ");
	add_pattern(t, &f->path);
	if (f->is_link) {
		strbuf_adds(sb, " -> ");
		add_pattern(t, &f->target);
	} else {
		strbuf_addc(sb, ' ');
		add_perms(sb, f->perms);
	}
	end_rule(sb, f->comment);
}

static const char *const group_heads[TR_APPARMOR_GROUPS] = {
	[TR_APPARMOR_PROGRAMS] = "Programs that were run. What they start stays in this profile.",
	[TR_APPARMOR_LIBRARIES] = "Libraries and other code that was mapped.",
	[TR_APPARMOR_IMAGE] = "Files of the image that were read.",
	[TR_APPARMOR_IMAGE_WRITTEN] = "Files written in the container's own file system.",
	[TR_APPARMOR_VOLUMES] = "Volumes and other mounts.",
	[TR_APPARMOR_TMPFS] = "In memory (tmpfs).",
	[TR_APPARMOR_PROC] = "What the kernel tells in /proc.",
	[TR_APPARMOR_SYS] = "What the kernel tells in /sys.",
	[TR_APPARMOR_DEV] = "Devices, terminals and shared memory.",
	[TR_APPARMOR_OTHER] = "Other files.",
};

static int cmp_file(const void *a, const void *b)
{
	const struct tr_apparmor_file *const *x = a, *const *y = b;
	int r;

	if ((*x)->is_link != (*y)->is_link)
		return (*x)->is_link ? 1 : -1;
	if (!(*x)->is_link && (*x)->group != (*y)->group)
		return (*x)->group < (*y)->group ? -1 : 1;
	r = tr_apparmor_pattern_cmp(&(*x)->path, &(*y)->path);
	if (!r)
		r = tr_apparmor_pattern_cmp(&(*x)->target, &(*y)->target);
	if (!r)
		r = (*x)->owner - (*y)->owner;
	return r ? r : (*x)->perms - (*y)->perms;
}

/*
 * Since Linux 6.12 a profile without any rule on paths refuses even stat(2), which no rule is needed for
 * otherwise (security/apparmor/file.c: aa_path_perm).
 */
static void add_files(struct text *t, const struct tr_apparmor *p)
{
	struct strbuf *sb = &t->body;
	const struct tr_apparmor_file **sorted = tr_xcalloc(p->n_files + 1, sizeof(*sorted));

	for (size_t i = 0; i < p->n_files; i++)
		sorted[i] = &p->files[i];
	qsort(sorted, p->n_files, sizeof(*sorted), cmp_file);
	for (size_t i = 0; i < p->n_files; i++) {
		const struct tr_apparmor_file *f = sorted[i], *before = i ? sorted[i - 1] : NULL;

		if (f->is_link && (!before || !before->is_link))
			head(sb, "Hard links: the new name, and what it may be one of.");
		else if (!f->is_link && (!before || before->group != f->group))
			head(sb, group_heads[f->group]);
		add_file(t, f);
	}
	if (!p->n_files) {
		head(sb,
		     "No file was needed; without any rule on files newer kernels refuse stat.");
		strbuf_adds(sb, "  \"/dev/null\" rw,\n");
	}
	free(sorted);
}

static void add_capabilities(struct strbuf *sb, const struct tr_apparmor *p)
{
	if (p->n_caps)
		head(sb,
		     "Capabilities. A rule gives none that the container was not started with.");
	for (size_t i = 0; i < p->n_caps; i++) {
		strbuf_addf(sb, "  capability %s", apparmor_word_capability(p->caps[i].number));
		end_rule(sb, p->caps[i].comment);
	}
}

static void add_networks(struct strbuf *sb, const struct tr_apparmor *p)
{
	if (p->n_networks)
		head(sb, "Sockets, by family and type.");
	for (size_t i = 0; i < p->n_networks; i++) {
		const struct tr_apparmor_network *n = &p->networks[i];
		char buf[APPARMOR_FAMILY_SIZE];
		const char *family = apparmor_word_family(n->family, buf),
			   *type = apparmor_word_type(n->type);

		strbuf_addf(sb, "  network %s%s%s", family, type ? " " : "", type ? type : "");
		end_rule(sb, n->comment);
	}
	for (size_t i = 0; i < p->n_networks; i++) {
		const char *type = apparmor_word_type(p->networks[i].type);

		/* Kernels that look at these more closely ask for a rule of their own. */
		if (p->networks[i].family == AF_UNIX)
			strbuf_addf(sb, "  unix%s%s,\n", type ? " type=" : "", type ? type : "");
	}
}

/* Only AppArmor 4 has a profile for runtimes; it goes by its name there. */
static void add_peer_rules(struct strbuf *sb, const char *rule, enum tr_apparmor_peer peer,
			   const char *self, const char *comment)
{
	static const char *const engine[] = { "unconfined", "runc", "crun" };

	for (size_t i = 0; i < (peer == TR_APPARMOR_ENGINE ? TR_ARRAY_SIZE(engine) : 1); i++) {
		const char *name = peer == TR_APPARMOR_SELF ? self : engine[i];

		strbuf_addf(sb, "  %s peer=\"%s\"", rule, name);
		end_rule(sb, i ? NULL : comment);
	}
}

static void add_words(struct strbuf *sb, unsigned bits, const char *const *words, size_t n)
{
	const char *before = "";

	strbuf_adds(sb, " (");
	for (size_t i = 0; i < n; i++) {
		if (!(bits & 1U << i))
			continue;
		strbuf_addf(sb, "%s%s", before, words[i]);
		before = ", ";
	}
	strbuf_addc(sb, ')');
}

static void add_signal_set(struct strbuf *sb, const struct tr_apparmor_signal *s)
{
	const char *before = " set=(";
	char buf[APPARMOR_SIGNAL_SIZE];

	if (!s->signals[0] && !s->signals[1])
		return;
	for (unsigned i = 0; i < TR_APPARMOR_SIGNALS; i++) {
		if (!(s->signals[i / 64] >> i % 64 & 1))
			continue;
		strbuf_addf(sb, "%s%s", before, apparmor_word_signal(i, buf));
		before = ", ";
	}
	strbuf_addc(sb, ')');
}

static void add_signals(struct strbuf *sb, const struct tr_apparmor *p)
{
	static const char *const words[] = { "send", "receive" };

	if (p->n_signals)
		head(sb, "Signals. Who sends one and who gets it each need a rule.");
	for (size_t i = 0; i < p->n_signals; i++) {
		const struct tr_apparmor_signal *s = &p->signals[i];
		cleanup_strbuf struct strbuf rule = STRBUF_INIT;

		strbuf_adds(&rule, "signal");
		add_words(&rule, s->access, words, TR_ARRAY_SIZE(words));
		add_signal_set(&rule, s);
		add_peer_rules(sb, strbuf_str(&rule), s->peer, p->name, s->comment);
	}
}

static void add_ptraces(struct strbuf *sb, const struct tr_apparmor *p)
{
	static const char *const words[] = { "trace", "tracedby", "read", "readby" };

	if (p->n_ptraces)
		head(sb, "Looking into other processes (ptrace, /proc).");
	for (size_t i = 0; i < p->n_ptraces; i++) {
		const struct tr_apparmor_ptrace *t = &p->ptraces[i];
		cleanup_strbuf struct strbuf rule = STRBUF_INIT;

		strbuf_adds(&rule, "ptrace");
		add_words(&rule, t->access, words, TR_ARRAY_SIZE(words));
		add_peer_rules(sb, strbuf_str(&rule), t->peer, p->name, t->comment);
	}
}

static void add_mount(struct text *t, const struct tr_apparmor_mount *m)
{
	struct strbuf *sb = &t->body;
	if (m->op == TR_APPARMOR_UMOUNT) {
		strbuf_adds(sb, "  umount ");
		add_string(t, m->path);
	} else if (m->op == TR_APPARMOR_PIVOT_ROOT) {
		strbuf_adds(sb, "  pivot_root oldroot=");
		add_string(t, m->source ? m->source : "/");
		strbuf_addc(sb, ' ');
		add_string(t, m->path);
	} else {
		strbuf_adds(sb, "  mount ");
		if (m->fstype) {
			strbuf_adds(sb, "fstype=");
			add_string(t, m->fstype);
			strbuf_addc(sb, ' ');
		}
		strbuf_adds(sb, "options=(");
		apparmor_mount_options(sb, m->flags);
		strbuf_adds(sb, ") ");
		if (m->source) {
			add_string(t, m->source);
			strbuf_addc(sb, ' ');
		}
		strbuf_adds(sb, "-> ");
		add_string(t, m->path);
	}
	end_rule(sb, m->comment);
}

static void add_mounts(struct text *t, const struct tr_apparmor *p)
{
	struct strbuf *sb = &t->body;
	if (p->n_mounts)
		head(sb, "Mounts.");
	for (size_t i = 0; i < p->n_mounts; i++)
		add_mount(t, &p->mounts[i]);
}

static void add_hands(struct strbuf *sb, const struct tr_apparmor *p)
{
	if (p->n_hands)
		head(sb, "Decided by hand, in the tune file.");
	for (size_t i = 0; i < p->n_hands; i++) {
		strbuf_addf(sb, "  %s%s", p->hands[i].deny ? "audit deny " : "", p->hands[i].rule);
		end_rule(sb, p->hands[i].comment);
	}
}

/* With `audit`, since what is denied by a rule is not logged otherwise. */
static void add_denies(struct strbuf *sb, const struct tr_apparmor *p)
{
	if (p->n_denies)
		head(sb, "Docker's default denies: they hold against whatever is added below.");
	for (size_t i = 0; i < p->n_denies; i++) {
		const struct tr_apparmor_deny *d = &p->denies[i];
		char letters[APPARMOR_LETTERS_SIZE];

		apparmor_letters(d->perms, letters);
		strbuf_addf(sb, "  %s %s%s%s", d->out ? "# left out: deny" : "audit deny", d->rule,
			    d->perms ? " " : "", letters);
		end_rule(sb, d->comment);
	}
}

static bool has_variable(const struct tr_apparmor_pattern *p, const struct variable *v)
{
	for (size_t i = 0; i < p->n; i++)
		if (variable_at(p, i) == v)
			return true;
	return false;
}

static void add_variables(struct strbuf *sb, const struct tr_apparmor *p)
{
	for (size_t i = 0; i < TR_ARRAY_SIZE(variables); i++) {
		const struct variable *v = &variables[i];
		bool used = false;

		for (size_t f = 0; f < p->n_files && !used; f++)
			used = has_variable(&p->files[f].path, v) ||
			       has_variable(&p->files[f].target, v);
		if (!used)
			continue;
		strbuf_addf(sb, "# %s\n@{%s}=", v->what, v->name);
		for (size_t k = 0; k < v->n; k++)
			add_part(sb, &v->parts[k]);
		strbuf_adds(sb, "\n\n");
	}
}

static void add_head(struct strbuf *sb, const struct tr_apparmor *p)
{
	tr_cleanup_free char *subject = p->subject ? text_escaped(p->subject) : NULL;

	strbuf_addf(sb,
		    "# AppArmor profile%s%s: what %zu recording%s saw it need, and nothing else.\n",
		    subject ? " of " : "", subject ? subject : "", p->recordings,
		    p->recordings == 1 ? "" : "s");
	strbuf_addf(
		sb,
		"#   trammel load FILE (or: apparmor_parser -r -K FILE)\n"
		"#   docker run --security-opt apparmor=%s ...\n"
		"# What is added by hand belongs in /etc/apparmor.d/local/%s, which stays when this is made anew.\n"
		"abi <abi/3.0>,\n\n",
		p->name, p->name);
	add_variables(sb, p);
}

static bool is_others(const struct tr_apparmor_read *read)
{
	return read->deny || read->audit;
}

static bool is_others_pattern(const struct tr_apparmor_pattern *p)
{
	for (size_t i = 0; i < p->n; i++)
		if (p->v[i].set >= TR_APPARMOR_ANY)
			return true;
	return false;
}

/* Whether there is a rule that has no words here: what we make only allows, and says how much. */
static bool has_others(const struct tr_apparmor *p)
{
	bool found = false;

	for (size_t i = 0; i < p->n_files; i++)
		found |= is_others(&p->files[i].read) || is_others_pattern(&p->files[i].path) ||
			 is_others_pattern(&p->files[i].target) ||
			 (p->files[i].perms & TR_APPARMOR_A);
	for (size_t i = 0; i < p->n_caps; i++)
		found |=
			is_others(&p->caps[i].read) || !apparmor_word_capability(p->caps[i].number);
	for (size_t i = 0; i < p->n_networks; i++)
		found |=
			is_others(&p->networks[i].read) || p->networks[i].family == TR_APPARMOR_ALL;
	for (size_t i = 0; i < p->n_signals; i++)
		found |= is_others(&p->signals[i].read) || p->signals[i].peer >= TR_APPARMOR_ANYONE;
	for (size_t i = 0; i < p->n_ptraces; i++)
		found |= is_others(&p->ptraces[i].read) || p->ptraces[i].peer >= TR_APPARMOR_ANYONE;
	for (size_t i = 0; i < p->n_mounts; i++)
		found |= is_others(&p->mounts[i].read) || !p->mounts[i].path ||
			 p->mounts[i].flags == TR_APPARMOR_ANY_FLAGS;
	return found;
}

int tr_apparmor_write(const struct tr_apparmor *p, FILE *out, struct tr_err *err)
{
	cleanup_strbuf struct strbuf head_ = STRBUF_INIT;
	struct text t = { STRBUF_INIT, STRBUF_INIT, 0 };

	if (!tr_apparmor_is_name(p->name))
		return tr_err_set(
			err, TR_ERR_INPUT,
			"'%s': expected letters, digits, '.', '_' and '-' as a profile's name",
			p->name);
	if (has_others(p))
		return tr_err_set(
			err, TR_ERR_INPUT,
			"%s: expected a profile of trammel's own, found rules that no such has",
			p->name);
	add_files(&t, p);
	add_capabilities(&t.body, p);
	add_networks(&t.body, p);
	add_signals(&t.body, p);
	add_ptraces(&t.body, p);
	add_mounts(&t, p);
	add_hands(&t.body, p);
	add_denies(&t.body, p);
	add_head(&head_, p);
	if (t.n_longs)
		strbuf_addf(&head_, "# Parts of names that are too long for one word.\n%s\n",
			    strbuf_str(&t.longs));
	fprintf(out, "%sprofile \"%s\" flags=(attach_disconnected,mediate_deleted) {",
		strbuf_str(&head_), p->name);
	fwrite(strbuf_str(&t.body), 1, t.body.len, out);
	fprintf(out, "\n  include if exists <local/%s>\n}\n", p->name);
	strbuf_release(&t.body);
	strbuf_release(&t.longs);
	return 0;
}
