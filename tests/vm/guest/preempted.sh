#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Where the recorder's programs are preempted, and get in the way of what others do meanwhile on that CPU: the
# kernel skips them, or cannot tell them whose a task is. Nothing is lost without being counted.
. "$TRAMMEL_SOURCE/tests/lib/live.sh"
. "$TRAMMEL_SOURCE/tests/lib/recording.sh"
# shellcheck disable=SC2119 # it needs no image
live_begin
program flood
N=2000 TASKS=4
tmpfs=$(mktemp -d /dev/shm/preempted.XXXXXX) || fail "no tmpfs"
defer rm -rf "$tmpfs"
for i in $(seq $TASKS); do
	mkdir "$tmpfs/$i"
done
expect 0 record --backend hooks -o ten.trace -- bin/flood files "$tmpfs/1" 10
PER=$(($(grep -c "$tmpfs/" ten.trace) / 10))

for _ in 1 2 3; do
	timeout 120 "$TRAMMEL" record --backend hooks -o many.trace -- sh -c "
		for i in $(seq -s' ' $TASKS); do bin/flood files $tmpfs/\$i $N & done; wait" >out 2>err </dev/null
	case $? in
	0 | 125) ;;
	*) fail "$(cat err)" ;;
	esac
	holds many.trace "losses().keys() <= {'missed'}" \
		"sum(f['path'].startswith('$tmpfs/') for f in files()) + losses().get('missed', 0) >= $PER * $TASKS * $N"
done
