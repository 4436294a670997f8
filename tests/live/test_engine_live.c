// SPDX-License-Identifier: Apache-2.0
/*
 * A real Docker engine, at DOCKER_HOST or where the docker command looks: containers are made with the
 * docker command, and what we say of them is what was asked for. Needs busybox as a static binary.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/suite.h"
#include "trammel/engine.h"
#include "util/mem.h"

static char image[64], container[64], volume[64];
static struct tr_engine *engine;

static int run(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
static int run(const char *fmt, ...)
{
	char cmd[2048];
	va_list ap;
	int status;

	va_start(ap, fmt);
	vsnprintf(cmd, sizeof(cmd), fmt, ap);
	va_end(ap);
	status = system(cmd);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

static int make_image(void)
{
	return run("set -e; d=$(mktemp -d); trap 'rm -rf $d' EXIT; b=$(command -v busybox); "
		   "mkdir -p $d/bin; cp $b $d/bin/busybox; "
		   "for a in sh sleep true; do ln -s busybox $d/bin/$a; done; "
		   "tar -C $d -c . | docker import - %s:1 >/dev/null",
		   image);
}

static void tidy(void)
{
	run("docker rm -f %s >/dev/null 2>&1; docker volume rm %s >/dev/null 2>&1; "
	    "docker rmi %s:1 >/dev/null 2>&1",
	    container, volume, image);
}

static void inspect(struct tr_container *c)
{
	tr_cleanup_err struct tr_err err = { 0 };

	ck_assert_msg(tr_engine_inspect(engine, container, c, &err) == 0, "%s", tr_err_msg(&err));
	ck_assert_str_eq(c->name, container);
}

static bool is_listed(const char *id)
{
	tr_cleanup_err struct tr_err err = { 0 };
	char **ids = NULL;
	bool found = false;
	size_t n = 0;

	ck_assert_msg(tr_engine_list(engine, &ids, &n, &err) == 0, "%s", tr_err_msg(&err));
	for (size_t i = 0; i < n; i++)
		found = found || !strcmp(ids[i], id);
	tr_engine_list_free(ids, n);
	return found;
}

static void wait_healthy(struct tr_container *c)
{
	for (int i = 0; i < 100; i++) {
		inspect(c);
		ck_assert_ptr_nonnull(c->health);
		if (!strcmp(c->health, "healthy"))
			return;
		tr_container_release(c);
		usleep(100000);
	}
	ck_abort_msg("it never becomes healthy");
}

/* The process it names is the container's: the kernel says so. */
static void check_pid(const struct tr_container *c)
{
	char path[64], line[1024];
	bool found = false;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/cgroup", c->pid);
	f = fopen(path, "r");
	ck_assert_ptr_nonnull(f);
	while (fgets(line, sizeof(line), f))
		found = found || strstr(line, c->id);
	fclose(f);
	ck_assert(found);
}

static void check_asked_for(const struct tr_container *c)
{
	char want[80];

	snprintf(want, sizeof(want), "%s:1", image);
	ck_assert_str_eq(c->image, want);
	ck_assert_str_eq(c->command, "sleep 300");
	ck_assert_str_eq(c->user, "7:8");
	ck_assert_str_eq(c->service, "front");
	ck_assert_str_eq(c->cap_add, "CAP_SYS_PTRACE");
	ck_assert_str_eq(c->cap_drop, "CAP_CHOWN,CAP_KILL");
	ck_assert(c->no_new_privileges && !c->privileged && !c->host_pid && !c->host_network);
	ck_assert_uint_eq(c->n_mounts, 3);
	ck_assert_str_eq(c->mounts[0], "bind:/bound:ro");
	ck_assert_str_eq(c->mounts[1], "tmpfs:/scratch:rw");
	ck_assert_str_eq(c->mounts[2], "volume:/kept:rw");
	ck_assert_str_eq(c->status, "running");
	ck_assert_ptr_nonnull(strstr(c->engine, "Docker "));
	ck_assert_ptr_nonnull(c->runtime);
}

/* Gone, but not forgotten; and one that never was. */
static void recall(const char *id)
{
	tr_cleanup_err struct tr_err err = { 0 };
	char never[65];
	struct tr_container c;

	ck_assert_msg(tr_engine_recall(engine, id, &c, &err) == 0, "%s", tr_err_msg(&err));
	ck_assert_str_eq(c.id, id);
	ck_assert_str_eq(c.name, container);
	ck_assert_str_eq(c.service, "front");
	ck_assert(!strncmp(c.image, image, strlen(image)));
	tr_container_release(&c);
	memset(never, 'e', 64);
	never[64] = '\0';
	ck_assert_int_eq(tr_engine_recall(engine, never, &c, &err), -1);
	ck_assert_int_eq(err.kind, TR_ERR_INPUT);
}

START_TEST(a_container_from_birth_to_end)
{
	tr_cleanup_err struct tr_err err = { 0 };
	struct tr_container c;

	ck_assert_int_eq(
		run("docker run -d --name %s --network none --user 7:8 "
		    "--label com.docker.compose.service=front -e TOKEN=topsecret "
		    "--cap-add SYS_PTRACE --cap-drop KILL --cap-drop CHOWN "
		    "--security-opt no-new-privileges --tmpfs /scratch -v %s:/kept "
		    "-v /etc/hostname:/bound:ro --stop-signal KILL "
		    "--health-cmd /bin/true --health-interval 1s %s:1 sleep 300 >/dev/null",
		    container, volume, image),
		0);
	wait_healthy(&c);
	check_asked_for(&c);
	check_pid(&c);
	ck_assert(is_listed(c.id));
	ck_assert_int_eq(tr_engine_stop(engine, c.id, -1, &err), 0);
	ck_assert(!is_listed(c.id));
	tr_container_release(&c);
	inspect(&c);
	ck_assert_str_eq(c.status, "exited");
	ck_assert_int_eq(c.exit_code, 137);
	ck_assert_int_eq(c.pid, 0);
	/* Stopping what has stopped is no failure. */
	ck_assert_int_eq(tr_engine_stop(engine, c.id, 1, &err), 0);
	ck_assert_int_eq(run("docker rm %s >/dev/null", container), 0);
	ck_assert_int_eq(tr_engine_stop(engine, c.id, 1, &err), -1);
	ck_assert_int_eq(err.kind, TR_ERR_INPUT);
	recall(c.id);
	tr_container_release(&c);
}
END_TEST

static void seccomp_is(const char *options, const char *want)
{
	struct tr_container c;

	ck_assert_int_eq(run("docker create --name %s --network none %s %s:1 true >/dev/null",
			     container, options, image),
			 0);
	inspect(&c);
	ck_assert_msg(!strcmp(c.seccomp, want), "%s: %s", options, c.seccomp);
	tr_container_release(&c);
	ck_assert_int_eq(run("docker rm %s >/dev/null", container), 0);
}

START_TEST(seccomp_options)
{
	struct tr_engine_info info;

	ck_assert_int_eq(tr_engine_info(engine, &info, NULL), 0);
	if (info.seccomp)
		seccomp_is("", "default");
	tr_engine_info_release(&info);
	seccomp_is("--security-opt seccomp=unconfined", "unconfined");
	seccomp_is("--privileged", "unconfined");
	ck_assert_int_eq(run("echo '{\"defaultAction\":\"SCMP_ACT_ALLOW\"}' >%s.json", container),
			 0);
	seccomp_is("--security-opt seccomp=$PWD/$(ls test-engine-*.json)", "custom");
	run("rm -f %s.json", container);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = { a_container_from_birth_to_end, seccomp_options, NULL };
	tr_cleanup_err struct tr_err err = { 0 };
	char dir[] = "/tmp/test-engine-dir.XXXXXX";
	int status;

	snprintf(image, sizeof(image), "test-engine-image-%d", getpid());
	snprintf(container, sizeof(container), "test-engine-%d", getpid());
	snprintf(volume, sizeof(volume), "test-engine-volume-%d", getpid());
	if (tr_engine_open(&engine, TR_ENGINE_DOCKER, NULL, NULL, NULL, &err) < 0) {
		printf("skipped: %s\n", tr_err_msg(&err));
		return 77;
	}
	if (!mkdtemp(dir) || chdir(dir) < 0 || make_image() != 0) {
		printf("skipped: the docker command cannot make an image of busybox\n");
		tr_engine_close(engine);
		return 77;
	}
	status = tr_run_suite("engine, live", tests);
	tidy();
	run("rm -rf %s", dir);
	tr_engine_close(engine);
	return status;
}
