#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Where systemd makes the cgroups, a container's is docker-ID.scope of a slice, or libpod-ID.scope: it is
# known all the same, with its name and its image.
. "$TRAMMEL_SOURCE/tests/lib/live.sh"
. "$TRAMMEL_SOURCE/tests/lib/recording.sh"
live_begin busybox
[ "$(docker info -f '{{.CgroupDriver}}')" = systemd ] || fail "the engine's cgroup driver is not systemd"

docker create --name scoped --network none trammel-lab/busybox sleep 600 >id || fail "docker create"
echo scoped >"$WORK/.containers"
"$TRAMMEL" record -o scope.trace --container scoped --exercise 'docker exec scoped uname -a' -- docker start scoped >out 2>err &
recorder=$!
until_true 60 running scoped || fail "it does not start"
cgroup=$(cut -d: -f3 "/proc/$(docker inspect -f '{{.State.Pid}}' scoped)/cgroup")
[ "${cgroup##*/}" = "docker-$(cat id).scope" ] || fail "its cgroup is $cgroup"
wait $recorder || fail "record: $(cat err)"
holds scope.trace "complete()" "len(recordings()) == 1" "recordings()[0]['start_seen']" \
	"'uname' in calls('exec')" "context('image') == {'trammel-lab/busybox'}"

# One that runs, known by its cgroup alone: the scope's name.
live_container --network none trammel-lab/busybox sh -c 'while :; do uname; sleep 1; done'
until_true 60 running "$CONTAINER" || fail "the second does not start"
expect 0 record -o cgroup.trace --cgroup "docker-$CONTAINER.scope" --duration 4
holds cgroup.trace "complete()" "'uname' in calls('main')"
