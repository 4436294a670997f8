// SPDX-License-Identifier: Apache-2.0
/* trammel tune: edits of a profile as decisions that outlive it. */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "check/retune.h"
#include "cli/aa_operand.h"
#include "cli/cmd.h"
#include "trammel/seccomp.h"
#include "util/fs.h"
#include "util/mem.h"
#include "util/text.h"

struct tune_opts {
	const char *edited, *from, *output;
};

static int write_tune(const struct tr_tune *t, const char *path, struct tr_err *err)
{
	struct fs_out out;
	int r;

	if (fs_out_open(&out, path, 0644, err) < 0)
		return -1;
	tr_tune_write(t, out.f);
	r = fs_out_commit(&out, err);
	fs_out_release(&out);
	return r;
}

static size_t count(const struct tr_tune *t)
{
	size_t n = t->n_hands + t->n_accepts + t->n_rules;

	for (int i = 0; i < TR_POLICY_OPTIONS; i++)
		n += t->options[i].value != NULL;
	return n;
}

static int tune_seccomp(struct tr_tune *t, const struct tune_opts *o, struct tr_strset *unsaid,
			struct tr_err *err)
{
	struct tr_seccomp edited, emitted;
	tr_cleanup_free char *name = NULL;
	int r;

	if (tr_seccomp_read(&edited, o->edited, err) < 0)
		return -1;
	r = tr_seccomp_read(&emitted, o->from, err);
	if (r < 0) {
		tr_seccomp_release(&edited);
		return -1;
	}
	name = text_escaped(strcmp(o->edited, "-") ? o->edited : "standard input");
	r = retune(t, unsaid, &edited, &emitted, name, err);
	tr_seccomp_release(&edited);
	tr_seccomp_release(&emitted);
	return r;
}

static int tune(const struct tune_opts *o, struct tr_strset *unsaid, struct tr_err *err)
{
	struct tr_tune t;
	int r;

	if (aa_operand_is(o->edited) || aa_operand_is(o->from))
		r = retune_apparmor(&t, unsaid, o->edited, o->from, err);
	else
		r = tune_seccomp(&t, o, unsaid, err);
	if (r < 0)
		return -1;
	r = write_tune(&t, o->output, err);
	if (r == 0)
		cli_say("%zu decision%s", count(&t), cli_plural(count(&t)));
	tr_tune_release(&t);
	return r;
}

static int run(const struct tune_opts *o)
{
	struct tr_err err tr_cleanup_err = { 0 };
	struct tr_strset unsaid = { 0 };
	int status = EXIT_YES;

	if (tune(o, &unsaid, &err) < 0)
		status = cli_fail(&err);
	else if (unsaid.n)
		status = EXIT_NO;
	for (size_t i = 0; i < unsaid.n; i++)
		cli_warn("%s: edited in a way that no decision can say", unsaid.v[i]);
	tr_strset_release(&unsaid);
	return status;
}

static int tune_main(int argc, char **argv)
{
	static const struct option longopts[] = {
		{ "from", required_argument, NULL, 'f' },
		{ "output", required_argument, NULL, 'o' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	struct tune_opts o = { .output = "-" };
	int c;

	opterr = 0;
	while ((c = getopt_long(argc, argv, ":o:h", longopts, NULL)) != -1) {
		switch (c) {
		case 'f':
			o.from = optarg;
			break;
		case 'o':
			o.output = optarg;
			break;
		case 'h':
			return cli_help(&cmd_tune);
		default:
			return cli_bad_option(&cmd_tune, c, argv);
		}
	}
	if (optind == argc)
		return cli_usage(&cmd_tune, "the edited profile is missing");
	if (optind + 1 < argc)
		return cli_usage(&cmd_tune, "only one profile at a time");
	if (!o.from)
		return cli_usage(&cmd_tune, "--from EMITTED is missing: what was edited");
	o.edited = argv[optind];
	if (!strcmp(o.edited, "-") && !strcmp(o.from, "-"))
		return cli_usage(&cmd_tune, "only one of the files can be '-'");
	return run(&o);
}

const struct cmd cmd_tune = {
	.name = "tune",
	.group = "Emit",
	.summary = "Make a tune file of the edits of a profile",
	.usage = "tune EDITED --from EMITTED [-o FILE]",
	.options =
		"      --from=EMITTED   the profile as it was before somebody edited it\n"
		"  -o, --output=FILE    write there (default: -, standard output)\n"
		"  -h, --help           this help\n"
		"\n"
		"Profiles, of seccomp or of AppArmor, are compared by what they mean, and the result is\n"
		"proved to make the one of the other. The reasons are the comments of edited rules: look\n"
		"through them.\n"
		"\n"
		"Exit status: 0 written; 1 written, but an edit is more than a tune file can say; 2\n"
		"wrong usage or bad input; 3 there is no apparmor_parser, or the output cannot be written.\n",
	.run = tune_main,
};
