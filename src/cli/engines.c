// SPDX-License-Identifier: Apache-2.0
#include "cli/engines.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cmd.h"
#include "util/fs.h"
#include "util/mem.h"

static int open_one(struct engines *ret, enum tr_engine_kind kind, const struct engine_cmdline *c,
		    struct tr_err *err)
{
	struct tr_err why = { 0 };
	bool foreign = false;
	struct tr_engine *e;

	if (tr_engine_open(&e, kind, c ? c->host : NULL, c ? c->context : NULL, &foreign, &why) ==
	    0) {
		ret->e[ret->n++] = e;
		return 0;
	}
	/* A broken file of the docker command's: which engine is meant, nobody knows. */
	if (foreign || why.kind == TR_ERR_INPUT) {
		tr_err_move(err, &why);
		return -1;
	}
	cli_note("%s", tr_err_msg(&why));
	tr_err_clear(&why);
	return 0;
}

int engines_open(struct engines *ret, const struct engine_cmdline *c, struct tr_err *err)
{
	memset(ret, 0, sizeof(*ret));
	if (c && c->program == PROGRAM_NERDCTL)
		return 0;
	if ((!c || c->program != PROGRAM_PODMAN) && open_one(ret, TR_ENGINE_DOCKER, c, err) < 0)
		return -1;
	if ((!c || c->program != PROGRAM_DOCKER) && open_one(ret, TR_ENGINE_PODMAN, c, err) < 0) {
		engines_close(ret);
		return -1;
	}
	return 0;
}

void engines_close(struct engines *e)
{
	for (unsigned i = 0; i < e->n; i++)
		tr_engine_close(e->e[i]);
	e->n = 0;
}

static int fresh_directory(struct prepared *p, struct tr_err *err)
{
	const char *tmp = getenv("TMPDIR");
	struct fs_owner who = fs_owner();

	p->dir = tr_xasprintf("%s/trammel.XXXXXX", tmp && *tmp ? tmp : "/tmp");
	if (!mkdtemp(p->dir)) {
		free(tr_take(p->dir));
		return tr_err_errno(err, TR_ERR_CANNOT, errno, "make a temporary directory");
	}
	/* The command runs as the caller, and writes here. */
	if (who.is_sudo && chown(p->dir, who.uid, who.gid) < 0)
		return tr_err_errno(err, TR_ERR_CANNOT, errno, "%s", p->dir);
	return 0;
}

int prepare_command(struct prepared *ret, char **argv, const struct engine_cmdline *c,
		    struct tr_err *err)
{
	memset(ret, 0, sizeof(*ret));
	if ((c->program != PROGRAM_DOCKER && c->program != PROGRAM_PODMAN) ||
	    (c->verb != VERB_RUN && c->verb != VERB_CREATE)) {
		ret->argv = engine_cmdline_insert(argv, 0, NULL, 0);
		return 0;
	}
	if (c->cidfile) {
		ret->cidfile = tr_xstrdup(c->cidfile);
		ret->argv = engine_cmdline_insert(argv, 0, NULL, 0);
		return 0;
	}
	if (fresh_directory(ret, err) < 0) {
		prepared_release(ret);
		return -1;
	}
	ret->cidfile = tr_xasprintf("%s/cid", ret->dir);
	ret->option = tr_xasprintf("--cidfile=%s", ret->cidfile);
	ret->argv = engine_cmdline_insert(argv, c->after_verb, &ret->option, 1);
	return 0;
}

void prepared_release(struct prepared *p)
{
	if (p->dir) {
		if (p->cidfile)
			unlink(p->cidfile);
		rmdir(p->dir);
	}
	free(p->argv);
	free(p->cidfile);
	free(p->dir);
	free(p->option);
	memset(p, 0, sizeof(*p));
}
