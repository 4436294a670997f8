// SPDX-License-Identifier: Apache-2.0
/* trammel emit docker, trammel emit compose. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cmd.h"
#include "cli/emit.h"
#include "cli/emit_write.h"
#include "cli/image_source.h"
#include "trammel/apparmor.h"
#include "trammel/policy_run.h"
#include "trammel/run_text.h"
#include "trammel/trace.h"
#include "util/fs.h"
#include "util/json.h"
#include "util/mem.h"
#include "util/text.h"

enum {
	NAME = 256,
	SECCOMP,
	FILES,
	WITHOUT,
	ALLOW_INCOMPLETE,
	ALLOW_NO_START,
};

struct opts {
	bool compose;
	const char *file, *name;
	const char *files; /* a list of the image's; NULL: none */
	struct tr_policy_run_opts policy;
	char **traces;
	size_t n_traces;
};

/* "caps" is all that is said of them. */
static int take_without(struct opts *o, const char *list)
{
	tr_cleanup_free char *copy = tr_xstrdup(list);
	char *at = copy;

	for (char *word = strsep(&at, ","); word; word = strsep(&at, ",")) {
		int kind = tr_run_kind_from_name(word);

		if (kind < 0)
			return cli_usage(&cmd_emit,
					 "--without: expected seccomp, apparmor, caps, "
					 "no-new-privileges, read-only, tmpfs, volume, user, "
					 "network, pids-limit or "
					 "memory, found '%s'",
					 word);
		o->policy.without |= 1U << kind;
	}
	if (o->policy.without & 1U << TR_RUN_CAPS)
		o->policy.without |= 1U << TR_RUN_CAP_ADD | 1U << TR_RUN_CAP_DROP;
	if (o->policy.without & 1U << TR_RUN_NETWORK)
		o->policy.without |= 1U << TR_RUN_PORT;
	return -1;
}

static int take_option(int c, char **argv, struct opts *o)
{
	switch (c) {
	case 'o':
		o->file = optarg;
		return -1;
	case NAME:
		o->name = optarg;
		return emit_check_name(o->name);
	case SECCOMP:
		o->policy.seccomp = optarg;
		if (!*optarg || !text_is_utf8(optarg, strlen(optarg)))
			return cli_usage(&cmd_emit, "--seccomp: expected a file's name, in UTF-8");
		return -1;
	case FILES:
		o->files = optarg;
		return -1;
	case WITHOUT:
		return take_without(o, optarg);
	case ALLOW_INCOMPLETE:
		o->policy.allow_incomplete = true;
		return -1;
	case ALLOW_NO_START:
		o->policy.allow_no_start = true;
		return -1;
	case 'h':
		return cli_help(&cmd_emit);
	default:
		return cli_bad_option(&cmd_emit, c, argv);
	}
}

static int parse(int argc, char **argv, struct opts *o)
{
	static const struct option longopts[] = {
		{ "output", required_argument, NULL, 'o' },
		{ "name", required_argument, NULL, NAME },
		{ "seccomp", required_argument, NULL, SECCOMP },
		{ "files", required_argument, NULL, FILES },
		{ "without", required_argument, NULL, WITHOUT },
		{ "allow-incomplete", no_argument, NULL, ALLOW_INCOMPLETE },
		{ "allow-no-start", no_argument, NULL, ALLOW_NO_START },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	int c, status;

	opterr = 0;
	while ((c = getopt_long(argc, argv, ":o:h", longopts, NULL)) != -1)
		if ((status = take_option(c, argv, o)) >= 0)
			return status;
	o->traces = argv + optind;
	o->n_traces = (size_t)(argc - optind);
	if (!o->n_traces)
		return cli_usage(&cmd_emit, "a trace is missing");
	if ((status = emit_check_stdin(o->files, o->traces, o->n_traces)) >= 0)
		return status;
	return emit_check_json(o->file, "options need");
}

static int write_options(const struct tr_run_options *run, const struct opts *o, struct tr_err *err)
{
	struct fs_out out;
	int r;

	if (fs_out_open(&out, o->file ? o->file : "-", 0644, err) < 0)
		return -1;
	if (o->compose)
		tr_run_options_write_compose(run, out.f);
	else
		tr_run_options_write_docker(run, out.f);
	r = fs_out_commit(&out, err);
	fs_out_release(&out);
	return r;
}

static void add_text(json_object *o, const char *key, const char *s)
{
	tr_cleanup_free char *safe = text_escaped(s);

	json_add_string(o, key, safe);
}

static void print_json(const struct tr_run_options *run)
{
	json_object *list = json_object_new_array();

	for (size_t i = 0; i < run->n; i++) {
		const struct tr_run_option *v = &run->v[i];
		json_object *each = json_object_new_object();

		json_add_string(each, "option", tr_run_kind_name(v->kind));
		json_object_object_add(each, "given", json_object_new_boolean(!v->left_out));
		if (v->value)
			add_text(each, "value", v->value);
		if (v->more)
			add_text(each, v->kind == TR_RUN_TMPFS ? "options" : "source", v->more);
		if (v->kind == TR_RUN_VOLUME)
			json_object_object_add(each, "read_only",
					       json_object_new_boolean(v->read_only));
		add_text(each, "why", v->why);
		json_object_array_add(list, each);
	}
	printf("%s\n", json_object_to_json_string_ext(list, JSON_PRETTY));
	json_object_put(list);
}

/* What a container is not held to, for a person who does not read the file. */
static void say_left_out(const struct tr_run_options *run, const char *hint)
{
	static const enum tr_run_kind told[] = { TR_RUN_CAPS,	   TR_RUN_NO_NEW_PRIVILEGES,
						 TR_RUN_READ_ONLY, TR_RUN_USER,
						 TR_RUN_PIDS,	   TR_RUN_MEMORY };
	size_t given = 0;

	for (size_t i = 0; i < run->n; i++) {
		const struct tr_run_option *v = &run->v[i];

		given += !v->left_out;
		for (size_t k = 0; k < TR_ARRAY_SIZE(told) && v->left_out; k++) {
			tr_cleanup_free char *why = text_escaped(v->why);

			if (v->kind == told[k])
				cli_say("not %s: %s", tr_run_kind_name(v->kind), why);
		}
	}
	if (hint && tr_run_options_find(run, TR_RUN_TMPFS))
		cli_say("whether the image has files where a tmpfs comes is not known: --files %s "
			"asks the engine",
			hint);
	cli_say("%zu option%s, each with its reason", given, cli_plural(given));
}

static int make(struct opts *o, const struct tr_facts *facts, struct tr_err *err)
{
	tr_cleanup_free char *name = emit_default_name(facts);
	tr_cleanup_free char *file = tr_xasprintf("%s.json", name);
	tr_cleanup_free char *hint = o->files ? NULL : image_source_hint(facts);
	struct tr_run_options run;
	int r;

	o->policy.apparmor = o->name ? o->name : name;
	if (!o->policy.seccomp)
		o->policy.seccomp = file;
	if (tr_policy_run(&run, facts, &o->policy, err) < 0)
		return -1;
	r = write_options(&run, o, err);
	if (r == 0 && cli.json)
		print_json(&run);
	else if (r == 0)
		say_left_out(&run, hint);
	tr_run_options_release(&run);
	return r;
}

int emit_run(int argc, char **argv, bool compose)
{
	struct opts o = { .compose = compose };
	struct tr_err err tr_cleanup_err = { 0 };
	struct tr_image_files image = { 0 };
	struct tr_facts facts;
	int status = parse(argc, argv, &o), r;

	if (status >= 0)
		return status;
	tr_facts_init(&facts);
	r = tr_trace_read_all(&facts, o.traces, o.n_traces, NULL, &err);
	if (r == 0 && o.files && (r = image_source_read(&image, o.files, &err)) == 0) {
		image_source_hold(&image, &facts);
		o.policy.image = &image;
	}
	if (r == 0)
		r = make(&o, &facts, &err);
	tr_facts_release(&facts);
	tr_image_files_release(&image);
	return r < 0 ? cli_fail(&err) : EXIT_YES;
}
