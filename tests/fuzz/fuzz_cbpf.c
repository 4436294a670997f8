// SPDX-License-Identifier: Apache-2.0
/*
 * Any bytes as a filter, with some calls to ask it: what the checker accepts runs to its end inside
 * its bounds, and returns nothing that tr_filter_returns did not foresee.
 */
#include <linux/filter.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "trammel/cbpf.h"

#define MAX_RETURNS 4096

static void ask(const struct tr_filter *f, const struct tr_seccomp_data *call)
{
	static uint32_t ret[MAX_RETURNS];
	struct tr_seccomp_data d = *call;
	size_t n = tr_filter_returns(f, d.arch, d.nr, ret, MAX_RETURNS);
	unsigned steps;

	if (n == 0)
		abort();
	for (int i = 0; i < 4; i++) {
		uint32_t got = tr_filter_run(f, &d, &steps);
		size_t at = 0;

		if (steps == 0 || steps > f->n)
			abort();
		while (n != TR_RETURNS_ANY && n <= MAX_RETURNS && at < n && ret[at] != got)
			at++;
		if (at == n)
			abort();
		d.ip += 0x100000001;
		d.args[i] = ~d.args[i];
		d.args[5 - i] = (uint64_t)i << 32 | call->args[i];
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tr_seccomp_data call;
	struct tr_filter f;
	struct tr_err err = { 0 };

	if (size < sizeof(call))
		return 0;
	memcpy(&call, data, sizeof(call));
	f.n = (size - sizeof(call)) / sizeof(*f.insns);
	/* Its own allocation, so that a read behind the end is seen. */
	f.insns = malloc(f.n * sizeof(*f.insns) + (f.n == 0));
	if (!f.insns)
		abort();
	memcpy(f.insns, data + sizeof(call), f.n * sizeof(*f.insns));
	if (tr_filter_check(f.insns, f.n, &err) == 0)
		ask(&f, &call);
	tr_err_clear(&err);
	tr_filter_release(&f);
	return 0;
}
