// SPDX-License-Identifier: Apache-2.0
/* The options of a policy by name and word, as a command line and a tune file have them. */
#include <string.h>

#include "trammel/policy.h"
#include "util/mem.h"

const char *tr_policy_option_name(enum tr_policy_option option)
{
	static const char *const names[TR_POLICY_OPTIONS] = {
		[TR_POLICY_RUNTIME] = "runtime",   [TR_POLICY_ARGS] = "args",
		[TR_POLICY_SIBLINGS] = "siblings", [TR_POLICY_ARCH] = "arch",
		[TR_POLICY_CEILING] = "ceiling",   [TR_POLICY_DEFAULT_ACTION] = "default-action",
	};

	return names[option];
}

struct word {
	const char *word;
	int value;
};

/* -1 and "expected ..., found ..." where it is none of them. */
static int find_word(const struct word *words, size_t n, const char *expected, const char *found,
		     size_t len, struct tr_err *err)
{
	for (size_t i = 0; i < n; i++)
		if (strlen(words[i].word) == len && !strncmp(words[i].word, found, len))
			return words[i].value;
	return tr_err_set(err, TR_ERR_INPUT, "expected %s, found '%.*s'", expected, (int)len,
			  found);
}

/* What a call that no rule has gets. ERRNO is EPERM, said in the profile. */
static int set_default_action(struct tr_policy_opts *opts, const char *word, struct tr_err *err)
{
	static const struct word words[] = {
		{ "errno", TR_ACTION_ERRNO },
		{ "log", TR_ACTION_LOG },
		{ "kill", TR_ACTION_KILL_PROCESS },
		{ "trap", TR_ACTION_TRAP },
	};
	int action = find_word(words, TR_ARRAY_SIZE(words), "errno, log, kill or trap", word,
			       strlen(word), err);

	if (action < 0)
		return -1;
	opts->default_action = (enum tr_action)action;
	return 0;
}

static int set_args(struct tr_policy_opts *opts, const char *word, struct tr_err *err)
{
	static const struct word words[] = {
		{ "none", TR_POLICY_ARGS_NONE },
		{ "risky", TR_POLICY_ARGS_RISKY },
		{ "all", TR_POLICY_ARGS_ALL },
	};
	int args = find_word(words, TR_ARRAY_SIZE(words), "none, risky or all", word, strlen(word),
			     err);

	if (args < 0)
		return -1;
	opts->args = (enum tr_policy_args)args;
	return 0;
}

static int set_siblings(struct tr_policy_opts *opts, const char *word, struct tr_err *err)
{
	static const struct word words[] = { { "on", 0 }, { "off", 1 } };
	int off = find_word(words, TR_ARRAY_SIZE(words), "on or off", word, strlen(word), err);

	if (off < 0)
		return -1;
	opts->no_siblings = off;
	return 0;
}

/* Docker's names, and the kernel's. */
static int set_arches(struct tr_policy_opts *opts, const char *list, struct tr_err *err)
{
	static const struct word words[] = {
		{ "amd64", TR_ABI_X86_64 },    { "x86_64", TR_ABI_X86_64 },
		{ "x86", TR_ABI_I386 },	       { "i386", TR_ABI_I386 },
		{ "x32", TR_ABI_X32 },	       { "arm64", TR_ABI_AARCH64 },
		{ "aarch64", TR_ABI_AARCH64 },
	};
	unsigned arches = 0;

	for (const char *w = list;; w++) {
		size_t len = strcspn(w, ",");
		int abi = find_word(words, TR_ARRAY_SIZE(words), "amd64, arm64, x86 or x32", w, len,
				    err);

		if (abi < 0)
			return -1;
		arches |= 1U << abi;
		w += len;
		if (!*w)
			break;
	}
	opts->arches |= arches;
	return 0;
}

int tr_policy_option_set(struct tr_policy_opts *opts, enum tr_policy_option option,
			 const char *word, struct tr_err *err)
{
	switch (option) {
	case TR_POLICY_RUNTIME:
		opts->runtime = word;
		return 0;
	case TR_POLICY_CEILING:
		opts->ceiling = word;
		return 0;
	case TR_POLICY_ARGS:
		return set_args(opts, word, err);
	case TR_POLICY_SIBLINGS:
		return set_siblings(opts, word, err);
	case TR_POLICY_ARCH:
		return set_arches(opts, word, err);
	case TR_POLICY_DEFAULT_ACTION:
		return set_default_action(opts, word, err);
	case TR_POLICY_OPTIONS:
		break;
	}
	return tr_err_set(err, TR_ERR_INPUT, "there is no such option");
}
