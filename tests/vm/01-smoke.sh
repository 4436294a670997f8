#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The virtual machine boots, runs a script, hands back its output and its status, and leaves the
# host's files alone.
set -u
here=$(cd "$(dirname "$0")" && pwd)
fail() {
	echo "$0: $*"
	exit 1
}
out=$(bash "$here/run.sh" "$here/guest/smoke.sh")
status=$?
printf '%s\n' "$out"
[ $status = 77 ] && exit 77
[ $status = 0 ] || fail "status $status"
kernel=$(awk '$1 == "kernel" { sub(",", "", $2); print $2 }' <<<"$out")
[ -n "$kernel" ] || fail "no kernel named"
[ "$kernel" != "$(uname -r)" ] || fail "the kernel is the host's: $kernel"
[ ! -e "$TRAMMEL_SOURCE/vm-was-here" ] || fail "the guest wrote to the host's tree"
