#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A profile from a machine whose clock programs read without entering the kernel, on one where each look
# at it is a syscall, with another kernel and other cgroups.
. "$TRAMMEL_SOURCE/tests/lib/live.sh"
. "$TRAMMEL_SOURCE/tests/lib/recording.sh"
command -v qemu-system-x86_64 >/dev/null || skip "qemu-system-x86_64 is not installed"
case $(cat /sys/devices/system/clocksource/clocksource0/current_clocksource) in
tsc | kvm-clock | hyperv_clocksource_tsc_page) ;;
*) skip "this machine's clock is read by syscalls already" ;;
esac
live_begin busybox
program clock
expect 0 record -o clock.trace -- docker run --rm --network none "${BIN[@]}" trammel-lab/busybox /w/clock
holds clock.trace "complete()" "not {'clock_gettime', 'gettimeofday'} & calls()"
emitted clock.trace clock.json

{
	printf 'HOST_WORK=%q\n' "$WORK"
	printf '. %q\n' "$SOURCE/tests/vm/guest/clock.sh"
} >job
bash "$SOURCE/tests/vm/run.sh" job >out 2>&1
status=$?
cat out
exit $status
