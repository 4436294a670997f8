#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# trammel tune of AppArmor profiles: edits become decisions with which emit makes a profile that means what the
# edited one does; what no decision can say is named.
. "$TRAMMEL_SOURCE/tests/lib/cli.sh"
MATCH=-F
PATH=$PATH:/usr/sbin:/sbin
command -v apparmor_parser >/dev/null || { echo "skipped: there is no apparmor_parser"; exit 77; }

acted '"fact":"file","path":"/etc/a","act":"open","perms":"r"' \
	'"fact":"file","path":"/etc/b c","act":"open","perms":"rw"' \
	'"fact":"file","path":"/proc/12/status","act":"open","perms":"r","where":["proc"]' \
	'"fact":"capability","nr":0,"name":"cap_chown","need":"needed"' \
	'"fact":"network","family":2,"type":1' >web.trace
expect 0 emit apparmor -o web.aa web.trace

# again SED WANT...: the edit as decisions ("deny capability chown"), and what emit makes of them means the same
again() {
	local sed=$1
	shift
	sed "$sed" web.aa >edited.aa
	cmp -s web.aa edited.aa && fail "'$sed' changed nothing"
	rm -f tune.json
	expect 0 tune edited.aa --from web.aa -o tune.json
	python3 - "$@" <<'END' || fail "'$sed': not the decisions that were wanted"
import json, sys
t = json.load(open("tune.json"))
got = [f"{kind} {d['rule']}" for kind in ("allow", "deny") for d in t.get(kind, [])]
assert got == sys.argv[1:], (got, sys.argv[1:])
END
	expect 0 emit apparmor --tune tune.json -o made.aa web.trace
	expect 0 diff --any-change edited.aa made.aa
}
line='  include if exists'
again "s|^$line|  /var/log/web/*.log w,  # the log\n&|" 'allow /var/log/web/*.log w'
python3 -c 'import json; assert json.load(open("tune.json"))["allow"][0]["why"] == "the log"' || fail "the reason is not the comment"
again '/capability chown/d' 'deny capability chown'
python3 -c 'import json; assert json.load(open("tune.json"))["deny"][0]["why"] == "edited by hand in edited.aa"' || fail "no reason"
again '/"\/etc\/a" r/d' 'deny "/etc/a" r'
again 's/"\/etc\/b\\040c" rw,.*/"\/etc\/b\\040c" r,/' 'deny "/etc/b\040c" w'
again 's/"\/etc\/a" r,.*/"\/etc\/a" rw,/' 'allow "/etc/a" rw'
again "s|^$line|  deny /etc/b* w,  # no\n  network inet6 dgram,\n&|" 'allow network inet6 dgram' 'deny /etc/b* w'
again '/network inet stream/d' 'deny network inet stream'

# A variable is what it stands for
pid='[1-9]{,[0-9]{,[0-9]{,[0-9]{,[0-9]{,[0-9]{,[0-9]}}}}}}'
again '/@{pid}\/status/d' "deny \"/proc/$pid/status\" r"
again "s|^$line|  /proc/@{pid}/task/@{pid}/comm rw,\n&|" "allow /proc/$pid/task/$pid/comm rw"

# Nothing but comments, order and spelling
sed 's/  # .*//; s/^  "\/etc\/a" r,/  \/etc\/[a] r,/' web.aa >edited.aa
expect 0 tune edited.aa --from web.aa -o tune.json
says err '0 decisions'
expect 0 emit apparmor --tune tune.json -o made.aa web.trace
expect 0 diff --any-change edited.aa made.aa
expect 0 tune web.aa --from web.aa -o tune.json
says err '0 decisions'

# What no decision can say
unsaid() { # SED WHAT
	sed "$1" web.aa >edited.aa
	expect 1 tune edited.aa --from web.aa -o tune.json
	says err "$2"
	says err 'edited in a way that no decision can say'
}
unsaid 's/^@{pid}=.*/@{pid}=[1-9]/' '/status'
unsaid 's/^@{pid}=.*/&\n@{pid}+=self/; s/"\/proc\/@{pid}.status" r,/"\/proc\/@{pid}\/stat" r,/' '/proc/@{pid}/stat'
unsaid '/audit deny \/proc\/kcore/d' 'audit deny /proc/kcore'
unsaid "s|^$line|  /bin/sh px,\n&|" '/bin/sh px,'

# Bad input
printf 'profile x { /a r, }\nprofile y { /b r, }\n' >two.aa
expect 2 tune two.aa --from web.aa
says err 'two.aa:2: expected one profile'
printf 'profile x { nonsense\n' >bad.aa
expect 2 tune bad.aa --from web.aa
says err 'bad.aa:1: expected'
expect 2 tune web.aa --from missing
exit "$failed"
