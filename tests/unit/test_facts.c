// SPDX-License-Identifier: Apache-2.0
#include "trammel/facts.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "facts/names.h"
#include "lib/facts_equal.h"
#include "lib/random_facts.h"
#include "lib/suite.h"

static struct tr_fact file_fact(const char *path, enum tr_act act, uint16_t perms)
{
	return (struct tr_fact){
		.kind = TR_FACT_FILE, .path = tr_xstrdup(path), .act = (uint16_t)act, .perms = perms
	};
}

static uint32_t add_recording(struct tr_facts *f, const char *id)
{
	struct tr_recording rec = { .id = tr_xstrdup(id), .subject = tr_xstrdup("s") };

	return tr_facts_add_recording(f, &rec);
}

START_TEST(adding_takes_and_merges)
{
	struct tr_fact a = file_fact("/x", TR_ACT_OPEN, TR_PERM_R), *got, *again;
	struct tr_facts f;
	bool is_new = false;

	tr_facts_init(&f);
	tr_u32set_add(&a.ev.recordings, add_recording(&f, "r0"));
	a.ev.first = 20;
	a.ev.last = 30;
	a.ev.flags = TR_EV_DONE;
	tr_strset_add(&a.ev.exes, "/bin/b");
	got = tr_facts_add(&f, &a, &is_new);
	ck_assert(is_new);
	ck_assert_ptr_null(a.path);
	ck_assert_ptr_null(a.ev.exes.v);

	a = file_fact("/x", TR_ACT_OPEN, TR_PERM_R);
	a.ev.first = 10;
	a.ev.flags = TR_EV_FAILED;
	tr_strset_add(&a.ev.exes, "/bin/a");
	again = tr_facts_add(&f, &a, &is_new);
	ck_assert_ptr_eq(again, got);
	ck_assert(!is_new);
	ck_assert_uint_eq(f.n, 1);
	ck_assert_int_eq(got->ev.first, 10);
	ck_assert_int_eq(got->ev.last, 30);
	ck_assert_uint_eq(got->ev.flags, TR_EV_DONE | TR_EV_FAILED);
	ck_assert_uint_eq(got->ev.exes.n, 2);
	ck_assert_str_eq(got->ev.exes.v[0], "/bin/a");
	tr_facts_release(&f);
}
END_TEST

/* Every member of a key tells two facts apart, and nothing of the evidence does. */
START_TEST(keys_differ_in_every_member)
{
	struct tr_fact zero = { .kind = TR_FACT_SYSCALL }, v[14];
	size_t n = TR_ARRAY_SIZE(v);

	for (size_t i = 0; i < n; i++)
		v[i] = zero;
	v[0].kind = TR_FACT_ARG;
	v[1].abi = 1;
	v[2].nr = UINT32_MAX;
	v[3].arg.index = 1;
	v[4].arg.value = UINT64_MAX;
	v[5].arg.overflow = true;
	v[6].path = tr_xstrdup("");
	v[7].interp = tr_xstrdup("");
	v[8].act = 1;
	v[9].perms = 1;
	v[10].cap = 1;
	v[11].need = 1;
	v[12].sock.family = 1;
	v[13].sock.type = 1;
	for (size_t i = 0; i < n; i++) {
		ck_assert_msg(tr_fact_cmp(&zero, &v[i]) < 0, "%zu", i);
		ck_assert_msg(tr_fact_cmp(&v[i], &zero) > 0, "%zu", i);
		v[i].ev.first = 1;
		v[i].ev.flags = 1;
		for (size_t k = 0; k < n; k++)
			ck_assert_int_eq(tr_fact_cmp(&v[i], &v[k]) == 0, i == k);
	}
	for (size_t i = 0; i < n; i++)
		tr_fact_release(&v[i]);
	v[0] = zero;
	v[0].sock.protocol = 1;
	ck_assert_int_lt(tr_fact_cmp(&zero, &v[0]), 0);
}
END_TEST

static int in_order(const struct tr_fact *fact, void *arg)
{
	const struct tr_fact **last = arg;

	ck_assert(!*last || tr_fact_cmp(*last, fact) < 0);
	*last = fact;
	return 0;
}

static int stop_at_third(const struct tr_fact *fact, void *arg)
{
	int *n = arg;

	(void)fact;
	return ++*n == 3 ? 42 : 0;
}

START_TEST(walks_in_key_order_and_stops)
{
	const struct random_opts o = { .max_facts = 500, .max_recordings = 4, .hostile = true };
	const struct tr_fact *last = NULL;
	struct rng r = { 7 };
	struct tr_facts f;
	int n = 0;

	random_facts(&r, &o, &f);
	ck_assert_uint_gt(f.n, 10);
	ck_assert_int_eq(tr_facts_each(&f, in_order, &last), 0);
	ck_assert_int_eq(tr_facts_each(&f, stop_at_third, &n), 42);
	ck_assert_int_eq(n, 3);
	tr_facts_release(&f);
}
END_TEST

START_TEST(a_recording_merges_by_id)
{
	struct tr_recording a = { .id = tr_xstrdup("aa"),
				  .subject = tr_xstrdup("s"),
				  .losses = { [TR_LOSS_MAP] = 3, [TR_LOSS_RING] = 1 },
				  .ended = TR_ENDED_EXITED,
				  .started = 50 };
	struct tr_recording b = { .id = tr_xstrdup("aa"),
				  .subject = tr_xstrdup("s"),
				  .losses = { [TR_LOSS_MAP] = 2, [TR_LOSS_MARK] = 4 },
				  .start_seen = true,
				  .started = 40,
				  .stopped = 90 };
	const struct tr_recording *got;
	struct tr_facts f;

	tr_context_add(&a, "image", "x");
	tr_context_add(&b, "image", "y");
	tr_context_add(&b, "kernel", "6.1");
	tr_facts_init(&f);
	add_recording(&f, "bb");
	ck_assert_uint_eq(tr_facts_add_recording(&f, &a), 1);
	ck_assert_uint_eq(tr_facts_add_recording(&f, &b), 1);
	ck_assert_ptr_null(b.id);
	ck_assert_uint_eq(f.n_recordings, 2);
	got = &f.recordings[1];
	ck_assert_uint_eq(got->losses[TR_LOSS_RING], 1);
	ck_assert_uint_eq(got->losses[TR_LOSS_MAP], 3);
	ck_assert_uint_eq(got->losses[TR_LOSS_MARK], 4);
	ck_assert_int_eq(got->ended, TR_ENDED_EXITED);
	ck_assert(got->start_seen);
	ck_assert_int_eq(got->started, 40);
	ck_assert_int_eq(got->stopped, 90);
	ck_assert_uint_eq(tr_context_all(got, "image")->n, 2);
	ck_assert_str_eq(tr_context_get(got, "kernel"), "6.1");
	ck_assert_ptr_null(tr_context_get(got, "none"));
	tr_facts_release(&f);
}
END_TEST

/* Merging is by the highest, whatever stands there, in whatever order. */
START_TEST(peaks_are_the_highest)
{
	static const char *const rising[] = { "",     "a",   "b",
					      "-3",   "0",   "7",
					      "0012", "100", "99999999999999999999" };
	size_t n = TR_ARRAY_SIZE(rising);

	/* The first four are no numbers, and below all that are. */
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < n; k++) {
			struct tr_recording a = { 0 };
			size_t high = i > k ? i : k;

			if (high < 4)
				continue;
			tr_context_add(&a, "memory.peak", rising[i]);
			tr_context_add(&a, "memory.peak", rising[k]);
			tr_context_add(&a, "peak", rising[i]);
			tr_context_add(&a, "peak", rising[k]);
			ck_assert_uint_eq(tr_context_all(&a, "memory.peak")->n, 1);
			ck_assert_str_eq(tr_context_get(&a, "memory.peak"), rising[high]);
			ck_assert_uint_eq(tr_context_all(&a, "peak")->n, i == k ? 1 : 2);
			tr_recording_release(&a);
		}
}
END_TEST

START_TEST(context_values_are_bounded)
{
	struct tr_recording rec = { 0 };
	char value[2 * TR_CONTEXT_VALUE_LEN];

	memset(value, 'x', sizeof(value));
	value[sizeof(value) - 1] = '\0';
	tr_context_add(&rec, "command", value);
	tr_context_add(&rec, "command", NULL);
	ck_assert_uint_eq(tr_context_all(&rec, "command")->n, 1);
	ck_assert_uint_eq(strlen(tr_context_get(&rec, "command")), TR_CONTEXT_VALUE_LEN);
	ck_assert_str_eq(tr_context_get(&rec, "command") + TR_CONTEXT_VALUE_LEN - 4, "x...");
	tr_recording_release(&rec);
}
END_TEST

START_TEST(sorting_recordings_keeps_the_meaning)
{
	const struct random_opts o = { .max_facts = 100, .max_recordings = 9 };
	struct rng r = { 11 };

	for (int round = 0; round < 50; round++) {
		struct tr_facts f, other;
		struct tr_recording rec = { 0 };
		char *last;

		random_facts(&r, &o, &f);
		tr_facts_init(&other);
		tr_facts_merge(&other, &f);
		tr_facts_sort_recordings(&f);
		for (size_t i = 1; i < f.n_recordings; i++)
			ck_assert_str_lt(f.recordings[i - 1].id, f.recordings[i].id);
		ck_assert(facts_equal(&f, &other));
		/* what finds a recording by its id was renumbered too */
		last = f.recordings[f.n_recordings - 1].id;
		rec.id = tr_xstrdup(last);
		ck_assert_uint_eq(tr_facts_add_recording(&f, &rec), f.n_recordings - 1);
		tr_facts_release(&f);
		tr_facts_release(&other);
	}
}
END_TEST

START_TEST(completeness)
{
	struct tr_recording rec = { .ended = TR_ENDED_UNKNOWN };
	struct tr_facts f;

	ck_assert(!tr_recording_complete(&rec));
	rec.ended = TR_ENDED_CHECKPOINT;
	ck_assert(tr_recording_complete(&rec));
	rec.losses[TR_LOSS_MAX - 1] = 1;
	ck_assert(!tr_recording_complete(&rec));
	tr_facts_init(&f);
	ck_assert(tr_facts_complete(&f));
	rec.id = tr_xstrdup("aa");
	tr_facts_add_recording(&f, &rec);
	ck_assert(!tr_facts_complete(&f));
	tr_facts_release(&f);
}
END_TEST

START_TEST(ids_are_fresh)
{
	struct tr_recording a = { 0 }, b = { 0 };

	tr_recording_new_id(&a);
	tr_recording_new_id(&b);
	ck_assert_uint_eq(strlen(a.id), 32);
	ck_assert_uint_eq(strspn(a.id, "0123456789abcdef"), 32);
	ck_assert_str_ne(a.id, b.id);
	tr_recording_release(&a);
	tr_recording_release(&b);
}
END_TEST

/* A container that starts programs without end must not make a line nobody can read. */
START_TEST(executables_are_bounded)
{
	struct tr_fact a = file_fact("/x", TR_ACT_OPEN, TR_PERM_R), *got;
	struct tr_facts f;
	char path[4096];

	tr_facts_init(&f);
	for (int i = 0; i < 2 * TR_EVIDENCE_EXES; i++) {
		struct tr_fact one = file_fact("/x", TR_ACT_OPEN, TR_PERM_R);

		snprintf(path, sizeof(path), "/bin/%05d", 5000 - i);
		tr_strset_add(&one.ev.exes, path);
		got = tr_facts_add(&f, &one, NULL);
	}
	ck_assert_uint_eq(got->ev.exes.n, TR_EVIDENCE_EXES);
	ck_assert_str_eq(got->ev.exes.v[0], "/bin/03977");
	memset(path, 'a', sizeof(path));
	path[0] = '/';
	path[sizeof(path) - 1] = '\0';
	tr_strset_add(&a.ev.exes, path);
	got = tr_facts_add(&f, &a, NULL);
	ck_assert_uint_eq(strlen(got->ev.exes.v[0]), TR_EVIDENCE_EXE_LEN);
	ck_assert_str_eq(got->ev.exes.v[0] + TR_EVIDENCE_EXE_LEN - 4, "a...");
	tr_facts_release(&f);
}
END_TEST

#define CHECK_NAMES(max, name_fn, from_fn)                          \
	do {                                                        \
		for (int i_ = 0; i_ < (max); i_++)                  \
			ck_assert_int_eq(from_fn(name_fn(i_)), i_); \
		ck_assert_int_eq(from_fn("nothing"), -1);           \
		ck_assert_int_eq(from_fn(name_fn(max)), -1);        \
	} while (0)

START_TEST(names_go_there_and_back)
{
	char buf[PERMS_SIZE];

	CHECK_NAMES(TR_ABI_MAX, tr_abi_name, tr_abi_from_name);
	CHECK_NAMES(TR_FACT_MAX, tr_fact_kind_name, tr_fact_kind_from_name);
	CHECK_NAMES(TR_ACT_MAX, tr_act_name, tr_act_from_name);
	CHECK_NAMES(TR_ENDED_MAX, tr_ended_name, tr_ended_from_name);
	CHECK_NAMES(TR_LOSS_MAX, tr_loss_name, tr_loss_from_name);
	for (int p = 0; p < 64; p++)
		ck_assert_int_eq(perms_from_name(perms_name((uint16_t)p, buf)), p);
	ck_assert_str_eq(perms_name(TR_PERM_R | TR_PERM_W | TR_PERM_X, buf), "rwx");
	ck_assert_int_eq(perms_from_name("wr"), TR_PERM_R | TR_PERM_W);
	ck_assert_int_eq(perms_from_name("rr"), -1);
	ck_assert_int_eq(perms_from_name("q"), -1);
	ck_assert_uint_eq(bit_from_name(&flag_bits, "signalled"), TR_EV_SIGNALLED);
	ck_assert_uint_eq(bit_from_name(&where_bits, "other"), TR_WHERE_OTHER);
	ck_assert_uint_eq(bit_from_name(&phase_bits, "exec"), TR_PHASE_EXEC);
	ck_assert_uint_eq(bit_from_name(&phase_bits, "none"), 0);
}
END_TEST

START_TEST(recordings_have_an_order)
{
	struct tr_recording v[] = {
		{ .id = (char[]){ "d" }, .order = 1 },
		{ .id = (char[]){ "c" }, .order = 2 },
		{ .id = (char[]){ "a" }, .order = 3 },
		{ .id = (char[]){ "b" }, .order = 3 },
		{ .id = (char[]){ "z" } },
		{ .id = (char[]){ "y" }, .started = 10 },
		{ .id = (char[]){ "w" }, .started = 11 },
		{ .id = (char[]){ "x" }, .started = 11 },
	};

	/* One that is bundled stays where it is when it comes again with its times. */
	v[0].started = 99;
	for (size_t i = 0; i < TR_ARRAY_SIZE(v); i++)
		for (size_t k = 0; k < TR_ARRAY_SIZE(v); k++) {
			int c = tr_recording_cmp(&v[i], &v[k]);

			ck_assert_int_eq((c > 0) - (c < 0), (i > k) - (i < k));
		}
}
END_TEST

TR_SUITE("facts", recordings_have_an_order, adding_takes_and_merges, keys_differ_in_every_member,
	 walks_in_key_order_and_stops, a_recording_merges_by_id, peaks_are_the_highest,
	 context_values_are_bounded, sorting_recordings_keeps_the_meaning, completeness,
	 ids_are_fresh, executables_are_bounded, names_go_there_and_back)
