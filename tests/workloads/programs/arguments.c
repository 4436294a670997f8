// SPDX-License-Identifier: Apache-2.0
/*
 * Calls with ever new arguments: prctl and fcntl with more than are kept, ioctl with as many as are
 * told apart, and socket with two. What they answer does not matter.
 */
#include <sys/syscall.h>

#include "bare.h"

#define TIOCGWINSZ 0x5413

void _start(void)
{
	for (long i = 0; i < 60; i++) {
		call3(SYS_prctl, 100000 + i, 0, 0);
		call3(SYS_fcntl, 99, 5000 + i, 0);
	}
	for (long i = 0; i < 30; i++)
		call3(SYS_ioctl, 99, 0x7000 + i, 0);
	/* the same to the kernel, whatever is above its 32 bits */
	call3(SYS_ioctl, 99, TIOCGWINSZ, 0);
	call3(SYS_ioctl, 99, TIOCGWINSZ | 0x7700000000, 0);
	call3(SYS_socket, 1, 1, 0);
	call3(SYS_socket, 16, 3, 0);
	for (;;)
		call3(SYS_exit_group, 0, 0, 0);
}
