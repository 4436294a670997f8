// SPDX-License-Identifier: Apache-2.0
/*
 * Edits of an AppArmor profile as decisions. Lines tell what somebody did; what comes of it is compiled and
 * compared, so whatever the lines did not tell is found.
 */
#include <stdlib.h>
#include <string.h>

#include "check/retune.h"
#include "eval/apparmor_compile.h"
#include "formats/apparmor_words.h"
#include "policy/hand_rules.h"
#include "trammel/diff_apparmor.h"
#include "util/fs.h"
#include "util/mem.h"
#include "util/strbuf.h"
#include "util/text.h"

#define MAX_TEXT ((size_t)16 << 20)

struct side {
	char *text;
	size_t len;
	struct tr_apparmor_document d;
	const struct tr_apparmor_section *s;
};

struct retuning {
	struct side edited, emitted;
	struct tr_tune *t;
	struct tr_strset *unsaid;
	const char *name; /* the edited file's, for reasons */
};

static int side_open(struct side *s, const char *path, struct tr_err *err)
{
	const char *name = strcmp(path, "-") ? path : "standard input";

	if (fs_read(path, MAX_TEXT, &s->text, &s->len, err) < 0 ||
	    tr_apparmor_parse(&s->d, s->text, s->len, name, NULL, err) < 0)
		return -1;
	s->s = &s->d.v[0];
	if (s->d.n > 1)
		return tr_err_set(err, TR_ERR_INPUT,
				  "%s:%u: expected one profile, as emit apparmor writes it", name,
				  s->d.v[1].line);
	return 0;
}

static void side_release(struct side *s)
{
	tr_apparmor_document_release(&s->d);
	free(s->text);
}

static const struct tr_apparmor_line *find_line(const struct tr_apparmor_section *s,
						const char *text)
{
	for (size_t i = 0; i < s->n_lines; i++)
		if (!strcmp(s->lines[i].text, text))
			return &s->lines[i];
	return NULL;
}

/* What stands behind a '#' on the line, outside of quotes; NULL: nothing. Heap. */
static char *comment_of(const struct side *s, unsigned line)
{
	const char *p = s->text, *end;
	bool quoted = false;

	for (unsigned i = 1; p && i < line; i++) {
		p = strchr(p, '\n');
		p = p ? p + 1 : NULL;
	}
	for (; p && *p && *p != '\n' && (*p != '#' || quoted); p++)
		quoted ^= *p == '"';
	if (!p || *p != '#')
		return NULL;
	p += 1 + strspn(p + 1, " \t");
	end = p + strcspn(p, "\n");
	return end > p ? tr_xstrndup(p, (size_t)(end - p)) : NULL;
}

/*
 * What a profile's head gives a variable as its only value; NULL for none, for several, and for one that holds others.
 * Whatever is not seen here (an include's variables, say) is found when what came of it is compared.
 */
static char *value_of(const char *preamble, const char *name, size_t len)
{
	char *found = NULL;

	for (const char *p = preamble; p; p = strchr(p, '\n'), p = p ? p + 1 : NULL) {
		size_t n;

		p += strspn(p, " \t");
		if (strncmp(p, "@{", 2) || strncmp(p + 2, name, len) || p[2 + len] != '}')
			continue;
		p += 3 + len;
		p += strspn(p, " \t");
		n = strcspn(p, "\n");
		if (found || *p != '=') {
			free(found);
			return NULL;
		}
		for (p++, n--; n && strchr(" \t", *p); n--)
			p++;
		while (n && strchr(" \t", p[n - 1]))
			n--;
		if (n > 1 && *p == '"' && p[n - 1] == '"') {
			p++;
			n -= 2;
		}
		found = tr_xstrndup(p, n);
	}
	if (found && (!*found || strpbrk(found, " \t\"#@"))) {
		free(found);
		return NULL;
	}
	return found;
}

/* A tune file's rules have no variables: what they stand for does. */
static char *without_variables(const char *preamble, const char *rule)
{
	struct strbuf sb = STRBUF_INIT;
	const char *use, *end;

	for (; (use = strstr(rule, "@{")) && (end = strchr(use, '}')); rule = end + 1) {
		tr_cleanup_free char *value = value_of(preamble, use + 2, (size_t)(end - use - 2));

		strbuf_add(&sb, rule, (size_t)(use - rule));
		if (value)
			strbuf_adds(&sb, value);
		else
			strbuf_add(&sb, use, (size_t)(end + 1 - use));
	}
	strbuf_adds(&sb, rule);
	return strbuf_detach(&sb);
}

/* Without the words in front that say which way it is, without the comma, and without variables. */
static char *bare_rule(const struct side *side, const char *text)
{
	static const char *const words[] = { "audit ", "deny ", "allow " };
	tr_cleanup_free char *bare = NULL;
	size_t n;

	for (size_t i = 0; i < TR_ARRAY_SIZE(words); i++)
		if (!strncmp(text, words[i], strlen(words[i])))
			text += strlen(words[i]);
	n = strlen(text);
	while (n && strchr(", \n", text[n - 1]))
		n--;
	bare = tr_xstrndup(text, n);
	return without_variables(side->d.preamble, bare);
}

static void not_said(struct retuning *r, const char *text)
{
	tr_cleanup_free char *safe = text_escaped(text);

	tr_strset_add(r->unsaid, safe);
}

static void decide(struct retuning *r, enum tr_hand_kind kind, const char *rule,
		   const char *comment)
{
	static const char *const by_hand[] = { "allowed by hand: ", "denied by hand: " };
	tr_cleanup_free char *made = tr_xasprintf("edited by hand in %s", r->name);
	struct tr_policy_rule each = { kind, rule, made };

	for (size_t i = 0; comment && i < TR_ARRAY_SIZE(by_hand); i++)
		if (!strncmp(comment, by_hand[i], strlen(by_hand[i])))
			comment += strlen(by_hand[i]);
	if (comment && *comment)
		each.why = comment;
	tr_tune_add_rule(r->t, &each);
}

/* The permissions of these names that a text's rules give, as long as they are said by the same pattern. */
static uint16_t given(const struct tr_apparmor *rules, const struct tr_apparmor_file *f)
{
	uint16_t perms = 0;

	for (size_t i = 0; i < rules->n_files; i++) {
		const struct tr_apparmor_file *each = &rules->files[i];

		if (!each->read.deny && each->is_link == f->is_link && (!each->owner || f->owner) &&
		    !tr_apparmor_pattern_cmp(&each->path, &f->path) &&
		    (!f->is_link || !tr_apparmor_pattern_cmp(&each->target, &f->target)))
			perms |= each->perms;
	}
	return perms;
}

static void take_new(struct retuning *r, const struct tr_apparmor_line *line)
{
	tr_cleanup_free char *rule = bare_rule(&r->edited, line->text);
	tr_cleanup_free char *comment = comment_of(&r->edited, line->line);
	struct tr_apparmor_document d;
	bool had = false;

	if (line->left || hand_rule_parse(&d, rule, NULL) < 0) {
		not_said(r, line->text);
		return;
	}
	/* Less than there was: taken out below. */
	for (size_t i = 0; !line->deny && i < d.v[0].rules.n_files; i++) {
		const struct tr_apparmor_file *f = &d.v[0].rules.files[i];

		had = !(f->perms & ~given(&r->emitted.s->rules, f));
	}
	tr_apparmor_document_release(&d);
	if (!had)
		decide(r, line->deny ? TR_HAND_DENY : TR_HAND_ALLOW, rule, comment);
}

/* Of one file: what is not allowed any more; empty if all of it is, in another line. */
static char *lost_rule(const struct retuning *r, const char *rule, const struct tr_apparmor_file *f)
{
	uint16_t lost = (uint16_t)(f->perms & ~given(&r->edited.s->rules, f));
	const char *space = strrchr(rule, ' ');
	char letters[APPARMOR_LETTERS_SIZE];

	if (!lost)
		return tr_xstrdup("");
	if (f->is_link || !space)
		return tr_xstrdup(rule);
	apparmor_letters(lost, letters);
	return tr_xasprintf("%.*s %s", (int)(space - rule), rule, letters);
}

static void take_gone(struct retuning *r, const struct tr_apparmor_line *line)
{
	tr_cleanup_free char *rule = bare_rule(&r->emitted, line->text), *lost = NULL;
	struct tr_apparmor_document d;

	/* What was denied can be allowed by a decision only where nothing else denies it. */
	if (line->left || line->deny || hand_rule_parse(&d, rule, NULL) < 0) {
		not_said(r, line->text);
		return;
	}
	if (d.v[0].rules.n_files == 1)
		lost = lost_rule(r, rule, &d.v[0].rules.files[0]);
	tr_apparmor_document_release(&d);
	if (!lost || *lost)
		decide(r, TR_HAND_DENY, lost ? lost : rule, NULL);
}

/* The emitted text with the decisions in it, as emit would write them. */
static char *with_decisions(const struct retuning *r, size_t *ret_len)
{
	const struct side *s = &r->emitted;
	const char *close = memrchr(s->text, '}', s->len);
	size_t at = close ? (size_t)(close - s->text) : s->len;
	struct strbuf sb = STRBUF_INIT;

	strbuf_add(&sb, s->text, at);
	for (size_t i = 0; i < r->t->n_rules; i++)
		strbuf_addf(&sb, "\n  %s%s,",
			    r->t->rules[i].kind == TR_HAND_DENY ? "audit deny " : "",
			    r->t->rules[i].rule);
	strbuf_addc(&sb, '\n');
	strbuf_add(&sb, s->text + at, s->len - at);
	*ret_len = sb.len;
	return strbuf_detach(&sb);
}

static int compile(struct tr_aa_policy *ret, const char *text, size_t len, const char *name,
		   struct tr_err *err)
{
	tr_cleanup_free char *blob = NULL;
	size_t blob_len;

	if (apparmor_compile_text(text, len, name, APPARMOR_FOR_ABI_3, &blob, &blob_len, err) < 0)
		return -1;
	return tr_aa_policy_read(ret, blob, blob_len, err);
}

static void differ(struct retuning *r, const struct tr_aa_diff_rows *rows)
{
	for (size_t i = 0; i < rows->n; i++) {
		tr_cleanup_free char *what = tr_xasprintf(
			"%s%s%s", rows->v[i].what, *rows->v[i].perms ? " " : "", rows->v[i].perms);

		not_said(r, what);
	}
}

static int prove(struct retuning *r, struct tr_err *err)
{
	size_t len;
	tr_cleanup_free char *text = with_decisions(r, &len);
	struct tr_aa_policy made = { 0 }, want = { 0 };
	struct tr_apparmor_document d;
	struct tr_aa_diff diff;

	if (tr_apparmor_parse(&d, text, len, "the decisions", NULL, err) < 0)
		return -1;
	if (compile(&made, text, len, "the decisions", err) < 0 ||
	    compile(&want, r->edited.text, r->edited.len, r->name, err) < 0) {
		tr_aa_policy_release(&made);
		tr_apparmor_document_release(&d);
		return -1;
	}
	tr_aa_diff(&diff, &(struct tr_aa_diff_side){ &made.profiles[0], &d.v[0] },
		   &(struct tr_aa_diff_side){ &want.profiles[0], r->edited.s }, NULL);
	differ(r, &diff.more);
	differ(r, &diff.less);
	if (!diff.all_names)
		not_said(r, "patterns of files, of which not all names could be compared");
	tr_aa_diff_release(&diff);
	tr_aa_policy_release(&made);
	tr_aa_policy_release(&want);
	tr_apparmor_document_release(&d);
	return 0;
}

static int find(struct retuning *r, struct tr_err *err)
{
	const struct tr_apparmor_section *was = r->emitted.s, *is = r->edited.s;
	const struct tr_policy_rules *all;
	struct hand_rules h;
	int rc;

	for (size_t i = 0; i < is->n_lines; i++)
		if (!find_line(was, is->lines[i].text))
			take_new(r, &is->lines[i]);
	for (size_t i = 0; i < was->n_lines; i++)
		if (!find_line(is, was->lines[i].text))
			take_gone(r, &was->lines[i]);
	/* Such a tune file would be refused. */
	all = &(struct tr_policy_rules){ r->t->rules, r->t->n_rules };
	if (hand_rules_parse(&h, all, err) < 0)
		return -1;
	rc = hand_rules_contradict(&h, err);
	hand_rules_release(&h);
	return rc < 0 ? rc : prove(r, err);
}

int retune_apparmor(struct tr_tune *ret, struct tr_strset *ret_unsaid, const char *edited,
		    const char *emitted, struct tr_err *err)
{
	tr_cleanup_free char *name = text_escaped(strcmp(edited, "-") ? edited : "standard input");
	struct retuning r = { .t = ret, .unsaid = ret_unsaid, .name = name };
	int rc;

	memset(ret, 0, sizeof(*ret));
	rc = side_open(&r.edited, edited, err);
	if (rc == 0)
		rc = side_open(&r.emitted, emitted, err);
	if (rc == 0)
		rc = find(&r, err);
	side_release(&r.edited);
	side_release(&r.emitted);
	if (rc < 0)
		tr_tune_release(ret);
	return rc;
}
