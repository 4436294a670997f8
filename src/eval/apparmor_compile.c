// SPDX-License-Identifier: Apache-2.0
#include "eval/apparmor_compile.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "util/fs.h"
#include "util/mem.h"
#include "util/process.h"
#include "util/text.h"

#define FEATURES_ABI_3	"/etc/apparmor.d/abi/3.0"
#define TEXT_LIMIT	(16 << 20)
#define BLOB_LIMIT	(64 << 20)
#define COMPILE_TIMEOUT 60000 /* ms */

char *apparmor_parser_find(void)
{
	static const char *const elsewhere[] = { "/usr/sbin/apparmor_parser",
						 "/sbin/apparmor_parser" };
	char *path = process_find("apparmor_parser");

	for (size_t i = 0; !path && i < TR_ARRAY_SIZE(elsewhere); i++)
		if (!access(elsewhere[i], X_OK))
			path = tr_xstrdup(elsewhere[i]);
	return path;
}

static const char error_prefix[] = "AppArmor parser error for ";

/* The line that says what is wrong, among warnings and notes; the first that is no warning where none does. */
static char *first_error(const char *said)
{
	const char *line = NULL;

	for (const char *p = said; *p; p += strcspn(p, "\n"), p += *p == '\n') {
		if (!strncmp(p, error_prefix, strlen(error_prefix))) {
			line = p;
			break;
		}
		if (!line && strncmp(p, "Warning", strlen("Warning")))
			line = p;
	}
	line = line ? line : said;
	return tr_xasprintf("%.*s", (int)strcspn(line, "\n"), line);
}

/*
 * "AppArmor parser error for FILE in profile FILE at line 3: syntax error", and also without "in profile".
 * The second file is the included one, if it is in one. Returns false for other forms.
 */
static bool split_error(const char *line, const char *file, const char *name, char **ret)
{
	const char *at = strstr(line, " at line "), *in, *what;
	size_t n = strlen(file), in_len;
	unsigned long number;
	char *end;

	if (strncmp(line, error_prefix, strlen(error_prefix)) || !at)
		return false;
	number = strtoul(at + strlen(" at line "), &end, 10);
	if (*end != ':')
		return false;
	what = end + 1 + strspn(end + 1, " ");
	in = strstr(line, " in profile ");
	in = in ? in + strlen(" in profile ") : line + strlen(error_prefix);
	in_len = (size_t)(at - in);
	if (in > at)
		return false;
	if (in_len == n && !strncmp(in, file, n))
		*ret = tr_xasprintf("%s:%lu: %s", name, number, what);
	else
		*ret = tr_xasprintf("%s: in %.*s:%lu: %s", name, (int)in_len, in, number, what);
	return true;
}

static int compile_error(const char *said, const char *file, const char *name, struct tr_err *err)
{
	static const char prefix[] = "apparmor_parser: ";
	tr_cleanup_free char *line = first_error(said), *msg = NULL;
	const char *what = line;

	if (split_error(line, file, name, &msg))
		return tr_err_set(err, TR_ERR_INPUT, "%s", msg);
	if (!strncmp(what, prefix, strlen(prefix)))
		what += strlen(prefix);
	return tr_err_set(err, TR_ERR_INPUT, "%s: apparmor_parser refuses it: %s", name,
			  *what ? what : "it does not say why");
}

/* What a child that could not become the program ends with, and shells say of one that cannot be run. */
#define NOT_RUN 126

/* file: a regular file, absolute or relative; name: what it is called in errors. */
static int compile_file(const char *file, const char *name, enum apparmor_target target,
			char **ret_blob, size_t *ret_len, struct tr_err *err)
{
	tr_cleanup_free char *parser = apparmor_parser_find();
	const char *argv[12] = { parser, "--skip-kernel-load", "--skip-cache", "--stdout",
				 "--quiet" };
	struct process_output out;
	size_t n = 5;
	int r = 0;

	if (!parser)
		return tr_err_set(err, TR_ERR_CANNOT,
				  "apparmor_parser is not installed (package apparmor)");
	if (target == APPARMOR_FOR_ABI_3) {
		if (access(FEATURES_ABI_3, R_OK))
			return tr_err_errno(err, TR_ERR_CANNOT, errno,
					    FEATURES_ABI_3 " (package apparmor)");
		argv[n++] = "--kernel-features";
		argv[n++] = FEATURES_ABI_3;
	}
	/* The same automaton, eight times as fast where there are many paths. */
	argv[n++] = "--Optimize=no-expr-simplify";
	argv[n] = file;
	if (process_run(argv, NULL, COMPILE_TIMEOUT, BLOB_LIMIT, &out, err) < 0)
		return tr_err_wrap(err, "%s", name);
	if (!WIFEXITED(out.status) || WEXITSTATUS(out.status) >= NOT_RUN)
		r = tr_err_set(err, TR_ERR_CANNOT, "%s: %s cannot be run here, or was killed", name,
			       parser);
	else if (WEXITSTATUS(out.status))
		r = compile_error(out.err, file, name, err);
	else if (!out.out_len)
		r = tr_err_set(err, TR_ERR_INPUT, "%s: there is no profile in it", name);
	if (r == 0) {
		*ret_blob = out.out;
		*ret_len = out.out_len;
		out.out = NULL;
	}
	process_output_release(&out);
	return r;
}

int apparmor_compile_text(const char *text, size_t len, const char *name,
			  enum apparmor_target target, char **ret_blob, size_t *ret_len,
			  struct tr_err *err)
{
	char path[] = "/tmp/trammel-profile-XXXXXX";
	int fd = mkstemp(path), r;

	if (fd < 0)
		return tr_err_errno(err, TR_ERR_CANNOT, errno, "a temporary file");
	r = fs_write_all(fd, text, len);
	close(fd);
	if (r < 0)
		r = tr_err_errno(err, TR_ERR_CANNOT, -r, "%s", path);
	else
		r = compile_file(path, name, target, ret_blob, ret_len, err);
	unlink(path);
	return r;
}

int apparmor_compile(const char *path, enum apparmor_target target, char **ret_blob,
		     size_t *ret_len, struct tr_err *err)
{
	tr_cleanup_free char *text = NULL;
	tr_cleanup_free char *full = NULL;
	struct stat st;
	size_t len;

	if (strcmp(path, "-") && !stat(path, &st) && S_ISREG(st.st_mode)) {
		if (access(path, R_OK))
			return tr_err_errno(err, TR_ERR_INPUT, errno, "%s", path);
		/* A name that begins like an option is none. */
		full = tr_xasprintf("%s%s", *path == '/' ? "" : "./", path);
		return compile_file(full, path, target, ret_blob, ret_len, err);
	}
	if (fs_read(path, TEXT_LIMIT, &text, &len, err) < 0)
		return -1;
	return apparmor_compile_text(text, len, strcmp(path, "-") ? path : "standard input", target,
				     ret_blob, ret_len, err);
}
