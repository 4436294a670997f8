#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Profiles into a kernel that has AppArmor, and out of it. Everything is asked of the kernel itself.
set -u
cd "$(mktemp -d)" || exit 1
LIST=/sys/kernel/security/apparmor/profiles
fail() {
	echo "FAILED: $*"
	sed 's/^/  | /' out err
	exit 1
}
expect() {
	local want=$1 got
	shift
	"$TRAMMEL" "$@" >out 2>err </dev/null
	got=$?
	[ $got = "$want" ] || fail "trammel $*: exit $got, wanted $want"
}
says() { grep -q -- "$2" "$1" || fail "no '$2' in $1"; }
profile() { # NAME RULES
	printf 'abi <abi/3.0>,\nprofile "%s" flags=(attach_disconnected) {\n%s\n}\n' "$1" "$2"
}

profile trammel-web '/** r, /usr/lib/** mr, signal receive peer=unconfined,' >web
profile other '/** rix,' >others
apparmor_parser --replace --skip-cache others || fail "the machine's own tool"

expect 0 load web
says out '^docker run --security-opt apparmor=trammel-web \.\.\.$'
says err '^trammel-web: loaded (enforce)$'
grep -qx 'trammel-web (enforce)' $LIST || fail "it is not in the kernel"
# It is the one that was given: it refuses what it has no rule for.
aa-exec -p trammel-web -- cat /etc/hostname >/dev/null || fail "it refuses what it has a rule for"
! aa-exec -p trammel-web -- touch made 2>/dev/null || fail "it allows what it has no rule for"

# Replaced while somebody is under it, who is told of, and held to the new rules.
aa-exec -p trammel-web -- sleep 1000 &
under=$!
for _ in $(seq 100); do
	grep -qs trammel-web /proc/$under/attr/current && break
	sleep 0.1
done
profile trammel-web '/usr/lib/** mr, /etc/ld.so.cache r, signal receive peer=unconfined,' >web
expect 0 load web
says err "^trammel-web: replaced (enforce)$"
says err "1 process ($under sleep) under it"
! aa-exec -p trammel-web -- cat /etc/hostname 2>/dev/null >&2 || fail "the old rules still hold"

# What is in force can be compared and looked at, as the kernel has it.
expect 0 diff --apparmor --any-change web "pid:$under"
says out 'under the profile trammel-web (enforce), as this kernel has it'
profile trammel-web '/usr/lib/** mr, /etc/ld.so.cache r, /etc/shadow r, signal receive peer=unconfined,' >wider
expect 1 diff "pid:$under" wider
says out '^  r on /etc/shadow$'
expect 0 diff wider "pid:$under"
expect 0 lint --apparmor "pid:$under"
expect 2 lint --apparmor pid:1
says err 'pid:1: it is unconfined'

# In use: not unloaded, nor anything else of the same command.
profile trammel-two '/a r,' >two
"$TRAMMEL" -q load two >out 2>err || fail "load two"
expect 1 unload two trammel-web
says err "trammel-web: in use by 1 process ($under sleep)"
grep -q '^trammel-two ' $LIST || fail "half of it was done"
grep -q '^trammel-web ' $LIST || fail "it was unloaded under a process"
kill $under
wait $under 2>/dev/null
expect 0 unload trammel-web two
! grep -q '^trammel-' $LIST || fail "still in the kernel"
expect 1 unload trammel-web
says err 'no such profile'

# Another's is left alone, and told apart.
expect 1 load others
says err '^trammel: other: this kernel has a profile of that name'
expect 1 unload other
grep -q '^other ' $LIST || fail "another's was unloaded"
profile 'mine (x)' '/a r,' >mine
expect 0 load mine
says out "apparmor=mine (x)' \.\.\.$"
expect 0 loaded
says out '^mine (x) .* enforce .* 0$'
! grep -q '^other ' out || fail "another's profile is told for ours"
says err 'of others (--all)'
expect 0 --json loaded --all
python3 - out <<'END' || fail "what --json says"
import json, sys
rows = {r["name"]: r for r in json.load(open(sys.argv[1]))}
assert rows["mine (x)"]["ours"] and not rows["other"]["ours"], rows
assert rows["other"]["mode"] == "enforce" and rows["other"]["users"] == [], rows
END
expect 0 unload --force other mine
! grep -q '^other ' $LIST || fail "--force"

# Bad input leaves the kernel as it was, and --persist is a file that the machine's service reads.
printf 'profile trammel-bad {\n /a r,\n /b nonsense,\n}\n' >bad
expect 2 load bad
says err '^trammel: bad:3: '
! grep -q trammel-bad $LIST || fail "a bad profile was loaded"
expect 0 load --persist web
cmp web /etc/apparmor.d/trammel-web || fail "--persist"
apparmor_parser --replace --skip-cache /etc/apparmor.d/trammel-web || fail "the service could not"
expect 2 load --persist mine
expect 0 unload trammel-web
# Nor does it need to be root to be told so.
setpriv --reuid 65534 --regid 65534 --clear-groups "$TRAMMEL" load "$PWD/web" >out 2>err
[ $? = 3 ] || fail "somebody without the right: not 3"
