#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# rehearse --apparmor where there is no AppArmor: it does not pretend. What it does where there is one:
# tests/vm/51-confined.sh.
. "$TRAMMEL_SOURCE/tests/lib/cli.sh"

expect 2 rehearse -- docker run --rm image
says err '[-][-]apparmor FILE'
printf 'profile trammel-x { /a r, }\n' >x
expect 2 rehearse --apparmor x -- docker run --security-opt apparmor=other --rm image
says err 'apparmor of its own'
if [ "$(cat /sys/module/apparmor/parameters/enabled 2>/dev/null)" = Y ]; then
	echo "this machine has AppArmor: what is said without it is not tested"
	exit "$failed"
fi
expect 3 rehearse --apparmor x -- docker run --rm image
says err 'AppArmor is not enabled in this kernel'
exit "$failed"
