#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A process that is stopped in the middle of poll(2) goes on by restart_syscall(2), which no recording
# shows unless somebody stopped it then. The profile has it all the same.
. "$TRAMMEL_SOURCE/tests/lib/live.sh"
. "$TRAMMEL_SOURCE/tests/lib/recording.sh"
live_begin busybox
program acts
run=(docker run --rm --network none "${BIN[@]}" trammel-lab/busybox /w/acts poll poll pause)
# shellcheck disable=SC2016
stop='pid=$(docker inspect -f "{{.State.Pid}}" $TRAMMEL_CONTAINER); sleep 0.4
	kill -STOP $pid; sleep 0.3; kill -CONT $pid; sleep 3'

expect 0 record -o undisturbed.trace --exercise 'sleep 4' -- "${run[@]}"
holds undisturbed.trace "'poll' in calls('main') and 'restart_syscall' not in calls()"
expect 0 record -o stopped.trace --exercise "$stop" -- "${run[@]}"
holds stopped.trace "'restart_syscall' in calls('main')" "refused() <= {'clone3'}"

emitted undisturbed.trace acts.json
expect 0 verify --seccomp acts.json stopped.trace
expect 0 rehearse -n 2 --seccomp acts.json -o rehearsed.trace --exercise "$stop" -- "${run[@]}"
holds rehearsed.trace "set(call('restart_syscall')['recordings']) == {0, 1}"

sed 's/"restart_syscall"/"getpgid"/' acts.json >cut.json
expect 1 rehearse -n 1 --seccomp cut.json --exercise "$stop" -- "${run[@]}"
says out 'refused: .*restart_syscall.*/w/acts'
