// SPDX-License-Identifier: Apache-2.0
#include "cli/operand.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/bundle.h"
#include "cli/engines.h"
#include "formats/seccomp_names.h"
#include "record/installed.h"
#include "trammel/seccomp.h"
#include "trammel/trace.h"
#include "util/fs.h"
#include "util/mem.h"
#include "util/text.h"

#define CONTAINER "container:"
#define PROCESS	  "pid:"
/* What comes through a pipe is kept whole, as it must be looked at first. */
#define MAX_PIPED ((size_t)256 << 20)

static const char *skip_space(const char *s)
{
	return s + strspn(s, " \t\r\n");
}

/* A trace begins with {"trammel":"trace", and no profile has such a member there. */
static bool is_trace(const char *text)
{
	text = skip_space(text);
	if (*text++ != '{')
		return false;
	text = skip_space(text);
	return !strncmp(text, "\"trammel\"", strlen("\"trammel\""));
}

static int read_text(struct operand *o, char *text, size_t len, const char *name,
		     struct tr_err *err)
{
	FILE *in;
	int r;

	if (!is_trace(text)) {
		o->kind = TR_DIFF_PROFILE;
		return tr_seccomp_parse(&o->profile, text, len, name, err);
	}
	o->kind = TR_DIFF_FACTS;
	in = fmemopen(text, len, "r");
	if (!in)
		return tr_err_set(err, TR_ERR_CANNOT, "%s: cannot be read", name);
	r = tr_trace_read_stream(&o->facts, in, name, err);
	fclose(in);
	return r;
}

/* A file can be looked at first and read again: a trace of any size. */
static int read_file(struct operand *o, struct tr_err *err)
{
	tr_cleanup_fclose FILE *in = fopen(o->word, "re");
	char head[256] = "";
	size_t n;

	n = in ? fread(head, 1, sizeof(head) - 1, in) : 0;
	head[n] = '\0';
	if (in && is_trace(head)) {
		o->kind = TR_DIFF_FACTS;
		return tr_trace_read(&o->facts, o->word, err);
	}
	o->kind = TR_DIFF_PROFILE;
	return tr_seccomp_read(&o->profile, o->word, err);
}

static int read_path(struct operand *o, struct tr_err *err)
{
	tr_cleanup_free char *text = NULL;
	struct stat st;
	size_t len;

	o->is_file = strcmp(o->word, "-") != 0;
	if (o->is_file && (stat(o->word, &st) < 0 || S_ISREG(st.st_mode)))
		return read_file(o, err);
	if (fs_read(o->word, MAX_PIPED, &text, &len, err) < 0)
		return -1;
	return read_text(o, text, len, o->is_file ? o->word : "standard input", err);
}

/* Containers */

static int pid_of(const struct tr_container *c, pid_t *ret, struct tr_err *err)
{
	const char *unsupported = tr_container_unsupported(c);

	if (unsupported)
		return tr_err_set(err, TR_ERR_CANNOT, "%s", unsupported);
	if (!c->pid)
		return tr_err_set(err, TR_ERR_INPUT,
				  "it is not running: a profile is in force only "
				  "while a container runs");
	*ret = c->pid;
	return 0;
}

static int find_container(const char *name, pid_t *ret, struct tr_err *err)
{
	struct tr_container c = { 0 };
	struct engines engines;
	int r = -1;

	if (engines_open(&engines, NULL, err) < 0)
		return -1;
	if (!engines.n)
		tr_err_set(err, TR_ERR_CANNOT, "no container engine answers on this machine");
	for (unsigned i = 0; i < engines.n && r < 0; i++) {
		tr_err_clear(err);
		r = tr_engine_inspect(engines.e[i], name, &c, err);
	}
	engines_close(&engines);
	if (r == 0) {
		r = pid_of(&c, ret, err);
		tr_container_release(&c);
	}
	return r;
}

static int find_process(const char *word, const char *number, pid_t *ret, struct tr_err *err)
{
	char *end;
	long pid = strtol(number, &end, 10);

	if (*number < '0' || *number > '9' || *end || pid < 1 || pid > INT32_MAX)
		return tr_err_set(err, TR_ERR_INPUT, "%s: expected a process's number", word);
	if (kill((pid_t)pid, 0) < 0 && errno == ESRCH)
		return tr_err_set(err, TR_ERR_INPUT, "%s: there is no such process", word);
	*ret = (pid_t)pid;
	return 0;
}

int operand_pid(const char *word, pid_t *ret, bool *ret_container, struct tr_err *err)
{
	*ret_container = !strncmp(word, CONTAINER, strlen(CONTAINER));
	if (*ret_container)
		return find_container(word + strlen(CONTAINER), ret, err) < 0 ?
			       tr_err_wrap(err, "%s", word) :
			       1;
	if (strncmp(word, PROCESS, strlen(PROCESS)) != 0)
		return 0;
	return find_process(word, word + strlen(PROCESS), ret, err) < 0 ? -1 : 1;
}

static int read_filters(struct operand *o, pid_t pid, struct tr_err *err)
{
	o->kind = TR_DIFF_FILTERS;
	if (installed_filters(&o->filters, &o->n_filters, pid, err) == 0)
		return 0;
	return o->is_container ? tr_err_wrap(err, "%s", o->word) : -1;
}

int operand_open(struct operand *o, const char *word, struct tr_err *err)
{
	pid_t pid;
	int r;

	*o = (struct operand){ .word = word, .label = text_escaped(word) };
	tr_facts_init(&o->facts);
	if (seccomp_builtin(word)) {
		o->kind = TR_DIFF_PROFILE;
		r = tr_seccomp_read(&o->profile, word, err);
	} else if ((r = operand_pid(word, &pid, &o->is_container, err))) {
		r = r < 0 ? r : read_filters(o, pid, err);
	} else if (tr_bundle_is(word)) {
		o->bundle = word;
		r = bundle_profile(word, &o->path, err);
		o->word = r < 0 ? word : o->path;
		r = r < 0 ? r : read_path(o, err);
	} else {
		r = read_path(o, err);
	}
	if (r < 0) {
		/* What could not be read holds nothing. */
		o->kind = TR_DIFF_FACTS;
		operand_release(o);
		return -1;
	}
	return 0;
}

void operand_release(struct operand *o)
{
	if (o->kind == TR_DIFF_PROFILE)
		tr_seccomp_release(&o->profile);
	tr_facts_release(&o->facts);
	installed_filters_free(o->filters, o->n_filters);
	free(o->label);
	free(o->path);
	memset(o, 0, sizeof(*o));
}

struct tr_diff_side operand_side(const struct operand *o)
{
	return (struct tr_diff_side){
		.kind = o->kind,
		.profile = &o->profile,
		.filters = o->filters,
		.n_filters = o->n_filters,
		.facts = &o->facts,
	};
}

const char *operand_does(const struct operand *o)
{
	return o->kind == TR_DIFF_FACTS ? "did" : "grants";
}
