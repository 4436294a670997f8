#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The workloads by themselves, with nobody recording: if these do not work, no other live test
# says anything.
. "$TRAMMEL_SOURCE/tests/lib/live.sh"
live_begin busybox redis pyapp

healthy() {
	for _ in $(seq 100); do
		[ "$(docker inspect -f '{{.State.Health.Status}}' "$1")" = healthy ] && return 0
		sleep 0.2
	done
	fail "$2 does not become healthy"
}

[ "$(docker run --rm --network none trammel-lab/busybox echo here)" = here ] || fail "busybox"

live_container --network none trammel-lab/redis
redis=$CONTAINER
healthy "$redis" redis
docker exec "$redis" redis-benchmark -q -n 200 -t set,get || fail "redis-benchmark"
[ "$(docker exec "$redis" redis-cli save)" = OK ] || fail "redis cannot write its snapshot"

live_container trammel-lab/pyapp
app=$CONTAINER
healthy "$app" pyapp
docker exec "$app" python3 client.py 5 || fail "the web application's client"
address=$(docker inspect -f '{{.NetworkSettings.IPAddress}}' "$app")
if [ -n "$address" ]; then
	engine_net busybox wget -q -O - "http://$address:8000/health" | grep -q true ||
		fail "the web application does not answer at its address"
fi
docker stop -t 10 "$app" >/dev/null
[ "$(docker inspect -f '{{.State.ExitCode}}' "$app")" = 0 ] || fail "pyapp does not stop cleanly"
