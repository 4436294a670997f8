/* SPDX-License-Identifier: Apache-2.0 */
/* What a filter's answer is worth to the caller. */
#ifndef CHECK_ANSWER_H
#define CHECK_ANSWER_H

#include <linux/seccomp.h>
#include <stdint.h>

/* In rising order of what they grant. */
enum answer {
	ANSWER_NO,
	ANSWER_ELSEWHERE, /* a tracer or a listener decides, and is not here to be asked */
	ANSWER_YES,
};

/*
 * The kernel takes an action that it does not know for a kill (kernel/seccomp.c: __seccomp_filter),
 * and so is it here.
 */
static inline enum answer answer_of(uint32_t ret)
{
	switch (ret & SECCOMP_RET_ACTION_FULL) {
	case SECCOMP_RET_ALLOW:
	case SECCOMP_RET_LOG:
		return ANSWER_YES;
	case SECCOMP_RET_TRACE:
	case SECCOMP_RET_USER_NOTIF:
		return ANSWER_ELSEWHERE;
	default:
		return ANSWER_NO;
	}
}

#endif
