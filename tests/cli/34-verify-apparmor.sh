#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# trammel verify --apparmor: what a compiled profile refuses of what was recorded, and the rules that are missing.
. "$TRAMMEL_SOURCE/tests/lib/cli.sh"

PATH=$PATH:/usr/sbin:/sbin
command -v apparmor_parser >/dev/null || { echo "skipped: there is no apparmor_parser"; exit 77; }

id=0123456789abcdef0123456789abcdef
cat >header <<END
{"trammel":"trace","version":1,"recordings":[{"id":"$id","subject":"web","start_seen":true,"context":{"backend":["hooks"]}}]}
END

# fact MEMBERS [FLAGS]
fact() {
	printf '{%s,"recordings":[0],"phases":["%s"],"exes":["/bin/web"],"flags":["done"%s]}\n' "$1" "${3:-main}" "${2-}"
}

# trace NAME: what stands on stdin, with a footer
trace() {
	cat header - >"$1.trace"
	printf '{"end":true,"facts":%d,"complete":%s,"recordings":[{"id":"%s","ended":"exited","losses":{%s}}]}\n' \
		"$(($(wc -l <"$1.trace") - 1))" "${2:-true}" "$id" "${3-}" >>"$1.trace"
}

{
	fact '"fact":"file","path":"/etc/web.conf","act":"open","perms":"r"' ',"not-owner"'
	fact '"fact":"file","path":"/run/web.pid","act":"create","perms":"w"' ',"owner"'
	fact '"fact":"file","path":"/lib/libc.so","act":"mmap","perms":"rm"' ',"not-owner"'
	fact '"fact":"file","path":"/run/new","act":"link","perms":"l","target":"/run/old"' ',"owner"'
	fact '"fact":"file","path":"/bin/sh","act":"exec","perms":"x"' ',"not-owner"'
	fact '"fact":"file","path":"/proc/bus/x","act":"open","perms":"w"'
	fact '"fact":"file","path":"/etc/a \"b\\\\x0a}\\\\x0a capability sys_admin,*\\\\x1b[2J","act":"open","perms":"r"'
	fact '"fact":"file","path":"/srv/given","act":"receive","perms":"r"'
	fact '"fact":"exec","path":"/bin/web"'
	fact '"fact":"capability","nr":0,"name":"cap_chown","need":"needed"'
	fact '"fact":"capability","nr":21,"name":"cap_sys_admin","need":"probed"'
	fact '"fact":"capability","nr":12,"name":"cap_net_admin","need":"unknown"'
	fact '"fact":"network","family":2,"type":1'
	fact '"fact":"network","family":38,"type":5'
	fact '"fact":"signal","signal":15,"access":"receive","peer":"other"'
	fact '"fact":"signal","signal":9,"access":"send","peer":"self"'
	fact '"fact":"ptrace","access":"readby","peer":"self"'
	fact '"fact":"mount","op":"mount","path":"/mnt/","source":"none","fstype":"tmpfs","mount_flags":"0x6"'
	fact '"fact":"mount","op":"umount","path":"/mnt/","mount_flags":"0x2"'
	fact '"fact":"file","path":"/early","act":"open","perms":"r"' '' runtime
} | trace web
fact '"fact":"syscall","abi":"x86_64","nr":0,"name":"read"' | trace calls
fact '"fact":"file","path":"/etc/web.conf","act":"open","perms":"r"' | trace lossy false '"ring":3'
{
	fact '"fact":"syscall","abi":"x86_64","nr":0,"name":"read"'
	fact '"fact":"file","path":"/etc/web.conf","act":"open","perms":"r"'
} | trace both

profile() { # NAME RULE...
	printf 'abi <abi/3.0>,\nprofile %s flags=(attach_disconnected,mediate_deleted) {\n' "$1"
	shift
	printf '%s\n' "$@" '}'
}

# Docker's own: no mounts, no AF_ALG; and the hole in its rule on /proc
expect 1 verify --apparmor docker-default web.trace
says out 'No.*docker-default of docker-default denies 2 of 17 recorded acts'
says out 'a deny rule is in the way of: network alg seqpacket,'
says out 'missing: mount options=(rw,nosuid,nodev) fstype="tmpfs" "none" -> "/mnt/",'
if sed '/^Writable code/,$d' out | grep -q /proc/bus; then fail "docker-default is said to deny /proc/bus"; fi
says out '^  /proc/bus/pci/00/00.0 for w: '

# Nothing allowed: each act has its rule, and with all of them there is nothing left.
profile web '/x r,' >empty.aa
expect 1 --json verify --apparmor empty.aa web.trace
python3 - out >rules <<'END' || fail "JSON is not as it should be"
import json, sys
o = json.load(open(sys.argv[1]))
a = o["apparmor"]
assert not o["allowed"] and not a["allowed"] and o["complete"] and "denied" not in o
assert (a["file"], a["name"], a["mode"], a["recorded"]) == ("empty.aa", "web", "enforce", 17), a
rules = [d["rule"] for d in a["denied"]]
assert '"/etc/web.conf" r,' in rules and 'owner "/run/web.pid" w,' in rules
assert 'owner link "/run/new" -> "/run/old",' in rules and '"/bin/sh" ix,' in rules
assert 'signal (receive) set=(term) peer="unconfined",' in rules and 'umount "/mnt/",' in rules
assert not any("web\"" in r and "ix" in r for r in rules), "the first program"
assert not any("early" in r for r in rules)
assert {d["rule"] for d in a["perhaps_denied"]} == {
    '"/srv/given" r,', "capability net_admin,",
    'signal (receive) set=(term) peer="runc",', 'signal (receive) set=(term) peer="crun",'}
assert all(d["executables"] == ["/bin/web"] and d["phases"] == ["main"] for d in a["denied"])
print("\n".join(rules))
END
mapfile -t rules <rules
profile web "${rules[@]}" >full.aa
expect 0 verify --apparmor full.aa web.trace
says out 'Yes.*allows all 17 recorded acts'
says out 'Denied in some surroundings'
# A name is never more than a name.
expect 0 --json verify --apparmor full.aa web.trace
fact '"fact":"capability","nr":21,"name":"cap_sys_admin","need":"needed"' | trace admin
expect 1 verify --apparmor full.aa admin.trace
says out 'missing: capability sys_admin,'
if grep -q "$(printf '\033')" out; then fail "an escape sequence came through"; fi
# Each is needed.
for i in "${!rules[@]}"; do
	profile web "${rules[@]:0:i}" "${rules[@]:i+1}" '/x r,' >less.aa
	expect 1 verify --apparmor less.aa web.trace
	says out 'denies 1 of 17'
	grep -qF "missing: ${rules[i]}" out || fail "without ${rules[i]}: $(cat out)"
done

# What emit makes of a trace holds against it, whoever owned the files, where that is not known either.
{
	fact '"fact":"file","path":"/data/tmp","act":"create","perms":"w","where":["tmpfs"]' ',"owner"'
	fact '"fact":"file","path":"/data/tmp","act":"rename-from","perms":"rw"' ',"string"'
	fact '"fact":"file","path":"/data/own","act":"create","perms":"w","where":["tmpfs"]' ',"owner"'
	fact '"fact":"file","path":"/data/","act":"open","perms":"r"' ',"not-owner"'
} | trace owners
for t in web owners; do
	"$TRAMMEL" emit apparmor --floor none --name made -o made.aa $t.trace 2>err || fail "emit: $(cat err)"
	expect 0 verify --apparmor made.aa $t.trace
done
grep -q 'owner "*/data/own' made.aa || fail "no owner: $(cat made.aa)"
grep -q 'owner "*/data/tmp' made.aa && fail "an owner that is not known: $(cat made.aa)"

# owner, deny, complain, several profiles
profile web 'owner /etc/** r,' >owner.aa
expect 1 verify --apparmor owner.aa both.trace
says out 'missing: "/etc/web.conf" r,'
profile web '/** r,' 'deny /etc/*.conf r,' >deny.aa
expect 1 verify --apparmor deny.aa both.trace
says out 'a deny rule is in the way of: "/etc/web.conf" r,'
sed 's/(attach/(complain,attach/' owner.aa >complain.aa
expect 1 verify --apparmor complain.aa both.trace
says out 'in complain mode: the answer is as if it were enforced'
{ profile one '/** r,'; profile two '/x r,' | tail -n +2; } >two.aa
expect 2 verify --apparmor two.aa both.trace
says err "several profiles: 'one', 'two'"
expect 0 verify --apparmor two.aa --name one both.trace
expect 1 verify --apparmor two.aa --name two both.trace
expect 2 verify --apparmor two.aa --name three both.trace

# with seccomp; on stdin
expect 0 verify --seccomp docker-default --apparmor docker-default both.trace
says out 'docker-default allows all 1 recorded syscalls'
says out 'allows all 1 recorded acts'
expect 1 verify --seccomp docker-default --apparmor empty.aa both.trace
expect 1 --json verify --seccomp docker-default --apparmor empty.aa both.trace
python3 -c 'import json,sys; o=json.load(open("out")); assert not o["allowed"] and not o["denied"] and o["apparmor"]["denied"]' ||
	fail "JSON of both"
"$TRAMMEL" verify --apparmor - both.trace <full.aa >out 2>err || fail "profile from stdin"

# Markdown, SARIF
expect 1 verify --markdown --seccomp docker-default --apparmor empty.aa both.trace
says out '^### Seccomp: '
says out '^### AppArmor: .empty.aa.$'
says out '^| .open /etc/web.conf for r. | .* | ."/etc/web.conf" r,. |$'
expect 1 verify --sarif --apparmor empty.aa both.trace
python3 - <<'END' || fail "SARIF is not as it should be"
import json
r = json.load(open("out"))["runs"][0]
assert [x["id"] for x in r["tool"]["driver"]["rules"]] == ["verify-apparmor-denied"]
(x,) = r["results"]
assert x["ruleId"] == "verify-apparmor-denied" and x["ruleIndex"] == 0 and "/etc/web.conf" in x["message"]["text"]
END

# incomplete; bad input
expect 4 verify --apparmor full.aa lossy.trace
expect 0 verify --apparmor full.aa --allow-incomplete lossy.trace
expect 1 verify --apparmor empty.aa lossy.trace
expect 2 verify --apparmor full.aa calls.trace
says err 'nothing to verify'
printf 'profile bad {\n /x r,\n /y nonsense,\n}\n' >bad.aa
expect 2 verify --apparmor bad.aa both.trace
says err 'bad.aa:3'
[ "$(wc -l <err)" -eq 1 ] || fail "not one line: $(cat err)"
expect 2 verify --apparmor missing.aa both.trace
expect 2 verify --apparmor - - both.trace
expect 2 verify --apparmor full.aa --apparmor full.aa both.trace
expect 2 verify --name x --seccomp docker-default both.trace
expect 2 verify both.trace

exit "$failed"
