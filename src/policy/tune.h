/* SPDX-License-Identifier: Apache-2.0 */
#ifndef POLICY_TUNE_H
#define POLICY_TUNE_H

/*
 * Every member that a tune file can have, at any depth; NULL-terminated. The schema has the same
 * (tests/unit/test_tune.c).
 */
extern const char *const tune_members[];

#endif
