// SPDX-License-Identifier: Apache-2.0
#include "check/apparmor_rules.h"

#include <stdlib.h>
#include <string.h>

#include "eval/apparmor_compile.h"
#include "util/mem.h"
#include "util/strbuf.h"

static const char everything[] = "  file,\n";

static bool is_include(const struct tr_apparmor_line *l)
{
	return !strncmp(l->text, "include", 7) || !strncmp(l->text, "#include", 8);
}

/* Names of which there is one for each line. */
static char *rule_name(const char *what, size_t i)
{
	return tr_xasprintf("%s%zu", what, i);
}

static void add_profile(struct strbuf *sb, const char *name, const char *before, const char *rule)
{
	/* As the writer's: what is disconnected or deleted is a matter of the profile, not of its rules. */
	strbuf_addf(sb, "profile %s flags=(attach_disconnected,mediate_deleted) {\n%s%s\n}\n", name,
		    before, rule);
}

/* All rules that deny, one a line. */
static void add_denials(struct strbuf *sb, const struct tr_apparmor_section *s)
{
	for (size_t i = 0; i < s->n_lines; i++)
		if (s->lines[i].deny)
			strbuf_addf(sb, "%s\n", s->lines[i].text);
}

static char *text_of(const struct tr_apparmor_document *d, const struct tr_apparmor_section *s,
		     size_t *ret_len)
{
	cleanup_strbuf struct strbuf denied = STRBUF_INIT;
	struct strbuf sb = STRBUF_INIT;

	add_denials(&denied, s);
	strbuf_adds(&sb, d->preamble);
	for (size_t i = 0; i < s->n_lines; i++) {
		const struct tr_apparmor_line *l = &s->lines[i];
		tr_cleanup_free char *alone = rule_name("alone", i), *kept = rule_name("kept", i);

		if (is_include(l))
			continue;
		add_profile(&sb, alone, l->deny ? everything : "", l->text);
		if (denied.len && !l->deny)
			add_profile(&sb, kept, strbuf_str(&denied), l->text);
	}
	add_profile(&sb, "nothing", "", "");
	*ret_len = sb.len;
	return strbuf_detach(&sb);
}

/* The empty name is none: what is said of it is that files are mediated. */
static bool take_sample(const char *path, size_t len, const struct tr_aa_perms *owner,
			const struct tr_aa_perms *other, void *arg)
{
	char **sample = arg;

	(void)other;
	if (!len || *path != '/' || !(owner->allow & AA_RULES_FILE))
		return true;
	*sample = tr_xstrndup(path, len);
	return false;
}

bool aa_rule_may_cover(const struct aa_rule *by, const struct aa_rule *r)
{
	struct tr_aa_perms x, y;

	if (!r->sample)
		return true;
	tr_aa_file(r->alone, r->sample, strlen(r->sample), true, &x);
	tr_aa_file(by->alone, r->sample, strlen(r->sample), true, &y);
	return !(x.allow & ~y.allow & AA_RULES_FILE);
}

int aa_rules_compile(struct aa_rules *ret, const struct tr_apparmor_document *d,
		     const struct tr_apparmor_section *s, struct tr_err *err)
{
	tr_cleanup_free char *text = NULL, *blob = NULL;
	struct aa_rules r = { .n = s->n_lines };
	size_t len, blob_len;

	if (s->n_lines > AA_RULES_MAX)
		return tr_err_set(err, TR_ERR_INPUT, "there are more than %d rules", AA_RULES_MAX);
	text = text_of(d, s, &len);
	if (apparmor_compile_text(text, len, "a rule by itself", APPARMOR_FOR_ABI_3, &blob,
				  &blob_len, err) < 0 ||
	    tr_aa_policy_read(&r.policy, blob, blob_len, err) < 0)
		return -1;
	r.v = tr_xcalloc(r.n + 1, sizeof(*r.v));
	for (size_t i = 0; i < r.n; i++) {
		tr_cleanup_free char *alone = rule_name("alone", i), *kept = rule_name("kept", i);

		r.v[i] = (struct aa_rule){ .line = &s->lines[i],
					   .alone = tr_aa_policy_find(&r.policy, alone),
					   .kept = tr_aa_policy_find(&r.policy, kept) };
		if (r.v[i].alone && !s->lines[i].deny)
			tr_aa_each_path(r.v[i].alone, take_sample, &r.v[i].sample);
	}
	r.nothing = tr_aa_policy_find(&r.policy, "nothing");
	*ret = r;
	return 0;
}

void aa_rules_release(struct aa_rules *r)
{
	for (size_t i = 0; r->v && i < r->n; i++)
		free(r->v[i].sample);
	free(r->v);
	tr_aa_policy_release(&r->policy);
	memset(r, 0, sizeof(*r));
}
