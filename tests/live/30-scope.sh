#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What belongs to a container, and all of it: however it is isolated, whatever it does to its own namespaces,
# root and cgroups, whichever runtime starts it and in whichever way. And nothing of the runtime's: what it
# reads and opens is in no phase that a profile is made of.
. "$TRAMMEL_SOURCE/tests/lib/live.sh"
. "$TRAMMEL_SOURCE/tests/lib/recording.sh"
live_begin busybox
program acts
program into_cgroup
bare first
bare numbered
name=trammel-test-$$
# In the virtual machine, where all takes ten times as long: fewer.
STARTS=${SCOPE_SHORT:+5}
STARTS=${STARTS:-200}

# paths PHASE PATH...: files and programs of the phase are these
paths() {
	printf "{f['path'] for f in facts if f['fact'] in ('file', 'exec') and '%s' in f['phases']} <= {" "$1"
	shift
	printf "'%s', " "$@"
	printf '}'
}

# way NAME OPTION...: a container that is started like this
way() {
	local way=$1
	shift
	# shellcheck disable=SC2016 # for the exercise
	expect 0 record -o "$way.trace" --exercise 'docker exec $TRAMMEL_CONTAINER /w/first' -- \
		docker run --rm "${BIN[@]}" "$@" trammel-lab/busybox /w/acts fork pause
	holds "$way.trace" "complete()" "recordings()[0]['start_seen']" "len(recordings()) == 1" \
		"call('fork')['phases'] == ['main']" "call('pause')['phases'] == ['main']" \
		"calls('exec') == {'getpriority', 'exit_group'}" "call('getpriority')['phases'] == ['exec']" \
		"calls('main') & {'capset', 'mount', 'pivot_root', 'setns', 'epoll_ctl'} == set()" \
		"$(paths main /w/acts)" "$(paths exec /w/first)" "set(execs()) == {'/w/acts', '/w/first'}"
}
if [ -z "${SCOPE_SHORT:-}" ]; then
	way plain --network none
	way unconfined --network none --security-opt seccomp=unconfined --security-opt apparmor=unconfined
	way narrow --network none --read-only --user 1000 --cap-drop ALL --security-opt no-new-privileges
fi
way host --network host --pid host --ipc host --uts host
if docker run --rm --network none --privileged trammel-lab/busybox true 2>err; then
	way privileged --network none --privileged
	ALL=(--privileged)
else
	echo "without --privileged: $(head -n 1 err)"
	ALL=(--cap-add SYS_ADMIN --cap-add SYS_CHROOT --security-opt seccomp=unconfined
		--security-opt apparmor=unconfined)
fi

# In a cgroup of its own below, in new namespaces, behind a chroot; and somebody comes in meanwhile.
cat >inside.sh <<'END'
cgroup=$(sed -n 's/^[0-9]*:pids://p' /proc/self/cgroup)
[ -z "$cgroup" ] || cgroup=/cgroups/pids$cgroup
[ -n "$cgroup" ] || cgroup=/cgroups$(sed -n 's/^0:://p' /proc/self/cgroup)
mkdir "$cgroup/below" && echo $$ >"$cgroup/below/cgroup.procs" || exit 1
/w/acts vfork
unshare -m -p -u -i -f /w/acts keyctl || exit 1
mkdir -p /root2/w && cp /w/acts /root2/w/ && chroot /root2 /w/acts signal || exit 1
exec unshare -m /w/acts pause
END
# shellcheck disable=SC2016 # for the exercise
expect 0 record -o inside.trace --exercise 'docker exec $TRAMMEL_CONTAINER /w/first
	until docker exec $TRAMMEL_CONTAINER ps | grep -q "[a]cts pause"; do sleep 0.1; done' -- \
	docker run --rm --network none "${BIN[@]}" "${ALL[@]}" --cgroupns host -v /sys/fs/cgroup:/cgroups:rw \
	-v "$WORK/inside.sh:/inside.sh:ro" trammel-lab/busybox sh /inside.sh
holds inside.trace "complete()" "len(recordings()) == 1" "ended() == {'exercise'}" \
	"all(call(c)['phases'] == ['main'] for c in ('vfork', 'keyctl', 'chroot', 'pause'))" \
	"call('getpriority')['phases'] == ['exec']" "'/root2/w/acts' in call('tgkill')['exes'] + call('rt_sigreturn')['exes']" \
	"'/root2/w/acts' in execs()"

# Without an engine.
mkdir -p bundle/rootfs
tar -C bundle/rootfs -xf "$(image_rootfs busybox)" || fail "no root file system"
cp bin/* bundle/rootfs/bin/
# bundle RUNTIME ARG...
bundle() {
	rm -f bundle/config.json
	(cd bundle && "$1" spec) || fail "$1 makes no bundle"
	python3 - "$name" "${@:2}" <<'END'
import json, os, sys
config = json.load(open("bundle/config.json"))
config["root"]["path"] = os.path.abspath("bundle/rootfs")
config["process"].update(terminal=False, args=sys.argv[2:])
config["linux"]["cgroupsPath"] = "/" + sys.argv[1]
config["linux"]["seccomp"] = {"defaultAction": "SCMP_ACT_ALLOW"}
json.dump(config, open("bundle/config.json", "w"))
END
}
# crun refuses a hybrid of cgroups v1 and v2.
cat >crun.sh <<'END'
umount -l /sys/fs/cgroup/unified 2>/dev/null
exec crun "$@"
END
for runtime in runc crun; do
	command -v $runtime >/dev/null || continue
	case $runtime in
	runc) run=(runc) ;;
	crun) run=(unshare --mount --propagation private sh "$WORK/crun.sh") ;;
	esac
	bundle $runtime /bin/first
	if ! "${run[@]}" run -b bundle "$name" >out 2>&1; then
		echo "without $runtime: $(tail -n 1 out)"
		continue
	fi
	expect 0 record -o $runtime.trace --cgroup "/$name" -- "${run[@]}" run -b bundle "$name"
	holds $runtime.trace "complete()" "calls('main') == {'getpriority', 'exit_group'}" \
		"'execve' in calls('runtime')" "recordings()[0]['start_seen']" "$(paths main /bin/first)"
	# One that is there already, and an exec into it.
	bundle $runtime /bin/acts fork pause
	"${run[@]}" run -d -b bundle "$name" </dev/null >/dev/null 2>&1 || fail "$runtime run -d"
	(until_true 60 grep -q '"name":"pause"' "$runtime.exec"; "${run[@]}" exec "$name" /bin/first
		"${run[@]}" kill "$name" TERM) &
	expect 0 record -o "$runtime.exec" --cgroup "/$name"
	wait $!
	"${run[@]}" delete -f "$name"
	holds "$runtime.exec" "complete()" "calls('exec') == {'getpriority', 'exit_group'}" \
		"$(paths exec /bin/first)" "$(paths main)"
done

# So many starts of one container, and the first act of each.
bundle runc /bin/numbered 0
mkdir next
cat >starts.sh <<END
for i in \$(seq $STARTS); do
	sed "s|/bin/numbered\", \"0\"|/bin/numbered\", \"\$i\"|" bundle/config.json >next/config.json &&
		runc run -b next $name || exit
done
END
if runc run -b bundle "$name" >out 2>&1; then
	expect 0 record -o starts.trace --cgroup "/$name" -- sh starts.sh
	holds starts.trace "complete()" "calls('main') == {'exit_group', *range(100001, 100001 + $STARTS)}"
fi

# Born in the cgroup.
group=$(findmnt -n -t cgroup2 -o TARGET | head -n 1)
if [ -n "$group" ]; then
	mkdir "$group/$name" || fail "no cgroup"
	defer rmdir "$group/$name"
	expect 0 record -o born.trace --cgroup "/$name" -- bin/into_cgroup "$group/$name" "$WORK/bin/first"
	holds born.trace "complete()" "calls('main') == {'getpriority', 'exit_group'}" \
		"recordings()[0]['start_seen']" "set(execs()) == {'$WORK/bin/first'}"
fi
exit 0
