// SPDX-License-Identifier: Apache-2.0
/* One program, three tables of calls, and, unless -DNAMED_ONLY, numbers that no table has. */
#include <sys/syscall.h>

#include "bare.h"

#define X32_BIT 0x40000000

void _start(void)
{
	/* i386's 20 is getpid, 64 getppid; x86_64's are writev and semget. */
	call_i386(20, 0);
	call_i386(64, 0);
	/* x32: 102 is getuid as it is for x86_64; 520 is x32's own execve. */
	call3(X32_BIT | 102, 0, 0, 0);
	call3(X32_BIT | 520, 0, 0, 0);
	call3(SYS_getgid, 0, 0, 0);
#ifndef NAMED_ONLY
	/* Within what a row has cells for, and far behind it. */
	call3(600, 0, 0, 0);
	call3(9999, 0, 0, 0);
	call_i386(9998, 0);
#endif
	for (;;)
		call3(SYS_exit_group, 0, 0, 0);
}
