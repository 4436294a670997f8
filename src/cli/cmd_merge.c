// SPDX-License-Identifier: Apache-2.0
/* trammel merge: the union of traces. */
#include <errno.h>
#include <getopt.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cmd.h"
#include "cli/why.h"
#include "facts/keep.h"
#include "trammel/redact.h"
#include "trammel/trace.h"
#include "util/json.h"
#include "util/mem.h"
#include "util/text.h"

#define WARNED_MAX 5

struct merge_opts {
	const char *output, *subject, *since;
	size_t keep; /* builds; 0: all */
	struct tr_redact *redact;
	char **traces;
	size_t n_traces;
};

static int parse_count(const char *s, size_t *ret)
{
	char *end;
	unsigned long long v;

	errno = 0;
	v = strtoull(s, &end, 10);
	if (errno || *s < '0' || *s > '9' || *end || !v || v > SIZE_MAX)
		return -1;
	*ret = (size_t)v;
	return 0;
}

/* Returns -1 to go on, else the exit status. */
static int parse(int argc, char **argv, struct merge_opts *o)
{
	static const struct option longopts[] = {
		{ "output", required_argument, NULL, 'o' },
		{ "subject", required_argument, NULL, 's' },
		{ "keep", required_argument, NULL, 'k' },
		{ "since", required_argument, NULL, 'S' },
		{ "redact", required_argument, NULL, 'r' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	struct tr_err err tr_cleanup_err = { 0 };
	size_t from_stdin = 0;
	int c;

	opterr = 0;
	while ((c = getopt_long(argc, argv, ":o:h", longopts, NULL)) != -1) {
		switch (c) {
		case 'o':
			o->output = optarg;
			break;
		case 's':
			if (!*optarg)
				return cli_usage(&cmd_merge, "--subject: expected a name");
			o->subject = optarg;
			break;
		case 'k':
			if (parse_count(optarg, &o->keep) < 0)
				return cli_usage(&cmd_merge,
						 "--keep: expected a number of builds, 1 or more");
			break;
		case 'S':
			o->since = optarg;
			break;
		case 'r':
			if (tr_redact_add(&o->redact, optarg, &err) < 0)
				return cli_usage(&cmd_merge, "--redact: %s", tr_err_msg(&err));
			break;
		case 'h':
			return cli_help(&cmd_merge);
		default:
			return cli_bad_option(&cmd_merge, c, argv);
		}
	}
	o->traces = argv + optind;
	o->n_traces = (size_t)(argc - optind);
	if (!o->output)
		return cli_usage(&cmd_merge, "-o FILE is missing ('-' is standard output)");
	if (!o->n_traces)
		return cli_usage(&cmd_merge, "a trace is missing");
	for (size_t i = 0; i < o->n_traces; i++)
		from_stdin += !strcmp(o->traces[i], "-");
	if (from_stdin > 1)
		return cli_usage(&cmd_merge, "only one of the traces can be '-'");
	return -1;
}

static void warn_reason(const char *reason, void *arg)
{
	cli_warn("recording %.12s is incomplete: %s", (const char *)arg, reason);
}

/* They may be merged: what they saw is true. What they did not see stays unknown, and is said. */
static void warn_incomplete(const struct tr_facts *f)
{
	size_t n = 0;

	for (size_t i = 0; i < f->n_recordings; i++) {
		if (tr_recording_complete(&f->recordings[i]))
			continue;
		if (n++ < WARNED_MAX)
			why_incomplete(&f->recordings[i], warn_reason, f->recordings[i].id);
	}
	if (n > WARNED_MAX)
		cli_warn("and %zu more recordings are incomplete", n - WARNED_MAX);
}

static void say_done(const struct merge_opts *o, const struct tr_facts *f)
{
	tr_cleanup_free char *output = text_escaped(o->output);
	json_object *json;

	if (!strcmp(o->output, "-"))
		return;
	if (!cli.json) {
		cli_say("%s: %zu facts of %zu recording%s", output, f->n, f->n_recordings,
			f->n_recordings == 1 ? "" : "s");
		return;
	}
	json = json_object_new_object();
	json_add_string(json, "output", output);
	json_object_object_add(json, "facts", json_object_new_uint64(f->n));
	json_object_object_add(json, "recordings", json_object_new_uint64(f->n_recordings));
	json_object_object_add(json, "complete", json_object_new_boolean(tr_facts_complete(f)));
	printf("%s\n", json_object_to_json_string_ext(json, JSON_PRETTY));
	json_object_put(json);
}

/* What is too old for --since or --keep leaves. Both together: what both keep. */
static int drop_old(const struct merge_opts *o, struct tr_facts *f, struct tr_err *err)
{
	tr_cleanup_free bool *since = tr_xcalloc(f->n_recordings + 1, sizeof(*since));
	tr_cleanup_free bool *newest = tr_xcalloc(f->n_recordings + 1, sizeof(*newest));
	size_t recordings = f->n_recordings, facts = f->n;

	memset(since, true, recordings);
	memset(newest, true, recordings);
	if (o->since && facts_keep_since(f, o->since, since, err) < 0)
		return tr_err_wrap(err, "--since");
	if (o->keep) {
		memset(newest, false, recordings);
		facts_keep_builds(f, o->keep, newest);
	}
	for (size_t i = 0; i < recordings; i++)
		newest[i] &= since[i];
	facts_drop(f, newest);
	if (f->n_recordings < recordings)
		cli_say("left out as too old: %zu recording%s, and %zu fact%s that no other saw",
			recordings - f->n_recordings, cli_plural(recordings - f->n_recordings),
			facts - f->n, cli_plural(facts - f->n));
	return 0;
}

static int merge(const struct merge_opts *o, struct tr_facts *f)
{
	struct tr_err err tr_cleanup_err = { 0 };
	size_t redacted;

	if (tr_trace_read_all(f, o->traces, o->n_traces, o->subject, &err) < 0)
		return cli_fail(&err);
	if ((o->keep || o->since) && drop_old(o, f, &err) < 0)
		return cli_fail(&err);
	redacted = tr_facts_redact(o->redact, f);
	if (tr_trace_write(f, o->output, &err) < 0)
		return cli_fail(&err);
	if (o->redact)
		cli_say("%zu string%s redacted", redacted, cli_plural(redacted));
	warn_incomplete(f);
	say_done(o, f);
	return EXIT_YES;
}

static int merge_main(int argc, char **argv)
{
	struct merge_opts o = { 0 };
	struct tr_facts f;
	int status = parse(argc, argv, &o);

	if (status < 0) {
		tr_facts_init(&f);
		status = merge(&o, &f);
		tr_facts_release(&f);
	}
	tr_redact_free(o.redact);
	return status;
}

const struct cmd cmd_merge = {
	.name = "merge",
	.group = "Look",
	.summary = "Put traces of one subject together into one",
	.usage = "merge -o FILE [--subject NAME] [--keep N] [--since DIGEST]\n"
		 "             [--redact PATTERN] TRACE...",
	.options = "  -o, --output=FILE     where the merged trace goes; '-' is standard output;\n"
		   "                        may be one of the traces\n"
		   "      --subject=NAME    call what they are of NAME; without it traces of two\n"
		   "                        subjects are refused\n"
		   "      --keep=N          leave out what is older than the N newest builds\n"
		   "                        (image digests), and what only those recordings saw\n"
		   "      --since=DIGEST    leave out what is older than the first recording of\n"
		   "                        this image\n"
		   "      --redact=PATTERN  replace what matches in paths and commands (extended\n"
		   "                        regular expression; can be given again)\n"
		   "  -h, --help            this help\n"
		   "\n"
		   "Merging is union: order, grouping and repetition make no difference. What is\n"
		   "incomplete stays so. TRACE '-' is standard input.\n"
		   "\n"
		   "Exit status: 0 done; 2 wrong usage, or a file that is no trace or of another\n"
		   "subject; 3 the output cannot be written.\n",
	.run = merge_main,
};
