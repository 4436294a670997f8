#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Seccomp and AppArmor together, enforced by this kernel and Docker: what was recorded runs under what is
# emitted, and a profile that lacks a rule is found out, with the rule.
. "$TRAMMEL_SOURCE/tests/lib/live.sh"
. "$TRAMMEL_SOURCE/tests/lib/recording.sh"
live_begin busybox
LIST=/sys/kernel/security/apparmor/profiles

# Temporary files, links, renames, a fifo, signals, programs of its own.
# shellcheck disable=SC2016 # for the container's shell
work='cd /tmp && mkdir d && echo one >d/a && mv d/a d/b && ln d/b d/c && ln -s b d/s && cat d/s >/dev/null &&
	chmod 600 d/c && chown 1:1 d/c && rm -r d && mkfifo p && rm p && ls / >/dev/null && /bin/busybox true &&
	{ sleep 100 & kill $!; wait; true; }'
run=(docker run --rm --network none trammel-lab/busybox sh -c "$work")
LIMIT=250
for backend in hooks tracepoints; do
	expect 0 record --backend $backend -o $backend.trace -- "${run[@]}"
	expect 0 emit seccomp -o $backend.json $backend.trace
	expect 0 emit apparmor -o $backend.apparmor $backend.trace
	expect 0 verify --seccomp $backend.json --apparmor $backend.apparmor $backend.trace
done
if [ -z "${MORE-}" ]; then
	runs=1
else
	runs=5
fi
expect 0 emit bundle -d both hooks.trace
cmp -s both/apparmor hooks.apparmor || fail "the bundle has another AppArmor profile"
expect 0 load both
says out 'apparmor=trammel-busybox'
expect 0 unload both
expect 0 rehearse both -n $runs -- "${run[@]}"
says out "^$runs of $runs came through"
! grep -q 'not under AppArmor' out || fail "the bundle was rehearsed without AppArmor"
! grep -q '^trammel-' $LIST || fail "the profile is still there"

# One needed rule of each kind out: the run fails, and says which it was.
lacks() { # NAME WHAT-TO-TAKE-OUT MISSING
	grep -vE "$2" hooks.apparmor >"$1.apparmor"
	! cmp -s "$1.apparmor" hooks.apparmor || fail "$1: nothing was taken out by '$2'"
	expect 1 rehearse -n 1 --apparmor "$1.apparmor" -- "${run[@]}"
	MATCH=-E says out "missing: $3"
}
lacks capability 'capability chown' 'capability chown,'
[ -n "${MORE-}" ] || exit 0

expect 0 rehearse -n $runs --seccomp tracepoints.json --apparmor tracepoints.apparmor -- "${run[@]}"
lacks write '"/tmp/d/a" rw' '"/tmp/d/a" r?w,'
lacks read '"/etc/passwd" r,' '"/etc/passwd" r,'
lacks execute '"/bin/busybox" r?ix' '"/bin/busybox" (r?ix|r),'
lacks link 'link "/tmp/d/c"' 'link "/tmp/d/c" -> "/tmp/d/b",'
lacks signal 'among the container' 'signal \((send|receive)\) set=\(term\) peer="trammel-busybox",'
# Offline, the same is found.
expect 1 verify --apparmor signal.apparmor hooks.trace
says out 'missing: signal'
# What it is under is looked at, and not what it was to be: a profile that only complains is not in force.
sed 's/flags=(/flags=(complain,/' hooks.apparmor >complain.apparmor
expect 1 rehearse -n 1 --apparmor complain.apparmor -- "${run[@]}"
says out 'the AppArmor profile was not in force'
