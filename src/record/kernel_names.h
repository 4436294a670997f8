/* SPDX-License-Identifier: Apache-2.0 */
/* What the running kernel's type information names. */
#ifndef RECORD_KERNEL_NAMES_H
#define RECORD_KERNEL_NAMES_H

#include <stdbool.h>

/*
 * Whether the kernel has something of this name: a type, a member, a function that programs may
 * call. It is searched for among the bytes, which takes a fiftieth of parsing them.
 */
bool kernel_has_name(const char *name);

#endif
