#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Real workloads under AppArmor and seccomp, enforced: see guest/workloads.sh. In the short form redis alone, once;
# in the long one all (or those in WORKLOADS), and what confined.sh has more of. One that fails does not hide the next.
. "$TRAMMEL_SOURCE/tests/lib/live.sh"
[ "$(id -u)" = 0 ] || skip "needs root"
command -v qemu-system-x86_64 >/dev/null || skip "qemu-system-x86_64 is not installed"
here=$SOURCE/tests/vm
catch_exits
tmp=$(mktemp -d "${TMPDIR:-/tmp}/workloads.XXXXXX") || exit 1
defer rm -rf "$tmp"
workloads=redis failed=0
[ -z "${TRAMMEL_LONG:-}" ] || workloads=${WORKLOADS-redis nginx pyapp confined}
for workload in $workloads; do
	if [ "$workload" = confined ]; then
		echo ". $(printf %q "$here/guest/confined-more.sh")" >"$tmp/job"
	else
		base=$(image_rootfs "$(image_base "$workload")") || fail "no root file system for $workload"
		python3 "$here/slim.py" "$base" "$workload" "$tmp/$workload.tar" || fail "no image for $workload"
		printf 'WORKLOADS=%q\n. %q\n' "$tmp/$workload.tar" "$here/guest/workloads.sh" >"$tmp/job"
	fi
	SECONDS=0
	VM_TIMEOUT=${VM_TIMEOUT:-1700} bash "$here/run.sh" "$tmp/job"
	status=$?
	[ $status != 77 ] || exit 77
	[ $status = 0 ] || failed=1
	echo "== $workload: status $status after $SECONDS s"
done
exit $failed
