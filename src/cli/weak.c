// SPDX-License-Identifier: Apache-2.0
#include "cli/cmd.h"
const struct cmd cmd_record __attribute__((weak)) = { .name = "record", .group = "x", .summary = "not built", .usage = "" };
const struct cmd cmd_show __attribute__((weak)) = { .name = "show", .group = "x", .summary = "not built", .usage = "" };
const struct cmd cmd_merge __attribute__((weak)) = { .name = "merge", .group = "x", .summary = "not built", .usage = "" };
const struct cmd cmd_emit __attribute__((weak)) = { .name = "emit", .group = "x", .summary = "not built", .usage = "" };
const struct cmd cmd_verify __attribute__((weak)) = { .name = "verify", .group = "x", .summary = "not built", .usage = "" };
const struct cmd cmd_rehearse __attribute__((weak)) = { .name = "rehearse", .group = "x", .summary = "not built", .usage = "" };
const struct cmd cmd_features __attribute__((weak)) = { .name = "features", .group = "x", .summary = "not built", .usage = "" };
