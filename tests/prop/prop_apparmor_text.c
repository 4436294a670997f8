// SPDX-License-Identifier: Apache-2.0
/*
 * The reader of AppArmor's text: what we write is read back as the same rules, and what it makes of patterns is
 * what apparmor_parser makes of them.
 */
#include "formats/apparmor_words.h"
#include "lib/apparmor.h"
#include "lib/random_facts.h"
#include "util/strbuf.h"

#define ROUNDS 100

static const struct random_opts opts = {
	.kinds = 1u << TR_FACT_FILE | 1u << TR_FACT_EXEC | 1u << TR_FACT_CAPABILITY |
		 1u << TR_FACT_NETWORK | 1u << TR_FACT_SIGNAL | 1u << TR_FACT_PTRACE |
		 1u << TR_FACT_MOUNT,
	.max_facts = 150,
	.max_recordings = 3,
	.hostile = true,
	.complete = true,
};

static void read_text(struct tr_apparmor_document *d, const char *text, size_t len)
{
	struct tr_err err = { 0 };

	ck_assert_msg(tr_apparmor_parse(d, text, len, "t", NULL, &err) == 0, "%s",
		      tr_err_msg(&err));
}

/* Repetitions of one set that stand beside each other are one. */
static void add_pattern(struct strbuf *sb, const struct tr_apparmor_pattern *p)
{
	for (size_t i = 0; i < p->n;) {
		const struct tr_apparmor_part *a = &p->v[i];
		unsigned min = 0, max = 0;

		do {
			min += p->v[i].min;
			max = p->v[i].max == TR_APPARMOR_MANY || max == TR_APPARMOR_MANY ?
				      TR_APPARMOR_MANY :
				      max + p->v[i].max;
			i++;
		} while (a->set != TR_APPARMOR_BYTE && i < p->n && p->v[i].set == a->set);
		strbuf_addf(sb, "%u.%u.%u.%u ", a->set, a->byte, min, max);
	}
	strbuf_addc(sb, ';');
}

/* One line of everything that counts of each rule, sorted: two texts are the same, or their rules are not. */
struct lines {
	char **v;
	size_t n, cap;
};

static struct strbuf *line(struct lines *l, struct strbuf *sb)
{
	if (sb->len) {
		l->v = tr_grow(l->v, &l->cap, l->n, sizeof(*l->v));
		l->v[l->n++] = strbuf_detach(sb);
	}
	return sb;
}

static void add_peers(struct lines *l, const char *what, enum tr_apparmor_peer peer,
		      const char *name, const char *self)
{
	static const char *const engine[] = { "unconfined", "runc", "crun" };
	struct strbuf sb = STRBUF_INIT;

	for (size_t i = 0; i < (peer == TR_APPARMOR_ENGINE ? TR_ARRAY_SIZE(engine) : 1); i++) {
		const char *who = peer == TR_APPARMOR_SELF  ? self :
				  peer == TR_APPARMOR_NAMED ? name :
							      engine[i];

		strbuf_addf(&sb, "%s %s", what, who);
		line(l, &sb);
	}
}

static int cmp_lines(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void lines_of_files(struct lines *l, const struct tr_apparmor *p)
{
	struct strbuf sb = STRBUF_INIT;

	for (size_t i = 0; i < p->n_files; i++) {
		const struct tr_apparmor_file *f = &p->files[i];

		if (f->read.deny)
			continue;
		strbuf_addf(&sb, "file %#x %d %d ", f->is_link ? 0 : f->perms, f->owner,
			    f->is_link);
		add_pattern(&sb, &f->path);
		add_pattern(&sb, &f->target);
		line(l, &sb);
	}
	/* What the writer adds to a profile without any. */
	if (!p->n_files) {
		struct tr_apparmor_pattern null = { 0 };

		tr_apparmor_pattern_add_bytes(&null, "/dev/null", 9);
		strbuf_adds(&sb, "file 0x3 0 0 ");
		add_pattern(&sb, &null);
		strbuf_addc(&sb, ';');
		line(l, &sb);
		tr_apparmor_pattern_release(&null);
	}
}

static void lines_of(struct lines *l, const struct tr_apparmor *p)
{
	struct strbuf sb = STRBUF_INIT;
	char what[128];

	lines_of_files(l, p);
	for (size_t i = 0; i < p->n_caps; i++) {
		strbuf_addf(&sb, "capability %u", p->caps[i].number);
		line(l, &sb);
	}
	for (size_t i = 0; i < p->n_networks; i++) {
		if (p->networks[i].read.deny)
			continue;
		/* 6 and those above 10 have no word: the family alone was written. */
		unsigned type = p->networks[i].type;

		strbuf_addf(&sb, "network %u %u", p->networks[i].family,
			    type == 0 || type > 10 || (type > 5 && type < 10) ? 99 : type);
		line(l, &sb);
	}
	for (size_t i = 0; i < p->n_signals; i++) {
		snprintf(what, sizeof(what), "signal %u %#jx %#jx", p->signals[i].access,
			 (uintmax_t)p->signals[i].signals[0], (uintmax_t)p->signals[i].signals[1]);
		add_peers(l, what, p->signals[i].peer, p->signals[i].name, p->name);
	}
	for (size_t i = 0; i < p->n_ptraces; i++) {
		snprintf(what, sizeof(what), "ptrace %u", p->ptraces[i].access);
		add_peers(l, what, p->ptraces[i].peer, p->ptraces[i].name, p->name);
	}
	for (size_t i = 0; i < p->n_mounts; i++) {
		const struct tr_apparmor_mount *m = &p->mounts[i];
		bool pivot = m->op == TR_APPARMOR_PIVOT_ROOT;

		if (m->read.deny)
			continue;
		strbuf_addf(&sb, "mount %u %s|%s|%s %#jx", m->op, m->path,
			    m->source ? m->source :
			    pivot     ? "/" :
					"any",
			    m->fstype ? m->fstype : "any", (uintmax_t)m->flags);
		line(l, &sb);
	}
	qsort(l->v, l->n, sizeof(*l->v), cmp_lines);
}

static void lines_release(struct lines *l)
{
	for (size_t i = 0; i < l->n; i++)
		free(l->v[i]);
	free(l->v);
}

/* Denials are ours word by word. */
static void same_denies(const struct tr_apparmor *ours, const struct tr_apparmor_section *s)
{
	size_t at = 0;

	for (size_t i = 0; i < ours->n_denies; i++) {
		char letters[APPARMOR_LETTERS_SIZE];
		tr_cleanup_free char *rule = NULL;

		if (ours->denies[i].out)
			continue;
		while (at < s->n_lines && !s->lines[at].deny)
			at++;
		ck_assert_uint_lt(at, s->n_lines);
		apparmor_letters(ours->denies[i].perms, letters);
		rule = tr_xasprintf("audit deny %s%s%s,", ours->denies[i].rule, *letters ? " " : "",
				    letters);
		ck_assert_str_eq(s->lines[at++].text, rule);
	}
	for (; at < s->n_lines; at++)
		ck_assert(!s->lines[at].deny);
}

static void same(const struct tr_apparmor *ours, const struct tr_apparmor_section *s)
{
	struct lines a = { 0 }, b = { 0 };
	size_t x = 0, y = 0;

	ck_assert_str_eq(ours->name, s->rules.name);
	/* What only kernels with more features look at is left; so is what stands in local/. */
	for (size_t i = 0; i < s->n_lines; i++) {
		const struct tr_apparmor_line *l = &s->lines[i];

		ck_assert_uint_gt(l->line, 0);
		ck_assert_str_eq(l->file, "t");
		ck_assert_msg(!l->left || !strncmp(l->text, "unix", 4) ||
				      !strncmp(l->text, "include if exists <local/", 25),
			      "%s: left, %s", l->text, l->left);
	}
	same_denies(ours, s);
	lines_of(&a, ours);
	lines_of(&b, &s->rules);
	while (x < a.n && y < b.n) {
		ck_assert_str_eq(a.v[x], b.v[y]);
		/* The same twice is once. */
		for (x++; x < a.n && !strcmp(a.v[x], a.v[x - 1]); x++)
			;
		for (y++; y < b.n && !strcmp(b.v[y], b.v[y - 1]); y++)
			;
	}
	ck_assert_uint_eq(a.n - x, b.n - y);
	lines_release(&a);
	lines_release(&b);
}

START_TEST(written_and_read)
{
	size_t rules = 0;

	for (uint64_t seed = 1; seed <= ROUNDS; seed++) {
		struct rng r = { seed * 17 };
		struct tr_apparmor_document d;
		struct tr_facts f;
		struct made m;

		random_facts(&r, &opts, &f);
		make_text(&m, &f, seed % 2 ? TR_PATHS_EXACT : TR_PATHS_EVIDENCE);
		read_text(&d, m.text, m.len);
		ck_assert_uint_eq(d.n, 1);
		ck_assert(d.has_abi);
		ck_assert_str_eq(d.v[0].flags, "attach_disconnected,mediate_deleted");
		same(&m.rules, &d.v[0]);
		rules += m.rules.n_files + m.rules.n_mounts + m.rules.n_signals;
		tr_apparmor_document_release(&d);
		made_release(&m);
		tr_facts_release(&f);
	}
	ck_assert_uint_gt(rules, 1000);
}
END_TEST

/* Every shape that our patterns have, and one name that is too long for one word. */
START_TEST(patterns_written_and_read)
{
	static const struct tr_apparmor_part parts[] = {
		{ TR_APPARMOR_DIGIT, 0, 1, 10 },
		{ TR_APPARMOR_DIGIT, 0, 1, 20 },
		{ TR_APPARMOR_NONZERO, 0, 1, 1 },
		{ TR_APPARMOR_HEX, 0, 6, 6 },
		{ TR_APPARMOR_HEX_UPPER, 0, 3, 8 },
		{ TR_APPARMOR_WORD, 0, 8, 8 },
		{ TR_APPARMOR_NAME, 0, 1, TR_APPARMOR_MANY },
	};
	struct tr_apparmor p;
	struct tr_apparmor_document d;
	struct tr_err err = { 0 };
	char *text, name[4096];
	size_t len;
	FILE *out;

	tr_apparmor_init(&p);
	p.name = tr_xstrdup("mine");
	for (size_t i = 0; i < TR_ARRAY_SIZE(parts); i++) {
		struct tr_apparmor_file *f = tr_apparmor_add_file(&p);

		tr_apparmor_pattern_add_bytes(&f->path, "/d/", 3);
		tr_apparmor_pattern_add(&f->path, parts[i]);
		if (i % 2)
			tr_apparmor_pattern_add_bytes(&f->path, ".x*", 3);
		f->perms = TR_APPARMOR_R;
		f->owner = i % 3 == 0;
	}
	memset(name, '\'', sizeof(name));
	name[0] = '/';
	for (int i = 0; i < 2; i++) {
		struct tr_apparmor_file *f = tr_apparmor_add_file(&p);

		tr_apparmor_pattern_add_bytes(&f->path, name, sizeof(name));
		f->is_link = i;
		f->perms = i ? TR_APPARMOR_L : TR_APPARMOR_W;
		if (i)
			tr_apparmor_pattern_add_bytes(&f->target, name, sizeof(name) - 1);
	}
	out = open_memstream(&text, &len);
	ck_assert_int_eq(tr_apparmor_write(&p, out, &err), 0);
	fclose(out);
	read_text(&d, text, len);
	same(&p, &d.v[0]);
	tr_apparmor_document_release(&d);
	tr_apparmor_release(&p);
	free(text);
}
END_TEST

/* Patterns */

#define PATTERNS 120

static void random_glob(struct rng *r, struct strbuf *sb, unsigned depth)
{
	static const char *const pieces[] = {
		"a",	  "b",	     "/",   "*",  "**",	  "?",	  "[ab]", "[^a]",
		"[a-c/]", "\\052",   "ab",  "/b", "@{v}", "^",	  "$",	  ".",
		"[^/]",	  "[^1-9/]", "***", "/*", "/*/",  "/**/", "/**",
	};
	unsigned n = 1 + rng_below(r, 3);

	for (unsigned i = 0; i < n; i++) {
		if (depth < 2 && rng_one_in(r, 5)) {
			strbuf_addc(sb, '{');
			for (unsigned k = rng_below(r, 2) + 2; k--;) {
				if (!rng_one_in(r, 4))
					random_glob(r, sb, depth + 1);
				strbuf_addc(sb, k ? ',' : '}');
			}
		} else {
			strbuf_adds(sb, pieces[rng_below(r, TR_ARRAY_SIZE(pieces))]);
		}
	}
}

static bool matches(const struct tr_apparmor *p, const char *name)
{
	for (size_t i = 0; i < p->n_files; i++)
		if (tr_apparmor_pattern_matches(&p->files[i].path, name, strlen(name)))
			return true;
	return false;
}

static void random_name(struct rng *r, char *name, size_t size)
{
	static const char bytes[] = "aaab/bc*1^$.x";
	size_t n = rng_below(r, (uint32_t)size - 2);

	name[0] = '/';
	for (size_t i = 1; i <= n; i++)
		name[i] = bytes[rng_below(r, sizeof(bytes) - 1)];
	name[n + 1] = '\0';
	/* The kernel asks for no name with two slashes beside each other, and parsers differ about those. */
	for (char *two; (two = strstr(name, "//"));)
		memmove(two, two + 1, strlen(two));
}

/* Names by chance, and for each pattern one that it is meant to take. */
static void compare(struct rng *r, const struct tr_apparmor_section *s,
		    const struct tr_aa_profile *p, size_t counts[2])
{
	for (unsigned i = 0; i < 60 + s->rules.n_files; i++) {
		char chance[10], *sample = NULL;
		const char *name = chance;
		struct tr_aa_perms perms;
		bool ours;

		random_name(r, chance, sizeof(chance));
		if (i >= 60)
			name = sample = tr_apparmor_pattern_sample(&s->rules.files[i - 60].path);
		if (strstr(name, "//")) {
			free(sample);
			continue;
		}
		ours = matches(&s->rules, name);
		tr_aa_file(p, name, strlen(name), false, &perms);
		ck_assert_msg(!!(perms.allow & TR_AA_READ) == ours, "%s on %s: %s by us alone",
			      s->lines[0].text, name, ours ? "matched" : "not matched");
		counts[ours]++;
		free(sample);
	}
}

START_TEST(patterns_mean_what_the_compiler_says)
{
	struct rng r = { 4711 };
	struct strbuf text = STRBUF_INIT;
	struct tr_apparmor_document d;
	struct tr_aa_policy policy;
	struct tr_err err = { 0 };
	size_t len, counts[2] = { 0 }, left = 0;
	char *blob;

	strbuf_adds(&text, "abi <abi/3.0>,\n@{v}=a /b/ \"{a,c}\"\n");
	for (unsigned i = 0; i < PATTERNS; i++) {
		strbuf_addf(&text, "profile p%u {\n  \"/", i);
		random_glob(&r, &text, 0);
		strbuf_adds(&text, "\" r,\n}\n");
	}
	read_text(&d, strbuf_str(&text), text.len);
	ck_assert_uint_eq(d.n, PATTERNS);
	ck_assert_msg(apparmor_compile_text(strbuf_str(&text), text.len, "t", APPARMOR_FOR_ABI_3,
					    &blob, &len, &err) == 0,
		      "%s", tr_err_msg(&err));
	ck_assert_int_eq(tr_aa_policy_read(&policy, blob, len, &err), 0);
	for (size_t i = 0; i < d.n; i++) {
		const struct tr_aa_profile *p = tr_aa_policy_find(&policy, d.v[i].rules.name);

		ck_assert_ptr_nonnull(p);
		ck_assert_uint_eq(d.v[i].n_lines, 1);
		if (d.v[i].lines[0].left)
			left++;
		else
			compare(&r, &d.v[i], p, counts);
	}
	ck_assert_uint_gt(counts[0], PATTERNS);
	ck_assert_uint_gt(counts[1], PATTERNS);
	ck_assert_uint_lt(left, PATTERNS / 4);
	tr_aa_policy_release(&policy);
	tr_apparmor_document_release(&d);
	strbuf_release(&text);
	free(blob);
}
END_TEST

TR_APPARMOR_SUITE("prop_apparmor_text", written_and_read, patterns_written_and_read,
		  patterns_mean_what_the_compiler_says)
