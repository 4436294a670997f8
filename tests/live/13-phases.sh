#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The calls of each phase are those that strace saw in it, in the same run: of the runtime between its filter and
# the entry, of the container, and of what is executed in it.
. "$TRAMMEL_SOURCE/tests/lib/live.sh"
. "$TRAMMEL_SOURCE/tests/lib/recording.sh"
command -v strace >/dev/null || skip "strace is not installed"
command -v runc >/dev/null || skip "runc is not installed"
[ "$(id -u)" = 0 ] || skip "needs root"
# shellcheck disable=SC2119 # no image
TRAMMEL_ENGINE=none live_begin
export DOCKER_HOST=unix://$PWD/no-engine
program acts
name=trammel-test-$$
mkdir -p bundle/rootfs
tar -C bundle/rootfs -xf "$(image_rootfs busybox)" || fail "no root file system"
cp bin/* bundle/rootfs/bin/
(cd bundle && runc spec) || skip "runc makes no bundle"
# shellcheck disable=SC2016 # for the shell in the container
jq --arg name "/$name" '.process.terminal = false | .linux.cgroupsPath = $name
	| .linux.seccomp = { defaultAction: "SCMP_ACT_ALLOW",
		syscalls: [{ names: ["kexec_load"], action: "SCMP_ACT_ERRNO", errnoRet: 1 }] }
	| .process.args = ["sh", "-c",
		"/bin/acts fork thread signal stop; ls -l / | sort; touch /tmp/up; while [ ! -e /tmp/go ]; do sleep 0.1; done; trap : USR1; kill -USR1 $$"]
	| .root.readonly = false' bundle/config.json >config.json || fail "no configuration"
mv config.json bundle/config.json
runc run -b bundle "$name-plain" </dev/null >out 2>err & plain=$!
defer runc delete -f "$name-plain"
until_true 10 test -e "/run/runc/$name-plain/state.json" || skip "runc cannot run a container here: $(tail -n 1 err)"
runc kill "$name-plain" KILL
wait $plain
rm -f bundle/rootfs/tmp/up

in_it() {
	until_true 60 test -e bundle/rootfs/tmp/up
	strace -f -ttt -T --decode-pids=pidns -o exec.strace runc exec "$name" sh -c "/bin/acts vfork read exec getpriority; touch /tmp/go"
}
in_it >in_it.out 2>&1 &
defer runc delete -f "$name"
expect 0 record -o it.trace --cgroup "/$name" -- strace -f -ttt -T --decode-pids=pidns -o run.strace runc run -b bundle "$name"
wait $! || fail "nothing could be executed in it: $(cat in_it.out)"
holds it.trace "complete()"

python3 "$TRAMMEL_SOURCE/tests/lib/straced.py" it.trace run.strace exec.strace >said || fail "the phases are not strace's: $(cat said)"
