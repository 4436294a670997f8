/* SPDX-License-Identifier: Apache-2.0 */
/*
 * AppArmor text to compiled policy, by apparmor_parser, as a process bounded in time and size. What a text
 * without an `abi` rule means is decided by the configuration of the machine's parser
 * (/etc/apparmor/parser.conf: policy-features), as it is when it is loaded.
 */
#ifndef EVAL_APPARMOR_COMPILE_H
#define EVAL_APPARMOR_COMPILE_H

#include <stdbool.h>
#include <stddef.h>

#include "trammel/err.h"

enum apparmor_target {
	/*
	 * Any kernel with the features of `abi/3.0`, whatever this one has, and even if it has no AppArmor:
	 * without features the parser leaves networks, signals, ptrace, mounts and unix sockets out silently.
	 */
	APPARMOR_FOR_ABI_3,
	APPARMOR_FOR_THIS_KERNEL,
};

/*
 * Compiles what is at path ("-": standard input): one profile or several. *ret_blob is on the heap. Kind
 * TR_ERR_INPUT where the text is wrong, "PATH:LINE: what" as far as the parser tells a line;
 * TR_ERR_CANNOT where there is no parser, or it took longer than a minute.
 */
int apparmor_compile(const char *path, enum apparmor_target target, char **ret_blob,
		     size_t *ret_len, struct tr_err *err);
/* The same of text in memory; `name` stands for it in errors. */
int apparmor_compile_text(const char *text, size_t len, const char *name,
			  enum apparmor_target target, char **ret_blob, size_t *ret_len,
			  struct tr_err *err);

/* Where apparmor_parser is; heap, NULL if nowhere. Administrators' directories are looked in, too. */
char *apparmor_parser_find(void);

#endif
