#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# More different programs than a recording keeps apart: what they do is known all the same, and only
# which of them it was is not.
. "$TRAMMEL_SOURCE/tests/lib/live.sh"
. "$TRAMMEL_SOURCE/tests/lib/recording.sh"
live_begin busybox
program acts
bare first
mkdir many
for i in $(seq 150); do
	cp bin/first "many/$i"
done
cp bin/acts many/last
# shellcheck disable=SC2016
expect 0 record -o many.trace -- docker run --rm --network none -v "$WORK/many:/m:ro" \
	trammel-lab/busybox sh -c 'for i in $(seq 150); do /m/$i; done; /m/last vfork keyctl'
holds many.trace "complete()" "len(execs()) == 152" \
	"'vfork' in calls('main')" "call('vfork')['exes'] == []" "refused() == {'keyctl'}" \
	"100 < len(call('getpriority')['exes']) < 150" "call('getpriority')['phases'] == ['main']"
