#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# run.sh SCRIPT: runs SCRIPT as root in a virtual machine with Debian's own kernel, this machine's
# files underneath (changes stay in the virtual machine) and cgroup v2, AppArmor and BPF LSM. Prints
# what SCRIPT prints and exits with its status; 77, with the reason, where there can be no machine;
# 124 after VM_TIMEOUT seconds (300).
#
# run.sh --up boots a machine that stays, for all later calls, until run.sh --down; without one, a call
# boots its own.
set -u
SOURCE=$(cd "$(dirname "$0")/../.." && pwd)
LAB=${TRAMMEL_LAB:-$SOURCE/build/lab}
export PATH=$PATH:/usr/sbin:/sbin
. "$SOURCE/tests/lib/steps.sh"
. "$SOURCE/tests/lib/images.sh"
. "$SOURCE/tests/lib/releases.sh"
. "$SOURCE/tests/vm/machine.sh"

up() {
	local status
	machine_up
	status=$?
	[ $status != 77 ] || echo "skipped: $MACHINE_WHY"
	[ $status = 0 ] || exit $status
}

run_script() {
	local script
	[ -f "${1-}" ] || die "usage: run.sh SCRIPT | --up | --down"
	script=$(realpath "$1")
	if ! machine_is_up; then
		machine_of "$(mktemp -d "${TMPDIR:-/tmp}/vm.XXXXXX")"
		defer machine_down
		up
	fi
	machine_run "$script"
}

catch_exits
case ${1-} in
--up) machine_is_up || up ;;
--down) machine_down ;;
*) run_script "$@" ;;
esac
