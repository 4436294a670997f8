#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A task has a seat where its calls are noted quickly; the seat may be taken, and then it goes the
# long way. Both ways must see the same: calls, files, arguments, refusals, across forks and execs.
. "$TRAMMEL_SOURCE/tests/lib/live.sh"
. "$TRAMMEL_SOURCE/tests/lib/recording.sh"
live_begin busybox
program forks
program thread_exec
seated() {
	local name=$1
	shift
	expect 0 -q record -o "$name.seated" "$@"
	TRAMMEL_FAULT_SEATS=1 expect 0 -q record -o "$name.unseated" "$@"
	holds "$name.seated" 'complete()'
	holds "$name.unseated" 'complete()'
}
seated forks -- "$PWD/bin/forks" 500
seated thread -- "$PWD/bin/thread_exec"
for way in seated unseated; do
	holds "thread.$way" '"getsid" in calls("main")' 'not refused()' 'files("/etc/hostname")'
done
# shellcheck disable=SC2016 # for the container
seated sh -- docker run --rm --network none trammel-lab/busybox /bin/sh -c '
	for i in 1 2 3; do cat /etc/hostname | wc -c; done
	unshare -U true || true; mount -t tmpfs none /tmp || true'
holds sh.seated '"unshare" in refused() and "mount" in refused()'
python3 - "$TRAMMEL_SOURCE/tests/lib" <<'END' || fail "what has no seat was recorded differently"
import re
import sys
sys.path.insert(0, sys.argv[1])
sys.dont_write_bytecode = True
from tracefile import Trace
by_chance = {"futex", "madvise", "munmap", "mprotect", "brk", "sched_yield", "restart_syscall"}
def meant(path):
    t = Trace(path)
    facts = set()
    for f in t.facts:
        if f["fact"] in ("syscall", "arg") and f.get("name") in by_chance:
            continue
        if "main" not in f.get("phases", ["main"]):
            continue
        path = re.sub(r"^/proc/\d+/", "/proc/PID/", f.get("path") or "")
        facts.add((f["fact"], f.get("name"), path, f.get("act"), f.get("value"),
                   tuple(sorted(f.get("flags", []))), tuple(sorted(f.get("exes", [])))))
    return facts
for name in ("forks", "thread", "sh"):
    a, b = meant(name + ".seated"), meant(name + ".unseated")
    if a != b or len(a) < 15:
        sys.exit(f"{name}: {sorted(map(str, a ^ b))} of {len(a)}")
END
