#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Every shell script is clean under shellcheck.
set -u
cd "$TRAMMEL_SOURCE" || exit 1
command -v shellcheck >/dev/null || {
	echo "skipped: shellcheck is not installed"
	exit 77
}
mapfile -t scripts < <(grep -rlE '^#!.*\<(ba)?sh\>|^# shellcheck shell=' bootstrap .ci tests cmake)
[ ${#scripts[@]} -gt 10 ] || {
	echo "only ${#scripts[@]} scripts found"
	exit 1
}
# What is sourced is given as a file, too; its path is known only when it runs.
shellcheck -e SC1090,SC1091 "${scripts[@]}"
