// SPDX-License-Identifier: Apache-2.0
/* trammel features: what can be recorded here, and what is lost without the rest. */
#include <getopt.h>
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

#include "cli/cmd.h"
#include "cli/wrap.h"
#include "trammel/features.h"
#include "util/json.h"
#include "util/mem.h"
#include "util/text.h"

#define INDENT 44

/* What "bpf.ringbuf" stands under. */
static const char *heading(const char *id)
{
	static const struct {
		const char *first, *heading;
	} groups[] = {
		{ "kernel", "Kernel" },	    { "privilege", "Privilege" },
		{ "bpf", "BPF programs" },  { "hook", "Security hooks" },
		{ "recorder", "Recorder" }, { "engine", "Engines" },
		{ "runtime", "Runtimes" },
	};
	size_t n = strcspn(id, ".");

	for (size_t i = 0; i < TR_ARRAY_SIZE(groups); i++)
		if (strlen(groups[i].first) == n && !strncmp(groups[i].first, id, n))
			return groups[i].heading;
	return "More";
}

static const char *color_of(const struct tr_feature *f)
{
	if (f->state == TR_FEATURE_YES)
		return c_green();
	return f->state == TR_FEATURE_NO && f->required ? c_red() : c_yellow();
}

/* Behind what stands in the first columns. */
static void print_words(const char *text, size_t col)
{
	tr_cleanup_free char *words = tr_xstrdup(text);
	struct wrap w = { .indent = INDENT + 1, .col = col };
	char *save = NULL;

	for (char *p = strtok_r(words, " ", &save); p; p = strtok_r(NULL, " ", &save))
		wrap_word(&w, p);
	wrap_end(&w);
}

static void print_row(const struct tr_feature *f)
{
	tr_cleanup_free char *detail = f->detail ? text_escaped(f->detail) : NULL;
	cleanup_strbuf struct strbuf sb = STRBUF_INIT;

	printf("  %s%-7s%s  %-25s  %-6s", color_of(f), tr_feature_state_name(f->state), c_reset(),
	       f->id, f->since ? f->since : "");
	strbuf_adds(&sb, f->what);
	if (detail && *detail)
		strbuf_addf(&sb, ": %s", detail);
	print_words(strbuf_str(&sb), INDENT);
	if (f->state != TR_FEATURE_NO)
		return;
	strbuf_clear(&sb);
	strbuf_addf(&sb, "Without it %s.", f->lost);
	print_words(strbuf_str(&sb), 0);
}

/* Where the kernel takes no program on any function, each hook would say so once more. */
static bool is_one_of_many(const struct tr_features *f, const struct tr_feature *row)
{
	const struct tr_feature *fentry = tr_features_find(f, "bpf.fentry");

	return !strncmp(row->id, "hook.", strlen("hook.")) && fentry &&
	       fentry->state != TR_FEATURE_YES && row->state == fentry->state;
}

static void print_missed(const struct tr_features *f)
{
	if (f->n_missed)
		printf("\n%sNot seen by %s%s\n", c_bold(), f->backend, c_reset());
	for (size_t i = 0; i < f->n_missed; i++) {
		tr_cleanup_free char *text =
			tr_xasprintf("%s: %s", f->missed[i].act, f->missed[i].why);

		printf("  %-*s", INDENT - 2, f->missed[i].id);
		print_words(text, INDENT);
	}
}

static void print_text(const struct tr_features *f)
{
	tr_cleanup_free char *why = f->why_not ? text_escaped(f->why_not) : NULL;
	const char *group = "";

	printf("%s  here     feature                    Linux   what was found%s\n\n", c_dim(),
	       c_reset());
	for (size_t i = 0; i < f->n; i++) {
		if (is_one_of_many(f, &f->v[i]))
			continue;
		if (strcmp(heading(f->v[i].id), group)) {
			group = heading(f->v[i].id);
			printf("%s%s%s%s\n", i ? "\n" : "", c_bold(), group, c_reset());
		}
		print_row(&f->v[i]);
	}
	print_missed(f);
	if (f->can_record)
		printf("\n%sRecording is possible.%s File facts come from %s.\n", c_green(),
		       c_reset(), f->backend);
	else
		printf("\n%sRecording is not possible:%s %s. File facts would come from %s.\n",
		       c_red(), c_reset(), why, f->backend);
}

/* Details hold bytes from elsewhere: escaped, so that the output is UTF-8 whatever they are. */
static void add_escaped(json_object *o, const char *key, const char *value)
{
	tr_cleanup_free char *safe = value ? text_escaped(value) : NULL;

	json_add_string(o, key, safe);
}

static json_object *row_to_json(const struct tr_feature *f)
{
	json_object *o = json_object_new_object();

	json_add_string(o, "id", f->id);
	json_add_string(o, "state", tr_feature_state_name(f->state));
	json_object_object_add(o, "required", json_object_new_boolean(f->required));
	json_add_string(o, "what", f->what);
	json_add_string(o, "since", f->since);
	add_escaped(o, "detail", f->detail);
	json_add_string(o, "lost", f->lost);
	return o;
}

static json_object *missed_to_json(const struct tr_features *f)
{
	json_object *rows = json_object_new_array();

	for (size_t i = 0; i < f->n_missed; i++) {
		json_object *o = json_object_new_object();

		json_add_string(o, "id", f->missed[i].id);
		json_add_string(o, "act", f->missed[i].act);
		json_add_string(o, "why", f->missed[i].why);
		json_object_array_add(rows, o);
	}
	return rows;
}

static void print_json(const struct tr_features *f)
{
	json_object *o = json_object_new_object(), *rows = json_object_new_array();

	json_object_object_add(o, "can_record", json_object_new_boolean(f->can_record));
	add_escaped(o, "why_not", f->why_not);
	json_add_string(o, "backend", f->backend);
	for (size_t i = 0; i < f->n; i++)
		json_object_array_add(rows, row_to_json(&f->v[i]));
	json_object_object_add(o, "features", rows);
	json_object_object_add(o, "missed", missed_to_json(f));
	printf("%s\n", json_object_to_json_string_ext(o, JSON_PRETTY));
	json_object_put(o);
}

/* Returns -1 to go on, else the exit status. */
static int parse(int argc, char **argv)
{
	static const struct option longopts[] = { { "help", no_argument, NULL, 'h' }, { 0 } };
	int c;

	opterr = 0;
	while ((c = getopt_long(argc, argv, ":h", longopts, NULL)) != -1) {
		if (c == 'h')
			return cli_help(&cmd_features);
		return cli_bad_option(&cmd_features, c, argv);
	}
	if (optind < argc)
		return cli_usage(&cmd_features, "'%s' is one argument too many", argv[optind]);
	return -1;
}

static int features_main(int argc, char **argv)
{
	struct tr_features f;
	int status = parse(argc, argv);

	if (status >= 0)
		return status;
	tr_features_probe(&f);
	if (cli.json)
		print_json(&f);
	else
		print_text(&f);
	status = f.can_record ? EXIT_YES : EXIT_CANNOT;
	tr_features_release(&f);
	return status;
}

const struct cmd cmd_features = {
	.name = "features",
	.group = "Record",
	.summary = "Show what can be recorded here, and what is lost without the rest",
	.usage = "features",
	.options = "  -h, --help            this help\n"
		   "\nExit status: 0 recording is possible; 3 it is not.\n",
	.run = features_main,
};
