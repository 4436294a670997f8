#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Debian's own kernel has what this machine's may not: programs on security hooks, AppArmor, cgroup
# version 2 alone, and under emulation a clock that is read by system calls.
set -u
here=$(cd "$(dirname "$0")" && pwd)
fail() {
	echo "$0: $*"
	exit 1
}
out=$(bash "$here/run.sh" "$here/guest/features.sh")
status=$?
printf '%s\n' "$out"
[ $status = 77 ] && exit 77
[ $status = 0 ] || fail "status $status"
state() {
	grep -q "^$1 $2\( \|$\)" <<<"$out" || fail "$1 is not '$2'"
}
state bpf.fentry yes
for hook in file_open mmap_file path_rename path_link capable task_kill sb_mount; do
	state hook.$hook yes
done
state backend hooks
state bpf.sys-enter yes
state bpf.task-storage yes
state kernel.apparmor yes
state kernel.cgroup "yes version 2"
state kernel.lockdown "yes none"
state recorder yes
state privilege yes
state can_record True
# The clock is the emulator's choice: only that both halves of the answer agree.
grep -qE '^kernel.vdso-clock (yes (tsc|kvm-clock)|no (hpet|acpi_pm|refined-jiffies|jiffies))' <<<"$out" ||
	fail "the clock"
