// SPDX-License-Identifier: Apache-2.0
#include "cli/aa_operand.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "eval/apparmor_compile.h"
#include "trammel/bundle.h"
#include "trammel/check_apparmor.h"
#include "util/fs.h"
#include "util/mem.h"

#define MAX_TEXT ((size_t)16 << 20)

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

static int open_path(struct aa_operand *o, const char *path, struct tr_err *err)
{
	const char *name = strcmp(path, "-") ? path : "standard input";
	tr_cleanup_free char *text = NULL;
	size_t len;

	if (fs_read(path, MAX_TEXT, &text, &len, err) < 0)
		return -1;
	if (tr_apparmor_parse(&o->d, text, len, name, TR_APPARMOR_BASE, err) < 0)
		return -1;
	/* A file is compiled where it is: that is whose errors have its lines. */
	return aa_operand_is_file(path) ? tr_apparmor_compile(&o->policy, path, err) :
					  compile_text(o, text, len, name, err);
}

int aa_operand_open(struct aa_operand *o, const char *word, struct tr_err *err)
{
	size_t len;
	const char *own = tr_apparmor_builtin(word, &len);
	int rc;

	memset(o, 0, sizeof(*o));
	if (own) {
		rc = tr_apparmor_parse(&o->d, own, len, word, TR_APPARMOR_BASE, err);
		rc = rc < 0 ? rc : compile_text(o, own, len, word, err);
	} else if (tr_bundle_is(word)) {
		tr_cleanup_free char *path = tr_xasprintf("%s/apparmor", word);

		rc = open_path(o, path, err);
	} else {
		rc = open_path(o, word, err);
	}
	if (rc < 0)
		aa_operand_release(o);
	return rc;
}

int aa_operand_choose(struct aa_operand *o, struct tr_err *err)
{
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
	memset(o, 0, sizeof(*o));
}
