#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Every C file is as .clang-format has it.
set -u
cd "$TRAMMEL_SOURCE" || exit 1
command -v clang-format >/dev/null || {
	echo "skipped: clang-format is not installed"
	exit 77
}
find src bpf include tests -name '*.[ch]' -print0 |
	xargs -0 clang-format --dry-run -Werror --style=file 2>&1 | grep 'error:'
[ "${PIPESTATUS[1]}" = 0 ]
