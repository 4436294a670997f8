/* SPDX-License-Identifier: Apache-2.0 */
/* The words of a seccomp profile that the engines and runtimes know. */
#ifndef FORMATS_SECCOMP_NAMES_H
#define FORMATS_SECCOMP_NAMES_H

#include <stdbool.h>
#include <stddef.h>

/* "SCMP_ARCH_X86_64", ...: runc libcontainer/seccomp/config.go; also libseccomp 2.6's. */
bool seccomp_is_arch(const char *name);
/* "SECCOMP_FILTER_FLAG_LOG", ...: runc >= 1.2, same file. */
bool seccomp_is_flag(const char *name);
/* Docker's short name of an architecture ("amd64") to libseccomp's; NULL where it has none. */
const char *seccomp_arch_of_native(const char *native);
/* All that it knows, one after the other; NULL behind the last. */
const char *seccomp_native_at(size_t i);
/* Docker's short name of the architecture this program was compiled for. */
const char *seccomp_native(void);
/* A pinned profile's text, by its name in profiles/engine/index.csv; NULL if it is none. */
const char *seccomp_builtin(const char *name);

#endif
