#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A container that ran before we came: it can be exercised, and its end is seen even where it held a
# process that had ended already.
. "$TRAMMEL_SOURCE/tests/lib/live.sh"
live_begin busybox

# The child that the shell leaves to sleep ends, and sleep does not wait for it.
live_container --network none trammel-lab/busybox sh -c 'sleep 0.1 & exec sleep 600'
for _ in $(seq 50); do
	docker exec "$CONTAINER" ps -o stat | grep -q Z && break
	sleep 0.1
done
docker exec "$CONTAINER" ps -o stat | grep -q Z || fail "no zombie in the container"

timeout -k 5 60 "$TRAMMEL" record -o exercised.trace --container "$CONTAINER" \
	--exercise "echo with \$TRAMMEL_CONTAINER >exercised" || fail "exercised: status $?"
grep -q "$CONTAINER" exercised || fail "the exercise was not run"

(
	for _ in $(seq 300); do
		! grep -qs 'running already' err || break
		sleep 0.1
	done
	docker kill "$CONTAINER" >/dev/null
) &
timeout -k 5 60 "$TRAMMEL" record -o ended.trace --container "$CONTAINER" 2>err ||
	fail "ended: status $?: $(cat err)"
wait $!
