// SPDX-License-Identifier: Apache-2.0
/*
 * What every profile from whatever facts must be: it allows what was made, the same bytes come of
 * the same facts in any order, another fact takes nothing away, and what is written reads back.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/random_facts.h"
#include "lib/seccomp_text.h"
#include "lib/suite.h"
#include "tables/syscalls.h"
#include "trammel/check.h"
#include "trammel/dead.h"
#include "trammel/policy.h"
#include "trammel/seccomp.h"
#include "util/mem.h"

#define ROUNDS	  TR_ROUNDS(300)
#define MAX_FACTS 120

static struct rng chance; /* begun anew by each test, so that a failure can be seen again */

static uint32_t rng(uint32_t below)
{
	return rng_below(&chance, below);
}

struct key {
	uint16_t abi;
	uint32_t nr, phases, flags, errnum;
};

/* Mostly numbers that have a name, sometimes one that has none. */
static struct key random_key(void)
{
	static const uint32_t errnos[] = { 0, 1, 38, 13 };
	struct key k = { .abi = (uint16_t)rng(3), .nr = rng(470) };

	if (rng(8) == 0)
		k.abi = TR_ABI_X86_64;
	if (rng(40) == 0)
		k.nr = 4000 + rng(5);
	k.phases = 1 + rng(7);
	k.flags = rng(5) ? TR_EV_DONE : 0;
	if (!k.flags || rng(6) == 0) {
		k.flags |= rng(2) ? TR_EV_DENIED : TR_EV_INNER_DENIED;
		k.errnum = errnos[rng(4)];
	}
	return k;
}

static void add_key(struct tr_facts *f, const struct key *k)
{
	struct tr_fact fact = { .kind = TR_FACT_SYSCALL, .abi = k->abi, .nr = k->nr };

	tr_u32set_add(&fact.ev.recordings, 0);
	fact.ev.phases = k->phases;
	fact.ev.flags = k->flags;
	if (k->errnum)
		tr_u32set_add(&fact.ev.errnos, k->errnum);
	tr_facts_add(f, &fact, NULL);
}

static struct tr_facts facts_of(const struct key *keys, const size_t *order, size_t n)
{
	struct tr_recording rec = { .id = tr_xstrdup("0123456789abcdef0123456789abcdef"),
				    .ended = TR_ENDED_EXITED,
				    .start_seen = true };
	struct tr_facts f;

	tr_facts_init(&f);
	tr_facts_add_recording(&f, &rec);
	for (size_t i = 0; i < n; i++)
		add_key(&f, &keys[order ? order[i] : i]);
	return f;
}

static const char *random_runtime(void)
{
	static const char *const words[] = { NULL, "none", "crun", "runc-1.1", "runc", "all" };

	return words[rng(sizeof(words) / sizeof(words[0]))];
}

/* Everything is accepted: what is refused unasked, prop_ceiling asks. Never released. */
static const struct tr_policy_accept *accept_all(size_t *ret_n)
{
	static struct tr_policy_accept *all;

	*ret_n = syscall_count();
	if (all)
		return all;
	all = tr_xcalloc(*ret_n, sizeof(*all));
	for (size_t i = 0; i < *ret_n; i++)
		all[i].fact = tr_xasprintf("syscall:%s", syscall_at(i));
	return all;
}

static bool siblings; /* whether make adds them */

/* false: there was nothing to make one of. */
static bool make(struct tr_seccomp *p, const struct tr_facts *f, const char *runtime)
{
	struct tr_policy_opts opts = { .runtime = runtime, .no_siblings = !siblings };
	struct tr_err err = { 0 };

	opts.accepts = accept_all(&opts.n_accepts);
	if (tr_policy_seccomp(p, f, &opts, NULL, &err) == 0)
		return true;
	ck_assert_msg(strstr(tr_err_msg(&err), "no syscalls"), "%s", tr_err_msg(&err));
	tr_err_clear(&err);
	return false;
}

static const struct tr_rule *rule_of(const struct tr_seccomp *p, const char *name)
{
	const struct tr_rule *found = NULL;

	for (size_t i = 0; i < p->n_rules; i++)
		for (size_t k = 0; k < p->rules[i].n_names; k++)
			if (!strcmp(p->rules[i].names[k], name)) {
				/* alternatives are allowed for some arguments each */
				ck_assert_msg(!found || (found->n_conds && p->rules[i].n_conds),
					      "%s is there twice", name);
				found = &p->rules[i];
			}
	return found;
}

static bool allows(const struct tr_seccomp *p, const char *name)
{
	const struct tr_rule *r = rule_of(p, name);

	return r && r->action == TR_ACTION_ALLOW && !r->n_conds;
}

static bool has_arch(const struct tr_seccomp *p, const char *arch)
{
	for (size_t i = 0; i < p->n_arches; i++)
		if (!strcmp(p->arches[i], arch))
			return true;
	return false;
}

static size_t random_keys(struct key *keys)
{
	size_t n = rng(MAX_FACTS);

	for (size_t i = 0; i < n; i++)
		keys[i] = random_key();
	return n;
}

/* Every call made is allowed, for its ABI; none that was only ever refused is, unless it is given. */
START_TEST(sound)
{
	chance = (struct rng){ 1 };
	siblings = true;
	for (int round = 0; round < ROUNDS; round++) {
		struct key keys[MAX_FACTS];
		size_t n = random_keys(keys);
		struct tr_facts f = facts_of(keys, NULL, n);
		struct tr_seccomp p;

		if (make(&p, &f, random_runtime())) {
			for (size_t i = 0; i < n; i++) {
				const char *name = syscall_name(keys[i].abi, keys[i].nr);

				if (!name || !(keys[i].flags & TR_EV_DONE))
					continue;
				ck_assert_msg(allows(&p, name), "%s", name);
				ck_assert(has_arch(&p, tr_arch_of_abi(keys[i].abi)));
			}
			ck_assert_str_eq(p.arches[0], "SCMP_ARCH_X86_64");
			tr_seccomp_release(&p);
		}
		tr_facts_release(&f);
	}
}
END_TEST

/* Beyond what was made and what no facts at all would be given, nothing is allowed. */
START_TEST(tight)
{
	chance = (struct rng){ 2 };
	siblings = false;
	for (int round = 0; round < ROUNDS; round++) {
		const char *runtime = random_runtime();
		const struct key one = { .abi = TR_ABI_I386, .nr = 4, .flags = TR_EV_DONE };
		struct key keys[MAX_FACTS];
		size_t n = random_keys(keys);
		struct tr_facts f = facts_of(keys, NULL, n), least = facts_of(&one, NULL, 1);
		struct tr_seccomp p, q;

		if (make(&p, &f, runtime)) {
			bool made[1024] = { false };

			ck_assert(make(&q, &least, runtime));
			for (size_t i = 0; i < n; i++) {
				const char *name = syscall_name(keys[i].abi, keys[i].nr);

				if (name && keys[i].flags & TR_EV_DONE)
					made[syscall_index(name)] = true;
			}
			for (size_t i = 0; i < syscall_count(); i++)
				if (!made[i] && allows(&p, syscall_at(i)))
					ck_assert_msg(allows(&q, syscall_at(i)), "%s",
						      syscall_at(i));
			tr_seccomp_release(&p);
			tr_seccomp_release(&q);
		}
		tr_facts_release(&f);
		tr_facts_release(&least);
	}
}
END_TEST

static void shuffle(size_t *order, size_t n)
{
	for (size_t i = 0; i < n; i++)
		order[i] = i;
	for (size_t i = n; i > 1; i--) {
		size_t k = rng((uint32_t)i), t = order[k];

		order[k] = order[i - 1];
		order[i - 1] = t;
	}
}

START_TEST(deterministic)
{
	chance = (struct rng){ 3 };
	siblings = true;
	for (int round = 0; round < ROUNDS; round++) {
		const char *runtime = random_runtime();
		struct key keys[MAX_FACTS];
		size_t order[MAX_FACTS], n = random_keys(keys);
		struct tr_facts f, g;
		struct tr_seccomp p, q;

		shuffle(order, n);
		f = facts_of(keys, NULL, n);
		g = facts_of(keys, order, n);
		if (make(&p, &f, runtime)) {
			char *one = written(&p), *two;

			ck_assert(make(&q, &g, runtime));
			two = written(&q);
			ck_assert_str_eq(one, two);
			free(one);
			free(two);
			tr_seccomp_release(&p);
			tr_seccomp_release(&q);
		}
		tr_facts_release(&f);
		tr_facts_release(&g);
	}
}
END_TEST

START_TEST(monotone)
{
	chance = (struct rng){ 4 };
	siblings = true;
	for (int round = 0; round < ROUNDS; round++) {
		const char *runtime = random_runtime();
		struct key keys[MAX_FACTS], more;
		size_t n = random_keys(keys);
		struct tr_facts f = facts_of(keys, NULL, n);
		struct tr_seccomp p, q;

		if (make(&p, &f, runtime)) {
			more = random_key();
			add_key(&f, &more);
			ck_assert(make(&q, &f, runtime));
			for (size_t i = 0; i < syscall_count(); i++)
				if (allows(&p, syscall_at(i)))
					ck_assert_msg(allows(&q, syscall_at(i)), "%s",
						      syscall_at(i));
			for (size_t i = 0; i < p.n_arches; i++)
				ck_assert(has_arch(&q, p.arches[i]));
			tr_seccomp_release(&p);
			tr_seccomp_release(&q);
		}
		tr_facts_release(&f);
	}
}
END_TEST

START_TEST(reads_back)
{
	chance = (struct rng){ 5 };
	siblings = true;
	for (int round = 0; round < ROUNDS / 3; round++) {
		struct key keys[MAX_FACTS];
		size_t n = random_keys(keys);
		struct tr_facts f = facts_of(keys, NULL, n);
		struct tr_seccomp p, q;

		if (make(&p, &f, random_runtime())) {
			struct tr_err err = { 0 };
			char *one = written(&p), *two;

			ck_assert_msg(tr_seccomp_parse(&q, one, strlen(one), "p", &err) == 0, "%s",
				      tr_err_msg(&err));
			two = written(&q);
			ck_assert_str_eq(one, two);
			free(one);
			free(two);
			tr_seccomp_release(&p);
			tr_seccomp_release(&q);
		}
		tr_facts_release(&f);
	}
}
END_TEST

/* The compiled filter says the same as the names do, for every ABI, the ENOSYS stub included. */
START_TEST(proved)
{
	size_t asked = 0;

	chance = (struct rng){ 6 };
	siblings = true;
	for (int round = 0; round < ROUNDS / 6; round++) {
		struct key keys[MAX_FACTS];
		size_t n = random_keys(keys);
		struct tr_check_seccomp check;
		struct tr_err err = { 0 };
		struct tr_seccomp p;
		struct tr_facts f;

		/* no newer than libseccomp 2.5: it leaves out what it does not know */
		for (size_t i = 0; i < n; i++)
			if (keys[i].nr > 440 || !syscall_name(keys[i].abi, keys[i].nr))
				keys[i].nr = 0;
		f = facts_of(keys, NULL, n);
		if (make(&p, &f, random_runtime())) {
			ck_assert_msg(tr_check_seccomp(&check, &p, &f, &err) == 0, "%s",
				      tr_err_msg(&err));
			for (size_t i = 0; i < check.n_syscalls; i++)
				ck_assert_msg(check.syscalls[i].verdict == TR_VERDICT_ALLOWED, "%s",
					      syscall_name(check.syscalls[i].fact->abi,
							   check.syscalls[i].fact->nr));
			asked += check.n_syscalls;
			tr_check_seccomp_release(&check);
			tr_seccomp_release(&p);
		}
		tr_facts_release(&f);
	}
	ck_assert_uint_gt(asked, ROUNDS);
}
END_TEST

/* What is emitted has an effect: nothing says what another rule says, or speaks of no call. */
START_TEST(no_idle_rules)
{
	size_t made = 0;

	chance = (struct rng){ 7 };
	siblings = true;
	for (int round = 0; round < ROUNDS / 3; round++) {
		struct key keys[MAX_FACTS];
		size_t n = random_keys(keys);
		struct tr_facts f = facts_of(keys, NULL, n);
		struct tr_dead_list l;
		struct tr_seccomp p;

		if (make(&p, &f, random_runtime())) {
			tr_dead_rules(&l, &p);
			ck_assert_msg(l.n == 0, "%s %s: %s", l.n ? l.v[0].path : "",
				      l.n ? l.v[0].names : "", l.n ? l.v[0].why : "");
			tr_dead_release(&l);
			tr_seccomp_release(&p);
			made++;
		}
		tr_facts_release(&f);
	}
	ck_assert_uint_gt(made, ROUNDS / 10);
}
END_TEST

TR_SUITE("prop_policy", sound, tight, deterministic, monotone, reads_back, proved, no_idle_rules)
