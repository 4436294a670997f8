// SPDX-License-Identifier: Apache-2.0
#include <check.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/endpoint.h"
#include "lib/suite.h"
#include "util/mem.h"
#include "util/sha256.h"

static char dir[] = "/tmp/test_endpoint.XXXXXX";
static struct endpoint_env env;

static void put(const char *path, const char *text)
{
	char full[512];
	FILE *f;

	snprintf(full, sizeof(full), "%s/%s", dir, path);
	for (char *p = full + 1; (p = strchr(p, '/')); p++) {
		*p = '\0';
		mkdir(full, 0700);
		*p = '/';
	}
	f = fopen(full, "w");
	ck_assert_ptr_nonnull(f);
	fputs(text, f);
	fclose(f);
}

static void put_context(const char *name, const char *text)
{
	char path[256], hex[65];

	sha256_hex(name, strlen(name), hex);
	snprintf(path, sizeof(path), ".docker/contexts/meta/%s/meta.json", hex);
	put(path, text);
}

static void setup(void)
{
	strcpy(dir, "/tmp/test_endpoint.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	memset(&env, 0, sizeof(env));
	env.uid = 1000;
	env.home = dir;
}

static void teardown(void)
{
	char cmd[600];

	snprintf(cmd, sizeof(cmd), "rm -rf %s", dir);
	ck_assert_int_eq(system(cmd), 0);
}

static void docker_gives(const char *host, const char *context, const char *socket,
			 const char *origin)
{
	struct endpoint ep = { 0 };
	tr_cleanup_err struct tr_err err = { 0 };
	bool foreign = false;

	ck_assert_msg(endpoint_docker(&env, host, context, &ep, &foreign, &err) == 0, "%s",
		      tr_err_msg(&err));
	ck_assert_str_eq(ep.socket, socket);
	ck_assert_str_eq(ep.origin, origin);
	ck_assert(!foreign);
	endpoint_release(&ep);
}

/* word must be in the message. */
static void docker_fails(const char *host, const char *context, enum tr_err_kind kind, bool foreign,
			 const char *word)
{
	struct endpoint ep = { 0 };
	tr_cleanup_err struct tr_err err = { 0 };
	bool f = false;

	ck_assert_int_eq(endpoint_docker(&env, host, context, &ep, &f, &err), -1);
	ck_assert_int_eq(err.kind, kind);
	ck_assert_int_eq(f, foreign);
	ck_assert_msg(strstr(tr_err_msg(&err), word) != NULL, "'%s' not in '%s'", word,
		      tr_err_msg(&err));
	ck_assert_ptr_null(ep.socket);
}

#define REMOTE \
	"{\"Name\":\"r\",\"Metadata\":{},\"Endpoints\":{\"docker\":{\"Host\":\"ssh://root@r\"}}}"
#define LOCAL \
	"{\"Name\":\"l\",\"Endpoints\":{\"docker\":{\"Host\":\"unix:///run/user/1000/docker.sock\"}}}"

START_TEST(docker_defaults)
{
	setup();
	docker_gives(NULL, NULL, "/var/run/docker.sock", "docker's default");
	put(".docker/config.json", "{\"auths\":{}}");
	docker_gives(NULL, NULL, "/var/run/docker.sock", "docker's default");
	put(".docker/config.json", "{\"currentContext\":\"\"}");
	docker_gives(NULL, NULL, "/var/run/docker.sock", "docker's default");
	put(".docker/config.json", "{\"currentContext\":\"default\"}");
	docker_gives(NULL, NULL, "/var/run/docker.sock", "docker's default");
	env.docker_host = "";
	docker_gives("", "", "/var/run/docker.sock", "docker's default");
	env.home = NULL;
	docker_gives(NULL, NULL, "/var/run/docker.sock", "docker's default");
	docker_fails(NULL, "x", TR_ERR_INPUT, false, "no home");
	teardown();
}
END_TEST

/* Each source is tried with everything that it beats present and pointing elsewhere. */
START_TEST(docker_order)
{
	setup();
	put_context("r", REMOTE);
	put_context("l", LOCAL);
	put(".docker/config.json", "{\"currentContext\":\"r\"}");
	docker_fails(NULL, NULL, TR_ERR_CANNOT, true, "the docker context 'r' is 'ssh://root@r'");
	env.docker_context = "l";
	docker_gives(NULL, NULL, "/run/user/1000/docker.sock", "the docker context 'l'");
	env.docker_context = "r";
	env.docker_host = "unix:///tmp/x.sock";
	docker_gives(NULL, NULL, "/tmp/x.sock", "DOCKER_HOST");
	env.docker_host = "tcp://far:2375";
	docker_fails(NULL, NULL, TR_ERR_CANNOT, true, "DOCKER_HOST is 'tcp://far:2375'");
	docker_gives("unix:///tmp/y.sock", NULL, "/tmp/y.sock", "the docker host");
	docker_gives(NULL, "l", "/run/user/1000/docker.sock", "the docker context 'l'");
	docker_fails("unix:///tmp/y.sock", "l", TR_ERR_INPUT, false, "cannot both");
	/* The context "default" is DOCKER_HOST, as for the docker command. */
	docker_fails(NULL, "default", TR_ERR_CANNOT, true, "DOCKER_HOST");
	env.docker_host = NULL;
	env.docker_context = "default";
	docker_gives(NULL, NULL, "/var/run/docker.sock", "docker's default");
	teardown();
}
END_TEST

START_TEST(docker_config_directory)
{
	char other[300];

	setup();
	put(".docker/config.json", "{\"currentContext\":\"r\"}");
	put_context("r", REMOTE);
	put("other/config.json", "{}");
	snprintf(other, sizeof(other), "%s/other", dir);
	env.docker_config = other;
	docker_gives(NULL, NULL, "/var/run/docker.sock", "docker's default");
	docker_fails(NULL, "r", TR_ERR_INPUT, false, "there is no docker context 'r'");
	teardown();
}
END_TEST

START_TEST(urls)
{
	static const char *const remote[] = { "tcp://h:1", "ssh://u@h", "npipe:////./pipe/x",
					      "http://h",  "https://h", "h:2375",
					      "localhost" };
	static const char *const wrong[] = { "/var/run/docker.sock", "unix:/x", "fd://",
					     "UNIX:///x", "unix//x://" };
	char longest[200];

	setup();
	for (size_t i = 0; i < TR_ARRAY_SIZE(remote); i++)
		docker_fails(remote[i], NULL, TR_ERR_CANNOT, true, "not on this machine");
	for (size_t i = 0; i < TR_ARRAY_SIZE(wrong); i++)
		docker_fails(wrong[i], NULL, TR_ERR_INPUT, false, "expected unix:///PATH");
	docker_gives("unix://", NULL, "/var/run/docker.sock", "the docker host");
	docker_gives("unix://rel.sock", NULL, "rel.sock", "the docker host");
	memset(longest, 'a', sizeof(longest));
	memcpy(longest, "unix:///", 8);
	longest[sizeof(longest) - 1] = '\0';
	docker_fails(longest, NULL, TR_ERR_INPUT, false, "too long");
	teardown();
}
END_TEST

START_TEST(broken_files)
{
	char fifo[300];

	setup();
	put(".docker/config.json", "{\"currentContext\": ");
	docker_fails(NULL, NULL, TR_ERR_INPUT, false, "config.json:1: not JSON");
	put(".docker/config.json", "[1]");
	docker_fails(NULL, NULL, TR_ERR_INPUT, false, "expected an object, found an array");
	put(".docker/config.json", "{\"currentContext\": 7}");
	docker_fails(NULL, NULL, TR_ERR_INPUT, false, "currentContext: expected a string");
	put(".docker/config.json", "{\"currentContext\": \"gone\"}");
	docker_fails(NULL, NULL, TR_ERR_INPUT, false, "there is no docker context 'gone'");
	put_context("gone", "{}");
	docker_fails(NULL, NULL, TR_ERR_INPUT, false, "has no endpoint for docker");
	put_context("gone", "{\"Endpoints\":{\"docker\":{\"Host\":[]}}}");
	docker_fails(NULL, NULL, TR_ERR_INPUT, false, "Host: expected a string, found an array");
	put_context("gone", "{\"Endpoints\":{\"docker\":{}}}");
	docker_gives(NULL, NULL, "/var/run/docker.sock", "the docker context 'gone'");
	/* Nobody writes to it: whoever opens it waits for ever. */
	snprintf(fifo, sizeof(fifo), "%s/.docker/config.json", dir);
	ck_assert_int_eq(unlink(fifo), 0);
	ck_assert_int_eq(mkfifo(fifo, 0600), 0);
	docker_fails(NULL, NULL, TR_ERR_INPUT, false, "not a regular file");
	teardown();
}
END_TEST

/* A name is hashed, never a path. */
START_TEST(context_names_are_no_paths)
{
	setup();
	put(".docker/x/meta.json", LOCAL);
	docker_fails(NULL, "../../x", TR_ERR_INPUT, false, "there is no docker context");
	teardown();
}
END_TEST

static void podman_fails(const char *host, const char *connection, enum tr_err_kind kind)
{
	struct endpoint ep = { 0 };
	tr_cleanup_err struct tr_err err = { 0 };
	bool foreign = false;

	ck_assert_int_eq(endpoint_podman(&env, host, connection, &ep, &foreign, &err), -1);
	ck_assert_int_eq(err.kind, kind);
	ck_assert_int_eq(foreign, kind == TR_ERR_CANNOT);
}

static void podman_gives(const char *host, const char *socket)
{
	struct endpoint ep = { 0 };
	bool foreign = false;

	ck_assert_int_eq(endpoint_podman(&env, host, NULL, &ep, &foreign, NULL), socket ? 1 : 0);
	if (socket)
		ck_assert_str_eq(ep.socket, socket);
	endpoint_release(&ep);
}

START_TEST(podman_order)
{
	setup();
	podman_gives(NULL, NULL);
	env.container_connection = "machine";
	podman_fails(NULL, NULL, TR_ERR_CANNOT);
	env.container_host = "unix:///run/p.sock";
	podman_gives(NULL, "/run/p.sock");
	podman_gives("unix://run/q.sock", "/run/q.sock");
	podman_fails("ssh://core@localhost:5/run/p.sock", NULL, TR_ERR_CANNOT);
	podman_fails(NULL, "machine", TR_ERR_CANNOT);
	podman_fails("unix://", NULL, TR_ERR_INPUT);
	teardown();
}
END_TEST

static void default_is(uid_t uid, const char *want)
{
	char *path = endpoint_podman_default(&env, uid);

	ck_assert_str_eq(path, want);
	free(path);
}

START_TEST(podman_sockets)
{
	setup();
	default_is(0, "/run/podman/podman.sock");
	default_is(1000, "/run/user/1000/podman/podman.sock");
	env.xdg_runtime_dir = "/x";
	default_is(1000, "/x/podman/podman.sock");
	default_is(0, "/run/podman/podman.sock");
	teardown();
}
END_TEST

/* Under sudo HOME is root's, or not, as sudo is configured: the caller's comes from the database. */
START_TEST(sudo_asks_for_the_caller)
{
	struct passwd *pw = getpwnam("daemon");
	struct endpoint_env now;
	char uid[20];

	if (geteuid() != 0 || !pw)
		return;
	setenv("HOME", "/root", 1);
	setenv("XDG_RUNTIME_DIR", "/run/user/0", 1);
	snprintf(uid, sizeof(uid), "%u", pw->pw_uid);
	setenv("SUDO_UID", uid, 1);
	setenv("SUDO_GID", uid, 1);
	pw = getpwnam("daemon");
	endpoint_env_now(&now);
	ck_assert_str_eq(now.home, pw->pw_dir);
	ck_assert_uint_eq(now.uid, pw->pw_uid);
	ck_assert(now.is_sudo);
	ck_assert_ptr_null(now.xdg_runtime_dir);
	endpoint_env_release(&now);
	unsetenv("SUDO_UID");
	unsetenv("SUDO_GID");
	endpoint_env_now(&now);
	ck_assert_str_eq(now.home, "/root");
	ck_assert_str_eq(now.xdg_runtime_dir, "/run/user/0");
	ck_assert(!now.is_sudo);
	endpoint_env_release(&now);
}
END_TEST

TR_SUITE("endpoint", docker_defaults, docker_order, docker_config_directory, urls, broken_files,
	 context_names_are_no_paths, podman_order, podman_sockets, sudo_asks_for_the_caller)
