// SPDX-License-Identifier: Apache-2.0
/* Any bytes as a profile's text: refused, with a place, or every rule is modelled or left, and none is both. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "trammel/apparmor_text.h"
#include "util/mem.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_at(const struct tr_apparmor_section *s, const struct tr_apparmor_read *read)
{
	if (!read->at || read->at > s->n_lines || s->lines[read->at - 1].left ||
	    s->lines[read->at - 1].deny != read->deny)
		abort();
}

/* What a pattern is said to take, it takes. */
static void check_file(const struct tr_apparmor_section *s, const struct tr_apparmor_file *f)
{
	char *sample = tr_apparmor_pattern_sample(&f->path);

	check_at(s, &f->read);
	if (strlen(sample) < 1000 && f->path.n < 1000 &&
	    !tr_apparmor_pattern_matches(&f->path, sample, strlen(sample)))
		abort();
	free(sample);
}

static void check_section(const struct tr_apparmor_section *s)
{
	const struct tr_apparmor *p = &s->rules;

	if (!p->name || !s->line)
		abort();
	for (size_t i = 0; i < s->n_lines; i++)
		if (!s->lines[i].line || !s->lines[i].text)
			abort();
	for (size_t i = 0; i < p->n_files; i++)
		check_file(s, &p->files[i]);
	for (size_t i = 0; i < p->n_caps; i++)
		check_at(s, &p->caps[i].read);
	for (size_t i = 0; i < p->n_networks; i++)
		check_at(s, &p->networks[i].read);
	for (size_t i = 0; i < p->n_signals; i++)
		check_at(s, &p->signals[i].read);
	for (size_t i = 0; i < p->n_ptraces; i++)
		check_at(s, &p->ptraces[i].read);
	for (size_t i = 0; i < p->n_mounts; i++)
		check_at(s, &p->mounts[i].read);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tr_apparmor_document d;
	struct tr_err err = { 0 };
	char *text;

	text = tr_xstrndup((const char *)data, size);
	tr_apparmor_is_text(text);
	free(text);
	if (tr_apparmor_parse(&d, (const char *)data, size, "t", NULL, &err) < 0) {
		if (err.kind != TR_ERR_INPUT || strncmp(tr_err_msg(&err), "t:", 2) != 0)
			abort();
		tr_err_clear(&err);
		return 0;
	}
	if (!d.n)
		abort();
	for (size_t i = 0; i < d.n; i++)
		check_section(&d.v[i]);
	tr_apparmor_document_release(&d);
	return 0;
}
