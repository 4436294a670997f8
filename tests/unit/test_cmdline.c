// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>
#include <string.h>

#include "engine/cmdline.h"
#include "lib/suite.h"

#define PARSE(c, ...)                                                        \
	do {                                                                 \
		const char *words_[] = { __VA_ARGS__, NULL };                \
		engine_cmdline_parse((char *const *)(uintptr_t)words_, (c)); \
	} while (0)

START_TEST(knows_the_engines)
{
	struct engine_cmdline c;

	PARSE(&c, "/usr/bin/docker", "run", "x");
	ck_assert_int_eq(c.program, PROGRAM_DOCKER);
	ck_assert_int_eq(c.verb, VERB_RUN);
	PARSE(&c, "podman", "run", "x");
	ck_assert_int_eq(c.program, PROGRAM_PODMAN);
	PARSE(&c, "nerdctl", "compose", "up");
	ck_assert_int_eq(c.program, PROGRAM_NERDCTL);
	ck_assert_int_eq(c.verb, VERB_COMPOSE);
	PARSE(&c, "dockerd");
	ck_assert_int_eq(c.program, PROGRAM_NONE);
	PARSE(&c, "docker");
	ck_assert_int_eq(c.verb, VERB_OTHER);
	PARSE(&c, "docker", "ps");
	ck_assert_int_eq(c.verb, VERB_OTHER);
}
END_TEST

START_TEST(finds_the_verb_behind_global_options)
{
	struct engine_cmdline c;

	PARSE(&c, "docker", "--context", "run", "-D", "--host=unix:///s", "container", "run",
	      "img");
	ck_assert_int_eq(c.verb, VERB_RUN);
	ck_assert_uint_eq(c.after_verb, 7);
	ck_assert_str_eq(c.context, "run");
	ck_assert_str_eq(c.host, "unix:///s");
	PARSE(&c, "docker", "-H", "tcp://h:1", "start", "x");
	ck_assert_str_eq(c.host, "tcp://h:1");
	ck_assert_int_eq(c.verb, VERB_START);
	PARSE(&c, "podman", "--runtime", "crun", "--root", "/r", "create", "img");
	ck_assert_int_eq(c.verb, VERB_CREATE);
	ck_assert_uint_eq(c.after_verb, 6);
	/* Cut short: nothing to find, and nothing read behind the end. */
	PARSE(&c, "docker", "-H");
	ck_assert_int_eq(c.verb, VERB_OTHER);
	ck_assert_ptr_null(c.host);
}
END_TEST

START_TEST(sees_options_that_matter)
{
	struct engine_cmdline c;

	PARSE(&c, "docker", "run", "--cidfile", "/c", "--security-opt", "seccomp=x.json", "img");
	ck_assert_str_eq(c.cidfile, "/c");
	ck_assert(c.has_seccomp);
	PARSE(&c, "docker", "run", "--cidfile=/d", "--security-opt=apparmor=x", "img");
	ck_assert_str_eq(c.cidfile, "/d");
	ck_assert(!c.has_seccomp);
	PARSE(&c, "docker", "run", "img", "--", "--cidfile=/no");
	ck_assert_ptr_null(c.cidfile);
}
END_TEST

START_TEST(finds_compose_and_its_project)
{
	struct engine_cmdline c;

	PARSE(&c, "/usr/bin/docker-compose", "-f", "run.yml", "--project-name=shop", "up");
	ck_assert_int_eq(c.program, PROGRAM_DOCKER);
	ck_assert_int_eq(c.verb, VERB_COMPOSE);
	ck_assert_str_eq(c.project, "shop");
	PARSE(&c, "podman-compose", "up");
	ck_assert_int_eq(c.program, PROGRAM_PODMAN);
	ck_assert_int_eq(c.verb, VERB_COMPOSE);
	ck_assert_ptr_null(c.project);
	PARSE(&c, "docker", "-H", "unix:///s", "compose", "--env-file", "-p", "-p", "shop", "run",
	      "-p", "80:80", "web");
	ck_assert_str_eq(c.host, "unix:///s");
	ck_assert_str_eq(c.project, "shop");
	PARSE(&c, "docker-compose", "-H", "unix:///t", "-c", "there", "-pshop", "up");
	ck_assert_str_eq(c.host, "unix:///t");
	ck_assert_str_eq(c.context, "there");
	ck_assert_str_eq(c.project, "shop");
	PARSE(&c, "docker-compose", "-p");
	ck_assert_ptr_null(c.project);
}
END_TEST

START_TEST(inserts_words)
{
	char a[] = "docker", b[] = "run", i[] = "img", x[] = "--x";
	char *argv[] = { a, b, i, NULL }, *words[] = { x };
	char **out = engine_cmdline_insert(argv, 2, words, 1);

	ck_assert_str_eq(out[1], "run");
	ck_assert_str_eq(out[2], "--x");
	ck_assert_str_eq(out[3], "img");
	ck_assert_ptr_null(out[4]);
	free(out);
	/* none, to have a copy */
	out = engine_cmdline_insert(argv, 0, NULL, 0);
	ck_assert_ptr_ne(out, argv);
	ck_assert_str_eq(out[2], "img");
	ck_assert_ptr_null(out[3]);
	free(out);
}
END_TEST

TR_SUITE("cmdline", knows_the_engines, finds_the_verb_behind_global_options,
	 sees_options_that_matter, finds_compose_and_its_project, inserts_words)
