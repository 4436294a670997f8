#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Ten thousand short-lived processes and threads, all of them marked: each has an act of its own. The kernel may refuse to keep a
# mark for a moment, in the middle of a fork: then it waits elsewhere, and nothing is missing.
. "$TRAMMEL_SOURCE/tests/lib/live.sh"
. "$TRAMMEL_SOURCE/tests/lib/recording.sh"
live_begin busybox
program forks
for refused in 0 1 2; do
	TRAMMEL_FAULT_MARKS=$refused expect 0 -q record -o "forks$refused" -- "$PWD/bin/forks" 500
	holds "forks$refused" 'complete()' '"getpgid" in calls("main")' '"exit" in calls("main")' \
		'{n for n in calls("main") if isinstance(n, int)} == set(range(200000, 210000))'
done
# Nor of the runtime's threads, which join a container's cgroup all at once in docker exec.
for refused in 0 1; do
	# shellcheck disable=SC2016 # for the exercise
	TRAMMEL_FAULT_MARKS=$refused expect 0 -q record -o "exec$refused" \
		--exercise 'for i in 1 2 3; do docker exec "$TRAMMEL_CONTAINER" /bin/true; done' -- \
		docker run --rm --network none --init trammel-lab/busybox /bin/sleep 100
	holds "exec$refused" 'complete()' '"clone3" not in calls("main")' \
		'"execve" in calls("runtime")' '"exit_group" in calls("exec")'
done
# With every mark refused the set is the same as with none: threads, children and their ends.
python3 - "$TRAMMEL_SOURCE/tests/lib" <<'END' || fail "a mark that waited was lost"
import sys
sys.path.insert(0, sys.argv[1])
sys.dont_write_bytecode = True
from tracefile import Trace
by_chance = {"futex", "madvise", "munmap", "mprotect", "brk", "sched_yield"}
sets = [Trace(f"forks{i}").calls("main") - by_chance for i in range(3)]
if not sets[0] == sets[1] == sets[2]:
    sys.exit(str(sets))
END
