/* SPDX-License-Identifier: Apache-2.0 */
/* What the running kernel's type information names. */
#ifndef RECORD_KERNEL_NAMES_H
#define RECORD_KERNEL_NAMES_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Whether the kernel has something of this name: a type, a member, a function that programs may
 * call. It is searched for among the bytes, which takes a fiftieth of parsing them.
 */
bool kernel_has_name(const char *name);

/*
 * The address of a symbol in /proc/kallsyms; 0 if there is none, or if it is hidden. It takes milliseconds to
 * look: libbpf, which would do it for every load, is spared.
 */
uint64_t kernel_symbol(const char *name);

#endif
