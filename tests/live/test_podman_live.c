// SPDX-License-Identifier: Apache-2.0
/*
 * A real podman, asked by its command and then through its service: both know the same container and
 * say the same of it. Needs root, podman, runc and busybox as a static binary.
 */
#include <check.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/suite.h"
#include "trammel/engine.h"
#include "util/mem.h"

static char image[64], container[64], dir[] = "/tmp/test-podman.XXXXXX";

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
	return run("set -e; mkdir -p %s/root/bin; cp $(command -v busybox) %s/root/bin/busybox; "
		   "ln -s busybox %s/root/bin/sleep; tar -C %s/root -cf %s/root.tar .; "
		   "podman import -q %s/root.tar localhost/%s:1 >/dev/null",
		   dir, dir, dir, dir, dir, dir, image);
}

/* Limits that this machine may not raise are named, so that podman does not try to. */
static int start_container(void)
{
	return run("podman run -d --runtime runc --network none --ulimit nofile=1024:1024 "
		   "--ulimit nproc=1000:1000 --name %s --user 7:8 --cap-add SYS_PTRACE "
		   "--security-opt seccomp=unconfined --security-opt no-new-privileges "
		   "--tmpfs /scratch localhost/%s:1 sleep 300 >/dev/null 2>%s/err",
		   container, image, dir);
}

static void tidy(void)
{
	run("podman rm -f -t 0 %s >/dev/null 2>&1; podman rmi -f localhost/%s:1 >/dev/null 2>&1; "
	    "rm -rf %s",
	    container, image, dir);
}

static struct tr_engine *open_podman(void)
{
	tr_cleanup_err struct tr_err err = { 0 };
	struct tr_engine *e = NULL;

	ck_assert_msg(tr_engine_open(&e, TR_ENGINE_PODMAN, NULL, NULL, NULL, &err) == 0, "%s",
		      tr_err_msg(&err));
	ck_assert_int_eq(tr_engine_kind(e), TR_ENGINE_PODMAN);
	return e;
}

static bool is_listed(struct tr_engine *e, const char *id)
{
	char **ids = NULL;
	bool found = false;
	size_t n = 0;

	ck_assert_int_eq(tr_engine_list(e, &ids, &n, NULL), 0);
	for (size_t i = 0; i < n; i++)
		found = found || !strcmp(ids[i], id);
	tr_engine_list_free(ids, n);
	return found;
}

static void check_asked_for(const struct tr_container *c)
{
	tr_cleanup_free char *want = tr_xasprintf("localhost/%s:1", image);
	tr_cleanup_free char *subject = tr_container_subject(c);

	ck_assert_str_eq(c->name, container);
	ck_assert_str_eq(c->image, want);
	ck_assert_str_eq(subject, image);
	ck_assert_ptr_eq(strstr(c->image_digest, "sha256:"), c->image_digest);
	ck_assert_str_eq(c->command, "sleep 300");
	ck_assert_str_eq(c->user, "7:8");
	ck_assert_str_eq(c->cap_add, "CAP_SYS_PTRACE");
	ck_assert_str_eq(c->runtime, "runc");
	ck_assert_str_eq(c->seccomp, "unconfined");
	ck_assert(c->no_new_privileges);
	ck_assert_uint_eq(c->n_mounts, 1);
	ck_assert_str_eq(c->mounts[0], "tmpfs:/scratch:rw");
	ck_assert_str_eq(c->status, "running");
	ck_assert_int_gt(c->pid, 0);
}

static void check_engine(struct tr_engine *e)
{
	char id[65];
	tr_cleanup_err struct tr_err err = { 0 };
	struct tr_container c;

	ck_assert_int_eq(start_container(), 0);
	ck_assert_msg(tr_engine_inspect(e, container, &c, &err) == 0, "%s", tr_err_msg(&err));
	check_asked_for(&c);
	ck_assert(is_listed(e, c.id));
	ck_assert_msg(tr_engine_stop(e, c.id, 0, &err) == 0, "%s", tr_err_msg(&err));
	ck_assert(!is_listed(e, c.id));
	ck_assert_int_eq(run("podman rm %s >/dev/null", container), 0);
	snprintf(id, sizeof(id), "%s", c.id);
	tr_container_release(&c);
	ck_assert_msg(tr_engine_recall(e, id, &c, &err) == 0, "%s", tr_err_msg(&err));
	ck_assert_str_eq(c.name, container);
	ck_assert_ptr_nonnull(strstr(c.image, image));
	tr_container_release(&c);
	memset(id, 'e', 64);
	ck_assert_int_eq(tr_engine_recall(e, id, &c, &err), -1);
	ck_assert_int_eq(err.kind, TR_ERR_INPUT);
	ck_assert_int_eq(tr_engine_inspect(e, container, &c, &err), -1);
	ck_assert_int_eq(err.kind, TR_ERR_INPUT);
	ck_assert_int_eq(tr_engine_stop(e, container, 0, &err), -1);
	ck_assert_int_eq(err.kind, TR_ERR_INPUT);
}

START_TEST(by_its_command)
{
	struct tr_engine *e;

	unsetenv("CONTAINER_HOST");
	e = open_podman();
	/* Where the machine's own service runs, it is asked, and that is the other test. */
	if (!tr_engine_socket(e))
		check_engine(e);
	tr_engine_close(e);
}
END_TEST

START_TEST(through_its_service)
{
	tr_cleanup_free char *url = tr_xasprintf("unix://%s/podman.sock", dir);
	tr_cleanup_free char *path = tr_xasprintf("%s/podman.sock", dir);
	pid_t pid = fork();
	struct tr_engine *e;

	if (pid == 0) {
		execlp("podman", "podman", "system", "service", "-t", "0", url, NULL);
		_exit(127);
	}
	for (int i = 0; i < 100 && access(path, F_OK) < 0; i++)
		usleep(100000);
	setenv("CONTAINER_HOST", url, 1);
	e = open_podman();
	ck_assert_str_eq(tr_engine_socket(e), path);
	unsetenv("CONTAINER_HOST");
	check_engine(e);
	tr_engine_close(e);
	kill(pid, SIGTERM);
	waitpid(pid, NULL, 0);
}
END_TEST

static int skip(const char *why)
{
	printf("skipped: %s\n", why);
	tidy();
	return 77;
}

int main(void)
{
	const TTest *const tests[] = { by_its_command, through_its_service, NULL };
	int status;

	snprintf(image, sizeof(image), "test-podman-image-%d", getpid());
	snprintf(container, sizeof(container), "test-podman-%d", getpid());
	if (geteuid() != 0 || run("command -v podman runc busybox >/dev/null") != 0) {
		printf("skipped: needs root, podman, runc and busybox\n");
		return 77;
	}
	unsetenv("CONTAINER_HOST");
	unsetenv("SUDO_UID");
	if (!mkdtemp(dir) || make_image() != 0)
		return skip("podman cannot make an image of busybox");
	if (start_container() != 0)
		return skip("podman cannot run a container here");
	run("podman rm -f -t 0 %s >/dev/null", container);
	status = tr_run_suite("podman, live", tests);
	tidy();
	return status;
}
