#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# With both profiles in force and all else that emit docker asks for, a container does the same again. Here the
# kernel tells which capabilities are needed; without one of them it fails.
. "$TRAMMEL_SOURCE/tests/lib/live.sh"
. "$TRAMMEL_SOURCE/tests/lib/recording.sh"
live_begin busybox
LIMIT=250
work='echo one >/tmp/a && busybox chown 1:1 /tmp/a && busybox cat /tmp/a && busybox rm /tmp/a'
expect 0 record --backend hooks -o it.trace -- docker run --rm --network none trammel-lab/busybox sh -c "$work"
expect 0 emit seccomp -o trammel-options.json it.trace
expect 0 emit apparmor --name trammel-options -o it.apparmor it.trace
expect 0 load it.apparmor
expect 0 emit docker --name trammel-options --seccomp trammel-options.json -o run.sh it.trace
for line in '--security-opt apparmor=trammel-options' '--cap-drop ALL' '--cap-add CHOWN' '--read-only' \
	'--tmpfs /tmp' '--network none' '--security-opt no-new-privileges'; do
	says run.sh "^set -- $line \"\\\$@\"\$"
done
[ "$(sh run.sh --rm trammel-lab/busybox sh -c "$work")" = one ] || fail "not with its options: $(cat run.sh)"
grep -v 'cap-add CHOWN' run.sh >less.sh
if sh less.sh --rm trammel-lab/busybox sh -c "$work" >out 2>err; then
	fail "chown without the capability"
fi
says err 'Operation not permitted'
expect 0 unload trammel-options
