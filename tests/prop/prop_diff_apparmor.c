// SPDX-License-Identifier: Apache-2.0
/*
 * The comparison of AppArmor profiles: nothing differs from itself, and whatever one allows of any name and the
 * other does not has a row.
 */
#include "lib/apparmor.h"
#include "lib/random_facts.h"
#include "trammel/diff_apparmor.h"
#include "util/strbuf.h"

#define PROFILES 24

static void random_rule(struct rng *r, struct strbuf *sb)
{
	static const char *const pieces[] = { "/a",   "/b", "/*", "/**",   "a",	    "b",
					      "[ab]", "*",  "?",  "{a,b}", "{,/a}", "[^a/]" };
	static const char *const perms[] = { "r", "w", "rw", "mr", "ix", "rk", "a" };
	bool deny = rng_one_in(r, 5);

	strbuf_adds(sb, deny ? "  deny " : rng_one_in(r, 4) ? "  owner " : "  ");
	strbuf_addc(sb, '/');
	for (unsigned n = 1 + rng_below(r, 4); n--;)
		strbuf_adds(sb, pieces[rng_below(r, TR_ARRAY_SIZE(pieces))]);
	strbuf_addf(sb, " %s,\n", deny ? "w" : perms[rng_below(r, TR_ARRAY_SIZE(perms))]);
}

static bool has_row(const struct tr_aa_diff_rows *rows, const char *letter)
{
	for (size_t i = 0; i < rows->n; i++)
		if (rows->v[i].kind == TR_AA_DIFF_FILE && strstr(rows->v[i].perms, letter))
			return true;
	return false;
}

static void random_name(struct rng *r, char name[10])
{
	size_t n = 1 + rng_below(r, 8);

	name[0] = '/';
	for (size_t i = 1; i <= n; i++)
		name[i] = "aab/bc"[rng_below(r, 6)];
	name[n + 1] = '\0';
	for (char *two; (two = strstr(name, "//"));)
		memmove(two, two + 1, strlen(two));
}

static void check_name(const char *name, const struct tr_aa_profile *a,
		       const struct tr_aa_profile *b, const struct tr_aa_diff *d, size_t *more)
{
	static const struct {
		uint32_t bit;
		const char *letter;
	} bits[] = { { TR_AA_READ, "r" },
		     { TR_AA_WRITE, "w" },
		     { TR_AA_LOCK, "k" },
		     { TR_AA_MMAP_EXEC, "m" },
		     { TR_AA_EXEC, "x" } };

	for (int owner = 0; owner < 2; owner++) {
		struct tr_aa_perms x, y;

		tr_aa_file(a, name, strlen(name), owner, &x);
		tr_aa_file(b, name, strlen(name), owner, &y);
		for (size_t i = 0; i < TR_ARRAY_SIZE(bits); i++) {
			if (!(y.allow & ~x.allow & bits[i].bit))
				continue;
			(*more)++;
			ck_assert_msg(has_row(&d->more, bits[i].letter), "%s of %s", bits[i].letter,
				      name);
		}
	}
}

START_TEST(whatever_differs_is_found)
{
	struct rng r = { 99 };
	struct strbuf text = STRBUF_INIT;
	struct tr_apparmor_document d;
	struct tr_aa_policy policy;
	struct tr_err err = { 0 };
	size_t len, more = 0;
	char *blob, name[10];

	for (unsigned i = 0; i < PROFILES; i++) {
		strbuf_addf(&text, "profile p%u {\n", i);
		for (unsigned n = 1 + rng_below(&r, 4); n--;)
			random_rule(&r, &text);
		strbuf_adds(&text, "}\n");
	}
	ck_assert_msg(tr_apparmor_parse(&d, strbuf_str(&text), text.len, "t", NULL, &err) == 0,
		      "%s", tr_err_msg(&err));
	ck_assert_msg(apparmor_compile_text(strbuf_str(&text), text.len, "t", APPARMOR_FOR_ABI_3,
					    &blob, &len, &err) == 0,
		      "%s", tr_err_msg(&err));
	ck_assert_int_eq(tr_aa_policy_read(&policy, blob, len, &err), 0);
	for (size_t i = 0; i < d.n; i++)
		for (size_t k = 0; k < d.n; k++) {
			struct tr_aa_diff_side a = { tr_aa_policy_find(&policy, d.v[i].rules.name),
						     &d.v[i] };
			struct tr_aa_diff_side b = { tr_aa_policy_find(&policy, d.v[k].rules.name),
						     k % 2 ? &d.v[k] : NULL };
			struct tr_aa_diff diff;

			tr_aa_diff(&diff, &a, &b, NULL);
			ck_assert(diff.all_names);
			if (i == k)
				ck_assert_uint_eq(diff.more.n + diff.less.n, 0);
			/* Names that there are none of, as those with "//", count there, too. */
			ck_assert(!tr_aa_covers(a.p, b.p) || !diff.more.n);
			for (unsigned n = 0; n < 40; n++) {
				random_name(&r, name);
				check_name(name, a.p, b.p, &diff, &more);
			}
			tr_aa_diff_release(&diff);
		}
	ck_assert_uint_gt(more, 1000);
	tr_aa_policy_release(&policy);
	tr_apparmor_document_release(&d);
	strbuf_release(&text);
	free(blob);
}
END_TEST

TR_APPARMOR_SUITE("prop_diff_apparmor", whatever_differs_is_found)
