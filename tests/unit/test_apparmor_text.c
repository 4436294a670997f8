// SPDX-License-Identifier: Apache-2.0
/* The reader of AppArmor's text: what is modelled, what is left to the compiler, and what is none of it. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/suite.h"
#include "trammel/apparmor_text.h"
#include "util/mem.h"

static void parse(struct tr_apparmor_document *d, const char *text, const char *base)
{
	struct tr_err err = { 0 };

	ck_assert_msg(tr_apparmor_parse(d, text, strlen(text), "t", base, &err) == 0, "%s",
		      tr_err_msg(&err));
}

static void refused(const char *text, const char *message)
{
	struct tr_apparmor_document d;
	struct tr_err err = { 0 };

	ck_assert_msg(tr_apparmor_parse(&d, text, strlen(text), "t", NULL, &err) < 0, "%s", text);
	ck_assert_int_eq(err.kind, TR_ERR_INPUT);
	ck_assert_msg(!strncmp(tr_err_msg(&err), message, strlen(message)), "%s, not %s",
		      tr_err_msg(&err), message);
	tr_err_clear(&err);
}

/* Why each of the rules is left; NULL where none should be. */
static const char *left_of(struct tr_apparmor_document *d, const char *rule)
{
	tr_cleanup_free char *text = tr_xasprintf("@{one}=/one\nprofile p {\n%s\n}\n", rule);

	parse(d, text, NULL);
	ck_assert_uint_eq(d->n, 1);
	ck_assert_uint_eq(d->v[0].n_lines, 1);
	ck_assert_uint_eq(d->v[0].lines[0].line, 3);
	return d->v[0].lines[0].left;
}

START_TEST(docker_default)
{
	struct tr_apparmor_document d;
	struct tr_err err = { 0 };
	const struct tr_apparmor *p;
	size_t denied = 0;

	ck_assert_int_eq(tr_apparmor_read(&d, "docker-default", NULL, &err), 0);
	ck_assert_uint_eq(d.n, 1);
	ck_assert_uint_eq(d.n_left, 0);
	p = &d.v[0].rules;
	ck_assert_str_eq(p->name, "docker-default");
	for (size_t i = 0; i < d.v[0].n_lines; i++)
		ck_assert_msg(!d.v[0].lines[i].left, "%s", d.v[0].lines[i].text);
	ck_assert_uint_eq(d.v[0].n_lines, 26);
	for (size_t i = 0; i < p->n_files; i++)
		denied += p->files[i].read.deny;
	/* 14 rules; four alternatives are in one of them and three in another. */
	ck_assert_uint_eq(denied, 14 + 3 + 2);
	ck_assert_uint_eq(p->n_files - denied, 2);
	ck_assert_uint_eq(p->n_caps, 1);
	ck_assert_uint_eq(p->caps[0].number, TR_APPARMOR_ALL);
	ck_assert_uint_eq(p->n_networks, 2);
	ck_assert_uint_eq(p->networks[1].family, AF_ALG);
	ck_assert(p->networks[1].read.deny);
	ck_assert_uint_eq(d.v[0].lines[p->networks[1].read.at - 1].line, 9);
	ck_assert_uint_eq(p->n_signals, 5);
	ck_assert_str_eq(p->signals[1].name, "runc");
	ck_assert_int_eq(p->signals[4].peer, TR_APPARMOR_SELF);
	ck_assert_uint_eq(p->n_mounts, 2);
	ck_assert_uint_eq(p->n_ptraces, 1);
	tr_apparmor_document_release(&d);
}
END_TEST

START_TEST(rules)
{
	static const char *const modelled[] = {
		"/a r,",
		"r /a,",
		"\"/a b\" rw,",
		"owner /a/** mrwkl,",
		"audit deny /a x,",
		"file,",
		"file /a r,",
		"deny file /x w,",
		"/bin/x mrix,",
		"@{one}/x{,.y} r,",
		"capability,",
		"capability chown kill,",
		"network,",
		"network inet stream,",
		"signal,",
		"signal send set=(term kill) peer=other,",
		"signal (receive, send) peer=\"x y\",",
		"ptrace (trace read) peer=p,",
		"ptrace,",
		"mount,",
		"umount /a,",
		"mount fstype=tmpfs options=(rw nosuid) tmpfs -> /a,",
		"link /a -> /b,",
		"pivot_root oldroot=/a /b,",
		"/a\\ b r,",
		"/a#b r,",
		"/a r, # with a comment",
		"/a\nr\n,",
		"//a r,",
		"deny @{one}/ w,",
		"\"/a\\134b\" a,",
	};
	struct tr_apparmor_document d;

	for (size_t i = 0; i < TR_ARRAY_SIZE(modelled); i++) {
		const char *left = left_of(&d, modelled[i]);
		const struct tr_apparmor *p = &d.v[0].rules;

		ck_assert_msg(!left, "%s: %s", modelled[i], left);
		ck_assert_uint_gt(p->n_files + p->n_caps + p->n_networks + p->n_signals +
					  p->n_ptraces + p->n_mounts,
				  0);
		tr_apparmor_document_release(&d);
	}
}
END_TEST

START_TEST(left_to_the_compiler)
{
	static const char *const left[] = {
		"/bin/x px,",
		"/bin/x Pixr,",
		"/bin/x rcx -> y,",
		"/a ux,",
		"@{none}/x r,",
		"network tcp,",
		"network inet tcp,",
		"signal peer=x*,",
		"signal set=none,",
		"ptrace read peer=@{one},",
		"mount options in (ro) -> /a,",
		"mount -> /a/**,",
		"unix,",
		"unix (send) type=stream,",
		"dbus bus=system,",
		"change_profile -> x,",
		"set rlimit nproc <= 10,",
		"userns,",
		"io_uring,",
		"mqueue r /x,",
		"capability newone,",
		"include <abstractions/none>",
		"#include \"x\"",
		"include if exists <x>",
		"priority=5 /a r,",
		"owner { /a r, /b w, }",
		"if $x { /a r, } ",

		"/a\\n r,",
		"/[*] r,",
		"/{a,b r,",
		"/{a}x r,",
		"link subset /a -> /b,",
		"remount,",
		"/{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b} r,",
		"all,",
		"prompt /a r,",
	};
	struct tr_apparmor_document d;

	for (size_t i = 0; i < TR_ARRAY_SIZE(left); i++) {
		const char *why = left_of(&d, left[i]);
		const struct tr_apparmor *p = &d.v[0].rules;

		ck_assert_msg(why && *why, "%s: not left", left[i]);
		/* All of it, or nothing. */
		ck_assert_uint_eq(p->n_files + p->n_caps + p->n_networks + p->n_signals +
					  p->n_ptraces + p->n_mounts,
				  0);
		tr_apparmor_document_release(&d);
	}
}
END_TEST

START_TEST(errors)
{
	refused("", "t: expected an AppArmor profile");
	refused("profile p {\n/a r,\n", "t:1: expected '}'");
	refused("profile p {\n/a r\n}\n", "t:2: expected ','");
	refused("profile p {\n/a rz,\n}\n", "t:2: expected permissions");
	refused("profile p {\n/a,\n}\n", "t:2: expected permissions");
	refused("profile p {\n\n/a r x,\n}\n", "t:3: expected ',' behind");
	refused("profile p {\nfoo bar,\n}\n", "t:2: expected a rule");
	refused("profile p {\n\"/a r,\n}\n", "t:2: expected a closing quote");
	refused("profile p {\nsignal (send,\n}\n", "t:2: expected ')'");
	refused("/a r,\n", "t:1: expected a profile");
	refused("}\n", "t:1: expected a profile");
	refused("{ }", "t:1: expected a profile's name");
	refused("profile p {\n@{x}=y\n}\n", "t:2: expected a rule (variables");
	refused("@{x}=\nprofile p { }\n", "t:1: expected a value");
	refused("@{x=y\nprofile p { }\n", "t:1: expected");
	refused("profile {\n}\n", "t:1: expected a profile's name");
	refused("profile p flags=complain {\n}\n", "t:1: expected flags=(");
	refused("profile p {\ndeny,\n}\n", "t:2: expected a rule behind");
	refused("profile p {\ninclude\n}\n", "t:2: expected include");
	refused("profile p {\nlink /a,\n}\n", "t:2: expected '->'");
	refused("profile \x1b[2J {\n/a \x1b[2J,\n}\n", "t:2: expected permissions");
	refused("{\"defaultAction\": \"SCMP_ACT_ALLOW\"}", "t:1: expected");
}
END_TEST

START_TEST(sections)
{
	struct tr_apparmor_document d;

	parse(&d,
	      "#include <tunables/global>\nalias /a -> /b,\n"
	      "profile outer /usr/bin/{a,b} flags=(complain, attach_disconnected) {\n"
	      "  /a r,\n"
	      "  ^hat { /b r, }\n"
	      "  profile inner /x { /c r,\n /d r, }\n"
	      "  /e r,\n"
	      "}\n"
	      "/usr/bin/old (complain) { /f r, }\n\"/a b\" { }\n",
	      NULL);
	ck_assert_uint_eq(d.n, 5);
	ck_assert_str_eq(d.v[0].rules.name, "outer");
	ck_assert_str_eq(d.v[0].attach, "/usr/bin/{a,b}");
	ck_assert_str_eq(d.v[0].flags, "complain, attach_disconnected");
	ck_assert_uint_eq(d.v[0].n_lines, 2);
	ck_assert_uint_eq(d.v[0].lines[1].line, 8);
	ck_assert_str_eq(d.v[1].rules.name, "outer//hat");
	ck_assert_str_eq(d.v[2].rules.name, "outer//inner");
	ck_assert_uint_eq(d.v[2].n_lines, 2);
	ck_assert_str_eq(d.v[3].rules.name, "/usr/bin/old");
	ck_assert_str_eq(d.v[3].flags, "complain");
	ck_assert_str_eq(d.v[4].rules.name, "/a b");
	ck_assert(!d.has_abi);
	ck_assert_uint_eq(d.n_left, 2);
	ck_assert_str_eq(d.left[0].text, "#include <tunables/global>");
	ck_assert_uint_eq(d.left[1].line, 2);
	tr_apparmor_document_release(&d);
}
END_TEST

static void write_file(const char *dir, const char *name, const char *text)
{
	tr_cleanup_free char *path = tr_xasprintf("%s/%s", dir, name);
	FILE *f = fopen(path, "we");

	ck_assert_ptr_nonnull(f);
	fputs(text, f);
	fclose(f);
}

START_TEST(includes)
{
	char dir[] = "/tmp/trammel-text-XXXXXX";
	tr_cleanup_free char *sub = NULL, *clean = NULL;
	struct tr_apparmor_document d;
	struct tr_err err = { 0 };
	const struct tr_apparmor *p;

	ck_assert_ptr_nonnull(mkdtemp(dir));
	sub = tr_xasprintf("%s/d", dir);
	ck_assert_int_eq(mkdir(sub, 0700), 0);
	write_file(dir, "vars", "@{x}=/one\n@{x}+=/two\n");
	write_file(dir, "rules", "# of others\n@{x}/y r,\n#include \"d\"\n");
	write_file(sub, "b", "/b w,\n");
	write_file(sub, "a", "/a w,");
	write_file(sub, "a.dpkg-old", "nonsense");
	write_file(dir, "loop", "include <loop>\n");
	write_file(dir, "bad", "\n/a zz,\n");
	parse(&d, "include <vars>\nprofile p {\n include <rules>\n include if exists <none>\n}\n",
	      dir);
	p = &d.v[0].rules;
	ck_assert_uint_eq(p->n_files, 4);
	ck_assert_uint_eq(d.v[0].n_lines, 3);
	ck_assert_uint_eq(d.v[0].lines[0].line, 2);
	ck_assert_ptr_nonnull(strstr(d.v[0].lines[0].file, "/rules"));
	ck_assert_ptr_nonnull(strstr(d.v[0].lines[1].file, "/d/a"));
	ck_assert(tr_apparmor_pattern_matches(&p->files[1].path, "/two/y", 6));
	ck_assert_str_eq(d.preamble, "include <vars>\n@{x}=/one\n@{x}+=/two\n");
	tr_apparmor_document_release(&d);

	ck_assert_int_lt(tr_apparmor_parse(&d, "profile p { include <loop>\n}", 28, "t", dir, &err),
			 0);
	ck_assert_ptr_nonnull(strstr(tr_err_msg(&err), "fewer in each other"));
	ck_assert_int_lt(tr_apparmor_parse(&d, "profile p { include <bad>\n}", 27, "t", dir, &err),
			 0);
	ck_assert_ptr_nonnull(strstr(tr_err_msg(&err), "bad:2: expected permissions"));
	tr_err_clear(&err);
	clean = tr_xasprintf("rm -r %s", dir);
	ck_assert_int_eq(system(clean), 0);
}
END_TEST

/* Profiles that come with a system: each is read, whatever of it is left. */
START_TEST(of_the_system)
{
	static const char *const dirs[] = { "/etc/apparmor.d",
					    "/usr/share/apparmor/extra-profiles" };
	size_t n_rules = 0, n_left = 0;

	for (size_t i = 0; i < TR_ARRAY_SIZE(dirs); i++) {
		DIR *dir = opendir(dirs[i]);
		struct dirent *e;

		while (dir && (e = readdir(dir))) {
			tr_cleanup_free char *path = tr_xasprintf("%s/%s", dirs[i], e->d_name);
			struct tr_apparmor_document d;
			struct tr_err err = { 0 };
			struct stat st;

			if (lstat(path, &st) || !S_ISREG(st.st_mode) ||
			    !strcmp(e->d_name, "README"))
				continue;
			ck_assert_msg(tr_apparmor_read(&d, path, TR_APPARMOR_BASE, &err) == 0, "%s",
				      tr_err_msg(&err));
			for (size_t k = 0; k < d.n; k++)
				for (size_t l = 0; l < d.v[k].n_lines; l++) {
					n_rules++;
					n_left += d.v[k].lines[l].left != NULL;
				}
			tr_apparmor_document_release(&d);
		}
		if (dir)
			closedir(dir);
	}
	/* By far the most of the rules are understood. */
	ck_assert_uint_le(n_left * 3, n_rules);
}
END_TEST

/* Variables that hold variables that hold ..., and braces in braces. */
START_TEST(bounded)
{
	struct tr_apparmor_document d;
	char *text = tr_xmalloc(300000), *end = text;

	end += sprintf(end, "@{v0}=a b c d\n");
	for (int i = 1; i < 12; i++)
		end += sprintf(end, "@{v%d}=@{v%d}@{v%d} x y\n", i, i - 1, i - 1);
	end += sprintf(end, "@{loop}=@{loop}/x\nprofile p {\n");
	for (int i = 0; i < 3000; i++)
		end += sprintf(end, "/@{v11}/@{v10} r,\n/@{loop} w,\n");
	end += sprintf(end, "/");
	for (int i = 0; i < 1000; i++)
		end += sprintf(end, "{a,");
	end += sprintf(end, " r,\n}\n");
	parse(&d, text, NULL);
	ck_assert_uint_eq(d.v[0].n_lines, 6001);
	for (size_t i = 0; i < d.v[0].n_lines; i++)
		ck_assert_ptr_nonnull(d.v[0].lines[i].left);
	tr_apparmor_document_release(&d);
	free(text);
}
END_TEST

START_TEST(told_by_content)
{
	ck_assert(tr_apparmor_is_text("# x\n\nabi <abi/3.0>,\n"));
	ck_assert(tr_apparmor_is_text("#include <tunables/global>\n"));
	ck_assert(tr_apparmor_is_text("profile x {"));
	ck_assert(tr_apparmor_is_text("/usr/bin/x {"));
	ck_assert(tr_apparmor_is_text("# a\n@{x}=y"));
	ck_assert(!tr_apparmor_is_text("{\"defaultAction\": 1}"));
	ck_assert(!tr_apparmor_is_text("# yaml\napiVersion: v1\n"));
	ck_assert(!tr_apparmor_is_text("profiles: x"));
	ck_assert(!tr_apparmor_is_text("[Service]\nSystemCallFilter=x\n"));
	ck_assert(!tr_apparmor_is_text(""));
}
END_TEST

TR_SUITE("apparmor_text", docker_default, rules, left_to_the_compiler, errors, sections, includes,
	 of_the_system, bounded, told_by_content)
