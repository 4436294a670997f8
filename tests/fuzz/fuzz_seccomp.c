// SPDX-License-Identifier: Apache-2.0
/*
 * The profile reader, on any bytes. What it takes must be written, read again and written again to
 * the same bytes; so must what Docker would make of it, in every spelling that is read again. A unit
 * has lines of its own kinds only.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/seccomp_text.h"
#include "trammel/seccomp.h"
#include "util/mem.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_round_trip(const struct tr_seccomp *p)
{
	struct tr_err err = { 0 };
	struct tr_seccomp again;
	char *one = written(p), *two;

	if (tr_seccomp_parse(&again, one, strlen(one), "again", &err) < 0)
		abort();
	two = written(&again);
	if (strcmp(one, two) != 0)
		abort();
	free(one);
	free(two);
	tr_seccomp_release(&again);
}

static bool is_unit_line(const char *line, size_t len)
{
	static const char *const begins[] = {
		"# ",
		"SystemCallFilter=",
		"SystemCallLog=",
		"SystemCallArchitectures=",
		"SystemCallErrorNumber=",
	};

	if (len == 9 && !strncmp(line, "[Service]", len))
		return true;
	for (size_t i = 0; i < sizeof(begins) / sizeof(begins[0]); i++)
		if (!strncmp(line, begins[i], strlen(begins[i])))
			return line[len - 1] != '\\';
	return false;
}

static void check_unit(const char *text)
{
	for (const char *line = text; *line;) {
		size_t len = strcspn(line, "\n");

		if (!is_unit_line(line, len) || !line[len])
			abort();
		line += len + 1;
	}
}

/* The rules as all spellings have them: no comments, none without a name, errnos where they count. */
static char *bare(struct tr_seccomp *p)
{
	struct tr_seccomp b;
	char *text;

	tr_seccomp_init(&b);
	b.default_action = p->default_action;
	for (size_t i = 0; i < p->n_rules; i++) {
		struct tr_rule *r;

		if (!p->rules[i].n_names)
			continue;
		r = tr_seccomp_add_rule_copy(&b, &p->rules[i]);
		free(r->comment);
		r->comment = NULL;
		if (r->action != TR_ACTION_ERRNO && r->action != TR_ACTION_TRACE)
			r->errno_ret = -1;
	}
	text = written(&b);
	tr_seccomp_release(&b);
	return text;
}

static void check_spelling(struct tr_seccomp *p, enum tr_spelling spelling)
{
	struct tr_err err = { 0 };
	struct tr_seccomp again;
	char *text = NULL, *one, *two;
	size_t len;
	FILE *f = open_memstream(&text, &len);
	int r = tr_seccomp_write_as(p, spelling, "fuzz", f, NULL, NULL, &err);

	fclose(f);
	if (r < 0 && (spelling < TR_SPELLING_SPO || err.kind != TR_ERR_INPUT))
		abort();
	tr_err_clear(&err);
	if (r == 0 && spelling == TR_SPELLING_SYSTEMD) {
		check_unit(text);
	} else if (r == 0) {
		if (tr_seccomp_parse(&again, text, len, "again", &err) < 0)
			abort();
		one = bare(p);
		two = bare(&again);
		if (strcmp(one, two) != 0)
			abort();
		free(one);
		free(two);
		tr_seccomp_release(&again);
	}
	free(text);
}

static void check_resolved(const struct tr_seccomp *p)
{
	static const struct tr_seccomp_host host = { .arch = "amd64", .kernel = 6 << 16 | 1 };
	struct tr_err err = { 0 };
	struct tr_seccomp resolved;

	if (tr_seccomp_resolve(&resolved, p, &host, &err) < 0) {
		if (err.kind != TR_ERR_INPUT)
			abort();
		tr_err_clear(&err);
		return;
	}
	if (resolved.n_arch_map || resolved.n_rules > p->n_rules)
		abort();
	check_round_trip(&resolved);
	for (int s = 0; s < TR_SPELLINGS; s++)
		check_spelling(&resolved, (enum tr_spelling)s);
	tr_seccomp_release(&resolved);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* text in memory has a NUL behind it, and nothing behind that */
	tr_cleanup_free char *text = tr_xmalloc(size + 1);
	struct tr_err err = { 0 };
	struct tr_seccomp p;

	if (size)
		memcpy(text, data, size);
	text[size] = '\0';
	if (tr_seccomp_parse(&p, text, size, "fuzz", &err) < 0) {
		if (err.kind != TR_ERR_INPUT || !err.msg || strncmp(err.msg, "fuzz:", 5))
			abort();
		tr_err_clear(&err);
		return 0;
	}
	check_round_trip(&p);
	check_resolved(&p);
	tr_seccomp_release(&p);
	return 0;
}
