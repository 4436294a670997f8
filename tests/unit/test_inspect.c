// SPDX-License-Identifier: Apache-2.0
/* What Docker 20.10, Docker 28.5 and podman 4.3 really say; see data/engine/README. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/inspect.h"
#include "lib/suite.h"
#include "util/fs.h"
#include "util/mem.h"

static char *slurp(const char *engine, const char *name, size_t *len)
{
	tr_cleanup_err struct tr_err err = { 0 };
	char path[200], *text = NULL;

	snprintf(path, sizeof(path), "data/engine/%s-%s.json", engine, name);
	ck_assert_msg(fs_read(path, 1 << 20, &text, len, &err) == 0, "%s", tr_err_msg(&err));
	return text;
}

static void load(const char *engine, const char *name, struct tr_container *c)
{
	tr_cleanup_err struct tr_err err = { 0 };
	size_t len;
	tr_cleanup_free char *text = slurp(engine, name, &len);

	ck_assert_msg(inspect_container(text, len, c, &err) == 0, "%s %s: %s", engine, name,
		      tr_err_msg(&err));
	ck_assert(inspect_is_id(c->id));
	ck_assert_str_eq(c->name, name);
	ck_assert(!strncmp(c->image_digest, "sha256:", 7) && inspect_is_id(c->image_digest + 7));
}

static void check_mounts(const struct tr_container *c, const char *const *want, size_t n)
{
	ck_assert_uint_eq(c->n_mounts, n);
	for (size_t i = 0; i < n; i++)
		ck_assert_str_eq(c->mounts[i], want[i]);
}

START_TEST(docker_full)
{
	static const char *const engines[] = { "docker-20.10", "docker-28.5" };
	static const char *const ips[] = { "10.77.0.2", "10.78.0.2" };
	static const char *const mounts[] = { "bind:/etc/x:ro", "tmpfs:/run:rw",
					      "tmpfs:/scratch:rw", "volume:/anon:rw",
					      "volume:/data:rw" };

	for (size_t i = 0; i < TR_ARRAY_SIZE(engines); i++) {
		struct tr_container c;

		load(engines[i], "full", &c);
		ck_assert_str_eq(c.image, "registry.example:5000/team/web:1.2");
		ck_assert_str_eq(c.service, "web");
		ck_assert_str_eq(c.project, "shop");
		ck_assert_str_eq(c.command, "/bin/sleep 250");
		ck_assert_str_eq(c.user, "1000:1000");
		ck_assert_str_eq(c.runtime, "runc");
		ck_assert_str_eq(c.seccomp, "default");
		ck_assert_ptr_null(c.apparmor);
		ck_assert_str_eq(c.cap_add, "CAP_NET_ADMIN,CAP_SYS_PTRACE");
		ck_assert_str_eq(c.cap_drop, "ALL");
		ck_assert(!c.privileged && c.no_new_privileges && c.host_pid && !c.host_network);
		ck_assert_str_eq(c.status, "running");
		ck_assert_str_eq(c.health, "healthy");
		ck_assert_int_gt(c.pid, 0);
		ck_assert_str_eq(c.ip, ips[i]);
		check_mounts(&c, mounts, TR_ARRAY_SIZE(mounts));
		/* A name that the engine made up, a directory, a name. */
		ck_assert_uint_eq(c.n_sources, 3);
		ck_assert_uint_eq(strlen(c.sources[0]), strlen("/anon:") + 64);
		ck_assert(!strncmp(c.sources[1], "/data:", 6) && c.sources[1][6] != '/');
		ck_assert(!strncmp(c.sources[2], "/etc/x:/", 8));
		tr_container_release(&c);
	}
}
END_TEST

/* The API and the command say the same about one container, and name its runtime or do not. */
START_TEST(podman_full)
{
	static const char *const engines[] = { "podman-4.3-cli", "podman-4.3-compat" };
	static const char *const mounts[] = { "bind:/etc/x:ro", "tmpfs:/run:rw",
					      "volume:/data:rw" };

	for (size_t i = 0; i < TR_ARRAY_SIZE(engines); i++) {
		struct tr_container c;

		load(engines[i], "full", &c);
		ck_assert_str_eq(c.image, "localhost/lab/busybox:1");
		ck_assert_str_eq(c.service, "web");
		ck_assert_str_eq(c.command, "sleep 300");
		ck_assert_str_eq(c.user, "1000:1000");
		ck_assert_str_eq(c.seccomp, "default");
		ck_assert_str_eq(c.cap_add, "CAP_NET_ADMIN,CAP_SYS_PTRACE");
		ck_assert_str_eq(c.cap_drop, "CAP_AUDIT_WRITE,CAP_CHOWN,CAP_MKNOD,CAP_NET_RAW");
		ck_assert(c.no_new_privileges && !c.host_pid && !c.host_network);
		ck_assert_str_eq(c.health, "healthy");
		ck_assert_ptr_null(c.ip);
		if (i == 0)
			ck_assert_str_eq(c.runtime, "runc");
		else
			ck_assert_ptr_null(c.runtime);
		check_mounts(&c, mounts, TR_ARRAY_SIZE(mounts));
		tr_container_release(&c);
	}
}
END_TEST

static void check_security(const char *engine, const char *name, const char *seccomp,
			   bool privileged, bool nnp, bool host_network, bool host_pid)
{
	struct tr_container c;

	load(engine, name, &c);
	ck_assert_msg(!strcmp(c.seccomp, seccomp), "%s %s: %s", engine, name, c.seccomp);
	ck_assert_int_eq(c.privileged, privileged);
	ck_assert_int_eq(c.no_new_privileges, nnp);
	ck_assert_int_eq(c.host_network, host_network);
	ck_assert_int_eq(c.host_pid, host_pid);
	ck_assert_ptr_null(c.health);
	ck_assert_ptr_null(c.cap_add);
	tr_container_release(&c);
}

START_TEST(security_options)
{
	static const char *const docker[] = { "docker-20.10", "docker-28.5" };
	static const char *const podman[] = { "podman-4.3-cli", "podman-4.3-compat" };

	for (size_t i = 0; i < 2; i++) {
		check_security(docker[i], "custom", "custom", false, false, true, false);
		check_security(docker[i], "unconf", "unconfined", false, true, false, false);
		check_security(docker[i], "priv", "unconfined", true, false, false, false);
		check_security(docker[i], "privcustom", "custom", true, false, false, false);
		check_security(docker[i], "done", "default", false, false, false, false);
		check_security(podman[i], "custom", "custom", false, false, true, false);
		check_security(podman[i], "unconf", "unconfined", false, false, false, true);
		check_security(podman[i], "priv", "unconfined", true, false, false, false);
	}
}
END_TEST

START_TEST(states_and_quoting)
{
	struct tr_container c;

	load("docker-28.5", "done", &c);
	ck_assert_str_eq(c.status, "exited");
	ck_assert_int_eq(c.exit_code, 7);
	ck_assert_int_eq(c.pid, 0);
	ck_assert_ptr_null(c.ip);
	ck_assert_str_eq(c.command, "sh -c 'exit 7'");
	tr_container_release(&c);
	load("docker-20.10", "custom", &c);
	ck_assert_str_eq(c.command, "sh -c 'echo \"a b\"; sleep 300'");
	/* Asked for by name, though this engine has no AppArmor. */
	ck_assert_str_eq(c.apparmor, "unconfined");
	tr_container_release(&c);
}
END_TEST

/* The environment holds TOKEN=topsecret in each of the "full" ones. */
START_TEST(never_the_environment)
{
	static const char *const engines[] = { "docker-20.10", "docker-28.5", "podman-4.3-cli",
					       "podman-4.3-compat" };

	for (size_t i = 0; i < TR_ARRAY_SIZE(engines); i++) {
		struct tr_recording rec = { 0 };
		struct tr_container c;
		size_t len;
		tr_cleanup_free char *text = slurp(engines[i], "full", &len);

		ck_assert_ptr_nonnull(strstr(text, "topsecret"));
		load(engines[i], "full", &c);
		tr_container_to_context(&c, &rec);
		ck_assert_uint_gt(rec.context->n, 10);
		for (size_t k = 0; k < rec.context->n; k++)
			for (size_t j = 0; j < rec.context->v[k].values.n; j++)
				ck_assert_ptr_null(
					strstr(rec.context->v[k].values.v[j], "topsecret"));
		tr_recording_release(&rec);
		tr_container_release(&c);
	}
}
END_TEST

#define ID "\"Id\":\"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\""

static void parse(const char *members, struct tr_container *c)
{
	tr_cleanup_free char *text = tr_xasprintf("{" ID "%s}", members);
	tr_cleanup_err struct tr_err err = { 0 };

	ck_assert_msg(inspect_container(text, strlen(text), c, &err) == 0, "%s: %s", members,
		      tr_err_msg(&err));
}

/* Forms that other versions and other commands write. */
START_TEST(other_spellings)
{
	struct tr_container c;

	parse(",\"Config\":{},\"HostConfig\":{\"CapAdd\":[\"sys_admin\",\"all\",\"CAP_KILL\"],"
	      "\"SecurityOpt\":[\"seccomp:unconfined\",\"apparmor:mine\","
	      "\"no-new-privileges:true\"],\"Runtime\":\"io.containerd.runsc.v1\","
	      "\"Tmpfs\":{\"/a\":\"noexec,ro\",\"/b\":\"\"}},"
	      "\"State\":{\"Healthcheck\":{\"Status\":\"starting\"}},"
	      "\"NetworkSettings\":{\"Networks\":{\"n\":{\"IPAddress\":\"\","
	      "\"GlobalIPv6Address\":\"fd00::2\"},\"m\":{\"IPAddress\":\"10.0.0.2\"}}}",
	      &c);
	ck_assert_str_eq(c.cap_add, "ALL,CAP_KILL,CAP_SYS_ADMIN");
	ck_assert_str_eq(c.seccomp, "unconfined");
	ck_assert_str_eq(c.apparmor, "mine");
	ck_assert(c.no_new_privileges);
	ck_assert_str_eq(c.runtime, "runsc");
	ck_assert_ptr_nonnull(tr_container_unsupported(&c));
	ck_assert_str_eq(c.health, "starting");
	ck_assert_str_eq(c.ip, "fd00::2");
	ck_assert_str_eq(c.mounts[0], "tmpfs:/a:ro");
	ck_assert_str_eq(c.mounts[1], "tmpfs:/b:rw");
	tr_container_release(&c);
	parse(",\"Config\":{},\"HostConfig\":{\"SecurityOpt\":[\"seccomp=builtin\","
	      "\"no-new-privileges=false\"]},\"State\":{\"Health\":{\"Status\":\"none\"}},"
	      "\"OCIRuntime\":\"/usr/bin/crun\"",
	      &c);
	ck_assert_str_eq(c.seccomp, "default");
	ck_assert(!c.no_new_privileges);
	ck_assert_ptr_null(c.health);
	ck_assert_str_eq(c.runtime, "crun");
	ck_assert_ptr_null(tr_container_unsupported(&c));
	tr_container_release(&c);
}
END_TEST

static bool builds(const char *image, const char *log, const char *health, const char *name)
{
	tr_cleanup_free char *text = tr_xasprintf(
		",\"Name\":\"%s\",\"Config\":{\"Image\":\"%s\",\"Healthcheck\":{\"Test\":%s}},"
		"\"HostConfig\":{\"LogConfig\":{\"Type\":\"%s\"}},\"State\":{}",
		name, image, health, log);
	struct tr_container c;
	bool r;

	parse(text, &c);
	r = c.builds;
	tr_container_release(&c);
	return r;
}

/* As Docker 20.10 has a RUN instruction; each of its marks alone is anybody's. */
START_TEST(knows_builds)
{
	static const char none[] = "[\"NONE\"]";

	ck_assert(builds("sha256:ea28bce69073", "none", none, "/x"));
	ck_assert(!builds("busybox", "none", none, "/x"));
	ck_assert(!builds("sha256:ea28bce69073", "json-file", none, "/x"));
	ck_assert(!builds("sha256:ea28bce69073", "none", "[\"CMD\",\"true\"]", "/x"));
	ck_assert(!builds("sha256:ea28bce69073", "none", "[]", "/x"));
	ck_assert(!builds("sha256:ea28bce69073", "none", "[1]", "/x"));
	ck_assert(!builds("sha256:ea28bce69073", "none", "7", "/x"));
	ck_assert(
		builds("moby/buildkit:buildx-stable-1", "json-file", "[]", "/buildx_buildkit_a0"));
}
END_TEST

START_TEST(refuses_what_is_no_container)
{
	static const char *const bad[] = {
		"",
		"null",
		"[]",
		"[{},{}]",
		"{}",
		"{\"Id\":\"../../etc\"}",
		"{\"Id\":\"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef/..\","
		"\"Config\":{},\"HostConfig\":{},\"State\":{}}",
		"{" ID "}",
		"{" ID ",\"Config\":[],\"HostConfig\":{},\"State\":{}}",
		"{" ID ",\"Config\":{\"Image\":1},\"HostConfig\":{},\"State\":{}}",
		"{" ID ",\"Config\":{},\"HostConfig\":{\"CapAdd\":[\"A\",2]},\"State\":{}}",
		"{" ID ",\"Config\":{},\"HostConfig\":{\"SecurityOpt\":[null]},\"State\":{}}",
		"{" ID ",\"Config\":{},\"HostConfig\":{},\"State\":{\"Pid\":99999999999}}",
		"{" ID ",\"Config\":{},\"HostConfig\":{},\"State\":{},\"Mounts\":[7]}",
		"{" ID ",\"Config\":{},\"HostConfig\":{},\"State\":{},\"Path\":\"a\\u0000b\"}",
		"{" ID ",\"Config\":{},\"HostConfig\":{},\"State\":{},\"Args\":[\"a\\u0000b\"]}",
	};

	for (size_t i = 0; i < TR_ARRAY_SIZE(bad); i++) {
		tr_cleanup_err struct tr_err err = { 0 };
		struct tr_container c;

		ck_assert_msg(inspect_container(bad[i], strlen(bad[i]), &c, &err) == -1, "%s",
			      bad[i]);
		ck_assert_int_eq(err.kind, TR_ERR_INPUT);
		ck_assert_ptr_null(c.id);
	}
}
END_TEST

static void load_desc(const char *engine, struct engine_desc *d)
{
	tr_cleanup_err struct tr_err err = { 0 };
	bool is_command = strstr(engine, "-cli") != NULL;
	size_t len;
	char *text = slurp(engine, "info", &len);
	int r;

	memset(d, 0, sizeof(*d));
	r = is_command ? inspect_podman_info(text, len, d, &err) : inspect_info(text, len, d, &err);
	ck_assert_msg(r == 0, "%s: %s", engine, tr_err_msg(&err));
	free(text);
	if (is_command)
		return;
	text = slurp(engine, "version", &len);
	ck_assert_int_eq(inspect_version(text, len, d, &err), 0);
	free(text);
}

START_TEST(engines)
{
	static const struct {
		const char *file, *version, *os, *driver, *storage, *runtime, *runtime_version;
		bool podman;
	} rows[] = {
		{ "docker-20.10", "20.10.24+dfsg1", "Debian GNU/Linux 12 (bookworm)", "cgroupfs",
		  "overlay2", "runc", "1.1.5+ds1", false },
		{ "docker-28.5", "28.5.2+dfsg4", NULL, "cgroupfs", "overlay2", "runc", "1.3.6+ds1",
		  false },
		{ "podman-4.3-compat", "4.3.1", "debian", "cgroupfs", "overlay", "runc",
		  "1.1.5+ds1", true },
		{ "podman-4.3-cli", "4.3.1", NULL, "cgroupfs", "overlay", "runc", "1.1.5+ds1",
		  true },
	};

	for (size_t i = 0; i < TR_ARRAY_SIZE(rows); i++) {
		struct engine_desc d;

		load_desc(rows[i].file, &d);
		ck_assert_str_eq(d.version, rows[i].version);
		if (rows[i].os)
			ck_assert_str_eq(d.os, rows[i].os);
		ck_assert_str_eq(d.host, "vm");
		ck_assert(!strncmp(d.kernel, "6.18.44", 7));
		ck_assert_uint_eq(d.memory, 25274793984ULL);
		ck_assert_str_eq(d.info.cgroup_driver, rows[i].driver);
		ck_assert_str_eq(d.info.cgroup_version, "1");
		ck_assert_str_eq(d.info.storage_driver, rows[i].storage);
		ck_assert_str_eq(d.info.runtime, rows[i].runtime);
		ck_assert_str_eq(d.info.runtime_version, rows[i].runtime_version);
		ck_assert_int_eq(d.is_podman, rows[i].podman);
		ck_assert(d.info.seccomp && !d.info.apparmor && !d.no_new_privileges);
		ck_assert_str_eq(d.seccomp_profile, "default");
		engine_desc_release(&d);
	}
}
END_TEST

static void check_profile(const char *options, const char *want, bool apparmor, bool nnp)
{
	tr_cleanup_free char *text = tr_xasprintf("{\"SecurityOptions\":%s}", options);
	struct engine_desc d = { 0 };

	ck_assert_int_eq(inspect_info(text, strlen(text), &d, NULL), 0);
	ck_assert_str_eq(d.seccomp_profile, want);
	ck_assert_int_eq(d.info.apparmor, apparmor);
	ck_assert_int_eq(d.no_new_privileges, nnp);
	engine_desc_release(&d);
}

START_TEST(engine_security_options)
{
	check_profile("null", "unconfined", false, false);
	check_profile("[\"name=apparmor\"]", "unconfined", true, false);
	check_profile("[\"name=seccomp,profile=default\",\"name=apparmor\"]", "default", true,
		      false);
	check_profile("[\"name=seccomp,profile=builtin\"]", "default", false, false);
	check_profile("[\"name=seccomp,profile=unconfined\"]", "unconfined", false, false);
	check_profile("[\"name=seccomp,profile=/etc/docker/s.json\",\"name=no-new-privileges\"]",
		      "custom", false, true);
}
END_TEST

START_TEST(lists)
{
	static const char list[] = "[{" ID ",\"Names\":[\"/x\"]},{" ID "}]";
	static const char *const bad[] = { "{}", "[1]", "[{}]", "[{" ID "},{\"Id\":\"x\"}]", "7" };
	char **ids;
	size_t n;

	ck_assert_int_eq(inspect_list(list, strlen(list), &ids, &n, NULL), 0);
	ck_assert_uint_eq(n, 2);
	ck_assert(inspect_is_id(ids[1]));
	tr_engine_list_free(ids, n);
	ck_assert_int_eq(inspect_list("[]", 2, &ids, &n, NULL), 0);
	ck_assert_uint_eq(n, 0);
	tr_engine_list_free(ids, n);
	for (size_t i = 0; i < TR_ARRAY_SIZE(bad); i++)
		ck_assert_int_eq(inspect_list(bad[i], strlen(bad[i]), &ids, &n, NULL), -1);
}
END_TEST

TR_SUITE("inspect", docker_full, podman_full, security_options, states_and_quoting,
	 never_the_environment, other_spellings, knows_builds, refuses_what_is_no_container,
	 engines, engine_security_options, lists)
