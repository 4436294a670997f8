#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Rules of AppArmor in a tune file: what emit makes of them, what verify calls denied by hand, and that
# nothing but one rule is taken for one.
. "$TRAMMEL_SOURCE/tests/lib/cli.sh"
MATCH=-F
PATH=$PATH:/usr/sbin:/sbin
command -v apparmor_parser >/dev/null || { echo "skipped: there is no apparmor_parser"; exit 77; }

acted '"fact":"file","path":"/etc/a","act":"open","perms":"r"' \
	'"fact":"file","path":"/etc/b","act":"open","perms":"rw"' \
	'"fact":"capability","nr":0,"name":"cap_chown","need":"needed"' \
	'"fact":"network","family":2,"type":1' \
	'"fact":"signal","signal":15,"access":"send","peer":"other"' \
	'"fact":"mount","op":"umount","path":"/mnt/","mount_flags":"0x2"' >web.trace

cat >tune.json <<'END'
{
  "allow": [
    {"rule": "owner /var/log/web/*.log w,", "why": "no test reaches the log\u001b[2J\n  capability sys_admin,"},
    {"rule": "network inet6 stream", "why": "other hosts have it"},
    {"rule": "/etc/a r", "why": "again"},
    {"rule": "/proc/kcore r", "why": "against the floor"}
  ],
  "deny": [
    {"rule": "/etc/{b,c} w", "why": "read it, and no more"},
    {"rule": "capability chown", "why": "not as this user"},
    {"rule": "network inet stream", "why": "no IPv4"},
    {"rule": "signal (send) peer=unconfined", "why": "they know themselves"},
    {"rule": "umount /mnt/", "why": "it stays"}
  ]
}
END
expect 0 emit apparmor --tune tune.json -o p web.trace
MATCH=-Fx says p '  owner /var/log/web/*.log w,  # allowed by hand: no test reaches the log\x1b[2J\x0a  capability sys_admin,'
MATCH=-Fx says p '  audit deny /etc/{b,c} w,  # denied by hand: read it, and no more'
LC_ALL=C grep -q $'[\001-\010\013-\037]' p && fail "a control byte in the profile"
LC_ALL=C grep -q $'[\001-\010\013-\037]' err && fail "a control byte on the terminal"
says err 'recorded, and denied by hand: "/etc/b" rw, (read it, and no more)'
says err 'recorded, and denied by hand: capability chown, (not as this user)'
says err 'recorded, and denied by hand: network inet stream, (no IPv4)'
says err 'recorded, and denied by hand: signal (send) set=(term) peer="unconfined", (they know themselves)'
says err 'recorded, and denied by hand: umount "/mnt/", (it stays)'
says err 'changes nothing: /etc/a r (it is allowed anyway)'
says err "changes nothing: /proc/kcore r (Docker's default denies it"
expect 0 -j emit apparmor --tune tune.json -o p web.trace
python3 -c 'import json; j = json.load(open("out")); assert len(j["denied_by_hand"]) == 5 and len(j["idle"]) == 2, j' || fail "JSON"

# The compiled profile does what the file says; what it denies is no failure of the profile
expect 1 verify --apparmor p web.trace
says out 'denies 5 of 6 recorded acts'
expect 0 verify --apparmor p --tune tune.json web.trace
says out 'denies none of 6 recorded acts but for 5 that are denied by hand'
says out 'decided by hand: they know themselves'
expect 0 -j verify --apparmor p --tune tune.json web.trace
python3 -c 'import json; a = json.load(open("out"))["apparmor"]; assert a["allowed"] and not a["denied"] and len(a["denied_by_hand"]) == 5, a' ||
	fail "JSON of verify"
sed 's/^  "\/etc\/a" r,.*//; s/^  \/etc\/a r,.*//' p >lacks
expect 1 verify --apparmor lacks --tune tune.json web.trace
says out 'denies 1 of 6 recorded acts'
sed 's/.*denied by hand.*//' p >undenied
expect 0 verify --apparmor undenied --tune tune.json web.trace
says err '5 recorded acts that the tune file denies are allowed by AppArmor'

# In a bundle it outlives every recording
sed '2i {"fact":"syscall","abi":"x86_64","nr":0,"name":"read","recordings":[0],"phases":["main"],"flags":["done"]}' web.trace |
	sed 's/"facts":6/"facts":7/' >both.trace
expect 0 emit bundle -d web --tune tune.json both.trace
says web/apparmor 'allowed by hand: other hosts have it'
expect 0 emit bundle -d web both.trace --paths exact
says web/apparmor 'allowed by hand: other hosts have it'
expect 0 verify web
says out 'but for 5 that are denied by hand'
expect 0 verify web both.trace

# Nothing but one rule is one
refuses() { # RULE EXPECTED [ALLOW|DENY]
	printf '{\n"%s": [\n{"why": "x", "rule": "%s"}]}\n' "${3:-allow}" "$1" >bad.json
	expect 2 emit apparmor --tune bad.json -o q web.trace
	says err "bad.json:3: ${3:-allow}[0].rule: $2"
	[ ! -e q ] || fail "a profile was written for '$1'"
}
refuses '/etc/a' 'expected one rule of AppArmor'
refuses '/etc/a r, /etc/b r' 'expected one rule, and nothing but rules'
refuses '/etc/a r, } profile y { /b r' 'expected one rule, and nothing but rules'
refuses '/etc/a r } /b r' 'expected one rule of AppArmor'
refuses '/etc/a r # /b w' "expected no '#'"
refuses '/etc/a r,\n/b w' 'expected printable ASCII'
refuses '/etc/\u00e4 r' 'expected printable ASCII'
refuses 'deny /etc/a r' "expected the rule without 'deny'" deny
refuses '/bin/sh px' 'expected a rule that can be checked'
refuses '@{HOME}/a r' 'expected a rule that can be checked'
refuses 'include <abstractions/base>' 'expected one rule of AppArmor'
refuses 'capability nothing' 'expected'
printf '{"allow": [{"rule": "/x rw", "why": "x"}], "deny": [{"rule": "/* w", "why": "y"}]}' >bad.json
expect 2 emit apparmor --tune bad.json -o q web.trace
says err "bad.json:1: allow: '/x rw' is denied, too"
printf '{"deny": [{"rule": "/x w", "fact": "syscall:read", "why": "y"}]}' >bad.json
expect 2 emit apparmor --tune bad.json -o q web.trace
says err "unknown member 'fact'"
printf '{"pin": [{"rule": "/x w", "why": "y"}]}' >bad.json
expect 2 emit apparmor --tune bad.json -o q web.trace
says err "unknown member 'rule'"
exit "$failed"
