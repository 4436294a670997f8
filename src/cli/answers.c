// SPDX-License-Identifier: Apache-2.0
#include "cli/answers.h"

#include <inttypes.h>
#include <linux/seccomp.h>
#include <stdio.h>

#include "tables/syscalls.h"

const char *answer_word(uint32_t ret)
{
	switch (ret & SECCOMP_RET_ACTION_FULL) {
	case SECCOMP_RET_ALLOW:
		return "allow";
	case SECCOMP_RET_LOG:
		return "log";
	case SECCOMP_RET_TRACE:
		return "trace";
	case SECCOMP_RET_USER_NOTIF:
		return "notify";
	case SECCOMP_RET_ERRNO:
		return "errno";
	case SECCOMP_RET_TRAP:
		return "trap";
	case SECCOMP_RET_KILL_THREAD:
		return "kill-thread";
	default:
		return "kill-process";
	}
}

const char *answer_text(uint32_t ret, char *buf, size_t size)
{
	const char *name;

	switch (ret & SECCOMP_RET_ACTION_FULL) {
	case SECCOMP_RET_ALLOW:
		return "allowed";
	case SECCOMP_RET_LOG:
		return "allowed and logged";
	case SECCOMP_RET_TRACE:
		return "left to a tracer";
	case SECCOMP_RET_USER_NOTIF:
		return "left to a listener";
	case SECCOMP_RET_ERRNO:
		name = errno_name((int)(ret & SECCOMP_RET_DATA));
		if (name)
			return name;
		snprintf(buf, size, "errno %u", ret & SECCOMP_RET_DATA);
		return buf;
	case SECCOMP_RET_TRAP:
		return "SIGSYS";
	case SECCOMP_RET_KILL_THREAD:
		return "kill the thread";
	default:
		return "kill the process";
	}
}

void example_text(struct strbuf *sb, const struct tr_diff_example *e)
{
	const char *before = "";

	for (unsigned i = 0; i < 6; i++) {
		if (!(e->matter >> i & 1))
			continue;
		strbuf_addf(sb, "%sarg%u=%#" PRIx64, before, i, e->args[i]);
		before = ", ";
	}
	if (!*before)
		strbuf_adds(sb, "any arguments");
}

void abis_text(struct strbuf *sb, unsigned abis, const char *separator)
{
	const char *before = "";

	for (int abi = 0; abi < TR_ABI_MAX; abi++) {
		if (!(abis >> abi & 1))
			continue;
		strbuf_addf(sb, "%s%s", before, tr_abi_name((enum tr_abi)abi));
		before = separator;
	}
}
