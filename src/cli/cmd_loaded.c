// SPDX-License-Identifier: Apache-2.0
/* trammel loaded: which AppArmor profiles this kernel has, ours apart. */
#include <getopt.h>
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

#include "cli/cmd.h"
#include "cli/confine.h"
#include "util/json.h"
#include "util/mem.h"
#include "util/text.h"

struct listing {
	struct apparmor_list list;
	struct tr_strset ours;
	bool all;
	json_object *rows;
	size_t n_ours, n_others;
};

static int row(struct listing *l, const struct apparmor_profile *p, bool ours, struct tr_err *err)
{
	tr_cleanup_free char *name = text_escaped(p->name);
	struct apparmor_users users;

	if (apparmor_users(&users, p->name, err) < 0)
		return -1;
	if (cli.json) {
		json_object *o = json_object_new_object();

		json_add_string(o, "name", name);
		json_add_string(o, "mode", p->mode);
		json_object_object_add(o, "ours", json_object_new_boolean(ours));
		json_object_object_add(o, "users", users_json(&users));
		json_object_array_add(l->rows, o);
	} else {
		printf("%s%-40s%s  %-10s  %5zu\n", ours ? c_bold() : "", name,
		       ours ? c_reset() : "", p->mode, users.n);
	}
	apparmor_users_release(&users);
	return 0;
}

/* First ours, then, if they are asked for, the others. */
static int rows(struct listing *l, bool ours, struct tr_err *err)
{
	size_t n = 0;

	for (size_t i = 0; i < l->list.n; i++) {
		const struct apparmor_profile *p = &l->list.v[i];

		if (is_ours(&l->ours, p->name) != ours)
			continue;
		n++;
		if (!ours && !l->all)
			continue;
		if (n == 1 && !cli.json)
			printf("%s%-40s  %-10s  %5s%s\n", c_dim(),
			       ours ? "loaded by trammel" : "by others", "mode", "under",
			       c_reset());
		if (row(l, p, ours, err) < 0)
			return -1;
	}
	*(ours ? &l->n_ours : &l->n_others) = n;
	return 0;
}

static int list(struct listing *l, struct tr_err *err)
{
	if (apparmor_list(&l->list, err) < 0 || ours_read(&l->ours, err) < 0 ||
	    rows(l, true, err) < 0 || rows(l, false, err) < 0)
		return -1;
	if (cli.json)
		printf("%s\n", json_object_to_json_string_ext(l->rows, JSON_PLAIN));
	else if (!l->n_ours && !l->all)
		cli_say("none of trammel's");
	if (!l->all && l->n_others)
		cli_say("and %zu of others (--all)", l->n_others);
	return 0;
}

static int loaded_main(int argc, char **argv)
{
	static const struct option longopts[] = {
		{ "all", no_argument, NULL, 'a' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	struct tr_err err tr_cleanup_err = { 0 };
	struct listing l = { 0 };
	int c, status = EXIT_YES;

	opterr = 0;
	while ((c = getopt_long(argc, argv, ":ah", longopts, NULL)) != -1) {
		switch (c) {
		case 'a':
			l.all = true;
			break;
		case 'h':
			return cli_help(&cmd_loaded);
		default:
			return cli_bad_option(&cmd_loaded, c, argv);
		}
	}
	if (optind < argc)
		return cli_usage(&cmd_loaded, "'%s': it takes no arguments", argv[optind]);
	l.rows = json_object_new_array();
	if (list(&l, &err) < 0)
		status = cli_fail(&err);
	json_object_put(l.rows);
	apparmor_list_release(&l.list);
	tr_strset_release(&l.ours);
	return status;
}

const struct cmd cmd_loaded = {
	.name = "loaded",
	.group = "Confine",
	.summary = "List the AppArmor profiles that this kernel has",
	.usage = "loaded [--all]",
	.options =
		"  -a, --all    those of others, too\n"
		"  -h, --help   this help\n"
		"\n"
		"Each with its mode, and how many processes are under it. Exit status: 0 listed; 2 wrong\n"
		"usage; 3 this kernel has no AppArmor, or does not tell you.\n",
	.run = loaded_main,
};
