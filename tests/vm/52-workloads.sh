#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Real workloads under AppArmor and seccomp, enforced: see guest/workloads.sh. In the short form redis alone, once;
# in the long one all, and what confined.sh has more of.
. "$TRAMMEL_SOURCE/tests/lib/live.sh"
[ "$(id -u)" = 0 ] || skip "needs root"
command -v qemu-system-x86_64 >/dev/null || skip "qemu-system-x86_64 is not installed"
here=$SOURCE/tests/vm
catch_exits
tmp=$(mktemp -d "${TMPDIR:-/tmp}/workloads.XXXXXX") || exit 1
defer rm -rf "$tmp"
workloads=redis
if [ -n "${TRAMMEL_LONG:-}" ]; then
	workloads="redis nginx pyapp"
	VM_TIMEOUT=1500 bash "$here/run.sh" "$here/guest/confined-more.sh" || exit
fi
{
	printf 'WORKLOADS='
	for workload in $workloads; do
		base=$(image_rootfs "$(image_base "$workload")") || fail "no root file system for $workload"
		python3 "$here/slim.py" "$base" "$workload" "$tmp/$workload.tar" || fail "no image for $workload"
		printf '%q\\ ' "$tmp/$workload.tar"
	done
	printf '\n. %q\n' "$here/guest/workloads.sh"
} >"$tmp/job"
VM_TIMEOUT=${VM_TIMEOUT:-5400} bash "$here/run.sh" "$tmp/job"
