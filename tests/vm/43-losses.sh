#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# tests/live/31-losses.sh and 32-floods.sh with the hooks: what is lost is counted exactly, and who floods
# loses nothing but its own. And the same of a kernel that preempts everybody. In the long form, since it takes
# minutes there.
. "$TRAMMEL_SOURCE/tests/vm/long.sh"
long_only
status=0
for script in 31-losses 32-floods; do
	VM_TIMEOUT=${VM_TIMEOUT:-1800} long_live "$script" LIVE_BACKEND=hooks FLOODS_FILES=150000 || status=$?
done
VM_APPEND=preempt=full bash "$RUN" "$TRAMMEL_SOURCE/tests/vm/guest/preempted.sh" || status=$?
exit $status
