// SPDX-License-Identifier: Apache-2.0
/* trammel load: AppArmor profiles into this kernel. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/bundle.h"
#include "cli/cmd.h"
#include "cli/confine.h"
#include "util/fs.h"
#include "util/json.h"
#include "util/mem.h"
#include "util/text.h"

#define BOOT_DIR   "/etc/apparmor.d/"
#define TEXT_LIMIT (16 << 20)

struct load_opts {
	bool force, persist;
};

struct load {
	const struct load_opts *opts;
	struct apparmor_list before, after;
	struct tr_strset ours;
	json_object *rows;
};

static int check_whose(const struct load *l, const struct compiled *c, struct tr_err *err)
{
	for (size_t i = 0; !l->opts->force && i < c->names.n; i++)
		if (ours_to_replace(&l->before, &l->ours, c->names.v[i], " (--force replaces it)",
				    err) < 0)
			return -1;
	return 0;
}

/* Where the service that loads profiles at the start of the machine finds it. NULL: no name for a file. */
static char *boot_path(const struct compiled *c)
{
	const char *name = c->names.v[0];

	if (c->names.n != 1 || *name == '.' || *name == '-' || !*name)
		return NULL;
	for (const char *p = name; *p; p++)
		if (!strchr("-_.+", *p) && !(*p >= '0' && *p <= '9') &&
		    !((*p | 32) >= 'a' && (*p | 32) <= 'z'))
			return NULL;
	return tr_xasprintf(BOOT_DIR "%s", name);
}

/* The text as it is: a profile's includes are relative to that directory wherever the text is. */
static int keep_for_boot(const char *path, const struct compiled *c, struct tr_err *err)
{
	tr_cleanup_free char *boot = boot_path(c), *text = NULL;
	struct fs_out out;
	size_t len;
	int r;

	if (!boot)
		return tr_err_set(err, TR_ERR_INPUT,
				  "%s: --persist takes one profile, whose name can be a file's",
				  path);
	if (fs_read(path, TEXT_LIMIT, &text, &len, err) < 0)
		return -1;
	if (fs_out_open(&out, boot, 0644, err) < 0)
		return -1;
	fwrite(text, 1, len, out.f);
	r = fs_out_commit(&out, err);
	fs_out_release(&out);
	if (r == 0)
		cli_say("%s: loaded from there whenever this machine starts", boot);
	return r;
}

static int tell(struct load *l, const char *name, struct tr_err *err)
{
	const struct apparmor_profile *p = apparmor_list_find(&l->after, name);
	bool was_there = apparmor_list_find(&l->before, name) != NULL;
	tr_cleanup_free char *safe = text_escaped(name);
	struct apparmor_users users = { 0 };
	cleanup_strbuf struct strbuf option = STRBUF_INIT;
	cleanup_strbuf struct strbuf word = STRBUF_INIT;

	if (!p)
		return tr_err_set(err, TR_ERR_CANNOT, "%s: this kernel took it, and has it not",
				  name);
	if (was_there && apparmor_users(&users, name, err) < 0)
		return -1;
	strbuf_addf(&option, "apparmor=%s", name);
	text_shell_quote(&word, strbuf_str(&option));
	if (cli.json) {
		json_object *row = json_object_new_object();

		json_add_string(row, "name", safe);
		json_add_string(row, "mode", p->mode);
		json_object_object_add(row, "replaced", json_object_new_boolean(was_there));
		json_object_object_add(row, "users", users_json(&users));
		json_object_array_add(l->rows, row);
	} else {
		cli_say("%s: %s (%s)", safe, was_there ? "replaced" : "loaded", p->mode);
		printf("docker run --security-opt %s ...\n", strbuf_str(&word));
	}
	if (users.n) {
		tr_cleanup_free char *who = users_text(&users);

		cli_say("%s: %s under it, held to the new rules from now on", safe, who);
	}
	apparmor_users_release(&users);
	return 0;
}

static int load_file(struct load *l, const char *word, struct tr_err *err)
{
	tr_cleanup_free char *owned = NULL;
	const char *path;
	struct compiled c;
	int r;

	if (bundle_apparmor_file(word, &path, &owned, err) < 0)
		return -1;
	if (compiled_open(&c, path, err) < 0)
		return -1;
	r = check_whose(l, &c, err);
	if (r == 0)
		r = apparmor_replace(c.blob, c.len, err);
	if (r == 0)
		r = ours_note(&c.names, true, err);
	if (r == 0 && l->opts->persist)
		r = keep_for_boot(path, &c, err);
	if (r == 0) {
		apparmor_list_release(&l->after);
		r = apparmor_list(&l->after, err);
	}
	for (size_t i = 0; r == 0 && i < c.names.n; i++)
		r = tell(l, c.names.v[i], err);
	compiled_release(&c);
	return r;
}

static int run(const struct load_opts *o, char **files, int n)
{
	struct load l = { .opts = o, .rows = json_object_new_array() };
	struct tr_err err tr_cleanup_err = { 0 };
	int status = EXIT_YES, r;

	r = apparmor_list(&l.before, &err);
	if (r == 0)
		r = ours_read(&l.ours, &err);
	for (int i = 0; r == 0 && i < n; i++)
		r = load_file(&l, files[i], &err);
	if (r < 0)
		status = cli_fail(&err);
	else if (cli.json)
		printf("%s\n", json_object_to_json_string_ext(l.rows, JSON_PLAIN));
	json_object_put(l.rows);
	apparmor_list_release(&l.before);
	apparmor_list_release(&l.after);
	tr_strset_release(&l.ours);
	return status;
}

static int load_main(int argc, char **argv)
{
	static const struct option longopts[] = {
		{ "force", no_argument, NULL, 'f' },
		{ "persist", no_argument, NULL, 'p' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	struct load_opts o = { 0 };
	int c;

	opterr = 0;
	while ((c = getopt_long(argc, argv, ":fh", longopts, NULL)) != -1) {
		switch (c) {
		case 'f':
			o.force = true;
			break;
		case 'p':
			o.persist = true;
			break;
		case 'h':
			return cli_help(&cmd_load);
		default:
			return cli_bad_option(&cmd_load, c, argv);
		}
	}
	if (optind == argc)
		return cli_usage(&cmd_load,
				 "which profile? a file, a bundle, or - for standard input");
	for (int i = optind; o.persist && i < argc; i++)
		if (!strcmp(argv[i], "-"))
			return cli_usage(&cmd_load, "--persist needs a file, not standard input");
	return run(&o, argv + optind, argc - optind);
}

const struct cmd cmd_load = {
	.name = "load",
	.group = "Confine",
	.summary = "Load AppArmor profiles into this kernel",
	.usage = "load [--force] [--persist] FILE|BUNDLE...",
	.options =
		"  -f, --force     replace a profile that trammel did not load, too\n"
		"      --persist   keep it in /etc/apparmor.d, to be loaded at each start of the machine\n"
		"  -h, --help      this help\n"
		"\n"
		"Prints the option of docker run. Exit status: 0 loaded; 1 another's profile has that\n"
		"name; 2 wrong usage or bad input; 3 this kernel has no AppArmor, or takes none from you.\n",
	.run = load_main,
};
