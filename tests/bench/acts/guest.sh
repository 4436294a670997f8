#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# In the virtual machine: a line for each variant and act, with what it took.
. "$TRAMMEL_SOURCE/tests/lib/live.sh"
. "$TRAMMEL_SOURCE/tests/lib/recording.sh"
cd /dev/shm && cp "$ACTS" acts || exit 1
report() {
	[ -s out ] || fail "$1: nothing was measured: $(cat err)"
	sed "s/^/$1\t/" out
}
./acts "$ROUNDS" >out 2>err
report nothing
for backend in hooks tracepoints; do
	"$TRAMMEL" -q record --backend "$backend" -o acts.trace -- ./acts "$ROUNDS" >out 2>err
	report "$backend"
	rm -f idle.trace
	"$TRAMMEL" --progress=none record --backend "$backend" -o idle.trace -- sleep 10000 2>err &
	recorder=$!
	until_true 60 grep -q '^recording' err || fail "no recorder: $(cat err)"
	./acts "$ROUNDS" >out 2>err
	report "$backend, unrecorded"
	kill -INT "$recorder"
	wait "$recorder" || true
done
