// SPDX-License-Identifier: Apache-2.0
#include "cli/aa_operand.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/bundle.h"
#include "cli/operand.h"
#include "engine/apparmor.h"
#include "eval/apparmor_compile.h"
#include "trammel/bundle.h"
#include "trammel/check_apparmor.h"
#include "trammel/policy_apparmor.h"
#include "trammel/trace.h"
#include "util/fs.h"
#include "util/mem.h"
#include "util/text.h"

#define MAX_TEXT  ((size_t)16 << 20)
#define MAX_TRACE ((size_t)256 << 20)

bool aa_operand_is_file(const char *word)
{
	struct stat st;
	size_t len;

	return strcmp(word, "-") != 0 && !tr_apparmor_builtin(word, &len) && !stat(word, &st) &&
	       S_ISREG(st.st_mode);
}

/* Comments may be long: a head of 64 KiB is looked at. */
bool aa_operand_is(const char *word)
{
	tr_cleanup_free char *head = NULL;
	tr_cleanup_fclose FILE *in = NULL;
	size_t n;

	if (!aa_operand_is_file(word))
		return false;
	in = fopen(word, "re");
	if (!in)
		return false;
	head = tr_xmalloc(65537);
	n = fread(head, 1, 65536, in);
	head[n] = '\0';
	return tr_apparmor_is_text(head);
}

static int compile_text(struct aa_operand *o, const char *text, size_t len, const char *name,
			struct tr_err *err)
{
	tr_cleanup_free char *blob = NULL;
	size_t blob_len;

	if (apparmor_compile_text(text, len, name, APPARMOR_FOR_ABI_3, &blob, &blob_len, err) < 0)
		return -1;
	return tr_aa_policy_read(&o->policy, blob, blob_len, err);
}

/* Anything of it can be compared, also what emit would want to be accepted first. */
static int make_profile(struct aa_operand *o, const struct tr_facts *facts, const char *name,
			struct tr_err *err)
{
	const struct tr_policy_apparmor_opts opts = { .name = "trace",
						      .paths = TR_PATHS_EXACT,
						      .floor = TR_FLOOR_NONE,
						      .allow_incomplete = true,
						      .allow_no_start = true };
	tr_cleanup_free char *text = NULL;
	struct tr_apparmor rules;
	size_t len;
	FILE *out;
	int rc;

	o->is_trace = true;
	o->complete = tr_facts_complete(facts);
	if (tr_policy_apparmor(&rules, facts, &opts, NULL, err) < 0)
		return tr_err_wrap(err, "%s", name);
	out = open_memstream(&text, &len);
	rc = tr_apparmor_write(&rules, out, err);
	fclose(out);
	tr_apparmor_release(&rules);
	if (rc < 0 || tr_apparmor_parse(&o->d, text, len, name, NULL, err) < 0)
		return -1;
	return compile_text(o, text, len, name, err);
}

static int open_trace(struct aa_operand *o, char *text, size_t len, const char *name,
		      struct tr_err *err)
{
	FILE *in = fmemopen(text, len, "r");
	int rc;

	if (!in)
		return tr_err_set(err, TR_ERR_CANNOT, "%s: cannot be read", name);
	rc = tr_trace_read_stream(&o->facts, in, name, err);
	fclose(in);
	return rc == 0 ? make_profile(o, &o->facts, name, err) : rc;
}

static int open_path(struct aa_operand *o, const char *path, bool or_trace, struct tr_err *err)
{
	const char *name = strcmp(path, "-") ? path : "standard input";
	tr_cleanup_free char *text = NULL;
	size_t len;

	if (fs_read(path, or_trace ? MAX_TRACE : MAX_TEXT, &text, &len, err) < 0)
		return -1;
	if (or_trace && text[strspn(text, " \t\r\n")] == '{')
		return open_trace(o, text, len, name, err);
	o->is_file = strcmp(path, "-") != 0;
	if (tr_apparmor_parse(&o->d, text, len, name, TR_APPARMOR_BASE, err) < 0)
		return -1;
	/* A file is compiled where it is: that is whose errors have its lines. */
	return aa_operand_is_file(path) ? tr_apparmor_compile(&o->policy, path, err) :
					  compile_text(o, text, len, name, err);
}

/* Of its text the kernel knows nothing: there are no lines. */
static int without_text(struct aa_operand *o, struct tr_err *err)
{
	static const char text[] = "abi <abi/3.0>,\nprofile in_force {\n}\n";

	if (tr_apparmor_parse(&o->d, text, sizeof(text) - 1, o->word, NULL, err) < 0)
		return -1;
	free(o->d.v[0].rules.name);
	o->d.v[0].rules.name = tr_xstrdup(o->in_force);
	return 0;
}

/* The policy that the kernel keeps of it: what is in force, whatever text it was made of. */
static int open_process(struct aa_operand *o, pid_t pid, struct tr_err *err)
{
	tr_cleanup_free char *blob = NULL, *top = NULL;
	size_t len;

	if (apparmor_label(pid, &o->in_force, &o->mode, err) < 0)
		return -1;
	if (!o->in_force)
		return tr_err_set(
			err, TR_ERR_INPUT,
			"it is unconfined: AppArmor allows it everything, and there is no "
			"profile to look at");
	if (strstr(o->in_force, "//&"))
		return tr_err_set(
			err, TR_ERR_CANNOT,
			"it is under several profiles at once (%s): give their texts instead",
			o->in_force);
	top = tr_xstrdup(o->in_force);
	if (strstr(top, "//"))
		*strstr(top, "//") = '\0';
	if (apparmor_loaded_policy(top, &blob, &len, err) < 0 ||
	    tr_aa_policy_read(&o->policy, blob, len, err) < 0)
		return -1;
	return without_text(o, err);
}

static void begin(struct aa_operand *o, const char *word)
{
	*o = (struct aa_operand){ .word = word, .label = text_escaped(word), .complete = true };
	tr_facts_init(&o->facts);
}

static int open_any(struct aa_operand *o, const char *word, bool or_trace, struct tr_err *err)
{
	size_t len;
	const char *own = tr_apparmor_builtin(word, &len);
	bool is_container;
	pid_t pid;
	int rc;

	begin(o, word);
	if (own) {
		rc = tr_apparmor_parse(&o->d, own, len, word, TR_APPARMOR_BASE, err);
		rc = rc < 0 ? rc : compile_text(o, own, len, word, err);
	} else if ((rc = operand_pid(word, &pid, &is_container, err))) {
		if (rc > 0)
			rc = open_process(o, pid, err) < 0 ? tr_err_wrap(err, "%s", word) : 0;
	} else if (tr_bundle_is(word)) {
		o->bundle = word;
		rc = bundle_apparmor_file(word, &o->word, &o->path, err);
		rc = rc < 0 ? rc : open_path(o, o->path, false, err);
	} else {
		rc = open_path(o, word, or_trace, err);
	}
	if (rc < 0)
		aa_operand_release(o);
	return rc;
}

int aa_operand_open(struct aa_operand *o, const char *word, struct tr_err *err)
{
	return open_any(o, word, false, err);
}

int aa_operand_open_any(struct aa_operand *o, const char *word, struct tr_err *err)
{
	return open_any(o, word, true, err);
}

int aa_operand_of_facts(struct aa_operand *o, const char *word, const struct tr_facts *facts,
			struct tr_err *err)
{
	int rc;

	begin(o, word);
	rc = make_profile(o, facts, word, err);
	if (rc < 0)
		aa_operand_release(o);
	return rc;
}

int aa_operand_choose(struct aa_operand *o, struct tr_err *err)
{
	if (o->in_force) {
		o->p = tr_aa_policy_find(&o->policy, o->in_force);
		o->s = o->d.v;
		return o->p ? 0 :
			      tr_err_set(err, TR_ERR_CANNOT,
					 "%s: the kernel's policy has no profile %s", o->word,
					 o->in_force);
	}
	if (tr_apparmor_choose(&o->p, &o->policy, NULL, err) < 0)
		return tr_err_wrap(err, "%s", o->d.files[0]);
	for (size_t i = 0; i < o->d.n; i++)
		if (!strcmp(o->d.v[i].rules.name, o->p->name))
			o->s = &o->d.v[i];
	return 0;
}

void aa_operand_release(struct aa_operand *o)
{
	tr_apparmor_document_release(&o->d);
	tr_aa_policy_release(&o->policy);
	tr_facts_release(&o->facts);
	free(o->label);
	free(o->path);
	free(o->in_force);
	free(o->mode);
	memset(o, 0, sizeof(*o));
}
