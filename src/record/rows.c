// SPDX-License-Identifier: Apache-2.0
#include "record/rows.h"

#include <stdlib.h>
#include <string.h>

#include "util/mem.h"

void rows_learn(struct rows *r, uint32_t row, uint16_t recording, uint8_t phase, const char *exe,
		size_t len)
{
	struct row_info *info;

	if (row == 0 || row >= TR_MAX_ROWS)
		return;
	/* Nobody needed it in the end (row_of_file): then this is whose it is now. */
	if (r->info[row])
		free(tr_take(r->info[row]->exe));
	else
		r->info[row] = tr_xcalloc(1, sizeof(*info));
	info = r->info[row];
	info->known = true;
	info->recording = recording;
	info->phase = phase;
	if (len && exe[0] == '/' && !memchr(exe, '\0', len))
		info->exe = tr_xstrndup(exe, len);
	if (row >= r->n)
		r->n = row + 1;
}

void rows_learn_phases(struct rows *r, uint16_t recording)
{
	for (unsigned phase = 1; phase < 1 << TR_PHASES; phase <<= 1)
		rows_learn(r, TR_PHASE_ROW(recording, phase), recording, (uint8_t)phase, NULL, 0);
}

struct row_info *rows_get(struct rows *r, uint32_t row)
{
	return row < TR_MAX_ROWS ? r->info[row] : NULL;
}

void rows_release(struct rows *r)
{
	for (uint32_t i = 0; i < r->n; i++) {
		if (r->info[i])
			free(r->info[i]->exe);
		free(r->info[i]);
	}
	memset(r, 0, sizeof(*r));
}

static void cell_seen(const struct row_info *info, uint32_t cell, int64_t now,
		      void (*fact)(void *arg, uint16_t recording, struct tr_fact *fact), void *arg)
{
	struct tr_fact f = { .kind = TR_FACT_SYSCALL };

	f.abi = (uint16_t)(cell / TR_ROW_NRS);
	f.nr = cell % TR_ROW_NRS;
	f.ev.first = f.ev.last = now;
	f.ev.phases = info->phase;
	f.ev.flags = TR_EV_DONE;
	if (info->exe)
		tr_strset_add(&f.ev.exes, info->exe);
	fact(arg, info->recording, &f);
}

static void harvest_row(struct row_info *info, const struct tr_row *kernel, uint8_t now_epoch,
			int64_t now,
			void (*fact)(void *arg, uint16_t recording, struct tr_fact *fact),
			void *arg)
{
	const volatile uint8_t *cells = kernel->cell;

	for (uint32_t i = 0; i < TR_ROW_CELLS; i++) {
		uint8_t v = cells[i];

		/* Unchanged since the last read, and not of the epoch that was running then. */
		if (!v || (v == info->last.cell[i] && v != now_epoch))
			continue;
		info->last.cell[i] = v;
		cell_seen(info, i, now, fact, arg);
	}
}

void rows_harvest(struct rows *r, const struct tr_row *kernel, uint8_t now_epoch, int64_t now,
		  void (*fact)(void *arg, uint16_t recording, struct tr_fact *fact), void *arg)
{
	for (uint32_t i = 1; i < r->n; i++)
		if (r->info[i])
			harvest_row(r->info[i], &kernel[i], now_epoch, now, fact, arg);
}
