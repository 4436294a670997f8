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

static enum engine_program program_of(const char *argv0)
{
	const char *slash = strrchr(argv0, '/'), *name = slash ? slash + 1 : argv0;

	if (!strcmp(name, "docker"))
		return PROGRAM_DOCKER;
	if (!strcmp(name, "podman"))
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
	}
}

void engine_cmdline_parse(char *const *argv, struct engine_cmdline *ret)
{
	size_t i;

	memset(ret, 0, sizeof(*ret));
	ret->program = argv[0] ? program_of(argv[0]) : PROGRAM_NONE;
	if (ret->program == PROGRAM_NONE)
		return;
	i = skip_globals(argv, ret);
	if (argv[i] && !strcmp(argv[i], "container"))
		i++;
	if (!argv[i])
		return;
	ret->verb = verb_of(argv[i]);
	ret->after_verb = i + 1;
	if (ret->verb == VERB_RUN || ret->verb == VERB_CREATE)
		look_at_run(argv, ret);
}

char **engine_cmdline_insert(char *const *argv, size_t at, char *const *words, size_t n)
{
	size_t len = 0;
	char **out;

	while (argv[len])
		len++;
	out = tr_xcalloc(len + n + 1, sizeof(*out));
	memcpy(out, argv, at * sizeof(*out));
	memcpy(out + at, words, n * sizeof(*out));
	memcpy(out + at + n, argv + at, (len - at) * sizeof(*out));
	return out;
}
