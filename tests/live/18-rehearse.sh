#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What a rehearsal is held against: the statuses that were recorded, and a stop within the grace
# period.
. "$TRAMMEL_SOURCE/tests/lib/live.sh"
. "$TRAMMEL_SOURCE/tests/lib/recording.sh"
live_begin busybox
# shellcheck disable=SC2016 # for the container
stops='trap "exit 3" TERM; echo up; while :; do sleep 0.1; done'
# shellcheck disable=SC2016 # for the exercise
exercise='docker exec "$TRAMMEL_CONTAINER" /bin/true'
run=(docker run --rm --network none trammel-lab/busybox /bin/sh -c)

expect 0 record -o exercised --exercise "$exercise" -- "${run[@]}" "$stops"
holds exercised 'context("status.command") == {"3"}' 'context("status.exercise") == {"0"}'
emitted exercised exercised.json
expect 0 rehearse -n 1 --seccomp exercised.json --trace exercised --exercise "$exercise" -- \
	"${run[@]}" "$stops"
# The first process of a container ignores SIGTERM unless it asks for it: this one is killed.
expect 1 rehearse -n 1 --seccomp exercised.json --exercise "$exercise" -- "${run[@]}" \
	'echo up; while :; do sleep 0.1; done'
says out 'did not stop in its grace period'

# A status is a failure only where it was not recorded.
expect 7 record -o seven -- "${run[@]}" 'exit 7'
emitted seven seven.json
expect 1 rehearse -n 1 --seccomp seven.json -- "${run[@]}" 'exit 7'
says out 'ended with status 7'
expect 0 rehearse -n 1 --seccomp seven.json --trace seven -- "${run[@]}" 'exit 7'
expect 1 rehearse -n 1 --seccomp seven.json --trace seven -- "${run[@]}" 'exit 8'

# Another machine is named, and is no failure.
sed 's/"clocksource":\["[a-z_]*"\]/"clocksource":["sundial"]/' seven >elsewhere
expect 0 rehearse -n 1 --seccomp seven.json --trace elsewhere -- "${run[@]}" 'exit 7'
says out 'clocksource: recorded with sundial, rehearsed with'

# What Docker's default profile refused while recording, too, is no fault of ours; what it did not, is.
program acts
run=(docker run --rm --network none "${BIN[@]}" trammel-lab/busybox /w/acts)
expect 0 record -o refused -- "${run[@]}" keyctl fork
emitted refused refused.json
expect 1 rehearse -n 1 --seccomp refused.json -- "${run[@]}" keyctl fork
says out 'refused: .*keyctl'
says out 'trace TRACE tells it apart'
expect 0 rehearse -n 1 --seccomp refused.json --trace refused -- "${run[@]}" keyctl fork
expect 1 rehearse -n 1 --seccomp refused.json --trace refused -- "${run[@]}" keyctl fork mount
says out 'refused: .*mount'
! grep -q 'refused: .*keyctl' out || fail "keyctl is named, which was refused while recording"

# The same for one call with some arguments, which newer engines' default profile keeps out.
cat >no-vsock.json <<'END'
{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["socket"], "action": "SCMP_ACT_ERRNO", "errnoRet": 1,
	"args": [{"index": 0, "value": 40, "op": "SCMP_CMP_EQ"}]}]}
END
expect 0 record -o sockets -- docker run --rm --network none "${BIN[@]}" --security-opt seccomp=no-vsock.json \
	trammel-lab/busybox /w/acts unix vsock
holds sockets "set(call('socket')['flags']) == {'denied', 'done'}" \
	"{(f['family'], *f['flags']) for f in facts if f['fact'] == 'socket'} == {(1, 'done'), (40, 'denied')}"
expect 0 show sockets
says out '^    with family 40, type 1, protocol 0'
emitted sockets sockets.json
expect 0 rehearse -n 1 --seccomp sockets.json --trace sockets -- "${run[@]}" unix vsock
expect 1 rehearse -n 1 --seccomp sockets.json --trace sockets -- "${run[@]}" unix vsock alg
says out 'refused: socket'
says out 'with family 38, type 5, protocol 0'
says out 'missing: arguments of "socket"'
