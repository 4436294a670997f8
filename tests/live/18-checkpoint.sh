#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Checkpoints: finished traces while recording goes on, and nothing is lost between them.
. "$TRAMMEL_SOURCE/tests/lib/live.sh"
. "$TRAMMEL_SOURCE/tests/lib/recording.sh"
# shellcheck disable=SC2119 # it needs no image
live_begin
# shellcheck disable=SC2016 # for the command
WORK_SLOWLY=(sh -c 'cat /dev/null; sleep 2.5; readlink /proc/self/exe; sleep "$1"' sh)

is_checkpoint() {
	python3 "$TRAMMEL_SOURCE/tests/lib/tracefile.py" "$1" "ended() == {'checkpoint'}"
}

echo old >slow.trace
"$TRAMMEL" record -o slow.trace --checkpoint 2 -- "${WORK_SLOWLY[@]}" 1 >out 2>err </dev/null &
RECORDER=$!
until_true 20 test -s slow.trace.journal || fail "no journal"
[ "$(cat slow.trace)" = old ] || fail "what was there was touched before the first checkpoint"
until_true 20 is_checkpoint slow.trace || fail "no checkpoint"
holds slow.trace "complete()" "'openat' in calls()" "'readlink' not in calls()"
expect 0 show slow.trace
says out 'a checkpoint: recording went on'
wait $RECORDER || fail "exit $?: $(cat err)"
holds slow.trace "complete()" "ended() == {'exited'}" "{'openat', 'readlink'} <= calls()"
[ ! -e slow.trace.journal ] || fail "the journal was left behind"

# Killed behind a checkpoint: it stands, and what came since is in the journal.
"$TRAMMEL" record -o killed.trace --checkpoint 2 -- "${WORK_SLOWLY[@]}" 20 >out 2>err </dev/null &
RECORDER=$!
until_true 20 is_checkpoint killed.trace || fail "no checkpoint"
has_late() {
	grep -q '"name":"readlink"' killed.trace.journal
}
until_true 20 has_late || fail "nothing came behind the checkpoint"
kill -KILL $RECORDER
wait $RECORDER 2>/dev/null
pkill -f "${WORK_SLOWLY[2]}"
holds killed.trace "complete()" "ended() == {'checkpoint'}"
expect 0 merge -o both.trace killed.trace killed.trace.journal
holds both.trace "{'openat', 'readlink'} <= calls()"

expect 125 record -o - --checkpoint 2 -- true
says err 'standard output takes one trace'
expect 125 record -o x --checkpoint 0 -- true
[ ! -e x ] || fail "written, though asked wrongly"
