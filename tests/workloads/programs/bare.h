/* SPDX-License-Identifier: Apache-2.0 */
/* System calls and a start without a libc, for programs that call nothing but what they say. */
#ifndef BARE_H
#define BARE_H

static inline long call6(long nr, long a, long b, long c, long d, long e, long f)
{
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = e;
	register long r9 __asm__("r9") = f;
	long ret;

	__asm__ volatile("syscall"
			 : "=a"(ret)
			 : "a"(nr), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
			 : "rcx", "r11", "memory");
	return ret;
}

static inline long call3(long nr, long a, long b, long c)
{
	return call6(nr, a, b, c, 0, 0, 0);
}

/* The 32-bit entry, open to 64-bit programs too: i386's table. */
static inline long call_i386(long nr, long a)
{
	long ret;

	__asm__ volatile("int $0x80"
			 : "=a"(ret)
			 : "a"(nr), "b"(a)
			 : "r8", "r9", "r10", "r11", "memory");
	return ret;
}

void _start(void) __attribute__((noreturn));

#endif
