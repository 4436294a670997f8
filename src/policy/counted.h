/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names that end in a number of the kernel's: cpu3, node0. A program that reads one for each CPU will read
 * more of them on a larger machine. Where two numbers were seen in one place, all of them may be read there:
 * data of profiles/kernel-numbers.csv says which places these are.
 */
#ifndef POLICY_COUNTED_H
#define POLICY_COUNTED_H

#include "policy/paths.h"

/* What may be read there is, by its pattern; what else was done with a name stays to the very name. */
void names_counted(struct names *names, struct tr_policy_apparmor_report *report);

/*
 * The same of the image's libraries that were read or mapped: of libfoo.so.6.0.30, whatever numbers come
 * behind the first one, which is the interface's.
 */
void names_upgrades(struct names *names, struct tr_policy_apparmor_report *report);

#endif
