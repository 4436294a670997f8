#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Whom a recording is of: a container by name, those that a command starts, and never a stranger.
. "$TRAMMEL_SOURCE/tests/lib/live.sh"
. "$TRAMMEL_SOURCE/tests/lib/recording.sh"
live_begin busybox redis
program acts
bare first
OPTIONS=(--network none "${BIN[@]}")
name=trammel-test-$$

# A stranger, who is busy all the time: in its own right and by exec.
live_container "${OPTIONS[@]}" trammel-lab/busybox sh -c 'while :; do /w/first; sleep 0.5; done'
stranger=$CONTAINER
# shellcheck disable=SC2064
(while docker exec "$stranger" /w/first; do sleep 0.7; done) >/dev/null 2>&1 &
defer kill $!

# Waited for, and known when it comes.
# told REGEX: the recorder has said so. Its programs are attached by then.
told() { until_true 60 grep -q "$1" err; }
rm -f err
(told 'waiting for'; docker run --rm --name "$name" "${OPTIONS[@]}" trammel-lab/busybox /w/acts vfork) &
expect 0 record -o waited.trace --container "$name" --wait-timeout 30
wait $!
holds waited.trace "complete()" "ended() == {'exited'}" "recordings()[0]['start_seen']" \
	"len(recordings()) == 1" "context('container') == {'$name'}" "'vfork' in calls('main')" \
	"'capset' in calls('runtime')" "'getpriority' not in calls()"

# Running already: everything from now on, and no profile of that alone.
live_container --name "$name" "${OPTIONS[@]}" trammel-lab/busybox \
	sh -c 'while :; do /w/acts vfork sleep; done'
until_true 30 running "$name" || fail "it does not run"
rm -f err
(told 'running already'; docker exec "$name" /w/acts fork) &
expect 0 record -o running.trace --container "$name" --duration 2
wait $!
holds running.trace "not recordings()[0]['start_seen']" "complete()" "ended() == {'duration'}" \
	"{'vfork', 'execve', 'wait4'} <= calls('main')" "call('fork')['phases'] == ['exec']" \
	"'getpriority' not in calls()" "len(recordings()) == 1"
running "$name" || fail "the recording ended a container that it found running"
expect 2 emit seccomp running.trace
says err 'restart'
expect 0 emit seccomp --allow-no-start -o running.json running.trace
expect 0 verify --seccomp running.json running.trace

# An exec into it was no start of it. A restart is, and what emit asks for.
rm -f err
(told 'running already'; docker exec "$name" /w/acts fork; docker restart -t 0 "$name" >/dev/null) &
expect 0 record -o restarted.trace --container "$name" --duration 4
wait $!
holds restarted.trace "recordings()[0]['start_seen']" "len(recordings()) == 1" \
	"call('fork')['phases'] == ['exec']" "'capset' in calls('runtime')" "'vfork' in calls('main')" \
	"call('vfork')['phases'] == ['main']" "'futex' not in calls('main')" "'getpriority' not in calls()"
emitted restarted.trace restarted.json
docker rm -f "$name" >/dev/null

# One that never comes, and nothing is overwritten.
echo mine >old.trace
expect 125 record -o old.trace --container nobody-is-called-this --wait-timeout 1
says err 'nobody-is-called-this did not start within 1 s'
[ "$(cat old.trace)" = mine ] || fail "a trace was overwritten"

# Two at once: a trace each, with nothing of the other's.
two="docker run --rm ${OPTIONS[*]} trammel-lab/busybox /w/acts stop vfork &
	docker run --rm ${OPTIONS[*]} --entrypoint /w/acts trammel-lab/redis stop keyctl & wait"
expect 0 record --containers -d two -- sh -c "$two"
[ "$(subjects two)" = "busybox redis" ] || fail "in two: $(ls two)"
holds two/busybox.trace "complete()" "'vfork' in calls('main')" "refused() == set()" \
	"'getpriority' not in calls()" "len(recordings()) == 1"
holds two/redis.trace "complete()" "'vfork' not in calls()" "refused() == {'keyctl'}" \
	"'getpriority' not in calls()" "len(recordings()) == 1"

# What no engine has is not of this command either: another engine's container, on one machine.
groups=/sys/fs/cgroup
[ ! -d $groups/pids ] || groups=$groups/pids
foreign=$(head -c 32 /dev/urandom | od -An -v -tx1 | tr -d ' \n')
if mkdir "$groups/$foreign"; then
	defer rmdir "$groups/$foreign"
	expect 0 record --containers -d ours -- sh -c "
		sh -c 'echo \$\$ >$groups/$foreign/cgroup.procs; exec unshare -m bin/first'
		docker run --rm ${OPTIONS[*]} trammel-lab/busybox /w/acts vfork"
	[ "$(subjects ours)" = busybox ] || fail "in ours: $(ls ours)"
	says err "${foreign:0:12} is of no engine"
	holds ours/busybox.trace "'getpriority' not in calls()" "len(recordings()) == 1"
fi

# One file for two is refused, and what was started does not run on.
expect 125 record --containers -o one.trace -- sh -c "
	docker run --rm --name $name.1 ${OPTIONS[*]} trammel-lab/busybox /w/acts pause &
	docker run --rm --name $name.2 ${OPTIONS[*]} --entrypoint /w/acts trammel-lab/redis pause & wait"
says err "'busybox' and 'redis'|'redis' and 'busybox'"
says err 'use -d DIR'
gone() { ! docker inspect "$1"; }
for i in 1 2; do
	until_true 20 gone "$name.$i" || fail "its container runs on"
done

# Of several, those of an image, of a service; with a name of one's own.
expect 0 record --containers --image trammel-lab/redis --subject mine -o image.trace -- sh -c "$two"
holds image.trace "refused() == {'keyctl'}" "recordings()[0]['subject'] == 'mine'" "len(recordings()) == 1"
expect 0 record --containers --service web -o service.trace -- sh -c "
	docker run --rm --label com.docker.compose.service=web ${OPTIONS[*]} trammel-lab/busybox /w/acts vfork
	docker run --rm --label com.docker.compose.service=db ${OPTIONS[*]} trammel-lab/busybox /w/acts fork"
holds service.trace "'vfork' in calls()" "'fork' not in calls()" "recordings()[0]['subject'] == 'web'"

# Two recorders at once, each with its own.
"$TRAMMEL" record -o a.trace -- docker run --rm "${OPTIONS[@]}" trammel-lab/busybox /w/acts vfork sleep 2>a.err &
expect 0 record -o b.trace -- docker run --rm "${OPTIONS[@]}" trammel-lab/busybox /w/acts fork sleep
wait $! || fail "the other recorder: $(cat a.err)"
holds a.trace "complete()" "'vfork' in calls('main')" "'fork' not in calls()" "len(recordings()) == 1"
holds b.trace "complete()" "'fork' in calls('main')" "'vfork' not in calls()" "len(recordings()) == 1"

# Made before, started while we watch.
docker create --name "$name" "${OPTIONS[@]}" trammel-lab/busybox /w/acts vfork >/dev/null
echo "$name" >>.containers
expect 0 record -o started.trace -- docker start -a "$name"
holds started.trace "recordings()[0]['start_seen']" "'vfork' in calls('main')" \
	"context('container') == {'$name'}" "complete()"
