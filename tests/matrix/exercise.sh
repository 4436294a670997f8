#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# exercise.sh WORKLOAD RUNTIME WAY [BUNDLE]: the workload's exercise, from where the row has it; see run.sh.
set -eu
. "$TRAMMEL_SOURCE/tests/lib/bundle.sh"
workload=$1 runtime=$2 way=$3 dir=${4-}

# What the image's HEALTHCHECK does, as the engine that runs it is missing.
health_check() {
	python3 - "$dir/image.json" <<'END'
import json, shlex, sys
print(shlex.join(json.load(open(sys.argv[1]))[0]["Config"]["Healthcheck"]["Test"][1:]))
END
}

if [ "$runtime" = docker ]; then
	[ -z "$dir" ] || docker inspect -f '{{.State.Pid}}' "$TRAMMEL_CONTAINER" >"$dir/container.pid"
	INSIDE="docker exec $TRAMMEL_CONTAINER"
else
	# shellcheck disable=SC2153 # run.sh exports them
	bundle_exec "$dir" "$BUNDLE_NAME" "$RUNTIME"
	INSIDE="${BUNDLE_EXEC[*]}"
fi
OUTSIDE=
if [ "$way" = outside ]; then
	bundle_outside "$dir"
	INSIDE="${BUNDLE_OUTSIDE[*]}" OUTSIDE=1
fi
export INSIDE OUTSIDE

checks=
if [ "$way" = health ] && [ "$runtime" != docker ]; then
	check="$INSIDE $(health_check)"
	for _ in $(seq 50); do
		! $check >/dev/null 2>&1 || break
		sleep 0.2
	done
	$check >/dev/null
	while sleep 0.5; do
		$check >/dev/null || kill $$
	done &
	checks=$!
fi
status=0
"$TRAMMEL_SOURCE/tests/workloads/$workload/exercise.sh" >/dev/null || status=$?
if [ -n "$checks" ]; then
	kill $checks
	wait $checks 2>/dev/null || true
fi
exit $status
