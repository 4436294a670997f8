#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A profile that lacks one call, or one value of an argument, that the workload, what it executes, or the
# runtime needs: it fails, and rehearse says which.
. "$TRAMMEL_SOURCE/tests/lib/live.sh"
. "$TRAMMEL_SOURCE/tests/lib/recording.sh"
live_begin busybox redis pyapp
RUN=(docker run --rm --network none)

# without CALL FROM TO: the call out of all rules
without() {
	python3 - "$@" <<'END'
import json, sys
call, source, target = sys.argv[1:]
profile = json.load(open(source))
assert any(call in rule["names"] for rule in profile["syscalls"]), f"{call} is not in {source}"
for rule in profile["syscalls"]:
    rule["names"] = [name for name in rule["names"] if name != call]
profile["syscalls"] = [rule for rule in profile["syscalls"] if rule["names"]]
json.dump(profile, open(target, "w"))
END
}

# without_family CALL FAMILY FROM TO: the call with that first argument out of all rules
without_family() {
	python3 - "$@" <<'END'
import json, sys
call, value, source, target = sys.argv[1:]
profile = json.load(open(source))
def has(rule):
    return call in rule["names"] and any(
        arg["index"] == 0 and arg.get("valueTwo", 0) == int(value) for arg in rule.get("args", []))
kept = [rule for rule in profile["syscalls"] if not has(rule)]
assert len(kept) < len(profile["syscalls"]), f"{call} of {value} is not in {source}"
assert any(call in rule["names"] for rule in kept), f"{source} has {call} for {value} only"
profile["syscalls"] = kept
json.dump(profile, open(target, "w"))
END
}

# named CALL ERRNO [EXE]: each run failed, and named it
named() {
	python3 - "$@" <<'END' || { show_output; fail "rehearse does not name $1"; }
import json, sys
call, errno = sys.argv[1:3]
said = json.load(open("out"))
assert said["passed"] == 0 and said["runs"] == len(said["each"]), said
for run in said["each"]:
    assert not run["passed"]
    found = [refusal for refusal in run["refused"] if refusal["syscall"] == call]
    assert len(found) == 1 and found[0]["errno"] == errno, run
    assert len(sys.argv) < 4 or sys.argv[3] in found[0]["exes"], run
END
}

expect 0 record -o sh.trace -- "${RUN[@]}" trammel-lab/busybox sh -c 'ls / >/dev/null; mkdir /tmp/x'
emitted sh.trace sh.json

# One of the workload's.
without mkdir sh.json cut.json
expect 1 verify --seccomp cut.json sh.trace
expect 1 --json rehearse -n 2 --seccomp cut.json -- "${RUN[@]}" trammel-lab/busybox \
	sh -c 'ls / >/dev/null; mkdir /tmp/x'
named mkdir EPERM /bin/busybox
expect 1 rehearse -n 1 --seccomp cut.json -- "${RUN[@]}" trammel-lab/busybox mkdir /tmp/x
says out 'run 1 of 1: .*failed.*status 1'
says out 'refused: .*mkdir.*EPERM.*/bin/busybox'
says out 'missing: "mkdir"'

# Also where the workload shrugs it off and ends well.
expect 1 --json rehearse -n 2 --seccomp cut.json -- "${RUN[@]}" trammel-lab/busybox \
	sh -c 'mkdir /tmp/x 2>/dev/null; true'
named mkdir EPERM /bin/busybox

# Of the runtime's: the container does not even start.
for call in capset setgid; do
	without $call sh.json cut.json
	expect 1 --json rehearse -n 2 --seccomp cut.json -- "${RUN[@]}" trammel-lab/busybox true
	named $call EPERM
done

# Of the health check's and the exercise's, which come in by exec.
# shellcheck disable=SC2016
exercise='docker exec $TRAMMEL_CONTAINER redis-cli ping | grep -q PONG'
expect 0 record -o redis.trace --exercise "$exercise" -- "${RUN[@]}" trammel-lab/redis
emitted redis.trace redis.json
only_exec=$(python3 - "$TRAMMEL_SOURCE/tests/lib" <<'END'
import sys
sys.path.insert(0, sys.argv[1])
sys.dont_write_bytecode = True
from tracefile import Trace
trace = Trace("redis.trace")
print(*sorted(trace.calls("exec") - trace.calls("main") - trace.calls("runtime") & {"connect", "recvfrom", "sendto"}))
END
)
[ -n "$only_exec" ] || fail "redis-cli makes no call that redis-server does not"
for call in $only_exec; do
	without "$call" redis.json cut.json
	# The health check fails, so that the exercise is never made.
	expect 1 --json rehearse -n 2 --seccomp cut.json --exercise "$exercise" -- "${RUN[@]}" \
		--health-interval 0.3s --health-retries 2 trammel-lab/redis
	named "$call" EPERM /usr/bin/redis-cli
	expect 1 --json rehearse -n 1 --seccomp cut.json --exercise "$exercise" -- "${RUN[@]}" \
		--no-healthcheck trammel-lab/redis
	named "$call" EPERM
	break
done

# Of a server's daily work: it starts, and serves nobody.
without accept4 redis.json cut.json
expect 1 --json rehearse -n 1 --seccomp cut.json --exercise "$exercise" -- "${RUN[@]}" \
	--health-interval 0.3s --health-retries 2 trammel-lab/redis
named accept4 EPERM

# Of a helper that the workload executes.
program acts
RUN+=("${BIN[@]}")
expect 0 record -o helper.trace -- "${RUN[@]}" trammel-lab/busybox sh -c '/w/acts getpriority; ls /w'
emitted helper.trace helper.json
without getpriority helper.json cut.json
expect 1 --json rehearse -n 2 --seccomp cut.json -- "${RUN[@]}" trammel-lab/busybox \
	sh -c '/w/acts getpriority; ls /w'
named getpriority EPERM /w/acts

# One family of sockets, among those that are allowed.
# shellcheck disable=SC2016
exercise='docker exec $TRAMMEL_CONTAINER python3 /app/client.py 2'
expect 0 record -o pyapp.trace --exercise "$exercise" -- "${RUN[@]}" trammel-lab/pyapp
emitted pyapp.trace pyapp.json
without_family socket 2 pyapp.json cut.json
expect 1 verify --seccomp cut.json pyapp.trace
says out 'with family 2, type 1'
expect 1 --json rehearse -n 1 --seccomp cut.json --exercise "$exercise" -- "${RUN[@]}" \
	--health-interval 0.3s --health-retries 2 trammel-lab/pyapp
named socket EPERM
python3 -c 'import json
refused = [r for r in json.load(open("out"))["each"][0]["refused"] if r["syscall"] == "socket"]
assert {"family": 2, "type": 1, "protocol": 0} in refused[0]["arguments"], refused' || fail "the socket is not named"
expect 1 rehearse -n 1 --seccomp cut.json -- "${RUN[@]}" trammel-lab/pyapp python3 /app/app.py
says out 'missing: arguments of "socket" beside those that the profile allows'
