// SPDX-License-Identifier: Apache-2.0
/*
 * Whoever is in the container names files, programs, mounts and itself. Of names that are made of what means
 * something to AppArmor, to a terminal or to an editor, by chance, the compiled profile allows what was
 * done with the very name, and nothing of what it could be taken for; and nobody is granted anything else.
 */
#include <sys/socket.h>

#include "lib/apparmor.h"
#include "lib/random_facts.h"

#define ROUNDS 8
#define NAMES  60

static const char *const pieces[] = {
	"\n",
	"\n  capability sys_admin,\n",
	"\"",
	"\\",
	"\\\\",
	"\\\"",
	"\\052",
	"\\x2a",
	"\\n",
	"*",
	"**",
	"?",
	"[a-z]",
	"[^a]",
	"{a,b}",
	"{",
	"}",
	"]",
	"[",
	"@{pid}",
	"@{PROC}",
	"@{",
	",",
	", ",
	" rwix,",
	" r,\n}\nprofile evil { file, }\n#",
	"#",
	"# ",
	"#include <abstractions/base>",
	"include <abstractions/base>",
	" -> ",
	"!",
	"^",
	"~",
	" ",
	"\t",
	"\r\n",
	"\033[2J",
	"\033]0;x\007",
	"\xc3\x28",
	"\xff",
	"\xfe\xff",
	"\xe2\x80\xae",
	"\x01",
	"\x7f",
	"a",
	"b",
	"etc",
	"owner ",
	"deny ",
	"audit ",
	"priority=1 ",
	"%s%n",
	"$(id)",
	"`",
	"'",
	"&",
	":",
	"=",
	"(",
	")",
	"<",
	">",
	".",
	"..",
};

struct seen {
	char *path;
	uint32_t perms;
};

static struct seen seen[NAMES];
static size_t n_seen;

/* No kernel has a name with two slashes in a row. */
static char *hostile(struct rng *r)
{
	struct strbuf sb = STRBUF_INIT;
	unsigned n = rng_one_in(r, 150) ? 900 : 1 + rng_below(r, 8);

	strbuf_adds(&sb, "/h");
	while (n-- && sb.len < 4000) {
		if (rng_one_in(r, 6))
			strbuf_addc(&sb, (char)(1 + rng_below(r, 255)));
		else
			strbuf_adds(&sb, pieces[rng_below(r, TR_ARRAY_SIZE(pieces))]);
		if (sb.s[sb.len - 1] == '/')
			strbuf_addc(&sb, 'x');
	}
	/* As long as a path can be. */
	while (sb.len > 2000 && sb.len < 4095)
		strbuf_addc(&sb, '*');
	return strbuf_detach(&sb);
}

static void add(struct rng *r, struct tr_facts *f, struct tr_fact fact)
{
	tr_cleanup_free char *exe = hostile(r);

	fact.ev.flags = TR_EV_DONE;
	fact.ev.phases = TR_PHASE_MAIN;
	fact.ev.where = TR_WHERE_IMAGE;
	tr_u32set_add(&fact.ev.recordings, 0);
	tr_strset_add(&fact.ev.exes, exe);
	tr_facts_add(f, &fact, NULL);
}

static void add_name(struct rng *r, struct tr_facts *f)
{
	static const struct {
		uint16_t perm;
		uint32_t allowed;
	} kinds[] = { { TR_PERM_R, TR_AA_READ },
		      { TR_PERM_W, TR_AA_WRITE },
		      { TR_PERM_M, TR_AA_MMAP_EXEC },
		      { TR_PERM_X, TR_AA_EXEC | TR_AA_MMAP_EXEC } };
	const size_t k = rng_below(r, TR_ARRAY_SIZE(kinds));
	struct tr_fact fact = { .kind = TR_FACT_FILE, .act = TR_ACT_OPEN, .perms = kinds[k].perm };

	fact.path = hostile(r);
	seen[n_seen++] = (struct seen){ tr_xstrdup(fact.path), kinds[k].allowed };
	add(r, f, fact);
}

static void some_facts(struct rng *r, struct tr_facts *f)
{
	struct tr_recording rec = { .start_seen = true, .ended = TR_ENDED_EXITED };

	tr_facts_init(f);
	rec.id = tr_xasprintf("%032x", 1);
	rec.subject = hostile(r);
	/* It would have told of capabilities, so none is allowed because it may have been used. */
	tr_context_add(&rec, "backend", "hooks");
	tr_facts_add_recording(f, &rec);
	for (unsigned i = 0; i < NAMES; i++)
		add_name(r, f);
	for (unsigned i = 0; i < 4; i++) {
		add(r, f,
		    (struct tr_fact){ .kind = TR_FACT_FILE,
				      .act = TR_ACT_LINK,
				      .perms = TR_PERM_L,
				      .path = hostile(r),
				      .source = hostile(r) });
		add(r, f,
		    (struct tr_fact){ .kind = TR_FACT_MOUNT,
				      .op = TR_MOUNT_NEW,
				      .path = hostile(r),
				      .source = hostile(r),
				      .fstype = hostile(r) });
	}
}

static uint32_t expected(const char *path)
{
	uint32_t perms = 0;

	for (size_t i = 0; i < n_seen; i++)
		if (!strcmp(seen[i].path, path))
			perms |= seen[i].perms;
	return perms;
}

static void ask(const struct made *m, const char *path)
{
	const uint32_t all = TR_AA_READ | TR_AA_WRITE | TR_AA_MMAP_EXEC | TR_AA_EXEC | TR_AA_LOCK;

	for (int owner = 0; owner < 2; owner++) {
		struct tr_aa_perms perms;

		tr_aa_file(m->profile, path, strlen(path), owner, &perms);
		ck_assert_msg((perms.allow & all) == expected(path), "%s: %#x, not %#x", path,
			      perms.allow & all, expected(path));
	}
}

/* What the name could be taken for: each byte another, none, twice; only its beginning; only its end. */
static void ask_near(const struct made *m, struct rng *r, const char *path)
{
	const size_t len = strlen(path);

	for (unsigned i = 0; i < 16; i++) {
		cleanup_strbuf struct strbuf sb = STRBUF_INIT;
		const size_t at = 2 + rng_below(r, (uint32_t)len - 1) % (len - 1);
		const unsigned how = rng_below(r, 5);

		strbuf_add(&sb, path, at < len ? at : len);
		if (how == 0)
			strbuf_addc(&sb, (char)(1 + rng_below(r, 255)));
		else if (how == 1 && at < len)
			strbuf_addc(&sb, path[at]);
		if (how != 2 && at < len)
			strbuf_adds(&sb, path + at + (how == 0 || how == 3));
		if (!strstr(strbuf_str(&sb), "//"))
			ask(m, strbuf_str(&sb));
	}
}

static void ask_others(const struct made *m)
{
	static const char *const paths[] = {
		"/",	"/etc/shadow", "/etc/passwd", "/bin/sh",	"/h", "/ha",
		"/hab", "/h/a",	       "/proc/1/mem", "/proc/1/status", "/x", "/b"
	};
	struct tr_aa_perms perms;

	for (size_t i = 0; i < TR_ARRAY_SIZE(paths); i++)
		ask(m, paths[i]);
	ck_assert_uint_eq(m->profile->cap_allow, 0);
	for (unsigned family = 1; family < 46; family++) {
		tr_aa_network(m->profile, family, SOCK_STREAM, &perms);
		ck_assert_uint_eq(perms.allow & TR_AA_CREATE, 0);
	}
	tr_aa_ptrace(m->profile, "unconfined", &perms);
	ck_assert_uint_eq(perms.allow & 0x1e, 0);
	tr_aa_signal(m->profile, 9, "other", &perms);
	ck_assert_uint_eq(perms.allow & 6, 0);
	ck_assert(!tr_aa_mount(m->profile, "/h", "/h", "tmpfs", 0, NULL));
	ck_assert(!tr_aa_link(m->profile, "/h", "/etc/shadow", true));
}

/* Nor does it reach who reads it: no escape of a terminal, and no line but those of rules. */
static void look_at_text(const struct made *m)
{
	for (size_t i = 0; i < m->len; i++) {
		unsigned char c = (unsigned char)m->text[i];

		ck_assert_msg(c == '\n' || (c >= ' ' && c != 127), "byte %#x", c);
	}
	ck_assert_ptr_null(strstr(m->text, "\n  capability"));
	ck_assert_ptr_null(strstr(m->text, "\n}\nprofile"));
	ck_assert_ptr_null(strstr(m->text, "\n#include"));
}

START_TEST(names_are_names)
{
	for (uint64_t seed = 1; seed <= ROUNDS; seed++) {
		struct rng r = { seed * 7919 };
		struct tr_facts f;
		struct made m;

		n_seen = 0;
		some_facts(&r, &f);
		make(&m, &f, seed % 2 ? TR_PATHS_EXACT : TR_PATHS_EVIDENCE);
		look_at_text(&m);
		for (size_t i = 0; i < n_seen; i++) {
			ask(&m, seen[i].path);
			ask_near(&m, &r, seen[i].path);
		}
		ask_others(&m);
		made_release(&m);
		tr_facts_release(&f);
		while (n_seen)
			free(seen[--n_seen].path);
	}
}
END_TEST

TR_APPARMOR_SUITE("prop_hostile", names_are_names)
