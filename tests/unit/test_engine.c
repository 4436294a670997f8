// SPDX-License-Identifier: Apache-2.0
/*
 * The engine from outside, with a server of ours on the other end of the socket: what engines answer, and
 * what nobody should. And the parts that decide without asking: machine, subject, context.
 */
#include <check.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/endpoint.h"
#include "engine/http.h"
#include "engine/machine.h"
#include "lib/suite.h"
#include "trammel/engine.h"
#include "util/fs.h"
#include "util/mem.h"
#include "util/process.h"

static char socket_path[64];
static pid_t server;

static void send_reply(int fd, const char *status, const char *extra, const char *body, size_t len)
{
	tr_cleanup_free char *head =
		tr_xasprintf("HTTP/1.1 %s\r\n%sContent-Length: %zu\r\n\r\n", status, extra, len);

	fs_write_all(fd, head, strlen(head));
	fs_write_all(fd, body, len);
}

static void send_file(int fd, const char *extra, const char *path)
{
	size_t len;
	char *text = NULL;

	fs_read(path, 1 << 20, &text, &len, NULL);
	send_reply(fd, "200 OK", extra, text, len);
	free(text);
}

/* Bounded by the reader: this would go on for ever. */
static void send_endless(int fd)
{
	static char block[1 << 16];

	memset(block, ' ', sizeof(block));
	fs_write_all(fd, "HTTP/1.1 200 OK\r\n\r\n", 19);
	while (fs_write_all(fd, block, sizeof(block)) == 0)
		;
}

/* /info with this machine's kernel, name and memory, as an engine here would say it. */
static void send_info(int fd, const char *kernel, const char *os)
{
	struct machine m;
	tr_cleanup_free char *body = NULL;

	machine_this(&m);
	body = tr_xasprintf(
		"{\"ServerVersion\":\"28.0.1\",\"KernelVersion\":\"%s\",\"Name\":\"%s\","
		"\"OperatingSystem\":\"%s\",\"MemTotal\":%llu,"
		"\"DefaultRuntime\":\"runc\",\"SecurityOptions\":"
		"[\"name=seccomp,profile=builtin\"]}",
		kernel ? kernel : m.kernel, m.host, os, (unsigned long long)m.memory);
	send_reply(fd, "200 OK", "", body, strlen(body));
}

static void answer(int fd, const char *mode, const char *path)
{
	static const char no_such[] = "{\"message\":\"No such container: nope\"}";
	static const char broken[] = "{\"message\":\"something \\u001b[2J broke\"}";

	if (!strcmp(mode, "endless"))
		send_endless(fd);
	else if (!strcmp(mode, "garbage"))
		fs_write_all(fd, "\0\1\2 hello\r\n\r\n", 14);
	else if (!strcmp(mode, "silent"))
		return;
	else if (!strcmp(path, "/info") && !strcmp(mode, "desktop"))
		send_info(fd, NULL, "Docker Desktop");
	else if (!strcmp(path, "/info"))
		send_info(fd, !strcmp(mode, "vm") ? "6.6.0-linuxkit" : NULL, "Debian");
	else if (!strcmp(path, "/version"))
		send_file(fd, !strcmp(mode, "podman") ? "Libpod-API-Version: 4.3.1\r\n" : "",
			  "data/engine/docker-28.5-version.json");
	else if (!strcmp(path, "/containers/full/json"))
		send_file(fd, "", "data/engine/docker-28.5-full.json");
	else if (!strcmp(path, "/v4.3.1/libpod/containers/full/json"))
		send_file(fd, "", "data/engine/podman-4.3-cli-full.json");
	else if (strstr(path, "/stop?t=3"))
		send_reply(fd, "204 No Content", "", "", 0);
	else if (strstr(path, "/containers/broken/"))
		send_reply(fd, "500 Oops", "", broken, sizeof(broken) - 1);
	else
		send_reply(fd, "404 Not Found", "", no_such, sizeof(no_such) - 1);
}

static _Noreturn void serve(int fd, const char *mode)
{
	signal(SIGPIPE, SIG_IGN);
	for (;;) {
		char req[4096] = "", path[256] = "";
		int c = accept(fd, NULL, NULL);

		if (c < 0 || read(c, req, sizeof(req) - 1) < 0)
			_exit(1);
		if (sscanf(req, "%*s %255s", path) == 1)
			answer(c, mode, path);
		close(c);
	}
}

static void start_server(const char *mode)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(socket_path, sizeof(socket_path), "/tmp/test_engine.%d.sock", getpid());
	unlink(socket_path);
	strcpy(sa.sun_path, socket_path);
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&sa, sizeof(sa)), 0);
	ck_assert_int_eq(listen(fd, 8), 0);
	server = fork();
	if (server == 0)
		serve(fd, mode);
	close(fd);
}

static void stop_server(void)
{
	kill(server, SIGKILL);
	waitpid(server, NULL, 0);
	unlink(socket_path);
}

static struct tr_engine *open_engine(enum tr_engine_kind kind, bool *foreign, struct tr_err *err)
{
	tr_cleanup_free char *url = tr_xasprintf("unix://%s", socket_path);
	struct tr_engine *e = NULL;

	*foreign = false;
	return tr_engine_open(&e, kind, url, NULL, foreign, err) == 0 ? e : NULL;
}

static void open_fails(const char *mode, bool want_foreign, const char *word)
{
	tr_cleanup_err struct tr_err err = { 0 };
	bool foreign;

	start_server(mode);
	ck_assert_ptr_null(open_engine(TR_ENGINE_DOCKER, &foreign, &err));
	stop_server();
	ck_assert_int_eq(err.kind, TR_ERR_CANNOT);
	ck_assert_int_eq(foreign, want_foreign);
	ck_assert_msg(strstr(tr_err_msg(&err), word) != NULL, "%s: %s", mode, tr_err_msg(&err));
}

START_TEST(refuses_what_is_no_engine_here)
{
	tr_cleanup_err struct tr_err err = { 0 };
	bool foreign;

	open_fails("endless", false, "larger than 16 MiB");
	open_fails("garbage", false, "no valid answer");
	open_fails("silent", false, "no valid answer");
	open_fails("desktop", true, "Docker Desktop");
	open_fails("vm", true, "6.6.0-linuxkit");
	ck_assert_ptr_null(open_engine(TR_ENGINE_DOCKER, &foreign, &err));
	ck_assert_msg(strstr(tr_err_msg(&err), "nothing listens there") != NULL, "%s",
		      tr_err_msg(&err));
	ck_assert_int_eq(err.kind, TR_ERR_CANNOT);
	ck_assert(!foreign);
}
END_TEST

static void inspect_fails(struct tr_engine *e, const char *name, enum tr_err_kind kind,
			  const char *word)
{
	tr_cleanup_err struct tr_err err = { 0 };
	struct tr_container c = { 0 };

	ck_assert_int_eq(tr_engine_inspect(e, name, &c, &err), -1);
	ck_assert_int_eq(err.kind, kind);
	ck_assert_msg(strstr(tr_err_msg(&err), word) != NULL, "%s", tr_err_msg(&err));
	ck_assert_ptr_null(c.id);
}

START_TEST(asks_docker)
{
	tr_cleanup_err struct tr_err err = { 0 };
	struct tr_container c;
	struct tr_engine *e;
	bool foreign;

	start_server("docker");
	e = open_engine(TR_ENGINE_DOCKER, &foreign, &err);
	ck_assert_msg(e != NULL, "%s", tr_err_msg(&err));
	ck_assert_str_eq(tr_engine_version(e), "Docker 28.0.1");
	ck_assert_str_eq(tr_engine_socket(e), socket_path);
	ck_assert_int_eq(tr_engine_kind(e), TR_ENGINE_DOCKER);
	ck_assert_int_eq(tr_engine_inspect(e, "full", &c, &err), 0);
	ck_assert_str_eq(c.engine, "Docker 28.0.1");
	ck_assert_str_eq(c.runtime_version, "1.3.6+ds1");
	tr_container_release(&c);
	inspect_fails(e, "nope", TR_ERR_INPUT, "there is no container 'nope'");
	inspect_fails(e, "broken", TR_ERR_CANNOT, "something");
	/* None of these may become a path or an option. */
	inspect_fails(e, "../../info", TR_ERR_INPUT, "is no name");
	inspect_fails(e, "-l", TR_ERR_INPUT, "is no name");
	inspect_fails(e, "", TR_ERR_INPUT, "is no name");
	inspect_fails(e, "a b", TR_ERR_INPUT, "is no name");
	ck_assert_int_eq(tr_engine_stop(e, "full", 3, &err), 0);
	ck_assert_int_eq(tr_engine_stop(e, "full", 4, &err), -1);
	tr_engine_close(e);
	stop_server();
}
END_TEST

/* A podman service behind DOCKER_HOST is podman, and asked in its own words. */
START_TEST(knows_podman_behind_dockers_socket)
{
	tr_cleanup_err struct tr_err err = { 0 };
	struct tr_container c;
	struct tr_engine *e;
	bool foreign;

	start_server("podman");
	e = open_engine(TR_ENGINE_DOCKER, &foreign, &err);
	ck_assert_msg(e != NULL, "%s", tr_err_msg(&err));
	ck_assert_str_eq(tr_engine_version(e), "podman 28.0.1");
	ck_assert_int_eq(tr_engine_kind(e), TR_ENGINE_PODMAN);
	ck_assert_int_eq(tr_engine_inspect(e, "full", &c, &err), 0);
	ck_assert_str_eq(c.image, "localhost/lab/busybox:1");
	ck_assert_str_eq(c.runtime, "runc");
	tr_container_release(&c);
	tr_engine_close(e);
	stop_server();
}
END_TEST

static bool is_here(const char *ours, const char *kernel, const char *host, uint64_t memory,
		    const char *os, bool remote)
{
	struct machine m = { .host = "here", .memory = 8 << 20 };
	struct engine_desc d = { .kernel = (char *)(uintptr_t)kernel,
				 .host = (char *)(uintptr_t)host,
				 .os = (char *)(uintptr_t)os,
				 .memory = memory,
				 .is_remote = remote };
	tr_cleanup_free char *why = NULL;

	strcpy(m.kernel, ours);
	why = machine_why_not(&m, &d);
	return !why;
}

START_TEST(which_machine)
{
	ck_assert(is_here("6.1.0-28-amd64", "6.1.0-28-amd64", "here", 1, "Debian", false));
	/* trammel in a container has its own host name, but the machine's memory. */
	ck_assert(is_here("6.1.0-28-amd64", "6.1.0-28-amd64", "there", 8 << 20, "Debian", false));
	/* The next machine of the fleet, through ssh -L. */
	ck_assert(!is_here("6.1.0-28-amd64", "6.1.0-28-amd64", "there", 9 << 20, "Debian", false));
	ck_assert(!is_here("6.1.0-28-amd64", "6.1.0-29-amd64", "here", 8 << 20, "Debian", false));
	ck_assert(!is_here("6.1.0-28-amd64", NULL, "here", 8 << 20, "Debian", false));
	ck_assert(!is_here("6.1.0-28-amd64", "6.1.0-28-amd64", "here", 8 << 20, "Docker Desktop",
			   false));
	ck_assert(!is_here("6.1.0-28-amd64", "6.1.0-28-amd64", "here", 8 << 20, NULL, true));
	/* As moby prints a release without a third number; and only then. */
	ck_assert(is_here("6.1-rc3", "6.1.0-rc3", "here", 1, "Debian", false));
	ck_assert(is_here("6.1", "6.1.0", "here", 1, "Debian", false));
	ck_assert(!is_here("6.1.7", "6.1.0", "here", 1, "Debian", false));
}
END_TEST

static void subject_is(struct tr_container c, const char *want)
{
	tr_cleanup_free char *s = tr_container_subject(&c);

	ck_assert_str_eq(s, want);
}

#define C(...) ((struct tr_container){ __VA_ARGS__ })
#define S(s)   ((char *)(uintptr_t)(s))

START_TEST(subjects)
{
	char *digest = S("sha256:12ada34b4707a1bfe6d9cce9511ed0a5c483b758c4e62d18e7b5ea4ce287ce16");

	subject_is(C(.service = S("web"), .image = S("redis:7")), "web");
	subject_is(C(.image = S("redis:7"), .name = S("r")), "redis");
	subject_is(C(.image = S("registry.example:5000/team/web:1.2@sha256:ab/c")), "web");
	subject_is(C(.image = S("localhost:5000/x")), "x");
	subject_is(C(.image = S("x@sha256:00")), "x");
	subject_is(C(.image = digest, .name = S("n")), "n");
	subject_is(C(.image = S("12ada34b4707"), .image_digest = digest, .name = S("n")), "n");
	subject_is(C(.image = S("dead"), .image_digest = digest, .name = S("n")), "dead");
	subject_is(
		C(.image = S("12ada34b4707"), .image_digest = digest, .id = S("0123456789abcdef")),
		"container-0123456789ab");
	subject_is(C(.service = S("../a b\n'\xff")), "x._a_b___");
	subject_is(C(.service = S("-rf")), "xrf");
}
END_TEST

START_TEST(contexts)
{
	struct tr_recording rec = { 0 };
	char *mounts[] = { S("bind:/x:ro"), S("tmpfs:/y:rw") };
	struct tr_container c =
		C(.image = S("redis:7"), .cap_add = S("CAP_A,CAP_B"), .privileged = true,
		  .mounts = mounts, .n_mounts = 2, .runtime = S("runc"), .user = S(""));

	tr_container_to_context(&c, &rec);
	ck_assert_str_eq(tr_context_get(&rec, "image"), "redis:7");
	ck_assert(tr_strset_has(tr_context_all(&rec, "caps.add"), "CAP_A"));
	ck_assert(tr_strset_has(tr_context_all(&rec, "caps.add"), "CAP_B"));
	ck_assert(tr_strset_has(tr_context_all(&rec, "mounts"), "tmpfs:/y:rw"));
	ck_assert_str_eq(tr_context_get(&rec, "privileged"), "true");
	ck_assert_str_eq(tr_context_get(&rec, "no-new-privileges"), "false");
	ck_assert_ptr_null(tr_context_get(&rec, "user"));
	ck_assert_ptr_null(tr_context_get(&rec, "caps.drop"));
	tr_recording_release(&rec);
}
END_TEST

static int run_sh(const char *script, const struct process_user *user, int timeout_ms,
		  struct process_output *o, struct tr_err *err)
{
	const char *argv[] = { "/bin/sh", "-c", script, NULL };

	memset(o, 0, sizeof(*o));
	return process_run(argv, user, timeout_ms, 1000, o, err);
}

/* Whoever left its process id in the file. A dead child of init's may be a zombie for a moment. */
static bool has_died(void)
{
	char path[64];
	FILE *f;
	int pid = 0;

	snprintf(path, sizeof(path), "/tmp/test_engine.%d", getpid());
	f = fopen(path, "r");
	ck_assert_ptr_nonnull(f);
	ck_assert_int_eq(fscanf(f, "%d", &pid), 1);
	fclose(f);
	unlink(path);
	for (int i = 0; i < 100; i++) {
		snprintf(path, sizeof(path), "/proc/%d/cmdline", pid);
		f = fopen(path, "r");
		if (!f || fgetc(f) == EOF) {
			if (f)
				fclose(f);
			return true;
		}
		fclose(f);
		usleep(20000);
	}
	kill(pid, SIGKILL);
	return false;
}

START_TEST(processes)
{
	char script[100];
	tr_cleanup_err struct tr_err err = { 0 };
	struct process_output o;

	ck_assert_int_eq(run_sh("echo out; echo oops >&2; cat; exit 3", NULL, 5000, &o, &err), 0);
	ck_assert_str_eq(o.out, "out\n");
	ck_assert_str_eq(o.err, "oops\n");
	ck_assert_int_eq(WEXITSTATUS(o.status), 3);
	process_output_release(&o);
	ck_assert_int_eq(run_sh("yes", NULL, 5000, &o, &err), -1);
	ck_assert_msg(strstr(tr_err_msg(&err), "more than 1000") != NULL, "%s", tr_err_msg(&err));
	/* The group goes too: nothing is left to hold the pipe, or the machine. */
	snprintf(script, sizeof(script), "sleep 300 & echo $! >/tmp/test_engine.%d; wait",
		 getpid());
	ck_assert_int_eq(run_sh(script, NULL, 500, &o, &err), -1);
	ck_assert_msg(strstr(tr_err_msg(&err), "not done within") != NULL, "%s", tr_err_msg(&err));
	ck_assert(has_died());
	ck_assert_int_eq(run_sh("exec >&- 2>&-; sleep 300", NULL, 1000, &o, &err), 0);
	ck_assert(WIFSIGNALED(o.status));
	process_output_release(&o);
}
END_TEST

START_TEST(processes_of_another_user)
{
	struct process_user user = { .uid = 1234, .gid = 4321, .home = "/nonexistent" };
	tr_cleanup_err struct tr_err err = { 0 };
	struct process_output o;
	gid_t roots = 7;

	if (geteuid() != 0)
		return;
	setenv("SECRET_OF_ROOT", "x", 1);
	ck_assert_int_eq(setgroups(1, &roots), 0);
	ck_assert_int_eq(run_sh("id -u; id -G; echo $HOME $XDG_RUNTIME_DIR $SECRET_OF_ROOT", &user,
				5000, &o, &err),
			 0);
	ck_assert_str_eq(o.out, "1234\n4321\n/nonexistent /run/user/1234\n");
	process_output_release(&o);
}
END_TEST

TR_SUITE("engine", refuses_what_is_no_engine_here, asks_docker, knows_podman_behind_dockers_socket,
	 which_machine, subjects, contexts, processes, processes_of_another_user)
