#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Real workloads under both profiles, enforced: redis, nginx with a proxy, a Python web application with a
# database and subprocesses. Each is recorded twice with each backend, and has to come through 5 of 5:
# same answers and statuses, a graceful stop, docker exec, and not one refusal. WORKLOADS: which ones, as their
# archives (slim.py). In the short form a shorter exercise, recorded once, and rehearsed once.
. "$TRAMMEL_SOURCE/tests/lib/live.sh"
. "$TRAMMEL_SOURCE/tests/lib/recording.sh"
live_begin busybox
LIMIT=1200
failed=0
if [ -n "${TRAMMEL_LONG:-}" ]; then
	runs=5 recordings="1 2" backends="hooks tracepoints"
else
	runs=1 recordings=1 backends=hooks
fi
# No line that the kernel would print is left out.
echo 0 >/proc/sys/kernel/printk_ratelimit

# The image as the Dockerfile has it, but for the health check: under emulation it takes longer than what it
# watches.
import() {
	local changes=() line
	while read -r line; do
		changes+=(-c "$line")
	done < <(grep -E '^(USER|WORKDIR|EXPOSE|CMD) ' "$TRAMMEL_SOURCE/tests/workloads/$1/Dockerfile")
	docker import "${changes[@]}" "$2" "trammel-lab/$1" >/dev/null || fail "no image $1"
}

# A short one has what is the same each time: one that comes too early, then an answer, and a file that is written.
exercise_of() {
	if [ -n "${TRAMMEL_LONG:-}" ]; then
		cat "$TRAMMEL_SOURCE/tests/workloads/$1/exercise.sh"
		return
	fi
	cat <<-'REDIS'
		set -e
		redis-cli -p 1 ping 2>/dev/null && exit 1
		sleep 0.2
		until [ "$(redis-cli ping 2>/dev/null)" = PONG ]; do sleep 0.2; done
		redis-cli set greeting hello
		redis-cli save
		[ "$(redis-cli get greeting)" = hello ]
	REDIS
}

# refused SUBJECT: what the kernel told on its own account
refused() {
	dmesg | grep 'apparmor="DENIED"' | grep "profile=\"trammel-$1\""
}

for archive in $WORKLOADS; do
	workload=$(basename "$archive" .tar)
	import "$workload" "$archive"
	run=(docker run --rm --network none "trammel-lab/$workload")
	# All of it in one docker exec: each takes seconds.
	exercise_of "$workload" >text
	# shellcheck disable=SC2016 # for the exercise
	printf 'docker exec -e INSIDE=env "$TRAMMEL_CONTAINER" sh -c %q\n' \
		"$(cat text)" >exercise
	exercise=(--exercise "bash $PWD/exercise >/dev/null")
	for backend in $backends; do
		name=$workload.$backend
		for i in $recordings; do
			expect 0 record --backend "$backend" -o "$name.$i" "${exercise[@]}" -- "${run[@]}"
		done
		expect 0 merge -o "$name" "$name".[12]
		expect 0 emit seccomp -o "$name.json" "$name"
		expect 0 emit apparmor -o "$name.apparmor" "$name"
		expect 0 verify --seccomp "$name.json" --apparmor "$name.apparmor" "$name"
		dmesg -C
		timeout $LIMIT "$TRAMMEL" rehearse -n $runs --seccomp "$name.json" \
			--apparmor "$name.apparmor" --trace "$name" "${exercise[@]}" -- "${run[@]}" >out 2>err
		status=$?
		echo "$(cut -d' ' -f1 /proc/uptime) s: $workload, $backend: $(grep 'came through\.' out)"
		! refused "$workload" || status=1
		[ $status = 0 ] || { failed=1; cat out; tail -n 20 err; cat "$name.apparmor"; }
	done
	docker rmi -f "trammel-lab/$workload" >/dev/null
done
exit $failed
