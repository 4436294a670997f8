#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# On whose behalf: the runtime's, the container's own program's, or that of what was brought in later.
. "$TRAMMEL_SOURCE/tests/lib/live.sh"
. "$TRAMMEL_SOURCE/tests/lib/recording.sh"
live_begin busybox
program acts
bare first
RUN=(docker run --rm --network none "${BIN[@]}")
# A runtime in Go has threads, which are no part of what it starts.
GO="{'epoll_pwait', 'epoll_ctl', 'nanosleep', 'sched_yield', 'tgkill', 'getdents64', 'capset'}"
# What a runtime does to build a container is done before its filter is there, by nobody we record.
SETUP="{'mount', 'umount2', 'pivot_root', 'setns', 'unshare', 'sethostname', 'mknodat'}"

# docker exec, and health checks, of which one has ended well.
# shellcheck disable=SC2016
expect 0 record -o exec.trace --exercise 'docker exec $TRAMMEL_CONTAINER /w/acts vfork
	until [ "$(docker inspect -f "{{.State.Health.Status}}" $TRAMMEL_CONTAINER)" = healthy ]; do sleep 0.1; done' -- \
	"${RUN[@]}" --health-cmd /w/first --health-interval 0.2s --health-start-period 5s \
	trammel-lab/busybox /w/acts thread pause
holds exec.trace "complete()" "ended() == {'exercise'}" \
	"call('pause')['phases'] == ['main']" "call('pause')['exes'] == ['/w/acts']" \
	"call('gettid')['phases'] == ['main']" \
	"call('vfork')['phases'] == ['exec']" "call('vfork')['exes'] == ['/w/acts']" \
	"call('getpriority')['phases'] == ['exec']" "call('getpriority')['exes'] == ['/w/first']" \
	"call('capset')['phases'] == ['runtime']" "'execve' in calls('runtime')" \
	"'execve' not in calls('main')" "calls('main') & $GO == set()" "calls() & $SETUP == set()" "not call('capset')['exes']" \
	"{f['phases'][0] for f in facts if f['fact'] == 'exec' and f['path'] == '/w/first'} == {'exec'}"

# Without a filter of the container nothing tells the runtime's last calls; its first ones least of all.
# shellcheck disable=SC2016
expect 0 record -o unconfined.trace --exercise 'docker exec $TRAMMEL_CONTAINER /w/first' -- \
	"${RUN[@]}" --security-opt seccomp=unconfined trammel-lab/busybox /w/acts thread pause
holds unconfined.trace "complete()" "call('pause')['phases'] == ['main']" \
	"call('getpriority')['phases'] == ['exec']" "calls('runtime') == set()" "calls() & $SETUP == set()" \
	"context('seccomp') == {'unconfined'}" "recordings()[0]['start_seen']"

# A restart is a start: main again, in the same recording.
# shellcheck disable=SC2016
expect 0 record -o restart.trace --exercise 'docker restart -t 2 $TRAMMEL_CONTAINER
	until grep -q "(acts) S" /proc/$(docker inspect -f {{.State.Pid}} $TRAMMEL_CONTAINER)/stat; do sleep 0.1; done' -- \
	docker run --network none --name "again$$" "${BIN[@]}" trammel-lab/busybox \
	sh -c '[ -e /tmp/x ] && exec /w/acts getpriority pause; echo >/tmp/x; exec /w/acts pause'
docker rm -f "again$$" >/dev/null
holds restart.trace "len(recordings()) == 1" "call('getpriority')['phases'] == ['main']" \
	"calls('exec') == set()" "calls('main') & $GO == set()" "complete()"
