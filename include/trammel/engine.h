/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The container engine: which one, is it this machine's, and what it says about a container. Docker's
 * API over its Unix socket, with libcurl; podman's service speaks the same, and without its
 * service the podman command is asked. Every question is bounded in time (10 s; stopping a
 * container, 5 minutes) and answer in size. A tr_engine is for one thread at a time, any thread.
 */
#ifndef TRAMMEL_ENGINE_H
#define TRAMMEL_ENGINE_H

#include <stdbool.h>
#include <stddef.h>

#include "trammel/err.h"
#include "trammel/facts.h"

struct tr_engine;

enum tr_engine_kind {
	TR_ENGINE_DOCKER,
	TR_ENGINE_PODMAN
};

/*
 * Finds the engine as the docker command would for the user who called (under sudo: the caller's
 * ~/.docker, DOCKER_CONFIG, DOCKER_CONTEXT, DOCKER_HOST): DOCKER_HOST, then the context, then
 * /var/run/docker.sock; for podman CONTAINER_HOST, then its sockets, then the command.
 * `host` (may be NULL) is a `-H`/`--host`/`--context`-like override from a command line.
 * Connects, and checks that the engine runs on this machine and this kernel.
 * Errors, kind TR_ERR_CANNOT: nothing listens there; it is remote (tcp, ssh, npipe); it is a
 * virtual machine's (Docker Desktop, a kernel that is not ours). *ret_foreign (may be NULL) is set
 * to true in the last two cases: there is an engine, and it must not be recorded with.
 * Kind TR_ERR_INPUT: config.json or a context is broken, or a context that is named is not there.
 */
int tr_engine_open(struct tr_engine **ret, enum tr_engine_kind kind, const char *host,
		   const char *context, bool *ret_foreign, struct tr_err *err);
void tr_engine_close(struct tr_engine *e);

enum tr_engine_kind tr_engine_kind(const struct tr_engine *e);
/* "Docker 20.10.24", "podman 4.3.1"; valid until close. */
const char *tr_engine_version(const struct tr_engine *e);
/* The socket's path, "/var/run/docker.sock"; NULL where a command is asked instead. */
const char *tr_engine_socket(const struct tr_engine *e);
/* What the engine can do, for `features`: has seccomp, has AppArmor, cgroup driver and version. */
struct tr_engine_info {
	bool seccomp, apparmor;
	char *cgroup_driver, *cgroup_version, *storage_driver, *runtime, *runtime_version;
};
int tr_engine_info(struct tr_engine *e, struct tr_engine_info *ret, struct tr_err *err);
void tr_engine_info_release(struct tr_engine_info *i);

/* One container, as `inspect` has it. All strings owned, NULL where the engine has none. */
struct tr_container {
	char *id; /* 64 hex digits */
	char *name; /* without the leading slash */
	char *image; /* the reference it was started with, "redis:7" */
	char *image_digest; /* "sha256:..." of the image's configuration */
	char *service; /* label com.docker.compose.service */
	char *project; /* label com.docker.compose.project */
	char *command; /* entry point and arguments, shell-quoted */
	char *user;
	char *engine; /* "Docker 20.10.24" */
	char *runtime; /* "runc", "crun", ... */
	char *runtime_version; /* NULL where the engine tells only that of another */
	char *seccomp; /* "default", "unconfined" or "custom" */
	char *apparmor;
	char *cap_add, *cap_drop; /* comma-separated, sorted */
	bool builds; /* a step of an image build, or a container that runs such */
	bool privileged, no_new_privileges, host_pid, host_network;
	char **mounts; /* "volume:/data:rw", "bind:/etc/x:ro", "tmpfs:/run:rw", sorted */
	size_t n_mounts;
	char **sources; /* "/data:pgdata", "/etc/x:/srv/x": where a volume or a directory comes from, sorted */
	size_t n_sources;
	/* state */
	char *status; /* "created", "running", "exited", ... */
	char *health; /* "starting", "healthy", "unhealthy"; NULL without a health check */
	int pid; /* 0 if it is not running */
	int exit_code;
	char *ip; /* first address; NULL if it has none */
};
void tr_container_release(struct tr_container *c);

/* By name or id. Returns 0, or -1; kind TR_ERR_INPUT where there is no such container. */
int tr_engine_inspect(struct tr_engine *e, const char *name, struct tr_container *ret,
		      struct tr_err *err);
/*
 * One that is gone, by its full id, as far as the engine's last events tell: id, name, image, service,
 * project and engine. Kind TR_ERR_INPUT where the engine knows of none.
 */
int tr_engine_recall(struct tr_engine *e, const char *id, struct tr_container *ret,
		     struct tr_err *err);
/* The ids of the containers that run now, on the heap; for tr_engine_list_free. */
int tr_engine_list(struct tr_engine *e, char ***ret_ids, size_t *ret_n, struct tr_err *err);
void tr_engine_list_free(char **ids, size_t n);
/*
 * Why this container cannot be recorded, in words, or NULL: its runtime keeps the syscalls from
 * this kernel (gVisor, Kata) or answers them itself (sysbox).
 */
const char *tr_container_unsupported(const struct tr_container *c);
/* Where the bytes of an archive go. */
struct tr_engine_sink {
	/* The next ones; -1, with err set, ends it. */
	int (*take)(const char *data, size_t len, void *arg, struct tr_err *err);
	/* Asked about once a second, at least: true ends it, with an error. NULL: it goes on to its end. */
	bool (*stop)(void *arg);
	void *arg;
};
/*
 * The files of an image that the engine has, as a tar archive: what `docker export` prints of a container
 * that was made of it and never started. It is made for this, and removed again whatever happens. Nothing is
 * pulled. *ret_digest: the image's, as tr_container has it; heap. Kind TR_ERR_INPUT where there is no such image.
 */
int tr_engine_image_files(struct tr_engine *e, const char *image, const struct tr_engine_sink *sink,
			  char **ret_digest, struct tr_err *err);
/* Whether it may stand for an image: a reference or a digest, of plain characters alone. */
bool tr_engine_is_image_name(const char *image);
/*
 * Whether there is a way to an engine: Docker's socket, or podman's, or its command. Nothing is asked there, so
 * that it may not answer.
 */
bool tr_engine_is_near(void);
/* Stops with the container's own signal and grace period (timeout < 0: the engine's default). */
int tr_engine_stop(struct tr_engine *e, const char *id, int timeout, struct tr_err *err);
/* Copies what a trace's context keeps of a container into rec (never the environment). */
void tr_container_to_context(const struct tr_container *c, struct tr_recording *rec);
/*
 * The subject a container is recorded as: compose service, else the last path component of the
 * image reference without tag or digest, else the container's name. Heap.
 */
char *tr_container_subject(const struct tr_container *c);

#endif
