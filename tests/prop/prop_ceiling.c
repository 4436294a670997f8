// SPDX-License-Identifier: Apache-2.0
/*
 * Whatever was recorded, and with whatever capabilities: what an emitted profile allows, Docker's
 * default allows too. Judged by the compiled filters alone, over every number of every ABI, and over
 * every value that either of them compares an argument with, and those around it.
 */
#include <check.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdlib.h>
#include <string.h>

#include "eval/compile.h"
#include "lib/random_facts.h"
#include "lib/suite.h"
#include "policy/caps.h"
#include "tables/syscalls.h"
#include "trammel/policy.h"
#include "trammel/seccomp.h"
#include "util/mem.h"

#define ROUNDS	   TR_ROUNDS(60)
#define MAX_NR	   500
#define MAX_VALUES 600

static struct rng chance;

static const char *const some_caps[] = { "CAP_SYS_ADMIN", "CAP_SYS_PTRACE",	 "CAP_SYS_CHROOT",
					 "CAP_BPF",	  "CAP_PERFMON",	 "CAP_SYS_NICE",
					 "CAP_SYSLOG",	  "CAP_DAC_READ_SEARCH", "ALL" };

static void random_caps(struct tr_recording *rec)
{
	for (size_t i = 0; i < TR_ARRAY_SIZE(some_caps); i++) {
		if (rng_one_in(&chance, 6))
			tr_context_add(rec, "caps.add", some_caps[i]);
		if (rng_one_in(&chance, 8))
			tr_context_add(rec, "caps.drop", some_caps[i]);
	}
	if (rng_one_in(&chance, 10))
		tr_context_add(rec, "privileged", "true");
}

static void add_value(struct tr_facts *f, const char *name, uint8_t index, uint64_t value)
{
	struct tr_fact fact = { .kind = TR_FACT_ARG,
				.abi = TR_ABI_X86_64,
				.nr = (uint32_t)syscall_number(TR_ABI_X86_64, name) };

	fact.arg.index = index;
	fact.arg.value = value;
	fact.ev.flags = TR_EV_DONE;
	tr_u32set_add(&fact.ev.recordings, 0);
	tr_facts_add(f, &fact, NULL);
}

static void add_call(struct tr_facts *f, enum tr_abi abi, uint32_t nr)
{
	struct tr_fact fact = { .kind = TR_FACT_SYSCALL, .abi = (uint16_t)abi, .nr = nr };

	fact.ev.phases = 1 + rng_below(&chance, 7);
	fact.ev.flags = rng_one_in(&chance, 8) ? TR_EV_DENIED : TR_EV_DONE;
	if (fact.ev.flags == TR_EV_DENIED)
		tr_u32set_add(&fact.ev.errnos, rng_one_in(&chance, 2) ? 38 : 1);
	tr_u32set_add(&fact.ev.recordings, 0);
	tr_facts_add(f, &fact, NULL);
}

/* The calls that Docker's default allows with some arguments only are there more often than not. */
static struct tr_facts random_calls(void)
{
	static const char *const known[] = { "socket", "clone",	 "personality", "ioctl",
					     "clone3", "openat", "fork",	"unshare" };
	struct tr_recording rec = { .ended = TR_ENDED_EXITED, .start_seen = true };
	struct tr_facts f;

	tr_facts_init(&f);
	tr_recording_new_id(&rec);
	random_caps(&rec);
	if (rng_one_in(&chance, 2))
		for (size_t i = 0; i < TR_ARRAY_SIZE(known); i++)
			tr_context_add(&rec, "arguments", known[i]);
	tr_facts_add_recording(&f, &rec);
	add_call(&f, TR_ABI_X86_64, 0);
	for (size_t i = 0; i < TR_ARRAY_SIZE(known); i++)
		if (!rng_one_in(&chance, 3))
			add_call(&f, TR_ABI_X86_64,
				 (uint32_t)syscall_number(TR_ABI_X86_64, known[i]));
	for (uint32_t n = rng_below(&chance, 60); n; n--)
		add_call(&f, (enum tr_abi)rng_below(&chance, 3), rng_below(&chance, 470));
	if (rng_one_in(&chance, 2))
		add_value(&f, "clone", 0, rng_u64(&chance));
	if (rng_one_in(&chance, 2))
		add_value(&f, "personality", 0, rng_below(&chance, 16));
	if (rng_one_in(&chance, 2))
		add_value(&f, "ioctl", 1, 0x5400 + rng_below(&chance, 64));
	return f;
}

/*
 * What must be accepted is taken out instead, until nothing is left that nobody asked about. NULL
 * where nothing is left at all.
 */
static struct tr_facts without(const struct tr_facts *f, const struct tr_policy_report *report);

struct sieve {
	struct tr_facts *to;
	const struct tr_policy_report *report;
};

static bool needed(const struct tr_policy_report *report, const struct tr_fact *fact)
{
	const char *name = syscall_name((enum tr_abi)fact->abi, fact->nr);
	tr_cleanup_free char *call = tr_xasprintf("syscall:%s", name ? name : "");
	tr_cleanup_free char *arg = tr_xasprintf("arg:%s:", name ? name : "");

	for (size_t i = 0; i < report->n_needs; i++)
		if (!strcmp(report->needs[i].fact, call) ||
		    !strncmp(report->needs[i].fact, arg, strlen(arg)))
			return true;
	return false;
}

static int sift(const struct tr_fact *fact, void *arg)
{
	struct sieve *s = arg;
	struct tr_fact copy;

	if (needed(s->report, fact))
		return 0;
	copy = tr_fact_copy(fact);
	tr_facts_add(s->to, &copy, NULL);
	return 0;
}

static struct tr_facts without(const struct tr_facts *f, const struct tr_policy_report *report)
{
	struct tr_recording rec = { .ended = TR_ENDED_EXITED, .start_seen = true };
	struct tr_facts left;
	struct sieve s = { &left, report };
	static const char *const keys[] = { "caps.add", "caps.drop", "privileged", "arguments" };

	tr_facts_init(&left);
	tr_recording_new_id(&rec);
	for (size_t k = 0; k < TR_ARRAY_SIZE(keys); k++) {
		const struct tr_strset *values = tr_context_all(&f->recordings[0], keys[k]);

		for (size_t i = 0; values && i < values->n; i++)
			tr_context_add(&rec, keys[k], values->v[i]);
	}
	tr_facts_add_recording(&left, &rec);
	tr_facts_each(f, sift, &s);
	return left;
}

static struct tr_filter compiled(const struct tr_seccomp *p)
{
	struct tr_err err = { 0 };
	struct tr_filter f;

	ck_assert_msg(tr_compile(&f, p, TR_RUNTIME_RUNC, NULL, &err) == 0, "%s", tr_err_msg(&err));
	return f;
}

/* As Docker makes it of its default for the recorded container. */
static struct tr_filter docker_filter(const struct tr_facts *f, const char *name)
{
	struct tr_seccomp_host host = { .arch = "amd64", .kernel = 5 << 16 | 15 };
	struct tr_strset asked = { 0 }, caps = { 0 };
	static const char *const none[] = { "" };
	struct tr_seccomp p, resolved;
	struct tr_filter filter;

	ck_assert_int_eq(tr_seccomp_read(&p, name, NULL), 0);
	caps_asked(&asked, &p);
	caps_of_recording(&caps, &f->recordings[0], &asked);
	host.caps = caps.n ? (const char *const *)caps.v : none;
	host.n_caps = caps.n;
	ck_assert_int_eq(tr_seccomp_resolve(&resolved, &p, &host, NULL), 0);
	filter = compiled(&resolved);
	tr_strset_release(&asked);
	tr_strset_release(&caps);
	tr_seccomp_release(&p);
	tr_seccomp_release(&resolved);
	return filter;
}

/* Every number that a filter compares or masks with, those around it, and each in either half. */
struct values {
	uint64_t v[MAX_VALUES];
	size_t n;
};

static void add_around(struct values *to, uint64_t v)
{
	for (int d = -1; d <= 1; d++) {
		bool there = false;

		for (size_t i = 0; i < to->n; i++)
			there |= to->v[i] == v + (uint64_t)d;
		if (!there && to->n < MAX_VALUES)
			to->v[to->n++] = v + (uint64_t)d;
	}
}

static void collect(struct values *to, const struct tr_seccomp *p)
{
	for (size_t i = 0; i < p->n_rules; i++) {
		const struct tr_rule *r = &p->rules[i];

		for (size_t c = 0; c < r->n_conds; c++) {
			add_around(to, r->conds[c].value);
			add_around(to, r->conds[c].value2);
			add_around(to, r->conds[c].value | UINT64_C(0x100000000));
			add_around(to, r->conds[c].value << 32);
		}
	}
}

static bool permits(uint32_t ret)
{
	ret &= SECCOMP_RET_ACTION_FULL;
	return ret == SECCOMP_RET_ALLOW || ret == SECCOMP_RET_LOG;
}

/* What is so whatever the arguments are needs no trying. */
static bool always(const struct tr_filter *f, const struct tr_seccomp_data *d, bool permitted)
{
	uint32_t rets[16];
	size_t n = tr_filter_returns(f, d->arch, d->nr, rets, TR_ARRAY_SIZE(rets));

	for (size_t i = 0; i < n && n <= TR_ARRAY_SIZE(rets); i++)
		if (permits(rets[i]) != permitted)
			return false;
	return n <= TR_ARRAY_SIZE(rets);
}

static size_t compare(const struct tr_filter *ours, const struct tr_filter *docker,
		      struct tr_seccomp_data *d, const struct values *values)
{
	size_t allowed = 0;

	if (always(ours, d, false) || always(docker, d, true))
		return !always(ours, d, false);
	for (size_t arg = 0; arg < 6; arg++) {
		for (size_t i = 0; i < values->n; i++) {
			bool ok;

			memset(d->args, 0, sizeof(d->args));
			d->args[arg] = values->v[i];
			ok = permits(tr_filter_run(ours, d, NULL));
			allowed += ok;
			if (ok)
				ck_assert_msg(permits(tr_filter_run(docker, d, NULL)),
					      "%d of %x with argument %zu = %llx", d->nr, d->arch,
					      arg, (unsigned long long)values->v[i]);
		}
	}
	return allowed;
}

/* Returns how much was allowed: a profile that allows nothing is below everything. */
static size_t check_below(const struct tr_seccomp *p, const struct tr_facts *f, const char *ceiling)
{
	struct tr_filter ours = compiled(p), docker = docker_filter(f, ceiling);
	struct values *values = tr_xcalloc(1, sizeof(*values));
	struct tr_seccomp pinned;
	size_t allowed = 0;

	ck_assert_int_eq(tr_seccomp_read(&pinned, ceiling, NULL), 0);
	add_around(values, 0);
	add_around(values, UINT32_MAX);
	collect(values, p);
	collect(values, &pinned);
	ck_assert_uint_lt(values->n, MAX_VALUES);
	for (int32_t nr = 0; nr < MAX_NR; nr++) {
		struct tr_seccomp_data d = { .nr = nr };

		d.arch = tr_audit_arch(TR_ABI_X86_64);
		allowed += compare(&ours, &docker, &d, values);
		d.nr = tr_filter_nr(TR_ABI_X32, (uint32_t)nr);
		compare(&ours, &docker, &d, values);
		d.nr = nr;
		d.arch = tr_audit_arch(TR_ABI_I386);
		compare(&ours, &docker, &d, values);
	}
	free(values);
	tr_seccomp_release(&pinned);
	tr_filter_release(&ours);
	tr_filter_release(&docker);
	return allowed;
}

static struct tr_policy_opts random_opts(void)
{
	static const char *const ceilings[] = { NULL, "docker-default", "docker-default@20.10" };
	static const enum tr_action actions[] = { TR_ACTION_ERRNO, TR_ACTION_ERRNO, TR_ACTION_LOG,
						  TR_ACTION_KILL_PROCESS, TR_ACTION_TRAP };
	struct tr_policy_opts opts = { .ceiling = ceilings[rng_below(&chance, 3)] };

	opts.default_action = actions[rng_below(&chance, TR_ARRAY_SIZE(actions))];
	opts.no_siblings = rng_one_in(&chance, 3);
	opts.args = (enum tr_policy_args)rng_below(&chance, 3);
	return opts;
}

START_TEST(never_wider_than_docker)
{
	size_t allowed = 0, asked = 0;

	chance = (struct rng){ 11 };
	for (int round = 0; round < ROUNDS; round++) {
		const struct tr_policy_opts opts = random_opts();
		struct tr_facts f = random_calls();
		struct tr_policy_report report = { 0 };
		struct tr_err err = { 0 };
		struct tr_seccomp p;

		while (tr_policy_seccomp(&p, &f, &opts, &report, &err) < 0) {
			struct tr_facts left;

			ck_assert_msg(err.kind == TR_ERR_NO && report.n_needs, "%s",
				      tr_err_msg(&err));
			asked += report.n_needs;
			left = without(&f, &report);
			tr_facts_release(&f);
			tr_policy_report_release(&report);
			f = left;
		}
		allowed += check_below(&p, &f, opts.ceiling ? opts.ceiling : "docker-default");
		tr_policy_report_release(&report);
		tr_err_clear(&err);
		tr_seccomp_release(&p);
		tr_facts_release(&f);
	}
	ck_assert_uint_gt(asked, ROUNDS);
	ck_assert_uint_gt(allowed, ROUNDS * 1000);
}
END_TEST

TR_SUITE("prop_ceiling", never_wider_than_docker)
