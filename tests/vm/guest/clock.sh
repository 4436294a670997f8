#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# HOST_WORK has bin/clock, and the trace and the profile that another machine made of it.
sys=/sys/devices/system/clocksource/clocksource0
was=$(cat $sys/current_clocksource)
echo hpet >$sys/current_clocksource
clock=$(cat $sys/current_clocksource)
case $clock in
hpet | acpi_pm) ;;
*)
	echo "skipped: the virtual machine's clock is $clock"
	exit 77
	;;
esac
. "$TRAMMEL_SOURCE/tests/lib/live.sh"
. "$TRAMMEL_SOURCE/tests/lib/recording.sh"
live_begin busybox
[ "$was" = "$clock" ] || defer eval "echo $was >$sys/current_clocksource"
run=(docker run --rm --network none -v "$HOST_WORK/bin:/w:ro" trammel-lab/busybox /w/clock)
echo "the clock is $clock"

# Here they are syscalls, and this is what the profile has to have foreseen.
expect 0 record -o here.trace -- "${run[@]}"
holds here.trace "{'clock_gettime', 'gettimeofday'} <= calls('main')"
expect 0 verify --seccomp "$HOST_WORK/clock.json" here.trace
runs=1
[ -z "${TRAMMEL_LONG:-}" ] || runs=3
expect 0 rehearse -n $runs --seccomp "$HOST_WORK/clock.json" --trace "$HOST_WORK/clock.trace" -- "${run[@]}"
says out "clocksource: recorded with .*, rehearsed with $clock"

sed 's/"clock_gettime"/"getpgid"/' "$HOST_WORK/clock.json" >cut.json
expect 1 rehearse -n 1 --seccomp cut.json -- "${run[@]}"
says out 'refused: .*clock_gettime.*/w/clock'
