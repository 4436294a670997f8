// SPDX-License-Identifier: Apache-2.0
#include "engine/cmdline.h"

#include <string.h>

#include "util/mem.h"

/* Global options that take the next word; docker 29 and podman 5 `--help`, comma-separated. */
static const char *const takes_value[] = {
	[PROGRAM_DOCKER] = "--config,-c,--context,-H,--host,-l,--log-level,--tlscacert,--tlscert,"
			   "--tlskey",
	[PROGRAM_PODMAN] =
		"--cgroup-manager,--config,--conmon,-c,--connection,--events-backend,"
		"--hooks-dir,--identity,--imagestore,--log-level,--module,--network-cmd-path,"
		"--network-config-dir,--out,--root,--runroot,--runtime,--runtime-flag,--ssh,"
		"--storage-driver,--storage-opt,--tmpdir,--url,--volumepath",
	[PROGRAM_NERDCTL] =
		"-a,--address,-H,--host,-n,--namespace,--cgroup-manager,--cni-netconfpath,"
		"--cni-path,--data-root,--hosts-dir,--snapshotter,--storage-driver",
};

/*
 * What stands between "compose" and its command takes these with the next word; docker-compose 1.29, compose 2
 * and podman-compose 1.0 `--help`.
 */
static const char compose_takes_value[] =
	"-f,--file,-p,--project-name,--project-directory,--profile,--env-file,--ansi,--progress,"
	"--parallel,-c,--context,-H,--host,--log-level,--tlscacert,--tlscert,--tlskey,"
	"--podman-path,--podman-args,--podman-run-args,--podman-build-args";

static bool in_list(const char *list, const char *word)
{
	size_t n = strlen(word);

	for (const char *p = list; *p;) {
		size_t k = strcspn(p, ",");

		if (k == n && !strncmp(p, word, n))
			return true;
		p += k + (p[k] == ',');
	}
	return false;
}

static const char *base_of(const char *argv0)
{
	const char *slash = strrchr(argv0, '/');

	return slash ? slash + 1 : argv0;
}

static enum engine_program program_of(const char *name)
{
	if (!strcmp(name, "docker") || !strcmp(name, "docker-compose"))
		return PROGRAM_DOCKER;
	if (!strcmp(name, "podman") || !strcmp(name, "podman-compose"))
		return PROGRAM_PODMAN;
	if (!strcmp(name, "nerdctl"))
		return PROGRAM_NERDCTL;
	return PROGRAM_NONE;
}

/* "--name=VALUE" or, with the word behind it, "--name VALUE"; NULL if it is another option. */
static const char *value_of(const char *word, const char *next, const char *names)
{
	const char *eq = strchr(word, '=');
	tr_cleanup_free char *name = tr_xstrndup(word, eq ? (size_t)(eq - word) : strlen(word));

	if (!in_list(names, name))
		return NULL;
	return eq ? eq + 1 : next;
}

/* Reads the global options. Returns the index of the first word that is none. */
static size_t skip_globals(char *const *argv, struct engine_cmdline *c)
{
	size_t i = 1;

	while (argv[i] && argv[i][0] == '-') {
		const char *host = value_of(argv[i], argv[i + 1], "-H,--host,--url");
		const char *context = value_of(argv[i], argv[i + 1], "-c,--context,--connection");

		if (host)
			c->host = host;
		if (context)
			c->context = context;
		i += in_list(takes_value[c->program], argv[i]) && argv[i + 1] ? 2 : 1;
	}
	return i;
}

static enum engine_verb verb_of(const char *word)
{
	if (!strcmp(word, "run"))
		return VERB_RUN;
	if (!strcmp(word, "create"))
		return VERB_CREATE;
	if (!strcmp(word, "start") || !strcmp(word, "restart"))
		return VERB_START;
	if (!strcmp(word, "compose"))
		return VERB_COMPOSE;
	return VERB_OTHER;
}

/*
 * Looks for two options of run. It does not know where the image's name stands, so words behind it
 * are looked at too: a container's own argument of that name would be taken for the engine's.
 */
static void look_at_run(char *const *argv, struct engine_cmdline *c)
{
	for (size_t i = c->after_verb; argv[i] && strcmp(argv[i], "--"); i++) {
		const char *cid = value_of(argv[i], argv[i + 1], "--cidfile");
		const char *sec = value_of(argv[i], argv[i + 1], "--security-opt");

		if (cid && !c->cidfile)
			c->cidfile = cid;
		if (sec && !strncmp(sec, "seccomp", 7) && (sec[7] == '=' || sec[7] == ':'))
			c->has_seccomp = true;
		if (sec && !strncmp(sec, "apparmor", 8) && (sec[8] == '=' || sec[8] == ':'))
			c->has_apparmor = true;
	}
}

/* docker-compose and podman-compose are programs of their own: no word says "compose". */
static bool is_compose(const char *name)
{
	return !strcmp(name, "docker-compose") || !strcmp(name, "podman-compose");
}

static void look_at_compose(char *const *argv, struct engine_cmdline *c)
{
	size_t i = c->after_verb;

	while (argv[i] && argv[i][0] == '-') {
		const char *project = value_of(argv[i], argv[i + 1], "-p,--project-name");
		const char *host = value_of(argv[i], argv[i + 1], "-H,--host");
		const char *context = value_of(argv[i], argv[i + 1], "-c,--context");

		if (project)
			c->project = project;
		else if (!strncmp(argv[i], "-p", 2) && argv[i][2])
			c->project = argv[i] + 2;
		if (host)
			c->host = host;
		if (context)
			c->context = context;
		i += in_list(compose_takes_value, argv[i]) && argv[i + 1] ? 2 : 1;
	}
}

void engine_cmdline_parse(char *const *argv, struct engine_cmdline *ret)
{
	size_t i;

	memset(ret, 0, sizeof(*ret));
	ret->program = argv[0] ? program_of(base_of(argv[0])) : PROGRAM_NONE;
	if (ret->program == PROGRAM_NONE)
		return;
	if (is_compose(base_of(argv[0]))) {
		ret->verb = VERB_COMPOSE;
		ret->after_verb = 1;
		look_at_compose(argv, ret);
		return;
	}
	i = skip_globals(argv, ret);
	if (argv[i] && !strcmp(argv[i], "container"))
		i++;
	if (!argv[i])
		return;
	ret->verb = verb_of(argv[i]);
	ret->after_verb = i + 1;
	if (ret->verb == VERB_RUN || ret->verb == VERB_CREATE)
		look_at_run(argv, ret);
	if (ret->verb == VERB_COMPOSE)
		look_at_compose(argv, ret);
}

char **engine_cmdline_insert(char *const *argv, size_t at, char *const *words, size_t n)
{
	size_t len = 0;
	char **out;

	while (argv[len])
		len++;
	out = tr_xcalloc(len + n + 1, sizeof(*out));
	memcpy(out, argv, at * sizeof(*out));
	/* words may be NULL where there are none, which memcpy(3) must not be given */
	for (size_t i = 0; i < n; i++)
		out[at + i] = words[i];
	memcpy(out + at + n, argv + at, (len - at) * sizeof(*out));
	return out;
}
