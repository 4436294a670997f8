#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The main job on three workloads: record it at work, make a profile, prove it, and run the same
# under it three times of three.
. "$TRAMMEL_SOURCE/tests/lib/live.sh"
. "$TRAMMEL_SOURCE/tests/lib/recording.sh"
live_begin busybox redis pyapp

# whole NAME EXERCISE IMAGE [CMD...]
whole() {
	local name=$1 exercise=() run=(docker run --rm --network none)
	[ -z "$2" ] || exercise=(--exercise "$2")
	shift 2
	expect 0 record -o "$name.trace" "${exercise[@]}" -- "${run[@]}" "$@"
	holds "$name.trace" "complete()" "recordings()[0]['start_seen']" \
		"context('image') == {'$1'}" "recordings()[0]['subject'] == '$name'" \
		"ended() == {'${2:+exited}'} or ended() == {'exercise'}" "refused() <= {'clone3'}" \
		"calls('runtime') and calls('main')"
	emitted "$name.trace" "$name.json"
	expect 0 --json rehearse -n 3 --seccomp "$name.json" "${exercise[@]}" -- "${run[@]}" "$@"
	python3 - out <<'END' || fail "rehearsing $name"
import json, sys
said = json.load(open(sys.argv[1]))
assert said["passed"] == said["runs"] == len(said["each"]) == 3, said
assert all(run["in_force"] and not run["refused"] for run in said["each"]), said
END
}

whole busybox "" trammel-lab/busybox sh -c 'ls -lR /bin >/dev/null; echo x | wc; sleep 0.1 & wait; uname -a'
# shellcheck disable=SC2016
whole redis 'docker exec $TRAMMEL_CONTAINER redis-benchmark -q -n 500 -t set,get,lpush &&
	docker exec $TRAMMEL_CONTAINER redis-cli save' trammel-lab/redis
holds redis.trace "'fdatasync' in calls('main') or 'fsync' in calls('main')" "calls('exec')" \
	"any(f['path'].endswith('.rdb') and f['act'] == 'create' for f in files())" \
	"files('/usr/bin/redis-server') or '/usr/bin/redis-check-rdb' in execs()"
# shellcheck disable=SC2016
whole pyapp 'docker exec $TRAMMEL_CONTAINER python3 /app/client.py 5' trammel-lab/pyapp
holds pyapp.trace "{'accept4', 'bind', 'listen'} <= calls('main')" "'connect' in calls('exec')" \
	"any(e.endswith('/uname') for e in execs())" "perms('/app/app.py') == {'r'}"

# The engine takes the profile from its own hands, too: no trammel near.
docker run --rm --network none --security-opt seccomp=busybox.json trammel-lab/busybox true ||
	fail "dockerd does not take the profile"
