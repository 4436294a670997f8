#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# tests/live/31-losses.sh and 32-floods.sh with the hooks: what is lost is counted exactly, and who floods
# loses nothing but its own. And the same of a kernel that preempts everybody. In the long form, since it takes
# minutes there.
[ -n "${TRAMMEL_LONG:-}" ] || {
	echo "skipped: only in the long form"
	exit 77
}
SOURCE=$(cd "$(dirname "$0")/../.." && pwd)
job=$(mktemp) || exit 1
trap 'rm -f "$job"' EXIT
status=0
for script in 31-losses 32-floods; do
	printf 'export LIVE_BACKEND=hooks FLOODS_FILES=150000\n. %q\n' "$SOURCE/tests/live/$script.sh" >"$job"
	VM_TIMEOUT=${VM_TIMEOUT:-1800} bash "$SOURCE/tests/vm/run.sh" "$job" || status=$?
done
VM_APPEND=preempt=full bash "$SOURCE/tests/vm/run.sh" "$SOURCE/tests/vm/guest/preempted.sh" || status=$?
exit $status
