#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Real workloads under both profiles, enforced: redis, nginx with a proxy, a Python web application with a
# database and subprocesses. Each is recorded twice with each backend, and has to come through 5 of 5:
# same statuses, a graceful stop, docker exec, and not one refusal.
. "$TRAMMEL_SOURCE/tests/lib/live.sh"
. "$TRAMMEL_SOURCE/tests/lib/recording.sh"
live_begin busybox
LIMIT=1200
export TRAMMEL_SOURCE
failed=0
for workload in redis nginx pyapp; do
	image_build $workload || fail "cannot build the image $workload"
	run=(docker run --rm --network none "trammel-lab/$workload")
	exercise=(--exercise "$TRAMMEL_SOURCE/tests/matrix/exercise.sh $workload docker exec")
	for backend in hooks tracepoints; do
		name=$workload.$backend
		for i in 1 2; do
			expect 0 record --backend $backend -o "$name.$i" "${exercise[@]}" -- "${run[@]}"
		done
		expect 0 merge -o "$name" "$name.1" "$name.2"
		expect 0 emit seccomp -o "$name.json" "$name"
		expect 0 emit apparmor -o "$name.apparmor" "$name"
		expect 0 verify --seccomp "$name.json" --apparmor "$name.apparmor" "$name"
		LIMIT=1200 timeout 1200 "$TRAMMEL" rehearse -n 5 --seccomp "$name.json" \
			--apparmor "$name.apparmor" --trace "$name" "${exercise[@]}" -- "${run[@]}" >out 2>err
		status=$?
		echo "$(cut -d' ' -f1 /proc/uptime) s: $workload, $backend: $(grep 'came through\.' out)"
		[ $status = 0 ] || { failed=1; cat out; tail -n 20 err; cat "$name.apparmor"; }
	done
done
exit $failed
