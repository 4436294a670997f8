// SPDX-License-Identifier: Apache-2.0
/* trammel unload: AppArmor profiles out of this kernel. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/bundle.h"
#include "cli/cmd.h"
#include "cli/confine.h"
#include "util/mem.h"
#include "util/text.h"

/* The profiles that a word means: of a file or a bundle, all that are in it; else the one of that name. */
static int names_of(const char *word, struct tr_strset *names, struct tr_err *err)
{
	tr_cleanup_free char *owned = NULL;
	const char *path;
	struct compiled c;

	if (strcmp(word, "-") && access(word, F_OK)) {
		tr_strset_add(names, word);
		return 0;
	}
	if (bundle_apparmor_file(word, &path, &owned, err) < 0 || compiled_open(&c, path, err) < 0)
		return -1;
	for (size_t i = 0; i < c.names.n; i++)
		tr_strset_add(names, c.names.v[i]);
	compiled_release(&c);
	return 0;
}

/* Before anything is removed: all or none. */
static int check(const struct tr_strset *names, bool force, struct tr_err *err)
{
	struct apparmor_list list;
	struct tr_strset ours = { 0 };
	int r = apparmor_list(&list, err);

	if (r < 0)
		return -1;
	r = ours_read(&ours, err);
	for (size_t i = 0; r == 0 && i < names->n; i++) {
		const char *name = names->v[i];
		struct apparmor_users users = { 0 };

		if (!apparmor_list_find(&list, name))
			r = tr_err_set(err, TR_ERR_NO, "%s: this kernel has no such profile", name);
		else if (!force && !is_ours(&ours, name))
			r = tr_err_set(err, TR_ERR_NO,
				       "%s: trammel did not load it (--force unloads it)", name);
		else if (!force)
			r = apparmor_users(&users, name, err);
		if (r == 0 && users.n) {
			tr_cleanup_free char *who = users_text(&users);

			r = tr_err_set(err, TR_ERR_NO,
				       "%s: in use by %s: they would go on unconfined; stop them "
				       "first (--force does not wait for that)",
				       name, who);
		}
		apparmor_users_release(&users);
	}
	tr_strset_release(&ours);
	apparmor_list_release(&list);
	return r;
}

static int unload(char **words, int n, bool force, struct tr_err *err)
{
	struct tr_strset names = { 0 };
	int r = 0;

	for (int i = 0; r == 0 && i < n; i++)
		r = names_of(words[i], &names, err);
	if (r == 0)
		r = check(&names, force, err);
	for (size_t i = 0; r == 0 && i < names.n; i++) {
		tr_cleanup_free char *safe = text_escaped(names.v[i]);

		r = apparmor_remove(names.v[i], err);
		if (r == 0)
			cli_say("%s: unloaded", safe);
	}
	if (r == 0)
		r = ours_note(&names, false, err);
	tr_strset_release(&names);
	return r;
}

static int unload_main(int argc, char **argv)
{
	static const struct option longopts[] = {
		{ "force", no_argument, NULL, 'f' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	struct tr_err err tr_cleanup_err = { 0 };
	bool force = false;
	int c;

	opterr = 0;
	while ((c = getopt_long(argc, argv, ":fh", longopts, NULL)) != -1) {
		switch (c) {
		case 'f':
			force = true;
			break;
		case 'h':
			return cli_help(&cmd_unload);
		default:
			return cli_bad_option(&cmd_unload, c, argv);
		}
	}
	if (optind == argc)
		return cli_usage(&cmd_unload,
				 "which profile? its name, or a file or bundle with it");
	if (unload(argv + optind, argc - optind, force, &err) < 0)
		return cli_fail(&err);
	return EXIT_YES;
}

const struct cmd cmd_unload = {
	.name = "unload",
	.group = "Confine",
	.summary = "Unload AppArmor profiles from this kernel",
	.usage = "unload [--force] NAME|FILE|BUNDLE...",
	.options =
		"  -f, --force   even if processes are under it, or trammel did not load it\n"
		"  -h, --help    this help\n"
		"\n"
		"What runs under a profile that is unloaded goes on unconfined: so that is refused. A\n"
		"copy that load --persist keeps in /etc/apparmor.d stays there. Exit status: 0 unloaded; 1\n"
		"in use, not ours or not there, and nothing was done; 2 wrong usage or bad input; 3 this\n"
		"kernel has no AppArmor, or does not let you.\n",
	.run = unload_main,
};
