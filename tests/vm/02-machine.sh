#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What goes wrong in the virtual machine stays with the script that it goes wrong in: one that does not
# end is ended, with all it started; a kernel that falls over fails it at once, with the console's end.
set -u
here=$(cd "$(dirname "$0")" && pwd)
fail() {
	echo "$0: $*"
	exit 1
}
dir=$(mktemp -d "${TMPDIR:-/tmp}/machine.XXXXXX")
trap 'rm -rf "$dir"' EXIT

# in_vm STATUS [NAME=VALUE...] <SCRIPT: its output is in $dir/out
in_vm() {
	local want=$1 got
	shift
	cat >"$dir/script"
	env "$@" bash "$here/run.sh" "$dir/script" >"$dir/out" 2>&1
	got=$?
	if [ $got = 77 ]; then
		cat "$dir/out"
		exit 77
	fi
	[ $got = "$want" ] && return
	cat "$dir/out"
	fail "status $got, wanted $want"
}

in_vm 3 <<<'echo first; exit 3'
[ "$(cat "$dir/out")" = first ] || fail "the output is: $(cat "$dir/out")"

in_vm 124 VM_TIMEOUT=4 <<'SCRIPT'
trap 'echo "asked to end"; trap - TERM; exit 0' TERM
setsid sleep 4321 &
while :; do sleep 1; done
SCRIPT
grep -q '^asked to end' "$dir/out" || fail "it could not clean up: $(cat "$dir/out")"
in_vm 0 <<<'! busybox pgrep -f "sleep 4321"'

in_vm 1 VM_APPEND=own.machine=1 <<'SCRIPT'
echo "before the end"
echo 1 >/proc/sys/kernel/sysrq
echo c >/proc/sysrq-trigger
sleep 100
SCRIPT
grep -q '^before the end' "$dir/out" || fail "what it had printed is lost: $(cat "$dir/out")"
grep -q 'Kernel panic' "$dir/out" || fail "the console is not shown: $(cat "$dir/out")"
exit 0
