#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# load, unload and loaded where there is no AppArmor, and what they refuse before they look. What they do
# to a kernel: tests/vm/50-load.sh.
. "$TRAMMEL_SOURCE/tests/lib/cli.sh"

expect 2 load
says err 'load: which profile'
expect 2 load --persist -
says err 'not standard input'
expect 2 unload
says err 'unload: which profile'
expect 2 loaded profile
says err 'takes no arguments'
if [ "$(cat /sys/module/apparmor/parameters/enabled 2>/dev/null)" = Y ]; then
	echo "this machine has AppArmor: what is said without it is not tested"
	exit "$failed"
fi
printf 'profile trammel-x { /a r, }\n' >x
for words in "load x" "unload trammel-x" "loaded"; do
	read -r -a args <<<"$words"
	expect 3 "${args[@]}"
	says err 'AppArmor is not enabled in this kernel'
done
exit "$failed"
