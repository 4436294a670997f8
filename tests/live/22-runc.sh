#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# No engine at all: a bundle that runc runs, known by its cgroup.
. "$TRAMMEL_SOURCE/tests/lib/live.sh"
. "$TRAMMEL_SOURCE/tests/lib/recording.sh"
command -v runc >/dev/null || skip "runc is not installed"
[ "$(id -u)" = 0 ] || skip "needs root"
# Without an engine: it must not take one.
# shellcheck disable=SC2119 # no image
TRAMMEL_ENGINE=none live_begin
export DOCKER_HOST=unix://$PWD/no-engine
program acts
bare first
name=trammel-test-$$
mkdir -p bundle/rootfs
tar -C bundle/rootfs -xf "$(image_rootfs busybox)" || fail "no root file system"
cp bin/* bundle/rootfs/bin/
(cd bundle && runc spec) || skip "runc makes no bundle"

# bundle FILTER ARG...: FILTER is JSON, or nothing
bundle() {
	python3 - "$name" "$@" <<'END'
import json, sys
config = json.load(open("bundle/config.json"))
config["process"].update(terminal=False, args=sys.argv[3:])
config["linux"]["cgroupsPath"] = "/" + sys.argv[1]
config["linux"]["seccomp"] = json.loads(sys.argv[2]) if sys.argv[2] else None
json.dump(config, open("bundle/config.json", "w"))
END
}
all='{"defaultAction":"SCMP_ACT_ALLOW"}'
runc_run() {
	expect 0 record -o "$1" --cgroup "/$name" -- runc run -b bundle "$name"
}

bundle "$all" true
runc run -b bundle "$name" 2>err || skip "runc cannot run a container here: $(tail -n 1 err)"

bundle "$all" /bin/first
runc_run first.trace
holds first.trace "complete()" "calls('main') == {'getpriority', 'exit_group'}" "len(recordings()) == 1" \
	"'execve' in calls('runtime')" "recordings()[0]['start_seen']" \
	"recordings()[0]['subject'] == '$name'" "calls() & {'mount', 'pivot_root', 'unshare'} == set()"
emitted first.trace first.json

# Where no filter marks it, the entry is the first exec behind the host's mounts.
bundle "" /bin/acts vfork mount
runc_run unconfined.trace
holds unconfined.trace "complete()" "'vfork' in calls('main')" "'mount' in calls('main')" \
	"calls('runtime') == set()" "refused() == set()" "execs().keys() == {'/bin/acts'}"

bundle '{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["mount"],"action":"SCMP_ACT_ERRNO"}]}' \
	/bin/acts vfork mount
runc_run denied.trace
holds denied.trace "refused() == {'mount'}" "call('mount')['errnos'] == ['EPERM']" "complete()"

# Running already, and ended while we look.
bundle "$all" /bin/acts vfork pause
runc run -d -b bundle "$name" </dev/null >/dev/null 2>&1 || fail "runc run -d"
defer runc delete -f "$name"
rm -f err
(until_true 30 test -s running.trace; runc exec "$name" /bin/first; runc kill "$name" TERM) &
expect 0 record -o running.trace --cgroup "/$name"
wait $!
holds running.trace "not recordings()[0]['start_seen']" "'pause' in calls('main')" "complete()" \
	"call('getpriority')['phases'] == ['exec']" "ended() == {'exited'}"
