// SPDX-License-Identifier: Apache-2.0
/* What is allowed, denied and pinned by hand: in the compiled profile, and in what is said of it. */
#include <check.h>
#include <errno.h>
#include <linux/seccomp.h>
#include <string.h>

#include "lib/suite.h"
#include "tables/syscalls.h"
#include "trammel/check.h"
#include "trammel/policy.h"
#include "trammel/seccomp.h"
#include "util/mem.h"

#define ALLOW(f)                                 \
	{                                        \
		TR_HAND_ALLOW, f, "why " f, 0, 0 \
	}
#define DENY(f)                                 \
	{                                       \
		TR_HAND_DENY, f, "why " f, 0, 0 \
	}
#define PIN(f, m)                              \
	{                                      \
		TR_HAND_PIN, f, "why " f, m, 0 \
	}
#define HANDS(...)                                                       \
	(const struct tr_policy_hand[]){ __VA_ARGS__ },                  \
		sizeof((const struct tr_policy_hand[]){ __VA_ARGS__ }) / \
			sizeof(struct tr_policy_hand)

/* A recording that looked at the arguments of these. */
static struct tr_facts new_facts(void)
{
	struct tr_recording rec = { .subject = tr_xstrdup("web"),
				    .ended = TR_ENDED_EXITED,
				    .start_seen = true };
	struct tr_facts f;

	tr_facts_init(&f);
	tr_recording_new_id(&rec);
	tr_context_add(&rec, "arguments", "ioctl");
	tr_context_add(&rec, "arguments", "socket");
	tr_facts_add_recording(&f, &rec);
	return f;
}

static struct tr_fact new_fact(enum tr_fact_kind kind, const char *name)
{
	struct tr_fact fact = { .kind = kind, .abi = TR_ABI_X86_64 };

	if (name)
		fact.nr = (uint32_t)syscall_number(TR_ABI_X86_64, name);
	tr_u32set_add(&fact.ev.recordings, 0);
	tr_strset_add(&fact.ev.exes, "/bin/web");
	fact.ev.phases = TR_PHASE_MAIN;
	fact.ev.flags = TR_EV_DONE;
	return fact;
}

static void made(struct tr_facts *f, const char *name)
{
	struct tr_fact fact = new_fact(TR_FACT_SYSCALL, name);

	tr_facts_add(f, &fact, NULL);
}

static void made_with(struct tr_facts *f, const char *name, unsigned index, uint64_t value)
{
	struct tr_fact fact = new_fact(TR_FACT_ARG, name);

	fact.arg.index = (uint8_t)index;
	fact.arg.value = value;
	tr_facts_add(f, &fact, NULL);
}

static void made_socket(struct tr_facts *f, uint16_t family, uint16_t type)
{
	struct tr_fact fact = new_fact(TR_FACT_SOCKET, NULL);

	fact.abi = 0;
	fact.sock.family = family;
	fact.sock.type = type;
	tr_facts_add(f, &fact, NULL);
}

/* A profile from these decisions, without what nobody was seen to make. */
struct made {
	struct tr_seccomp p;
	struct tr_policy_report report;
	struct tr_check_seccomp check;
};

static void make(struct made *m, const struct tr_facts *f, const struct tr_policy_hand *hands,
		 size_t n)
{
	const struct tr_policy_opts opts = {
		.runtime = "none",
		.no_siblings = true,
		.hands = { hands, n },
	};
	const struct tr_policy_hands all = { hands, n };
	struct tr_err err = { 0 };

	ck_assert_msg(tr_policy_seccomp(&m->p, f, &opts, &m->report, &err) == 0, "%s",
		      tr_err_msg(&err));
	ck_assert_msg(tr_check_seccomp_for(&m->check, &m->p, f, TR_RUNTIME_RUNC, &all, &err) == 0,
		      "%s", tr_err_msg(&err));
}

static void done(struct made *m, struct tr_facts *f)
{
	tr_check_seccomp_release(&m->check);
	tr_policy_report_release(&m->report);
	tr_seccomp_release(&m->p);
	tr_facts_release(f);
}

static const struct tr_check_syscall *verdict(const struct made *m, const char *name)
{
	for (size_t i = 0; i < m->check.n_syscalls; i++)
		if (m->check.syscalls[i].fact->nr == (uint32_t)syscall_number(TR_ABI_X86_64, name))
			return &m->check.syscalls[i];
	ck_abort_msg("%s was not asked about", name);
}

static bool also_allowed(const struct made *m, const char *name)
{
	for (size_t i = 0; i < m->check.n_extra; i++)
		if (m->check.extra[i].abi == TR_ABI_X86_64 && !strcmp(m->check.extra[i].name, name))
			return true;
	return false;
}

static const struct tr_rule *rule_of(const struct made *m, const char *name)
{
	for (size_t i = 0; i < m->p.n_rules; i++)
		for (size_t k = 0; k < m->p.rules[i].n_names; k++)
			if (!strcmp(m->p.rules[i].names[k], name))
				return &m->p.rules[i];
	return NULL;
}

START_TEST(allows_what_nobody_made)
{
	struct tr_facts f = new_facts();
	struct made m;

	made(&f, "read");
	make(&m, &f,
	     HANDS(ALLOW("syscall:fsync"), ALLOW("syscall:ptrace"), ALLOW("syscall:mount")));
	ck_assert(also_allowed(&m, "fsync"));
	ck_assert(also_allowed(&m, "ptrace"));
	ck_assert(also_allowed(&m, "mount"));
	ck_assert(!also_allowed(&m, "umount2"));
	ck_assert_str_eq(rule_of(&m, "fsync")->comment, "allowed by hand: why syscall:fsync");
	ck_assert_uint_eq(m.report.n_by_hand, 3);
	ck_assert_uint_eq(m.report.n_idle, 0);
	done(&m, &f);
}
END_TEST

/* Docker's default has conditions on clone and socket: a name does not take them away. */
START_TEST(an_allowed_name_stays_below_the_ceiling)
{
	struct tr_facts f = new_facts();
	struct made m;

	made(&f, "read");
	make(&m, &f, HANDS(ALLOW("syscall:clone"), ALLOW("syscall:ioctl")));
	ck_assert(rule_of(&m, "clone")->n_conds > 0);
	ck_assert(rule_of(&m, "ioctl")->n_conds > 0);
	done(&m, &f);
	f = new_facts();
	made(&f, "read");
	make(&m, &f, HANDS(ALLOW("arg:ioctl:1:0x5412")));
	ck_assert_uint_eq(rule_of(&m, "ioctl")->n_conds, 1);
	ck_assert_uint_eq(rule_of(&m, "ioctl")->conds[0].value2, 0x5412);
	done(&m, &f);
}
END_TEST

START_TEST(denies_what_was_recorded)
{
	struct tr_policy_hand statx = DENY("syscall:statx");
	struct tr_facts f = new_facts();
	struct made m;

	made(&f, "read");
	made(&f, "mount"); /* which would have to be accepted */
	made(&f, "statx");
	made(&f, "fsync");
	statx.errno_ret = ENOENT;
	make(&m, &f, HANDS(DENY("syscall:mount"), statx, DENY("syscall:fsync")));
	ck_assert_int_eq(verdict(&m, "mount")->verdict, TR_VERDICT_BY_HAND);
	ck_assert_str_eq(verdict(&m, "mount")->why, "why syscall:mount");
	ck_assert_uint_eq(verdict(&m, "mount")->ret, SECCOMP_RET_ERRNO | EPERM);
	ck_assert_uint_eq(verdict(&m, "statx")->ret, SECCOMP_RET_ERRNO | ENOENT);
	ck_assert_int_eq(verdict(&m, "read")->verdict, TR_VERDICT_ALLOWED);
	ck_assert_uint_eq(m.check.n_denied, 0);
	ck_assert_uint_eq(m.check.n_by_hand, 3);
	ck_assert_uint_eq(m.report.n_broken, 3);
	ck_assert_str_eq(m.report.broken[0].fact, "syscall:fsync");
	ck_assert_str_eq(m.report.broken[0].exe, "/bin/web");
	ck_assert_uint_eq(m.report.broken[0].phases, TR_PHASE_MAIN);
	ck_assert_uint_eq(m.report.broken[0].recordings.n, 1);
	done(&m, &f);
}
END_TEST

/* A denial takes away what it says: who is told that statx does not exist goes on with stat. */
START_TEST(other_forms_stay)
{
	const struct tr_policy_hand deny = DENY("syscall:statx");
	const struct tr_policy_opts opts = { .runtime = "none", .hands = { &deny, 1 } };
	struct tr_facts f = new_facts();
	struct made m = { 0 };

	made(&f, "statx");
	ck_assert_int_eq(tr_policy_seccomp(&m.p, &f, &opts, &m.report, NULL), 0);
	ck_assert_int_eq(rule_of(&m, "newfstatat")->action, TR_ACTION_ALLOW);
	ck_assert_int_eq(rule_of(&m, "statx")->errno_ret, ENOSYS);
	ck_assert_uint_eq(m.report.n_observed, 0);
	done(&m, &f);
}
END_TEST

START_TEST(what_is_denied_needs_no_accepting)
{
	const struct tr_policy_hand deny = DENY("syscall:mount");
	const struct tr_policy_accept accept = { "syscall:mount", "x" };
	const struct tr_policy_opts opts = {
		.runtime = "none", .hands = { &deny, 1 }, .accepts = &accept, .n_accepts = 1
	};
	struct tr_facts f = new_facts();
	struct made m = { 0 };

	made(&f, "mount");
	ck_assert_int_eq(tr_policy_seccomp(&m.p, &f, &opts, &m.report, NULL), 0);
	ck_assert_ptr_null(rule_of(&m, "mount"));
	ck_assert_uint_eq(m.report.n_needless, 1);
	done(&m, &f);
}
END_TEST

START_TEST(a_denied_value_is_no_failure_and_the_others_are_allowed)
{
	struct tr_facts f = new_facts();
	struct made m;

	made(&f, "ioctl");
	made_with(&f, "ioctl", 1, 0x5401);
	made_with(&f, "ioctl", 1, 0x5413);
	made_with(&f, "ioctl", 1, 0x5412); /* TIOCSTI: on the risk list */
	make(&m, &f, HANDS(DENY("arg:ioctl:1:0x5413"), DENY("arg:ioctl:1:0x5412")));
	ck_assert_int_eq(verdict(&m, "ioctl")->verdict, TR_VERDICT_BY_HAND);
	ck_assert_uint_eq(verdict(&m, "ioctl")->value->arg.value, 0x5412);
	ck_assert_uint_eq(m.report.n_broken, 2);
	ck_assert_uint_eq(rule_of(&m, "ioctl")->conds[0].value2, 0x5401);
	done(&m, &f);
}
END_TEST

/* Denying one value of a call must not make another value's refusal look wanted. */
START_TEST(another_refusal_is_still_a_failure)
{
	const struct tr_policy_hand deny = DENY("arg:ioctl:1:0x5413");
	const struct tr_policy_hands all = { &deny, 1 };
	struct tr_facts f = new_facts(), less = new_facts();
	struct tr_check_seccomp check;
	struct made m;

	made(&less, "ioctl");
	made_with(&less, "ioctl", 1, 0x5401);
	made(&f, "ioctl");
	made_with(&f, "ioctl", 1, 0x5401);
	made_with(&f, "ioctl", 1, 0x5402);
	made_with(&f, "ioctl", 1, 0x5413);
	make(&m, &less, NULL, 0);
	ck_assert_int_eq(tr_check_seccomp_for(&check, &m.p, &f, TR_RUNTIME_RUNC, &all, NULL), 0);
	ck_assert_uint_eq(check.n_denied, 1);
	ck_assert_uint_eq(check.syscalls[0].value->arg.value, 0x5402);
	tr_check_seccomp_release(&check);
	tr_facts_release(&f);
	done(&m, &less);
}
END_TEST

START_TEST(all_values_denied_is_denied_by_hand)
{
	struct tr_facts f = new_facts();
	struct made m;

	made(&f, "read");
	made(&f, "socket");
	made_socket(&f, 2, 1);
	make(&m, &f, HANDS(PIN("arg:socket:0:1", 0)));
	ck_assert_int_eq(verdict(&m, "socket")->verdict, TR_VERDICT_BY_HAND);
	ck_assert_uint_eq(m.report.n_broken, 1);
	ck_assert_str_eq(m.report.broken[0].fact, "arg:socket:0:2");
	done(&m, &f);
}
END_TEST

/* SOCK_CLOEXEC rides on the type: a denied type is denied with it. */
START_TEST(a_sockets_type_has_flags)
{
	struct tr_facts f = new_facts();
	struct made m;

	made(&f, "read");
	made(&f, "socket");
	made_socket(&f, 17, 3);
	made_socket(&f, 17, 2);
	make(&m, &f, HANDS(DENY("arg:socket:1:3")));
	ck_assert_int_eq(verdict(&m, "socket")->verdict, TR_VERDICT_BY_HAND);
	for (size_t i = 0; i < m.p.n_rules; i++) {
		const struct tr_rule *r = &m.p.rules[i];

		for (size_t k = 0; k < r->n_conds && !strcmp(r->names[0], "socket"); k++)
			ck_assert_msg(r->conds[k].index != 1 || r->conds[k].value2 == 2,
				      "type %llu", (unsigned long long)r->conds[k].value2);
	}
	done(&m, &f);
}
END_TEST

START_TEST(pins_are_alternatives_and_masks_are_bits)
{
	struct tr_facts f = new_facts();
	struct made m;
	size_t n = 0;

	made(&f, "prctl"); /* whose arguments nobody looked at */
	make(&m, &f, HANDS(PIN("arg:prctl:0:15", 0), PIN("arg:prctl:0:0x10", 0xf0)));
	for (size_t i = 0; i < m.p.n_rules; i++) {
		const struct tr_rule *r = &m.p.rules[i];

		if (strcmp(r->names[0], "prctl") != 0)
			continue;
		n++;
		ck_assert_uint_eq(r->n_conds, 1);
		ck_assert(strstr(r->comment, "by hand: why arg:prctl:0:"));
		ck_assert((r->conds[0].value == UINT32_MAX && r->conds[0].value2 == 15) ||
			  (r->conds[0].value == 0xf0 && r->conds[0].value2 == 0x10));
	}
	ck_assert_uint_eq(n, 2);
	ck_assert_uint_eq(m.report.n_idle, 0);
	done(&m, &f);
}
END_TEST

static bool idle(const struct made *m, const char *what)
{
	for (size_t i = 0; i < m->report.n_idle; i++)
		if (!strcmp(m->report.idle[i], what))
			return true;
	return false;
}

START_TEST(says_what_changes_nothing)
{
	struct tr_facts f = new_facts();
	struct made m;

	made(&f, "read");
	made(&f, "clone3"); /* answered ENOSYS as Docker's default does */
	made(&f, "ioctl");
	made_with(&f, "ioctl", 1, 0x5401);
	make(&m, &f,
	     HANDS(ALLOW("syscall:read"), ALLOW("arg:ioctl:1:0x5401"), DENY("syscall:bpf"),
		   DENY("syscall:clone3"), DENY("arg:ioctl:1:7"), PIN("arg:ioctl:1:0x5401", 0),
		   PIN("arg:mmap:2:1", 0), ALLOW("syscall:fsync")));
	ck_assert(idle(&m, "allow syscall:read"));
	ck_assert(idle(&m, "allow arg:ioctl:1:0x5401"));
	ck_assert(idle(&m, "deny syscall:bpf"));
	ck_assert(idle(&m, "deny syscall:clone3"));
	ck_assert(idle(&m, "deny arg:ioctl:1:7"));
	ck_assert(idle(&m, "pin arg:ioctl:1:0x5401"));
	ck_assert(idle(&m, "pin arg:mmap:2:1"));
	ck_assert_uint_eq(m.report.n_idle, 7);
	ck_assert_uint_eq(m.report.n_broken, 0);
	ck_assert_uint_eq(verdict(&m, "clone3")->verdict, TR_VERDICT_ANSWERED);
	done(&m, &f);
}
END_TEST

START_TEST(warns_of_what_runtimes_need)
{
	/* They make futex with whatever arguments: not known to be made with this one. */
	const struct tr_policy_hand hands[] = { DENY("syscall:execve"), DENY("syscall:fsync"),
						DENY("arg:futex:1:99"),
						PIN("arg:getdents64:2:1", 0) };
	const struct tr_policy_opts opts = { .hands = { hands, TR_ARRAY_SIZE(hands) } };
	struct tr_policy_report report;
	struct tr_facts f = new_facts();
	struct tr_seccomp p;

	made(&f, "fsync");
	ck_assert_int_eq(tr_policy_seccomp(&p, &f, &opts, &report, NULL), 0);
	ck_assert_uint_eq(report.n_unstarted, 2);
	ck_assert_str_eq(report.unstarted[0], "execve");
	ck_assert_str_eq(report.unstarted[1], "getdents64");
	tr_policy_report_release(&report);
	tr_seccomp_release(&p);
	tr_facts_release(&f);
}
END_TEST

START_TEST(a_profile_made_without_them_shows)
{
	const struct tr_policy_hand deny = DENY("syscall:read");
	const struct tr_policy_hands all = { &deny, 1 };
	struct tr_facts f = new_facts();
	struct tr_check_seccomp check;
	struct made m;

	made(&f, "read");
	make(&m, &f, NULL, 0);
	ck_assert_int_eq(tr_check_seccomp_for(&check, &m.p, &f, TR_RUNTIME_RUNC, &all, NULL), 0);
	ck_assert_uint_eq(check.n_undenied, 1);
	ck_assert_uint_eq(check.n_by_hand, 0);
	tr_check_seccomp_release(&check);
	done(&m, &f);
}
END_TEST

/* "Not this value" takes an alternative for each bit; many far from each other have no end. */
START_TEST(too_many_values_are_refused_by_name)
{
	struct tr_policy_hand hands[16];
	char facts[16][40];
	const struct tr_policy_opts opts = { .hands = { hands, 16 } };
	struct tr_facts f = new_facts();
	struct tr_err err = { 0 };
	struct tr_seccomp p;

	for (unsigned i = 0; i < 16; i++) {
		snprintf(facts[i], sizeof(facts[i]), "arg:prctl:0:0x%x", i * 0x9e3779b1u);
		hands[i] = (struct tr_policy_hand){ TR_HAND_DENY, facts[i], "w", 0, 0 };
	}
	made(&f, "prctl");
	ck_assert_int_lt(tr_policy_seccomp(&p, &f, &opts, NULL, &err), 0);
	ck_assert_int_eq(err.kind, TR_ERR_INPUT);
	ck_assert(strstr(tr_err_msg(&err), "too many values of prctl"));
	tr_err_clear(&err);
	tr_facts_release(&f);
}
END_TEST

START_TEST(a_trial_logs_what_is_denied)
{
	const struct tr_policy_hand hands[] = { DENY("syscall:fsync") };
	const struct tr_policy_opts opts = { .hands = { hands, 1 },
					     .default_action = TR_ACTION_LOG };
	struct made m = { 0 };
	struct tr_facts f = new_facts();

	made(&f, "fsync");
	made(&f, "read");
	ck_assert_int_eq(tr_policy_seccomp(&m.p, &f, &opts, NULL, NULL), 0);
	ck_assert_int_eq(rule_of(&m, "fsync")->action, TR_ACTION_LOG);
	ck_assert_int_eq(rule_of(&m, "read")->action, TR_ACTION_ALLOW);
	done(&m, &f);
}
END_TEST

TR_SUITE("by_hand", allows_what_nobody_made, an_allowed_name_stays_below_the_ceiling,
	 denies_what_was_recorded, other_forms_stay, what_is_denied_needs_no_accepting,
	 a_denied_value_is_no_failure_and_the_others_are_allowed,
	 another_refusal_is_still_a_failure, all_values_denied_is_denied_by_hand,
	 a_sockets_type_has_flags, pins_are_alternatives_and_masks_are_bits,
	 says_what_changes_nothing, warns_of_what_runtimes_need, a_profile_made_without_them_shows,
	 too_many_values_are_refused_by_name, a_trial_logs_what_is_denied)
