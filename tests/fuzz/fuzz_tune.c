// SPDX-License-Identifier: Apache-2.0
/*
 * The tune file's reader, on any bytes: what it takes is complete, every fact in it is one, and what
 * is written of it is read back as the same.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy/accept.h"
#include "policy/hand.h"
#include "trammel/tune.h"
#include "util/mem.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char *written(const struct tr_tune *t)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	tr_tune_write(t, out);
	fclose(out);
	return text;
}

static void check(const struct tr_tune *t)
{
	tr_cleanup_free char *once = written(t), *twice = NULL;
	struct tr_policy_opts opts = { 0 };
	struct tr_tune again;

	for (size_t i = 0; i < t->n_accepts; i++)
		if (!*t->accepts[i].why || accept_check(t->accepts[i].fact, NULL) < 0)
			abort();
	for (size_t i = 0; i < t->n_hands; i++)
		if (!*t->hands[i].why || hand_check(&t->hands[i], NULL) < 0)
			abort();
	if (tr_tune_apply(&opts, t, 0, NULL) < 0 ||
	    tr_tune_parse(&again, once, strlen(once), "again", NULL) < 0)
		abort();
	twice = written(&again);
	if (strcmp(once, twice) != 0)
		abort();
	tr_tune_release(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* text in memory has a NUL behind it, and nothing behind that */
	tr_cleanup_free char *text = tr_xmalloc(size + 1);
	struct tr_err err = { 0 };
	struct tr_tune t;

	if (size)
		memcpy(text, data, size);
	text[size] = '\0';
	if (tr_tune_parse(&t, text, size, "fuzz", &err) < 0) {
		if (err.kind != TR_ERR_INPUT || !err.msg || strncmp(err.msg, "fuzz:", 5))
			abort();
		tr_err_clear(&err);
		return 0;
	}
	check(&t);
	tr_tune_release(&t);
	return 0;
}
