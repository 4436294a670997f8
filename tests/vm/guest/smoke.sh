#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Is the test machine what the other tests take it for? Another kernel than the host's, with cgroup
# v2, BTF, AppArmor and BPF LSM, root's files underneath and writable without touching the host.
set -eu
fail() {
	echo "smoke: $*"
	exit 1
}
echo "kernel $(uname -r), up $(cut -d' ' -f1 /proc/uptime) s"
[ "$(stat -fc %T /sys/fs/cgroup)" = cgroup2fs ] || fail "no cgroup v2"
[ -s /sys/kernel/btf/vmlinux ] || fail "no BTF"
for lsm in apparmor bpf; do
	grep -qw $lsm /sys/kernel/security/lsm || fail "no $lsm among the LSMs"
done
grep -q raw_syscalls:sys_enter /sys/kernel/tracing/available_events || fail "no raw_syscalls tracepoints"
grep -q " / overlay " /proc/mounts || fail "/ is not the overlay"
touch "$TRAMMEL_SOURCE/vm-was-here" || fail "the tree cannot be written"
"$TRAMMEL" --version
