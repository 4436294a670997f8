#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Profiles of next to nothing, under real runtimes: what the workload needs is a dozen known calls, so
# that every other call a start needs is one that the runtime sets (profiles/runtime/) must have. A
# call that is made in one start of ten shows only in many starts.
# The long form does so with the runtimes of other Debian releases, too.
. "$TRAMMEL_SOURCE/tests/lib/live.sh"
. "$TRAMMEL_SOURCE/tests/lib/releases.sh"
. "$TRAMMEL_SOURCE/tests/lib/bundle.sh"
live_begin busybox
[ "$(uname -m)" = x86_64 ] || skip "the trace is of x86_64"
starts=20
[ -z "${TRAMMEL_LONG:-}" ] || starts=200

# What busybox echo and sleep make, as strace sees it; of prctl only PR_GET_NAME, so that the options
# runtimes want are the sets' to allow.
calls="arch_prctl brk clock_nanosleep exit_group getrandom getuid mprotect nanosleep prctl prlimit64
	readlink rseq set_robust_list set_tid_address write"
id=0123456789abcdef0123456789abcdef
{
	printf '{"trammel":"trace","version":1,"recordings":[{"id":"%s","subject":"echo","start_seen":true,"context":{"arguments":["prctl"]}}]}\n' $id
	n=0
	for name in $calls; do
		nr=$(awk -F, -v n="$name" '$1 == n { print $2 }' "$TRAMMEL_SOURCE/src/tables/syscalls.csv")
		printf '{"fact":"syscall","abi":"x86_64","nr":%d,"name":"%s","recordings":[0],"phases":["main"],"flags":["done"]}\n' \
			"$nr" "$name"
		n=$((n + 1))
	done
	echo '{"fact":"arg","abi":"x86_64","nr":157,"name":"prctl","index":0,"value":"0x10","recordings":[0],"phases":["main"],"flags":["done"]}'
	printf '{"end":true,"facts":%d,"complete":true,"recordings":[{"id":"%s","ended":"exited","losses":{}}],"kinds":{"arg":1,"syscall":%d}}\n' \
		$((n + 1)) $id $n
} >echo.trace

# emit RUNTIME [RELEASE]: RUNTIME.json with the sets of its version, or with all where that is not known
emit() {
	local version options=(--args all --siblings off -o "$1.json")
	version=$(runtime_version "$@")
	if "$TRAMMEL" -q emit seccomp "${options[@]}" --runtime "$1-$version" echo.trace 2>/dev/null; then
		echo "$1 $version, by its own sets"
	else
		"$TRAMMEL" -q emit seccomp "${options[@]}" echo.trace || fail "emit for $1 $version"
		echo "$1 $version, by those of all"
	fi
}

# often WHAT CMD...: CMD says hi each time
often() {
	local what=$1 out
	shift
	for i in $(seq "$starts"); do
		out=$("$@" 2>&1)
		[ "$out" = hi ] || fail "$what, start $i of $starts: $out"
	done
	echo "$what: $starts of $starts"
}

[ "$(docker info -f '{{.DefaultRuntime}}')" = runc ] || skip "the engine's runtime is not runc"
emit runc
for nnp in false true; do
	often "docker run, no_new_privileges $nnp" docker run --rm --network none \
		--security-opt seccomp=runc.json --security-opt no-new-privileges=$nnp \
		trammel-lab/busybox /bin/busybox echo hi
	often "docker run as another user, no_new_privileges $nnp" docker run --rm --network none -u 1000 \
		--security-opt seccomp=runc.json --security-opt no-new-privileges=$nnp \
		trammel-lab/busybox /bin/busybox echo hi
	live_container --network none --security-opt seccomp=runc.json \
		--security-opt no-new-privileges=$nnp trammel-lab/busybox /bin/busybox sleep 600
	often "docker exec, no_new_privileges $nnp" docker exec "$CONTAINER" /bin/busybox echo hi
done

# What was not seen is refused: the profile is in force.
if docker run --rm --network none --security-opt seccomp=runc.json trammel-lab/busybox \
	/bin/busybox mkdir /tmp/x 2>err; then
	fail "mkdir went through"
fi
grep -q 'not permitted' err || fail "mkdir: $(cat err)"

# crun, on a bundle: Docker's daemon may not have it. It refuses a hybrid of cgroups v1 and v2, so it
# gets a mount namespace with v2 alone, and makes none.
command -v crun >/dev/null || skip "no crun; runc went through"
emit crun
mkdir -p bundle/rootfs/bin
cp "$(command -v busybox)" bundle/rootfs/bin/busybox || skip "no busybox for a bundle; runc went through"
# config NNP UID ARG...: bundle/config.json with crun.json in it
config() {
	(cd bundle && rm -f config.json && crun spec) || return 1
	python3 - "$@" <<'END'
import json, sys
nnp, uid, *args = sys.argv[1:]
config = json.load(open("bundle/config.json"))
config["process"].update(terminal=False, args=args, noNewPrivileges=nnp == "true", rlimits=[],
                         user={"uid": int(uid), "gid": int(uid)})
config["linux"].pop("resources", None)
config["linux"]["namespaces"] = [n for n in config["linux"]["namespaces"] if n["type"] != "cgroup"]
profile = json.load(open("crun.json"))
for rule in profile["syscalls"]:
    rule.pop("comment", None)
config["linux"]["seccomp"] = profile
json.dump(config, open("bundle/config.json", "w"))
END
}

# alone SCRIPT ARG...: in a mount namespace of its own with cgroups v2 alone
alone() {
	local script=$1
	shift
	unshare -m --propagation private sh -c "
		umount -R /sys/fs/cgroup 2>/dev/null
		mount -t cgroup2 none /sys/fs/cgroup && $script" sh "$@"
}

# shellcheck disable=SC2016 # for the inner shell
for nnp in false true; do
	for uid in 0 1000; do
		config $nnp $uid /bin/busybox echo hi || fail "no configuration for crun"
		often "crun run as $uid, no_new_privileges $nnp" alone \
			'crun --cgroup-manager=disabled run -b bundle "trammel-sets-$$"'
		config $nnp $uid /bin/busybox sleep 600 || fail "no configuration for crun"
		out=$(alone 'id=trammel-sets-$$
			crun --cgroup-manager=disabled run -d -b bundle "$id" </dev/null >/dev/null 2>&1 || exit 1
			for i in $(seq "$1"); do
				crun --cgroup-manager=disabled exec "$id" /bin/busybox echo hi </dev/null 2>&1
			done
			crun kill "$id" KILL; sleep 0.3; crun delete -f "$id"' "$starts" 2>&1)
		[ "$(grep -cx hi <<<"$out")" = "$starts" ] || fail "crun exec as $uid: $out"
		echo "crun exec as $uid, no_new_privileges $nnp: $starts of $starts"
	done
done
[ -n "${TRAMMEL_LONG:-}" ] || exit 0

# configure DIR NAME RUNTIME UID NNP ARG...
configure() {
	python3 "$SOURCE/tests/lib/bundle_config.py" "$1" "$2" "$3.json" "${@:4}" || fail "no configuration for $3"
}

# release_starts RUNTIME RELEASE NNP UID: its run and its exec
release_starts() {
	local runtime=$1 release=$2 nnp=$3 uid=$4 dir=$WORK/sets name=trammel-sets-$$ pid
	bundle_run "$dir" "$name" "$runtime" "$release"
	configure "$dir" "$name" "$runtime" "$uid" "$nnp" /bin/busybox echo hi
	often "  run as $uid, no_new_privileges $nnp" "${BUNDLE_RUN[@]}"
	configure "$dir" "$name" "$runtime" "$uid" "$nnp" /bin/busybox sleep 600
	rm -f "$dir/container.pid"
	"${BUNDLE_RUN[@]}" </dev/null >sleep.out 2>&1 &
	pid=$!
	for _ in $(seq 100); do
		[ ! -s "$dir/container.pid" ] || break
		sleep 0.1
	done
	[ -s "$dir/container.pid" ] || fail "$runtime: no container to execute in: $(cat sleep.out)"
	bundle_exec "$dir" "$name" "$runtime"
	often "  exec as $uid, no_new_privileges $nnp" "${BUNDLE_EXEC[@]}" /bin/busybox echo hi
	kill -KILL "$(cat "$dir/container.pid")"
	wait "$pid"
}

bundle_make trammel-lab/busybox "$WORK/sets" || fail "no bundle"
starts=20
for suite in bullseye trixie sid; do
	release=$(release_root "$suite" runc crun) || {
		echo "skipped: the runtimes of $suite cannot be had"
		continue
	}
	for runtime in runc crun; do
		echo "of $suite: $(emit "$runtime" "$release")"
		for nnp in false true; do
			release_starts "$runtime" "$release" $nnp 0
			release_starts "$runtime" "$release" $nnp 1000
		done
	done
done
exit 0
