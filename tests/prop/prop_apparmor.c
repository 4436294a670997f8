// SPDX-License-Identifier: Apache-2.0
/*
 * Of facts by chance: the compiled profile allows each of them, whatever bytes its names are of (sound); of
 * paths, nothing that the rules do not say (tight); with one recording more, no less (monotone); and the
 * same bytes whatever the order (deterministic).
 */
#include <sys/mount.h>

#include "lib/apparmor.h"
#include "lib/random_facts.h"
#include "policy/needs.h"

#define ROUNDS 40

static const struct random_opts opts = {
	.kinds = 1u << TR_FACT_FILE | 1u << TR_FACT_EXEC | 1u << TR_FACT_CAPABILITY |
		 1u << TR_FACT_NETWORK | 1u << TR_FACT_SIGNAL | 1u << TR_FACT_PTRACE |
		 1u << TR_FACT_MOUNT,
	.max_facts = 150,
	.max_recordings = 3,
	.hostile = true,
	.complete = true,
};

/* Random evidence is of any phase; and one act on a file has to be there. */
static void some_facts(struct rng *r, struct tr_facts *f)
{
	struct tr_fact one = { .kind = TR_FACT_FILE, .perms = TR_PERM_R };

	random_facts(r, &opts, f);
	one.path = tr_xstrdup("/bin/one");
	one.ev.flags = TR_EV_DONE;
	one.ev.phases = TR_PHASE_MAIN;
	one.ev.where = TR_WHERE_IMAGE;
	tr_u32set_add(&one.ev.recordings, 0);
	tr_facts_add(f, &one, NULL);
}

struct asking {
	const struct tr_facts *facts;
	const struct made *made, *before;
	size_t asked;
};

static bool is_unsaid(const struct made *m, const struct need *n)
{
	for (size_t i = 0; i < m->report.unsaid.n; i++) {
		const char *what = m->report.unsaid.v[i].what;

		if (n->kind == NEED_MOUNT && !strncmp(what, "mount at ", 9) &&
		    !strcmp(what + 9, n->path))
			return true;
		if (n->kind == NEED_NETWORK && !strncmp(what, "sockets of family ", 18) &&
		    (unsigned)atoi(what + 18) == n->family)
			return true;
	}
	return false;
}

#define PROPAGATION (MS_SHARED | MS_PRIVATE | MS_SLAVE | MS_UNBINDABLE)

/* The kernel tells the kind of a mount by its flags; by chance they say another. */
static bool is_mount(const struct tr_fact *fact)
{
	const uint64_t kinds = MS_REMOUNT | MS_BIND | MS_MOVE | PROPAGATION;

	switch (fact->op) {
	case TR_MOUNT_NEW:
		return !(fact->mount_flags & kinds) && fact->fstype && *fact->fstype;
	case TR_MOUNT_REMOUNT:
		return (fact->mount_flags & kinds) == MS_REMOUNT;
	case TR_MOUNT_BIND:
		return fact->mount_flags & MS_BIND && fact->source;
	case TR_MOUNT_PROPAGATION:
		return fact->mount_flags & PROPAGATION;
	default:
		return true;
	}
}

static int ask(const struct tr_fact *fact, void *arg)
{
	struct asking *a = arg;
	struct need needs[NEEDS_MAX];
	size_t n = needs_of(a->facts, fact, needs);

	for (size_t i = 0; i < n; i++) {
		cleanup_strbuf struct strbuf rule = STRBUF_INIT;
		struct need missing;

		/* This one came after abi 3.0: by its features alone there is no bit for it. */
		if (needs[i].kind == NEED_CAPABILITY && needs[i].number == 40)
			continue;
		if (fact->kind == TR_FACT_MOUNT && !is_mount(fact))
			continue;
		/* Names that are none: what the kernel shows of pipes, and of nothing at all. */
		if (fact->ev.where == TR_WHERE_OTHER ||
		    (needs[i].path && needs[i].path[0] != '/') || needs[i].perhaps ||
		    is_unsaid(a->made, &needs[i]))
			continue;
		need_rule(&rule, &needs[i], "mine");
		a->asked++;
		ck_assert_msg(check_need(a->made->profile, &needs[i], &missing), "denied: %s",
			      strbuf_str(&rule));
	}
	return 0;
}

START_TEST(sound)
{
	size_t asked = 0;

	for (uint64_t seed = 1; seed <= ROUNDS; seed++) {
		struct rng r = { seed };
		struct tr_facts f;
		struct made m;
		struct asking a = { &f, &m, NULL, 0 };

		some_facts(&r, &f);
		make(&m, &f, seed % 2 ? TR_PATHS_EXACT : TR_PATHS_EVIDENCE);
		tr_facts_each(&f, ask, &a);
		asked += a.asked;
		made_release(&m);
		tr_facts_release(&f);
	}
	ck_assert_uint_gt(asked, ROUNDS * 10);
}
END_TEST

/* What the rules say of a path, without the compiler: to others, and to the file's owner. */
struct said {
	uint32_t to[2];
};

static struct said said(const struct tr_apparmor *p, const char *path)
{
	static const uint32_t bits[] = { TR_AA_READ, TR_AA_WRITE,     TR_AA_LOCK,
					 TR_AA_LINK, TR_AA_MMAP_EXEC, TR_AA_EXEC };
	const size_t len = strlen(path);
	struct said ret = { { 0, 0 } };

	for (size_t i = 0; i < p->n_files; i++) {
		const struct tr_apparmor_file *f = &p->files[i];
		uint32_t perms = 0;

		if (!tr_apparmor_pattern_matches(&f->path, path, len))
			continue;
		for (size_t b = 0; b < TR_ARRAY_SIZE(bits); b++)
			if (f->perms & 1U << b)
				perms |= bits[b];
		/* The compiler lets what may be executed be mapped. */
		if (f->perms & TR_APPARMOR_X)
			perms |= TR_AA_MMAP_EXEC;
		ret.to[1] |= perms;
		if (!f->owner)
			ret.to[0] |= perms;
	}
	return ret;
}

/* Another path that is nearly this one. */
static char *near(struct rng *r, const char *path)
{
	char *s = tr_xasprintf("%s%s", path, rng_one_in(r, 3) ? "x" : "");
	size_t n = strlen(s);

	if (n > 1 && rng_one_in(r, 2))
		s[1 + rng_below(r, (uint32_t)n - 1)] = (char)(1 + rng_below(r, 255));
	if (n > 2 && rng_one_in(r, 4))
		s[n - 1] = '\0';
	return s;
}

static int probe(const struct tr_fact *fact, void *arg)
{
	const uint32_t asked =
		TR_AA_READ | TR_AA_WRITE | TR_AA_LOCK | TR_AA_LINK | TR_AA_MMAP_EXEC | TR_AA_EXEC;
	struct asking *a = arg;
	struct rng r = { 7 + a->asked };

	for (int i = 0; i < 6 && fact->kind == TR_FACT_FILE && fact->path[0] == '/'; i++) {
		tr_cleanup_free char *path = i ? near(&r, fact->path) : tr_xstrdup(fact->path);

		const struct said all = said(&a->made->rules, path);

		for (int owner = 0; owner < 2; owner++) {
			struct tr_aa_perms perms;

			tr_aa_file(a->made->profile, path, strlen(path), owner, &perms);
			ck_assert_msg((perms.allow & asked) == all.to[owner], "%s: %#x, not %#x",
				      path, perms.allow & asked, all.to[owner]);
		}
		a->asked++;
	}
	return 0;
}

START_TEST(tight)
{
	for (uint64_t seed = 1; seed <= ROUNDS; seed++) {
		struct rng r = { seed * 31 };
		struct tr_facts f;
		struct made m;
		struct asking a = { &f, &m, NULL, 0 };

		some_facts(&r, &f);
		make(&m, &f, seed % 2 ? TR_PATHS_EXACT : TR_PATHS_EVIDENCE);
		tr_facts_each(&f, probe, &a);
		ck_assert_uint_gt(a.asked, 0);
		made_release(&m);
		tr_facts_release(&f);
	}
}
END_TEST

START_TEST(deterministic)
{
	for (uint64_t seed = 1; seed <= ROUNDS; seed++) {
		struct rng r = { seed * 77 };
		struct tr_facts a, b, both, other;
		struct made m, n;

		some_facts(&r, &a);
		some_facts(&r, &b);
		tr_facts_init(&both);
		tr_facts_init(&other);
		tr_facts_merge(&both, &a);
		tr_facts_merge(&both, &b);
		tr_facts_merge(&other, &b);
		tr_facts_merge(&other, &a);
		tr_facts_merge(&other, &b);
		make_text(&m, &both, TR_PATHS_AUTO);
		make_text(&n, &other, TR_PATHS_AUTO);
		ck_assert_str_eq(m.text, n.text);
		made_release(&m);
		made_release(&n);
		tr_facts_release(&a);
		tr_facts_release(&b);
		tr_facts_release(&both);
		tr_facts_release(&other);
	}
}
END_TEST

static bool no_less(const struct asking *a, const char *path)
{
	const struct said before = said(&a->before->rules, path);
	const struct said after = said(&a->made->rules, path);

	for (int owner = 0; owner < 2; owner++)
		ck_assert_msg(!(before.to[owner] & ~after.to[owner]), "%s: %#x became %#x", path,
			      before.to[owner], after.to[owner]);
	return before.to[1];
}

static int still(const struct tr_fact *fact, void *arg)
{
	struct asking *a = arg;

	if (fact->kind == TR_FACT_FILE) {
		no_less(a, fact->path);
		a->asked++;
	}
	return 0;
}

START_TEST(monotone)
{
	for (uint64_t seed = 1; seed <= ROUNDS * 5; seed++) {
		struct rng r = { seed * 13 };
		struct tr_facts a, b;
		struct made m, n;
		struct asking asking = { &b, &n, &m, 0 };

		some_facts(&r, &a);
		some_facts(&r, &b);
		make_text(&m, &a, TR_PATHS_AUTO);
		tr_facts_merge(&b, &a);
		make_text(&n, &b, TR_PATHS_AUTO);
		tr_facts_each(&b, still, &asking);
		ck_assert_uint_gt(asking.asked, 0);
		ck_assert_uint_ge(n.rules.n_caps, m.rules.n_caps);
		ck_assert_uint_ge(n.rules.n_networks, m.rules.n_networks);
		made_release(&m);
		made_release(&n);
		tr_facts_release(&a);
		tr_facts_release(&b);
	}
}
END_TEST

/* A name as programs make them, of the kind. */
static char *temporary(struct rng *r, unsigned kind)
{
	static const char letters[] =
		"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_";
	char chance[16] = { 0 };

	for (size_t i = 0; i < 8; i++)
		chance[i] = letters[rng_below(r, kind % 2 ? 63 : 16)];
	switch (kind) {
	case 0:
		return tr_xasprintf("/data/temp-%u.rdb", rng_below(r, 300));
	case 1:
		return tr_xasprintf("/data/tmp%s", chance);
	case 2:
		return tr_xasprintf("/data/d-%u/%s", rng_below(r, 9), chance);
	case 3:
		return tr_xasprintf("/data/d-%u/x.%.6s.txt", rng_below(r, 9), chance);
	case 4:
		return tr_xasprintf("/data/%s%s%s%s", chance, chance, chance, chance);
	case 5:
		return tr_xasprintf("/data/%u-%u-%u", 2020 + rng_below(r, 9), rng_below(r, 12),
				    rng_below(r, 28));
	case 6:
		chance[2 + rng_below(r, 3)] = '\0';
		return tr_xasprintf("/data/people/%s", chance);
	case 7:
		return tr_xasprintf("/sys/devices/system/cpu/cpu%u/cache/index%u", rng_below(r, 5),
				    rng_below(r, 4));
	default:
		return tr_xasprintf("/data/d-%u/", rng_below(r, 9));
	}
}

#define KINDS  9
#define PEOPLE 6 /* they have to be many */

static void record_some(struct rng *r, struct tr_facts *f, unsigned number)
{
	static const uint16_t acts[] = { TR_ACT_CREATE, TR_ACT_CREATE,	  TR_ACT_MKDIR,
					 TR_ACT_UNLINK, TR_ACT_RENAME_TO, TR_ACT_OPEN,
					 TR_ACT_MMAP };
	struct tr_recording rec = { .start_seen = true, .ended = TR_ENDED_EXITED };
	uint32_t index;

	rec.id = tr_xasprintf("%032x", number + 1);
	rec.subject = tr_xstrdup("subject");
	index = tr_facts_add_recording(f, &rec);
	for (unsigned i = 0; i < 18; i++) {
		char *path = temporary(r, rng_one_in(r, 3) ? PEOPLE : rng_below(r, KINDS));

		for (unsigned k = 0; k < 2; k++) {
			struct tr_fact fact = { .kind = TR_FACT_FILE };

			fact.act = acts[rng_below(r, TR_ARRAY_SIZE(acts))];
			fact.perms = fact.act == TR_ACT_MMAP ? TR_PERM_M :
				     fact.act == TR_ACT_OPEN ? TR_PERM_R | TR_PERM_K :
							       TR_PERM_W;
			fact.path = tr_xstrdup(path);
			fact.ev.flags =
				TR_EV_DONE | (rng_one_in(r, 5) ? TR_EV_NOT_OWNER : TR_EV_OWNER);
			fact.ev.phases = TR_PHASE_MAIN;
			fact.ev.where = rng_one_in(r, 6) ? TR_WHERE_VOLUME : TR_WHERE_TMPFS;
			tr_u32set_add(&fact.ev.recordings, index);
			tr_facts_add(f, &fact, NULL);
		}
		free(path);
	}
}

/* Names that nobody has seen, and all that somebody has. */
static void probe_more(struct rng *r, struct asking *a)
{
	for (unsigned i = 0; i < 200; i++) {
		tr_cleanup_free char *path = temporary(r, i % KINDS);

		a->asked += no_less(a, path);
	}
	tr_facts_each(a->facts, still, a);
}

START_TEST(evidence_only_adds)
{
	size_t asked = 0, widened = 0;

	for (uint64_t seed = 1; seed <= ROUNDS * 5; seed++) {
		struct rng r = { seed * 1009 };
		struct tr_facts f;
		struct made m[2];

		tr_facts_init(&f);
		record_some(&r, &f, 0);
		make_text(&m[0], &f, TR_PATHS_AUTO);
		for (unsigned n = 1; n < 5; n++) {
			struct asking a = { &f, &m[1], &m[0], 0 };

			record_some(&r, &f, n);
			make_text(&m[1], &f, TR_PATHS_AUTO);
			probe_more(&r, &a);
			asked += a.asked;
			widened += m[1].report.widened.n;
			made_release(&m[0]);
			m[0] = m[1];
		}
		made_release(&m[0]);
		tr_facts_release(&f);
	}
	ck_assert_uint_gt(asked, 10000);
	ck_assert_uint_gt(widened, 1000);
}
END_TEST

START_TEST(evidence_is_sound)
{
	for (uint64_t seed = 1; seed <= ROUNDS; seed++) {
		struct rng r = { seed * 4001 };
		struct tr_facts f;
		struct made m;
		struct asking a = { &f, &m, NULL, 0 };

		tr_facts_init(&f);
		for (unsigned n = 0; n < 3; n++)
			record_some(&r, &f, n);
		make(&m, &f, TR_PATHS_EVIDENCE);
		tr_facts_each(&f, ask, &a);
		tr_facts_each(&f, probe, &a);
		ck_assert_uint_gt(a.asked, 0);
		made_release(&m);
		tr_facts_release(&f);
	}
}
END_TEST

TR_APPARMOR_SUITE("prop_apparmor", sound, tight, deterministic, monotone, evidence_only_adds,
		  evidence_is_sound)
