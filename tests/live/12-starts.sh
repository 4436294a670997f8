#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Nothing of a start is missed: the first thing the container's first process does, fifty times; 200 times in
# the long form.
. "$TRAMMEL_SOURCE/tests/lib/live.sh"
. "$TRAMMEL_SOURCE/tests/lib/recording.sh"
live_begin busybox
bare first
RUN="docker run --rm --network none -v $WORK/bin:/w:ro trammel-lab/busybox /w/first"

# In one recording: 40 in a row, 10 more in pairs that start together.
ROW=40
[ -z "${TRAMMEL_LONG:-}" ] || ROW=190
ALL=$((ROW + 10))
LIMIT=600 expect 0 record --containers -d row -- sh -c "
	for i in \$(seq $ROW); do $RUN || exit 1; done
	for i in \$(seq 5); do $RUN & $RUN & wait; done"
[ "$(subjects row)" = busybox ] || fail "more than one subject: $(ls row)"
holds row/busybox.trace "len(recordings()) == $ALL" "complete()" \
	"all('getpriority' in calls('main', recording=i) for i in range($ALL))" \
	"all(calls('main', recording=i) == {'getpriority', 'exit_group'} for i in range($ALL))" \
	"all('execve' in calls('runtime', recording=i) for i in range($ALL))" \
	"all(r['start_seen'] for r in recordings())" "refused() == set()"

# And each in its own: what attaches the programs must be done before the command starts.
for i in $(seq 6); do
	# shellcheck disable=SC2086
	expect 0 record -o "one$i.trace" -- $RUN
	holds "one$i.trace" "complete()" "calls('main') == {'getpriority', 'exit_group'}" \
		"'execve' in calls('runtime')" "recordings()[0]['start_seen']"
done
expect 0 merge -o all.trace one*.trace
holds all.trace "len(recordings()) == 6" "set(call('getpriority')['recordings']) == set(range(6))"
