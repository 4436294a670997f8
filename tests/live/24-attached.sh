#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A container that ran before we came: it can be exercised, and its end is seen even where it held a
# process that had ended already.
. "$TRAMMEL_SOURCE/tests/lib/live.sh"
. "$TRAMMEL_SOURCE/tests/lib/recording.sh"
live_begin busybox

# The child that the shell leaves to sleep ends, and sleep does not wait for it.
live_container --network none trammel-lab/busybox sh -c 'sleep 0.1 & exec sleep 600'
for _ in $(seq 50); do
	docker exec "$CONTAINER" ps -o stat | grep -q Z && break
	sleep 0.1
done
docker exec "$CONTAINER" ps -o stat | grep -q Z || fail "no zombie in the container"

timeout -k 5 60 "$TRAMMEL" record -o exercised.trace --container "$CONTAINER" \
	--exercise "echo with \$TRAMMEL_CONTAINER >exercised" || fail "exercised: status $?"
grep -q "$CONTAINER" exercised || fail "the exercise was not run"

(
	for _ in $(seq 300); do
		! grep -qs 'running already' err || break
		sleep 0.1
	done
	docker kill "$CONTAINER" >/dev/null
) &
timeout -k 5 60 "$TRAMMEL" record -o ended.trace --container "$CONTAINER" 2>err ||
	fail "ended: status $?: $(cat err)"
wait $!

# What it does last is looked up when it is gone: its root is kept from the beginning.
live_container --network none --tmpfs /made trammel-lab/busybox sh -c '
	echo >/made/a; trap "mv /made/a /made/b; exit" TERM; echo up; while :; do sleep 1 & wait $!; done'
is_up() {
	docker logs "$CONTAINER" | grep -q up
}
until_true 60 is_up || fail "the container does not start"
"$TRAMMEL" record --backend tracepoints -o last.trace --container "$CONTAINER" 2>err &
until_true 60 grep -qs 'running already' err || fail "it is not recorded: $(cat err)"
kill -STOP $!
docker stop "$CONTAINER" >/dev/null || fail "it does not stop"
kill -CONT $!
wait $! || fail "the last acts: status $?: $(cat err)"
holds last.trace "perms('/made/b', 'rename-to') == {'w'}" "not files('/made/b/') and not files('/made/a/')"

# An exec that is under way when recording begins, the runtime's program still: what that does is the runtime's,
# and what it starts then is the exec's. It is stopped where it has joined the cgroup.
cat >catch.py <<'END'
import os, signal, sys

def read(pid, name):
    with open(f"/proc/{pid}/{name}") as f:
        return f.read()

def is_it(pid):
    return read(pid, "comm").startswith("runc:[2:INIT]") and sys.argv[1] in read(pid, "cgroup")

while True:
    for pid in map(int, filter(str.isdigit, os.listdir("/proc"))):
        try:
            if not is_it(pid):
                continue
            os.kill(pid, signal.SIGSTOP)
            while "(stopped)" not in read(pid, "status"):
                pass
            # It may have gone on until then.
            if is_it(pid):
                sys.exit(print(pid))
            os.kill(pid, signal.SIGCONT)
        except OSError:
            pass
END
live_container --network none trammel-lab/busybox sh -c 'while :; do sleep 1; done'
until_true 60 running "$CONTAINER" || fail "the container does not start"
timeout 60 python3 catch.py "$CONTAINER" >caught &
catcher=$!
(while [ ! -s caught ]; do docker exec "$CONTAINER" true; done) &
execs=$!
wait $catcher || fail "no exec was caught on its way"
"$TRAMMEL" record -o way.trace --cgroup "$CONTAINER" --duration 4 >out 2>err &
recorder=$!
until_true 60 grep -q '^recording' err || fail "it does not record: $(cat err)"
sleep 1
kill -CONT "$(cat caught)"
wait $recorder || fail "record: $(cat err)"
wait $execs
holds way.trace "complete()" "'setgroups' not in calls('main') and 'setgroups' in calls('runtime')" \
	"not any('runc' in exe for f in facts if 'main' in f['phases'] for exe in f.get('exes', []))" \
	"'nanosleep' in calls('main') or 'clock_nanosleep' in calls('main')" "'exit_group' in calls('exec')"
