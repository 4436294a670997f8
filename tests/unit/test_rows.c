// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/suite.h"
#include "record/rows.h"

static struct tr_row kernel[TR_MAX_ROWS];
static struct rows rows;

struct got {
	unsigned n;
	uint32_t nr, abi, phases;
	uint16_t recording;
	char exe[64];
};

static void take(void *arg, uint16_t recording, struct tr_fact *fact)
{
	struct got *g = arg;

	g->n++;
	g->nr = fact->nr;
	g->abi = fact->abi;
	g->phases = fact->ev.phases;
	g->recording = recording;
	snprintf(g->exe, sizeof(g->exe), "%s", fact->ev.exes.n ? fact->ev.exes.v[0] : "");
	tr_fact_release(fact);
}

static struct got harvest(uint8_t epoch)
{
	struct got g = { 0 };

	rows_harvest(&rows, kernel, epoch, 100 + epoch, take, &g);
	return g;
}

START_TEST(a_cell_is_a_call_once_an_epoch)
{
	struct got g;

	rows_learn(&rows, 3, 7, TR_PHASE_MAIN, "/bin/sh", 7);
	ck_assert_uint_eq(harvest(1).n, 0);
	kernel[3].cell[TR_ABI_I386 * TR_ROW_NRS + 20] = 1;
	g = harvest(1);
	ck_assert_uint_eq(g.n, 1);
	ck_assert_uint_eq(g.nr, 20);
	ck_assert_uint_eq(g.abi, TR_ABI_I386);
	ck_assert_uint_eq(g.recording, 7);
	ck_assert_uint_eq(g.phases, TR_PHASE_MAIN);
	ck_assert_str_eq(g.exe, "/bin/sh");
	/* Still in the same epoch it may have been made again; in the next it was not. */
	ck_assert_uint_eq(harvest(1).n, 1);
	ck_assert_uint_eq(harvest(2).n, 0);
	kernel[3].cell[TR_ABI_I386 * TR_ROW_NRS + 20] = 2;
	ck_assert_uint_eq(harvest(2).n, 1);
	rows_release(&rows);
	memset(kernel, 0, sizeof(kernel));
}
END_TEST

START_TEST(a_row_waits_until_it_is_known)
{
	kernel[5].cell[0] = 1;
	ck_assert_uint_eq(harvest(1).n, 0);
	rows_learn(&rows, 5, 1, TR_PHASE_RUNTIME, "", 0);
	ck_assert_uint_eq(harvest(9).n, 1);
	rows_release(&rows);
	memset(kernel, 0, sizeof(kernel));
}
END_TEST

START_TEST(each_phase_has_a_row)
{
	static const uint8_t phases[] = { TR_PHASE_RUNTIME, TR_PHASE_MAIN, TR_PHASE_EXEC };

	for (unsigned i = 0; i < TR_MAX_RECORDINGS; i++)
		rows_learn_phases(&rows, (uint16_t)i);
	for (unsigned i = 0; i < TR_MAX_RECORDINGS * TR_PHASES; i++) {
		uint16_t recording = (uint16_t)(i / TR_PHASES);
		uint32_t row = TR_PHASE_ROW(recording, phases[i % TR_PHASES]);
		const struct row_info *info = rows_get(&rows, row);

		/* A row that two had would have been learnt for the last of them. */
		ck_assert_uint_ne(row, 0);
		ck_assert_uint_lt(row, TR_FIRST_FREE_ROW);
		ck_assert_uint_eq(info->recording, recording);
		ck_assert_uint_eq(info->phase, phases[i % TR_PHASES]);
		ck_assert_ptr_null(info->exe);
	}
	rows_release(&rows);
}
END_TEST

/* Told of, and given back unused (row_of_file in bpf/rows.h). */
START_TEST(a_row_is_whose_it_was_last)
{
	rows_learn(&rows, 2, 1, TR_PHASE_MAIN, "/a", 2);
	rows_learn(&rows, 2, 9, TR_PHASE_EXEC, "/b", 2);
	ck_assert_uint_eq(rows_get(&rows, 2)->recording, 9);
	ck_assert_str_eq(rows_get(&rows, 2)->exe, "/b");
	rows_learn(&rows, 0, 1, TR_PHASE_MAIN, "/a", 2);
	ck_assert_ptr_null(rows_get(&rows, 0));
	rows_learn(&rows, TR_MAX_ROWS, 1, TR_PHASE_MAIN, "/a", 2);
	ck_assert_ptr_null(rows_get(&rows, TR_MAX_ROWS));
	/* No path: only evidence is lost. */
	rows_learn(&rows, 4, 1, TR_PHASE_MAIN, "relative", 8);
	ck_assert_ptr_null(rows_get(&rows, 4)->exe);
	rows_release(&rows);
}
END_TEST

TR_SUITE("rows", a_cell_is_a_call_once_an_epoch, a_row_waits_until_it_is_known,
	 a_row_is_whose_it_was_last, each_phase_has_a_row)
