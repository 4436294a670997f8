#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Recorders that are killed at any moment, a trace that is read while it is written, a disk that is full.
. "$TRAMMEL_SOURCE/tests/lib/live.sh"
. "$TRAMMEL_SOURCE/tests/lib/recording.sh"
# shellcheck disable=SC2119 # it needs no image
live_begin
mkdir work
# Something new all the time.
# shellcheck disable=SC2016 # for the command
BUSY='i=0; while :; do i=$((i + 1)); : >work/file$i; cat work/file$i; done'

# Read over and over: there is no file yet, or it is a journal, or a finished trace. Never a half of one.
cat >reader.sh <<'END'
while [ ! -e stop ]; do
	[ -e killed.trace ] || continue
	"$TRAMMEL" show killed.trace >read.out 2>read.err
	status=$?
	case $status in
	0 | 4) echo "$status" >>read.all ;;
	*) grep -q 'No such file' read.err || { echo "$status: $(cat read.err)" >read.bad; exit; } ;;
	esac
done
END
bash reader.sh &
READER=$!
stop_reader() {
	kill "$READER" 2>/dev/null || true
}
defer stop_reader
RANDOM=7
began=0
for round in $(seq 100); do
	[ $began -lt 12 ] || break
	rm -f killed.trace
	"$TRAMMEL" -q record -o killed.trace -- sh -c "$BUSY" >out 2>err </dev/null &
	RECORDER=$!
	sleep "$((RANDOM % 2)).$((RANDOM % 9 + 1))"
	kill -KILL $RECORDER || fail "round $round: it had ended: $(cat err)"
	wait $RECORDER 2>/dev/null
	pkill -KILL -f "^sh -c i=0; while" || true
	rm -rf work && mkdir work
	[ -e killed.trace ] || continue
	began=$((began + 1))
	expect 4 show killed.trace
	says out 'it has no end|none, the recorder was killed as it began'
done
touch stop
wait $READER
[ ! -e read.bad ] || fail "read while it was written: $(cat read.bad)"
[ "$(sort -u read.all)" = 4 ] || fail "no journal was read while it was written"
[ $began = 12 ] || fail "only $began of 100 had begun"
# Nothing of them is left in the way of the next.
expect 0 -q record -o next.trace -- true
holds next.trace 'complete()'

# A full disk: said, as what it is, and what was written is read.
mkdir small
mount -t tmpfs -o size=64k tmpfs small || fail "no tmpfs"
defer umount small
"$TRAMMEL" -q record -o small/full.trace -- timeout 20 sh -c "$BUSY" >out 2>err </dev/null
status=$?
[ $status = 125 ] || fail "on a full disk: exit $status, wanted 125"
says err 'small/full.trace: No space left on device'
expect 4 show small/full.trace
# And before it begins: a place that cannot be written.
rm small/full.trace
echo old >small/old.trace
mount -o remount,ro small || fail "cannot make it read-only"
expect 125 -q record -o small/old.trace -- true
[ "$(cat small/old.trace)" = old ] || fail "what was there is gone"
