#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# tests/live/30-scope.sh where cgroups are version 2 alone, AppArmor is on and a privileged container can
# be: in the long form, since it takes minutes there.
[ -n "${TRAMMEL_LONG:-}" ] || {
	echo "skipped: only in the long form"
	exit 77
}
SOURCE=$(cd "$(dirname "$0")/../.." && pwd)
job=$(mktemp) || exit 1
trap 'rm -f "$job"' EXIT
printf 'SCOPE_SHORT=1\n. %q\n' "$SOURCE/tests/live/30-scope.sh" >"$job"
VM_TIMEOUT=${VM_TIMEOUT:-900} bash "$SOURCE/tests/vm/run.sh" "$job"
