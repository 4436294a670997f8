#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The whole line on Debian's kernel and cgroup v2: a command and a container are recorded, the
# container's profile is proved and rehearsed, and a profile that lacks a call is found out.
. "$TRAMMEL_SOURCE/tests/lib/live.sh"
live_begin busybox
uptime_is() {
	echo "$(cut -d' ' -f1 /proc/uptime) s: $*"
}

"$TRAMMEL" record -o command.trace -- busybox uname -r >out || fail "record a command"
[ "$(cat out)" = "$(uname -r)" ] || fail "the command's output is lost"
"$TRAMMEL" -j show command.trace >show.json || fail "show"
grep -q '"uname"' show.json || fail "no uname in the trace of uname"
uptime_is "a command"

# shellcheck disable=SC2016 # for the container's shell
work='i=0; while [ $i -lt 20 ]; do i=$((i+1)); echo $i >/tmp/f; cat /tmp/f >/dev/null; done; ls -l / >/dev/null; uname -a'
run=(docker run --rm --network none)
"$TRAMMEL" record -o sh.trace -- "${run[@]}" trammel-lab/busybox sh -c "$work" >out ||
	fail "record a container"
grep -q Linux out || fail "the container's output is lost"
"$TRAMMEL" -j show sh.trace >show.json || fail "show"
for call in execve uname getdents64 exit_group; do
	grep -q "\"$call\"" show.json || fail "no $call in the trace of the container"
done
uptime_is "a container"

"$TRAMMEL" emit seccomp -o good.json sh.trace || fail "emit"
"$TRAMMEL" verify --seccomp good.json sh.trace >/dev/null || fail "verify"
"$TRAMMEL" rehearse -n 2 --seccomp good.json -- "${run[@]}" trammel-lab/busybox sh -c "$work" ||
	fail "rehearse"
uptime_is "rehearsed"

python3 - <<'PYTHON'
import json

with open("good.json") as f:
    profile = json.load(f)
for rule in profile["syscalls"]:
    rule["names"] = [name for name in rule["names"] if name != "uname"]
profile["syscalls"] = [rule for rule in profile["syscalls"] if rule["names"]]
with open("bad.json", "w") as f:
    json.dump(profile, f)
PYTHON
"$TRAMMEL" rehearse -n 1 --seccomp bad.json -- "${run[@]}" trammel-lab/busybox sh -c "$work" >out 2>err
[ $? = 1 ] || fail "a profile without uname came through"
grep -q uname out || fail "the rehearsal does not name uname: $(cat out)"
uptime_is "refused"
