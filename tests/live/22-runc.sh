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

# Rehearsed as it is: runc takes the profile from the bundle.
bundle "$(cat first.json)" /bin/first
expect 0 --json rehearse -n 2 --seccomp first.json --trace first.trace --cgroup "/$name" -- \
	runc run -b bundle "$name"
python3 -c 'import json; said = json.load(open("out"))
assert said["passed"] == 2 and all(run["in_force"] for run in said["each"]), said' || fail "rehearsing it"
bundle "$(sed 's/"getpriority"/"getpgid"/' first.json)" /bin/first
expect 1 rehearse -n 1 --seccomp first.json --cgroup "/$name" -- runc run -b bundle "$name"
says out 'refused: .*getpriority.*EPERM.*/bin/first'
bundle "" /bin/first
expect 1 rehearse -n 1 --seccomp first.json --cgroup "/$name" -- runc run -b bundle "$name"
says out 'the profile was not in force'
# What is exercised is ended by a signal to its command, and has to heed it.
bundle "$all" /bin/acts pause
expect 0 rehearse -n 1 --seccomp first.json --cgroup "/$name" --exercise true -- runc run -b bundle "$name"
# A command that starts nothing is not waited for, nor is a container.
expect 1 rehearse -n 1 --seccomp first.json --cgroup "/$name" -- false
says out 'no container started'
expect 2 rehearse --seccomp first.json -- runc run -b bundle "$name"
says err 'or --cgroup'

# Where no filter marks it, the entry is the first exec behind the host's mounts.
bundle "" /bin/acts vfork mount
runc_run unconfined.trace
holds unconfined.trace "complete()" "'vfork' in calls('main')" "'mount' in calls('main')" \
	"calls('runtime') == set()" "refused() == set()" "execs().keys() == {'/bin/acts'}"

bundle '{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["mount"],"action":"SCMP_ACT_ERRNO"}]}' \
	/bin/acts vfork mount
runc_run denied.trace
holds denied.trace "refused() == {'mount'}" "call('mount')['errnos'] == ['EPERM']" "complete()"

# An engine may have a mount namespace of its own. There runc executes a copy of itself once it is in the
# container's cgroup, sometimes; this does so each time. It is not the container's entry yet.
group=$(findmnt -n -t cgroup2 -o TARGET | head -n 1)
if [ -n "$group" ]; then
	group=$group/$name
	mkdir -p "$group"
	# runc may have removed it with the container.
	remove_group() { rmdir "$group" 2>/dev/null; }
	defer remove_group
	bundle "$all" /bin/first
	# shellcheck disable=SC2016 # for the inner shell
	expect 0 record -o elsewhere.trace --cgroup "/$name" -- unshare --mount --propagation private sh -c '
		sh -c "sleep 0.3; exec /bin/true" &
		echo $! >"$1/cgroup.procs" && wait && exec runc run -b bundle "$2"' sh "$group" "$name"
	holds elsewhere.trace "complete()" "calls('main') == {'getpriority', 'exit_group'}" \
		"execs().keys() == {'/bin/first'}"
fi

# Running already, and ended while we look.
bundle "$all" /bin/acts vfork pause
runc run -d -b bundle "$name" </dev/null >/dev/null 2>&1 || fail "runc run -d"
defer runc delete -f "$name"
rm -f err
(until_true 60 grep -q '"name":"pause"' running.trace; runc exec "$name" /bin/first; runc kill "$name" TERM) &
expect 0 record -o running.trace --cgroup "/$name"
wait $!
holds running.trace "not recordings()[0]['start_seen']" "'pause' in calls('main')" "complete()" \
	"call('getpriority')['phases'] == ['exec']" "ended() == {'exited'}"

# The profile in the bundle's own configuration, under the real runtimes: what it allows works, one
# call that it does not is refused, and what is in force is what Docker's spelling says.
runc delete -f "$name"
bundle "$all" /bin/acts vfork pause
(until_true 60 grep -q '"name":"pause"' oci.trace; runc kill "$name" TERM) &
runc_run oci.trace
wait $!
emitted oci.trace oci.json
expect 0 emit oci --into bundle/config.json -o bundle/config.json oci.trace
expect 0 diff --any-change oci.json bundle/config.json
cp bundle/config.json oci-config.json
command_of() {
	jq --argjson args "$1" '.process.args = $args' oci-config.json >bundle/config.json
}
# crun refuses a hybrid of cgroups v1 and v2: it gets a mount namespace with v2 alone.
# shellcheck disable=SC2016
runtime_crun() {
	unshare --mount --propagation private sh -c '
		umount -l /sys/fs/cgroup 2>/dev/null
		mount -t cgroup2 none /sys/fs/cgroup || exit 1
		exec crun --cgroup-manager=disabled "$@"' crun "$@"
}
runtime_runc() {
	runc "$@"
}
command_of '["/bin/acts", "vfork", "mount"]'
runc_run refused.trace
holds refused.trace "refused() == {'mount'}" "call('mount')['errnos'] == ['EPERM']"
for runtime in runc crun; do
	command -v $runtime >/dev/null || continue
	command_of '["/bin/acts", "vfork"]'
	"runtime_$runtime" run -b bundle "$name" >out 2>err || fail "$runtime: $(cat out err)"
	command_of '["/bin/acts", "vfork", "pause"]'
	"runtime_$runtime" run -d -b bundle "$name" </dev/null >/dev/null 2>&1 || fail "$runtime run -d"
	defer "runtime_$runtime" delete -f "$name"
	pid=$("runtime_$runtime" state "$name" | jq .pid)
	expect 0 diff oci.json "pid:$pid"
	expect 0 diff "pid:$pid" oci.json
	# crun has no ENOSYS for the numbers above all that are named.
	[ $runtime = crun ] || expect 0 diff --any-change oci.json "pid:$pid"
	expect 1 diff "pid:$pid" docker-default
	"runtime_$runtime" delete -f "$name"
done
