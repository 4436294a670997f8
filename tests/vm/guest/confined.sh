#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The whole line on Debian's kernel and cgroup v2: a command and a container are recorded, and with seccomp and
# AppArmor together, enforced by this kernel and Docker, what was recorded runs under what is emitted, and a profile
# that lacks a rule is found out, with the rule. With MORE: each backend by itself, five runs of each, and one rule of
# each kind taken out.
. "$TRAMMEL_SOURCE/tests/lib/live.sh"
. "$TRAMMEL_SOURCE/tests/lib/recording.sh"
live_begin busybox
LIST=/sys/kernel/security/apparmor/profiles
LIMIT=250
# What a run that was ended has left.
"$TRAMMEL" -q unload trammel-busybox >unload.out 2>&1

at() {
	echo "$(cut -d' ' -f1 /proc/uptime) s: $*"
}

"$TRAMMEL" record --backend tracepoints -o command.trace -- busybox uname -r >out || fail "record a command"
[ "$(cat out)" = "$(uname -r)" ] || fail "the command's output is lost"
holds command.trace "complete()" "'uname' in calls()"
at "a command"

# Temporary files, links, renames, a fifo, a signal, sockets of two families, programs of its own. Whatever one
# waits for, there is always a first look that comes too early: what is asked for is the same in each run.
cat >work <<'WORK'
set -e
# Not for ever: what it waits for may be refused.
again() {
	tries=$((tries + 1))
	[ $tries -lt 100 ]
	sleep 0.1
}
tries=0
uname -a || :
cd /tmp
mkdir d
echo one >d/a
mv d/a d/b
ln d/b d/c
ln -s b d/s
cat d/s >/dev/null
chmod 600 d/c
chown 1:1 d/c
rm -r d
ls / >/dev/null
/bin/busybox true
name=$(mktemp)
echo two >$name
rm $name
mkfifo p
{ echo up >p; read x <p; } &
read x <p
kill $!
wait
rm p
! nc 127.0.0.1 1 </dev/null 2>/dev/null
nc -l -p 99 -e /bin/busybox echo answer </dev/null &
sleep 0.1
until nc 127.0.0.1 99 </dev/null >answer 2>/dev/null; do again; done
wait
cat answer
rm answer
syslogd -n -O /tmp/log &
sleep 0.1
until [ -S /dev/log ]; do again; done
logger heard
until grep -q heard log 2>/dev/null; do again; done
kill $!
wait
rm log
WORK
run=(docker run --rm --network none trammel-lab/busybox sh -c "$(cat work)")
for backend in hooks tracepoints; do
	expect 0 record --backend $backend -o $backend.trace -- "${run[@]}"
	says out '^answer$'
	holds $backend.trace "complete()" "{'execve', 'uname', 'getdents64', 'exit_group'} <= calls('main')"
	if [ -n "${MORE-}" ]; then
		expect 0 record --backend $backend -o again.trace -- "${run[@]}"
		mv $backend.trace first.trace
		expect 0 merge -o $backend.trace first.trace again.trace
	fi
	at "recorded: $backend"
done
if [ -n "${MORE-}" ]; then
	runs=5
else
	# Two recordings tell what in a name is by chance.
	expect 0 merge -o both.trace hooks.trace tracepoints.trace
	mv both.trace hooks.trace
	runs=1
fi

# holds_and_runs NAME: what is emitted from NAME.trace
holds_and_runs() {
	expect 0 emit seccomp -o "$1.json" "$1.trace"
	expect 0 emit apparmor -o "$1.apparmor" "$1.trace"
	expect 0 verify --seccomp "$1.json" --apparmor "$1.apparmor" "$1.trace"
	expect 0 emit bundle -d "$1.bundle" "$1.trace"
	cmp -s "$1.bundle/apparmor" "$1.apparmor" || fail "the bundle has another AppArmor profile"
	expect 0 load "$1.bundle"
	says out 'apparmor=trammel-busybox'
	expect 0 unload "$1.bundle"
	expect 0 rehearse "$1.bundle" -n $runs -- "${run[@]}"
	says out "^$runs of $runs came through"
	! grep -q 'not under AppArmor' out || fail "the bundle was rehearsed without AppArmor"
	! grep -q '^trammel-busybox ' $LIST || fail "the profile is still there"
	at "$1: $runs of $runs"
}
holds_and_runs hooks

# lacks NAME WHAT-TO-TAKE-OUT MISSING [OPTION...]: without it the run fails, and says what it was
lacks() {
	local name=$1 out=$2 missing=$3
	shift 3
	grep -vE "$out" hooks.apparmor >"$name.apparmor"
	! cmp -s "$name.apparmor" hooks.apparmor || fail "$name: nothing was taken out by '$out'"
	expect 1 rehearse -n 1 --apparmor "$name.apparmor" "$@" -- "${run[@]}"
	says out "(missing|refused): $missing"
	at "named: $name"
}
# And a call: the shell goes on without it.
python3 - <<'PYTHON'
import json

with open("hooks.json") as f:
    profile = json.load(f)
for rule in profile["syscalls"]:
    rule["names"] = [name for name in rule["names"] if name != "uname"]
profile["syscalls"] = [rule for rule in profile["syscalls"] if rule["names"]]
with open("cut.json", "w") as f:
    json.dump(profile, f)
PYTHON
lacks capability 'capability chown' 'capability chown,' --seccomp cut.json
says out 'refused: uname'
[ -n "${MORE-}" ] || exit 0

holds_and_runs tracepoints
lacks write 'owner "/tmp/d/a" w' '"/tmp/d/a" w,'
lacks read '"/etc/passwd" r,' '"/etc/passwd" r,'
lacks execute '"/bin/busybox" r?ix' '"/bin/busybox" (r?ix|r),'
lacks link 'link "/tmp/d/c"' 'link "/tmp/d/c" -> "/tmp/d/b",'
lacks network 'network inet stream' 'network inet stream,'
lacks unix 'unix (type=)?dgram' '(network unix dgram|unix)'
lacks signal 'among the container' 'signal \((send|receive)\) set=\(term\) peer="trammel-busybox",'
# Offline, the same is found.
expect 1 verify --apparmor signal.apparmor hooks.trace
says out 'missing: signal'
# What it is under is looked at, and not what it was to be: a profile that only complains is not in force.
sed 's/flags=(/flags=(complain,/' hooks.apparmor >complain.apparmor
expect 1 rehearse -n 1 --apparmor complain.apparmor -- "${run[@]}"
says out 'the AppArmor profile was not in force'

# What only one with more rights does: it looks into another process, and mounts.
cat >work <<'WORK'
set -e
cd /tmp
mkfifo p
{ echo up >p; read x <p; } &
read x <p
cat /proc/$!/environ >/dev/null
echo down >p
wait
mkdir m
mount -t tmpfs none m
umount m
WORK
run=(docker run --rm --network none --cap-add SYS_ADMIN trammel-lab/busybox sh -c "$(cat work)")
# The profile that Docker has by default lets nobody mount.
expect 0 record --backend hooks -o hooks.trace -- "${run[@]:0:3}" --security-opt apparmor=unconfined "${run[@]:3}"
expect 0 emit apparmor --floor none -o hooks.apparmor hooks.trace
expect 0 verify --apparmor hooks.apparmor hooks.trace
expect 0 rehearse -n $runs --apparmor hooks.apparmor -- "${run[@]}"
lacks ptrace '^ *ptrace' 'ptrace \((read|readby)\) peer="trammel-busybox",'
# Of a mount, what the kernel says stands for a rule.
lacks mount '^ *mount' 'mount by AppArmor'
lacks umount '^ *umount' 'umount by AppArmor'
