// SPDX-License-Identifier: Apache-2.0
#include "engine/endpoint.h"

#include <errno.h>
#include <json-c/json.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "util/fs.h"
#include "util/json.h"
#include "util/mem.h"
#include "util/sha256.h"

#define DOCKER_SOCKET "/var/run/docker.sock"
#define FILE_LIMIT    (4 << 20)

enum dialect {
	DIALECT_DOCKER,
	DIALECT_PODMAN
};

static bool is_set(const char *s)
{
	return s && *s;
}

static char *home_of(uid_t uid)
{
	struct passwd pw, *found = NULL;
	char buf[16384];

	if (getpwuid_r(uid, &pw, buf, sizeof(buf), &found) != 0 || !found)
		return NULL;
	return tr_xstrdup(found->pw_dir);
}

void endpoint_env_now(struct endpoint_env *env)
{
	struct fs_owner who = fs_owner();
	const char *home = getenv("HOME");

	memset(env, 0, sizeof(*env));
	env->docker_host = getenv("DOCKER_HOST");
	env->docker_context = getenv("DOCKER_CONTEXT");
	env->docker_config = getenv("DOCKER_CONFIG");
	env->container_host = getenv("CONTAINER_HOST");
	env->container_connection = getenv("CONTAINER_CONNECTION");
	env->uid = who.uid;
	env->is_sudo = who.is_sudo;
	if (!who.is_sudo)
		env->xdg_runtime_dir = getenv("XDG_RUNTIME_DIR");
	/* sudo sets HOME to root's or leaves the caller's, as it is configured: do not ask it. */
	env->home = who.is_sudo || !is_set(home) ? home_of(who.uid) : tr_xstrdup(home);
}

void endpoint_env_release(struct endpoint_env *env)
{
	free(env->home);
	memset(env, 0, sizeof(*env));
}

void endpoint_release(struct endpoint *ep)
{
	free(ep->socket);
	free(ep->origin);
	memset(ep, 0, sizeof(*ep));
}

static int take_socket(const char *path, enum dialect dialect, const char *origin,
		       struct endpoint *ret, struct tr_err *err)
{
	if (!*path && dialect == DIALECT_PODMAN)
		return tr_err_set(err, TR_ERR_INPUT, "%s: expected unix:///PATH", origin);
	if (!*path)
		path = DOCKER_SOCKET;
	if (strlen(path) + 1 >= sizeof(((struct sockaddr_un *)0)->sun_path))
		return tr_err_set(err, TR_ERR_INPUT, "%s: the path of the socket is too long",
				  origin);
	/* podman reads unix://run/x as unix:///run/x; docker, from the working directory. */
	ret->socket = dialect == DIALECT_PODMAN && *path != '/' ? tr_xasprintf("/%s", path) :
								  tr_xstrdup(path);
	ret->origin = tr_xstrdup(origin);
	return 0;
}

/* As docker/cli opts/hosts.go reads it: a text without "://" is a host and port for TCP. */
static bool is_remote(const char *url)
{
	static const char *const schemes[] = { "tcp://", "ssh://", "npipe://", "http://",
					       "https://" };

	for (size_t i = 0; i < TR_ARRAY_SIZE(schemes); i++)
		if (!strncmp(url, schemes[i], strlen(schemes[i])))
			return true;
	/* A bare path is what people write by mistake, and not a host. */
	return !strstr(url, "://") && *url != '/' && strncmp(url, "unix:", 5);
}

static int parse_url(const char *url, enum dialect dialect, const char *origin,
		     struct endpoint *ret, bool *ret_foreign, struct tr_err *err)
{
	if (!*url)
		return take_socket("", dialect, origin, ret, err);
	if (!strncmp(url, "unix://", 7))
		return take_socket(url + 7, dialect, origin, ret, err);
	if (!is_remote(url))
		return tr_err_set(err, TR_ERR_INPUT, "%s is '%s': expected unix:///PATH", origin,
				  url);
	*ret_foreign = true;
	return tr_err_set(err, TR_ERR_CANNOT,
			  "%s is '%s': an engine that is not on this machine cannot be recorded",
			  origin, url);
}

/* Reads a JSON object; returns 0 where there is no such file. */
static int read_object(const char *path, json_object **ret, struct tr_err *err)
{
	json_object *o = NULL;
	struct stat st;

	if (stat(path, &st) < 0) {
		if (errno == ENOENT || errno == ENOTDIR)
			return 0;
		return tr_err_errno(err, TR_ERR_INPUT, errno, "%s", path);
	}
	/* A FIFO would hold us up for ever. */
	if (!S_ISREG(st.st_mode))
		return tr_err_set(err, TR_ERR_INPUT, "%s: not a regular file", path);
	if (json_read_file(path, FILE_LIMIT, &o, err) < 0)
		return -1;
	if (json_object_get_type(o) != json_type_object) {
		tr_err_set(err, TR_ERR_INPUT, "%s: expected an object, found %s", path,
			   json_kind(o));
		json_object_put(o);
		return -1;
	}
	*ret = o;
	return 1;
}

static char *config_dir(const struct endpoint_env *env)
{
	if (is_set(env->docker_config))
		return tr_xstrdup(env->docker_config);
	return env->home ? tr_xasprintf("%s/.docker", env->home) : NULL;
}

/* The currentContext of config.json, on the heap; *ret stays as it is if none is set. */
static int current_context(const char *dir, char **ret, struct tr_err *err)
{
	tr_cleanup_free char *path = tr_xasprintf("%s/config.json", dir);
	json_object *o = NULL;
	const char *name = NULL;
	int r = read_object(path, &o, err);

	if (r <= 0)
		return r;
	r = json_member_string(o, "currentContext", path, &name, err);
	if (r > 0 && is_set(name))
		*ret = tr_xstrdup(name);
	json_object_put(o);
	return r < 0 ? -1 : 0;
}

/* The Host of a context's docker endpoint; "" means the default socket. */
static int context_host(json_object *meta, const char *path, char **ret, struct tr_err *err)
{
	json_object *endpoints = NULL, *docker = NULL;
	const char *host = "";

	if (json_member_object(meta, "Endpoints", path, &endpoints, err) < 0 ||
	    (endpoints && json_member_object(endpoints, "docker", path, &docker, err) < 0))
		return -1;
	if (!docker)
		return tr_err_set(err, TR_ERR_INPUT, "%s: has no endpoint for docker", path);
	if (json_member_string(docker, "Host", path, &host, err) < 0)
		return -1;
	*ret = tr_xstrdup(host);
	return 0;
}

/* docker/cli context/store/metadatastore.go: contexts/meta/SHA256-OF-THE-NAME/meta.json */
static int named_context(const char *dir, const char *name, struct endpoint *ret, bool *ret_foreign,
			 struct tr_err *err)
{
	tr_cleanup_free char *path = NULL, *host = NULL, *origin = NULL;
	json_object *meta = NULL;
	char hex[65];
	int r;

	sha256_hex(name, strlen(name), hex);
	path = tr_xasprintf("%s/contexts/meta/%s/meta.json", dir, hex);
	r = read_object(path, &meta, err);
	if (r == 0)
		return tr_err_set(err, TR_ERR_INPUT, "there is no docker context '%s' (%s)", name,
				  path);
	if (r > 0)
		r = context_host(meta, path, &host, err);
	json_object_put(meta);
	if (r < 0)
		return tr_err_wrap(err, "the docker context '%s'", name);
	origin = tr_xasprintf("the docker context '%s'", name);
	return parse_url(host, DIALECT_DOCKER, origin, ret, ret_foreign, err);
}

/* docker/cli cli/command/cli.go, resolveContextName: what is given, the environment, the file. */
static int context_name(const struct endpoint_env *env, const char *dir, const char *host,
			const char *context, char **ret, struct tr_err *err)
{
	if (is_set(context))
		*ret = tr_xstrdup(context);
	else if (is_set(host) || is_set(env->docker_host))
		return 0;
	else if (is_set(env->docker_context))
		*ret = tr_xstrdup(env->docker_context);
	else if (dir)
		return current_context(dir, ret, err);
	return 0;
}

int endpoint_docker(const struct endpoint_env *env, const char *host, const char *context,
		    struct endpoint *ret, bool *ret_foreign, struct tr_err *err)
{
	tr_cleanup_free char *dir = config_dir(env), *name = NULL;

	if (is_set(host) && is_set(context))
		return tr_err_set(err, TR_ERR_INPUT,
				  "a docker host and a docker context cannot both be given");
	if (context_name(env, dir, host, context, &name, err) < 0)
		return -1;
	if (name && strcmp(name, "default")) {
		if (dir)
			return named_context(dir, name, ret, ret_foreign, err);
		return tr_err_set(err, TR_ERR_INPUT,
				  "the docker context '%s': user %u has no home directory", name,
				  env->uid);
	}
	/* The context "default" is what there would be without contexts. */
	if (is_set(host))
		return parse_url(host, DIALECT_DOCKER, "the docker host", ret, ret_foreign, err);
	if (is_set(env->docker_host))
		return parse_url(env->docker_host, DIALECT_DOCKER, "DOCKER_HOST", ret, ret_foreign,
				 err);
	return take_socket("", DIALECT_DOCKER, "docker's default", ret, err);
}

int endpoint_podman(const struct endpoint_env *env, const char *host, const char *connection,
		    struct endpoint *ret, bool *ret_foreign, struct tr_err *err)
{
	const char *origin = "podman's URL";

	if (!is_set(host) && !is_set(connection)) {
		host = env->container_host;
		origin = "CONTAINER_HOST";
		if (!is_set(host))
			connection = env->container_connection;
	}
	/* Connections are for elsewhere: ssh, or podman's own virtual machine. */
	if (is_set(connection)) {
		*ret_foreign = true;
		return tr_err_set(err, TR_ERR_CANNOT,
				  "podman's connection '%s': an engine that is not on this machine "
				  "cannot be recorded; if it is, name its socket in CONTAINER_HOST",
				  connection);
	}
	if (!is_set(host))
		return 0;
	if (parse_url(host, DIALECT_PODMAN, origin, ret, ret_foreign, err) < 0)
		return -1;
	return 1;
}

char *endpoint_podman_default(const struct endpoint_env *env, uid_t uid)
{
	if (uid == 0)
		return tr_xstrdup("/run/podman/podman.sock");
	if (uid == env->uid && is_set(env->xdg_runtime_dir))
		return tr_xasprintf("%s/podman/podman.sock", env->xdg_runtime_dir);
	return tr_xasprintf("/run/user/%u/podman/podman.sock", uid);
}
