#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What a running container is under, read from the kernel, is what its profile says: diff and lint with
# container:NAME.
. "$TRAMMEL_SOURCE/tests/lib/live.sh"
. "$TRAMMEL_SOURCE/tests/lib/recording.sh"
live_begin busybox
IMAGE=trammel-lab/busybox
command -v jq >/dev/null || skip "jq is not installed"

# of NAME FILE|unconfined: a container under it
of() {
	live_container --network none --name "trammel-$1-$$" --security-opt "seccomp=$2" $IMAGE sleep 1000
}
cat >web.json <<'END'
{
  "defaultAction": "SCMP_ACT_ALLOW",
  "architectures": ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"],
  "syscalls": [
    {"names": ["mount", "bpf"], "action": "SCMP_ACT_ERRNO", "errnoRet": 1},
    {"names": ["clone3"], "action": "SCMP_ACT_ERRNO", "errnoRet": 38},
    {"names": ["socket"], "action": "SCMP_ACT_ERRNO", "errnoRet": 13,
     "args": [{"index": 0, "op": "SCMP_CMP_MASKED_EQ", "value": 4294967295, "valueTwo": 38}]}
  ]
}
END
of web "$PWD/web.json"
expect 0 diff --any-change web.json "container:trammel-web-$$"
says out 'container:trammel-web-[0-9]*: 1 filter in force on the container'
expect 0 diff --any-change web.json "container:$CONTAINER"
expect 0 diff --any-change "container:trammel-web-$$" web.json
expect 0 diff --any-change "pid:$(docker inspect -f '{{.State.Pid}}' "$CONTAINER")" web.json
jq '.syscalls[0].names += ["ptrace"]' web.json >less.json
expect 1 diff less.json "container:trammel-web-$$"
says out 'grants 1 syscall that less.json does not grant'
says out '^    ptrace$'
expect 1 lint "container:trammel-web-$$"
says out 'high: what the filters do not refuse by number is allowed'

# The engine's own default. That of Debian 12's is built in, and is what its containers are under.
live_container --network none --name "trammel-default-$$" $IMAGE sleep 1000
expect 0 lint --fail-on never "container:trammel-default-$$"
if grep -q 'high: \(mount\|bpf\|kexec_load\) ' out; then fail "the engine's default"; fi
expect 1 diff "container:trammel-default-$$" "container:trammel-web-$$"
case $(docker version -f '{{.Server.Version}}') in
20.10.*)
	expect 0 diff --any-change docker-default@20.10 "container:trammel-default-$$"
	expect 0 lint --against docker-default@20.10 "container:trammel-default-$$"
	;;
esac

of free unconfined
expect 1 lint "container:trammel-free-$$"
says out "high: no filter is in force"
expect 1 --json diff docker-default "container:trammel-free-$$"
jq -e ".compared | map(select(test(\"it is unconfined\"))) | length == 1" out >/dev/null || fail "unconfined"

# Not running, not there.
docker kill "trammel-free-$$" >/dev/null
expect 2 diff docker-default "container:trammel-free-$$"
says err "it is not running"
expect 2 lint "container:no-such-container-here"
says err "no-such-container-here"
